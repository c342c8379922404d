"""The chosen model, a file or one at an endpoint, loaded on demand; the list of files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.endpoints.endpoint import EndpointError
from app.domain.endpoints.source import EndpointSource, endpoint_source
from app.domain.errors import (
    KnownError,
    LoadCancelledError,
    ModelFileError,
    ModelNotLoadedError,
)
from app.domain.model import (
    DEMO,
    ChosenModel,
    EndpointModel,
    LoadedModel,
    LoadRequest,
    ModelFile,
)
from app.domain.settings import Settings
from app.engine.base import Cancel, Engine
from app.language import tr
from app.services.core.events import (
    ErrorReported,
    EventBus,
    ModelPhase,
    ModelState,
    ModelStateChanged,
    SettingsChanged,
)
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
from app.services.models.endpoints import EndpointService
from app.services.models.listed_files import FileHasher, ListedFiles, NextFileReader
from app.services.models.model_files import ModelDetails, find_model, model_file
from app.services.models.model_fit import request_of
from app.services.models.model_states import in_use_again, resting
from app.services.models.speeds import SpeedRecorder

if TYPE_CHECKING:
    from app.hub.local.installed_models import InstalledModel, InstalledModels
    from app.store import SpeedStore


class ModelService:
    """Keeps one model chosen and, on the engine's executor, loaded.

    Attributes:
        facts: What is known of any model.
        files: Those of the list.
        speeds: Tokens a second, as measured.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        settings: SettingsService,
        bus: EventBus,
        *,
        shelf: InstalledModels,
        measurements: SpeedStore,
        facts: ModelDetails,
        demo_path: Path,
        endpoints: EndpointService,
        model: ChosenModel | None = None,
    ) -> None:
        self._engine, self._executor, self._endpoints = engine, lane, endpoints
        self._settings, self._bus = settings, bus
        self.facts, self._installed = facts, shelf
        self.files = ListedFiles(shelf, demo_path)
        self.speeds = SpeedRecorder(measurements, bus)
        self._cancel = threading.Event()
        self._telling = threading.RLock()  # a hash and the end of a load may come together
        self._hasher = FileHasher(shelf)
        self._next_file = NextFileReader(bus)
        self._loaded_with: LoadRequest | None = None
        self._here: ModelState | None = None  # the file in use before an endpoint was
        self._lent: ModelState | None = None  # what was chosen while another is borrowed
        self._state = ModelState(ModelPhase.UNLOADED, model) if model else self._first_state()
        bus.subscribe(self._on_event)

    @property
    def state(self) -> ModelState:
        """What the model chip shows; a frozen value."""
        return self._state

    def installed(self) -> list[ModelFile]:
        """Every file on the list that is there, the chosen one, and the demo last if it is there.

        One with a problem cannot be used, and is there to be removed.
        """
        return self.files.all(self._file_chosen())

    def _file_chosen(self) -> ModelFile | None:
        return self._state.model if isinstance(self._state.model, ModelFile) else None

    def reading_seconds(self, tokens: int) -> float:
        """How long the model in use reads so many tokens; 0 where it never read yet."""
        known = self.facts.reference(used).sha256 if (used := self._file_chosen()) else ""
        return self.speeds.reading_seconds(known, tokens)

    def hash_listed(self, model: InstalledModel, done: Callable[[bool], None]) -> None:
        """Take a listed model's hash in the background, comparing with what is told of it.

        Args:
            model: From the list.
            done: Called on another thread with whether the hash is as told, or newly known.
        """

        def hashed(good: bool) -> None:
            with self._telling:
                now, state = self._installed.get(model.path), self._state
                # From now on answers are stored with its hash.
                if good and now is not None and self._is_chosen(model_file(now)):
                    self._publish(replace(state, model=model_file(now)))
            done(good)

        self._hasher.submit(model, hashed)

    def remove(self, model: ModelFile) -> int:
        """Take a model off the list, and delete its files if Phial put them there.

        Returns:
            Bytes freed.

        Raises:
            NotFoundError: It is not listed.
            HubError: A file cannot be deleted; it stays on the list.
        """
        chosen = self._is_chosen(model)
        if chosen:
            self.cancel_load()
            self._executor.submit(self._engine.unload, urgent=True).result()
            self._loaded_with = None
        freed = self._installed.remove(model.path)
        if chosen:
            self._settings.update(model_path="")
            self._publish(ModelState(ModelPhase.NONE))
        return freed

    def close(self) -> None:
        """Stop loading, reading and hashing. May be called twice."""
        self.cancel_load()
        self._next_file.close()
        self._hasher.close()

    def choose(self, model: ChosenModel, then: Callable[[], object] = lambda: None) -> None:
        """Make ``model`` the chosen one and load it in the background.

        If it cannot be loaded, the one before is in use again and the reason is published.

        Args:
            model: From :meth:`installed`, or offered by an endpoint.
            then: Called on the engine's executor once it is loaded; not when it could not be.
        """
        before, self._lent = self._state, None
        if isinstance(before.model, ModelFile):
            self._here = before
        self.cancel_load()
        self._remember(model)
        self._switch(model, then, lambda error: self._return_to(before, model, error))

    def use(self, source: EndpointSource | None) -> None:
        """Use a model at an endpoint, or with None the one of here, until told otherwise.

        Nothing is remembered and no endpoint is asked; one of here that was ready is so again.

        Raises:
            EndpointGoneError: It is not on the list any more.
        """
        before = self._state
        there = isinstance(before.model, EndpointModel)
        if source is not None:
            if before.model is None or before.model.source != source:
                self._here = self._here if there else before
                self._publish(ModelState(ModelPhase.UNLOADED, self._endpoints.model(source)))
        elif there:
            self._take_up(self._state_here())

    def of_source(self, source: EndpointSource | None) -> ChosenModel | None:
        """The model at an endpoint, or with None the one of here, whichever is in use.

        None where there is none of here.

        Raises:
            EndpointGoneError: It is not on the list any more.
        """
        chosen = self._state.model
        there = chosen.source if isinstance(chosen, EndpointModel) else None
        if there == source:
            return chosen
        return self._state_here().model if source is None else self._endpoints.model(source)

    def _state_here(self) -> ModelState:
        """The file that was in use before an endpoint was."""
        return self._here or self.files.state(self._settings.current.model_path)

    def prefer(self, model: ModelFile) -> None:
        """Remember ``model`` as the chosen one where none but the demo is; nothing is loaded."""
        if self._settings.current.model_path in {"", DEMO}:
            self._remember(model)

    def borrow(self, model: ChosenModel, then: Callable[[], object]) -> None:
        """Load ``model`` for one answer; the chosen one stays chosen, and :meth:`give_back` is due.

        If it cannot be loaded, the chosen one is in use again and the reason is published.

        Args:
            model: From :meth:`installed`.
            then: Called on the lane once it is loaded; not when it could not be.
        """
        before = self._state
        if self._is_chosen(model):
            self._executor.submit(then, urgent=True)
            return
        self.cancel_load()
        self._lent = self._lent or before
        self._publish(ModelState(ModelPhase.UNLOADED, model))

        def failed(error: KnownError) -> KnownError:
            self.give_back()
            return in_use_again(before, model, error)

        self._switch(model, then, failed, cancelled=self.give_back)

    def give_back(self) -> None:
        """What was borrowed was used: the chosen model is in use again, loaded if it was."""
        lent, self._lent = self._lent, None
        if lent is not None:
            self._take_up(lent)

    def _take_up(self, state: ModelState) -> None:
        """Its model is in use again, and loaded if it was."""
        self._publish(replace(state, phase=resting(state.phase), loaded=None, fraction=0.0))
        if state.phase in {ModelPhase.READY, ModelPhase.LOADING}:
            self.load()

    def warm_up(self) -> None:
        """Start the engine in the background, so that it is ready before anything is asked."""
        self._executor.submit(self._engine.start)

    def load(self) -> None:
        """Load the chosen model in the background unless it is; the outcome is published."""
        model = self._state.model
        if model is not None and self._state.phase is not ModelPhase.LOADING:
            failed = self._state.phase is ModelPhase.FAILED

            def job() -> None:
                found = self._look_again(model) if failed else model
                if found is not None and not self._is_loaded(found):
                    self._load_or_report(found, self._fresh_cancel())

            self._executor.submit(job, urgent=True)

    def cancel_load(self) -> None:
        """Stop loading, if something is being loaded."""
        self._cancel.set()

    def unload(self) -> None:
        """Free the model's memory after what is running now."""

        def job() -> None:
            self._engine.unload()
            self._loaded_with = None
            if self._state.model is not None:
                self._publish(ModelState(ModelPhase.UNLOADED, self._state.model))

        self._executor.submit(job, urgent=True)

    def ensure_loaded(
        self,
        cancel: Cancel,
        settings_for: Callable[[ChosenModel], Settings] | None = None,
        wanted: ChosenModel | None = None,
    ) -> ChosenModel:
        """Load a model unless it is loaded. On the engine's executor only.

        Args:
            cancel: Stops the loading.
            settings_for: What it is loaded with, where a chat has values of its own.
            wanted: What was chosen when an answer was asked for, which may have waited since: no
                other model answers in its place. :meth:`give_back` is due then. None takes the
                chosen one.

        Raises:
            ModelNotLoadedError: None is chosen.
            LoadCancelledError: ``cancel`` was set.
            EngineError: It cannot be loaded.
        """
        state = self._state
        model = state.model if wanted is None or self._is_chosen(wanted) else wanted
        if model is None:
            raise ModelNotLoadedError(
                tr("No model is chosen."), action=tr("Choose a model, or try the built-in demo.")
            )
        settings = settings_for(model) if settings_for is not None else None
        if model is not state.model:
            self._lent = self._lent or state
        elif self._is_loaded(model, settings):
            return model
        self._load(model, cancel, settings)
        return model

    def _is_loaded(self, model: ChosenModel, settings: Settings | None = None) -> bool:
        """Whether it is the chosen one, and loaded as it would be now: a message may be quicker."""
        ready = self._state.phase is ModelPhase.READY and self._is_chosen(model)
        return ready and self._loaded_with == self.facts.request_for(model, settings)

    def ready_for(self, settings_for: Callable[[ChosenModel], Settings]) -> LoadedModel | None:
        """What is loaded, where the chosen model would answer with it as it is; None elsewhere.

        On the engine's executor only.

        Args:
            settings_for: What it would be loaded with.
        """
        state = self._state
        if state.phase is not ModelPhase.READY or state.model is None:
            return None
        wanted = self.facts.request_for(state.model, settings_for(state.model))
        return state.loaded if self._loaded_with == wanted else None

    def _first_state(self) -> ModelState:
        """What is chosen at the start: for new chats an endpoint's model may be."""
        settings = self._settings.current
        source = endpoint_source(settings.endpoint_model)
        if source is None:
            return self.files.state(settings.model_path)
        return self._endpoints.state(source)

    def _is_chosen(self, model: ChosenModel) -> bool:
        return self._state.model is not None and self._state.model.source == model.source

    def _look_again(self, model: ChosenModel) -> ChosenModel | None:
        """What is at a failed model's place now; None, and told, where nothing usable is."""
        try:
            if isinstance(model, EndpointModel):
                return self._endpoints.model(model.source)
            if model.demo:
                return model
            return self.files.usable(model.path) or find_model(str(model.path))
        except (ModelFileError, EndpointError) as error:
            self._publish(ModelState(ModelPhase.FAILED, model, error=error))
            self._bus.publish(ErrorReported(error))
            return None

    def _fresh_cancel(self) -> threading.Event:
        self._cancel = threading.Event()
        return self._cancel

    def _remember(self, model: ChosenModel) -> None:
        self._publish(ModelState(ModelPhase.UNLOADED, model))
        match model:
            case EndpointModel(source=source):
                self._settings.update(endpoint_model=str(source), welcomed=True)
            case ModelFile():
                path = DEMO if model.demo else str(model.path)
                self._settings.update(model_path=path, endpoint_model="", welcomed=True)

    def _switch(
        self,
        model: ChosenModel,
        then: Callable[[], object],
        failed: Callable[[KnownError], KnownError],
        cancelled: Callable[[], object] = lambda: None,
    ) -> None:
        """Load ``model`` in the background; what ``failed`` makes of an error is published."""

        def job() -> None:
            try:
                self._load(model, self._fresh_cancel())
            except LoadCancelledError:
                cancelled()
            except KnownError as error:
                self._bus.publish(ErrorReported(failed(error)))
            else:
                then()

        self._executor.submit(job, urgent=True)

    def _load_or_report(self, model: ChosenModel, cancel: threading.Event) -> bool:
        try:
            self._load(model, cancel)
        except LoadCancelledError:
            return False
        except KnownError as error:
            self._bus.publish(ErrorReported(error))
            return False
        return True

    def _return_to(self, before: ModelState, tried: ChosenModel, error: KnownError) -> KnownError:
        """After a model could not be loaded: use the one before, and say what there is to say."""
        old = before.model
        usable = before.phase in {ModelPhase.READY, ModelPhase.UNLOADED}
        if old is None or old.source == tried.source or not usable:
            return error
        self._remember(old)
        if before.phase is ModelPhase.READY and not self._load_or_report(old, self._fresh_cancel()):
            return error
        return in_use_again(before, tried, error)

    def _load(self, model: ChosenModel, cancel: Cancel, settings: Settings | None = None) -> None:
        self._publish(ModelState(ModelPhase.LOADING, model))

        def progress(fraction: float) -> None:
            self._publish(ModelState(ModelPhase.LOADING, model, fraction))

        request = self.facts.request_for(model, settings)
        self._loaded_with = None
        try:
            if isinstance(model, ModelFile) and model.problem:
                raise ModelFileError(model.problem)
            loaded = self._engine.load(request, progress, cancel)
        except LoadCancelledError:
            self._publish(ModelState(ModelPhase.UNLOADED, model))
            raise
        except KnownError as error:
            self._publish(ModelState(ModelPhase.FAILED, model, error=error))
            raise
        self._loaded_with = request
        with self._telling:
            known: ChosenModel = model
            if isinstance(model, ModelFile) and not model.sha256:
                listed = self._installed.get(model.path)  # its hash came meanwhile
                known = model_file(listed) if listed is not None else model
            self._publish(ModelState(ModelPhase.READY, known, 1.0, loaded))

    def _publish(self, state: ModelState) -> None:
        self._state = state
        self._bus.publish(ModelStateChanged(state))

    def _on_event(self, event: object) -> None:
        match event:
            case SettingsChanged(before, after) if request_of(before) != request_of(after):
                if self._state.phase in {ModelPhase.READY, ModelPhase.LOADING}:
                    self._executor.submit(self._load_as_set, urgent=True)

    def _load_as_set(self) -> None:
        """Load anew what was loaded with other settings than those of now."""
        model = self._state.model if self._state.phase is ModelPhase.READY else None
        if isinstance(model, ModelFile) and self._loaded_with != self.facts.request_for(model):
            self._load_or_report(model, self._fresh_cancel())
