"""Numbers typed into the settings dialog: taken as they are, or refused and left as typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.domain.generation import MAX_SEED, Sampling
from app.domain.numbers import read_number
from app.domain.options import Section
from app.domain.settings import SPECS, Settings
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ModelPhase
from app.services.core.settings import SettingsService
from app.ui.settings.number_field import NumberField, signs_of
from app.ui.settings.setting_row import ToldLine
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open, Opened

SEVEN_TENTHS = "\N{ARABIC-INDIC DIGIT ZERO}\N{ARABIC DECIMAL SEPARATOR}\N{ARABIC-INDIC DIGIT SEVEN}"
LANGUAGES = ["en_US", "de_DE", "fr_FR", "de_CH", "hi_IN", "ar_EG", "fa_IR", "ru_RU", "pt_BR"]


@pytest.fixture
def locale() -> Iterator[object]:
    """Sets the program's locale, and puts back what was."""
    before = QLocale()
    yield lambda name: QLocale.setDefault(QLocale(name))
    QLocale.setDefault(before)


class Room:
    """A window with its settings dialog open."""

    def __init__(self, qtbot: QtBot, opened: Opened) -> None:
        self.opened = opened
        self.hand = SettingsHand(qtbot, opened.window)
        self.hand.open()
        self.service: SettingsService = opened.harness.services.settings

    def text(self, name: str) -> str:
        field = self.hand.row(name)._field.widget
        assert isinstance(field, NumberField)
        return field.text()

    def told(self, name: str) -> str:
        error = self.hand.row(name)._told.get(ToldLine.ERROR)
        return error.text() if error is not None and error.isVisible() else ""


def room(qtbot: QtBot, open_window: Open, **settings: object) -> Room:
    return Room(qtbot, open_window(settings=Settings(welcomed=True, **settings)))  # type: ignore[arg-type]


REFUSED = (
    ("temperature", "9.5", "between 0 and 5"),
    ("context_size", "99999999", "between 256 and 131,072 tokens"),
    ("context_size", "3", "between 256 and 131,072 tokens"),
    ("max_tokens", "0", "between 1 and 131,072 tokens"),
    ("seed", str(MAX_SEED + 1), "between 0 and 4,294,967,294"),
    ("seed", "-1", "between 0 and 4,294,967,294"),
    ("zoom", "1000", "between 50 and 300 %"),
    ("zoom", "", "between 50 and 300 %"),
    ("kv_snapshot_gb", "0", "between 0.1 and 1,000 GB"),
    ("download_limit_mb", "∞", "between 0.1 and 10,000 MB/s"),
    ("top_p", "1.5", "between 0.0001 and 1"),
    ("gpu_layers", "9" * 400, "between 0 and 1,000"),
)


def test_what_is_refused_stays_as_typed_with_the_bounds_beside_it(
    qtbot: QtBot, open_window: Open
) -> None:
    there = room(qtbot, open_window)
    before = there.service.current
    for name, typed, bounds in REFUSED:
        there.hand.type(name, typed)
        assert there.text(name) == typed
        assert f"must be {bounds}." in there.told(name)
        assert there.service.current == before


def test_a_refused_number_is_told_with_what_stays(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window, temperature=0.7, context_size=4096)
    there.hand.type("temperature", "9.5")
    there.hand.type("context_size", "3")
    assert there.told("temperature").endswith("Temperature stays 0.7.")
    assert there.told("context_size").endswith("Context size stays 4,096 tokens.")


def test_closing_over_a_refused_number_keeps_the_old_one_and_says_so(
    qtbot: QtBot, open_window: Open
) -> None:
    there = room(qtbot, open_window, temperature=0.7)
    line = there.hand.field("temperature").lineEdit()  # type: ignore[attr-defined]
    line.selectAll()
    qtbot.keyClicks(line, "9.5")
    there.hand.close()
    banner = there.opened.window.pane.banner
    assert banner.isVisible()
    assert "Temperature was not changed." in banner.accessibleName()
    assert "“9.5” was typed. It must be between 0 and 5. Temperature stays 0.7." in (
        banner.accessibleName()
    )
    assert there.service.current.temperature == 0.7


def test_closing_takes_what_was_being_typed(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window)
    field = there.hand.field("temperature")
    assert isinstance(field, NumberField)
    qtbot.keyClicks(field.lineEdit(), "0.")
    QApplication.sendEvent(field, QInputMethodEvent("９", []))  # noqa: RUF001
    assert field.typed == "0.９"  # noqa: RUF001
    there.hand.close()
    assert there.service.current.temperature == 0.9
    there.hand.open()
    qtbot.keyClicks(there.hand.field("system_prompt"), "Be brief")
    there.hand.close()
    assert there.service.current.system_prompt == "Be brief"


