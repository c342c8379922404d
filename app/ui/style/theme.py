"""The appearance as values: the colours of each theme and the measures of the grid.

Colours are hexadecimal text, so contrast can be computed and tested without a display. The shell
derives its style sheet from the same values, and the transcript its painting.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication

from app.domain.appearance.choices import ThemeChoice

SPACE = 8
"""The unit of the grid, in device-independent pixels."""

RADIUS = 8
"""Corner radius of bubbles, code and buttons, in device-independent pixels."""


@dataclass(frozen=True, slots=True)
class CodeColours:
    """Colours of source code, one per class of token."""

    keyword: str
    name: str
    type: str
    string: str
    number: str
    comment: str
    operator: str
    meta: str
    added: str
    removed: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, as ``#rrggbb``.

    Attributes:
        name: As in the settings.
        dark: Whether the page is darker than the text.
        contrast: The least contrast that text of this theme has against its ground.
        window: Ground of header, composer and dialogs.
        sidebar: Ground of the sidebar.
        page: Ground of the transcript.
        bubble: Ground of the user's messages, a breath of the accent.
        raised: Ground of menus, fields and buttons.
        hover: Ground of what the pointer is over.
        border: Lines between parts; never the only sign of anything.
        edge: The edge of fields, by which they are known (3:1).
        text: Text.
        muted: Text of second rank.
        faint: Text of messages that the model does not see.
        accent: The one accent: links, focus, the default button's ground.
        on_accent: Text on the accent.
        link: Links.
        selection: Ground of selected text.
        on_selection: Selected text.
        match: Ground of a find match.
        match_current: Ground of the current find match.
        on_match: Text of a find match.
        error: Text of errors.
        warning: Text of warnings.
        success: Text of good news.
        code_ground: Ground of code blocks and inline code.
        code_text: Plain code.
        table_head: Ground of a table's head.
        added_ground: Ground of an added line in a diff.
        removed_ground: Ground of a removed line in a diff.
        code: Colours of code tokens.
    """

    name: str
    dark: bool
    contrast: float
    window: str
    sidebar: str
    page: str
    bubble: str
    raised: str
    hover: str
    border: str
    edge: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    link: str
    selection: str
    on_selection: str
    match: str
    match_current: str
    on_match: str
    error: str
    warning: str
    success: str
    code_ground: str
    code_text: str
    table_head: str
    added_ground: str
    removed_ground: str
    code: CodeColours

    @property
    def line(self) -> int:
        """Thickness of edges, pixels."""
        return 2 if self.contrast >= 7 else 1

    @property
    def pressed(self) -> str:
        """Ground of what is held down."""
        return mix_colours(self.hover, self.raised, 0.5)

    @property
    def disabled(self) -> str:
        """Signs of what cannot be done now; in words that is told by other colours."""
        return mix_colours(self.faint, self.page, 0.6)

    @property
    def second(self) -> str:
        """The accent in charts, for what is not in force (3:1, WCAG 2.2, 1.4.11)."""
        return mix_colours(self.accent, self.page, 0.72)

    @property
    def thumb(self) -> str:
        """The colour of scroll bars: quieter than text, and yet visible (3:1, WCAG 2.2, 1.4.11)."""
        return mix_colours(self.faint, self.page, 0.8)


LIGHT = Theme(
    name="light",
    dark=False,
    contrast=4.5,
    window="#f6f6f5",
    sidebar="#f0f0ee",
    page="#fdfdfc",
    bubble="#e7efee",
    raised="#ffffff",
    hover="#e8e8e5",
    border="#d9d9d5",
    edge="#7f8388",
    text="#1f2124",
    muted="#595d62",
    faint="#65696e",
    accent="#0a625e",
    on_accent="#ffffff",
    link="#0a5f74",
    selection="#b9dedb",
    on_selection="#14201f",
    match="#fbe7a1",
    match_current="#f5b84a",
    on_match="#221a05",
    error="#a3241b",
    warning="#7a4a00",
    success="#1f6234",
    code_ground="#f4f4f2",
    code_text="#24272b",
    table_head="#f1f1ef",
    added_ground="#e3f3e6",
    removed_ground="#fae6e4",
    code=CodeColours(
        keyword="#7a3494",
        name="#1d5a96",
        type="#0c6560",
        string="#2f6421",
        number="#96480c",
        comment="#65696e",
        operator="#4a4e54",
        meta="#7b4b10",
        added="#1b5e2c",
        removed="#96241c",
    ),
)

