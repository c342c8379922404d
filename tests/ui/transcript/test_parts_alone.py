"""Each part of the transcript does its work without the view, given only what it uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from app.domain.conversation import BranchMessage, Message
from app.ui.style.theme import LIGHT
from app.ui.style.typography import Typesetting
from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.flow_layout import FlowLayout
from app.ui.transcript.content.marks import Mark, MarkKind, MarkTone
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.rows import TextRow
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.interaction.announcer import ScreenReaderAnnouncer
from app.ui.transcript.interaction.context_menu import ContextMenu
from app.ui.transcript.interaction.find import DEFAULT_OPTIONS, Finder
from app.ui.transcript.interaction.keyboard import Keyboard
from app.ui.transcript.interaction.message_actions import MessageActions
from app.ui.transcript.interaction.notes import TranscriptNotes
from app.ui.transcript.interaction.pointer import Pointer
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.interaction.value_editor import ValueEditor
from app.ui.transcript.items.formulas import FormulaStore, render_shape
from app.ui.transcript.items.styles import Styles
from app.ui.transcript.layout import Layout
from app.ui.transcript.scheduling.idle_scheduler import IdleScheduler
from app.ui.transcript.scheduling.late_formulas import LateFormulas
from app.ui.transcript.scheduling.lexers import Lexers
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.viewport.message_widgets import MessageWidgets
from app.ui.transcript.viewport.scroll_anchor import ScrollAnchor, ScrollPosition
from app.ui.transcript.viewport.scroll_bar import ScrollBarSync
from app.ui.transcript.widgets.message_widget import MessageWidget
from app.ui.transcript.widgets.signals import FindState, LinkRequest, MarkRequest, MessageAction
from tests.ui.transcript.content.test_selection import MEASURES
from tests.ui.transcript.making import chat_of, entry, long_chat, thought

NOTHING = Qt.KeyboardModifier.NoModifier
LINKED = "Some plain words and [a page](https://example.org/a) to read."
THOUGHT, SAID = "A needle.\n\nAnother needle.", "The answer."


def at_once(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
    """The render thread's work, done here."""
    then(work())


def make_styles() -> Styles:
    store = FormulaStore(render_shape, lambda _: True, lambda _source, _display: None)
    return Styles(store, LIGHT, Typesetting())


class Rig:
    """A layout in an empty scroll area, and a selection: what the others are built on."""

    def __init__(self, qtbot: QtBot) -> None:
        self.area = QAbstractScrollArea()
        qtbot.addWidget(self.area)
        self.area.resize(900, 700)
        self.area.show()
        qtbot.waitExposed(self.area)
        self.arranged: list[bool] = []
        self.after_arranging: Callable[[bool], None] = lambda _leaping: None
        self.refolded: list[int] = []
        self.requests: list[MessageAction] = []
        self.marks: list[MarkRequest] = []
        self.layout = Layout(
            self.area,
            make_styles(),
            lambda model: MessageWidget(self.area.viewport(), self.actions, model),
            selecting=lambda: False,
            arranged=self._arranged,
        )
        self.selection = SelectionController(
            self.layout.branch, lambda _at, _row: ((), None), self.layout.widgets.repaint
        )
        self.actions = MessageActions(
            self.layout,
            self.selection,
            take_focus=self.area.setFocus,
            refolded=self.refolded.append,
            request=self.requests.append,
            open_mark=self.marks.append,
        )

    def _arranged(self, leaping: bool) -> None:
        self.arranged.append(leaping)
        self.after_arranging(leaping)

    def show(self, messages: list[BranchMessage]) -> Layout:
        self.layout.set_branch(messages, None)
        return self.layout

    def point(self, at: int, words: str) -> QPointF:
        """The middle of the first letter of words in view."""
        for placed in self.layout.flow.placed:
            text = self.layout.branch.models[at].rows[placed.row].drawn_text()
            if placed.at == at and words in text:
                item = self.layout.widgets.lay_out(at, placed.row)
                place = item.caret_rect(text.index(words))
                widget = self.layout.widgets.widget_of(self.layout.branch.models[at])
                x = widget.x() + widget.layout_cache.offset_x(item) + place.x() + 2
                return QPointF(x, placed.y + place.center().y())
        raise AssertionError(f"{words!r} is not in view")


@pytest.fixture
def rig(qtbot: QtBot) -> Rig:
    return Rig(qtbot)