def test_a_refused_number_can_be_put_right(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window)
    there.hand.type("context_size", "3")
    there.hand.type("context_size", "3000")
    assert there.service.current.context_size == 3000
    assert there.told("context_size") == ""
    assert there.text("context_size") == "3,000"
    there.hand.type("context_size", "3")
    reset = there.hand.row("context_size")._reset
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert there.service.current.context_size is None
    assert there.text("context_size") == ""
    assert there.told("context_size") == ""


def test_an_empty_field_is_what_its_words_say(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window, temperature=0.5)
    there.hand.type("temperature", "")
    assert there.service.current.temperature is None
    line = there.hand.field("temperature").lineEdit()  # type: ignore[attr-defined]
    assert line.placeholderText() == "what suits the model"


def test_a_setting_that_changes_elsewhere_does_not_wipe_what_is_typed(
    qtbot: QtBot, open_window: Open
) -> None:
    there = room(qtbot, open_window)
    there.hand.type("temperature", "9.5")
    field = there.hand.field("system_prompt")
    qtbot.keyClicks(field, "Half a sent")
    there.service.update(model_path="demo")
    qtbot.wait(50)
    assert field.toPlainText() == "Half a sent"  # type: ignore[attr-defined]
    assert there.text("temperature") == "9.5"


@pytest.mark.parametrize("language", ["de_DE", "fa_IR"])
def test_seven_tenths_are_seven_tenths_in_every_locale(
    qtbot: QtBot, open_window: Open, locale: object, language: str
) -> None:
    locale(language)  # type: ignore[operator]
    there = room(qtbot, open_window)
    for typed in ("0.7", "0,7", SEVEN_TENTHS):
        there.hand.type("temperature", typed)
        assert there.service.current.temperature == 0.7
        assert there.told("temperature") == ""
        written = there.text("temperature")
        there.hand.type("temperature", "1")
        there.hand.type("temperature", written)  # what is shown is understood
        assert there.service.current.temperature == 0.7
        there.hand.type("temperature", "1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_qt_writes_in_a_locale_is_read_as_the_same_number(language: str) -> None:
    qt = QLocale(language)
    for value in (0, 7, 512, 4096, 131_072, MAX_SEED):
        assert read_number(qt.toString(value), signs_of(qt)) == value
    for real in ("0.7", "0.0001", "1234.5", "9999.25"):
        text = qt.toString(float(real), "f", len(real.partition(".")[2]))
        assert float(read_number(text, signs_of(qt))) == float(real)


def test_a_german_context_is_grouped_and_refused_in_german_numbers(
    qtbot: QtBot, open_window: Open, locale: object
) -> None:
    locale("de_DE")  # type: ignore[operator]
    there = room(qtbot, open_window, context_size=4096)
    assert there.text("context_size") == "4.096"
    there.hand.type("context_size", "131.073")
    assert "between 256 and 131.072 tokens" in there.told("context_size")
    there.hand.type("context_size", "131.072")
    assert there.service.current.context_size == 131_072


FIRST_STEPS = {
    "temperature": Sampling().temperature,
    "top_k": Sampling().top_k,
    "top_p": Sampling().top_p,
    "min_p": Sampling().min_p,
    "repeat_penalty": Sampling().repeat_penalty,
    "max_tokens": 1024,
    "context_size": 16_384,
    "download_limit_mb": 10,
    "seed": 0,
}


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_Down])
def test_the_first_step_from_none_goes_to_a_usual_value(
    qtbot: QtBot, open_window: Open, key: Qt.Key
) -> None:
    there = room(qtbot, open_window)
    for name, first in FIRST_STEPS.items():
        there.hand.press(name, key, Qt.Key.Key_Return)
        assert getattr(there.service.current, name) == first


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_Down])
@pytest.mark.parametrize("first", [None, 10.0])
def test_the_first_step_from_none_is_not_one_step_further(
    qtbot: QtBot, key: Qt.Key, first: float | None
) -> None:
    field = NumberField(SPECS["download_limit_mb"], first)
    qtbot.addWidget(field)
    field.show_value(None)
    qtbot.keyClick(field, key)
    assert field.read() == (0.1 if first is None else first)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.read() == (1.1 if first is None else first + 1)


