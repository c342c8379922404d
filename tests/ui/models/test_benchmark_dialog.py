"""“Measure this model” and the panel of remembered chats, in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.options import Section
from app.engine.scripted import ScriptedEngine
from app.ui.models.benchmark_dialog import BenchmarkDialog
from app.ui.settings.panels.snapshot_panel import SnapshotPanel
from app.ui.style.widgets import StyledLabel
from tests.support.window import Open

PATIENCE = 10_000


def button(dialog: BenchmarkDialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text)


def texts(dialog: BenchmarkDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(StyledLabel) if label.isVisibleTo(dialog)]


def test_measuring_shows_its_figures_and_loads_the_model_again(
    open_window: Open, qtbot: QtBot
) -> None:
    engine = ScriptedEngine(["one two three"])
    opened = open_window(engine)
    opened.harness.services.models.load()
    qtbot.waitUntil(lambda: engine.loaded is not None, timeout=PATIENCE)
    opened.window.commands.models.show_benchmark()
    (dialog,) = opened.window.findChildren(BenchmarkDialog)
    button(dialog, "Measure").click()
    qtbot.waitUntil(lambda: button(dialog, "Copy figures").isVisible(), timeout=PATIENCE)
    shown = texts(dialog)
    assert "Loading" in shown
    assert any(text.startswith("Reading ") for text in shown)
    assert any("tokens/s" in text for text in shown)
    qtbot.waitUntil(lambda: len(engine.loads) == 2, timeout=PATIENCE)
    dialog.reject()


def test_measuring_can_be_stopped_and_closed_at_any_time(
    open_window: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window(ScriptedEngine())
    measuring = opened.harness.services.benchmarks
    slow = ScriptedEngine(["word " * 500], token_delay=0.05)
    monkeypatch.setattr(measuring, "_make_engine", lambda _folder, _on: slow)
    opened.window.commands.models.show_benchmark()
    (dialog,) = opened.window.findChildren(BenchmarkDialog)
    button(dialog, "Measure").click()
    qtbot.waitUntil(lambda: bool(slow.requests), timeout=PATIENCE)
    assert dialog.findChild(QProgressBar).isVisible()
    button(dialog, "Stop").click()
    qtbot.waitUntil(lambda: any("Stopped" in text for text in texts(dialog)), timeout=PATIENCE)
    button(dialog, "Measure again").click()
    dialog.reject()
    qtbot.waitUntil(lambda: slow.closed, timeout=PATIENCE)


def test_the_panel_says_what_is_used_and_clears_it(open_window: Open, qtbot: QtBot) -> None:
    opened = open_window()
    folder = opened.harness.services.data_folder / "kv"
    folder.mkdir()
    Path(folder / "one.kv").write_bytes(b"x" * 5_000)
    opened.window.commands.settings(Section.STORAGE)
    find = opened.window.findChildren
    qtbot.waitUntil(lambda: bool(find(SnapshotPanel)), timeout=PATIENCE)  # made a moment later
    (panel,) = find(SnapshotPanel)
    qtbot.waitUntil(
        lambda: "5.00 kB of at most" in panel.findChild(StyledLabel).text(), timeout=PATIENCE
    )
    panel.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: "freed" in panel.findChild(StyledLabel).text(), timeout=PATIENCE)
    assert list(folder.iterdir()) == []
