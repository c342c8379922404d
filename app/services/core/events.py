"""The events that services publish, and the bus that carries them.

Events are published on whichever thread made them. `EventBridge` in app.ui.core brings them to
the GUI thread, and joins them there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.domain.conversation import Message
from app.domain.download import DownloadItem
from app.domain.errors import KnownError
from app.domain.generation import (
    ContextFitted,
    EngineRestarted,
    PromptProgress,
    SnapshotRestored,
)
from app.domain.model import ChosenModel, Device, LoadedModel
from app.domain.network.serving import ServingState
from app.domain.parts import Part, PlacedPart
from app.domain.presets.preset import Preset
from app.domain.settings import Settings

if TYPE_CHECKING:  # nobody waits for it at the start
    from app.domain.embedding import MeaningState


class ModelPhase(Enum):
    """Where the model is between its file and its answers."""

    NONE = "none"  # no file chosen
    UNLOADED = "unloaded"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ModelState:
    """The state of the chosen model, as the model chip shows it.

    Attributes:
        phase: See :class:`ModelPhase`.
        model: The chosen model; None only in phase NONE.
        fraction: Load progress from 0 to 1, in phase LOADING.
        loaded: What is loaded, in phase READY.
        error: Why it failed, in phase FAILED.
    """

    phase: ModelPhase
    model: ChosenModel | None = None
    fraction: float = 0.0
    loaded: LoadedModel | None = None
    error: KnownError | None = None


@dataclass(frozen=True, slots=True)
class ModelStateChanged:
    """The model was chosen, is loading, became ready, failed or was unloaded."""

    state: ModelState


@dataclass(frozen=True, slots=True)
class DevicesFound:
    """The engine's compute devices are known; advice on models may be another now."""

    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Settings were saved."""

    before: Settings
    settings: Settings


@dataclass(frozen=True, slots=True)
class ConnectionsChanged:
    """A connection was opened or refused, or is over, or the list of them was cleared."""


@dataclass(frozen=True, slots=True)
class PresetsChanged:
    """Presets, prompts or the values of a model were saved.

    Attributes:
        before: The preset that was changed or deleted; None where that is something else.
        after: What it is now, or the new one; None for one that was deleted.
    """

    before: Preset | None = None
    after: Preset | None = None


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """The list of conversations changed: titles, order, pins, folders, trash.

    Attributes:
        ids: The conversations that changed; None where it may be any.
    """

    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LibraryReplaced:
    """All conversations are those of a backup now; whatever is shown may be gone."""


@dataclass(frozen=True, slots=True)
class RemovedForGood:
    """Chats, or messages of them, are gone for good: what is kept of their words goes too.

    Attributes:
        ids: Chats that are still there and lack something now.
    """

    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BranchChanged:
    """The messages of a conversation, or which branch is active, changed."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class AnswerStarted:
    """An answer is being prepared; ``message_id`` is already stored and on the branch."""

    conversation_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Summarising:
    """The model sums up messages that no longer fit, before it answers.

    Attributes:
        messages: How many the summary will stand for.
        reading: How far it is with reading; None before it began.
    """

    messages: int
    reading: PromptProgress | None = None


AnswerStep = ContextFitted | SnapshotRestored | PromptProgress | EngineRestarted | Summarising


@dataclass(frozen=True, slots=True)
class AnswerProgressed:
    """Something other than text happened to the answer being prepared."""

    conversation_id: str
    message_id: str
    step: AnswerStep


@dataclass(frozen=True, slots=True)
class AnswerTextAdded:
    """More text of the answer, and how many tokens it stands for."""

    conversation_id: str
    message_id: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class AnswerReasoningAdded:
    """The model began to think (``text`` is empty) or thought more; ``tokens`` it stands for."""

    conversation_id: str
    message_id: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class AnswerReasoningEnded:
    """The model stopped thinking after ``seconds``; its answer comes next."""

    conversation_id: str
    message_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AnswerPartAdded:
    """A part that is no text came whole, at the end of the text so far."""

    conversation_id: str
    message_id: str
    part: Part


