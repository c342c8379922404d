from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QGuiApplication,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.ui.style.theme import DARK
from app.ui.style.typography import Typesetting, fonts_of
from app.ui.transcript.content import message_model
from app.ui.transcript.content.rows import FoldRow
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.items.text_items import CodeItem
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.viewport.scroll_anchor import ScrollPosition
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.footer import Footer
from app.ui.transcript.widgets.message_controls import HorizontalScrollBar
from app.ui.transcript.widgets.signals import ActionKind, LinkRequest, MessageAction
from tests.ui.transcript.making import MIXED, chat_of, entry, long_chat, settle, thought


def tops(view: TranscriptView) -> dict[tuple[int, int], int]:
    return {(p.at, p.row): p.y for p in view._layout.flow.placed}


def buttons(view: TranscriptView, label: str) -> list[QuietButton]:
    chain = [
        w
        for w in view._layout.widgets.focus_chain(view._layout.flow.placed)
        if isinstance(w, QuietButton)
    ]
    return [button for button in chain if button.accessibleName() == label]


def said_of(view: TranscriptView, key: str) -> str:
    """What a screen reader is given of a message."""
    return view._layout.widgets.widgets[key].accessibleName()


# ------------------------------------------------------------------ opening and scrolling


def test_a_long_chat_opens_at_its_end_with_few_widgets(view: TranscriptView) -> None:
    view.set_branch(long_chat(2000))
    assert view._layout.flow.bottom_reached
    assert len(view._layout.widgets.widgets) <= 8
    assert sum(1 for model in view._layout.branch.models if model.list is not None) <= 8


def test_a_chat_opens_where_the_reader_left_it(view: TranscriptView) -> None:
    chat = long_chat(300)
    view.set_branch(chat)
    view._layout.scroll_by(-9000)
    view._layout.scroll_by(37)
    place, shown = view.scroll_position(), tops(view)
    view.set_branch(chat[:10])
    view.set_branch(chat, anchor=place)
    assert tops(view) == shown
    assert view.scroll_position() == place


def test_an_anchor_that_is_gone_leads_to_the_end(view: TranscriptView) -> None:
    view.set_branch(long_chat(40), anchor=ScrollPosition("f" * 32, 10))
    assert view._layout.flow.bottom_reached


def test_keys_move_through_the_whole_chat(view: TranscriptView) -> None:
    view.set_branch(long_chat(60))
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view._layout.flow.position == 0
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    page = view._layout.flow.position
    assert 0 < page < view.viewport().height()
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    assert view._layout.flow.position == 0
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view._layout.flow.bottom_reached
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert view._layout.flow.position == page
    QTest.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert view._layout.flow.position == 0
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Home, control)
    assert view._layout.flow.position == 0
    QTest.keyClick(view, Qt.Key.Key_End, control)
    assert view._layout.flow.bottom_reached


