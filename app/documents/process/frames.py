"""The frames between the client and the process that reads documents."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass
from pathlib import Path

from app.domain import documents
from app.process.codec import FrameCodec
from app.process.messages import MESSAGES


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What reading one document may take; beyond it the process is ended.

    Attributes:
        memory: Bytes of the process. Where the system can, it refuses more (Linux); the client
            looks as well, four times a second, on every system.
        silence: Seconds without a page.
        processor: Seconds of the processor for one command, where the system can count them.
    """

    memory: int = 2 * 2**30
    silence: float = 60.0
    processor: int = 3_600


@dataclass(frozen=True, slots=True)
class LimitCommand:
    """The first command."""

    limits: ReaderLimits


@dataclass(frozen=True, slots=True)
class ReadCommand:
    """Read a file."""

    id: int
    path: Path


@dataclass(frozen=True, slots=True)
class DrawCommand:
    """Draw a page of a PDF file.

    Attributes:
        id: Of the command.
        path: The file.
        page: From 1.
        width: Of the picture, in pixels.
        ranges: Start and end of pieces of the page's text whose boxes are wanted.
    """

    id: int
    path: Path
    page: int
    width: int
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedReply:
    """A file could be opened; ``pages`` are to come, None where that is not known."""

    id: int
    unit: documents.PageUnit
    pages: int | None


@dataclass(frozen=True, slots=True)
class PageReply:
    """A page was read."""

    id: int
    page: documents.DocumentPage


@dataclass(frozen=True, slots=True)
class FactsReply:
    """All pages were read."""

    id: int
    facts: documents.DocumentFacts


@dataclass(frozen=True, slots=True)
class PictureReply:
    """A page was drawn."""

    id: int
    picture: documents.PagePicture


CODEC = FrameCodec(
    kind
    for kind in (*vars(documents).values(), *tuple(globals().values()), *MESSAGES)
    if isinstance(kind, type) and is_dataclass(kind)
)
