"""Presets in the window: chosen, made, changed, given away, taken in; what the engine then gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QTabWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.generation import GenerationRequest
from app.domain.presets.preset import Preset
from app.engine.scripted import ScriptedEngine
from app.ui.commands.preset_commands import PresetCommands
from app.ui.conversation.input.chip_bar import ChipBar
from app.ui.conversation.input.form_dialog import FormDialog
from app.ui.presets.chat_values_dialog import ChatValuesDialog
from app.ui.presets.presets_dialog import PresetPreviewDialog, PresetsDialog
from app.ui.settings.number_field import NumberField
from tests.scenarios.hands import (
    Address,
    ask,
    choose,
    choose_file,
    click,
    command,
    keys,
    meanwhile,
    press,
    seen,
    shows,
    talk,
    typed,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.window import Open, Opened


@pytest.fixture
def opened(open_window: Open) -> Opened:
    return open_window(ScriptedEngine(["One.", "Two.", "Three."]))


def request(opened: Opened) -> GenerationRequest:
    """What the engine was asked last."""
    engine = opened.harness.engine
    assert isinstance(engine, ScriptedEngine)
    return engine.requests[-1]


def own(opened: Opened) -> list[Preset]:
    """The user's presets, as they are in the file."""
    presets = opened.harness.services.presets
    return [one for one in presets._file.load().presets if not one.bundled]


def chip(opened: Opened) -> QAbstractButton:
    return seen(opened.window.pane.composer, QAbstractButton, "Preset")


def managed(qtbot: QtBot, opened: Opened, do: object) -> None:
    """Do something in the dialog of presets."""
    with meanwhile(qtbot, PresetsDialog, do):
        command(qtbot, opened, "View", "Presets…")


@scenario("button", "Chip: …", without=nothing(ChipBar, "open_preset_menu"))
@scenario("menu entry", "PresetMenu: …", without=nothing(PresetCommands, "use"))
def test_a_preset_chosen_from_the_chip_is_what_the_engine_is_asked_with(
    qtbot: QtBot, opened: Opened
) -> None:
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Check my homework")):
        click(chip(opened))
    until(qtbot, lambda: chip(opened).text() == "Check my homework")
    ask(qtbot, opened, "Is 2 + 2 = 5?")
    asked = request(opened)
    until(qtbot, lambda: asked.turns[0].content.startswith("The user shows a solution"))
    assert asked.sampling.temperature == 0.2


