from __future__ import annotations

import pytest

from app.domain import settings
from app.ui.style.theme import (
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    Theme,
    contrast_ratio,
    fonts_at,
    theme_for,
)

THEMES = (LIGHT, DARK, HIGH_CONTRAST)


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#ffffff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_text_stands_out_from_its_ground(theme: Theme) -> None:
    weak = [
        (what, text, ground, round(contrast_ratio(text, ground), 2))
        for what, text, ground in theme.text_pairs()
        if contrast_ratio(text, ground) < theme.contrast
    ]
    assert not weak


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_scroll_bars_can_be_seen_on_every_ground_they_stand_on(theme: Theme) -> None:
    grounds = (theme.page, theme.code_ground, theme.sidebar)
    assert min(contrast_ratio(theme.thumb, ground) for ground in grounds) >= 3


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
