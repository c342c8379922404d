"""Forms: chosen beside the message, kept by the sampler, checked, and copied as data."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.domain.generation import GenerationRequest
from app.domain.parts import FormPart
from app.engine.base import Cancel
from app.engine.scripted import ScriptedEngine
from app.ui.conversation.input.form_dialog import FormDialog
from tests.scenarios.hands import (
    choose_file,
    clipboard,
    command,
    key,
    keys,
    meanwhile,
    press,
    said,
    seen,
    shows,
    typed,
    written,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.test_messages import more
from tests.support.chatting import say, wait_for_end
from tests.support.terminal import phial
from tests.support.window import Open, Opened

TABLE = "| Name | Born |\n| --- | --- |\n| Ada | 1815 |"
WHOLE = TABLE + "\n| Grace | 1906 |"
SAID = [{"Name": "Ada", "Born": 1815}]


def parts(opened: Opened, at: int) -> list[FormPart]:
    """The forms of a message of the chat, as they are stored."""
    chat = opened.window.controller.chat
    assert chat is not None
    message = opened.harness.services.library.chats.branch(chat.id)[at].message
    return [one.part for one in message.placed if isinstance(one.part, FormPart)]


def choose(qtbot: QtBot, opened: Opened, kind: str, text: str) -> None:
    """Choose a form in the dialog."""

    def fill(dialog: FormDialog) -> None:
        seen(dialog, QComboBox).setCurrentText(kind)
        field = seen(dialog, QPlainTextEdit)
        for number, line in enumerate(text.split("\n")):
            if number:
                key(field, Qt.Key.Key_Return)
                QTest.keyClicks(field, line)
            else:
                typed(field, line, instead=True)
        press(dialog, "Use this form")

    with meanwhile(qtbot, FormDialog, fill):
        keys(opened, "Ctrl+Shift+O")


@scenario("command", "form")
@scenario("command", "copy_csv")
@scenario("command", "copy_json")
@scenario("message action", "copy_csv")
@scenario("message action", "copy_json")
@scenario("menu entry", "_form_entries: Copy as CSV")
@scenario("menu entry", "_form_entries: Copy as JSON")
@scenario("dialog", "FormDialog")
@scenario("button", "FormDialog: Use this form")
def test_a_table_is_asked_for_checked_and_copied(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine([TABLE, "Free."])
    opened = open_window(engine)
    choose(qtbot, opened, "Table", "Name\nBorn: whole")
    bar = opened.window.pane.composer.bar
    ready(qtbot, lambda: bar.form.text() == "Table")
    say(qtbot, opened, "Who wrote the first program?")
    wait_for_end(qtbot, opened)
    asked = engine.requests[0]
    assert asked.turns[-1].content.endswith("Its columns: Name, Born (a whole number).)")
    assert '"| Name | Born |' in asked.grammar
    assert [one.kind for one in parts(opened, 0)] == ["table"]
    assert [(one.valid, one.cut) for one in parts(opened, 1)] == [(True, False)]
    assert bar.form.text() == "Free form"
    written = {"CSV": "Name,Born\r\nAda,1815\r\n", "JSON": json.dumps(SAID, indent=2)}
    for name, words in written.items():
        command(qtbot, opened, "Edit", f"Copy last answer as {name}")
        assert clipboard() == words
        QApplication.clipboard().clear()
        more(qtbot, opened, f"Copy as {name}")
        until(qtbot, lambda words=words: clipboard() == words)
    say(qtbot, opened, "And then?")
    wait_for_end(qtbot, opened)
    assert not engine.requests[1].grammar
    assert engine.requests[1].turns[0] == asked.turns[0], "what was read stays in the cache"


@scenario("button", "FormDialog: Cancel")
def test_a_form_that_is_given_up_is_not_asked_for(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["Free."])
    opened = open_window(engine)

    def give_up(dialog: FormDialog) -> None:
        seen(dialog, QComboBox).setCurrentText("List")
        press(dialog, "Cancel")
        until(qtbot, lambda: not dialog.isVisible())

    with meanwhile(qtbot, FormDialog, give_up):
        command(qtbot, opened, "Chat", "Form of the next answer…")
    say(qtbot, opened, "Some words?")
    wait_for_end(qtbot, opened)
    assert not engine.requests[0].grammar


def test_what_was_stopped_is_never_valid_and_goes_on_in_its_form(
    qtbot: QtBot, open_window: Open
) -> None:
    pauses = count()

    def answer(request: GenerationRequest) -> str:
        begun = request.turns[-1].content if request.continue_answer else ""
        return "No table." if len(engine.requests) == 3 else WHOLE.removeprefix(begun)

    def pause(seconds: float, cancel: Cancel) -> bool:
        # Of tokens alone: how often the draft is read ahead depends on the clock.
        return cancel.wait(60) if seconds and next(pauses) == 14 else cancel.is_set()

    engine = ScriptedEngine(answer, pause=pause, token_delay=1.0)
    opened = open_window(engine)
    choose(qtbot, opened, "Table", "Name\nBorn: whole")
    say(qtbot, opened, "Who?")
    written(qtbot, opened)
    command(qtbot, opened, "Answer", "Stop")
    wait_for_end(qtbot, opened)
    until(qtbot, lambda: WHOLE.startswith(said(opened)[0]) and said(opened) != [WHOLE])
    assert [(one.valid, one.cut) for one in parts(opened, 1)] == [(False, True)]
    controller = opened.window.controller
    controller.continue_answer(controller.branch[-1].message.id)
    wait_for_end(qtbot, opened)
    assert engine.requests[1].grammar == engine.requests[0].grammar
    assert said(opened) == [WHOLE]
    assert [(one.valid, one.cut) for one in parts(opened, 1)] == [(True, False)]
    controller.regenerate(controller.branch[-1].message.id)
    wait_for_end(qtbot, opened)
    assert engine.requests[2].grammar == engine.requests[0].grammar
    assert [(one.valid, one.cut) for one in parts(opened, 1)] == [(False, False)]


@scenario("button", "FormDialog: Open a schema…")
@scenario("question", "FormDialog._open: getOpenFileName")
def test_a_schema_comes_from_a_file_and_is_refused_by_name(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    engine = ScriptedEngine(['```json\n{"n": 7}\n```'])
    opened = open_window(engine)

    def fill(dialog: FormDialog) -> None:
        seen(dialog, QComboBox).setCurrentText("JSON")
        typed(seen(dialog, QPlainTextEdit), '{"type": "object", "not": {}}', instead=True)
        press(dialog, "Use this form")
        assert shows(dialog, "not is not supported")
        with meanwhile(qtbot, QFileDialog, lambda asked: choose_file(asked, file)):
            press(dialog, "Open a schema…")
        press(dialog, "Use this form")

    with meanwhile(qtbot, FormDialog, fill):
        press(opened.window.pane, "Form")
    say(qtbot, opened, "How many?")
    wait_for_end(qtbot, opened)
    until(qtbot, lambda: [one.valid for one in parts(opened, 1)] == [True])
    assert json.loads(json.loads(parts(opened, 0)[0].schema)["schema"]) == schema


@scenario("option", "ask --form")
@scenario("option", "ask --schema")
def test_the_terminal_asks_in_a_form(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text(
        '{"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}'
    )
    asked = ("ask", "--model", "demo", "--seed", "3", "--max-tokens", "300")
    told = phial(*asked, "--form", "table:Name,Born:whole", "--json", "Who?").data
    assert (form := told.get("form")), "it was free"
    assert (form["kind"], form["valid"], set(form["value"][0])) == ("table", True, {"Name", "Born"})
    by_schema = phial(*asked, "--schema", file, "Well?").out
    assert by_schema.startswith("{")
    assert set(json.loads(by_schema)) == {"ok"}
    few = phial(*asked[:-1], "3", "--form", "list", "Name some.", code=1)
    assert "not complete" in few.err
    assert "no form" in phial("ask", "--form", "poem", "Why?", code=2).err
    file.write_text('{"anyOf": [{"$ref": "#"}, {"type": "null"}]}')
    refused = phial("ask", "--schema", file, "Why?", code=2).err
    assert "it refers to nothing but itself" in " ".join(refused.split())
