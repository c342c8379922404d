"""What stands around an answer, for the walk of ``pseudo_window``: marks, a page, menus, a card.

The answer cites a document, has a wrong sum, a table, code, a formula and a link, so that each
menu of the right button has all of its entries.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget

from app.domain.download import ModelCard
from app.domain.errors import OfflineError
from app.domain.grammar.form import FormKind
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.language import tr
from app.ui.conversation.input.form_dialog import FormDialog
from app.ui.conversation.marks.page_panel import PagePanel
from app.ui.main_window import MainWindow
from app.ui.models.model_card_dialog import ModelCardDialog
from app.ui.style.text_fields import PlainEditor
from app.ui.style.theme import LIGHT
from app.ui.transcript.content.marks import MarkKind
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.mark_buttons import MarkButton
from tests.support.document_files import Line, pdf
from tests.support.dropping import drop
from tests.ui.transcript.pointing import spot

if TYPE_CHECKING:
    from tests.tools.pseudo_window import Inspector

QUESTION = "Πόσο κόστισε;"
ANSWER = """Κόστισε 1.250.000 ευρώ [1]. Πρώτα 17 × 24 = 409 [1].

| Όνομα | Τιμή |
|---|---|
| Τσάι | 3 |

```
τύπωσε(1)
```

$$α + β$$

Δες [εδώ](https://example.org/)."""  # noqa: RUF001  # a person's sign for times
PAGES = [[Line("Γέφυρα: κόστισε 1.250.000 ευρώ.", font="F2")], [Line("Δήμαρχος.", font="F2")]]


def look_at_a_conversation(seen: Inspector, folder: Path) -> None:
    """A window of its own in which a document was asked about, and all that opens there."""
    engine = ScriptedEngine([ANSWER], context_size=512)
    window, harness = seen.window("conversation", Settings(welcomed=True), engine)
    file = folder / "έκθεση.pdf"
    file.write_bytes(pdf(PAGES))
    drop(window.pane.composer.editor, file)
    bar = window.pane.composer.attachments
    seen.settle(lambda: bar.isVisible() and not bar.is_reading)
    seen.look("a document in the message", window)
    window.controller.send(QUESTION)
    _look_at_marks(seen, window)
    _look_at_menus(seen, window)
    seen.wait("what fills the context", window.pane.header.ring.click)
    _look_at_card(seen, window)
    seen.close(window, harness)


def _mark(seen: Inspector, window: MainWindow, *, of_sum: bool) -> MarkButton:
    """The button of the mark of a kind, which is made anew when the text is laid out again."""

    def found() -> list[MarkButton]:
        marks = window.pane.transcript.findChildren(MarkButton)
        return [one for one in marks if (one.mark.kind is MarkKind.SUM) is of_sum]

    seen.settle(lambda: bool(found()))
    return found()[0]


def _show(seen: Inspector, window: MainWindow, at: int, words: str) -> None:
    """Scroll to the row with these words, in which buttons are made then."""
    view = window.pane.transcript
    model = view._layout.branch.models[at]
    seen.settle(lambda: any(words in one.drawn_text() for one in model.rows))
    row = next(n for n, one in enumerate(model.rows) if words in one.drawn_text())
    view._layout.show_row(at, row)
    seen.settle()


def _look_at_marks(seen: Inspector, window: MainWindow) -> None:
    seen.settle(lambda: window.controller.chat is not None and not window.controller.answering)
    _show(seen, window, 1, "Κόστισε")
    seen.wait("a wrong sum's popup", _mark(seen, window, of_sum=True).click)
    _mark(seen, window, of_sum=False).click()
    panel = window.findChild(PagePanel)
    assert isinstance(panel, PagePanel)
    seen.settle(lambda: bool(panel.where.text()))
    seen.look("page beside the answer", window)
    panel.field.setText("ευρώ")
    panel.field.returnPressed.emit()
    seen.settle()
    seen.look("page with what was searched", window)
    panel.close_panel()
    seen.settle()


def _look_at_menus(seen: Inspector, window: MainWindow) -> None:
    view = window.pane.transcript
    view.selection(whole=True)
    for at, words in ((0, "Πόσο"), (1, "Κόστισε"), (1, "Τσάι"), (1, "τύπωσε"), (1, "εδώ")):
        _show(seen, window, at, words)
        seen.wait(f"menu at {words}", partial(_right_click, view.viewport(), spot(view, at, words)))
    for at, model in enumerate(view._layout.branch.models):
        view._layout.show_row(at, len(model.rows) - 1)
        seen.settle()
        widget = view._layout.widgets.widgets[model.message.id]
        more = next(
            b for b in widget.findChildren(QuietButton) if b.toolTip() == tr("More actions")
        )
        seen.wait(f"menu of message {at + 1}", more.click)


def _look_at_card(seen: Inspector, window: MainWindow) -> None:
    card = ModelCardDialog(window, "κάποιος/μοντέλο", LIGHT)
    card.open()
    seen.settle()
    seen.look("model card that is asked for", card)
    card.show_card(ModelCard("κάποιος/μοντέλο", ""))
    seen.settle()
    seen.look("model card, empty", card)
    card.show_problem(OfflineError(tr("Phial is set to Offline, so it did not connect.")))
    seen.settle()
    seen.look("model card that cannot be had", card)
    card.reject()
    seen.settle()


def look_at_forms(seen: Inspector, dialog: QWidget) -> None:
    """Every form of an answer, and one that is refused."""
    assert isinstance(dialog, FormDialog)
    box = dialog.findChild(QComboBox)
    assert isinstance(box, QComboBox)
    use = next(one for one in dialog.findChildren(QPushButton) if one.isDefault())
    for row in range(1, box.count()):
        box.setCurrentIndex(row)
        seen.settle()
        seen.look(f"form {row + 1}", dialog)
    box.setCurrentIndex(box.findData(FormKind.TABLE.value))
    editor = dialog.findChild(PlainEditor)
    assert isinstance(editor, PlainEditor)
    editor.show_text("Όνομα: χρώμα")
    use.click()
    seen.settle()
    seen.look("form that is refused", dialog)


def _right_click(viewport: QWidget, place: QPoint) -> None:
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)
    reason = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(reason, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
