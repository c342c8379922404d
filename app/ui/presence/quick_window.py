"""The window of the quick question: one composer, the answer above it, and a way into Phial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.generation import Role
from app.language import paragraph, tr
from app.services.core.events import (
    AnswerEnded,
    AnswerProgressed,
    AnswerStarted,
    Asked,
    ErrorReported,
    Event,
    ModelStateChanged,
    SettingsChanged,
)
from app.services.registry import Services
from app.ui.conversation.chat_controller import ChatController
from app.ui.conversation.input.queued_messages import QueuedMessages
from app.ui.conversation.marks.picture_dialog import follow_link
from app.ui.conversation.notices.error_actions import ErrorActions, actions_for, problem_kind
from app.ui.core.operations import Operations
from app.ui.desktop.answer_ready import SHOWS_ANSWERS
from app.ui.presence.quick_pane import QuickPane
from app.ui.style.dialogs import push_button
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.typography import typesetting_of
from app.ui.transcript.content.selection import answer_markdown
from app.ui.transcript.widgets.signals import ActionKind, CodeToSave, MessageAction

_WIDTH, _ANSWERED = 640, 460  # pixels at 100 %
OPEN_KEYS = "Ctrl+O"  # not shown: the keys


@dataclass(frozen=True, slots=True)
class QuickWays:
    """What leads from the quick question into the main window.

    Attributes:
        open_chat: (id, what is typed and not sent) Shows a chat there, and the window.
        act: Does what was asked for at a message, which is shown there by then.
        save_code: Saves a block of code.
        errors: What can be done about an error, in the main window; there a model is chosen.
        closed: Told when the quick window has been closed.
    """

    open_chat: Callable[[str, str], object]
    act: Callable[[MessageAction], object]
    save_code: Callable[[CodeToSave], object]
    errors: ErrorActions
    closed: Callable[[], object]


class QuickWindow(QWidget):
    """Asks one question, in a chat of its own that is kept as every chat is.

    Args:
        services: What everything is done with.
        theme: Colours.
        operations: A thread for what blocks.
        ways: Into the main window.
    """

    def __init__(
        self, services: Services, theme: Theme, operations: Operations, ways: QuickWays
    ) -> None:
        super().__init__()
        self._services, self._ways = services, ways
        self._last = ""  # the chat that was shown, while nothing was asked in it
        self._own: set[str] = set()  # chats that were shown here
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("Quick question - Phial"))
        self.pane = QuickPane(theme)
        self.pane.composer.esc_stops = False
        self.controller = ChatController(services, self.pane, self)
        self._queue = QueuedMessages(
            services.chat,
            services.chat_options,
            self.pane.composer,
            lambda: self.controller.chat,
            self.controller.attempt,
            operations.back,
            self._restore,
        )
        self.pane.put_above_composer(self._queue.strip)
        self._private = QCheckBox(tr("Private"))
        self._private.setToolTip(tr("A private chat lives in memory only, until Phial ends."))
        self._model = self.pane.composer.bar.model
        self._copy = push_button(tr("Copy answer"), "link")
        self._open = push_button(tr("Open in Phial"), "link")
        self._lay_out()
        self._connect()
        self._follow_settings()
        self._show_model()
        self.resize(zoomed(_WIDTH), self.sizeHint().height())

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE * 2, 0, SPACE * 2, SPACE)
        foot.setSpacing(SPACE)
        foot.addWidget(self._private)
        foot.addWidget(self._model)
        foot.addStretch(1)
        foot.addWidget(self._copy)
        foot.addWidget(self._open)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pane, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        pane, controller = self.pane, self.controller
        self._private.clicked.connect(self._set_private)
        self._copy.clicked.connect(lambda _checked: self._copy_answer())
        self._open.clicked.connect(lambda _checked: self.open_in_phial())
        self._model.clicked.connect(lambda _checked: self._ways.errors.choose_model())
        self._open.setToolTip(
            QKeySequence(OPEN_KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        )
        QShortcut(QKeySequence(OPEN_KEYS), self, self.open_in_phial)
        pane.page_changed.connect(self._on_page)
        controller.changed.connect(self._update)
        controller.shown.connect(self._on_shown)
        controller.failed.connect(self.show_problem)
        transcript = pane.transcript
        transcript.action_requested.connect(self._on_action)
        transcript.link_activated.connect(partial(follow_link, self, self._services.pictures.path))
        transcript.notes.quoted.connect(controller.drafting.use_prompt)
        transcript.notes.code_saving_requested.connect(self._ways.save_code)

    # --- coming and going ---------------------------------------------------------------------

    def ask(self) -> None:
        """Show it, ready for a question; words that were typed and not sent are there again."""
        if self.isVisible() and self.controller.chat is not None:
            self._come_forward()
            return
        if not (self._last and self.controller.open_chat(self._last)):
            self.controller.new_chat(private=self._private.isChecked())
        chat = self.controller.chat
        self._private.setChecked(chat is not None and chat.private)
        self._come_forward()

    def _come_forward(self) -> None:
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        self.pane.composer.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let go of the chat; what is typed in it is kept."""
        self.release()
        super().closeEvent(event)
        self.hide()  # who is told looks whether anything is seen
        self._ways.closed()

    def release(self) -> None:
        """Let go of the chat that is shown, and keep what is typed in it."""
        chat = self.controller.chat
        if chat is None:
            return
        typed = self.pane.composer.text()
        empty = not self.controller.branch and not self.controller.answering_here
        self._last = chat.id if typed and empty else ""
        self.controller.leave()

    def open_in_phial(self) -> None:
        """Go on with the chat in the main window."""
        chat, typed = self.controller.chat, self.pane.composer.text()
        edited = self.controller.drafting.editing is not None  # kept with its message
        self.release()
        self._last = ""
        if chat is not None:
            self._ways.open_chat(chat.id, "" if edited else typed)
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it; what is being written goes on."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    # --- what it shows ------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Hand an event of the services on."""
        match event:
            case SettingsChanged():
                self._follow_settings()
            case ModelStateChanged():
                self._show_model()
            case ErrorReported(error) if self.isVisible():
                self.show_problem(error)
        if not self._is_elsewhere(event):
            self.controller.on_event(event)
        self._queue.on_event(event)

    def _is_elsewhere(self, event: Event) -> bool:
        """Whether it is about an answer that the main window shows and tells of."""
        match event:
            case AnswerStarted(chat_id) | AnswerProgressed(chat_id):
                return chat_id not in self._own
            case AnswerEnded(message):
                return message.conversation_id not in self._own
        return False

    def _restore(self, chat_id: str, asked: Asked) -> None:
        drafting = self.controller.drafting
        self.controller.attempt(lambda: drafting.restore_unsent(chat_id, asked))

    def _on_shown(self, conversation_id: str) -> None:
        self._own.add(conversation_id)
        self.setProperty(SHOWS_ANSWERS, conversation_id)
        self._queue.show()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self.pane.set_theme(theme)

    def show_problem(self, error: KnownError) -> None:
        """Say what failed, with what can be done about it."""
        answer = self.controller.last(Role.ASSISTANT)
        can_continue = answer is not None and answer.status.can_continue
        offers = actions_for(error, self._ways.errors, can_continue=can_continue)
        rest = paragraph(error.data, error.action)
        self.pane.banner.show_message(problem_kind(error), error.what, rest, offers)

    def _follow_settings(self) -> None:
        settings = self._services.settings.current
        self.pane.set_type(typesetting_of(settings))
        self.pane.transcript.restyle(wrap_code=settings.wrap_code)
        self.pane.composer.set_enter_sends(enter_sends=settings.enter_sends)

    def _show_model(self) -> None:
        self.pane.set_model_state(self._services.models.state)

    def _on_page(self, answered: bool) -> None:
        if not answered:  # what was remembered of its least height is of the answer
            self.pane.updateGeometry()
            self._column.activate()
        height = zoomed(_ANSWERED) if answered else self.minimumSizeHint().height()
        if not answered or self.height() < height:
            self.resize(self.width(), height)

    def _update(self) -> None:
        self._private.setEnabled(not self.controller.branch)
        self._copy.setEnabled(self.controller.last(Role.ASSISTANT) is not None)

    # --- what is asked of it ------------------------------------------------------------------

    def _set_private(self, private: bool) -> None:
        """The next question is asked in a chat of the other kind; nothing stays in this one."""
        typed = self.pane.composer.text()
        self.pane.composer.set_text("")
        self.controller.drafting.save()
        self.controller.new_chat(private=private)
        if typed:
            self.controller.drafting.use_prompt(typed)

    def _copy_answer(self) -> None:
        answer = self.controller.last(Role.ASSISTANT)
        text = answer_markdown(answer) if answer is not None else ""
        if not text.strip():
            self.pane.snackbar.show_notice(tr("There is no answer to copy yet."))
            return
        QGuiApplication.clipboard().setText(text)
        self.pane.snackbar.show_notice(tr("Copied."))

    def _on_action(self, action: MessageAction) -> None:
        if action.kind is ActionKind.COPY:  # done already
            self.pane.snackbar.show_notice(tr("Copied."))
            return
        self.open_in_phial()
        self._ways.act(action)