DARK = Theme(
    name="dark",
    dark=True,
    contrast=4.5,
    window="#1a1b1d",
    sidebar="#161719",
    page="#1d1e20",
    bubble="#242f30",
    raised="#26282a",
    hover="#303336",
    border="#3a3d41",
    edge="#7d8287",
    text="#e4e5e3",
    muted="#a9adb2",
    faint="#989ca1",
    accent="#62c4bd",
    on_accent="#0b1f1d",
    link="#7ac3dc",
    selection="#2d5f5c",
    on_selection="#f3faf9",
    match="#6b5518",
    match_current="#8f5f00",
    on_match="#fffaf0",
    error="#f2958d",
    warning="#e6b465",
    success="#87ce98",
    code_ground="#242628",
    code_text="#dcdedd",
    table_head="#292b2e",
    added_ground="#1f3527",
    removed_ground="#412524",
    code=CodeColours(
        keyword="#cf9ee3",
        name="#8abaec",
        type="#79cbc4",
        string="#a7cf8f",
        number="#e6ac7d",
        comment="#9a9fa5",
        operator="#b9bdc2",
        meta="#dcbb80",
        added="#9adba9",
        removed="#f4a9a2",
    ),
)

HIGH_CONTRAST = Theme(
    name="high_contrast",
    dark=True,
    contrast=7.0,
    window="#000000",
    sidebar="#000000",
    page="#000000",
    bubble="#161616",
    raised="#0d0d0d",
    hover="#2b2b2b",
    border="#ffffff",
    edge="#ffffff",
    text="#ffffff",
    muted="#e3e3e3",
    faint="#c8c8c8",
    accent="#ffe14d",
    on_accent="#000000",
    link="#8fd8ff",
    selection="#ffe14d",
    on_selection="#000000",
    match="#7fe0ff",
    match_current="#ffb347",
    on_match="#000000",
    error="#ffb3ab",
    warning="#ffd27a",
    success="#9df0b0",
    code_ground="#0d0d0d",
    code_text="#ffffff",
    table_head="#1c1c1c",
    added_ground="#002b10",
    removed_ground="#3a0500",
    code=CodeColours(
        keyword="#eebfff",
        name="#a6d4ff",
        type="#8ff0e8",
        string="#c3f5a3",
        number="#ffc999",
        comment="#cfcfcf",
        operator="#ffffff",
        meta="#ffe0a0",
        added="#a8f5ba",
        removed="#ffc2bb",
    ),
)


HIGH_CONTRAST_LIGHT = Theme(
    name="high_contrast_light",
    dark=False,
    contrast=7.0,
    window="#ffffff",
    sidebar="#ffffff",
    page="#ffffff",
    bubble="#eef2f8",
    raised="#ffffff",
    hover="#dcdcdc",
    border="#000000",
    edge="#000000",
    text="#000000",
    muted="#2b2b2b",
    faint="#474747",
    accent="#00357a",
    on_accent="#ffffff",
    link="#00357a",
    selection="#00357a",
    on_selection="#ffffff",
    match="#8fdcf5",
    match_current="#ffb347",
    on_match="#000000",
    error="#780000",
    warning="#523000",
    success="#003d18",
    code_ground="#f4f4f4",
    code_text="#000000",
    table_head="#e6e6e6",
    added_ground="#d9f2df",
    removed_ground="#fbe0dd",
    code=CodeColours(
        keyword="#56156e",
        name="#0b3a6b",
        type="#00433f",
        string="#1d4512",
        number="#6b2c00",
        comment="#444444",
        operator="#000000",
        meta="#5a3300",
        added="#00401c",
        removed="#750d05",
    ),
)
"""For a light desktop that asks for high contrast; what people choose by name is the dark one."""


THEMES = {ThemeChoice(theme.name): theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}
"""Every theme by the choice that shows it."""


@runtime_checkable
class Themed(Protocol):
    """What draws with a theme's colours, where the style sheet does not reach."""

    def set_theme(self, theme: Theme) -> None:
        """Draw with another theme's colours."""


@dataclass(frozen=True, slots=True)
class SystemLook:
    """What a desktop asks for: darkness, and high contrast."""

    dark: bool = False
    contrast: bool = False


def system_look() -> SystemLook:
    """What this desktop asks for now; needs a running QGuiApplication."""
    hints = QGuiApplication.styleHints()
    return SystemLook(
        hints.colorScheme() is Qt.ColorScheme.Dark,
        hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast,
    )


def theme_for(choice: ThemeChoice, system: SystemLook) -> Theme:
    """Return the colours for a setting; ``SYSTEM`` follows the desktop."""
    if choice is not ThemeChoice.SYSTEM:
        return THEMES[choice]
    if system.contrast:
        return HIGH_CONTRAST if system.dark else HIGH_CONTRAST_LIGHT
    return DARK if system.dark else LIGHT


def mix_colours(first: str, second: str, share: float) -> str:
    """``share`` of one ``#rrggbb`` colour, the rest of another."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


@lru_cache(maxsize=256)
def qcolour(colour: str) -> QColor:
    """Return ``#rrggbb`` as Qt wants it, made once."""
    return QColor(colour)


def zoomed(pixels: float) -> int:
    """Scale a length given at 100 % by the zoom of the application's font."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return round(pixels * points_of(QGuiApplication.font()) / points_of(system))


def points_of(font: QFont) -> float:
    """Return a font's size; one given in pixels answers -1, and 10 pt is what desktops use."""
    return font.pointSizeF() if font.pointSizeF() > 0 else 10.0