def pressed(key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifier)


def mouse(kind: QEvent.Type, point: QPointF) -> QMouseEvent:
    button = Qt.MouseButton.LeftButton
    return QMouseEvent(kind, point, point, button, button, NOTHING)


def test_the_layout_follows_the_end_until_the_reader_leaves_it(rig: Rig) -> None:
    layout = rig.show(long_chat(40))
    assert layout.following
    layout.scroll_by(-900)
    assert not layout.following
    assert layout.pill.isVisible()
    assert rig.arranged[-1] is True  # a page that is all new
    layout.pill.click()
    assert layout.following


def test_the_layout_keeps_the_readers_line_while_heights_change(rig: Rig) -> None:
    layout = rig.show(long_chat(40))
    layout.scroll_to_start()
    layout.scroll_by(3_000)
    before = layout.anchor.first_visible_line()
    with layout.keeping_place():
        layout.styles.restyle(400)
        layout.branch.set_measures(layout.styles.measures())
        layout.widgets.drop_items()
    after = layout.anchor.first_visible_line()
    assert before is not None
    assert after == before


def test_the_layout_is_left_alone_where_nothing_changed(rig: Rig) -> None:
    layout = rig.show(long_chat(4))
    arranged = len(rig.arranged)
    with layout.keeping_place() as change:
        change.made = False
    assert len(rig.arranged) == arranged


def test_the_scroll_anchor_comes_back_to_a_line(qtbot: QtBot) -> None:
    port = QWidget()
    qtbot.addWidget(port)
    styles = make_styles()
    branch = BranchModel(styles.measures())
    branch.set_messages(long_chat(30))
    widgets = MessageWidgets(branch, styles, lambda model: MessageWidget(port, Still(), model))
    flow = FlowLayout(branch, widgets.measure)
    anchor = ScrollAnchor(flow, widgets)
    flow.viewport = 500
    wanted = ScrollPosition(branch.models[11].message.id, 40, 12)
    assert anchor.go_to(wanted)
    flow.arrange()
    anchor.arrived()
    found = anchor.position()
    assert found is not None
    assert found.message_id == wanted.message_id
    assert abs(found.y - wanted.y) < styles.normal.line_height
    assert not anchor.go_to(ScrollPosition("gone", 0))


class Still:
    """A host of message widgets where nothing is selected, written or asked for."""

    def __getattr__(self, name: str) -> Callable[..., bool]:
        return lambda *_: False


def test_message_widgets_exist_for_what_is_in_view_alone(qtbot: QtBot) -> None:
    port = QWidget()
    qtbot.addWidget(port)
    styles = make_styles()
    branch = BranchModel(styles.measures())
    branch.set_messages(long_chat(30))
    made: list[str] = []

    def make(model: MessageModel) -> MessageWidget:
        made.append(model.message.id)
        return MessageWidget(port, Still(), model)

    widgets = MessageWidgets(branch, styles, make)
    flow = FlowLayout(branch, widgets.measure)
    flow.viewport = 500
    widgets.place(flow.arrange(), left=70)
    seen = set(widgets.widgets)
    assert seen == set(made) == set(branch.in_view)
    widgets.ahead = {branch.models[0].message.id: {1}}
    flow.jump_to_end()
    widgets.place(flow.arrange(), left=70)
    assert branch.models[0].message.id in widgets.widgets  # laid out ahead
    assert not seen - {branch.models[0].message.id} & set(widgets.widgets)


def test_the_scroll_bar_goes_where_it_is_moved_and_shows_where_the_text_is(qtbot: QtBot) -> None:
    bar = QScrollBar()
    qtbot.addWidget(bar)
    branch = BranchModel(MEASURES)
    branch.set_messages(long_chat(30))
    flow = FlowLayout(branch, lambda _at, _row: 40)
    flow.viewport = 500
    flow.arrange()
    asked: list[tuple[int, bool]] = []
    sync = ScrollBarSync(bar, flow, lambda position, *, end: asked.append((position, end)))
    sync.sync(line_height=24)
    assert bar.maximum() == branch.index.total - 500
    assert not asked
    bar.setValue(300)
    bar.setValue(bar.maximum())
    assert asked == [(300, False), (bar.maximum(), True)]
    flow.scroll(120)
    sync.sync(line_height=24)
    assert bar.value() == 120


