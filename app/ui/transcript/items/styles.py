"""The styles of one transcript, made of theme, zoom and column width."""

from __future__ import annotations

from app.ui.style.theme import COLUMN, Theme, fonts_at
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.row import Measures
from app.ui.transcript.items.formulas import FormulaStore
from app.ui.transcript.items.style import Style

SIDE = 24
"""Least room beside the column, pixels."""


class Styles:
    """The current styles of messages; each change of theme, zoom or width makes new ones.

    Args:
        formulas: Draws and keeps formulas.
        theme: Colours to begin with.
        zoom: Size of the text to begin with, per cent.
    """

    def __init__(self, formulas: FormulaStore, theme: Theme, zoom: int) -> None:
        self.formulas = formulas
        self.theme, self.zoom, self.wrap = theme, zoom, False
        self._fonts = fonts_at(zoom)
        self.normal, self._dimmed = self._make(COLUMN)

    def style_of(self, model: MessageModel) -> Style:
        """How a message looks; one that the model does not see is dimmed."""
        return self._dimmed if model.left_out else self.normal

    def column_for(self, width: int) -> int:
        """Width of the text column in a view of ``width``, pixels."""
        return max(200, min(self._fonts.px(COLUMN), width - 2 * SIDE))

    def set_zoom(self, percent: int) -> None:
        """Take another size of text; `restyle` makes it seen."""
        self.zoom, self._fonts = percent, fonts_at(percent)

    def restyle(self, column: int) -> None:
        """Make new styles."""
        self.normal, self._dimmed = self._make(column)

    def measures(self) -> Measures:
        """What estimates of heights need."""
        style = self.normal
        return Measures(
            style.column,
            style.char_width,
            style.line_height,
            style.code_line_height,
            self.zoom / 100,
        )

    def _make(self, column: int) -> tuple[Style, Style]:
        seen, dimmed = (
            Style(
                self.theme,
                self._fonts,
                column,
                self.formulas,
                wrap_code=self.wrap,
                dimmed=dimmed,
            )
            for dimmed in (False, True)
        )
        return seen, dimmed
