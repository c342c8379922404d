"""The settings of the window's looks: what can be chosen, and what is said of each."""

from __future__ import annotations

from enum import StrEnum

from app.domain.options import Family, Option, Section
from app.language import tr


class ThemeChoice(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high_contrast"


class AccentChoice(StrEnum):
    """The one colour of what can be pressed and of what is chosen."""

    THEME = "theme"
    BLUE = "blue"
    VIOLET = "violet"
    ROSE = "rose"
    ORANGE = "orange"


class Density(StrEnum):
    """How much air there is between things."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class LineWidth(StrEnum):
    """How long lines of a message may be."""

    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"
    FULL = "full"


class CodeTheme(StrEnum):
    """Colours of source code."""

    CALM = "calm"
    VIVID = "vivid"
    PLAIN = "plain"


CHARACTERS = {LineWidth.NARROW: 62, LineWidth.MEDIUM: 80, LineWidth.WIDE: 110, LineWidth.FULL: 0}
"""Characters of a line at most; 0 for as many as the window has room for."""

_PAGE = Section.APPEARANCE
THEME = Option(
    _PAGE,
    tr("Theme"),
    choices={
        ThemeChoice.SYSTEM: tr("As the system"),
        ThemeChoice.LIGHT: tr("Light"),
        ThemeChoice.DARK: tr("Dark"),
        ThemeChoice.HIGH_CONTRAST: tr("High contrast"),
    },
)
ACCENT = Option(
    _PAGE,
    tr("Accent colour"),
    tr("Of what can be pressed, of what is chosen, and of your own messages."),
    choices={
        AccentChoice.THEME: tr("The theme's own"),
        AccentChoice.BLUE: tr("Blue"),
        AccentChoice.VIOLET: tr("Violet"),
        AccentChoice.ROSE: tr("Rose"),
        AccentChoice.ORANGE: tr("Orange"),
    },
)
DENSITY = Option(
    _PAGE,
    tr("Density"),
    tr("How much air there is between messages, lines, chats and entries."),
    choices={
        Density.COMFORTABLE: tr("Comfortable"),
        Density.COMPACT: tr("Compact"),
    },
)
LINE_WIDTH = Option(
    _PAGE,
    tr("Line width"),
    tr("Short lines are easier to read; long ones have more room for tables and code."),
    choices={
        LineWidth.NARROW: tr("Narrow, about 60 characters"),
        LineWidth.MEDIUM: tr("Medium, at most 80 characters"),
        LineWidth.WIDE: tr("Wide, about 110 characters"),
        LineWidth.FULL: tr("As wide as the window"),
    },
)
TEXT_FONT = Option(
    _PAGE,
    tr("Font"),
    tr("Of messages and of the window."),
    none_label=tr("As the system"),
    family=Family.TEXT,
)
CODE_FONT = Option(
    _PAGE,
    tr("Font of code"),
    none_label=tr("As the system"),
    family=Family.CODE,
)
CODE_THEME = Option(
    _PAGE,
    tr("Colours of code"),
    choices={
        CodeTheme.CALM: tr("Calm"),
        CodeTheme.VIVID: tr("Vivid"),
        CodeTheme.PLAIN: tr("One colour, comments paler"),
    },
)

SPELLING = Option(
    Section.GENERAL,
    tr("Mark misspelt words"),
    tr("In your messages, by the dictionaries that this system has."),
)
CHECK_SUMS = Option(
    Section.GENERATION,
    tr("Check sums"),
    tr("Equations, totals and dates of an answer are worked out again, without the model."),
)
TICK_SUMS = Option(
    Section.GENERATION,
    tr("Tick right sums"),
    tr("A small sign behind what was worked out again and is right."),
)
TRAY = Option(
    Section.GENERAL,
    tr("Icon in the tray"),
    tr("With a quick question and a new chat at hand, where the desktop has a tray."),
)
KEEP_IN_TRAY = Option(
    Section.GENERAL,
    tr("Closing the window keeps Phial in the tray"),
    tr("The model stays in memory. Quit in the tray's menu ends Phial."),
)
ENTER_SENDS = Option(
    Section.GENERAL,
    tr("Enter sends"),
    tr("Off: Enter breaks the line and Ctrl+Enter sends."),
)
