"""Settings whose effect is seen at the next start, and those of the window as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.exceptions import TimeoutError as QtTimeoutError
from pytestqt.qtbot import QtBot

from app.domain.endpoints.source import EndpointSource
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.language import tr
from app.store import SettingsStore
from app.system.language import choose_language
from app.ui.application import run
from app.ui.conversation.empty_states import WelcomePage
from app.ui.main_window import MainWindow
from app.ui.style.theme import DARK, LIGHT
from app.ui.transcript.items.style import Style
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.chatting import say, wait_for_end
from tests.support.endpoint_server import EndpointServer
from tests.support.gguf_factory import write_model
from tests.support.harness import Harness, build
from tests.support.languages import speaking
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open, Opened, close

Script = Callable[[MainWindow, Harness], None]


@dataclass
class Lives:
    """One data folder, and the program started over it again and again."""

    qtbot: QtBot
    open_window: Open
    folder: Path
    engines: list[ScriptedEngine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        write_model(self.folder / "demo.gguf")
        self.file.save(Settings(welcomed=True))

    @property
    def file(self) -> SettingsStore:
        return SettingsStore(self.folder / "settings.json")

    @property
    def engine(self) -> ScriptedEngine:
        return self.engines[-1]

    def start(self, *, chosen: bool = True) -> Opened:
        """A window; :func:`close` ends it."""
        self.engines.append(ScriptedEngine())
        return self.open_window(self.engine, self.file, self.folder, chosen=chosen)

    def program(self, script: Script) -> None:
        """The whole program, with its event loop, as ``phial`` runs it; the script closes it."""
        self.engines.append(ScriptedEngine())
        harness = build(self.folder, self.engine, self.file)
        failures: list[AssertionError | QtTimeoutError] = []

        def act() -> None:
            window = next(
                one
                for one in QApplication.topLevelWidgets()
                if isinstance(one, MainWindow) and one.isVisible()
            )
            try:
                script(window, harness)
            except (AssertionError, QtTimeoutError) as error:
                failures.append(error)
            finally:
                window.close()

        QTimer.singleShot(0, act)
        messages = qInstallMessageHandler(None)
        try:
            run(harness.services)
        finally:
            qInstallMessageHandler(messages)
            harness.services.close()
            forget_to_quit()
        if failures:
            raise failures[0]


def forget_to_quit() -> None:
    """Let event loops run again: a second wish to quit is kept by Qt, which then ends each."""
    QApplication.processEvents()
    QTimer.singleShot(0, lambda: QApplication.exit(0))
    QApplication.exec()


@pytest.fixture
def lives(qtbot: QtBot, open_window: Open, tmp_path: Path) -> Lives:
    return Lives(qtbot, open_window, tmp_path / "data")


@scenario("setting", "theme")
def test_the_theme_is_the_windows_palette_at_once(qtbot: QtBot, lives: Lives) -> None:
    def script(window: MainWindow, _harness: Harness) -> None:
        assert QGuiApplication.palette().window().color().name() == LIGHT.window
        hand = SettingsHand(qtbot, window)
        hand.open()
        hand.choose("theme", "Dark")
        hand.close()
        until(qtbot, lambda: QGuiApplication.palette().window().color().name() == DARK.window)
        assert window.pane.theme.dark

    lives.program(script)


@scenario("setting", "zoom")
def test_the_text_grows_by_what_was_typed_at_once(qtbot: QtBot, lives: Lives) -> None:
    def script(window: MainWindow, _harness: Harness) -> None:
        before = QApplication.font().pointSizeF()
        editor = window.pane.composer.editor.font().pointSizeF()
        hand = SettingsHand(qtbot, window)
        hand.open()
        hand.type("zoom", "150")
        hand.close()
        until(qtbot, lambda: QApplication.font().pointSizeF() == before * 1.5)
        assert window.pane.composer.editor.font().pointSizeF() > editor

    lives.program(script)


@scenario("setting", "accent")
@scenario("setting", "density")
@scenario("setting", "line_width")
@scenario("setting", "text_font")
@scenario("setting", "code_font")
@scenario("setting", "code_theme")
def test_the_looks_follow_what_is_chosen_at_once(qtbot: QtBot, lives: Lives) -> None:
    def script(window: MainWindow, _harness: Harness) -> None:
        window.resize(1200, 800)
        editor, view = window.pane.composer.editor, window.pane.transcript
        editor.setFocus()
        qtbot.keyClicks(editor, "Tell me")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        until(qtbot, lambda: bool(view._layout.branch.models) and not window.controller.answering)
        before, tall = view._styles.normal, view._layout.branch.index.total
        listed, row = window.sidebar._list, window.sidebar.model.index(1)
        high = listed.visualRect(row).height()
        text = QFontDatabase.families()[0]
        code = next(one for one in QFontDatabase.families() if QFontDatabase.isFixedPitch(one))
        hand = SettingsHand(qtbot, window)
        hand.open()
        hand.choose("accent", "Blue")
        hand.choose("density", "Compact")
        hand.choose("line_width", "Narrow, about 60 characters")
        hand.choose("code_theme", "One colour, comments paler")

        def style() -> Style:
            return view._styles.normal

        until(qtbot, lambda: style().column < before.column / 1.2)
        assert view._layout.branch.index.total < tall - 10
        until(qtbot, lambda: listed.visualRect(row).height() <= high - 8)
        hand.choose("code_font", code)
        hand.choose("text_font", text)
        hand.close()
        until(qtbot, lambda: style().fonts.text.families()[0] == text)
        assert editor.font().family() == QApplication.font().family() == text
        assert style().fonts.code.families()[0] == code
        keyword = style().token_format("keyword").foreground().color().name()
        assert keyword == style().theme.code_text
        assert QGuiApplication.palette().accent().color().name() == "#1b5ebb"
        bubble = QColor(style().theme.bubble)
        assert bubble.name() != before.theme.bubble
        image = view.viewport().grab().toImage()
        across = range(0, image.width(), 7)
        assert any(image.pixelColor(x, y) == bubble for x in across for y in range(0, 200, 7))

    lives.program(script)


@scenario("setting", "load_when")
def test_the_model_waits_for_the_first_message_where_that_is_wanted(
    qtbot: QtBot, lives: Lives
) -> None:
    opened = lives.start()
    hand = SettingsHand(qtbot, opened.window)
    hand.open()
    hand.choose("load_when", "With the first message")
    hand.close()
    close(opened)

    def script(window: MainWindow, harness: Harness) -> None:
        until(qtbot, lambda: lives.engine.starts == 1)  # the model is loaded behind that
        harness.services.executor.submit(lambda: None).result()
        assert not lives.engine.loads
        editor = window.pane.composer.editor
        qtbot.keyClicks(editor, "Hello")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        until(qtbot, lambda: len(lives.engine.loads) == 1)
        until(qtbot, lambda: not window.controller.answering)

    lives.program(script)


def welcome(qtbot: QtBot, lives: Lives) -> None:
    """The first start: the demo is tried, and the window closed."""
    lives.file.save(Settings())
    opened = lives.start(chosen=False)
    page = opened.window.findChild(WelcomePage)
    assert page is not None
    until(qtbot, page.isVisible)
    demo = next(
        one for one in page.findChildren(QPushButton) if "demo" in one.accessibleName().lower()
    )
    qtbot.mouseClick(demo, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: bool(lives.engine.loads))
    until(qtbot, lambda: opened.harness.services.models.state.loaded is not None)
    close(opened)


@scenario("setting", "model_path")
def test_the_model_that_was_chosen_answers_after_the_next_start(qtbot: QtBot, lives: Lives) -> None:
    welcome(qtbot, lives)
    opened = lives.start(chosen=False)
    say(qtbot, opened, "Hello")
    until(qtbot, lambda: bool(lives.engine.loads))
    assert lives.engine.loads[0].path == lives.folder / "demo.gguf"
    wait_for_end(qtbot, opened)


@scenario("setting", "endpoint_model")
def test_the_endpoint_that_was_chosen_answers_after_the_next_start(
    qtbot: QtBot, lives: Lives
) -> None:
    with EndpointServer() as server:
        opened = lives.start(chosen=False)
        services = opened.harness.services
        endpoint, _ = services.endpoints.add("Box", server.address)
        model = services.endpoints.model(EndpointSource(endpoint.id, "small"))
        opened.window.commands.models.choose_model(model)
        until(qtbot, lambda: services.models.state.loaded is not None)
        close(opened)
        again = lives.start(chosen=False)
        say(qtbot, again, "Hello")
        until(qtbot, lambda: bool(server.asked()))
        wait_for_end(qtbot, again)
        assert lives.engine.loads == []


@scenario("setting", "welcomed")
def test_the_first_start_is_shown_once(qtbot: QtBot, lives: Lives) -> None:
    welcome(qtbot, lives)
    opened = lives.start(chosen=False)
    page = opened.window.findChild(WelcomePage)
    assert page is not None
    assert not page.isVisible()
    assert opened.window.pane.composer.editor.isVisible()


@scenario("setting", "sidebar_visible")
def test_a_hidden_sidebar_is_hidden_after_the_next_start(qtbot: QtBot, lives: Lives) -> None:
    opened = lives.start()
    until(qtbot, opened.window.isActiveWindow)
    qtbot.keyClick(opened.window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: not opened.window.sidebar.isVisible())
    close(opened)
    again = lives.start()
    assert again.window.pane.isVisible()
    assert not again.window.sidebar.isVisible()


@scenario("setting", "window_geometry")
def test_the_window_is_as_large_as_it_was_left(lives: Lives) -> None:
    opened = lives.start()
    opened.window.resize(713, 517)
    close(opened)
    again = lives.start()
    assert (again.window.width(), again.window.height()) == (713, 517)


@scenario("setting", "last_conversation")
def test_the_chat_that_was_looked_at_last_is_shown_after_the_next_start(
    qtbot: QtBot, lives: Lives
) -> None:
    opened = lives.start()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    until(qtbot, opened.window.isActiveWindow)
    qtbot.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    say(qtbot, opened, "Second")
    wait_for_end(qtbot, opened)
    qtbot.keyClick(opened.window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    until(qtbot, lambda: opened.window.windowTitle().startswith("First"))
    close(opened)
    again = lives.start()
    assert again.window.windowTitle().startswith("First")
    assert again.window.controller.branch[0].message.content == "First"


def test_a_chat_that_went_to_the_trash_before_another_was_noted_is_not_shown_again(
    qtbot: QtBot, lives: Lives
) -> None:
    opened = lives.start()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    shown = opened.window.controller.chat
    assert shown is not None
    opened.window.commands.chats.delete([shown.id])
    close(opened)
    lives.file.save(replace(lives.file.load()[0], last_conversation=shown.id))
    again = lives.start()
    assert not again.window.controller.branch
    say(qtbot, again, "Second")
    wait_for_end(qtbot, again)
    assert again.window.controller.branch[0].message.content == "Second"


def _not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.system.language.stored_language", str)


@scenario("setting", "language", without=_not_read)
def test_the_language_that_was_chosen_is_spoken_from_the_next_start(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = lives.start()
    hand = SettingsHand(lives.qtbot, opened.window)
    hand.open()
    hand.choose("language", "Deutsch")
    hand.close()
    close(opened)
    monkeypatch.setenv("PHIAL_HOME", str(lives.folder))
    monkeypatch.delenv("PHIAL_LANGUAGE")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    choose_language()
    with speaking(os.environ["PHIAL_LANGUAGE"]):
        assert tr("Settings") == "Einstellungen"
