"""The calculator in an answer: a preset offers it, a model asks, what comes of it stands there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QMenu
from pytestqt.qtbot import QtBot

from app.domain.answers.calculation import OFFER
from app.domain.conversation import MessageStatus
from app.domain.parts import PlacedPart, ToolResultPart
from app.engine.process.client import EngineClient
from app.engine.scripted import ScriptedEngine
from app.ui.presets.presets_dialog import PresetsDialog
from tests.scenarios.hands import (
    ask,
    choose,
    click,
    clipboard,
    command,
    keys,
    meanwhile,
    press,
    seen,
    transcript,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.calculating import COUNTS, computing_model
from tests.support.terminal import phial
from tests.support.window import Open

LINE = "17 \N{MULTIPLICATION SIGN} 23 = 391"
RIGHT = ToolResultPart("391", "calc", asked="17*23")


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    client = EngineClient()
    yield client
    client.close()


@pytest.mark.llama
def test_the_answer_has_the_number_that_was_computed(
    qtbot: QtBot, open_window: Open, tmp_path: Path, engine: EngineClient
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    computing_model(folder / "scripted.gguf", COUNTS)
    opened = open_window(engine, folder=folder)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Explain step by step")):
        keys(opened, "Ctrl+Shift+P")
    ask(qtbot, opened, "How many apples?")
    shown = opened.window.controller.chat
    assert shown is not None
    chats = opened.harness.services.library.chats
    answer = chats.branch(shown.id)[-1].message
    assert answer.content == "There are \n apples."
    assert answer.placed == (PlacedPart(len("There are \n"), RIGHT),)
    # It is a line of its own, as it was while the answer grew.
    drawn = (row.drawn_text() for row in transcript(opened)._layout.branch.models[-1].rows)
    assert [text for text in drawn if text] == ["There are", LINE, "apples."]
    keys(opened, "Ctrl+Shift+C")
    until(qtbot, lambda: clipboard() == f"There are \n{LINE} apples.")
    ask(qtbot, opened, "Sure?")
    assert [one.message.status for one in chats.branch(shown.id)] == [MessageStatus.COMPLETE] * 4


@pytest.mark.llama
def test_phial_ask_prints_it_and_json_has_it(home: Path, tmp_path: Path) -> None:
    model = computing_model(tmp_path / "counts.gguf", COUNTS)
    given = ("How many?", "--model", str(model), "--preset", "explain")
    assert phial("ask", *given).out == f"There are \n{LINE} apples.\n"
    row = phial("ask", *given, "--json").data
    assert row["text"] == "There are \n apples."
    assert row["parts"] == [
        {"at": 11, "kind": "tool_result", "text": "391", "name": "calc", "asked": "17*23"}
    ]
    assert "<calc>17*23=400</calc>" in phial("ask", *given[:3]).out, "nobody offered it"


@scenario("button", "PresetEditor: May have numbers computed by the calculator")
@scenario("button", "PresetEditor: Checks the steps of a calculation")
def test_a_preset_of_ones_own_offers_it_and_checks_by_choice(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["One.", "Two."]))

    def allow(dialog: PresetsDialog) -> None:
        press(dialog, "Duplicate")
        for words in (
            "May have numbers computed by the calculator",
            "Checks the steps of a calculation",
        ):
            box = seen(dialog, QCheckBox, words)
            assert not box.isChecked()
            click(box)
        press(dialog, "Use in this chat")

    with meanwhile(qtbot, PresetsDialog, allow):
        command(qtbot, opened, "View", "Presets…")
    ask(qtbot, opened, "2 + 2 = 4, so 2 + 2 + 1 = 6")
    scripted = opened.harness.engine
    assert isinstance(scripted, ScriptedEngine)
    assert scripted.requests[-1].calculator
    assert "Rely on it: Line 1: " in scripted.requests[-1].turns[-1].content
    assert scripted.requests[-1].turns[0].content.endswith(OFFER)


@pytest.mark.llama
def test_phial_ask_checks_piped_steps_and_names_their_lines(home: Path, tmp_path: Path) -> None:
    model = computing_model(tmp_path / "counts.gguf", COUNTS)
    given = ("--model", str(model), "--preset", "homework", "Is this right?")
    steps = "-2x + 3 < 9\n-2x < 6\nx < -3\n\nx + y = 5\nx - y = 1\nx = 3\ny = 1\n"
    said = phial("ask", *given, stdin=steps).err
    first = steps.splitlines()
    assert f"“{first[2]}” does not follow from line" in said
    assert "whose solution is x > \N{MINUS SIGN}3" in said
    assert "whose solution is x = 3 and y = 2" in said
    numbered = "\n".join(f"{n}: {line}" for n, line in enumerate(first[:3], 40))
    assert "Line 42: " in phial("ask", *given[:4], stdin=numbered).err


def test_a_pupils_steps_are_checked_before_the_model_reads_them(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["Look at line 3."]))
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Check my homework")):
        keys(opened, "Ctrl+Shift+P")
    editor = opened.window.pane.composer.editor
    for line in ("3x + 5 = 20", "3x = 15"):
        qtbot.keyClicks(editor, line)
        qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    ask(qtbot, opened, "x = 6")
    scripted = opened.harness.engine
    assert isinstance(scripted, ScriptedEngine)
    finding = "Line 3: “x = 6” does not follow from line 2, “3x = 15”, whose solution is x = 5."
    assert scripted.requests[-1].turns[-1].content.endswith(f"Rely on it: {finding})")
    shown = opened.window.controller.chat
    assert shown is not None
    chats = opened.harness.services.library.chats
    until(qtbot, lambda: len(chats.branch(shown.id)[0].message.placed) == 1)
    question = chats.branch(shown.id)[0].message
    assert question.placed == (PlacedPart(len(question.content), ToolResultPart(finding, "steps")),)
    model = transcript(opened)._layout.branch.models
    until(qtbot, lambda: any(row.drawn_text() == finding for row in model[0].rows))
    near = transcript(opened)._layout.widgets.widgets
    until(qtbot, lambda: near[question.id].layout_cache.bubble_width > 250)  # for what came later
