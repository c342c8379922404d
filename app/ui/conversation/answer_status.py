"""What the status line, the context meter and the Stop button say of an answer."""

from __future__ import annotations

from app.domain.conversation import Message, MessageStatus
from app.domain.generation import ContextFitted, StopReason
from app.language import tr
from app.services.chat.activity import IDLE, Activity, ActivityPhase, activity_line
from app.services.core import formatting
from app.services.core.events import ContextMeasured, ModelState
from app.services.library.chat_reader import ChatReader
from app.ui.conversation.chat_pane import ChatPane, Page
from app.ui.conversation.notices.error_actions import REFUSAL


class AnswerStatus:
    """Shows how full the context is and what is being done."""

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._context_size = 0
        self._note = ""  # what should be known of it
        self._prompt_tokens = 0
        self._refused = False  # the draft that was measured last
        self._state: ModelState | None = None
        self._doing, self._here = IDLE, False

    def set_model_state(self, state: ModelState) -> None:
        """A model was loaded or unloaded: the context has another size."""
        self._state = state
        self._context_size = state.loaded.context_size if state.loaded else 0
        self._show_waiting()
        self._note = state.loaded.note if state.loaded else ""
        if not self._context_size:
            self._pane.header.meter.set_use(0, 0, self._note)

    def show_context_fit(self, step: ContextFitted) -> None:
        """The history for the answer in progress was chosen."""
        self._prompt_tokens, self._context_size = step.prompt_tokens, step.context_size

    def show_context_use(self, event: ContextMeasured, left_out: int) -> None:
        """How full the context would be with the draft; ``left_out`` messages are so already."""
        self._pane.header.meter.set_use(event.tokens, event.context_size, event.note)
        banner = self._pane.banner
        if self._refused and event.refusal is None:
            banner.withdraw(REFUSAL)  # the draft was shortened
        self._refused = event.refusal is not None
        text = formatting.context_forecast(event, left_out)
        if banner.kind == REFUSAL:
            text = ""  # it is said already, with what can be done
        self._pane.status.set_forecast(text, urgent=event.refusal is not None)

    def show_activity(self, activity: Activity, *, answering: bool, here: bool) -> None:
        """What is done for the answer in progress.

        Args:
            activity: The step it is at.
            answering: Whether there is one.
            here: Whether it belongs to the chat that is shown.
        """
        self._pane.composer.set_answering(answering=answering, here=here or not answering)
        self._doing, self._here = activity, here
        self._show_waiting()
        if not answering:
            self._prompt_tokens = 0
        elif here and self._prompt_tokens and self._context_size:
            self._pane.header.meter.set_use(
                self._prompt_tokens + activity.tokens, self._context_size, self._note
            )

    def _show_waiting(self) -> None:
        """What is done before the first word stands where the answer will be, and only there."""
        activity, pane = self._doing, self._pane
        seen = self._here and pane.page is Page.TRANSCRIPT
        there = seen and activity.phase in {ActivityPhase.STARTING, ActivityPhase.READING}
        there = there and self._state is not None
        words = activity_line(activity, self._state) if there and self._state else ""
        pane.transcript.notes.show_waiting(words)
        pane.status.set_activity(activity, told=there)

    def show_last(self, answer: Message | None) -> None:
        """How the last answer of the shown chat ended; None where there is none."""
        finished = answer is not None and answer.status is not MessageStatus.STREAMING
        line = formatting.answer_line(answer) if answer is not None and finished else ""
        self._pane.status.set_last_answer(line)

    def tell_elsewhere(self, message: Message, chats: ChatReader) -> None:
        """The answer of a chat that is not shown has ended."""
        if not chats.is_gone(message.conversation_id):
            title = formatting.title(chats.get(message.conversation_id))
            self._pane.status.show_notice(ended_elsewhere(message, title))

    def show_chat(self, answer: Message | None) -> None:
        """Another chat is shown: its last answer tells about how much it fills, until counted."""
        timings = answer.timings if answer is not None else None
        used = timings.prompt_tokens + timings.completion_tokens if timings else 0
        self._pane.header.meter.set_use(used, self._context_size, self._note)


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
