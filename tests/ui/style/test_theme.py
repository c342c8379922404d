from __future__ import annotations

import pytest

from app.domain import settings
from app.ui.style.theme import (
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    THEMES,
    CodeColours,
    Theme,
    fonts_at,
    theme_for,
)


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


def text_pairs(theme: Theme) -> list[tuple[str, str, str]]:
    """Every (what, text colour, ground) that people read."""
    texts = ("text", "muted", "link", "accent", "error", "warning", "success")
    grounds = ("window", "sidebar", "page", "bubble", "raised", "hover")
    pairs = [
        (f"{text} on {ground}", getattr(theme, text), getattr(theme, ground))
        for text in texts
        for ground in grounds
    ]
    pairs += [
        ("faint", theme.faint, theme.page),
        ("faint in a bubble", theme.faint, theme.bubble),
        ("on accent", theme.on_accent, theme.accent),
        ("selection", theme.on_selection, theme.selection),
        ("match", theme.on_match, theme.match),
        ("current match", theme.on_match, theme.match_current),
        ("table head", theme.text, theme.table_head),
        ("code", theme.code_text, theme.code_ground),
        ("language label", theme.muted, theme.code_ground),
        ("added line", theme.code.added, theme.added_ground),
        ("removed line", theme.code.removed, theme.removed_ground),
    ]
    return pairs + [
        (f"code {name}", getattr(theme.code, name), theme.code_ground)
        for name in CodeColours.__slots__
    ]


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#ffffff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_every_text_stands_out_from_its_ground(theme: Theme) -> None:
    weak = [
        (what, text, ground, round(contrast_ratio(text, ground), 2))
        for what, text, ground in text_pairs(theme)
        if contrast_ratio(text, ground) < theme.contrast
    ]
    assert not weak


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_scroll_bars_can_be_seen_on_every_ground_they_stand_on(theme: Theme) -> None:
    grounds = (theme.page, theme.code_ground, theme.sidebar)
    assert min(contrast_ratio(theme.thumb, ground) for ground in grounds) >= 3


def test_each_choice_but_the_systems_has_a_theme_of_its_own() -> None:
    assert {*THEMES} == {*settings.ThemeChoice} - {settings.ThemeChoice.SYSTEM}


def test_the_setting_chooses_the_theme_and_system_follows_the_desktop() -> None:
    assert theme_for(settings.ThemeChoice.SYSTEM, system_dark=True) is DARK
    assert theme_for(settings.ThemeChoice.SYSTEM, system_dark=False) is LIGHT
    assert theme_for(settings.ThemeChoice.LIGHT, system_dark=True) is LIGHT
    assert theme_for(settings.ThemeChoice.DARK, system_dark=False) is DARK
    assert theme_for(settings.ThemeChoice.HIGH_CONTRAST, system_dark=False) is HIGH_CONTRAST


def test_fonts_grow_with_the_zoom(qapp: object) -> None:
    small, large = fonts_at(100), fonts_at(200)
    assert large.text.pointSizeF() == pytest.approx(2 * small.text.pointSizeF())
    assert large.px(8) == 16
    assert large.heading(1).pointSizeF() > large.heading(3).pointSizeF() > large.small.pointSizeF()
