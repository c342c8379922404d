"""The llama.cpp engine: one model, one context, one answer at a time, on one thread."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import psutil

from app.domain.errors import (
    KnownError,
    LoadCancelledError,
    ModelNotLoadedError,
    OutOfMemoryError,
)
from app.domain.generation import (
    MAX_SEED,
    GenerationEvent,
    GenerationRequest,
    ReadAheadProgress,
    ReadAheadRequest,
)
from app.domain.gguf.header import GgufHeader, read_gguf_file
from app.domain.model import Device, LoadedModel, LoadPlan, LoadRequest
from app.engine.base import Cancel, EngineOptions, LoadProgressCallback
from app.engine.ladder import STEPS, apply_step, useful_steps
from app.engine.llama import loader
from app.engine.llama.answer_generator import AnswerGenerator
from app.engine.llama.backend import Backend
from app.engine.llama.decode import AbortFlag, Decoder
from app.engine.llama.kv_state import KvStateManager
from app.engine.llama.read_ahead import ReadAhead
from app.engine.llama.session import Session
from app.engine.partial_result import MonotonicProgress
from app.engine.plan import ComputeResources, make_plan, plan_beside, weights_of_all_parts
from app.engine.segments import root_digest
from app.engine.snapshots import SnapshotStore
from app.language import tr

LOADED_SHARE = 0.9  # of the progress bar; the rest is the first pass, which pages weights in
_LAST_WORDS = 16  # tokens of a question that are read behind Enter: its last word and the marks
NO_GRAPHICS = tr("Graphics cards are left out: their driver ended the engine when it started.")


OnPlanned = Callable[[LoadPlan, tuple[int, ...]], None]
Opened = tuple[Session, int, int]
log = logging.getLogger(__name__)


class LlamaEngine:
    """llama.cpp behind the engine interface. See :class:`app.engine.base.Engine`.

    Every method belongs to one thread, except :meth:`interrupt`.

    Args:
        options: See :class:`app.engine.base.EngineOptions`.

    Attributes:
        backend: llama.cpp, started.
        busy: Whether somebody waits for the engine; work that can wait then does.
        told: Takes events of an answer that come from inside a call of llama.cpp.
    """

    def __init__(self, options: EngineOptions | None = None) -> None:
        self.options = options or EngineOptions()
        self.backend = Backend(self.options.library_dir, graphics=self.options.graphics)
        self._stopper = AbortFlag(self.backend.c)
        self.backend.log.expected = self._stopper.is_set
        self._session: Session | None = None
        self._loaded_as: tuple[LoadRequest, int] | None = None
        self._loaded: LoadedModel | None = None
        self._survived = False  # it is still there though another one was to take its place
        self._store: SnapshotStore | None = None
        if self.options.snapshot_dir is not None:
            self._store = SnapshotStore(self.options.snapshot_dir, self.options.snapshot_cap_bytes)
        self.busy: Callable[[], bool] = lambda: False
        self.told: Callable[[GenerationEvent], None] = lambda _event: None

    def interrupt(self) -> None:
        """From any thread: stop the pass that is running. Set the ``cancel`` flag before."""
        self._stopper.set()

    def is_in_the_way(self) -> bool:
        """Whether the next question of a chat that is read ahead is read sooner without this step.

        From any thread.
        """
        session = self._session
        return session is not None and session.decoder.is_in_the_way(_LAST_WORDS)

    def start(self) -> None:
        """See :meth:`app.engine.base.Engine.start`. llama.cpp was started when this was made."""

    def load(
        self,
        request: LoadRequest,
        progress: LoadProgressCallback,
        cancel: Cancel,
        *,
        step: int = 0,
        planned: OnPlanned | None = None,
    ) -> LoadedModel:
        """See :meth:`app.engine.base.Engine.load`.

        The model before stays until this one is ready, where there is memory for both, and where
        this one cannot be loaded.

        Args:
            request: What to load.
            progress: Called with the fraction.
            cancel: Stops it.
            step: Step of the ladder to apply to the plan.
            planned: Called with the plan and the useful ladder steps before llama.cpp is asked.
        """
        began = time.monotonic()
        self._begin(cancel)
        survived, self._survived = self._survived, False
        if survived and self._loaded_as == (request, step) and self._loaded is not None:
            return self._loaded
        advance = MonotonicProgress(progress)
        tell = planned or (lambda _plan, _steps: None)
        try:
            opened, freed = self._open_next(request, step, advance, cancel, tell)
        except LoadCancelledError:
            self._put_away(cancel.is_set)  # another one is wanted, if not now
            raise
        except KnownError:
            self._survived = self._session is not None
            raise
        self._put_away(cancel.is_set)
        session, around, before = opened
        self._session = session
        loaded, header, plan = session.loaded, session.header, session.plan
        advance(1.0)
        self._loaded_as = request, step
        self._loaded = LoadedModel(
            source=request.source,
            name=header.name or request.path.stem,
            architecture=header.architecture,
            quantization=header.quantization,
            parameters=loaded.parameters,
            context_size=loaded.context_size,
            trained_context=loaded.trained_context,
            template=session.template.name,
            plan=plan,
            turn_tokens=around,
            answer_tokens=before,
            ladder_step=STEPS[step].description,
            seconds=time.monotonic() - began,
            made_room=freed,
        )
        return self._loaded

    def _open_next(
        self,
        request: LoadRequest,
        step: int,
        advance: MonotonicProgress,
        cancel: Cancel,
        planned: OnPlanned,
    ) -> tuple[Opened, bool]:
        """Open a model, and say whether the one before had to go first for lack of memory."""
        header = read_gguf_file(request.path)
        weights = weights_of_all_parts(request.path, header)
        old = self._session
        if old is not None and step == 0:
            plan = plan_beside(header, request, self.resources(), weights, old.plan)
            try:
                if plan is not None:
                    opened = self._open(request, header, plan, step, advance, cancel, planned)
                    return opened, False
            except OutOfMemoryError as error:
                log.info("Not beside the model before: %s", error.what)
        self._put_away(cancel.is_set)
        plan = make_plan(header, request, self.resources(), weights)
        opened = self._open(request, header, plan, step, advance, cancel, planned)
        return opened, old is not None

    def _open(
        self,
        request: LoadRequest,
        header: GgufHeader,
        plan: LoadPlan,
        step: int,
        advance: MonotonicProgress,
        cancel: Cancel,
        planned: OnPlanned,
    ) -> Opened:
        """Load as planned; with the session the tokens of its markup, see `Session.markup`."""
        if not self.options.graphics:
            plan = replace(plan, reasons=(*plan.reasons, NO_GRAPHICS))
        steps = useful_steps(plan, header)
        plan = apply_step(plan, header, step)
        planned(plan, steps)
        _refuse_if(cancel)
        loaded = loader.load(
            self.backend,
            request.path,
            plan,
            lambda fraction: advance(fraction * LOADED_SHARE),
            cancel.is_set,
        )
        with ExitStack() as undo:
            undo.callback(loader.free, self.backend, loaded)
            session = Session(
                self.backend,
                loaded,
                header,
                plan,
                stopper=self._stopper,
                keeper=lambda decoder: self._keeper(request, header, plan, loaded, decoder),
            )
            undo.pop_all()
        with ExitStack() as undo:
            undo.callback(session.close)
            session.warm_up()
            _refuse_if(cancel)
            around, before = session.markup()
            undo.pop_all()
        return session, around, before

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        """See :meth:`app.engine.base.Engine.generate`."""
        self._begin(cancel)
        session = self._require()
        seed = request.sampling.seed
        if seed is None:
            seed = secrets.randbelow(MAX_SEED + 1)
        answer = AnswerGenerator(
            self.backend,
            session,
            request,
            seed,
            cancel,
            drafting=self.options.prompt_lookup,
            told=self.told,
        )
        try:
            yield from answer.events()
        finally:
            answer.close()

    def read_ahead(self, asked: ReadAheadRequest, cancel: Cancel) -> Iterator[ReadAheadProgress]:
        """See :meth:`app.engine.base.Engine.read_ahead`."""
        self._begin(cancel)
        yield from ReadAhead(self._require(), asked, cancel, self.busy).steps()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See :meth:`app.engine.base.Engine.count_tokens`."""
        memory = self._require().memory
        return [len(memory.ids(text)) for text in texts]

    def devices(self) -> list[Device]:
        """See :meth:`app.engine.base.Engine.devices`."""
        free = psutil.virtual_memory().available  # ggml reports the total as free
        return [
            replace(device, free_memory=free) if device.backend == "CPU" else device
            for device in self.backend.devices()
        ]

    def configure(self, options: EngineOptions) -> None:
        """See :meth:`app.engine.base.Engine.configure`."""
        before, self.options = self.options, options
        if options.snapshot_dir != before.snapshot_dir:
            store, self._store = self._store, None
            if store is not None:
                store.close()
            if self._session is not None:
                self._session.kv_state = None
            if options.snapshot_dir is not None:
                self._store = SnapshotStore(options.snapshot_dir, options.snapshot_cap_bytes)
        elif self._store is not None:
            self._store.set_cap(options.snapshot_cap_bytes)

    def save_state(self, conversation_id: str) -> None:
        """See :meth:`app.engine.base.Engine.park`."""
        session = self._session
        if session is not None and session.held.conversation == conversation_id:
            session.save(self.busy)

    def on_idle(self) -> None:
        """Nothing has been asked for a while: write what a crash or a shutdown would lose."""
        if self._session is not None:
            self._session.save(self.busy)

    def resources(self) -> ComputeResources:
        """What there is to plan with, now."""
        memory = psutil.virtual_memory()
        return ComputeResources(
            available_memory=memory.available,
            total_memory=memory.total,
            physical_cores=psutil.cpu_count(logical=False) or os.cpu_count() or 1,
            gpus=tuple(device for device in self.devices() if device.backend != "CPU"),
        )

    def unload(self) -> None:
        """See :meth:`app.engine.base.Engine.unload`."""
        self._put_away(lambda: False)

    def _put_away(self, busy: Callable[[], bool]) -> None:
        """Save what is worth it, as long as nobody waits, and free the model."""
        session, self._session, self._survived = self._session, None, False
        if session is not None:
            session.save(busy)
            session.close()

    def close(self) -> None:
        """See :meth:`app.engine.base.Engine.close`."""
        self.unload()
        if self._store is not None:
            self._store.close()

    def _keeper(
        self,
        request: LoadRequest,
        header: GgufHeader,
        plan: LoadPlan,
        loaded: loader.ModelHandle,
        decoder: Decoder,
    ) -> KvStateManager | None:
        """Snapshots for a model, keyed by everything a state depends on."""
        if self._store is None:
            return None
        model = request.sha256
        if not model:
            found = request.path.stat()
            model = f"{request.path.resolve()}|{found.st_size}|{found.st_mtime_ns}"
        # Files with two sets of rope factors use the long one in any context beyond the original.
        original = header.hyper("rope.scaling.original_context_length")
        stretched = 0 < original < plan.context_size
        root = root_digest(model, self.backend.build, plan.kv_type, plan.gpu_layers > 0, stretched)
        return KvStateManager(
            self.backend.c,
            loaded.context,
            decoder.kv,
            store=self._store,
            root=root,
            min_gain=self.options.snapshot_min_gain,
        )

    def _begin(self, cancel: Cancel) -> None:
        """Lower the stop flag of the request before; a stop that came early raises it again.

        ``interrupt`` sets the flag after ``cancel``, so no stop is lost between the two lines.
        """
        self._stopper.clear()
        if cancel.is_set():
            self._stopper.set()

    def _require(self) -> Session:
        if self._session is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        return self._session


def _refuse_if(cancel: Cancel) -> None:
    if cancel.is_set():
        raise LoadCancelledError(tr("Loading was stopped."))
