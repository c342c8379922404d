"""Type: the scale of sizes, the fonts that the settings choose, and how long a line is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QGuiApplication

from app.domain.appearance.choices import CHARACTERS, Density, LineWidth
from app.domain.settings import Settings
from app.ui.style.theme import points_of

BODY = 14
"""Of the scale 12, 14, 16, 20, 28 the size of a button's words; the system's own font has it."""

SMALL, READING, TITLE, DISPLAY = 0.9, 16 / BODY, 20 / BODY, 28 / BODY
"""The other sizes against it; what is read for minutes is set larger than a button's words. The
least is a little more than 12, for systems whose own font has less than 14."""

HEADINGS = (DISPLAY, TITLE, READING, READING, 1.0, 1.0)
"""Sizes of heading levels 1 to 6 against the words of a button; some differ by weight only."""

_LEADING, _CODE_LEADING = 0.28, 0.18
"""Space between lines of text and of code, in heights of the font: lines of 1.5 times its size."""
_COMPACT = 0.55
"""Of a space, what is left of it where all stands closer."""
_SAMPLE = (
    "Most of what is read here looks like this line, with its long and short words"  # not shown
)
_LEAST_POINTS = 10.5
"""Least size of what messages are set by: 14 pixels at 96 dots to the inch, as most desktops have
it by now; also where the system sets 9 points, as Windows and bare X do."""
_ENDLESS = 100_000  # pixels: wider than any window


@dataclass(frozen=True, slots=True)
class Typesetting:
    """How text is set, as the settings say.

    Attributes:
        zoom: In per cent, the desktop's own factor for text included.
        characters: Of a line at most; 0 for as many as there is room for.
        compact: Whether all stands closer.
        text_family: Name of the font; empty for the system's.
        code_family: Name of the font of code; empty for the system's.
        system: The system's own font, as Qt writes it: with another one all is set anew.
    """

    zoom: int = 100
    characters: int = CHARACTERS[LineWidth.MEDIUM]
    compact: bool = False
    text_family: str = ""
    code_family: str = ""
    system: str = ""


_SCALE = "textScale"  # not shown: a property of the application


def set_text_scale(scale: float) -> None:
    """Have all text larger than the system's font says, since the desktop wants that.

    Args:
        scale: A factor; it is in force with the next :func:`typesetting_of`.
    """
    application = QGuiApplication.instance()
    if application is not None:
        application.setProperty(_SCALE, scale)


def typesetting_of(settings: Settings) -> Typesetting:
    """How the settings and the desktop want text to be set; needs a running QGuiApplication."""
    application = QGuiApplication.instance()
    scale = application.property(_SCALE) if application is not None else None
    return Typesetting(
        round(settings.zoom * (scale if isinstance(scale, float) else 1.0)),
        CHARACTERS[settings.line_width],
        settings.density is Density.COMPACT,
        settings.text_font,
        settings.code_font,
        QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).toString(),
    )


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of the transcript; sizes follow the system's.

    Attributes:
        set: What they were made for.
        text: Reading text.
        code: Font of code.
        small: Labels, notes and buttons.
        column: Width of the longest line, pixels.
    """

    set: Typesetting
    text: QFont
    code: QFont
    small: QFont
    column: int

    def heading(self, level: int) -> QFont:
        """Return the font of heading ``level`` (1 to 6)."""
        scale = HEADINGS[min(max(level, 1), 6) - 1] / READING
        font = QFont(self.text)
        font.setPointSizeF(self.text.pointSizeF() * scale)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def px(self, units: float) -> int:
        """Scale a length given at 100 % by the zoom; device-independent pixels."""
        return round(units * self.set.zoom / 100)

    @property
    def spacing(self) -> float:
        """What spaces given at 100 % are multiplied by."""
        return self.set.zoom / 100 * (_COMPACT if self.set.compact else 1)

    @property
    def leading(self) -> tuple[float, float]:
        """Space between lines of text and of code, in heights of the font."""
        share = _COMPACT if self.set.compact else 1
        return _LEADING * share, _CODE_LEADING * share


def fonts_of(wanted: Typesetting) -> Fonts:
    """Return the fonts for messages; needs a running QGuiApplication."""
    small = interface_font(wanted)
    size = max(_LEAST_POINTS * wanted.zoom / 100, small.pointSizeF())
    small.setPointSizeF(size)
    text, code = QFont(small), QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if wanted.code_family:
        code.setFamilies([wanted.code_family, *code.families()])
    text.setPointSizeF(size * READING)
    code.setPointSizeF(size)
    code.setStyleHint(QFont.StyleHint.Monospace)
    return Fonts(wanted, text, code, small, _column(text, wanted.characters))


def interface_font(wanted: Typesetting) -> QFont:
    """Return the font of the window itself: the system's, or the one that is chosen."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(points_of(font) * wanted.zoom / 100)
    if wanted.text_family:
        font.setFamilies([wanted.text_family, *font.families()])
    return font


def _column(text: QFont, characters: int) -> int:
    """Width of a line of so many characters as they come in a language, pixels."""
    if not characters:
        return _ENDLESS
    return round(QFontMetricsF(text).horizontalAdvance(_SAMPLE) / len(_SAMPLE) * characters)
