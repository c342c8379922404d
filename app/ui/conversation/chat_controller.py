"""The controller of the conversation pane: which chat it shows, user actions, and events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.domain.conversation import BranchMessage, Conversation, Message
from app.domain.errors import KnownError, NotFoundError
from app.domain.generation import ContextFitted, Role
from app.domain.model import is_demo
from app.language import tr
from app.language.formats import isolated
from app.services.core import formatting
from app.services.core.events import (
    AnswerEnded,
    AnswerProgressed,
    AnswerStarted,
    BranchChanged,
    ContextMeasured,
    Event,
    LibraryChanged,
    ModelPhase,
    ModelStateChanged,
    ReadAheadChanged,
    SendFailed,
    SettingsChanged,
)
from app.services.registry import Services
from app.ui.conversation.answer_status import AnswerStatus
from app.ui.conversation.chat_pane import ChatPane, Page
from app.ui.conversation.draft_controller import DraftController
from app.ui.conversation.input.draft_reading import DraftReading
from app.ui.conversation.input.sent_parts import SentParts
from app.ui.conversation.live_answer import AnswerGrown
from app.ui.conversation.notices.error_actions import ANSWER_PROBLEM, REFUSAL
from app.ui.conversation.place_keeper import PlaceKeeper
from app.ui.conversation.shown_branch import ShownBranch
from app.ui.conversation.unanswered import Unanswered
from app.ui.conversation.view_state import ViewStates
from app.ui.transcript.viewport.scroll_anchor import BEGINNING, ScrollPosition


class ChatController(QObject):
    """Shows one chat at a time and passes the user's actions to the services.

    Attributes:
        unanswered: Messages that have no answer yet.
        drafting: What is typed, a new text or an edit.

    Signals:
        changed: What can be done now may have changed.
        shown: (conversation id) another chat is shown.
        failed: (KnownError) something the user asked for did not work.
    """

    changed = Signal()
    shown = Signal(str)
    failed = Signal(KnownError)

    def __init__(self, services: Services, pane: ChatPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._pane = pane
        self._chat: Conversation | None = None
        self._shown = ShownBranch(services, pane.transcript)
        self._live = self._shown.live
        self._sent = SentParts(pane.composer.attachments, pane.composer.form)
        self.unanswered = Unanswered(services, pane, self)
        self._bookmarks = ViewStates(services.library)
        self._status = AnswerStatus(pane, services.models.state, self.open_chat)
        composer = pane.composer
        self._places = PlaceKeeper(
            pane.transcript, self._bookmarks, lambda: self._chat if self.branch else None, self
        )
        self.drafting = DraftController(composer, self._bookmarks, self)
        self._reading = DraftReading(
            services,
            composer,
            lambda: None if self._live.id else self._chat,
            lambda: bool(self.drafting.editing),
        )
        self.drafting.paused.connect(self._reading.measure)
        self.drafting.went_on.connect(self._reading.read_ahead)
        self.drafting.failed.connect(self.failed)
        self.drafting.changed.connect(self.changed)
        self.drafting.told.connect(pane.snackbar.show_notice)
        composer.attachments.changed.connect(self._reading.measure)
        composer.send_requested.connect(self.send)
        composer.stop_requested.connect(self.stop)
        composer.edit_last_requested.connect(self.edit_last)
        composer.refused.connect(pane.snackbar.show_notice)
        pane.empty.prompt_chosen.connect(self.send_prompt)

    # --- what is shown ------------------------------------------------------------------------

    @property
    def chat(self) -> Conversation | None:
        """The chat that is shown."""
        return self._chat

    @property
    def branch(self) -> tuple[BranchMessage, ...]:
        """Its messages, as last read."""
        return self._shown.messages

    @property
    def left_out(self) -> int:
        """How many of its messages the model does not read any more."""
        return len(self._shown.left_out)

    @property
    def answering(self) -> bool:
        """Whether an answer is being written, in whichever chat, or has just ended unseen."""
        return self._services.chat.active is not None or bool(self._live.id)

    @property
    def answering_here(self) -> bool:
        """Whether the answer that is being written belongs to the chat that is shown."""
        active = self._services.chat.active
        shown = active is not None and self.is_shown(active.conversation_id)
        return shown or self._shown.growing

    def last(self, role: Role) -> Message | None:
        """The last message of ``role`` on the branch that is shown."""
        return self._shown.last(role)

    def open_chat(self, conversation_id: str, at_message: str | None = None) -> bool:
        """Show a chat where the reader left it, or at a message; return whether it exists."""
        try:
            if at_message is not None:
                self._services.library.activate_branch(at_message).result()
            chat = self._services.library.chats.get(conversation_id)
            branch = self._services.library.chats.branch(conversation_id)
        except NotFoundError:
            return False
        self.leave()
        self._chat = chat
        place = self._bookmarks.scroll_position_of(chat)
        self._show_branch(branch, ScrollPosition(at_message, BEGINNING) if at_message else place)
        self.drafting.open(chat)
        self._after_opening()
        return True

    def new_chat(self, *, private: bool = False) -> Conversation:
        """Begin a chat and return it; an empty one that is shown already is used."""
        chat = self._chat
        typed = self._pane.composer.text() or self.answering_here  # what was sent is stored soon
        unused = chat is not None and not self.branch and not typed
        if chat is None or not unused or chat.private != private:
            self.leave()
            chat = self._chat = self._services.library.create(private=private)
            self._show_branch((), None)
            self.drafting.open(chat)
        self._after_opening()
        self._pane.composer.setFocus()
        return chat

    def current(self) -> Conversation:
        """The chat that is shown; one is begun where there is none."""
        return self._chat or self.new_chat()

    def leave(self) -> None:
        """Keep draft and place of the shown chat, and let the engine put its state away."""
        chat = self._chat
        if chat is None:
            return
        self._pane.header.title.finish()
        self.drafting.close()
        self._places.save()
        if self.branch and not self.answering:
            self._services.chat.save_state(chat.id)
        self._chat = None

    def start_over(self) -> None:
        """Another library is in place: what is typed goes along where its chat is not in it."""
        if self._chat is not None and self._services.library.chats.is_gone(self._chat.id):
            self._move_on()
        elif self._chat is None or self.branch:
            self.new_chat()

    def _move_on(self) -> None:
        """The shown chat is gone: what is typed goes along into a new one, with its documents."""
        typed, gone, self._chat = self.drafting.release(), self._chat, None
        now = self.new_chat()
        if gone is not None:
            self._pane.composer.attachments.carry_over(gone, now)
        if typed:
            self.drafting.use_prompt(typed)

    def refresh_page(self) -> None:
        """Show the transcript, or what stands in for an empty one."""
        if self.branch:
            self._pane.show_page(Page.TRANSCRIPT)
            return
        demo = is_demo(self._services.models.state.model)
        self._pane.empty.show_for(demo=demo, private=bool(self._chat and self._chat.private))
        self._pane.show_page(Page.EMPTY)

    def refresh_title(self) -> None:
        """Show the title anew; it may have been given by the first message, or changed."""
        chat = self._chat
        if chat is None:
            return
        try:
            self._chat = self._services.library.chats.get(chat.id)
        except NotFoundError:
            return
        if self._chat.system_prompt != chat.system_prompt:
            self._reading.measure()
        self._pane.header.title.set_title(formatting.title(self._chat), editable=bool(self.branch))
        self._pane.header.set_private(private=self._chat.private)

    def _after_opening(self) -> None:
        assert self._chat is not None  # noqa: S101 - for the type checker
        self.refresh_title()
        self._use_model()
        self._show_activity()
        self._status.show_chat(self.last(Role.ASSISTANT))
        self._reading.measure()
        self.shown.emit(self._chat.id)
        self.changed.emit()

    def _use_model(self) -> None:
        """Have the chat's own model in use, unless an answer is being written with another."""
        chat = self._chat
        if chat is not None and not self.answering:
            options = self._services.chat_options
            self.attempt(lambda: options.use_model_of(chat, begun=bool(self.branch)))

    def _show_branch(
        self, branch: tuple[BranchMessage, ...], anchor: ScrollPosition | None
    ) -> None:
        self._shown.show(self._chat, branch, anchor)
        self.refresh_page()

    def summary(self) -> tuple[str, str] | None:
        """Message id and text of the summary in force; None where there is none."""
        return self._shown.summary()

    # --- what the user wants ------------------------------------------------------------------

    def attempt(self, action: Callable[[], object]) -> bool:
        """Do what was asked; a known error is shown, and tell whether it worked."""
        try:
            action()
        except KnownError as error:
            self.failed.emit(error)
            return False
        return True

    def send(self, text: str) -> None:
        """Send what is in the composer, or replace the message that is edited."""
        self._pane.composer.setFocus()
        chat, editing = self.current(), self.drafting.editing
        for problem in (ANSWER_PROBLEM, REFUSAL):
            self._pane.banner.withdraw(problem)
        refusal = self._services.context.refusal(chat.id, text) if editing is None else None
        if refusal is not None:
            self._pane.composer.set_forecast("")  # what it said is said in the panel
            self.failed.emit(refusal)
            return
        ask = self._services.chat
        if ask.active is not None and editing is None and self._sent.none_waiting:
            self._pane.composer.queue_requested.emit(text)  # that one began was not told yet
            return
        given = () if editing else self._sent.waiting(chat.id)
        if self.attempt(
            lambda: ask.edit(editing, text) if editing else ask.send(chat.id, text, given)
        ):
            if given:
                self._sent.take(chat.id)
            elif not self._pane.composer.attachments.empty:
                told = tr("The documents stay here for your next message.")
                self._pane.snackbar.show_notice(told)
            self.drafting.on_sent()
            self._pane.transcript.scroll_to_end()  # where the answer will stand

    def send_prompt(self, text: str) -> None:
        """Send a text that was chosen; where something is typed it stands below that instead."""
        if self._pane.composer.text() or self.answering:
            self.drafting.use_prompt(text)
        else:
            self.send(text)

    def stop(self) -> None:
        """Stop the answer; what there is of it stays, and one types on."""
        self._services.chat.stop()
        self._pane.composer.setFocus()

    def continue_answer(self, answer_id: str) -> None:
        """Go on with an answer that ended early."""
        self._pane.banner.withdraw(ANSWER_PROBLEM)
        before = self._shown.message(answer_id)
        if before is not None:
            self._live.resume(before)
        if self.attempt(lambda: self._services.chat.continue_answer(answer_id)):
            self._pane.composer.setFocus()

    def regenerate(self, answer_id: str) -> None:
        """Write another version of an answer."""
        self._pane.banner.withdraw(ANSWER_PROBLEM)
        if self.attempt(lambda: self._services.chat.regenerate(answer_id)):
            self._pane.composer.setFocus()

    def select_version(self, message_id: str, step: int) -> None:
        """Walk to another version of a message."""
        if self.answering:
            self._pane.snackbar.show_notice(
                tr("An answer is being written. Stop it to see other versions.")
            )
            return
        self.attempt(lambda: self._services.library.select_version(message_id, step))

    def edit(self, message_id: str) -> None:
        """Put one of the user's messages into the composer, to be sent in other words."""
        message = self._shown.message(message_id)
        if message is None or message.role is not Role.USER:
            return
        if self.answering:
            self._pane.snackbar.show_notice(
                tr("An answer is being written. Stop it to edit a message.")
            )
            return
        self.drafting.edit(message)

    def edit_last(self) -> None:
        """Edit the last message of the user, if there is one."""
        question = self.last(Role.USER)
        if question is not None:
            self.edit(question.id)

    # --- what the services tell ---------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Show what happened."""
        if isinstance(event, AnswerGrown):
            self._on_grown(event)
            return
        match event:
            case BranchChanged() if self.is_shown(event.conversation_id):
                self._on_branch_changed()
            case AnswerStarted():
                self._on_started(event)
            case AnswerProgressed():
                self._on_progressed(event)
            case AnswerEnded():
                self._on_ended(event)
            case SendFailed():
                self._on_send_failed(event)
            case ContextMeasured() if self.is_shown(event.conversation_id):
                self._status.show_context_use(event, len(self._shown.left_out))
            case ReadAheadChanged() if self.is_shown(event.conversation_id):
                self._pane.composer.bar.set_read_ahead(event.done, event.total)
            case LibraryChanged(ids):
                self._look_again(ids)
            case SettingsChanged():
                self._reading.measure()
            case ModelStateChanged(state):
                self._status.set_model_state(state)
                if not self.branch:
                    self.refresh_page()
                if state.phase is ModelPhase.READY:
                    self.unanswered.model_ready()
                    self._reading.measure()
                self.changed.emit()

    def is_shown(self, conversation_id: str) -> bool:
        """Whether this chat is the one that is shown."""
        return self._chat is not None and self._chat.id == conversation_id

    def _on_branch_changed(self) -> None:
        assert self._chat is not None  # noqa: S101 - for the type checker
        was_empty = not self.branch
        branch = self._services.library.chats.branch(self._chat.id)
        if was_empty:
            self._show_branch(branch, None)
        else:
            self._shown.update(branch)
            self.refresh_page()
        self.refresh_title()
        self._reading.measure()
        self.changed.emit()

    def _look_again(self, ids: Sequence[str] | None) -> None:
        """Other chats may be the same; this one may be gone, or another process wrote in it."""
        chat = self._chat
        if chat is None or (ids is not None and chat.id not in ids):
            return
        if self._services.library.chats.is_gone(chat.id):
            self._move_on()
            self._pane.snackbar.show_notice(
                tr("“{title}” is in the trash.", title=isolated(formatting.title(chat)))
            )
        elif ids is None:
            branch = self._services.library.chats.branch(chat.id)
            if self._shown.differs(branch):
                self._on_branch_changed()

    def _on_started(self, event: AnswerStarted) -> None:
        self._sent.on_stored(event.conversation_id)
        self._shown.begin(event.message_id, here=self.is_shown(event.conversation_id))
        self._show_activity()
        self.changed.emit()

    def _on_progressed(self, event: AnswerProgressed) -> None:
        self._live.step(event.step)
        if isinstance(event.step, ContextFitted):
            self._status.show_context_fit(event.step)
            if self.is_shown(event.conversation_id):
                self._shown.mark_left_out(event.step.left_out)
        self._show_activity()

    def _on_grown(self, event: AnswerGrown) -> None:
        if self._shown.grow(event, here=self.is_shown(event.conversation_id)):
            self._show_activity()

    def _on_ended(self, event: AnswerEnded) -> None:
        message = event.message
        here = self.is_shown(message.conversation_id)
        self._shown.end(message, here=here)
        if not here:
            self._status.tell_elsewhere(message, self._services.library.chats)
            # It was left while this was written.
            self._services.chat.save_state(message.conversation_id)
        self._show_activity()
        if not here:
            self._use_model()
        self._reading.measure()
        error = self.unanswered.ended(message, event.error, here=here)
        if error is not None:
            self.failed.emit(error)
        self.changed.emit()

    def _on_send_failed(self, event: SendFailed) -> None:
        asked = event.asked
        if asked is not None:
            self.attempt(lambda: self.drafting.restore_unsent(event.conversation_id, asked))
            self._sent.give_back(event.conversation_id)
        self._live.clear_activity()
        self._show_activity()
        self.failed.emit(event.error)
        self.changed.emit()

    def _show_activity(self) -> None:
        active = self._services.chat.active if self._live.id else None
        here = active is not None and self.is_shown(active.conversation_id)
        self._status.show_activity(self._live.activity, answering=bool(self._live.id), here=here)
