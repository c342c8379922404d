"""The window's side of the engine process: starts it, supervises it, brings it back.

llama.cpp answers some errors with ``abort()``. When the process dies, it is started again, with
the next safer plan of the step-down ladder where the plan is to blame, and the request goes on.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from app.domain.endpoints.source import FileSource
from app.domain.errors import (
    EngineDiedError,
    KnownError,
    LoadCancelledError,
    ModelNotLoadedError,
    OutOfMemoryError,
)
from app.domain.generation import (
    MAX_SEED,
    EngineRestarted,
    Finished,
    GenerationEvent,
    GenerationRequest,
    ReadAheadProgress,
    ReadAheadRequest,
    StopReason,
)
from app.domain.model import Device, LoadedModel, LoadRequest
from app.domain.network.connections import Confinement
from app.engine.base import Cancel, EngineOptions, LoadProgressCallback
from app.engine.ladder import InMemoryLadder, LadderMemory
from app.engine.partial_result import (
    NEVER_CANCELLED,
    HungError,
    MonotonicProgress,
    PartialResult,
)
from app.engine.process import frames
from app.engine.process.engine_connection import POLL_SECONDS, EngineConnection, described
from app.engine.process.plan_steps import SAME_STEP_DEATHS, PlanSteps
from app.language import paragraph, tr
from app.process.child_process import ProcessDiedError, ProcessExit, SlowToStopError, command_of

log = logging.getLogger(__name__)

MOST_DEATHS = 8  # for one request; then the user is told
STOP_READING_SECONDS = 0.05  # a stopped pass over the prompt is waited for so long
STOP_WRITING_SECONDS = 5.0  # the last words of a stopped answer are worth that; then it hangs
SILENCE_SECONDS = 120.0  # counting the longest text takes seconds
STOP_LOAD_SECONDS = 0.05  # llama.cpp looks at its flag between tensors; then it is not waited for
HOST_OPTION = "--engine-host"  # by which this program is its engine process
HUNG = tr("The engine did not answer any more, so it was replaced.")


class EngineClient:
    """The engine whose work is done in a process of its own.

    Args:
        options: Sent to each process that is started.
        memory: Remembers which ladder step worked.
        command: Program and arguments; the default is this program's own engine host.
        environment: Added to the process's environment.
    """

    def __init__(
        self,
        options: EngineOptions | None = None,
        *,
        memory: LadderMemory | None = None,
        command: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._steps = PlanSteps(memory or InMemoryLadder())
        self._line = EngineConnection(
            options or EngineOptions(),
            command if command is not None else command_of(HOST_OPTION),
            environment,
        )
        self._request: LoadRequest | None = None
        self._model: LoadedModel | None = None
        self._held = False  # a model that another one did not replace may be in memory
        self._revival: threading.Thread | None = None
        self._revival_cancel = threading.Event()

    # --- the interface ----------------------------------------------------------------------

    def start(self) -> None:
        """Start the process ahead of its first use; returns at once."""
        self._line.open()

    @property
    def pid(self) -> int | None:
        """Process id of the engine, for the doctor and for tests."""
        return self._line.pid

    @property
    def confinement(self) -> Confinement | None:
        """What keeps the process from the network; None while it is not up."""
        return self._line.confinement

    def load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        """See :meth:`app.engine.base.Engine.load`."""
        self._stop_revival()
        self._held = self._held or self._model is not None
        self._request, self._model = None, None
        self._steps.begin()
        # The process works in a folder of its own, where a relative path means something else.
        request = replace(request, source=FileSource(request.path.absolute()))
        return self._load(request, progress, cancel)

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        """See :meth:`app.engine.base.Engine.generate`.

        When the engine dies before the first word, the answer is begun anew on a safer plan, and
        the stream only tells so. When it dies later, the stream ends with
        ``Finished(StopReason.ENGINE_DIED)`` and the model comes back in the background.
        """
        seed = request.sampling.seed
        if seed is None:  # chosen here, so that it is known even if the process dies
            seed = secrets.randbelow(MAX_SEED + 1)
        request = replace(request, sampling=replace(request.sampling, seed=seed))
        seen = PartialResult(seed)
        deaths = 0
        while True:
            try:
                self._await_revival(cancel)
                if self._model is None:
                    self._reload(cancel)
                for event in self._stream(request, cancel, seen):
                    seen.note(event)
                    yield event
            except LoadCancelledError:
                yield seen.as_finished(StopReason.STOPPED)
                return
            except SlowToStopError:
                if seen.tokens:
                    self._replace()
                    self._revive()
                yield seen.as_finished(StopReason.STOPPED)
                return
            except HungError:  # over what was stopped before; the question was not looked at
                self._replace()
                yield EngineRestarted("", HUNG)
            except ProcessDiedError as died:
                deaths += 1
                reason = self._after_death(died.process_exit, deaths, seen=seen)
                yield EngineRestarted(self._steps.description, reason)
                if seen.tokens:
                    self._revive()
                    yield seen.as_finished(StopReason.ENGINE_DIED)
                    return
            else:
                return

    def read_ahead(self, asked: ReadAheadRequest, cancel: Cancel) -> Iterator[ReadAheadProgress]:
        """See :meth:`app.engine.base.Engine.read_ahead`."""
        if self._model is None or self._revival is not None:
            return
        with self._deaths_told():
            number = self._line.send(lambda n: frames.ReadAheadCommand(n, asked))
            ended = False
            try:
                for frame in self._line.replies(number, cancel, lambda: 0.0):
                    if isinstance(frame, frames.ReadAheadReply):
                        yield frame.progress
                ended = True
            except SlowToStopError:  # its last step comes before whatever is asked next
                ended = True
            finally:
                if not ended:
                    self._line.stop(number)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See :meth:`app.engine.base.Engine.count_tokens`."""
        self._await_revival(NEVER_CANCELLED)
        if self._model is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        return list(
            self._simple(lambda number: frames.CountTokensCommand(number, tuple(texts))).counts
        )

    def devices(self) -> list[Device]:
        """See :meth:`app.engine.base.Engine.devices`."""
        self._await_revival(NEVER_CANCELLED)
        return list(self._simple(frames.ListDevicesCommand).devices)

    def configure(self, options: EngineOptions) -> None:
        """See :meth:`app.engine.base.Engine.configure`. Nothing is waited for."""
        self._line.configure(options)

    def save_state(self, conversation_id: str) -> None:
        """See :meth:`app.engine.base.Engine.park`.

        Nothing is waited for: the engine saves until it is asked for something else.
        """
        if self._model is not None and self._revival is None:
            self._line.send(lambda number: frames.SaveStateCommand(number, conversation_id))

    def unload(self) -> None:
        """See :meth:`app.engine.base.Engine.unload`.

        The process ends with the model, once its snapshots are written, and an empty one is begun:
        what llama.cpp and the C library keep for the next time goes too (decision 55).
        """
        self._stop_revival()
        self._request = None
        if self._model is not None or self._held:
            self._model, self._held = None, False
            self._line.renew()

    def close(self) -> None:
        """See :meth:`app.engine.base.Engine.close`."""
        self._stop_revival()
        self._line.close()
        self._model = self._request = None

    # --- loading and the ladder ---------------------------------------------------------------

    def _load(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        """Load, stepping down as often as needed."""
        advance = MonotonicProgress(progress)
        deaths = 0
        while True:
            try:
                self._steps.look_up(self._make_key(request, cancel))
                model = self._load_once(request, advance, cancel)
            except ProcessDiedError as died:
                deaths += 1
                self._request = request
                self._after_death(died.process_exit, deaths)
                continue
            except HungError:
                deaths += 1
                self._replace()
                if deaths >= SAME_STEP_DEATHS:
                    raise _not_loaded(request, HUNG) from None
                continue
            except OutOfMemoryError as error:
                if not self._steps.step_down():
                    raise
                log.warning("%s Trying %s.", error.what, self._steps.description)
                continue
            self._request, self._model, self._held = request, model, False
            self._steps.worked()
            return model

    def _load_once(
        self, request: LoadRequest, progress: LoadProgressCallback, cancel: Cancel
    ) -> LoadedModel:
        self._line.wait_for_exit()  # memory that is still being given back would count as taken
        number = self._line.send(lambda n: frames.LoadCommand(n, request, self._steps.step))
        try:
            for frame in self._line.replies(number, cancel, lambda: STOP_LOAD_SECONDS):
                match frame:
                    case frames.PlanReply(plan=plan, steps=steps):
                        self._steps.offer(steps)
                        log.info("Loading %s: %s", request.path.name, " ".join(plan.reasons))
                    case frames.ProgressReply(fraction=fraction):
                        progress(fraction)
                    case frames.LoadedReply(model=model):
                        return model
        except SlowToStopError as slow:  # it holds nothing worth keeping
            self._line.detach()
            self._held = False
            raise LoadCancelledError(tr("Loading was stopped.")) from slow
        raise AssertionError("the stream of frames ends with a result or an error")

    def _reload(self, cancel: Cancel) -> None:
        """Bring the model back after a restart.

        Raises:
            ModelNotLoadedError: There was none.
        """
        if self._request is None:
            raise ModelNotLoadedError(tr("No model is loaded."))
        self._load(self._request, lambda _fraction: None, cancel)

    def _after_death(
        self, death: ProcessExit, deaths: int, *, seen: PartialResult | None = None
    ) -> str:
        """Decide what to try next, see :meth:`PlanSteps.after`.

        Args:
            death: How the process ended.
            deaths: How often it did, over what is wanted.
            seen: Of the answer it was writing; None where it was loading.

        Returns:
            What happened, in words.

        Raises:
            EngineDiedError: There is nothing left to try.
        """
        log.error("%s %s", described(death), " | ".join(death.stderr))
        self._line.discard()
        had_model, self._model, self._held = self._request, None, False
        if had_model is None or deaths >= MOST_DEATHS or death.is_bug:
            raise _given_up(had_model, death, seen)
        if not self._steps.after(death):
            raise _given_up(had_model, death, seen)
        return described(death)

    def _replace(self) -> None:
        """The process hangs: end it, and begin another one."""
        log.error("%s", HUNG)
        self._line.detach()
        self._model, self._held = None, False

    def _make_key(self, request: LoadRequest, cancel: Cancel) -> str:
        """Machine, engine build and model, as one key."""
        backend = self._line.backend(cancel)
        if request.sha256:
            model = request.sha256
        else:
            try:
                found = request.path.stat()
                model = f"{request.path.resolve()}|{found.st_size}|{found.st_mtime_ns}"
            except OSError:  # the engine will say what is wrong with it
                model = str(request.path)
        return hashlib.sha256(f"{backend.machine}|{backend.build}|{model}".encode()).hexdigest()[
            :32
        ]

    # --- coming back in the background --------------------------------------------------------

    def _revive(self) -> None:
        """Load the model again while the user reads; whoever needs it waits for this."""
        self._revival_cancel = cancel = threading.Event()

        def revive() -> None:
            try:
                self._reload(cancel)
            except LoadCancelledError:
                pass
            except KnownError as error:  # told when it is needed and still does not come
                log.warning("The model did not come back: %s", error)

        self._revival = threading.Thread(target=revive, name="engine-revival", daemon=True)
        self._revival.start()

    def _await_revival(self, cancel: Cancel) -> None:
        thread = self._revival
        while thread is not None and thread.is_alive():
            if cancel.is_set():
                self._stop_revival()
                raise LoadCancelledError(tr("Loading was stopped."))
            thread.join(POLL_SECONDS)
        self._revival = None

    def _stop_revival(self) -> None:
        thread, self._revival = self._revival, None
        if thread is not None:
            self._revival_cancel.set()
            thread.join()

    # --- requests -----------------------------------------------------------------------------

    def _stream(
        self, request: GenerationRequest, cancel: Cancel, seen: PartialResult
    ) -> Iterator[GenerationEvent]:
        """The events of a request.

        Raises:
            DiedError: The process died.
            SlowToStopError: It was stopped, and the pass over the prompt that is under way goes on
                for a while: a large matrix product on a slow CPU, a whole pass on a GPU. Nobody
                waits for that; what it reads is kept, and the next request comes after it.
        """
        place = self._steps.place
        number = self._line.send(lambda n: frames.GenerateCommand(n, request))
        finished = False
        try:
            patience = lambda: STOP_WRITING_SECONDS if seen.tokens else STOP_READING_SECONDS  # noqa: E731
            for frame in self._line.replies(number, cancel, patience):
                if isinstance(frame, frames.EventReply):
                    if isinstance(frame.event, Finished):
                        finished = True
                        self._steps.answered(place)
                    yield frame.event
            finished = True
        finally:
            if not finished:  # the reader lost interest; what still comes of it is skipped later
                self._line.stop(number)

    def _simple(self, make: Callable[[int], object]) -> Any:
        """A command with one result."""
        last = None
        with self._deaths_told():
            self._line.backend(NEVER_CANCELLED)
            number = self._line.send(make)
            for frame in self._line.replies(number, NEVER_CANCELLED, silence=SILENCE_SECONDS):
                last = frame
        return last

    @contextmanager
    def _deaths_told(self) -> Iterator[None]:
        """A death shows as an error the user can act on, and the model comes back."""
        try:
            yield
        except ProcessDiedError as died:
            if self._request is None:
                self._line.discard()
            else:
                self._after_death(died.process_exit, 1)
                self._revive()
            raise _unanswered(described(died.process_exit), died.process_exit.detail) from died
        except HungError as hung:
            self._replace()
            if self._request is not None:
                self._revive()
            raise _unanswered(HUNG) from hung


def _given_up(
    request: LoadRequest | None, death: ProcessExit, seen: PartialResult | None
) -> EngineDiedError:
    """The error after the last try."""
    if seen is None and request is not None:
        return _not_loaded(request, described(death), death.detail)
    if seen is not None and seen.tokens:
        return EngineDiedError(described(death), detail=death.detail)
    return _unanswered(described(death), death.detail)


def _not_loaded(request: LoadRequest, why: str, detail: str = "") -> EngineDiedError:
    return EngineDiedError(
        paragraph(tr("{name} could not be loaded.", name=request.path.name), why),
        data=tr("Your conversations are safe."),
        action=tr("Choose another model file, or a smaller context."),
        detail=detail,
    )


def _unanswered(why: str, detail: str = "") -> EngineDiedError:
    safe, action = KnownError.default_data, KnownError.default_action
    return EngineDiedError(why, data=safe, action=action, detail=detail)
