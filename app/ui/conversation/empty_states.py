"""What stands in place of a transcript: the first start, and a chat with nothing in it yet."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.ui.style import icons
from app.ui.style.scrolling_page import settle
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme, Themed, zoomed
from app.ui.style.widgets import ZOOMED, StyledLabel

if TYPE_CHECKING:  # imported when there is something to be used again
    from app.ui.conversation.input.used_last import Names, UsedLastRows

_WIDTH, _CARDS = 560, 660
"""Of a column, and what two columns of cards need, pixels at 100 %."""
_LEAST_ROWS = 2  # of cards; where there is room for fewer, the line below the heading goes
_CARD_LINE = 32  # characters of a line on a card
_AFTER_START = 400  # milliseconds until the first look at what was used last
_MARK = 64  # side of the mark, pixels at 100 %
_DEMO_ICONS = ("chat", "download", "form", "edit")
_ICONS = ("info", "text", "form", "chat")
_DEMO_PROMPTS = (
    tr("What can you do?"),
    tr("How do I get Phi-4?"),
    tr("Show me a table"),
    tr("Write a formula"),
)
_PROMPTS = (
    tr("Explain step by step why the square root of 2 is irrational"),
    tr("Write a Python function that finds duplicates in a list"),
    tr("Plan a week of dinners for two"),
    tr("How does a vaccine work? In five sentences"),
)


def _button(text: str, kind: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(text)
    return button


class _Column(QWidget):
    """A column whose width follows the size of its text."""

    def __init__(self, width: int = _WIDTH) -> None:
        super().__init__()
        self._width = width
        self.setMaximumWidth(zoomed(width))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self.setMaximumWidth(zoomed(self._width))


class EmptyChatPage(QWidget):
    """A chat nobody has written in: one line, and a few ways to begin.

    Signals:
        prompt_chosen: (text) to be sent.
        sample_requested: The sample document is to be asked about.
        document_chosen: (id) A document that was used is to be asked about.
        preset_chosen: (id) The chat is to be answered as others were.
        looked_at: It is shown, so that what was used last can be told by :meth:`show_used`.
    """

    prompt_chosen = Signal(str)
    sample_requested = Signal()
    document_chosen = Signal(str)
    preset_chosen = Signal(str)
    looked_at = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._mark = QLabel()
        self._heading = StyledLabel("", "heading")
        self._line = StyledLabel("", "muted")
        self._prompts = QGridLayout()
        self._prompts.setSpacing(SPACE)
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        column.addStretch(3)
        for label in (self._mark, self._heading, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addLayout(self._prompts)
        self._below = QVBoxLayout()  # what comes later moves nothing that stands above
        self._below.addStretch(1)
        column.addLayout(self._below, 4)
        self._used: UsedLastRows | None = None
        self._look = QTimer(self, singleShot=True, interval=_AFTER_START)
        self._look.timeout.connect(self._on_look)
        row = QHBoxLayout(self)
        row.addStretch(1)
        inner = _Column(_CARDS)
        inner.setLayout(column)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self._cards: list[tuple[QPushButton, str]] = []
        self._columns = 0
        self._shown: tuple[bool, bool] | None = None
        self.show_for(demo=False, private=False)
        self._size_mark()

    def set_theme(self, theme: Theme) -> None:
        """Draw the pictures in the theme's accent."""
        self._theme = theme
        self._draw()
        if self._used is not None:
            self._used.set_theme(theme)

    def show_used(self, documents: Names, presets: Names) -> None:
        """Offer what was used last below the cards; nothing takes no room."""
        if self._used is None:
            if not (documents or presets):
                return
            from app.ui.conversation.input.used_last import UsedLastRows

            self._used = UsedLastRows(self._theme)
            self._used.document_chosen.connect(self.document_chosen)
            self._used.preset_chosen.connect(self.preset_chosen)
            self._below.insertWidget(0, self._used)
        self._used.show_used(documents, presets)
        self._make_room()

    def _on_look(self) -> None:
        self._look.setInterval(0)
        self.looked_at.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """What was used may be other things now; at a start nobody waits for it."""
        super().showEvent(event)
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees it."""
        super().hideEvent(event)
        self._look.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: pictures grow with the text, and there may be room for one column only."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self._size_mark()
            self._arrange()
            self._draw()
            self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room."""
        super().resizeEvent(event)
        self._arrange()
        self._make_room()

    def minimumSizeHint(self) -> QSize:
        """As narrow as one column; two are no reason to keep the window wide."""
        size = super().minimumSizeHint()
        return QSize(min(size.width(), zoomed(_WIDTH) // 2), size.height())

    def show_for(self, *, demo: bool, private: bool) -> None:
        """Fit the words to the model and to the kind of chat."""
        if self._shown == (demo, private):
            return
        self._shown = (demo, private)
        self._heading.setText(
            tr("A private chat") if private else tr("What would you like to ask?")
        )
        if private:
            line = tr(
                "It lives in memory only. Closing Phial forgets it: no title, no trace on disk."
            )
        elif demo:
            line = tr("The built-in demo answers questions about Phial. For the rest, get Phi-4.")
        else:
            line = tr("Everything stays on this computer.")
        self._line.setText(line)
        for button, _icon in self._cards:
            button.hide()
            button.deleteLater()
        self._cards = []
        prompts = zip(_DEMO_PROMPTS, _DEMO_ICONS, strict=True)
        if not demo:
            prompts = zip(_PROMPTS, _ICONS, strict=True)
        for text, icon in prompts:
            button = _button(text, "card")
            button.clicked.connect(lambda _checked, text=text: self.prompt_chosen.emit(text))
            self._cards.append((button, icon))
        sample = _button(tr("Try it with a sample document"), "card")
        sample.clicked.connect(self.sample_requested)
        self._cards.append((sample, "folder"))
        self._columns = 0
        self._arrange()
        self._draw()
        self._make_room()

    def _arrange(self) -> None:
        """Place the cards side by side, with their words in lines, or one below the other."""
        columns = 2 if self.width() >= zoomed(_CARDS) else 1
        if columns == self._columns:
            return
        self._columns = columns
        whole = Qt.AlignmentFlag(0) if columns == 2 else Qt.AlignmentFlag.AlignHCenter
        for at, (card, _icon) in enumerate(self._cards):
            words = card.accessibleName()
            lines = wrap(words, _CARD_LINE) if columns == 2 else [words]
            card.setText("\n".join(lines))
            last = columns == 2 and at == len(self._cards) - 1
            policy = QSizePolicy.Policy.Expanding if columns == 2 else QSizePolicy.Policy.Fixed
            card.setSizePolicy(policy, QSizePolicy.Policy.Minimum)
            self._prompts.addWidget(card, at // columns, at % columns, 1, 1 + last, whole)

    def _make_room(self) -> None:
        """In a low window the mark gives way, then cards and the line: what is shown is whole."""
        gap, width = 2 * SPACE, min(self.width(), zoomed(_CARDS)) - 4 * SPACE
        heading, line = (one.heightForWidth(width) + gap for one in (self._heading, self._line))
        room = self.height() - 4 * SPACE - heading - line
        tall = max(card.sizeHint().height() for card, _icon in self._cards) + SPACE
        rows = -(-len(self._cards) // self._columns)
        told = room >= _LEAST_ROWS * tall
        self._line.setVisible(told)
        room += 0 if told else line
        needed = rows * tall
        if self._used is not None:
            whole = Qt.AlignmentFlag(0)
            middle = whole if self._columns == 2 else Qt.AlignmentFlag.AlignHCenter
            self._below.setAlignment(self._used, middle)  # as the cards above it stand
            used = self._used.height_in(width)
            self._used.setVisible(bool(used) and room >= needed + used + gap)
            needed += used + gap if room >= needed + used + gap else 0
        self._mark.setVisible(room >= needed + zoomed(_MARK) + gap)
        for at, (card, _icon) in enumerate(self._cards):
            card.setVisible(at // self._columns < room // tall)

    def _size_mark(self) -> None:
        side = zoomed(_MARK)
        self._mark.setPixmap(icons.application_pixmap(side, self.devicePixelRatioF()))

    def _draw(self) -> None:
        size = zoomed(icons.SIZE)
        for button, icon in self._cards:
            button.setIconSize(QSize(size, size))
            button.setIcon(icons.icon(icon, self._theme.accent, self._theme.faint, size=size))


class WelcomePage(QScrollArea):
    """The first start: what Phial is, the advice for this machine, a file, or the demo.

    Signals:
        demo_requested, file_requested, others_requested: Buttons.
    """

    demo_requested = Signal()
    file_requested = Signal()
    others_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Welcome to Phial"))
        page = QWidget()
        page.setObjectName("welcomePage")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(page)
        self._mark = QLabel()
        self._mark.setPixmap(icons.application_pixmap(_MARK, self.devicePixelRatioF()))
        self._advice = QVBoxLayout()
        self._advice.setSpacing(SPACE)
        self._advised: QWidget = StyledLabel(tr("Looking what suits this computer…"), "muted")
        self._note = StyledLabel("", "small")
        self._others = _button(tr("Other sizes and models…"), "link")
        self._others.clicked.connect(self.others_requested)
        self._advice.addWidget(self._advised)
        self._advice.addWidget(self._foot())
        self._demo = _button(tr("Try the built-in demo"), "plain")
        self._demo.clicked.connect(self.demo_requested)
        self._file = _button(tr("Use a file I already have…"), "plain")
        self._file.clicked.connect(self.file_requested)
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        column.addStretch(2)
        column.addLayout(self._head())
        column.addLayout(self._advice)
        column.addWidget(self._card())
        column.addStretch(3)
        row = QHBoxLayout(page)
        row.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        row.addStretch(1)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        inner = _Column()
        inner.setLayout(column)
        row.addWidget(inner, 8)
        row.addStretch(1)

    def _head(self) -> QHBoxLayout:
        """The mark, and beside it what Phial is; so the card below is seen in a low window too."""
        words = QVBoxLayout()
        words.setSpacing(SPACE // 2)
        words.addWidget(StyledLabel(tr("Phial runs Phi-4 on this computer."), "heading"))
        words.addWidget(StyledLabel(tr("Nothing you type leaves it. No account, no connection.")))
        head = QHBoxLayout()
        head.setSpacing(SPACE * 2)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        return head

    def _card(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE * 2)
        inside.setSpacing(SPACE)
        inside.addWidget(StyledLabel(tr("Look around"), "subheading"))
        inside.addWidget(
            StyledLabel(
                tr(
                    "A tiny demo model is built in. It is a guide to Phial, not Phi-4: it explains"
                    " the program and shows code, tables and formulas, and knows little else."
                ),
                "muted",
            )
        )
        inside.addWidget(StackingRow(self._demo, self._file))
        return card

    def _foot(self) -> QWidget:
        return StackingRow(self._note, self._others, grows=self._note)

    def show_advice(self, advice: QWidget, host: str) -> None:
        """Show which model to take on this computer.

        Args:
            advice: What says it.
            host: Where a download connects to.
        """
        if advice is not self._advised:
            self._advice.replaceWidget(self._advised, advice)
            self._advised.hide()
            self._advised.deleteLater()
            self._advised = advice
            advice.show()
        self._note.setText(tr("Downloading connects to {host}, and only then.", host=host))
        inner = advice.parentWidget()
        settle(self, advice, *filter(None, (inner,)))

    def set_theme(self, theme: Theme) -> None:
        """Draw the advice in the theme's colours."""
        for widget in self._advised.findChildren(QWidget):
            if isinstance(widget, Themed):
                widget.set_theme(theme)

    def focus_first(self) -> None:
        """Put the focus where Enter does something sensible."""
        self._demo.setFocus(Qt.FocusReason.OtherFocusReason)
