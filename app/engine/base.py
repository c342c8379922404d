"""The interface of every engine.

The llama.cpp engine implements it (``engine/llama/``, inside the engine process), the client of
that process (``engine/process/client.py``), the engine of endpoints (``remote/engine.py``), the one
that chooses among them by where a model is (``engine/router.py``), and the scripted engine
(``engine/scripted.py``) for tests and pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    ReadAheadProgress,
    ReadAheadRequest,
)
from app.domain.model import Device, LoadedModel, LoadRequest
from app.domain.network.connections import Confinement

LoadProgressCallback = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """The options of an engine; they may change while it runs.

    Attributes:
        snapshot_dir: Folder for KV snapshots; None writes none.
        snapshot_cap_bytes: What they may take together; the least recently used go first.
        snapshot_min_gain: Seconds a snapshot must save to be written or restored.
        prompt_lookup: Whether lookup drafting may be used.
        library_dir: Folder of llama.cpp's own libraries; None is the package's.
        graphics: Whether modules for graphics cards may be loaded. Their drivers are other
            people's code, and some end the process that loads them.
        log_level: Least severe level of ``logging`` that is passed on.
    """

    snapshot_dir: Path | None = None
    snapshot_cap_bytes: int = 8 * 2**30
    snapshot_min_gain: float = 0.5
    prompt_lookup: bool = True
    library_dir: Path | None = None
    graphics: bool = True
    log_level: int = 20


class Cancel(Protocol):
    """A flag another thread may set; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it is set or ``timeout`` seconds have passed; return which."""


class Engine(Protocol):
    """Loads one model at a time and answers one request at a time.

    Every method blocks and may be called from any one thread at a time; only the ``cancel`` flags
    are touched from elsewhere.
    """

    @property
    def pid(self) -> int | None:
        """The id of its process; None where it has none, or none yet."""

    @property
    def confinement(self) -> Confinement | None:
        """What keeps its process from the network; None where it has none, or none yet."""

    def start(self) -> None:
        """Get ready ahead of the first use; returns at once."""

    def load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        """Load a model, in place of the one loaded before.

        Args:
            request: What to load, and how.
            progress: Called with a fraction from 0 to 1, never decreasing.
            cancel: Stops loading.

        Raises:
            ModelFileError: The file cannot be used; the reason is llama.cpp's.
            EndpointError: An endpoint cannot be used; why.
            OutOfMemoryError: It does not fit, after every step of the ladder.
            LoadCancelledError: ``cancel`` was set.
            EngineDiedError: The process died on every step of the ladder.
        """

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        """Write one answer. The last event is always :class:`Finished`, unless an error is raised.

        A set ``cancel`` ends the stream with ``Finished(StopReason.STOPPED)``; it is no error.

        Raises:
            ModelNotLoadedError: Nothing is loaded.
            PromptTooLongError: The last message alone does not fit.
            ContextFullError: The turns do not fit and ``overflow`` is ``REFUSE``.
            EngineDiedError: The process died and could not be brought back to this answer.
        """

    def read_ahead(self, asked: ReadAheadRequest, cancel: Cancel) -> Iterator[ReadAheadProgress]:
        """Read what is certain of a prompt before it is asked, as far as that can be done here.

        What it reads is what :meth:`generate` would read, and the answers are the same. Words of
        the draft are never written to disk. A set ``cancel`` ends it after the step under way;
        nobody waits for that, and the next call comes after it.

        Raises:
            ModelNotLoadedError: Nothing is loaded.
            EngineDiedError: The process died; the model comes back in the background.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, by the model's own tokenizer, without any template.

        Raises:
            ModelNotLoadedError: Nothing is loaded.
        """

    def devices(self) -> list[Device]:
        """Compute devices with their free memory now."""

    def configure(self, options: EngineOptions) -> None:
        """Take other options at once; where snapshots begin to be wanted, from the next load."""

    def save_state(self, conversation_id: str) -> None:
        """Tell that the user left this chat: its KV state may be written to disk now."""

    def unload(self) -> None:
        """Free the model; no error when there is none."""

    def close(self) -> None:
        """End the engine, and its process if it has one. May be called twice."""