def test_the_selection_is_copied_and_drawn(qtbot: QtBot) -> None:
    branch = BranchModel(MEASURES)
    branch.set_messages(chat_of(["Hi", "Some **plain** words."]))
    drawn: list[bool] = []
    found = (((1, 3),), (1, 3))
    selection = SelectionController(branch, lambda *_: found, lambda: drawn.append(True))
    selection.select_all()
    selection.copy(CopyAs.MARKDOWN)
    assert drawn
    assert "Some **plain** words." in QGuiApplication.clipboard().text()
    model = branch.open(1)
    row = next(i for i, row in enumerate(model.rows) if "plain" in row.drawn_text())
    look = selection.decoration_of(model, row)
    assert look.selection == (0, len("Some plain words."))
    assert (look.matches, look.current) == found


def test_the_pointer_selects_and_asks_for_links_to_be_opened(rig: Rig) -> None:
    rig.show(chat_of(["Hi", LINKED]))
    links: list[LinkRequest] = []
    pointer = Pointer(rig.area, rig.layout, rig.selection, links.append, rig.marks.append)
    pointer.press(mouse(QEvent.Type.MouseButtonPress, rig.point(1, "plain")))
    pointer.move(mouse(QEvent.Type.MouseMove, rig.point(1, "words")))
    assert pointer.selecting
    pointer.release(mouse(QEvent.Type.MouseButtonRelease, rig.point(1, "words")))
    assert not pointer.selecting
    rig.selection.copy(CopyAs.PLAIN)
    assert QGuiApplication.clipboard().text() == "plain "
    pointer.press(mouse(QEvent.Type.MouseButtonPress, rig.point(1, "page")))
    pointer.release(mouse(QEvent.Type.MouseButtonRelease, rig.point(1, "page")))
    assert links == [LinkRequest("https://example.org/a", "a page")]


def test_the_keyboard_moves_selects_and_leaves_other_keys(rig: Rig) -> None:
    layout = rig.show(long_chat(40))
    read: list[MessageModel] = []
    keyboard = Keyboard(rig.area, layout, rig.selection, read.append)
    assert keyboard.press(pressed(Qt.Key.Key_Home))
    assert layout.flow.position == 0
    assert keyboard.press(pressed(Qt.Key.Key_End))
    assert layout.following
    assert keyboard.press(pressed(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier))
    assert rig.selection.selection is not None
    assert not keyboard.press(pressed(Qt.Key.Key_Q))
    up, down = Qt.Key.Key_PageUp, Qt.Key.Key_PageDown
    for key in (up, up, up, down, down, down):
        assert keyboard.press(pressed(key, Qt.KeyboardModifier.ControlModifier))
    models = layout.branch.models
    assert [models.index(one) for one in read] == [39, 38, 37, 38, 39, 39]
    assert keyboard.stops()[0] is rig.area


def test_the_menu_offers_the_link_that_is_pointed_at(rig: Rig) -> None:
    rig.show(chat_of(["Hi", LINKED]))
    pointer = Pointer(rig.area, rig.layout, rig.selection, lambda _: None, rig.marks.append)
    taken: list[object] = []
    menu = ContextMenu(
        rig.area,
        rig.layout,
        rig.selection,
        pointer,
        rig.actions,
        values=lambda: ValueEditor(rig.area, rig.layout, taken.append),
        quote=taken.append,
        save_code=taken.append,
        tell=taken.append,
    )
    rig.area.customContextMenuRequested.emit(rig.point(1, "page").toPoint())
    (shown,) = rig.area.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    offered = {action.text(): action for action in shown.actions()}
    shown.hide()
    offered["Copy link address"].trigger()
    assert QGuiApplication.clipboard().text() == "https://example.org/a"
    del menu


def test_the_finder_shows_matches_out_of_folded_reasoning(rig: Rig) -> None:
    rig.show([*long_chat(20), entry(20, "Why?"), thought(21, THOUGHT, SAID)])
    states: list[FindState] = []

    def unfold(model: MessageModel, fold: int) -> None:
        rig.actions.toggle_fold(model, fold)
        finder.refresh_message(rig.refolded[-1])

    finder = Finder(rig.area, rig.layout, unfold=unfold, changed=states.append)
    rig.layout.scroll_to_start()
    assert finder.find("needle", DEFAULT_OPTIONS) == 2
    finder.step(1)
    model = rig.layout.branch.models[21]
    assert rig.layout.branch.models[rig.layout.flow.placed[-1].at] is model
    assert states[-1].total == 2
    finder.clear()
    assert finder.state == FindState(0, 0, complete=False)


