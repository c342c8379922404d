"""Where a message is written: grows with its text, sends, stops, answers what it cannot take."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.language import tr, trc
from app.ui.conversation.input.attachment_bar import AttachmentBar
from app.ui.conversation.input.chip_bar import ChipBar
from app.ui.conversation.input.form_choice import FormChoice
from app.ui.core.file_drops import local_paths
from app.ui.style.text_fields import PlainEditor, plain_text
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton, StyledLabel, restyle

HUGE = 400_000
"""Characters. About 100,000 tokens, more than any context of the family reads at once."""
LONGEST_WORD = 50_000  # characters; Qt lays a word out in the time of its square, 0.2 s for these

PLACEHOLDER = tr("Write a message")
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_ENDING = _ENTER | {Qt.Key.Key_Escape}
"""Keys that end the word an input method composes, where it leaves them to the field."""
_LINES_SHOWN = 1.0
_EDITING = tr("Editing your message. The earlier version is kept.")
_EDITING_AGAIN = tr("Editing your message, as you left it. Undo brings back what it says now.")
ROUND = 34
"""Side of the round button, pixels at 100 %."""


class MessageEditor(PlainEditor):
    """The text field of the composer.

    Signals:
        submitted: The keys that send were pressed.
        up_when_empty: Up was pressed with nothing typed.
        refused: (sentence) Something pasted or dropped was not taken.
        focus_changed: (has focus).
        laid_out: A word that is composed may take more or fewer lines.
        files_pasted: (list of local paths).
    """

    submitted = Signal()
    up_when_empty = Signal()
    refused = Signal(str)
    focus_changed = Signal(bool)
    laid_out = Signal()
    files_pasted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("messageEditor")
        self.setAccessibleName(tr("Message"))
        self.setPlaceholderText(PLACEHOLDER)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(4)
        self.enter_sends = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and its modifiers; Up in an empty field."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self.composing.word and event.key() in _ENDING and not modifiers:
            if event.key() == Qt.Key.Key_Escape:
                self.composing.drop()
            else:
                self.composing.finish()  # the word is what Enter was for
            return
        if event.key() in _ENTER:
            plain = modifiers == Qt.KeyboardModifier.NoModifier
            if modifiers == Qt.KeyboardModifier.ControlModifier or (plain and self.enter_sends):
                self.submitted.emit()
            else:
                self.insertPlainText("\n")
                self.ensureCursorVisible()
            return
        empty = not self.text()
        if event.key() == Qt.Key.Key_Up and not modifiers and empty:
            self.up_when_empty.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """A word that is composed takes room, and no placeholder shines through it."""
        super().inputMethodEvent(event)
        if not self.isReadOnly():
            self.setPlaceholderText("" if self.composing.word else PLACEHOLDER)
        self.laid_out.emit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Pictures and files are taken too: to be answered."""
        return source.hasImage() or source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Text is inserted; what cannot be is answered with a sentence."""
        paths = local_paths(source)
        text = "" if paths else plain_text(source)
        if paths:
            self.files_pasted.emit(paths)
        elif text:
            self.insert(text)
        elif source.hasImage() or "<img" in source.html().lower():
            self.refused.emit(tr("Phi-4 reads text only, so the picture was not added."))

    def insert(self, text: str) -> bool:
        """Insert a text at the cursor, unless it or a word is too long; tell whether it was."""
        total = len(text) + self.document().characterCount()
        if total > HUGE:
            self.refused.emit(
                tr(
                    "That is {count} characters, more than a model reads at once (at most {most}"
                    " fit here). Nothing was added; paste the part that matters.",
                    count=total,
                    most=HUGE,
                )
            )
            return False
        longest = max(map(len, text.split()), default=0)
        if longest > LONGEST_WORD:
            self.refused.emit(
                tr(
                    "One word of it is {count} characters long, more than can be shown here (at"
                    " most {most}). Nothing was added; attach it as a file, or break it into"
                    " lines.",
                    count=longest,
                    most=LONGEST_WORD,
                )
            )
            return False
        # NUL would end the text in the model's tokenizer and in the clipboard of other programs.
        self.insertPlainText(text.replace("\0", "\ufffd"))
        self.ensureCursorVisible()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The frame around shows the focus."""
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame around shows the focus."""
        super().focusOutEvent(event)
        self.focus_changed.emit(False)


class Composer(QWidget):
    """The editor with its button, and a strip above it while an older message is edited.

    Signals:
        send_requested: (text) to be sent, or to replace the message that is edited.
        queue_requested: (text) to be sent when the answer in progress has ended.
        stop_requested: Stop was pressed.
        edit_last_requested: Up in an empty field.
        edit_cancelled: The edit was given up.
        text_changed: (text).
        refused: (sentence) why something was not taken.
        files_pasted: (list of local paths).

    Attributes:
        esc_stops: Whether Esc stops an answer where this stands.
    """

    send_requested = Signal(str)
    queue_requested = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()
    edit_cancelled = Signal()
    text_changed = Signal(str)
    refused = Signal(str)
    files_pasted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answering, self._here = False, True
        self.esc_stops = True
        self._refusal = ""
        self._instead: Callable[[], bool] = lambda: False
        self._tallest = 300
        self.editor = MessageEditor()
        self._button = IconButton("send", tr("Send"), side=ROUND)
        self._button.setProperty("kind", "round")
        self._frame = QFrame()
        self._frame.setObjectName("composer")
        self._strip = self._make_strip()
        self.bar = ChipBar(theme)
        below = QHBoxLayout()
        below.setSpacing(SPACE)
        below.addWidget(self.bar, 1)
        below.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTrailing)  # also without the bar
        inside = QVBoxLayout(self._frame)
        inside.setContentsMargins(SPACE, SPACE, 6, 6)
        inside.setSpacing(2)
        self.attachments = AttachmentBar()
        self.form = FormChoice(self.bar.form)
        inside.addWidget(self.attachments)
        inside.addWidget(self.editor)
        self._forecast = StyledLabel("", "small")
        self._forecast.setContentsMargins(4, 0, 4, 2)
        self._forecast.hide()
        inside.addWidget(self._forecast)
        inside.addLayout(below)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        layout.addWidget(self._strip)
        layout.addWidget(self._frame)
        self.setFocusProxy(self.editor)
        self._button.clicked.connect(self._on_button)
        self.editor.submitted.connect(self._submit)
        self.editor.up_when_empty.connect(self.edit_last_requested)
        self.editor.refused.connect(self.refused)
        self.editor.files_pasted.connect(self.files_pasted)
        self.editor.focus_changed.connect(lambda on: restyle(self._frame, "focused", on))
        self.editor.textChanged.connect(self._on_text)
        self.editor.composing.changed.connect(self._on_text)
        self.editor.laid_out.connect(self._grow)
        self.set_theme(theme)
        self._on_text()

    def _make_strip(self) -> QWidget:
        strip = QFrame()
        strip.setObjectName("strip")
        self._strip_label = QLabel()
        cancel = QPushButton(tr("Cancel"))
        cancel.setProperty("kind", "link")
        cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        cancel.setAccessibleName(tr("Cancel editing"))
        cancel.clicked.connect(self.edit_cancelled)
        row = QHBoxLayout(strip)
        row.setContentsMargins(SPACE + 4, 2, SPACE, 2)
        row.addWidget(self._strip_label, 1)
        row.addWidget(cancel)
        strip.hide()
        return strip

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._button.set_colours(theme.on_accent, theme.faint)
        self.bar.set_theme(theme)
        self.attachments.set_theme(theme)

    def set_enter_sends(self, *, enter_sends: bool) -> None:
        """Whether Enter sends, or breaks the line."""
        self.editor.enter_sends = enter_sends
        self._name_button()

    def set_answering(self, *, answering: bool, here: bool = True) -> None:
        """Send turns into Stop while an answer is written; Esc stops it only ``here``."""
        if (answering, here) == (self._answering, self._here):
            return
        self._answering, self._here = answering, here
        self._button.set_icon("stop" if answering else "send")
        self._name_button()
        self._on_text()

    @property
    def takes_words(self) -> bool:
        """Whether words can be typed; a key that an editor does not take would come back."""
        return self.editor.isVisible() and not self._refusal

    def set_instead(self, instead: Callable[[], bool]) -> None:
        """Do something else where a message would be sent, unless that returns False."""
        self._instead = instead

    def set_refusal(self, reason: str) -> None:
        """Take no words while there is a reason, and show it in their place; empty takes them."""
        self._refusal = reason
        self.editor.setReadOnly(bool(reason))
        self.editor.setPlaceholderText(reason or PLACEHOLDER)
        self.editor.setAccessibleDescription(reason)
        self._on_text()

    def set_editing(self, *, editing: bool, again: bool = False) -> None:
        """Show or hide the strip that says an older message is edited, ``again`` after a pause."""
        self._strip_label.setText(_EDITING_AGAIN if again else _EDITING)
        self._strip.setVisible(editing)

    def set_forecast(self, text: str) -> None:
        """Say below the words what sending them would do; empty where that is not worth saying."""
        self._forecast.setText(text)
        self._forecast.setVisible(bool(text))

    @property
    def editing(self) -> bool:
        """Whether an older message is edited."""
        return not self._strip.isHidden()

    def text(self) -> str:
        """What is typed, verbatim."""
        return self.editor.text()

    def set_text(self, text: str) -> None:
        """Replace what is typed; the cursor goes to its end."""
        self.editor.show_text(text)

    def add_below(self, text: str) -> bool:
        """Add a text below what is typed, which Undo takes away; tell whether it fitted."""
        self.editor.composing.finish()
        typed = self.text()
        self.editor.moveCursor(QTextCursor.MoveOperation.End)
        gap = "" if not typed else "\n" if typed.endswith("\n") else "\n\n"
        return self.editor.insert(gap + text)

    def set_max_height(self, pixels: int) -> None:
        """The editor grows with its text up to this height."""
        self._tallest = pixels
        self._grow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks the lines elsewhere."""
        super().resizeEvent(event)
        self._grow()

    def _name_button(self) -> None:
        if self._answering:
            stops = self._here and self.esc_stops
            self._button.set_name(tr("Stop"), trc("key", "Esc") if stops else "")
        else:
            self._button.set_name(tr("Send"), _send_key(plain=self.editor.enter_sends))

    def _on_button(self) -> None:
        """However the button was pressed, one types on: it is disabled or another one after."""
        self.setFocus()
        if self._answering:
            self.stop_requested.emit()
        else:
            self._submit()

    def _submit(self) -> None:
        self.editor.composing.finish()
        text = self.text()
        if self._refusal:
            self.refused.emit(self._refusal)
            return
        if not text.strip() or self._instead():
            return
        self.send_text(text)

    def send_text(self, text: str) -> None:
        """Send a text, or let it wait while an answer is written; say why where neither goes."""
        if self._answering and self.editing:
            self.refused.emit(tr("An answer is being written. Stop it to send this edit."))
            return
        if self.attachments.is_reading and not self.editing:
            self.refused.emit(
                tr(
                    "A document for this message is still being read. Send it when it is there, "
                    "or stop reading it."
                )
            )
            return
        if self._answering and not (self.attachments.empty and self.form.empty):
            self.refused.emit(
                tr(
                    "A message with documents or a form cannot wait. Send it when this answer has "
                    "ended."
                )
            )
            return
        if self._answering:
            self.queue_requested.emit(text)
            return
        self.send_requested.emit(text)

    def _on_text(self) -> None:
        text = self.text()
        takes = bool(text.strip()) and not self._refusal
        self._button.setEnabled(self._answering or takes)
        self._grow()
        self.text_changed.emit(text)

    def _grow(self) -> None:
        line = self.editor.fontMetrics().lineSpacing()
        lines = max(_LINES_SHOWN, self.editor.document().size().height())
        text = round(lines * line + 2 * self.editor.document().documentMargin())
        wanted = text + 6
        height = min(wanted, max(self._tallest, line * 3))
        if self.editor.height() != height or self.editor.minimumHeight() != height:
            self.editor.setFixedHeight(height)
        policy = Qt.ScrollBarPolicy
        fits = wanted <= height
        self.editor.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )


def _send_key(*, plain: bool) -> str:
    return trc("key", "Enter") if plain else trc("key", "Ctrl+Enter")
