"""How rows look at one theme, zoom and column width: formats, metrics and formulas.

A style is made anew when any of these changes; everything laid out with the old one is laid out
again, only near the viewport.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import (
    QFontMetricsF,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
)

from app.ui.style.theme import Theme, qcolour
from app.ui.style.typography import READING, Fonts
from app.ui.transcript.content.runs import Run

if TYPE_CHECKING:
    from app.ui.transcript.items.formulas import FormulaStore

FORMULA_OBJECT = QTextFormat.ObjectTypes.UserObject.value + 1
CODE_COLOURS = {
    "keyword": "keyword",
    "type": "type",
    "class": "type",
    "name": "name",
    "function": "name",
    "builtin": "type",
    "decorator": "meta",
    "attribute": "name",
    "tag": "keyword",
    "string": "string",
    "escape": "meta",
    "number": "number",
    "comment": "comment",
    "operator": "operator",
    "punctuation": "operator",
    "inserted": "added",
    "deleted": "removed",
    "heading": "name",
    "prompt": "comment",
    "error": "removed",
}
"""Colour of a theme for each kind of token of the code room; others are plain."""

LINE_GROUNDS = {"inserted": "added_ground", "deleted": "removed_ground"}
"""Grounds of lines that begin with such a token."""

INDENT = 26
CODE_PAD = 12


class Style:
    """Formats and measures shared by all rows.

    Attributes:
        theme: The colours.
        fonts: The fonts at the zoom.
        column: Width of the text column, pixels.
        wrap_code: Whether code wraps where its block has no choice of its own.
        formulas: Draws and keeps formulas.
        line_height: Height of one line of text with its spacing, pixels.
        char_width: Of an average character of text, pixels.
        code_line_height: Height of one line of code, pixels.
        rtl: Whether the window is one from right to left: own messages stand on its left.
    """

    def __init__(
        self,
        theme: Theme,
        fonts: Fonts,
        column: int,
        formulas: FormulaStore,
        *,
        wrap_code: bool,
        dimmed: bool = False,
        rtl: bool = False,
    ) -> None:
        self.theme, self.fonts, self.column = theme, fonts, column
        self._zoom = fonts.set.zoom
        self.formulas, self.wrap_code, self.dimmed = formulas, wrap_code, dimmed
        self.rtl = rtl
        text, code = QFontMetricsF(fonts.text), QFontMetricsF(fonts.code)
        self.text_metrics, self.code_metrics = text, code
        self.small_metrics = QFontMetricsF(fonts.small)
        leading, code_leading = fonts.leading
        self.line_gap = text.height() * leading
        self.code_gap = code.height() * code_leading
        self.line_height = text.height() + self.line_gap
        self.code_line_height = code.height() + self.code_gap
        self.char_width = text.averageCharWidth()
        self._formats: dict[tuple[object, ...], QTextCharFormat] = {}
        self._token_formats: dict[str, QTextCharFormat] = {}
        self._palettes = {quiet: self._palette(quiet=quiet) for quiet in (False, True)}
        self.block = _block(self.line_gap)
        self.code_block = _block(self.code_gap)

    def px(self, units: float) -> int:
        """A length given at 100 %."""
        return round(units * self._zoom / 100)

    def space(self, units: float) -> int:
        """A space between rows given at 100 %; smaller where all stands closer."""
        return round(units * self.fonts.spacing)

    @property
    def indent(self) -> int:
        """One level to the right, pixels."""
        return self.px(INDENT)

    def tone(self, name: str) -> str:
        """A colour of the theme, or else of its code, by name."""
        colour: str = getattr(self.theme, name, None) or getattr(self.theme.code, name)
        return colour

    def text_colour(self, *, quiet: bool) -> str:
        """Colour of running text."""
        if self.dimmed:
            return self.theme.faint
        return self.theme.muted if quiet else self.theme.text

    def palette(self, *, quiet: bool) -> QPalette:
        """What running text is drawn with."""
        return self._palettes[quiet]

    def _palette(self, *, quiet: bool) -> QPalette:
        made = QPalette()
        made.setColor(QPalette.ColorRole.Text, qcolour(self.text_colour(quiet=quiet)))
        return made

    def format_of(self, run: Run, level: int, *, quiet: bool) -> QTextCharFormat:
        """The character format of a run; made once for each look."""
        # This is asked for every run of every row, so it is written plainly.
        marks = run.bold, run.italic, run.strike, run.code, run.script, run.note > 0
        key = (marks, run.href, run.image, level, quiet)
        known = self._formats.get(key)
        if known is None:
            known = self._make(run, level, quiet=quiet)
            if len(self._formats) < 2000:  # links are endless; looks are few
                self._formats[key] = known
        return known

    def _make(self, run: Run, level: int, *, quiet: bool) -> QTextCharFormat:
        made = QTextCharFormat()
        font = self.fonts.heading(level) if level else self.fonts.text
        if run.code:
            size = font.pointSizeF() / READING
            font = type(font)(self.fonts.code)
            font.setPointSizeF(size)
        made.setFont(font)
        colour = self.text_colour(quiet=quiet)
        if run.bold:
            made.setFontWeight(600)
        if run.italic:
            made.setFontItalic(True)
        if run.strike:
            made.setFontStrikeOut(True)
        if run.code:
            made.setBackground(qcolour(self.theme.code_ground))
        if run.href:
            made.setAnchor(True)
            made.setAnchorHref(run.href)
            made.setFontUnderline(True)
            colour = self.theme.link
        if run.image is not None:
            made.setToolTip(run.image.src)
            made.setBackground(qcolour(self.theme.table_head))
            colour = self.theme.muted
        if run.script:
            made.setVerticalAlignment(
                QTextCharFormat.VerticalAlignment.AlignSuperScript
                if run.script > 0
                else QTextCharFormat.VerticalAlignment.AlignSubScript
            )
        if run.note:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
            colour = self.theme.link
        made.setForeground(qcolour(colour))
        return made

    def token_format(self, kind: str) -> QTextCharFormat:
        """The format of a code token; an unknown kind looks like plain code."""
        known = self._token_formats.get(kind)
        if known is None:
            known = QTextCharFormat()
            known.setFont(self.fonts.code)
            name = CODE_COLOURS.get(kind, "")
            colour = getattr(self.theme.code, name) if name else self.theme.code_text
            known.setForeground(qcolour(self.theme.faint if self.dimmed else colour))
            if kind == "comment":
                known.setFontItalic(True)
            self._token_formats[kind] = known
        return known


def _block(gap: float) -> QTextBlockFormat:
    made = QTextBlockFormat()
    made.setLineHeight(gap, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
    return made
