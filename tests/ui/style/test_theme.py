from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from operator import attrgetter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QSlider
from pytestqt.qtbot import QtBot

from app.domain.appearance.choices import AccentChoice, CodeTheme, ThemeChoice
from app.domain.settings import Settings
from app.ui.style import icons
from app.ui.style.icons import application_icon
from app.ui.style.palettes import dressed, with_accent, with_code
from app.ui.style.stylesheet import style_sheet
from app.ui.style.theme import (
    DARK,
    HIGH_CONTRAST,
    HIGH_CONTRAST_LIGHT,
    LIGHT,
    THEMES,
    CodeColours,
    SystemLook,
    Theme,
    mix_colours,
    theme_for,
)
from app.ui.style.typography import BODY, SMALL, Typesetting, fonts_of
from app.ui.transcript.items.mark_drawing import CHIP_TINT
from tests.support.window import Open


def contrast_ratio(first: str, second: str) -> float:
    """Contrast of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


GROUNDS = ("window", "sidebar", "page", "bubble", "raised", "hover", "pressed", "table_head")
FAINT = ("page", "bubble", "raised", "window", "code_ground", "table_head")
CHIPS = ("error", "warning", "success")


def text_pairs(theme: Theme) -> Iterator[tuple[str, str]]:
    """Every colour that people read and its ground, by the names of the theme's fields."""
    for text in ("text", "muted", "link", "accent", "error", "warning", "success"):
        yield from ((text, ground) for ground in GROUNDS)
    yield from (("faint", ground) for ground in (*FAINT, "added_ground", "removed_ground"))
    yield ("on_accent", "accent")
    yield ("page", "text")  # a snackbar
    yield ("on_selection", "selection")
    yield ("on_match", "match")
    yield ("on_match", "match_current")
    yield from ((text, "code_ground") for text in ("code_text", "muted", "text", "link"))
    yield ("code.added", "added_ground")
    yield ("code.removed", "removed_ground")
    yield ("code_text", "added_ground")
    yield ("code_text", "removed_ground")
    yield from ((f"code.{name}", "code_ground") for name in CodeColours.__slots__)
    for one in CHIPS:  # the words of a mark stand on a breath of their own colour
        yield from ((one, f"{one}@{ground}") for ground in ("page", "table_head", "code_ground"))


def control_pairs(theme: Theme) -> Iterator[tuple[str, str]]:
    """What controls and the focus are known by, and what it stands beside."""
    for line in ("edge", "accent", "muted"):
        yield from ((line, ground) for ground in ("window", "sidebar", "page", "raised"))
    yield from (("thumb", ground) for ground in ("page", "code_ground", "sidebar"))
    yield from (("accent", ground) for ground in ("code_ground", "bubble", "hover"))
    yield ("on_accent", "accent")  # the ring in a button that has the accent's ground
    yield from ((second, "page") for second in ("second", "success", "warning", "error"))
    yield from (("muted", ground) for ground in ("hover", "pressed"))  # signs of buttons
    if theme.contrast >= 7:
        yield from (("border", ground) for ground in GROUNDS)  # edges are seen there


def weak(theme: Theme, pairs: Iterator[tuple[str, str]], least: float) -> list[object]:
    """The pairs that have less contrast than that."""
    found = [(a, b, contrast_ratio(tone(theme, a), tone(theme, b))) for a, b in pairs]
    return [(a, b, round(ratio, 2)) for a, b, ratio in found if ratio < least]


def tone(theme: Theme, name: str) -> str:
    """A colour by its name; ``one@other`` for a chip of the first on the ground of the second."""
    over, _, ground = name.partition("@")
    colour = str(attrgetter(over)(theme))
    return mix_colours(colour, tone(theme, ground), CHIP_TINT / 255) if ground else colour


def looks() -> Iterator[Theme]:
    """Each theme in each accent, and in each of the colours of code."""
    for theme in (*THEMES.values(), HIGH_CONTRAST_LIGHT):
        yield from (with_accent(theme, accent) for accent in AccentChoice)
        yield from (with_code(theme, code) for code in CodeTheme)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#ffffff", "#000000") == pytest.approx(21)


def test_every_text_and_every_control_stands_out_from_its_ground_in_every_theme() -> None:
    for theme in looks():
        assert not weak(theme, text_pairs(theme), theme.contrast), theme
        assert not weak(theme, control_pairs(theme), 3), theme


def test_no_colour_of_a_theme_is_left_unmeasured() -> None:
    pairs = [*text_pairs(HIGH_CONTRAST), *control_pairs(HIGH_CONTRAST)]
    measured = {name for pair in pairs for name in pair}
    colours = {one.name for one in fields(Theme) if str(getattr(LIGHT, one.name)).startswith("#")}
    assert colours <= measured


