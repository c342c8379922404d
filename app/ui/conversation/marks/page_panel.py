"""The page beside the answer: what is cited, marked there; to turn, search, copy and quote."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QGuiApplication, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.documents import DocumentKind, DocumentState
from app.domain.errors import KnownError
from app.language import paragraph, tr
from app.language.formats import quoted
from app.services.documents.checked_answer import StoredCitation
from app.services.documents.page_view import PageHit, ShownPage
from app.ui.conversation.marks.page_canvas import STEP, PageCanvas
from app.ui.conversation.marks.page_picture import FOUND, NEAR, OTHER, PageImage, page_image
from app.ui.core.links import open_at_page
from app.ui.core.operations import Operation, Operations
from app.ui.style.dialogs import push_button
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import ElidedLabel, IconButton, StyledLabel, announce

_NUMBERS = re.compile(r"\s*\[\d+(?:, *\d+)*\]")  # of the passages that a sentence cites
_REDRAW = 120  # milliseconds after the last change of size


class PageSource(Protocol):
    """Where pages come from; both functions block."""

    def page(
        self,
        document_id: str,
        number: int,
        marked: Sequence[str],
        hits: Sequence[tuple[int, int]],
        width: int,
    ) -> ShownPage:
        """A page, see `shown_page`."""

    def find(self, document_id: str, words: str) -> tuple[PageHit, ...]:
        """Where words stand in a document."""


class PagePanel(QFrame):
    """Stands right of the conversation while a page is looked at.

    Args:
        theme: Colours to begin with.
        operations: A thread for reading and drawing.

    Signals:
        quoted: A text is to begin a message with.
        moved: It was opened or closed.
    """

    quoted = Signal(str)
    moved = Signal()

    def __init__(self, theme: Theme, operations: Operations) -> None:
        super().__init__()
        self.setObjectName("pagePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Page of a document"))
        self._operations = operations
        self._source: PageSource | None = None
        self._stops: tuple[StoredCitation, ...] = ()
        self._at = 0
        self._document, self._page = "", 1
        self._shown: ShownPage | None = None
        self._hits: tuple[PageHit, ...] = ()
        self._hit = -1
        self._said = ""
        self._asked = 0  # how often a page was asked for: only the last one is shown
        self._back: QWidget | None = None  # what had the focus
        self._redraw = QTimer(self, singleShot=True, interval=_REDRAW)
        self._redraw.timeout.connect(self._load)
        self._icons: list[IconButton] = []
        self._make(theme)
        self.hide()

    def _make(self, theme: Theme) -> None:
        self.title = ElidedLabel("", "subheading")
        self.told = StyledLabel("", "small")
        self.where = StyledLabel("", "small")
        self.count = StyledLabel("", "small")
        self.field = QLineEdit(placeholderText=tr("Find in the document"))
        self.field.setAccessibleName(tr("Find in the document"))
        self.field.returnPressed.connect(self._find)
        self.canvas = PageCanvas()
        self.canvas.resized.connect(self._redraw.start)
        close = IconButton("close", tr("Close the page"))
        previous = IconButton("chevron-up", tr("Previous mark"))
        following = IconButton("chevron-down", tr("Next mark"))
        back = IconButton("chevron-left", tr("Previous page"))
        on = IconButton("chevron-right", tr("Next page"))
        smaller = IconButton("minus", tr("Smaller"))
        larger = IconButton("plus", tr("Larger"))
        self._text = IconButton("text", tr("Show as text"))
        self._text.setCheckable(True)
        for button, do in (
            (close, self.close_panel),
            (previous, partial(self._step, -1)),
            (following, partial(self._step, 1)),
            (back, partial(self._turn, -1)),
            (on, partial(self._turn, 1)),
            (smaller, partial(self.canvas.zoom_by, 1 / STEP)),
            (larger, partial(self.canvas.zoom_by, STEP)),
            (self._text, self._load),
        ):
            button.clicked.connect(_without_argument(do))
            self._icons.append(button)
        self._marks = previous, following
        head = QHBoxLayout()
        head.setSpacing(SPACE // 2)
        head.addWidget(self.title, 1)
        for widget in (self.count, previous, following, close):
            head.addWidget(widget)
        self.count.setWordWrap(False)
        self.where.setWordWrap(False)
        turning = (back, self.where, on, smaller, larger, self._text)
        tools = StackingRow(*turning, self.field, grows=self.field)
        copy = push_button(tr("Copy"))
        copy.clicked.connect(self._copy)
        quote = push_button(tr("Quote"))
        quote.clicked.connect(self._quote)
        ask = push_button(tr("Ask about this"))
        ask.clicked.connect(self._ask)
        opening = push_button(tr("Open the file"))
        opening.clicked.connect(self._open_file)
        self._foot = (opening, copy, quote, ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE + 4, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self.told)
        column.addWidget(tools)
        column.addWidget(self.canvas, 1)
        column.addWidget(StackingRow(*self._foot))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        for button in self._icons:
            button.set_theme(theme)

    # ------------------------------------------------------------------ opening and closing

    def open_at(
        self, source: PageSource, citations: Sequence[StoredCitation], number: int = 0
    ) -> None:
        """Show what an answer cites.

        Args:
            source: Has the pages.
            citations: The cited sentences; at least one.
            number: Of the one that is shown first, from 0.
        """
        if self.isHidden():
            self._back = QApplication.focusWidget()
        self._source, self._stops = source, tuple(citations)
        self._hits, self._hit = (), -1
        self.field.clear()
        self.show()
        self.moved.emit()
        self._go(min(number, len(citations) - 1))
        self._marks[1].setFocus(Qt.FocusReason.OtherFocusReason)

    def close_panel(self) -> bool:
        """Hide it and put the focus back; return whether it was shown."""
        if self.isHidden():
            return False
        self.hide()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """The focus goes back to where it was."""
        super().hideEvent(event)
        self._asked += 1
        back, self._back = self._back, None
        if back is not None and isValid(back) and back.isVisible():
            back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it; page keys turn pages."""
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_panel()
            case Qt.Key.Key_PageDown:
                self._turn(1)
            case Qt.Key.Key_PageUp:
                self._turn(-1)
            case _:
                super().keyPressEvent(event)

    # ------------------------------------------------------------------ going

    def _go(self, at: int) -> None:
        self._at = at
        stop = self._stops[at]
        self.count.setText(tr("{current} of {total}", current=at + 1, total=len(self._stops)))
        self._say(paragraph(_as_said(stop.sentence), stop.told))
        self.title.set_full_text(stop.part.title)
        announce(self, self.told.text())
        for button in self._marks:
            button.setEnabled(len(self._stops) > 1)
        if not stop.part.target:
            self._refuse_words(tr("There is no passage of that number."))
            return
        self._document, self._page = stop.part.target, stop.part.page or 1
        self._load()

    def _say(self, words: str) -> None:
        """Say what is looked at: a sentence and what was found of it, or a match."""
        self._said = words
        self.told.setText(words)

    def _step(self, by: int) -> None:
        self._go((self._at + by) % len(self._stops))

    def _turn(self, by: int) -> None:
        if self._shown is None:
            return
        page = self._page + by
        if 1 <= page <= self._shown.document.facts.pages:
            self._page = page
            self._load()

    def _find(self) -> None:
        words, source = self.field.text(), self._source
        if source is None or not self._document:
            return
        document = self._document

        def show(hits: tuple[PageHit, ...]) -> None:
            same = hits == self._hits
            self._hits = hits
            self._next_hit(same=same)

        self._operations.run(self, lambda _task: source.find(document, words), show, self._refuse)

    def _next_hit(self, *, same: bool) -> None:
        if not self._hits:
            self._say(tr("Not found in the document."))
            self._load()
            return
        later = (n for n, hit in enumerate(self._hits) if hit.page >= self._page)
        self._hit = (self._hit + 1) % len(self._hits) if same else next(later, 0)
        self._page = self._hits[self._hit].page
        self._say(tr("Match {current} of {total}", current=self._hit + 1, total=len(self._hits)))
        self._load()

    # ------------------------------------------------------------------ showing

    def _load(self) -> None:
        source, document, page = self._source, self._document, self._page
        if source is None or not document or self.isHidden():
            return
        self._asked += 1
        asked, width = self._asked, self.canvas.wanted_width
        here = [
            (one.part.quotation, _colour(one, current=one is self._stops[self._at]))
            for one in sorted(self._stops, key=lambda one: one is not self._stops[self._at])
            if (one.part.target, one.part.page or 1) == (document, page)
        ]
        marked, colours = [words for words, _ in here], [colour for _, colour in here]
        hits = [(hit.start, hit.end) for hit in self._hits if hit.page == page]

        def read(_task: Operation) -> PageImage:
            return page_image(source.page(document, page, marked, hits, width), colours)

        def show(found: PageImage) -> None:
            if asked == self._asked:
                self._show(found, colours)

        def refuse(error: KnownError) -> None:
            if asked == self._asked:
                self._refuse(error)

        self._operations.run(self, read, show, refuse)

    def _show(self, found: PageImage, colours: Sequence[QColor]) -> None:
        shown = self._shown = found.shown
        self.title.set_full_text(shown.document.name)
        pages = shown.document.facts.pages
        self.where.setText(tr("p. {page} of {pages}", page=shown.page.number, pages=pages))
        if shown.trouble is not None:
            told = (shown.trouble.what, tr("Its text is shown instead."))
            self.told.setText(paragraph(self._said, *told))
        elif shown.state is DocumentState.CHANGED:
            changed = tr("The file was changed since it was read.")
            self.told.setText(paragraph(self._said, changed))
        self.canvas.show_page(found, colours, as_text=self._text.isChecked())
        for button in self._foot:
            button.setEnabled(True)

    def _refuse(self, error: KnownError) -> None:
        self._refuse_words(paragraph(error.what, error.action))

    def _refuse_words(self, words: str) -> None:
        self._asked += 1
        self._shown = None
        self.title.set_full_text("")
        self.where.setText("")
        self.canvas.show_words(words)
        for button in self._foot:
            button.setEnabled(False)

    # ------------------------------------------------------------------ taking from it

    def _words(self) -> str:
        """What is selected, else what is marked, else the whole page."""
        chosen = self.canvas.text.textCursor().selectedText().replace("\u2029", "\n")
        if chosen or self._shown is None:
            return chosen
        stop, text = self._stops[self._at].part, self._shown.page.text
        return stop.quotation if stop.quotation and stop.quotation in text else text

    def _named(self) -> tuple[str, str]:
        assert self._shown is not None  # noqa: S101  # the buttons are disabled meanwhile
        return self._shown.document.name, str(self._shown.page.number)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._words())

    def _quote(self) -> None:
        name, page = self._named()
        quoted = "\n".join(f"> {line}" for line in self._words().splitlines())
        self.quoted.emit("\n".join((quoted, "> ", f"> — {name}, {page}", "")))

    def _ask(self) -> None:
        name, page = self._named()
        words = " ".join(self._words().split())
        self.quoted.emit(tr("“{words}” ({name}, p. {page}): ", words=words, name=name, page=page))

    def _open_file(self) -> None:
        if self._shown is None:
            return
        document, page = self._shown.document, self._shown.page.number
        if document.facts.kind is DocumentKind.PDF:
            open_at_page(Path(document.path), page)
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(document.path))


def _colour(stop: StoredCitation, *, current: bool) -> QColor:
    if stop.is_doubtful:
        return NEAR
    return FOUND if current else OTHER


def _without_argument(do: Callable[[], object]) -> Callable[[bool], None]:
    def call(_checked: bool) -> None:
        do()

    return call


def _as_said(sentence: str) -> str:
    """A sentence in quotation marks, unless it is a quotation itself; without its numbers."""
    words = _NUMBERS.sub("", sentence).strip()
    return words if words[:1] in {"\u201c", "\u201e", "\u00ab", '"'} else quoted(words)
