"""What is read before it is sent: by real keys, with the scripted engine and with llama.cpp."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.domain.generation import Role, Turn
from app.domain.settings import ReadAheadWhen, Settings
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from app.engine.process.client import EngineClient
from app.engine.scripted import ScriptedEngine
from app.engine.segments import read_entry
from app.services.chat.read_ahead import LEAST_CHARGE, may_read
from app.services.core.events import ModelPhase, ReadAheadChanged
from app.system.hardware import PowerSource
from tests.scenarios.hands import choose, click, meanwhile, seen
from tests.support.chatting import say, wait_for_end
from tests.support.document_files import lines, pdf
from tests.support.engines import load
from tests.support.window import Open, Opened

DEMO = Path(__file__).parents[3] / "models" / "demo.gguf"


def type_on(qtbot: QtBot, opened: Opened, text: str) -> None:
    editor = opened.window.pane.composer.editor
    editor.setFocus()
    qtbot.keyClicks(editor, text)


def clear(qtbot: QtBot, opened: Opened) -> None:
    editor = opened.window.pane.composer.editor
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(editor, Qt.Key.Key_Delete)


def wait_for_draft(qtbot: QtBot, engine: ScriptedEngine, draft: str) -> None:
    qtbot.waitUntil(
        lambda: bool(engine.read_aheads) and engine.read_aheads[-1].draft == draft, timeout=10_000
    )


def loaded(qtbot: QtBot, opened: Opened) -> None:
    models = opened.harness.services.models
    models.load()
    qtbot.waitUntil(lambda: models.state.phase is ModelPhase.READY, timeout=60_000)


def test_what_is_read_ahead_is_what_is_asked_then(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["One.", "Two."])
    opened = open_window(engine, Settings(welcomed=True, system_prompt="Be brief."))
    loaded(qtbot, opened)
    wait_for_draft(qtbot, engine, "")  # the system prompt of an empty chat
    assert engine.read_aheads[-1].request.turns == (Turn(Role.SYSTEM, "Be brief."),)
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    wait_for_draft(qtbot, engine, "")
    qtbot.waitUntil(lambda: len(engine.read_aheads[-1].request.turns) == 3)  # and the answer
    type_on(qtbot, opened, "And then wh")
    wait_for_draft(qtbot, engine, "And then wh")
    ahead = engine.read_aheads[-1]
    type_on(qtbot, opened, "at")
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    asked = engine.requests[-1]
    assert asked.turns[-1].content == "And then what"
    assert replace(asked, turns=asked.turns[:-1]) == ahead.request
    assert not any(one.draft == "And then what" for one in engine.read_aheads)


def test_what_a_preset_says_and_what_is_pasted_or_attached_is_read_ahead(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    loaded(qtbot, opened)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Check my homework")):
        click(seen(opened.window.pane.composer, QAbstractButton, "Preset"))
    qtbot.waitUntil(lambda: "a solution of their own" in str(engine.read_aheads[-1].request.turns))
    editor = opened.window.pane.composer.editor
    editor.setFocus()
    QApplication.clipboard().setText("A pasted text")
    qtbot.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    wait_for_draft(qtbot, engine, "A pasted text")
    report = tmp_path / "report.pdf"
    report.write_bytes(pdf([lines("It cost 12 euros.")]))
    opened.window.open_files([str(report)])
    qtbot.waitUntil(
        lambda: "It cost 12 euros." in str(engine.read_aheads[-1].request.turns), timeout=20_000
    )
    assert engine.read_aheads[-1].draft == "A pasted text"


def test_a_private_chat_says_so_and_an_edit_is_no_draft(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["One."])
    opened = open_window(engine)
    loaded(qtbot, opened)
    opened.window.controller.new_chat(private=True)
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    type_on(qtbot, opened, "Secret words")
    wait_for_draft(qtbot, engine, "Secret words")
    assert engine.read_aheads[-1].request.private
    clear(qtbot, opened)
    wait_for_draft(qtbot, engine, "")
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Up)
    type_on(qtbot, opened, " again")
    read = len(engine.read_aheads)
    opened.window.controller._reading.measure()
    qtbot.waitUntil(lambda: len(engine.read_aheads) > read)
    assert engine.read_aheads[-1].draft == ""


def test_an_answer_goes_first_and_reading_goes_on_behind_it(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine(["One."], prompt_delay=2.0)
    opened = open_window(engine)
    loaded(qtbot, opened)
    services = opened.harness.services
    type_on(qtbot, opened, "Some words")
    wait_for_draft(qtbot, engine, "Some words")
    services.executor.submit(lambda: None).result(1)  # gives way at once to whatever comes
    qtbot.waitUntil(lambda: [one.draft for one in engine.read_aheads].count("Some words") > 1)
    chip = opened.window.pane.composer.bar.model
    assert "ahead" not in chip.text()  # a few tokens are not worth a word
    type_on(qtbot, opened, " and more" * 20)
    qtbot.waitUntil(lambda: "Reading ahead: 21 of 42 tokens" in chip.toolTip(), timeout=20_000)
    assert chip.text().endswith("reading ahead")
    qtbot.waitUntil(lambda: "ahead" not in chip.text() + chip.toolTip(), timeout=20_000)


@pytest.mark.parametrize(
    ("when", "power", "read"),
    [
        (ReadAheadWhen.OFF, PowerSource(), False),
        (ReadAheadWhen.PLUGGED_IN, PowerSource(), True),
        (ReadAheadWhen.PLUGGED_IN, PowerSource(plugged_in=False), False),
        (ReadAheadWhen.ALWAYS, PowerSource(plugged_in=False, charge=LEAST_CHARGE), True),
        (ReadAheadWhen.ALWAYS, PowerSource(plugged_in=False, charge=LEAST_CHARGE - 0.01), False),
        (ReadAheadWhen.ALWAYS, PowerSource(plugged_in=True, charge=0.01), True),
    ],
)
def test_a_battery_is_not_emptied_for_what_may_never_be_asked(
    when: ReadAheadWhen, power: PowerSource, read: bool
) -> None:
    assert may_read(when, power) is read


@pytest.mark.llama
def test_after_enter_only_the_last_word_is_read_and_words_taken_back_are_nowhere(
    qtbot: QtBot, open_window: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = tmp_path / "kv"
    options = EngineOptions(snapshot_dir=kept, snapshot_min_gain=-1e9, log_level=logging.DEBUG)
    engine = EngineClient(options)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "scripted.gguf").symlink_to(DEMO)
    settings = Settings(welcomed=True, context_size=2048, max_tokens=24, temperature=0.0)
    opened = open_window(engine, settings, folder)
    loaded(qtbot, opened)
    heard = opened.harness.heard

    def read_to_the_end(*, above: int = 0, below: int = 10_000) -> int:
        """Tokens, once that many are read."""
        found: list[int] = []

        def read() -> bool:
            told = [one for one in heard.events[begun:] if isinstance(one, ReadAheadChanged)]
            ended = [one.total for one in told if one.done == one.total]
            found[:] = [total for total in ended if above < total < below]
            return bool(found)

        qtbot.waitUntil(read, timeout=30_000)
        return found[-1]

    begun = 0
    say(qtbot, opened, "Hello")
    wait_for_end(qtbot, opened)
    chat = read_to_the_end(above=20)  # more than the question: its answer too
    type_on(qtbot, opened, "xylophone quartz zebra ")
    taken_back = read_to_the_end(above=chat)
    begun = len(heard.events)
    clear(qtbot, opened)
    assert read_to_the_end(below=taken_back) == chat
    type_on(qtbot, opened, "Where does Phial keep all of my chats, models and documen")
    sure = read_to_the_end(above=chat)
    type_on(qtbot, opened, "ts?")
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    assert answer.timings is not None
    assert answer.timings.evaluated_tokens <= answer.timings.prompt_tokens - sure
    assert answer.timings.evaluated_tokens < 16  # one word, and the markup around it
    opened.window.controller.leave()
    opened.harness.services.executor.submit(lambda: None).result()
    opened.window.close()
    opened.harness.services.close()
    stored = max((read_entry(path).tokens for path in kept.rglob("*.kv")), key=len)
    fresh = LlamaEngine(EngineOptions())
    load(fresh, DEMO, context_size=2048)
    assert fresh._session is not None
    text = b"".join(map(fresh._session.tokenizer.piece, stored)).decode()
    fresh.close()
    assert "documents?" in text
    assert "xylophone" not in text
    assert "llama" in caplog.text
    assert "xylophone" not in caplog.text
