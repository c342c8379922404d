"""What can be done at a message: its buttons, their menu, its code, and the right button's menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMenu
from pytestqt.qtbot import QtBot

from app.domain.generation import StopReason
from app.engine.scripted import ScriptedAnswer, ScriptedEngine
from app.ui.commands.message_commands import MessageCommands
from app.ui.conversation.versions_dialog import VersionsDialog
from app.ui.style.dialogs import Dialog
from app.ui.transcript.interaction.context_menu import ContextMenu
from app.ui.transcript.interaction.message_actions import MessageActions
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.message_controls import ScrollToEndButton
from tests.scenarios.hands import (
    CONTROL,
    Address,
    ask,
    begun,
    choose,
    click,
    clipboard,
    key,
    keys,
    loaded,
    meanwhile,
    press,
    right_click,
    said,
    seen,
    stored,
    talk,
    titles,
    transcript,
    typed,
    wait_for_end,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import spot

RICH = (
    "A **bold** word, a [page](https://example.org/a?b=1) and $\\pi r^2$ here.\n\n"
    "```python\nprint('" + "long " * 60 + "')\n```\n"
)


def under(qtbot: QtBot, opened: Opened, name: str, at: int = -1) -> QuietButton:
    """A button under a message, counted from the end; the pointer is there first."""
    view = transcript(opened)
    message = view._layout.widgets.widgets[view._layout.branch.models[at].message.id]
    QTest.mouseMove(view.viewport(), message.geometry().center())

    def button() -> QuietButton:
        found = [one for one in view.findChildren(QuietButton)
                 if one.isVisible() and one.accessibleName() == name]  # fmt: skip
        assert len(found) >= -at or name not in {"More actions", "Copy message"}
        assert found, f"no button {name!r}"
        found.sort(key=lambda one: one.mapTo(view, QPoint()).y())
        return found[at if len(found) >= -at else -1]

    ready(qtbot, lambda: button() is not None)
    return button()


def more(qtbot: QtBot, opened: Opened, name: str, at: int = -1) -> None:
    """Choose from the menu “More actions” of a message."""
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, name)):
        click(under(qtbot, opened, "More actions", at))


# --- buttons ----------------------------------------------------------------------------------


@scenario("button", "Footer: Copy message")
def test_a_message_is_copied(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    click(under(qtbot, opened, "Copy message"))
    until(qtbot, lambda: clipboard() == "One.")


def test_an_answer_that_was_stopped_before_its_first_word_has_nothing_to_copy(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["One."], prompt_delay=20.0))
    begun(qtbot, opened)
    key(opened.window, Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)

    def look(menu: QMenu) -> None:
        assert not [one.text() for one in menu.actions() if one.text().startswith("Copy")]
        menu.close()

    with meanwhile(qtbot, QMenu, look):
        click(under(qtbot, opened, "More actions"))
    beside = under(qtbot, opened, "Regenerate answer").parent()
    assert beside is not None
    names = [one.accessibleName() for one in beside.findChildren(QuietButton)]
    assert "More actions" in names
    assert "Copy message" not in names


@scenario("message action", "copy")
def test_it_is_said_that_a_message_was_copied(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    click(under(qtbot, opened, "Copy message"))
    until(qtbot, lambda: "Copied." in opened.window.pane.snackbar.notice)


@scenario("button", "Footer: Edit message")
@scenario("message action", "edit")
def test_a_message_is_sent_in_other_words(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    click(under(qtbot, opened, "Edit message", -2))
    typed(opened.window.pane.composer.editor, "!")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user") == ["Question", "Question!"])
    wait_for_end(qtbot, opened)


@scenario("button", "Composer: Cancel")
def test_an_edit_is_given_up(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    typed(opened.window.pane.composer.editor, "a draft")
    click(under(qtbot, opened, "Edit message", -2))
    ready(qtbot, lambda: opened.window.pane.composer.text() == "Question")
    press(opened.window, "Cancel editing")
    until(qtbot, lambda: opened.window.pane.composer.text() == "a draft")


@scenario("button", "Footer: Regenerate answer")
@scenario("message action", "regenerate")
def test_another_version_is_written(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    click(under(qtbot, opened, "Regenerate answer"))
    until(qtbot, lambda: said(opened) == ["One.", "Two."])
    wait_for_end(qtbot, opened)


@scenario("button", "Footer: Continue this answer")
@scenario("message action", "continue")
def test_an_answer_that_was_cut_goes_on(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine([ScriptedAnswer("Half", reason=StopReason.MAX_TOKENS), " and whole."])
    opened = talk(qtbot, open_window, engine=engine)
    click(under(qtbot, opened, "Continue this answer"))
    until(qtbot, lambda: said(opened) == ["Half and whole."])
    wait_for_end(qtbot, opened)


@pytest.fixture
def versions(qtbot: QtBot, open_window: Open) -> Opened:
    """An answer of two versions, the second is shown."""
    opened = talk(qtbot, open_window)
    keys(opened, "Ctrl+Shift+R")
    ready(qtbot, lambda: said(opened) == ["One.", "Two."])
    wait_for_end(qtbot, opened)
    return opened


def shown(opened: Opened) -> str:
    return opened.window.controller.branch[-1].message.content


def chosen(opened: Opened) -> object:
    """The answer that the database says is walked."""
    question = (
        "SELECT b.content FROM messages a JOIN messages b ON a.chosen = b.seq WHERE a.role='user'"
    )
    return stored(opened, question)[0][0]


@scenario("button", "Footer: Previous version")
@scenario("message action", "version")
def test_the_version_before_is_shown(qtbot: QtBot, versions: Opened) -> None:
    click(under(qtbot, versions, "Previous version"))
    until(qtbot, lambda: chosen(versions) == "One.")
    until(qtbot, lambda: shown(versions) == "One.")


@scenario("button", "Footer: Next version")
def test_the_version_after_is_shown(qtbot: QtBot, versions: Opened) -> None:
    click(under(qtbot, versions, "Previous version"))
    ready(qtbot, lambda: chosen(versions) == shown(versions) == "One.")
    click(under(qtbot, versions, "Next version"))
    until(qtbot, lambda: chosen(versions) == shown(versions) == "Two.")


@scenario("button", "Footer: More actions")
@scenario("menu entry", "message_entries: Copy as Markdown")
def test_a_message_is_copied_as_markdown(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A **bold** word."]))
    more(qtbot, opened, "Copy as Markdown")
    until(qtbot, lambda: clipboard() == "A **bold** word.")


@scenario("menu entry", "message_entries: Copy as plain text")
def test_a_message_is_copied_as_plain_text(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A **bold** word."]))
    more(qtbot, opened, "Copy as plain text")
    until(qtbot, lambda: clipboard().strip() == "A bold word.")


def html() -> str:
    data = QGuiApplication.clipboard().mimeData()
    return data.html() if data is not None else ""


@scenario("menu entry", "message_entries: Copy as rich text")
def test_a_message_is_copied_as_rich_text(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A **bold** word."]))
    more(qtbot, opened, "Copy as rich text")
    until(qtbot, lambda: "<strong>bold</strong>" in html())


@scenario("menu entry", "message_entries: Answer again with…")
@scenario("message action", "answer_again")
@scenario("menu entry", "MessageCommands: …", without=nothing(MessageCommands, "_answer_with"))
def test_another_file_answers_again(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["One.", "Two."])
    opened = talk(qtbot, open_window, engine=engine)

    def pick(menu: QMenu) -> None:
        assert not menu.actions()[0].isEnabled()
        choose(menu, "Built-in demo")

    def further(menu: QMenu) -> None:
        with meanwhile(qtbot, QMenu, pick):
            choose(menu, "Answer again with…")

    with meanwhile(qtbot, QMenu, further):
        click(under(qtbot, opened, "More actions"))
    until(qtbot, lambda: "demo.gguf" in loaded(engine) and len(said(opened)) == 2)
    wait_for_end(qtbot, opened)


@scenario("menu entry", "message_entries: Compare versions…")
@scenario("message action", "compare")
@scenario("dialog", "VersionsDialog")
@scenario("button", "VersionsDialog: Show")
def test_versions_are_compared_and_one_is_shown(qtbot: QtBot, versions: Opened) -> None:
    def look(dialog: VersionsDialog) -> None:
        assert not seen(dialog, QAbstractButton, "Shown").isEnabled()
        press(dialog, "Show")

    with meanwhile(qtbot, VersionsDialog, look):
        more(qtbot, versions, "Compare versions…")
    until(qtbot, lambda: chosen(versions) == "One.")


@scenario("button", "VersionsDialog: Close")
def test_comparing_is_closed(qtbot: QtBot, versions: Opened) -> None:
    with meanwhile(qtbot, VersionsDialog, lambda dialog: press(dialog, "Close")):
        more(qtbot, versions, "Compare versions…")
    assert chosen(versions) == "Two."


@scenario("menu entry", "message_entries: New chat from here")
@scenario("message action", "branch")
def test_a_new_chat_begins_from_a_message(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    more(qtbot, opened, "New chat from here")
    until(qtbot, lambda: len(titles(opened)) == 2)
    ask(qtbot, opened, "Further")
    assert said(opened, "user") == ["Question", "Question", "Further"]


@scenario("menu entry", "message_entries: Delete…")
@scenario("message action", "delete")
def test_a_message_is_moved_to_the_trash(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    more(qtbot, opened, "Delete…")
    until(qtbot, lambda: said(opened) == [])


@scenario("button", "Snackbar: Undo")
def test_a_deleted_message_comes_back(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    more(qtbot, opened, "Delete…")
    ready(qtbot, lambda: said(opened) == [])
    press(opened.window, "Undo")
    until(qtbot, lambda: said(opened) == ["One."])


# --- in the text ------------------------------------------------------------------------------


@pytest.fixture
def rich(qtbot: QtBot, open_window: Open) -> Opened:
    """An answer with a link, a formula and code."""
    return talk(qtbot, open_window, engine=ScriptedEngine([RICH]))


@scenario("button", "CodeHead: Copy code")
@scenario("button", "CodeHead: Copy")
@scenario("button", "CodeHead: Copied")
def test_code_is_copied_by_its_button(qtbot: QtBot, rich: Opened) -> None:
    press(transcript(rich), "Copy code")
    until(qtbot, lambda: clipboard().startswith("print('long"))
    QGuiApplication.clipboard().clear()
    press(transcript(rich), "Copied")  # and again, while it says so
    until(qtbot, lambda: clipboard().startswith("print('long"))


@scenario("button", "CodeHead: Wrap long lines")
def test_long_lines_of_code_are_wrapped(qtbot: QtBot, rich: Opened) -> None:
    def height() -> int:
        return transcript(rich)._layout.branch.index.total

    before = height()
    press(transcript(rich), "Wrap long lines")
    until(qtbot, lambda: height() > before)


@scenario("button", "FoldToggle: …", without=nothing(MessageActions, "toggle_fold"))
def test_reasoning_is_unfolded(qtbot: QtBot, open_window: Open) -> None:
    thinking = "<think>I wonder about it.</think>\n\nDone."
    opened = talk(qtbot, open_window, engine=ScriptedEngine([thinking]))
    view = transcript(opened)
    toggle = next(one for one in view.findChildren(QuietButton) if one.objectName() == "fold")
    click(toggle)
    until(qtbot, lambda: spot(view, 1, "wonder") is not None)


@scenario("button", "ScrollToEndButton: …", without=nothing(Layout, "scroll_to_end"))
def test_the_pill_leads_to_the_end(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["Line.\n\n" * 200]))
    view = transcript(opened)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Home)
    ready(
        qtbot,
        lambda: (
            view.findChild(ScrollToEndButton).isVisible() and not view._layout.flow.bottom_reached
        ),
    )
    click(view.findChild(ScrollToEndButton))
    until(qtbot, lambda: view._layout.flow.bottom_reached)


def pointed(qtbot: QtBot, opened: Opened, place: QPoint, *path: str) -> None:
    """Choose from the menu of the right button at a place of the conversation."""
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, *path)):
        right_click(transcript(opened).viewport(), place)


def at(opened: Opened, words: str, inside: int = 1) -> QPoint:
    return spot(transcript(opened), 1, words, inside)


def selected(opened: Opened) -> None:
    """All of the conversation is selected, by its key."""
    transcript(opened).setFocus()
    QTest.keyClick(transcript(opened), Qt.Key.Key_A, CONTROL)


@scenario("menu entry", "ContextMenu: Copy")
def test_the_selection_is_copied(qtbot: QtBot, rich: Opened) -> None:
    selected(rich)
    pointed(qtbot, rich, at(rich, "bold"), "Copy")
    until(qtbot, lambda: "A bold word" in clipboard())


@scenario("menu entry", "ContextMenu: Copy as Markdown")
def test_the_selection_is_copied_as_markdown(qtbot: QtBot, rich: Opened) -> None:
    selected(rich)
    pointed(qtbot, rich, at(rich, "bold"), "Copy as Markdown")
    until(qtbot, lambda: "A **bold** word" in clipboard())


@scenario("menu entry", "ContextMenu: Copy as plain text")
def test_the_selection_is_copied_as_plain_text(qtbot: QtBot, rich: Opened) -> None:
    selected(rich)
    pointed(qtbot, rich, at(rich, "bold"), "Copy as plain text")
    until(qtbot, lambda: "A bold word" in clipboard() and not html())


@scenario("menu entry", "ContextMenu: Copy as rich text")
def test_the_selection_is_copied_as_rich_text(qtbot: QtBot, rich: Opened) -> None:
    selected(rich)
    pointed(qtbot, rich, at(rich, "bold"), "Copy as rich text")
    until(qtbot, lambda: "<strong>bold</strong>" in html())


@scenario("menu entry", "ContextMenu: Copy code")
def test_code_that_is_pointed_at_is_copied(qtbot: QtBot, rich: Opened) -> None:
    pointed(qtbot, rich, at(rich, "print"), "Copy code")
    until(qtbot, lambda: clipboard().startswith("print('long"))


@scenario("menu entry", "ContextMenu: Copy formula as LaTeX")
def test_a_formula_that_is_pointed_at_is_copied(qtbot: QtBot, rich: Opened) -> None:
    pointed(qtbot, rich, at(rich, "\ufffc here", 0) + QPoint(6, 0), "Copy formula as LaTeX")
    until(qtbot, lambda: clipboard() == "$\\pi r^2$")


@scenario("menu entry", "ContextMenu: Copy link address")
def test_a_links_address_is_copied(qtbot: QtBot, rich: Opened) -> None:
    pointed(qtbot, rich, at(rich, "page"), "Copy link address")
    until(qtbot, lambda: clipboard() == "https://example.org/a?b=1")


@scenario("menu entry", "ContextMenu: Open link…")
@scenario("question", "follow_link.follow_link: ask_to_open_link")
@scenario("button", "ask_to_open_link: Open")
def test_a_link_is_opened_after_asking(qtbot: QtBot, rich: Opened, address: Address) -> None:
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Open")):
        pointed(qtbot, rich, at(rich, "page"), "Open link…")
    until(qtbot, lambda: address.asked == ["https://example.org/a?b=1"])


@scenario("menu entry", "ContextMenu: …", without=nothing(ContextMenu, "_add_links_in_view"))
def test_a_link_in_view_is_opened_by_keys_alone(
    qtbot: QtBot, rich: Opened, address: Address
) -> None:
    with meanwhile(qtbot, Dialog, lambda dialog: key(dialog, Qt.Key.Key_Return)):
        pointed(qtbot, rich, at(rich, "bold"), "Links in view", "page")
    until(qtbot, lambda: address.asked == ["https://example.org/a?b=1"])


@scenario("button", "ask_to_open_link: Copy address")
def test_a_links_address_is_copied_instead(qtbot: QtBot, rich: Opened, address: Address) -> None:
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Copy address")):
        click(transcript(rich).viewport(), at(rich, "page"))
    until(qtbot, lambda: clipboard() == "https://example.org/a?b=1")
    assert address.asked == []


@scenario("button", "ask_to_open_link: Cancel")
def test_a_link_is_not_opened(qtbot: QtBot, rich: Opened, address: Address) -> None:
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Cancel")):
        click(transcript(rich).viewport(), at(rich, "page"))
    assert address.asked == []


@scenario("menu entry", "ContextMenu: Select whole chat")
def test_the_whole_chat_is_selected_from_the_menu(qtbot: QtBot, rich: Opened) -> None:
    pointed(qtbot, rich, at(rich, "bold"), "Select whole chat")
    transcript(rich).setFocus()
    QTest.keyClick(transcript(rich), Qt.Key.Key_C, CONTROL)
    until(qtbot, lambda: "Question" in clipboard())
