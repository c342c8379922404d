"""One engine over several: each model is answered by the engine of its kind of source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from app.domain.endpoints.source import FileSource, ModelSource
from app.domain.errors import ModelNotLoadedError
from app.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    ReadAheadProgress,
    ReadAheadRequest,
)
from app.domain.model import Device, LoadedModel, LoadRequest
from app.domain.network.connections import Confinement
from app.engine.base import Cancel, Engine, EngineOptions, LoadProgressCallback
from app.language import tr


class EngineRouter:
    """Hands what it is asked to the engine that loaded last.

    The others keep what they have loaded: whoever comes back from an endpoint to a file does not
    wait for gigabytes to be read again.

    Args:
        makers: What makes the engine of each kind of source, called when it is first needed: a
            start does without. That of files is there.
    """

    def __init__(self, makers: Mapping[type[ModelSource], Callable[[], Engine]]) -> None:
        self._makers = makers
        self._made: dict[type[ModelSource], Engine] = {}
        self._options: EngineOptions | None = None
        self._current: Engine | None = None
        self._held: dict[Engine, tuple[LoadRequest, LoadedModel]] = {}

    @property
    def pid(self) -> int | None:
        """Process id of the engine of files; None where it is not made yet."""
        files = self._made.get(FileSource)
        return files.pid if files is not None else None

    @property
    def confinement(self) -> Confinement | None:
        """What keeps the process of the engine of files from the network; None before it is up."""
        files = self._made.get(FileSource)
        return files.confinement if files is not None else None

    def start(self) -> None:
        """The engine of files has a process that takes a while."""
        self._engine(FileSource).start()

    def load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        """See :meth:`app.engine.base.Engine.load`."""
        engine = self._engine(type(request.source))
        known = self._held.get(engine)
        if known is not None and known[0] == request and engine is not self._current:
            progress(1.0)
            self._current = engine
            return known[1]
        self._current = None
        self._held.pop(engine, None)
        loaded = engine.load(request, progress, cancel)
        self._current = engine
        self._held[engine] = (request, loaded)
        return loaded

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        """See :meth:`app.engine.base.Engine.generate`."""
        return self._in_use().generate(request, cancel)

    def read_ahead(self, asked: ReadAheadRequest, cancel: Cancel) -> Iterator[ReadAheadProgress]:
        """See :meth:`app.engine.base.Engine.read_ahead`."""
        return self._in_use().read_ahead(asked, cancel)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See :meth:`app.engine.base.Engine.count_tokens`."""
        return self._in_use().count_tokens(texts)

    def devices(self) -> list[Device]:
        """Those that files are computed on."""
        return self._engine(FileSource).devices()

    def configure(self, options: EngineOptions) -> None:
        """See :meth:`app.engine.base.Engine.configure`."""
        self._options = options
        for engine in tuple(self._made.values()):
            engine.configure(options)

    def save_state(self, conversation_id: str) -> None:
        """See :meth:`app.engine.base.Engine.save_state`; an engine that knows nothing does so."""
        files = self._made.get(FileSource)
        if files is not None:
            files.save_state(conversation_id)

    def unload(self) -> None:
        """Free what every engine holds."""
        self._current = None
        self._held.clear()
        for engine in tuple(self._made.values()):
            engine.unload()

    def close(self) -> None:
        """End every engine."""
        self._current = None
        with ExitStack() as ending:
            for engine in tuple(self._made.values()):
                ending.callback(engine.close)

    def _engine(self, kind: type[ModelSource]) -> Engine:
        engine = self._made.get(kind)
        if engine is None:
            engine = self._makers[kind]()
            if self._options is not None:
                engine.configure(self._options)
            self._made[kind] = engine
        return engine

    def _in_use(self) -> Engine:
        if self._current is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        return self._current