def test_the_wheel_moves_the_text_by_whole_steps(view: TranscriptView) -> None:
    view.set_branch(long_chat(60))
    view._layout.scroll_by(-3000)
    before = tops(view)
    event = QWheelEvent(
        QPointF(300, 300),
        QPointF(300, 300),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.wheelEvent(event)
    after = tops(view)
    assert {after[key] - before[key] for key in before.keys() & after.keys()} == {120}


def test_the_wheel_with_ctrl_is_left_to_the_window(view: TranscriptView) -> None:
    view.set_branch(long_chat(60))
    before = tops(view)
    here, none = QPointF(300, 300), QPoint(0, 0)
    button, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    control = Qt.KeyboardModifier.ControlModifier
    event = QWheelEvent(here, here, none, QPoint(0, 120), button, control, phase, False)
    view.wheelEvent(event)
    assert not event.isAccepted()
    assert tops(view) == before


def test_dragging_the_bar_reaches_both_ends(view: TranscriptView) -> None:
    view.set_branch(long_chat(400))
    bar = view.verticalScrollBar()
    bar.setSliderDown(True)
    for share in (0.8, 0.5, 0.2, 0.0):
        bar.setValue(int(bar.maximum() * share))
    assert view._layout.flow.position == 0
    bar.setValue(bar.maximum())
    assert view._layout.flow.bottom_reached
    bar.setSliderDown(False)
    assert view._layout.flow.bottom_reached


def test_resizing_keeps_the_first_line(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(long_chat(200))
    view._layout.scroll_by(-20_000)
    before = view._layout.flow.anchor
    for width in (700, 500, 1400, 900):
        view.resize(width, 700)
        qtbot.wait(1)
        assert (view._layout.flow.anchor.at, view._layout.flow.anchor.row) == (
            before.at,
            before.row,
        )


def test_resizing_at_the_end_stays_at_the_end(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(long_chat(50))
    for width, height in ((500, 600), (1200, 300), (900, 800)):
        view.resize(width, height)
        qtbot.wait(1)
        assert view._layout.flow.bottom_reached


def test_the_column_is_never_wider_than_its_limit(make_view: Callable[..., TranscriptView]) -> None:
    wide = make_view(width=1800)
    zoomed = make_view(width=1800, typesetting=Typesetting(zoom=150))
    column = fonts_of(Typesetting()).column
    assert wide._styles.normal.column == column < 900
    assert abs(zoomed._styles.normal.column - 1.5 * column) < 12


# ------------------------------------------------------------------ streaming


def streaming(view: TranscriptView, before: int = 20) -> str:
    chat = [*long_chat(before), entry(before, "And now?")]
    answer = entry(before + 1, "", status=MessageStatus.STREAMING)
    view.set_branch([*chat, answer])
    view.begin_answer(answer.message.id)
    return answer.message.id


def test_a_streamed_answer_is_followed_while_the_reader_is_at_the_end(
    view: TranscriptView,
) -> None:
    key = streaming(view)
    for start in range(0, len(MIXED), 11):
        view.feed(key, MIXED[start : start + 11])
        assert view._layout.flow.bottom_reached


def test_a_reader_who_scrolled_up_is_left_alone_and_told(view: TranscriptView) -> None:
    key = streaming(view)
    view.feed(key, MIXED)
    view._layout.scroll_by(-200)
    before = tops(view)
    for _ in range(5):
        view.feed(key, MIXED)
    after = tops(view)
    assert {after[k] - before[k] for k in before.keys() & after.keys()} == {0}
    assert not view._layout.flow.bottom_reached
    assert view._layout.pill.isVisible()
    assert view._layout.pill.text() == "New text"
    QTest.mouseClick(view._layout.pill, Qt.MouseButton.LeftButton)
    view.feed(key, MIXED)
    assert view._layout.flow.bottom_reached
    assert not view._layout.pill.isVisible()


def test_a_finished_answer_looks_as_if_it_had_been_opened(
    view: TranscriptView, make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    key = streaming(view, before=0)
    for start in range(0, len(MIXED), 5):
        view.feed(key, MIXED[start : start + 5])
    final = replace(
        view._layout.branch.models[1].message, content=MIXED, status=MessageStatus.COMPLETE
    )
    view.finish(final)
    other = make_view()
    other.set_branch([entry(0, "And now?"), replace(entry(1, MIXED), message=final)])
    settle(view, qtbot)
    settle(other, qtbot)
    assert tops(view) == tops(other)


def test_the_actions_wait_until_the_answer_is_written(view: TranscriptView) -> None:
    key = streaming(view, before=2)
    view.feed(key, "Some text")
    assert not buttons(view, "Regenerate answer")
    message = view._layout.branch.models[-1].message
    view.finish(replace(message, content="Some text", status=MessageStatus.COMPLETE))
    assert buttons(view, "Regenerate answer")


def test_rows_that_did_not_change_are_not_laid_out_again(view: TranscriptView) -> None:
    key = streaming(view, before=0)
    view.feed(key, MIXED * 3)
    widget = view._layout.widgets.widgets[key]
    before = dict(widget.items)
    view.feed(key, " more")
    same = sum(1 for row, item in widget.items.items() if before.get(row) is item)
    assert same >= len(before) - 4


# ------------------------------------------------------------------ messages and actions


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (MessageStatus.STOPPED, "Stopped by you"),
        (MessageStatus.CUT, "Cut at the token limit"),
        (MessageStatus.INTERRUPTED, "Interrupted; the text so far was kept"),
    ],
)
def test_an_answer_that_did_not_end_says_why_and_offers_to_go_on(
    view: TranscriptView, qtbot: QtBot, status: MessageStatus, words: str
) -> None:
    view.set_branch([entry(0, "Why?"), entry(1, "Because", status=status, versions=(2, 3))])
    footer = next(f for f in view.findChildren(Footer) if f.buttons[0].text() == "Continue")
    assert words in [label.text() for label in footer.status_text]
    with qtbot.waitSignal(view.action_requested) as caught:
        footer.buttons[0].click()
    assert caught.args == [MessageAction(ActionKind.CONTINUE, f"{1:032x}")]
    view.resize(330, 400)  # a small window with its sidebar: the words have lines of their own
    view._layout.arrange()
    footer = next(f for f in view.findChildren(Footer) if f.isVisible() and len(f.buttons) > 3)
    told = next(label for label in footer.status_text if label.text() == words)
    wraps = Qt.TextFlag.TextWordWrap
    assert told.fontMetrics().boundingRect(told.rect(), wraps, words).height() <= told.height()
    assert footer.rect().contains(told.geometry())
    for button in footer.buttons:
        assert footer.rect().contains(button.geometry())
        assert not button.geometry().intersects(told.geometry())


def test_a_failure_is_told_in_its_own_words(view: TranscriptView, qtbot: QtBot) -> None:
    failed = entry(1, "", status=MessageStatus.FAILED, error="The model file is gone.")
    view.set_branch([entry(0, "Why?"), failed])
    settle(view, qtbot)
    assert "The model file is gone." in said_of(view, failed.message.id)


def test_versions_can_be_walked(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch([entry(0, "Why?"), entry(1, "Because", versions=(2, 2))])
    before = buttons(view, "Previous version")[0]
    assert not buttons(view, "Next version")
    with qtbot.waitSignal(view.action_requested) as caught:
        before.click()
    assert caught.args == [MessageAction(ActionKind.VERSION, f"{1:032x}", "previous")]


def test_copy_puts_an_answer_on_the_clipboard(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Why?", "Because **so**."]))
    buttons(view, "Copy message")[-1].click()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == "Because so."
    assert "Because <strong>so</strong>." in mime.html()


def test_code_is_copied_as_it_was_written(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Why?", "```py\nif x:\n\treturn 1\n```\n"]))
    buttons(view, "Copy code")[0].click()
    assert QGuiApplication.clipboard().text() == "if x:\n\treturn 1\n"


def test_actions_appear_with_the_keyboards_focus(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Why?", "Because.", "And?", "So."]))
    first = view._layout.widgets.focus_chain(view._layout.flow.placed)[0]
    assert isinstance(first, QuietButton)
    assert not first.shown
    view.activateWindow()
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert view.window().focusWidget() is first
    assert first.shown


def test_arrows_go_through_the_buttons_of_the_whole_chat(view: TranscriptView) -> None:
    view.set_branch(long_chat(14))
    view._layout.scroll_to_start()
    view.setFocus()
    seen: set[str] = set()
    mounted = view._layout.widgets.widgets
    QTest.keyClick(view, Qt.Key.Key_Tab)
    for _ in range(200):
        focused = view.window().focusWidget()
        assert focused is not None
        assert view.isAncestorOf(focused)
        seen |= {key for key, widget in mounted.items() if widget.isAncestorOf(focused)}
        if len(seen) == 14:
            break
        QTest.keyClick(focused, Qt.Key.Key_Down)
    assert len(seen) == 14


def test_tab_leaves_a_chat_of_any_length(view: TranscriptView) -> None:
    view.set_branch(long_chat(60))
    view._layout.scroll_to_start()
    view.setFocus()
    top = view.scroll_position()
    presses = 0
    while view._keyboard.tab(forward=True):
        presses += 1
    assert presses < 20
    assert view.scroll_position() == top


def test_messages_that_the_model_does_not_see_are_labelled(
    view: TranscriptView, qtbot: QtBot
) -> None:
    chat = chat_of(["First?", "One.", "Second?", "Two."])
    view.set_branch(chat)
    view.notes.set_left_out(frozenset({chat[0].message.id, chat[1].message.id}))
    settle(view, qtbot)
    names = [said_of(view, item.message.id) for item in chat]
    assert ["Not seen by the model" in name for name in names] == [True, True, False, False]
    view.notes.set_left_out(frozenset())
    settle(view, qtbot)
    assert not any("Not seen" in said_of(view, item.message.id) for item in chat)


def test_a_screen_reader_hears_who_said_what(view: TranscriptView, qtbot: QtBot) -> None:
    chat = chat_of(["Why $x$?", "Because **so**."])
    view.set_branch(chat)
    settle(view, qtbot)
    assert said_of(view, chat[0].message.id) == "You said: Why $x$?"
    assert said_of(view, chat[1].message.id) == "Phial answered: Because so."


def test_new_messages_keep_the_place_of_a_reader_further_up(view: TranscriptView) -> None:
    chat = long_chat(40)
    view.set_branch(chat)
    view._layout.scroll_by(-4000)
    before = tops(view)
    view.update_branch([*chat, entry(40, "One more?"), entry(41, "Yes.")])
    assert tops(view) == before


def test_the_reasoning_unfolds_on_demand(view: TranscriptView) -> None:
    view.set_branch([entry(0, "Why?"), thought(1, "First this.", "Because.")])
    height = view._layout.branch.index.total
    toggle = view.findChild(QuietButton, "fold")
    assert toggle is not None
    place = thinking_y(view)
    toggle.click()
    assert view._layout.branch.index.total > height
    assert thinking_y(view) == place > 40


def thinking_y(view: TranscriptView) -> int:
    """Where the line stands that folds the reasoning."""
    return next(
        p.y
        for p in view._layout.flow.placed
        if isinstance(view._layout.branch.models[p.at].rows[p.row], FoldRow)
    )


def test_the_line_that_folds_the_reasoning_stays_under_the_pointer(view: TranscriptView) -> None:
    chat = long_chat(40)
    chat[21] = thought(21, "First this.\n\nThen that.", "Because.")
    view.set_branch(chat)
    at = next(
        i for i, row in enumerate(view._layout.branch.open(21).rows) if isinstance(row, FoldRow)
    )
    view._layout.show_row(21, at)
    place = thinking_y(view)
    assert place > 100
    for _ in range(2):
        toggle = view.findChild(QuietButton, "fold")
        assert toggle is not None
        toggle.click()
        assert thinking_y(view) == place


def test_a_code_block_is_wrapped_and_unwrapped_by_its_own_button(view: TranscriptView) -> None:
    long = "```\n" + "word " * 100 + "\n```\n"
    view.set_branch(chat_of(["Why?", long + "\n" + long]))
    height = view._layout.branch.index.total
    buttons(view, "Wrap long lines")[0].click()
    once = view._layout.branch.index.total
    assert once > height
    buttons(view, "Wrap long lines")[1].click()
    assert view._layout.branch.index.total - once == once - height
    for button in buttons(view, "Wrap long lines"):
        button.click()
    assert view._layout.branch.index.total == height


# ------------------------------------------------------------------ looks


def test_zoom_and_theme_change_in_place(view: TranscriptView) -> None:
    view.set_branch(long_chat(60))
    view._layout.scroll_by(-5000)
    before, line = view._layout.flow.anchor, view._layout.anchor.first_visible_line()
    view.restyle(theme=DARK)
    assert view._layout.flow.anchor == before
    total = view._layout.branch.index.total
    view.restyle(typesetting=Typesetting(zoom=200))
    seen = view._layout.anchor._first_line()
    assert line is not None
    assert seen is not None
    assert (seen.at, seen.row, seen.inside) == (line.at, line.row, line.inside)
    assert view._layout.branch.index.total > 1.5 * total


def test_a_wide_table_is_scrolled_by_keys_and_wheel(view: TranscriptView) -> None:
    cells = " | ".join(f"a column numbered {i}" for i in range(14))
    view.set_branch([*long_chat(8), entry(8, "Hi"), entry(9, f"| {cells} |\n|{'---|' * 14}\n")])
    bar = next(
        w
        for w in view._layout.widgets.focus_chain(view._layout.flow.placed)
        if isinstance(w, HorizontalScrollBar)
    )
    bar.setFocus()
    places = [bar.value()]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_End):
        QTest.keyClick(bar, key)
        places.append(bar.value())
    step = bar.singleStep()
    assert places == [0, step, 2 * step, step, bar.maximum()]
    QTest.keyClick(bar, Qt.Key.Key_Home)
    QTest.keyClick(bar, Qt.Key.Key_Up)  # the text's, not the table's
    assert bar.value() == 0
    assert not view._layout.flow.bottom_reached
    view._layout.scroll_to_end()
    where = QPointF(bar.mapTo(view.viewport(), QPoint(60, -20)))
    nothing, button, phase = QPoint(0, 0), Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    shift, down = Qt.KeyboardModifier.ShiftModifier, QPoint(0, -120)
    view.wheelEvent(QWheelEvent(where, where, nothing, down, button, shift, phase, False))
    assert bar.value() == 120


def test_wrapped_code_has_no_sideways_bar(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Why?", "```\n" + "i " * 300 + "\n```\n"]))
    height = view._layout.branch.index.total

    def bars() -> list[HorizontalScrollBar]:
        return [bar for bar in view.findChildren(HorizontalScrollBar) if bar.isVisible()]

    assert len(bars()) == 1
    view.restyle(wrap_code=True)
    assert view._layout.branch.index.total > height
    assert not bars()
    at = next(
        i for i, row in enumerate(view._layout.branch.models[1].rows) if isinstance(row, CodeRow)
    )
    item = view._layout.widgets.lay_out(1, at)
    assert isinstance(item, CodeItem)
    ends = max(item.caret_rect(place).right() for place in range(item.length()))
    assert ends <= item.clip().right()
    view.restyle(wrap_code=False)
    assert len(bars()) == 1


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://example.org/", True),
        ("mailto:someone@example.org", True),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("smb://host/share", False),  # a link as Markdown has it, unlike those above
        ("ms-settings:privacy", False),
        ("mailto:a@b.org?attach=/etc/passwd", False),
    ],
)
def test_only_web_and_mail_links_are_handed_on(
    view: TranscriptView, address: str, asked: bool
) -> None:
    requests: list[LinkRequest] = []
    view.link_activated.connect(requests.append)
    view.set_branch(chat_of(["Hi", f"[here it is, a long link text]({address})"]))
    row = next(p for p in view._layout.flow.placed if p.at == 1 and p.height > 20)
    left = (view.width() - view._styles.normal.column) // 2
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(left + 40, row.y + 10))
    assert bool(requests) is asked


# ------------------------------------------------------------------ endless texts


def test_an_answer_of_a_megabyte_opens_piece_by_piece(view: TranscriptView, qtbot: QtBot) -> None:
    text = (MIXED + "\n") * 1200
    view.set_branch([entry(0, "All of it"), entry(1, text)])
    assert view._layout.branch.models[1].has_unparsed
    view._layout.branch.models[1].parse_slice(view._layout.branch.measures)
    assert len(view._layout.widgets.widgets) <= 2
    assert sum(len(w.items) for w in view._layout.widgets.widgets.values()) < 80


def test_endless_words_lines_and_cells_are_drawn(view: TranscriptView, qtbot: QtBot) -> None:
    word = "x" * 20_000
    text = f"{word}\n\n```\n{word}\n```\n\n| a |\n|---|\n| {word} |\n\n- {word}\n"
    view.set_branch([entry(0, word), entry(1, text)])
    settle(view, qtbot)
    for step in range(80):
        view._layout.scroll_by(-600)
        if not step % 8:
            view.grab()
    assert view._layout.flow.position == 0


def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told to say, from now on."""
    told: list[str] = []

    def update(event: QAccessibleEvent) -> None:
        assert isinstance(event, QAccessibleAnnouncementEvent)
        told.append(event.message())

    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", update)
    return told


def test_what_is_written_so_far_can_be_read_by_a_screen_reader(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    told = announced(monkeypatch)
    key = streaming(view, before=0)
    for word in ("The ", "answer ", "is ", "seven."):
        view.feed(key, word)
    qtbot.waitUntil(
        lambda: said_of(view, key) == "Phial answered: The answer is seven.",
        timeout=5_000,
    )
    message = view._layout.branch.models[-1].message
    view.finish(replace(message, content="The answer is seven.", status=MessageStatus.COMPLETE))
    assert told == ["Phial is answering.", "Phial answered: The answer is seven."]


@pytest.mark.parametrize("slow", [False, True])
def test_of_a_long_answer_whole_words_of_its_first_4000_characters_are_announced(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    if slow:  # its rows are made in slices, and none was when it ends
        monkeypatch.setattr(message_model, "SLICE_SECONDS", 0.0)
    told = announced(monkeypatch)
    key = streaming(view, before=0)
    text = " ".join(f"word{number}" for number in range(2_000))
    view.feed(key, text)
    message = view._layout.branch.models[-1].message
    view.finish(replace(message, content=text, status=MessageStatus.COMPLETE))
    said = told[-1]
    words = said.removeprefix("Phial answered: ").removesuffix("\u2026")
    assert text.startswith(f"{words} ")
    assert 3_990 < len(words) <= 4_000


def test_the_view_adds_twenty_names_to_qts_at_most_and_keeps_its_parts_to_itself(
    view: TranscriptView,
) -> None:
    own = set(dir(view)) - set(dir(QAbstractScrollArea))
    assert len({name for name in own if not name.startswith("_")}) <= 20
