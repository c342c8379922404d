"""What stands beside an answer: that its thinking ended, and what was not read for it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.generation import OverflowPolicy, Role
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.transcript.content.rows import NoteRow
from app.ui.transcript.widgets.message_controls import FoldToggle
from tests.support.chatting import beside_the_last, say, wait_for_end
from tests.support.window import Open, Opened, close
from tests.ui.test_main_window import HeldEngine

LONG = " ".join(["word"] * 60)


def thought(opened: Opened) -> str:
    """What the line above the reasoning says."""
    toggles = opened.window.pane.transcript.findChildren(FoldToggle)
    return next((one.accessibleName() for one in toggles if one.isVisible()), "")


def labels(opened: Opened) -> list[str]:
    models = opened.window.pane.transcript._layout.branch.models
    rows = [row for model in models for row in model.rows if isinstance(row, NoteRow)]
    return [row.text.splitlines()[0] for row in rows]


class Thinker(HeldEngine):
    """Begins to think, and is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = ["<think>\nFirst a, then b.\n</think>\nIt is c."]


def test_a_thought_that_was_stopped_does_not_think_for_ever(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(Thinker(), folder=tmp_path / "mine")
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.window.controller.answering_here)
    view = opened.window.pane.transcript
    qtbot.waitUntil(lambda: bool(view.findChildren(FoldToggle)))
    assert "Thinking…" in thought(opened)
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: "ended early" in thought(opened))
    close(opened)
    settings = opened.harness.services.settings.current
    again = open_window(folder=tmp_path / "mine", settings=settings)
    qtbot.waitUntil(lambda: "ended early" in thought(again))


def test_what_was_left_out_is_said_beside_the_answer(qtbot: QtBot, open_window: Open) -> None:
    settings = Settings(welcomed=True, max_tokens=16)
    opened = open_window(ScriptedEngine(["Yes."], context_size=128), settings=settings)
    for _ in range(2):
        say(qtbot, opened, LONG)
        wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: "2 older messages left out" in beside_the_last(opened))
    assert labels(opened) == ["Not seen by the model: it no longer fits the context window"] * 2
    composer = opened.window.pane.composer
    forecast = composer._forecast
    assert not forecast.isVisible()
    composer.editor.insertPlainText(LONG)
    qtbot.waitUntil(lambda: "the 4 oldest messages no longer fit" in forecast.text())
    assert forecast.isVisible()
    composer.set_text("")
    qtbot.waitUntil(lambda: not forecast.isVisible())


def test_what_a_summary_stands_for_is_not_called_unseen(qtbot: QtBot, open_window: Open) -> None:
    settings = Settings(welcomed=True, max_tokens=16, overflow=OverflowPolicy.SUMMARISE)
    opened = open_window(ScriptedEngine(["All was said."], context_size=256), settings=settings)
    for _ in range(4):
        say(qtbot, opened, LONG)
        wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: any("in place of" in label for label in labels(opened)))
    found = labels(opened)
    assert not any("Not seen" in label for label in found)
    assert "Read by the model as part of the summary below" in found
    assert "left out" in beside_the_last(opened)


def test_what_is_done_before_the_first_word_is_said_where_the_answer_will_be(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine(["Yes. " * 400], load_delay=0.4, prompt_delay=1.0, token_delay=0.02)
    opened = open_window(engine)
    opened.window.resize(1_400, 800)  # the whole record has room beside "Continue"
    said: set[str] = set()

    def written() -> bool:
        said.update(labels(opened))
        return "Yes." in opened.window.pane.transcript._layout.branch.models[1].text_so_far

    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: len(opened.window.pane.transcript._layout.branch.models) == 2)
    qtbot.waitUntil(written)
    assert any(line.startswith("Loading ") and line.endswith(" %") for line in said)
    assert any(line.startswith(("Preparing", "Reading")) for line in said)
    qtbot.waitUntil(lambda: labels(opened) == [] and "tokens/s" in beside_the_last(opened))
    texts = (getattr(one, "text", str)() for one in opened.window.findChildren(QWidget)
             if one.isVisible())  # fmt: skip
    assert sum("tokens/s" in str(text) for text in texts) == 1, "it is said once"
    shown = {beside_the_last(opened)}
    for _ in range(40):  # figures that change with every token cannot be read
        qtbot.wait(10)
        shown.add(beside_the_last(opened))
    assert 2 <= len(shown) <= 4
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)
    assert labels(opened) == []
    qtbot.waitUntil(lambda: beside_the_last(opened).startswith("Stopped by you"))
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    assert answer.timings is not None
    assert f"{answer.timings.completion_tokens} tokens · " in beside_the_last(opened)
