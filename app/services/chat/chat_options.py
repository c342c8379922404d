"""What one chat has of its own: its preset, its sampling and context, its messages in waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from functools import reduce

from app.domain.conversation import Conversation
from app.domain.endpoints.source import endpoint_source
from app.domain.generation import Sampling
from app.domain.grammar.form import FREE
from app.domain.model import ChosenModel, EndpointModel, ModelFile
from app.domain.parts import FormPart, Part
from app.domain.presets.preset import NO_OPTIONS, ChatOptions, Preset, Values, checked_values
from app.services.core.events import Event, EventBus, PresetsChanged
from app.services.core.settings import SettingsService
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions, InForce, system_prompt
from app.services.presets.preset_service import PresetService

Change = Callable[[ChatOptions], ChatOptions]


class ChatOptionsService:
    """Chooses presets for chats and keeps what chats have of their own.

    A chat holds the text of its system prompt, so that what an answer was written under is stored
    with it. Choosing a preset replaces the text that came from the settings or from the preset
    before; one that the user wrote for this chat stays. A preset that is changed takes the chats
    along that have its text.
    """

    def __init__(
        self,
        library: LibraryService,
        presets: PresetService,
        options: AnswerOptions,
        models: ModelService,
        settings: SettingsService,
        bus: EventBus,
    ) -> None:
        self._library = library
        self._presets = presets
        self._options = options
        self._models = models
        self._settings = settings
        self._lock = threading.Lock()
        # By chat what is not on the disk yet, in order: a change, and a system prompt beside it.
        self._under_way: dict[str, list[tuple[Change, str | None]]] = {}
        bus.subscribe(self._on_event)

    def preset_of(self, chat: Conversation) -> Preset | None:
        """The preset of a chat; None where it has none."""
        chosen = self.options_of(chat).preset
        return self._presets.get(chosen) if chosen else None

    def asked_with(self, chat: Conversation, attached: Sequence[Part]) -> tuple[Part, ...]:
        """What goes with a question: its form is the preset's where none was chosen for it."""
        if any(isinstance(one, FormPart) for one in attached):
            return tuple(one for one in attached if one != FREE)
        preset = self.preset_of(chat)
        form = preset.answer_form if preset is not None else None
        return (*attached, form.part()) if form is not None else tuple(attached)

    def options_of(self, chat: Conversation) -> ChatOptions:
        """What a chat has of its own, with what is on its way to the disk."""
        with self._lock:
            changes = tuple(self._under_way.get(chat.id, ()))
        return _changed(chat.options, changes)

    def kept_options(self, conversation_id: str) -> ChatOptions:
        """What a chat has of its own, as it is stored or on its way there.

        Raises:
            NotFoundError: There is no such chat.
        """
        with self._lock:  # before the store is read: what is written meanwhile is in neither
            changes = tuple(self._under_way.get(conversation_id, ()))
        return _changed(self._library.chats.get(conversation_id).options, changes)

    def queued(self, conversation_id: str) -> tuple[str, ...]:
        """Messages that wait in a chat; none where there is no such chat."""
        if self._library.chats.is_gone(conversation_id):
            return ()
        return self.kept_options(conversation_id).queued

    def set_queued(
        self,
        conversation_id: str,
        texts: tuple[str, ...],
        lost: Callable[[], object] = lambda: None,
    ) -> None:
        """Keep messages that wait.

        Args:
            conversation_id: The chat.
            texts: All of them, in order.
            lost: Called, on another thread, where they could not be stored.

        Raises:
            NotFoundError: There is no such chat.
        """
        storing = self._store(conversation_id, lambda own: replace(own, queued=texts))
        storing.add_done_callback(lambda outcome: outcome.exception() and lost())

    def _store(
        self, conversation_id: str, change: Change, prompt: str | None = None
    ) -> Future[None]:
        own = (change, prompt)
        with self._lock:
            self._under_way.setdefault(conversation_id, []).append(own)

        def forget(_outcome: Future[None] | None = None) -> None:
            with self._lock:
                changes = self._under_way[conversation_id]
                changes.remove(own)
                if not changes:
                    del self._under_way[conversation_id]

        with ExitStack() as undo:
            undo.callback(forget)
            storing = self._library.change_options(conversation_id, change, prompt)
            undo.pop_all()
        storing.add_done_callback(forget)
        return storing

    def in_force(self, chat: Conversation) -> InForce:
        """What the next answer of a chat is written with, and where each value comes from."""
        return self._options.in_force(chat.options, self._models.state.model)

    def beneath_chat(self, chat: Conversation) -> InForce:
        """What would be in force for a chat if it had no values of its own."""
        own = replace(chat.options, values={})
        return self._options.in_force(own, self._models.state.model)

    def beneath_model(self) -> InForce:
        """What would be in force if neither chat, preset nor model had values."""
        return self._options.in_force(NO_OPTIONS, None)

    def sampling(self, in_force: InForce) -> Sampling:
        """How tokens are drawn with what is in force; as Phial comes where no model is chosen."""
        model = self._models.state.model
        return (
            in_force.settings.sampling()
            if model is None
            else self._options.sampling(in_force, model)
        )

    def choose(self, conversation_id: str, preset: Preset | None) -> bool:
        """Answer a chat in the way of a preset from now on; None for none.

        Returns:
            Whether the chat has the preset's system prompt: not where the user wrote one for it.

        Raises:
            NotFoundError: There is no such chat.
        """
        chat = self._library.chats.get(conversation_id)
        before = self.preset_of(chat)
        follows = chat.system_prompt in {"", self._prompt_of(None), self._prompt_of(before)}
        name = preset.id if preset is not None else ""
        prompt = self._prompt_of(preset) if follows else None
        self._store(conversation_id, lambda own: replace(own, preset=name), prompt)
        return follows

    def set_values(self, conversation_id: str, values: Values) -> Future[None]:
        """Give a chat sampling and context of its own; what is missing is as without it.

        Raises:
            InvalidValueError: A value is out of bounds.
        """
        checked = checked_values(values)
        return self._store(conversation_id, lambda own: replace(own, values=checked))

    def set_model(self, chat: Conversation, model: ChosenModel) -> None:
        """Remember which model a chat is answered by: one at an endpoint, or those of here.

        Raises:
            NotFoundError: There is no such chat.
        """
        named = str(model.source) if isinstance(model, EndpointModel) else ""
        if named != self.kept_options(chat.id).model:
            self._store(chat.id, lambda own: replace(own, model=named))

    def use_model_of(self, chat: Conversation, *, begun: bool) -> None:
        """Have the model of the shown chat in use: an endpoint's where this chat uses it.

        A chat that began here stays here, and so does a private one; a new one takes what is
        chosen for new chats. Nothing is asked of an endpoint by that.

        Raises:
            EndpointGoneError: The chat's endpoint is not on the list any more.
        """
        named = self.kept_options(chat.id).model
        if not begun and not named:
            named = self._settings.current.endpoint_model
        self._models.use(endpoint_source("" if chat.private else named))

    def use_own_model(self, conversation_id: str) -> None:
        """Have the model of a chat in use that need not be shown: none other may read it.

        Raises:
            NotFoundError: There is no such chat.
            EndpointGoneError: The chat's endpoint is not on the list any more.
        """
        chat = self._library.chats.get(conversation_id)
        self.use_model_of(chat, begun=chat.head_id is not None)

    def file_for(self, preset: Preset) -> ModelFile | None:
        """The model file a preset asks for, where another is in use and it is on this computer."""
        models = self._models
        now = models.state.model
        if not preset.model or (now is not None and models.facts.family_id(now) == preset.model):
            return None
        usable = (one for one in models.installed() if not one.problem)
        return next((one for one in usable if models.facts.family_id(one) == preset.model), None)

    def lacks_model(self, preset: Preset) -> bool:
        """Whether a preset asks for a model that is not on this computer."""
        now = self._models.state.model
        in_use = now is not None and self._models.facts.family_id(now) == preset.model
        return bool(preset.model) and not in_use and self.file_for(preset) is None

    def _prompt_of(self, preset: Preset | None) -> str:
        return system_prompt(self._settings, preset)

    def _on_event(self, event: Event) -> None:
        match event:
            case PresetsChanged(before, after) if before is not None and after is not None:
                self._follow(before, after)

    def _follow(self, before: Preset, after: Preset) -> None:
        """A preset has another text: so have the chats that have its text."""
        old, new = self._prompt_of(before), self._prompt_of(after)
        if old == new:
            return
        with self._lock:  # before the store is read: see kept_options
            under_way = {id_: tuple(changes) for id_, changes in self._under_way.items()}
        chats = {chat.id: chat for chat in self._library.chats.with_preset(after.id)}
        later = [
            id_ for id_ in under_way.keys() - chats.keys() if not self._library.chats.is_gone(id_)
        ]
        chats |= {id_: self._library.chats.get(id_) for id_ in later}
        for chat in chats.values():
            changes = under_way.get(chat.id, ())
            prompts = [prompt for _, prompt in changes if prompt is not None]
            prompt = prompts[-1] if prompts else chat.system_prompt
            if prompt == old and _changed(chat.options, changes).preset == after.id:
                self._library.set_system_prompt(chat.id, new)


def _changed(stored: ChatOptions, under_way: Sequence[tuple[Change, str | None]]) -> ChatOptions:
    return reduce(lambda own, one: one[0](own), under_way, stored)
