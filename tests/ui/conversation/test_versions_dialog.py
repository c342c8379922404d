"""Answering again with another file, and the versions side by side."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.conversation import Message, MessageStatus
from app.domain.generation import Role
from app.domain.model import ModelFile
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.conversation.versions_dialog import VersionsDialog
from app.ui.style.widgets import StyledLabel
from app.ui.transcript.widgets.signals import ActionKind, MessageAction
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened, write_model


@pytest.fixture
def opened(open_window: Open, tmp_path: Path) -> Opened:
    """A window with two installed files besides the demo."""
    folder = tmp_path / "data"
    folder.mkdir()
    write_model(folder / "demo.gguf")
    engine = ScriptedEngine(lambda _: f"Made by {made_by(engine)} .", token_delay=0.002)
    opened = open_window(engine, settings=Settings(welcomed=True))
    for name in ("small", "large"):
        path = write_model(tmp_path / f"{name}-Q4_0.gguf")
        opened.harness.services.add_models.use_in_place(path)
    return opened


def made_by(engine: ScriptedEngine) -> str:
    return engine.loaded.name if engine.loaded is not None else ""


def last(opened: Opened) -> Message:
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    return answer


def act(opened: Opened, kind: ActionKind) -> None:
    opened.window.commands.messages.on_action(MessageAction(kind, last(opened).id))


def file_named(opened: Opened, stem: str) -> ModelFile:
    return next(one for one in opened.harness.services.models.installed() if stem in one.path.stem)


def answer_again_with(qtbot: QtBot, opened: Opened, stem: str) -> None:
    """Choose a file in the menu of the answer, as a person does."""
    before = last(opened).id
    act(opened, ActionKind.ANSWER_AGAIN)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    row = next(action for action in menu.actions() if f"{stem}-Q4_0" in action.text())
    row.trigger()
    menu.close()
    qtbot.waitUntil(lambda: last(opened).id != before, timeout=10_000)
    wait_for_end(qtbot, opened)


def compare(opened: Opened) -> VersionsDialog:
    act(opened, ActionKind.COMPARE)
    (dialog,) = opened.window.findChildren(VersionsDialog)
    return dialog


def show_buttons(dialog: VersionsDialog) -> list[QPushButton]:
    buttons = dialog.findChildren(QPushButton)
    return [one for one in buttons if one.accessibleName().startswith("Show version")]


def test_each_version_keeps_its_file_its_speed_and_its_place(qtbot: QtBot, opened: Opened) -> None:
    say(qtbot, opened, "Who are you?")
    wait_for_end(qtbot, opened)
    answer_again_with(qtbot, opened, "small")
    answer_again_with(qtbot, opened, "large")
    # Each was borrowed for one answer; the chosen model is in use again.
    assert opened.harness.services.models.state.model != file_named(opened, "large")
    dialog = compare(opened)
    said = [label.text() for label in dialog.findChildren(StyledLabel)]
    for stem in ("scripted", "small-Q4_0", "large-Q4_0"):
        assert sum(f"Made by {stem} ." in one for one in said) == 1
    assert sum("tokens/s" in one for one in said) >= 3
    assert [one.isEnabled() for one in show_buttons(dialog)] == [True, True, False]
    show_buttons(dialog)[0].click()
    qtbot.waitUntil(lambda: "by scripted" in last(opened).content, timeout=10_000)
    assert not opened.window.findChildren(VersionsDialog)  # it closed itself
    asked = opened.window.controller.branch[0].message
    assert asked.content == "Who are you?"  # the conversation stayed
    dialog = compare(opened)
    assert [one.isEnabled() for one in show_buttons(dialog)] == [False, True, True]
    dialog.close()


def test_a_version_without_figures_says_so(qtbot: QtBot, opened: Opened) -> None:
    chosen: list[str] = []
    bare = Message(
        "1" * 32, "2" * 32, None, Role.ASSISTANT, "word " * 40, MessageStatus.COMPLETE,
        datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    dialog = VersionsDialog(opened.window, [bare], bare.id, chosen.append)
    labels = dialog.findChildren(StyledLabel)
    said = [label.text() for label in labels]
    assert said.count("-") == 2
    assert {one.wordWrap() for one in labels if one.text() == "-"} == {False}
    assert {one.wordWrap() for one in labels if one.text().startswith("not known\n")} == {True}
    assert any(one.startswith("not known\n") and one.endswith("…") for one in said)
    assert not show_buttons(dialog)[0].isEnabled()
    dialog.close()