def test_the_first_step_goes_to_what_is_in_force_with_the_loaded_model(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    models = opened.harness.services.models
    models.load()
    qtbot.waitUntil(lambda: models.state.loaded is not None)
    there = Room(qtbot, opened)
    there.hand.press("context_size", Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert there.service.current.context_size == 4096  # the scripted engine's own


def test_steps_end_at_the_bounds_and_none_is_never_stepped_to(
    qtbot: QtBot, open_window: Open
) -> None:
    there = room(qtbot, open_window, context_size=600, temperature=4.98, top_k=0)
    down, up = Qt.Key.Key_Down, Qt.Key.Key_Up
    there.hand.press("context_size", down, down, down, Qt.Key.Key_Return)
    assert there.service.current.context_size == 256
    there.hand.press("temperature", up, up, up)
    assert there.service.current.temperature == 5
    there.hand.press("temperature", down, down, down)
    assert there.service.current.temperature == 4.85
    there.hand.press("top_k", down)
    assert there.service.current.top_k == 0


def test_there_is_no_step_from_a_refused_number(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window, temperature=0.7)
    there.hand.type("temperature", "9.5")
    there.hand.press("temperature", Qt.Key.Key_Up)
    assert there.text("temperature") == "9.5"
    assert there.service.current.temperature == 0.7


def test_enter_takes_the_number_and_presses_nothing(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window)
    line = there.hand.field("context_size").lineEdit()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "2048")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert there.service.current.context_size == 2048
    assert there.hand.dialog.isVisible()


def wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel with the pointer in the middle of a widget."""
    QApplication.processEvents()  # it may just have been laid out anew
    window = widget.window()
    at = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, 120 * notches))


def test_scrolling_the_page_over_a_number_changes_no_number(
    qtbot: QtBot, open_window: Open
) -> None:
    there = room(qtbot, open_window, temperature=0.7)
    there.hand.dialog.show_section(Section.GENERATION)
    there.hand.dialog._sections.setFocus()
    area = there.hand.dialog.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    rows = [row for row in there.hand.dialog._rows if row.isVisible()]
    for row in rows:
        wheel(row._field.widget, -1)
    assert there.service.current.temperature == 0.7
    assert there.service.current == Settings(
        welcomed=True,
        temperature=0.7,
        last_conversation=there.service.current.last_conversation,
    )
    assert area.verticalScrollBar().value() > 0


def test_the_wheel_steps_the_number_that_has_the_focus(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window, temperature=0.7)
    wheel(there.hand.field("temperature"), 1)
    assert there.service.current.temperature == 0.75


def test_the_clear_button_makes_a_number_automatic(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window, context_size=4096)
    line = there.hand.field("context_size").lineEdit()  # type: ignore[attr-defined]
    assert isinstance(line, QLineEdit)
    button = next(child for child in line.children() if child.inherits("QToolButton"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    there.hand.close()
    assert there.service.current.context_size is None


def test_no_shown_number_is_cut(qtbot: QtBot, open_window: Open) -> None:
    there = room(qtbot, open_window, temperature=1.23456789, download_limit_mb=1234.5678)
    assert there.text("temperature") == "1.23456789"
    assert there.text("download_limit_mb") == "1,234.5678"
    for name in ("temperature", "download_limit_mb"):
        there.hand.press(name, Qt.Key.Key_Tab)
    assert there.service.current.temperature == 1.23456789
    assert there.service.current.download_limit_mb == 1234.5678
    assert SPECS["temperature"].option.high == 5


def test_stepping_through_a_setting_of_the_model_loads_it_once_when_the_field_is_left(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    models, settings = opened.harness.services.models, opened.harness.services.settings
    models.load()
    qtbot.waitUntil(lambda: models.state.phase is ModelPhase.READY)
    opened.window.commands.settings(Section.MODEL)
    dialog = opened.window.commands.preferences.page
    assert dialog is not None

    def fields() -> list[NumberField]:
        found = dialog.findChildren(NumberField)
        return [one for one in found if one.accessibleName() == "Context size"]

    qtbot.waitUntil(lambda: bool(fields()))  # made behind the first frame
    (field,) = fields()
    loads = len(engine.loads)
    field.setFocus()
    for _ in range(5):
        qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.wait(100)
    assert len(engine.loads) == loads
    assert settings.current.context_size is None
    stepped = field.read()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: len(engine.loads) == loads + 1)
    assert settings.current.context_size == stepped
    dialog.close()
