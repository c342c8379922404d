"""The colours of a theme as the settings want them: another accent, other colours of code."""

from __future__ import annotations

from dataclasses import replace

from app.domain.appearance.choices import AccentChoice, CodeTheme
from app.domain.settings import Settings
from app.ui.style.theme import (
    DARK,
    HIGH_CONTRAST,
    HIGH_CONTRAST_LIGHT,
    LIGHT,
    CodeColours,
    SystemLook,
    Theme,
    mix_colours,
    theme_for,
)

TINT = 0.09
"""The share of the accent in the ground of one's own messages."""


def _in_each(light: str, dark: str, contrast: str, contrast_light: str) -> dict[str, str]:
    themes = (LIGHT, DARK, HIGH_CONTRAST, HIGH_CONTRAST_LIGHT)
    colours = (light, dark, contrast, contrast_light)
    return {theme.name: colour for theme, colour in zip(themes, colours, strict=True)}


_ACCENTS = {
    AccentChoice.BLUE: _in_each("#1b5ebb", "#85ace2", "#8fbeff", "#00357a"),
    AccentChoice.VIOLET: _in_each("#7844c1", "#b99dde", "#cfadff", "#4a1a8a"),
    AccentChoice.ROSE: _in_each("#b22a5c", "#e592b0", "#ffa1c3", "#7a0036"),
    AccentChoice.ORANGE: _in_each("#9e470d", "#dd9b6e", "#ffa86e", "#6b2c00"),
}
"""The accent in each theme; the theme's own is in its value."""

_VIVID = {
    LIGHT.name: CodeColours(
        keyword="#b0005f",
        name="#1a4fc4",
        type="#00665c",
        string="#23702a",
        number="#a84300",
        comment="#65696e",
        operator="#7a2bc0",
        meta="#8a4b00",
        added="#1b5e2c",
        removed="#96241c",
    ),
    DARK.name: CodeColours(
        keyword="#ff7eb6",
        name="#7ab8ff",
        type="#5fe0d0",
        string="#b8e986",
        number="#ffb36b",
        comment="#9a9fa5",
        operator="#d0a8ff",
        meta="#ffd866",
        added="#9adba9",
        removed="#f4a9a2",
    ),
}
"""Brighter colours of code; high contrast has bright ones already."""


def dressed(settings: Settings, system: SystemLook) -> Theme:
    """Return the theme that the settings ask for, with their accent and colours of code."""
    theme = theme_for(settings.theme, system)
    return with_code(with_accent(theme, settings.accent), settings.code_theme)


def with_accent(theme: Theme, choice: AccentChoice) -> Theme:
    """Return a theme with another accent, and what is tinted with it."""
    if choice is AccentChoice.THEME:
        return theme
    accent = _ACCENTS[choice][theme.name]
    strong = theme.contrast >= 7
    share = 0.42 if theme.dark else 0.28
    return replace(
        theme,
        accent=accent,
        on_accent="#0b0f14" if theme.dark else "#ffffff",
        link=accent,
        bubble=mix_colours(accent, theme.page, TINT),
        selection=accent if strong else mix_colours(accent, theme.page, share),
        on_selection=("#000000" if theme.dark else "#ffffff") if strong else theme.text,
    )


def with_code(theme: Theme, choice: CodeTheme) -> Theme:
    """Return a theme with other colours of code."""
    if choice is CodeTheme.VIVID:
        return replace(theme, code=_VIVID.get(theme.name, theme.code))
    if choice is CodeTheme.PLAIN:
        plain, code = theme.code_text, theme.code
        same = dict.fromkeys(("keyword", "name", "type", "string", "number"), plain)
        return replace(theme, code=replace(code, **same, operator=plain, meta=plain))
    return theme
