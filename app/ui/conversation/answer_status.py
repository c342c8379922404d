"""What the answer's place, the context ring and the Stop button say of an answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer

from app.domain.conversation import Message, MessageStatus
from app.domain.generation import ContextFitted, StopReason
from app.language import tr
from app.language.formats import isolated
from app.services.chat.activity import IDLE, Activity, ActivityPhase, activity_line
from app.services.core import formatting
from app.services.core.events import ContextMeasured, ModelState
from app.services.library.chat_reader import ChatReader
from app.ui.conversation.chat_pane import ChatPane, Page
from app.ui.conversation.context_ring import ContextUse
from app.ui.conversation.notices.error_actions import REFUSAL
from app.ui.desktop.answer_ready import is_read_beside

_FIGURES_MS = 250
"""Between two looks at how many tokens were written and how fast: a figure that changes with every
token cannot be read."""
_BEFORE = {ActivityPhase.STARTING, ActivityPhase.READING}


class AnswerStatus:
    """Shows how full the context is and what is being done.

    Args:
        pane: Where.
        state: The model's.
        open_chat: Shows the chat of that id, whose answer ended unseen.
    """

    def __init__(
        self, pane: ChatPane, state: ModelState, open_chat: Callable[[str], object]
    ) -> None:
        self._pane, self._state, self._open_chat = pane, state, open_chat
        self._context_size = 0
        self._note = ""  # what should be known of it
        self._prompt_tokens = 0
        self._system = 0  # tokens of the system prompt
        self._used = 0  # tokens with what is written so far, while it is
        self._refused = False  # the draft that was measured last
        self._doing, self._here = IDLE, False
        self._figures = QTimer(pane, singleShot=True, interval=_FIGURES_MS)
        self._figures.timeout.connect(self._show_figures)

    def set_model_state(self, state: ModelState) -> None:
        """A model was loaded or unloaded: the context has another size."""
        self._state = state
        self._context_size = state.loaded.context_size if state.loaded else 0
        self._show_waiting()
        self._note = state.loaded.note if state.loaded else ""
        if not self._context_size:
            self._pane.header.ring.show_use(ContextUse(note=self._note))

    def show_context_fit(self, step: ContextFitted) -> None:
        """The history for the answer in progress was chosen."""
        self._prompt_tokens, self._context_size = step.prompt_tokens, step.context_size

    def show_context_use(self, event: ContextMeasured, left_out: int) -> None:
        """How full the context would be with the draft; ``left_out`` messages are so already."""
        self._system = event.system
        self._pane.header.ring.show_use(
            ContextUse(event.tokens, event.context_size, event.note, event.system, event.message)
        )
        banner = self._pane.banner
        if self._refused and event.refusal is None:
            banner.withdraw(REFUSAL)  # the draft was shortened
        self._refused = event.refusal is not None
        text = formatting.context_forecast(event, left_out)
        if banner.kind == REFUSAL:
            text = ""  # it is said already, with what can be done
        self._pane.composer.set_forecast(text)

    def show_activity(self, activity: Activity, *, answering: bool, here: bool) -> None:
        """What is done for the answer in progress.

        Args:
            activity: The step it is at.
            answering: Whether there is one.
            here: Whether it belongs to the chat that is shown.
        """
        self._pane.composer.set_answering(answering=answering, here=here or not answering)
        self._doing, self._here = activity, here
        known = answering and here and self._prompt_tokens and self._context_size
        self._used = self._prompt_tokens + activity.tokens if known else 0
        self._show_waiting()
        if not here or activity.phase is not ActivityPhase.WRITING:
            self._show_figures()
        elif not self._figures.isActive():
            self._figures.start()
        if answering:
            self._pane.composer.bar.set_read_ahead(0, 0)  # the answer's own reading comes first
        if not answering:
            self._prompt_tokens = 0

    def _show_waiting(self) -> None:
        """What is done before the first word stands where the answer will be."""
        words = self._words() if self._doing.phase in _BEFORE else ""
        self._pane.transcript.notes.show_waiting(words)

    def _show_figures(self) -> None:
        """How much is written, and how fast, stands in the row below the answer.

        The ring grows at the same time.
        """
        self._figures.stop()
        if self._used:
            self._show_use(self._used)
        words = self._words() if self._doing.phase is ActivityPhase.WRITING else ""
        self._pane.transcript.notes.show_figures(words)

    def _words(self) -> str:
        """What is done for the answer; empty where another chat or page is shown."""
        seen = self._here and self._pane.page is Page.TRANSCRIPT
        return activity_line(self._doing, self._state) if seen else ""

    def tell_elsewhere(self, message: Message, chats: ChatReader) -> None:
        """The answer of a chat that is not shown has ended."""
        chat = message.conversation_id
        if not chats.is_gone(chat) and not is_read_beside(chat):
            title = isolated(formatting.title(chats.get(chat)))
            said, snackbar = ended_elsewhere(message, title), self._pane.snackbar
            if snackbar.can_undo:
                snackbar.show_notice(said)
            else:
                show = partial(self._open_chat, chat)
                snackbar.show_message(said, show, tr("Open"))

    def show_chat(self, answer: Message | None) -> None:
        """Another chat is shown: its last answer tells about how much it fills, until counted."""
        timings = answer.timings if answer is not None else None
        used = timings.prompt_tokens + timings.completion_tokens if timings else 0
        self._system = self._used = 0
        self._show_use(used)
        self._pane.composer.bar.set_read_ahead(0, 0)

    def _show_use(self, tokens: int) -> None:
        use = ContextUse(tokens, self._context_size, self._note, min(self._system, tokens))
        self._pane.header.ring.show_use(use)


def ended_elsewhere(message: Message, title: str) -> str:
    """How the answer of another chat, of that title, ended."""
    match message.status:
        case MessageStatus.STOPPED:
            return tr("The answer in “{title}” was stopped.", title=title)
        case MessageStatus.CUT if message.stop_reason is StopReason.CONTEXT_FULL:
            return tr("The answer in “{title}” ends where the context is full.", title=title)
        case MessageStatus.CUT:
            return tr("The answer in “{title}” was cut at the token limit.", title=title)
        case MessageStatus.INTERRUPTED:
            return tr("The answer in “{title}” was interrupted.", title=title)
        case MessageStatus.FAILED:
            return tr("The answer in “{title}” could not be written.", title=title)
        case MessageStatus.COMPLETE | MessageStatus.STREAMING:
            return tr("The answer in “{title}” is finished.", title=title)
