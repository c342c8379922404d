"""An engine that is made when something is asked of it that needs it: a start does without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    ReadAheadProgress,
    ReadAheadRequest,
)
from app.domain.model import Device, LoadedModel, LoadRequest
from app.domain.network.connections import Confinement
from app.engine.base import Cancel, Engine, EngineOptions, LoadProgressCallback


class LateEngine:
    """Hands on what it is asked. See :class:`app.engine.base.Engine`.

    Args:
        make: Makes the engine; called once.
    """

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._engine: Engine | None = None
        self._options: EngineOptions | None = None

    @property
    def pid(self) -> int | None:
        """The id of its process; None where it has none, or none yet."""
        return self._engine.pid if self._engine is not None else None

    @property
    def confinement(self) -> Confinement | None:
        """What keeps its process from the network; None where it has none, or none yet."""
        return self._engine.confinement if self._engine is not None else None

    def start(self) -> None:
        """See :meth:`app.engine.base.Engine.start`."""
        self._made().start()

    def load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        """See :meth:`app.engine.base.Engine.load`."""
        return self._made().load(request, progress, cancel)

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        """See :meth:`app.engine.base.Engine.generate`."""
        return self._made().generate(request, cancel)

    def read_ahead(self, asked: ReadAheadRequest, cancel: Cancel) -> Iterator[ReadAheadProgress]:
        """See :meth:`app.engine.base.Engine.read_ahead`."""
        return self._made().read_ahead(asked, cancel)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See :meth:`app.engine.base.Engine.count_tokens`."""
        return self._made().count_tokens(texts)

    def devices(self) -> list[Device]:
        """See :meth:`app.engine.base.Engine.devices`."""
        return self._made().devices()

    def configure(self, options: EngineOptions) -> None:
        """See :meth:`app.engine.base.Engine.configure`."""
        self._options = options
        if self._engine is not None:
            self._engine.configure(options)

    def save_state(self, conversation_id: str) -> None:
        """See :meth:`app.engine.base.Engine.save_state`."""
        if self._engine is not None:
            self._engine.save_state(conversation_id)

    def unload(self) -> None:
        """See :meth:`app.engine.base.Engine.unload`."""
        if self._engine is not None:
            self._engine.unload()

    def close(self) -> None:
        """See :meth:`app.engine.base.Engine.close`."""
        if self._engine is not None:
            self._engine.close()

    def _made(self) -> Engine:
        if self._engine is None:
            self._engine = self._make()
            if self._options is not None:
                self._engine.configure(self._options)
        return self._engine