@dataclass(frozen=True, slots=True)
class AnswerSourced:
    """An answer that may cite documents is about to begin.

    Attributes:
        check: Takes the text so far and returns what was found of each cited sentence that is
            complete; one call at a time, with more of the text each time.
    """

    conversation_id: str
    message_id: str
    check: Callable[[str], tuple[PlacedPart, ...]]


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """The answer is stored as it now stands: complete, stopped, cut, interrupted or failed.

    Attributes:
        message: The stored message.
        error: Why it failed, for a dialog or a line; None when it did not.
    """

    message: Message
    error: KnownError | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed and sent.

    Attributes:
        text: Its words.
        edited: The message that they were to replace; None for a new one.
    """

    text: str
    edited: str | None = None


@dataclass(frozen=True, slots=True)
class SendFailed:
    """A question could not be stored, so nothing was begun; the text belongs in the composer.

    Attributes:
        conversation_id: Where it was to go.
        asked: What was typed; None when an answer was to be regenerated or continued.
        error: Why.
    """

    conversation_id: str
    asked: Asked | None
    error: KnownError


@dataclass(frozen=True, slots=True)
class ContextMeasured:
    """How much of the context window a chat with its draft fills.

    Attributes:
        conversation_id: Which chat.
        tokens: Tokens of its branch and draft together, or of the summary that stands for its
            older part and the rest.
        context_size: Tokens of the context window; 0 where an endpoint does not say.
        left_out: Messages the model would not read word for word if the draft were sent now.
        refusal: Why the draft could not be sent at all; None where it can.
        note: What people should know of these figures; empty where they are exact.
        system: Of the tokens those of the system prompt, with a summary that follows it.
        message: Of the tokens those of the draft.
    """

    conversation_id: str
    tokens: int
    context_size: int
    left_out: int = 0
    refusal: KnownError | None = None
    note: str = ""
    system: int = 0
    message: int = 0


@dataclass(frozen=True, slots=True)
class ReadAheadChanged:
    """How much of a chat and its draft the model has read before it was asked.

    Attributes:
        conversation_id: Which chat.
        done: Tokens that need no reading any more.
        total: Tokens that can be read by now; as many as ``done`` when it has come to its end.
    """

    conversation_id: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class DownloadChanged:
    """A download moved on, paused, failed or was finished."""

    item: DownloadItem


@dataclass(frozen=True, slots=True)
class MeaningChanged:
    """More passages can be found by meaning, or why they cannot."""

    state: MeaningState


@dataclass(frozen=True, slots=True)
class ServingChanged:
    """The model is served to other programs, or no longer, or one of them asked for something."""

    state: ServingState


@dataclass(frozen=True, slots=True)
class Notice:
    """A calm sentence to be said once; nothing that must be answered."""

    text: str


@dataclass(frozen=True, slots=True)
class ErrorReported:
    """Something failed outside an answer; shown with its three sentences."""

    error: KnownError


Event = (
    ModelStateChanged
    | DevicesFound
    | SettingsChanged
    | PresetsChanged
    | LibraryChanged
    | LibraryReplaced
    | RemovedForGood
    | BranchChanged
    | AnswerStarted
    | AnswerProgressed
    | AnswerTextAdded
    | AnswerReasoningAdded
    | AnswerReasoningEnded
    | AnswerPartAdded
    | AnswerSourced
    | AnswerEnded
    | SendFailed
    | ContextMeasured
    | ReadAheadChanged
    | DownloadChanged
    | MeaningChanged
    | ServingChanged
    | Notice
    | ErrorReported
    | ConnectionsChanged
)

Listener = Callable[[Event], None]


class EventBus:
    """Hands every event to every listener, in the order of publication, on the caller's thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; calling the result removes it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(kept for kept in self._listeners if kept is not listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Call every listener. A listener must not block and must not raise."""
        for listener in self._listeners:
            listener(event)
