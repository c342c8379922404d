"""Every setting of the dialog, changed as a person changes it; the effect is read where it arrives.

That is the request or the options the engine gets, the window, the network. Settings without a
place in the dialog are in :mod:`tests.scenarios.test_settings_kept`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.documents import DocumentState
from app.domain.generation import GenerationRequest, OverflowPolicy, Role, StopReason
from app.domain.model import KvType
from app.engine.base import EngineOptions
from app.engine.scripted import ScriptedEngine
from app.services.core.events import AnswerEnded, Event, SettingsChanged
from app.ui.conversation.marks.sum_popup import SumPopup
from app.ui.models.models_page import ModelsPage
from app.ui.style.widgets import StyledLabel
from app.ui.transcript.widgets.mark_buttons import MarkButton
from app.ui.transcript.widgets.message_controls import HorizontalScrollBar
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.chatting import say
from tests.support.document_files import lines, pdf
from tests.support.dropping import drop
from tests.support.gguf_factory import write_model
from tests.support.hub_kit import gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open, Opened

REPO, FILE = "acme/phi-4-GGUF", "phi-4-Q4_K_M.gguf"


class Talk:
    """One window over an engine that notes what it is asked, and a hand in its settings."""

    def __init__(self, qtbot: QtBot, opened: Opened, engine: ScriptedEngine) -> None:
        self._qtbot = qtbot
        self.opened = opened
        self.engine = engine
        self.hand = SettingsHand(qtbot, opened.window)

    def say(self, text: str = "Hello") -> GenerationRequest:
        """Send a message; what the engine is asked."""
        before = len(self.engine.requests)
        say(self._qtbot, self.opened, text)
        until(self._qtbot, lambda: len(self.engine.requests) > before)
        until(self._qtbot, lambda: not self.opened.window.controller.answering)
        return self.engine.requests[before]

    def type(self, name: str, text: str) -> None:
        with self._changing():
            self.hand.type(name, text)

    def choose(self, name: str, label: str) -> None:
        with self._changing():
            self.hand.choose(name, label)

    def tick(self, name: str) -> None:
        with self._changing():
            self.hand.tick(name)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """The dialog is opened, something changed in it, and it is closed; the window knows."""
        arrived: list[Event] = []
        bridge = self.opened.window.bridge
        self.hand.open()
        bridge.arrived.connect(arrived.append)
        yield
        self.hand.close()
        until(self._qtbot, lambda: any(isinstance(one, SettingsChanged) for one in arrived))
        bridge.arrived.disconnect(arrived.append)

    def loaded_with(self, name: str, value: object) -> bool:
        """Whether the model is loaded anew with a value; keys pass other choices on their way."""
        loads = self.engine.loads
        until(self._qtbot, lambda: len(loads) > 1 and getattr(loads[-1], name) == value)
        return True

    def options(self) -> EngineOptions:
        """What the engine was told since."""
        until(self._qtbot, lambda: bool(self.engine.options))
        return self.engine.options[-1]


@pytest.fixture
def talk(qtbot: QtBot, open_window: Open) -> Talk:
    engine = ScriptedEngine(["One. ", "Two.", "Three."])
    opened = open_window(engine)
    opened.harness.services.models.warm_up()  # as behind the first frame
    return Talk(qtbot, opened, engine)


# --- answers ------------------------------------------------------------------------------------


@scenario("setting", "system_prompt")
def test_the_system_prompt_stands_before_the_first_turn(talk: Talk) -> None:
    talk.type("system_prompt", "Answer in rhymes.")
    first = talk.say().turns[0]
    assert (first.role, first.content) == (Role.SYSTEM, "Answer in rhymes.")


@scenario("setting", "replace_model_prompt")
def test_the_system_prompt_replaces_the_models_own_where_that_is_wanted(talk: Talk) -> None:
    talk.type("system_prompt", "Answer in rhymes.")
    assert not talk.say().replace_system
    talk.tick("replace_model_prompt")
    assert talk.say().replace_system


@scenario("setting", "temperature")
def test_the_temperature_reaches_the_engine(talk: Talk) -> None:
    talk.type("temperature", "1.35")
    assert talk.say().sampling.temperature == 1.35


@scenario("setting", "top_k")
def test_top_k_reaches_the_engine(talk: Talk) -> None:
    talk.type("top_k", "7")
    assert talk.say().sampling.top_k == 7


@scenario("setting", "top_p")
def test_top_p_reaches_the_engine(talk: Talk) -> None:
    talk.type("top_p", "0.5")
    assert talk.say().sampling.top_p == 0.5


@scenario("setting", "min_p")
def test_min_p_reaches_the_engine(talk: Talk) -> None:
    talk.type("min_p", "0.2")
    assert talk.say().sampling.min_p == 0.2


@scenario("setting", "repeat_penalty")
def test_the_repeat_penalty_reaches_the_engine(talk: Talk) -> None:
    talk.type("repeat_penalty", "1.1")
    assert talk.say().sampling.repeat_penalty == 1.1


@scenario("setting", "max_tokens")
def test_the_longest_answer_ends_an_answer(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["word " * 100])
    talk = Talk(qtbot, open_window(engine), engine)
    talk.type("max_tokens", "16")
    assert talk.say().sampling.max_tokens == 16

    def written() -> int:
        answer = talk.opened.window.controller.last(Role.ASSISTANT)
        ended = answer is not None and answer.stop_reason is StopReason.MAX_TOKENS
        return len(answer.content.split()) if answer is not None and ended else 0

    until(qtbot, lambda: written() == 16)


@scenario("setting", "seed")
def test_the_seed_reaches_the_engine(talk: Talk) -> None:
    talk.type("seed", "4294967294")
    assert talk.say().sampling.seed == 4_294_967_294


@scenario("setting", "overflow")
def test_a_chat_that_outgrows_the_context_is_refused_where_that_is_wanted(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine(["word " * 40], context_size=64)
    talk = Talk(qtbot, open_window(engine), engine)
    talk.choose("overflow", "Stop and tell me")
    talk.say("First")
    assert talk.say("more " * 30).overflow is OverflowPolicy.REFUSE
    until(qtbot, talk.opened.window.pane.banner.isVisible)


# --- model --------------------------------------------------------------------------------------


@scenario("setting", "context_size")
def test_the_context_size_is_what_the_model_is_loaded_with(talk: Talk) -> None:
    talk.say()
    talk.type("context_size", "2048")
    assert talk.loaded_with("context_size", 2048)


@scenario("setting", "threads")
def test_the_threads_are_what_the_model_is_loaded_with(talk: Talk) -> None:
    talk.say()
    talk.type("threads", "3")
    assert talk.loaded_with("threads", 3)


@scenario("setting", "gpu_layers")
def test_the_gpu_layers_are_what_the_model_is_loaded_with(talk: Talk) -> None:
    talk.say()
    talk.type("gpu_layers", "12")
    assert talk.loaded_with("gpu_layers", 12)


@scenario("setting", "kv_type")
def test_the_kv_cache_is_what_the_model_is_loaded_with(talk: Talk) -> None:
    talk.say()
    talk.choose("kv_type", "q8_0 (smaller)")
    assert talk.loaded_with("kv_type", KvType.Q8_0)


@scenario("setting", "kv_snapshots")
def test_without_remembering_the_engine_writes_no_snapshots(talk: Talk) -> None:
    talk.tick("kv_snapshots")
    assert talk.options().snapshot_dir is None


@scenario("setting", "kv_snapshot_gb")
def test_the_disk_space_for_snapshots_is_the_engines_cap(talk: Talk) -> None:
    talk.type("kv_snapshot_gb", "1.5")
    assert talk.options().snapshot_cap_bytes == 1_500_000_000


@scenario("setting", "copy_documents")
def test_documents_are_copied_where_that_is_wanted(
    qtbot: QtBot, talk: Talk, tmp_path: Path
) -> None:
    talk.tick("copy_documents")
    report = tmp_path / "report.pdf"
    report.write_bytes(pdf([lines("The bridge opened in 1962.")]))
    drop(talk.opened.window.pane.composer.editor, report)
    library = talk.opened.harness.services.documents.library(private=False)
    until(qtbot, lambda: len(library.documents()) == 1)
    report.unlink()
    (document,) = library.documents()
    assert Path(document.path).parent == talk.opened.harness.services.data_folder / "documents"
    assert library.state(document) is DocumentState.SAME


@scenario("setting", "lookup_drafting")
def test_without_drafting_the_engine_drafts_nothing(talk: Talk) -> None:
    talk.tick("lookup_drafting")
    assert not talk.options().prompt_lookup


# --- appearance ---------------------------------------------------------------------------------


@scenario("setting", "enter_sends")
def test_enter_breaks_the_line_where_it_does_not_send(qtbot: QtBot, talk: Talk) -> None:
    talk.tick("enter_sends")
    editor = talk.opened.window.pane.composer.editor
    editor.setFocus()
    qtbot.keyClicks(editor, "one")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "two")
    qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: bool(talk.engine.requests))
    assert talk.engine.requests[0].turns[-1].content == "one\ntwo"


@scenario("setting", "check_sums")
@scenario("setting", "tick_sums")
def test_right_sums_get_a_tick_and_none_is_checked_as_it_is_wanted(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine(["So 17 × 24 = 409, and 17 × 23 = 391."])  # noqa: RUF001
    talk = Talk(qtbot, open_window(engine), engine)
    view = talk.opened.window.pane.transcript

    def marks() -> list[MarkButton]:
        return [one for one in view.findChildren(MarkButton) if one.isVisible()]

    talk.say()
    until(qtbot, lambda: len(marks()) == 1)
    assert talk.opened.window.pane.banner.kind == ""  # the mark says it, and nothing else does
    talk.tick("tick_sums")
    right = "“17 × 23 = 391” is right."  # noqa: RUF001
    until(qtbot, lambda: [one.accessibleName() for one in marks()][1:] == [right])
    marks()[1].click()
    until(qtbot, lambda: talk.opened.window.findChild(SumPopup) is not None)
    (popup,) = talk.opened.window.findChildren(SumPopup)
    assert popup.findChildren(QAbstractButton) == [], "there is nothing to mend"
    popup.close()
    talk.tick("check_sums")
    until(qtbot, lambda: not marks())
    talk.say()
    operations = talk.opened.window._operations
    until(qtbot, lambda: view.idle and not operations._under_way)
    assert not marks()


@scenario("setting", "notify")
def test_who_looks_elsewhere_is_told_when_a_long_answer_is_ready(
    qtbot: QtBot, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr("app.ui.desktop.answer_ready.LONG_SECONDS", 0.0)
    monkeypatch.setattr(
        "app.ui.desktop.answer_ready.show_notification", lambda *words: told.append(words)
    )
    elsewhere = QLineEdit()
    qtbot.addWidget(elsewhere)
    elsewhere.show()

    def look_at(widget: QWidget) -> None:
        widget.activateWindow()
        until(qtbot, widget.isActiveWindow)

    ended: list[Event] = []
    talk.opened.window.bridge.arrived.connect(
        lambda event: ended.append(event) if isinstance(event, AnswerEnded) else None
    )

    def say_and_hear(text: str) -> list[tuple[str, str]]:
        before = len(ended)
        talk.say(text)
        until(qtbot, lambda: len(ended) > before)  # the notice heard of it before
        return list(told)

    look_at(talk.opened.window)
    assert not say_and_hear("Hello")  # the answer was seen
    look_at(elsewhere)
    assert say_and_hear("And then?") == [("An answer is ready", "Hello")]
    talk.tick("notify")
    look_at(elsewhere)
    assert len(say_and_hear("And now?")) == 1


@scenario("setting", "wrap_code")
def test_wrapped_code_needs_no_sideways_bar(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["```\n" + "word " * 100 + "\n```\n"])
    talk = Talk(qtbot, open_window(engine), engine)
    view = talk.opened.window.pane.transcript

    def bars() -> list[HorizontalScrollBar]:
        return [bar for bar in view.findChildren(HorizontalScrollBar) if bar.isVisible()]

    talk.say()
    until(qtbot, lambda: len(bars()) == 1)
    height = view._layout.branch.index.total
    talk.tick("wrap_code")
    until(qtbot, lambda: not bars())
    assert view._layout.branch.index.total > height


# --- privacy and network ------------------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add(REPO, {FILE: gguf(b"w" * 500_000)}, card="# Phi-4\n")
        try:
            yield server
        finally:
            close_session()


@pytest.fixture
def browsing(qtbot: QtBot, open_window: Open, hub: HubServer, tmp_path: Path) -> Talk:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    engine = ScriptedEngine()
    return Talk(qtbot, open_window(engine, endpoint=hub.endpoint), engine)


def ask_the_hub(qtbot: QtBot, talk: Talk) -> ModelsPage:
    """Open "Get models" and name a repository."""
    talk.opened.window.actions_table["get_models"].trigger()
    dialog = talk.opened.window.findChild(ModelsPage)
    assert dialog is not None
    field = next(
        one for one in dialog.findChildren(QLineEdit) if one.accessibleName() == "Repository"
    )
    qtbot.keyClicks(field, REPO)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    return dialog


@scenario("setting", "offline")
def test_offline_refuses_every_connection_and_says_so(
    qtbot: QtBot, browsing: Talk, hub: HubServer
) -> None:
    browsing.tick("offline")
    dialog = ask_the_hub(qtbot, browsing)
    until(
        qtbot,
        lambda: any(
            "set to Offline" in label.text()
            for label in dialog.findChildren(StyledLabel)
            if label.isVisible()
        ),
    )
    assert not hub.requests
    dialog.close()


@scenario("setting", "download_limit_mb")
def test_a_download_is_no_faster_than_its_limit(
    qtbot: QtBot, browsing: Talk, hub: HubServer
) -> None:
    browsing.type("download_limit_mb", "0.1")
    dialog = ask_the_hub(qtbot, browsing)
    downloads = browsing.opened.harness.services.downloads

    def button() -> QPushButton | None:
        named = (
            b for b in dialog.findChildren(QPushButton) if b.accessibleName() == f"Download {FILE}"
        )
        return next(named, None)

    until(qtbot, lambda: button() is not None)
    start = button()
    assert start is not None
    began = time.monotonic()
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: bool(downloads.items()) and downloads.items()[0].state.over)
    seconds = time.monotonic() - began
    arrived = downloads.items()[0].files[0].stat().st_size
    # A second's share may be saved up, and the last piece is not waited for.
    assert arrived <= 100_000 * (seconds + 1.5)
    dialog.close()
