"""The frames between the client and the process that turns passages into vectors."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass
from pathlib import Path

from app.process.codec import FrameCodec
from app.process.messages import MESSAGES


@dataclass(frozen=True, slots=True)
class OpenEmbedderCommand:
    """Load an embedding model, in place of the one before.

    Attributes:
        id: Of the command.
        path: The file.
        library_dir: Folder of llama.cpp's own libraries; None is the package's.
    """

    id: int
    path: Path
    library_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class EmbedCommand:
    """Turn texts into vectors."""

    id: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VectorsReply:
    """The vectors of the texts, in base64."""

    id: int
    vectors: tuple[str, ...]


CODEC = FrameCodec(
    kind
    for kind in (*tuple(globals().values()), *MESSAGES)
    if isinstance(kind, type) and is_dataclass(kind)
)