def test_message_actions_fold_copy_and_ask(rig: Rig) -> None:
    code = "```python\nx = 1\n```"
    rig.show([entry(0, "Hi"), thought(1, THOUGHT, SAID), entry(2, "And?"), entry(3, code)])
    thinking, coded = rig.layout.branch.models[1], rig.layout.branch.models[3]
    folded = len(thinking.rows)
    rig.actions.toggle_fold(thinking, 0)
    assert len(thinking.rows) > folded
    assert rig.refolded == [1]
    rig.actions.on_action(coded, "delete", "")
    assert rig.requests[-1].message_id == coded.message.id
    state = next(row.state for row in coded.rows if isinstance(row, CodeRow))
    rig.actions.copy_code(coded, state)
    assert QGuiApplication.clipboard().text() == "x = 1\n"


def test_the_announcer_speaks_a_finished_answer(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.show(chat_of(["Hi", "An answer."]))
    said: list[str] = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: said.append(event.message())
    )
    model = rig.layout.branch.models[1]
    ScreenReaderAnnouncer(rig.area, rig.layout).announce_finished(model)
    assert "An answer." in said[-1]
    assert "An answer." in rig.layout.widgets.widget_of(model).accessibleName()


def test_notes_mark_an_answer_and_ask_again_when_they_are_old(rig: Rig) -> None:
    rig.show([entry(0, "Hi"), entry(1, "2 + 2 = 5")])
    scheduled: list[bool] = []
    notes = TranscriptNotes(rig.area, rig.layout, lambda: scheduled.append(True))
    model = rig.layout.branch.models[1]
    mark = Mark(8, 9, MarkKind.SUM, MarkTone.WRONG, "It is 4.", chip="4")
    notes.set_marks(model.message.id, (mark,))
    assert [one.mark for row in model.rows if isinstance(row, TextRow) for one in row.marks] == [
        mark
    ]
    assert not rig.layout.branch.models[0].marks.marks
    model.marks_asked = True
    notes.renew_marks()
    assert not model.marks_asked
    assert scheduled == [True]
    assert notes.text_so_far(model.message.id) == "2 + 2 = 5"


def test_the_view_has_few_names_of_its_own() -> None:
    own = [
        name
        for name in vars(TranscriptView)
        if not name.startswith("_")
        and name != "staticMetaObject"
        and not hasattr(QAbstractScrollArea, name)
    ]
    assert len(own) < 20, own


def test_the_idle_scheduler_reads_on_and_lays_out_ahead(rig: Rig, qtbot: QtBot) -> None:
    lexers = Lexers(at_once, lambda: None, lambda: None)
    asked: list[Message] = []
    idle = IdleScheduler(rig.area, rig.layout, lexers, asked.append)
    rig.after_arranging = idle.schedule
    rig.show([entry(0, "All of it"), entry(1, "\n\n".join(f"Line {i}." for i in range(20_000)))])
    rig.layout.scroll_to_start()
    assert rig.layout.branch.models[1].has_unparsed
    qtbot.waitUntil(lambda: idle.idle, timeout=60_000)
    assert not rig.layout.branch.models[1].has_unparsed
    assert [one.id for one in asked] == [rig.layout.branch.models[1].message.id]
    assert rig.layout.widgets.ahead


def test_late_formulas_say_when_one_is_there() -> None:
    waiting: list[Callable[[], None]] = []
    drawn: list[bool] = []

    def submit(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        waiting.append(lambda: then(work()))

    formulas = LateFormulas(submit, lambda: drawn.append(True))
    heavy = r"\begin{pmatrix}" + r"a & b & c \\ " * 30 + r"\end{pmatrix}"
    formulas.store.begin_frame()
    formulas.store.draw(heavy, display=True)
    assert (len(waiting), drawn) == (2, [])  # the renderer is loaded first
    for job in waiting:
        job()
    assert drawn == [True]


def test_lexers_tell_once_when_a_language_can_be_coloured() -> None:
    loaded: list[bool] = []
    lexers = Lexers(at_once, lambda: loaded.append(True), lambda: None)
    lexers.is_ready("python")
    assert lexers.is_ready("python")
    assert loaded == [True]