def test_own_messages_have_a_breath_of_the_accent() -> None:
    for theme in looks():
        tint = contrast_ratio(theme.bubble, theme.page)
        assert 1.02 < tint < 1.5, theme
        assert theme.bubble != theme.table_head


def test_each_choice_but_the_systems_has_a_theme_of_its_own() -> None:
    assert {*THEMES} == {*ThemeChoice} - {ThemeChoice.SYSTEM}


def test_the_setting_chooses_the_theme_and_system_follows_the_desktop() -> None:
    light, dark = SystemLook(), SystemLook(dark=True)
    assert theme_for(ThemeChoice.SYSTEM, dark) is DARK
    assert theme_for(ThemeChoice.SYSTEM, light) is LIGHT
    assert theme_for(ThemeChoice.SYSTEM, replace(dark, contrast=True)) is HIGH_CONTRAST
    assert theme_for(ThemeChoice.SYSTEM, replace(light, contrast=True)) is HIGH_CONTRAST_LIGHT
    assert theme_for(ThemeChoice.LIGHT, replace(dark, contrast=True)) is LIGHT
    assert theme_for(ThemeChoice.DARK, light) is DARK
    assert theme_for(ThemeChoice.HIGH_CONTRAST, light) is HIGH_CONTRAST


def test_the_settings_choose_accent_and_colours_of_code() -> None:
    chosen = Settings(theme=ThemeChoice.DARK, accent=AccentChoice.ROSE, code_theme=CodeTheme.PLAIN)
    theme = dressed(chosen, SystemLook())
    assert theme.accent not in {DARK.accent, LIGHT.accent}
    assert theme.code.keyword == DARK.code_text != DARK.code.keyword
    assert dressed(Settings(theme=ThemeChoice.DARK), SystemLook()) is DARK


def test_fonts_grow_with_the_zoom(qapp: object) -> None:
    small, large = fonts_of(Typesetting(zoom=100)), fonts_of(Typesetting(zoom=200))
    assert large.text.pointSizeF() == pytest.approx(2 * small.text.pointSizeF())
    assert large.px(8) == 16
    assert large.heading(1).pointSizeF() > large.heading(2).pointSizeF() > large.text.pointSizeF()
    words = large.small.pointSizeF() / BODY  # a pixel of the scale
    sizes = [large.heading(level).pointSizeF() / words for level in (1, 2, 3)]
    assert [*sizes, large.text.pointSizeF() / words] == pytest.approx([28, 20, 16, 16])
    assert 12 <= SMALL * BODY < 13


def test_the_icon_of_the_program_is_there_in_every_size(qapp: object) -> None:
    sizes = {one.width() for one in application_icon().availableSizes()}
    assert sizes >= {16, 24, 32, 48, 64, 128, 256}


def test_icons_are_drawn_for_the_screens_that_are_there_and_for_one_that_comes(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window().window
    button = window.pane.composer._button

    def sides() -> set[int]:
        return {one.width() for one in button.icon().availableSizes()}

    (side,) = sides()
    monkeypatch.setattr(icons, "scales", lambda: (1, 2))
    QApplication.sendEvent(window, QEvent(QEvent.Type.DevicePixelRatioChange))
    qtbot.waitUntil(lambda: sides() == {side, 2 * side})


def test_a_line_holds_as_many_characters_as_are_wanted(qapp: object) -> None:
    fonts = fonts_of(Typesetting(characters=80))
    words = "Its water leaves by the river, which reaches the sea after two days and a half " * 3
    metrics = QFontMetricsF(fonts.text)
    assert 70 <= fonts.column / metrics.horizontalAdvance(words) * len(words) <= 82
    assert fonts_of(Typesetting(characters=0)).column > 10_000


@pytest.mark.parametrize("direction", Qt.LayoutDirection.__members__)
def test_a_slider_is_filled_from_where_lines_begin(qtbot: QtBot, direction: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.styleSheet()
    application.setLayoutDirection(Qt.LayoutDirection[direction])
    application.setStyleSheet(style_sheet(LIGHT))
    try:
        slider = QSlider(Qt.Orientation.Horizontal, maximum=100, value=30)
        qtbot.addWidget(slider)
        slider.resize(300, 24)
        picture = slider.grab().toImage()
        turned = slider.layoutDirection() is Qt.LayoutDirection.RightToLeft
    finally:
        application.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        application.setStyleSheet(before)
    filled = [x for x in range(300) if picture.pixelColor(x, 12).name() == LIGHT.accent]
    begins = 299 - max(filled) if turned else min(filled)
    assert begins < 5
    assert 50 < len(filled) < 120
