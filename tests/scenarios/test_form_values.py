"""The values of an answer in a form, changed where they stand: kept, marked, copied, taken back."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.domain.grammar.form import Form, FormKind, parse_form
from app.domain.parts import FormPart
from app.engine.scripted import ScriptedEngine
from app.ui.assistive.interfaces import TranscriptInterface
from app.ui.transcript.interaction.value_editor import ValueField
from tests.scenarios.hands import (
    choose,
    clipboard,
    command,
    key,
    keys,
    meanwhile,
    right_click,
    said,
    seen,
    shows,
    transcript,
    typed,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.scenarios.test_forms import parts
from tests.scenarios.test_messages import more
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import spot

TABLE = "| Name | Born |\n| --- | --- |\n| Ada | 1815 |\n| Grace | 1906 |"
FIELDS = "- **Name:** Ada\n- **Born:** 1815-12-10\n- **Died:** -\n"
PERSON = '```json\n{\n  "name": "Ada",\n  "died": 1852\n}\n```'
PERSON_SCHEMA = json.dumps({
    "type": "object",
    "properties": {"name": {"type": "string"}, "born": {"type": "integer"},
                   "died": {"type": "integer"}},
    "required": ["name"],
})  # fmt: skip
ALIVE = "- **Name:** Ada\n- **Born:** 1815-12-10\n"


def asked_in(qtbot: QtBot, opened: Opened, form: Form) -> None:
    """Ask a question in a form, and have it answered."""
    opened.window.pane.composer.form.choose(opened.window.controller.current().id, form)
    say(qtbot, opened, "Who?")
    wait_for_end(qtbot, opened)


def field(qtbot: QtBot, opened: Opened, name: str) -> QLineEdit:
    """The field over a value, once it has the keyboard."""
    root = transcript(opened)
    until(qtbot, lambda: isinstance(opened.window.focusWidget(), ValueField))
    until(qtbot, lambda: seen(root, ValueField).accessibleName() == name)
    return seen(root, ValueField, name)


@scenario("command", "change_value")
def test_cells_are_changed_by_the_keyboard_and_everything_follows(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine([TABLE, "Free."])
    opened = open_window(engine)
    asked_in(qtbot, opened, parse_form("table:Name,Born:whole"))
    keys(opened, "F4")
    first = field(qtbot, opened, "Name, row 1")
    view = transcript(opened)
    # It lies over the cell, and assistive technology finds it in the conversation.
    assert first.geometry().contains(spot(view, 1, "Ada"))
    reached = TranscriptInterface(view)
    inside = [reached.child(at) for at in range(reached.childCount())]
    assert "Name, row 1" in [one.text(QAccessible.Text.Name) for one in inside]
    typed(first, "Ada Lovelace", instead=True)
    key(opened.window, Qt.Key.Key_Tab)
    born = field(qtbot, opened, "Born, row 1")
    typed(born, "long ago", instead=True)
    key(opened.window, Qt.Key.Key_Return)
    assert "Here stands a whole number." in opened.window.pane.snackbar.notice
    assert field(qtbot, opened, "Born, row 1").text() == "long ago", "nothing typed is lost"
    typed(born, "1816", instead=True)
    key(opened.window, Qt.Key.Key_Down)
    key(opened.window, Qt.Key.Key_Escape)
    wanted = TABLE.replace("Ada", "Ada Lovelace").replace("1815", "1816")
    until(qtbot, lambda: said(opened) == [wanted])
    (kept,) = parts(opened, 1)
    assert (kept.valid, kept.text) == (True, TABLE)
    until(qtbot, lambda: shows_line(opened, "it keeps to it \u00b7 changed by you"))
    command(qtbot, opened, "Edit", "Copy last answer as CSV")
    assert clipboard() == "Name,Born\r\nAda Lovelace,1816\r\nGrace,1906\r\n"
    command(qtbot, opened, "Edit", "Copy last answer as JSON")
    assert json.loads(clipboard())[0] == {"Name": "Ada Lovelace", "Born": 1816}
    keys(opened, "Ctrl+Shift+C")
    assert "| Ada Lovelace | 1816 |" in clipboard()
    say(qtbot, opened, "And then?")
    wait_for_end(qtbot, opened)
    assert engine.requests[1].turns[-2].content == wanted, "the model reads what stands there"


def shows_line(opened: Opened, words: str) -> bool:
    """Whether a row of the conversation says this."""
    models = transcript(opened)._layout.branch.models
    return any(words in row.drawn_text() for one in models for row in one.rows)


@scenario("menu entry", "_form_entries: Change its values")
@scenario("message action", "change")
def test_a_field_that_was_left_out_is_typed_and_undone(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine([ALIVE]))
    asked_in(qtbot, opened, parse_form("fields:Name,Born:date,Died:date?"))
    more(qtbot, opened, "Change its values")
    field(qtbot, opened, "Name")
    key(opened.window, Qt.Key.Key_Tab)
    born = field(qtbot, opened, "Born").geometry()
    key(opened.window, Qt.Key.Key_Tab)
    died = field(qtbot, opened, "Died, left out")
    assert died.geometry().top() >= born.bottom(), "it stands where its line would be"
    assert transcript(opened).viewport().rect().contains(died.geometry())
    assert died.placeholderText() == "Died"
    key(opened.window, Qt.Key.Key_Return)
    assert said(opened) == [ALIVE], "nothing was typed"
    keys(opened, "F4")
    for name in ("Name", "Born"):
        field(qtbot, opened, name)
        key(opened.window, Qt.Key.Key_Tab)
    typed(field(qtbot, opened, "Died, left out"), "1852-11-27", instead=True)
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened) == [f"{ALIVE.rstrip()}\n- **Died:** 1852-11-27\n"])
    keys(opened, "Ctrl+Z")
    until(qtbot, lambda: said(opened) == [ALIVE])
    until(qtbot, lambda: [one.text for one in parts(opened, 1)] == [""])


def test_a_member_of_json_that_was_left_out_is_typed_in_its_place(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine([PERSON]))
    asked_in(qtbot, opened, Form(FormKind.JSON, schema=PERSON_SCHEMA))
    keys(opened, "F4")
    name = field(qtbot, opened, "name").geometry()
    key(opened.window, Qt.Key.Key_Tab)
    born = field(qtbot, opened, "born, left out")
    assert born.geometry().top() >= name.top() + name.height() // 2, "below the one before it"
    typed(born, "long ago", instead=True)
    key(opened.window, Qt.Key.Key_Return)
    assert field(qtbot, opened, "born, left out").text() == "long ago", "it is a whole number"
    typed(born, "1815", instead=True)
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened) == [PERSON.replace('"Ada",', '"Ada",\n  "born": 1815,')])
    until(qtbot, lambda: shows_line(opened, "it keeps to it \u00b7 changed by you"))


@scenario("menu entry", "ContextMenu: Change this value")
@scenario("menu entry", "_form_entries: Back to what the model wrote")
@scenario("message action", "unchange")
def test_the_value_that_is_pointed_at_is_changed_and_put_back(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine([FIELDS]))
    asked_in(qtbot, opened, parse_form("fields:Name,Born:date,Died:date?"))
    view = transcript(opened)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Change this value")):
        right_click(view.viewport(), spot(view, 1, "Died: -", inside=7))
    died = field(qtbot, opened, "Died")
    assert died.text() == "", "what was left out is empty"
    typed(died, "1852-11-27")
    opened.window.pane.composer.setFocus()  # going elsewhere takes it
    until(qtbot, lambda: said(opened) == [FIELDS.replace("** -", "** 1852-11-27")])
    until(qtbot, lambda: shows_line(opened, "changed by you"))
    more(qtbot, opened, "Back to what the model wrote")
    until(qtbot, lambda: said(opened) == [FIELDS])


@pytest.mark.parametrize(
    ("form", "answer", "way", "typing", "after"),
    [
        (Form(FormKind.LIST), "- one\n- two", "Item 1", "zwei", "- zwei\n- two"),
        (parse_form("one_of:yes|no"), "no", "The answer", "yes", "yes"),
        (
            Form(FormKind.JSON, schema='{"type": "array", "items": {"type": "object", '
                 '"properties": {"n": {"type": "integer"}, "s": {"type": "string"}}}}'),
            '```json\n[{"n": 7,\n  "s": "a \\"b\\""}]\n```', "1 \u203a n", "8",
            '```json\n[{"n": 8,\n  "s": "a \\"b\\""}]\n```',
        ),
    ],
)  # fmt: skip
def test_every_kind_of_form_has_values(
    qtbot: QtBot, open_window: Open, form: Form, answer: str, way: str, typing: str, after: str
) -> None:
    opened = open_window(ScriptedEngine([answer]))
    asked_in(qtbot, opened, form)
    keys(opened, "F4")
    value = field(qtbot, opened, way)
    near = spot(transcript(opened), 1, value.text())
    assert value.geometry().contains(near)
    if form.kind is not FormKind.LIST:  # which has a place for any words
        typed(value, "maybe", instead=True)
        key(opened.window, Qt.Key.Key_Return)
        assert seen(transcript(opened), ValueField, way).isVisible()
    typed(value, typing, instead=True)
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened) == [after])
    assert isinstance(parts(opened, 1)[0], FormPart)
    assert not shows(transcript(opened), typing)