@scenario("command", "choose_preset")
def test_a_preset_is_chosen_with_the_keyboard_and_taken_back(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = talk(qtbot, open_window)

    def by_letters(menu: QMenu) -> None:
        named = {"re": "Review code", "w": "Rewrite", "x": "Rewrite"}
        for letters, name in named.items():
            QTest.keyClicks(menu, letters)
            assert menu.activeAction().text() == name
        QTest.keyClick(menu, Qt.Key.Key_Up)  # another word begins
        QTest.keyClicks(menu, "tr")
        QTest.keyClick(menu, Qt.Key.Key_Return)

    with meanwhile(qtbot, QMenu, by_letters):
        keys(opened, "Ctrl+Shift+P")
    ask(qtbot, opened, "Again")
    assert request(opened).turns[0].content.startswith("You translate")
    press(opened.window, "Undo")
    ask(qtbot, opened, "And again")
    until(qtbot, lambda: request(opened).turns[0].content == "Question")


def test_a_preset_whose_model_is_not_here_says_so_and_leads_there(
    qtbot: QtBot, opened: Opened
) -> None:
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Phi-4-reasoning")):
        click(chip(opened))
    until(qtbot, lambda: shows(opened.window.pane, "is not on this computer"))
    assert seen(opened.window.pane, QAbstractButton, "Get it…").isVisible()
    assert not opened.window.actions_table["undo_delete"].isEnabled(), "Ctrl+Z opens no page"


@scenario("command", "presets")
@scenario("dialog", "PresetsDialog")
@scenario("button", "PresetsDialog: New")
@scenario("button", "PresetsDialog: Use in this chat")
def test_a_preset_of_ones_own_is_made_and_used(qtbot: QtBot, opened: Opened) -> None:
    def make(dialog: PresetsDialog) -> None:
        press(dialog, "New")
        typed(seen(dialog, QLineEdit, "Name"), "Pirate", instead=True)
        typed(seen(dialog, QPlainTextEdit, "System prompt"), "Speak as a pirate.")
        press(dialog, "Use in this chat")

    managed(qtbot, opened, make)
    until(qtbot, lambda: [one.name for one in own(opened)] == ["Pirate"])
    ask(qtbot, opened, "Hello")
    until(qtbot, lambda: request(opened).turns[0].content == "Speak as a pirate.")


@scenario("button", "PresetEditor: Form of the answers…")
def test_a_preset_has_a_form_until_another_is_chosen_for_one_message(
    qtbot: QtBot, opened: Opened
) -> None:
    def table(dialog: FormDialog) -> None:
        seen(dialog, QComboBox).setCurrentText("Table")
        typed(seen(dialog, QPlainTextEdit), "Born: whole", instead=True)
        press(dialog, "Use this form")

    def give(dialog: PresetsDialog) -> None:
        press(dialog, "Duplicate")
        with meanwhile(qtbot, FormDialog, table):
            press(dialog, "Form of the answers…")
        assert shows(dialog, "Table: Born")
        press(dialog, "Use in this chat")

    def free(dialog: FormDialog) -> None:
        seen(dialog, QComboBox).setCurrentText("Free form")
        press(dialog, "Use this form")

    managed(qtbot, opened, give)
    bar = opened.window.pane.composer.bar
    until(qtbot, lambda: bar.form.text() == "Table")
    assert [one.form for one in own(opened)] == ["table:Born: whole"]
    ask(qtbot, opened, "When?")
    assert request(opened).turns[-1].content.endswith("Its columns: Born (a whole number).)")
    assert bar.form.text() == "Table", "it stays"
    with meanwhile(qtbot, FormDialog, free):
        keys(opened, "Ctrl+Shift+O")
    assert bar.form.text() == "Free form"
    ask(qtbot, opened, "Why?")
    assert not request(opened).grammar
    assert bar.form.text() == "Table", "for one message"
    keys(opened, "Ctrl+N")
    until(qtbot, lambda: bar.form.text() == "Free form")


@scenario("button", "PresetsDialog: Duplicate")
@scenario("button", "PresetsDialog: Close")
def test_one_that_comes_with_phial_is_read_and_copied_not_changed(
    qtbot: QtBot, opened: Opened
) -> None:
    def copy(dialog: PresetsDialog) -> None:
        prompt = seen(dialog, QPlainTextEdit, "System prompt")
        typed(prompt, "Never. ")
        assert prompt.isReadOnly()
        press(dialog, "Duplicate")
        assert not prompt.isReadOnly()
        typed(seen(dialog, QLineEdit, "What it is for"), "Mine.", instead=True)
        press(dialog, "Close")

    managed(qtbot, opened, copy)
    (found,) = own(opened)
    assert (found.name, found.about) == ("General (copy)", "Mine.")
    assert found.system_prompt.startswith("You are a careful assistant.")


@scenario("button", "PresetsDialog: Delete")
@scenario("button", "PresetsDialog: Undo")
def test_one_that_was_deleted_comes_back(qtbot: QtBot, opened: Opened) -> None:
    mine = opened.harness.services.presets.save(Preset("", "Mine", system_prompt="Rhyme."))

    def delete(dialog: PresetsDialog) -> None:
        listed = seen(dialog, QListWidget, "Presets")
        listed.setCurrentRow(listed.count() - 1)
        press(dialog, "Delete")
        assert own(opened) == []
        assert listed.count() == len(opened.harness.services.presets.presets())
        press(dialog, "Undo")
        assert own(opened) == [mine]
        press(dialog, "Close")

    managed(qtbot, opened, delete)


@scenario("button", "PresetsDialog: Export…")
@scenario("question", "PresetsDialog._export: getSaveFileName")
@scenario("button", "PresetsDialog: Show in folder")
def test_a_preset_is_given_away_as_a_file(
    qtbot: QtBot, opened: Opened, tmp_path: Path, address: Address
) -> None:
    def export(dialog: PresetsDialog) -> None:
        with meanwhile(qtbot, QFileDialog, lambda one: choose_file(one, tmp_path / "out.json")):
            press(dialog, "Export…")
        press(dialog, "Show in folder")
        until(qtbot, lambda: address.asked == [tmp_path.as_uri()])
        press(dialog, "Close")

    managed(qtbot, opened, export)
    (given,) = json.loads((tmp_path / "out.json").read_text())["presets"]
    assert given["name"] == "General"


OUTSIDE = {"name": "Pirate", "system_prompt": "Speak as a pirate.", "values": {"top_k": 3},
           "form": "list", "tools": "yes"}  # fmt: skip


def taken_in(qtbot: QtBot, opened: Opened, path: Path, answer: str) -> None:
    path.write_text(json.dumps({"kind": "phial-presets", "presets": [OUTSIDE]}))

    def look(preview: PresetPreviewDialog) -> None:
        assert shows(preview, "Speak as a pirate.")
        assert shows(preview, "Top-k: 3")
        assert shows(preview, "Answers in a form: List")
        assert shows(preview, "“tools” is left out")
        assert own(opened) == [], "it is shown before it is anything"
        press(preview, answer)

    def take(dialog: PresetsDialog) -> None:
        with (
            meanwhile(qtbot, PresetPreviewDialog, look),
            meanwhile(qtbot, QFileDialog, lambda one: choose_file(one, path)),
        ):
            press(dialog, "Import…")
        press(dialog, "Close")

    managed(qtbot, opened, take)


@scenario("dialog", "PresetPreviewDialog")
@scenario("button", "PresetsDialog: Import…")
@scenario("button", "PresetPreviewDialog: Add to my presets")
@scenario("question", "PresetsDialog._import: getOpenFileName")
def test_one_from_outside_is_shown_and_then_taken(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    taken_in(qtbot, opened, tmp_path / "in.json", "Add to my presets")
    (mine,) = own(opened)
    assert (mine.name, mine.values, mine.form) == ("Pirate", {"top_k": 3}, "list")


@scenario("button", "PresetPreviewDialog: Do not add")
def test_one_from_outside_that_is_refused_is_nowhere(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    taken_in(qtbot, opened, tmp_path / "in.json", "Do not add")
    assert own(opened) == []


def number(dialog: ChatValuesDialog, name: str) -> NumberField:
    return seen(dialog, NumberField, name)


@scenario("command", "chat_values")
@scenario("dialog", "ChatValuesDialog")
@scenario("button", "ChatValuesDialog: Save")
def test_a_chat_and_a_model_have_values_of_their_own(qtbot: QtBot, opened: Opened) -> None:
    def fill(dialog: ChatValuesDialog) -> None:
        assert number(dialog, "Temperature").lineEdit().placeholderText() == "0.7 · as Phial comes"
        typed(number(dialog, "Temperature").lineEdit(), "0.3", instead=True)
        typed(number(dialog, "Context size").lineEdit(), "1024", instead=True)
        tabs = dialog.findChild(QTabWidget)
        assert tabs is not None
        tabs.setCurrentIndex(1)
        typed(number(dialog, "Top-k").lineEdit(), "5", instead=True)
        press(dialog, "Save")

    with meanwhile(qtbot, ChatValuesDialog, fill):
        command(qtbot, opened, "Chat", "Sampling and context…")
    ask(qtbot, opened, "Question")
    drawn = request(opened).sampling
    assert (drawn.temperature, drawn.top_k) == (0.3, 5)
    assert isinstance(opened.harness.engine, ScriptedEngine)
    assert opened.harness.engine.loads[-1].context_size == 1024
    assert chip(opened).text() == "No preset, changed"
    keys(opened, "Ctrl+N")
    ask(qtbot, opened, "Elsewhere")
    drawn = request(opened).sampling
    assert (drawn.temperature, drawn.top_k) == (0.7, 5)


@scenario("button", "ChatValuesDialog: Cancel")
def test_values_that_are_given_up_change_nothing(qtbot: QtBot, opened: Opened) -> None:
    def give_up(dialog: ChatValuesDialog) -> None:
        typed(number(dialog, "Temperature").lineEdit(), "0.3", instead=True)
        press(dialog, "Cancel")
        until(qtbot, lambda: not dialog.isVisible())

    with meanwhile(qtbot, ChatValuesDialog, give_up):
        command(qtbot, opened, "Chat", "Sampling and context…")
    ask(qtbot, opened, "Question")
    assert request(opened).sampling.temperature == 0.7


def test_a_value_that_is_none_is_told_in_the_dialog(qtbot: QtBot, opened: Opened) -> None:
    def fail(dialog: ChatValuesDialog) -> None:
        field = number(dialog, "Temperature").lineEdit()
        typed(field, "99", instead=True)
        press(dialog, "Save")
        assert shows(dialog, "It must be between 0 and 5.")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    with meanwhile(qtbot, ChatValuesDialog, fail):
        command(qtbot, opened, "Chat", "Sampling and context…")
    assert QApplication.activeModalWidget() is None
