"""The styles of one transcript, made of theme, typesetting and column width."""

from __future__ import annotations

from app.ui.style.theme import Theme
from app.ui.style.typography import Typesetting, fonts_of
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.row import Measures
from app.ui.transcript.items.formulas import FormulaStore
from app.ui.transcript.items.style import Style

SIDE = 24
"""Least room beside the column, pixels."""


class Styles:
    """The current styles of messages; each change of theme, typesetting or width makes new ones.

    Args:
        formulas: Draws and keeps formulas.
        theme: Colours to begin with.
        typesetting: How text is set to begin with.
        rtl: Whether the window is one from right to left.
    """

    def __init__(
        self, formulas: FormulaStore, theme: Theme, typesetting: Typesetting, *, rtl: bool = False
    ) -> None:
        self.formulas, self._rtl = formulas, rtl
        self.theme, self.wrap = theme, False
        self._fonts = fonts_of(typesetting)
        self.normal, self._dimmed = self._make(self._fonts.column)

    def style_of(self, model: MessageModel) -> Style:
        """How a message looks; one that the model does not see is dimmed."""
        return self._dimmed if model.left_out else self.normal

    def column_for(self, width: int) -> int:
        """Width of the text column in a view of ``width``, pixels."""
        return max(200, min(self._fonts.column, width - 2 * SIDE))

    def set_type(self, typesetting: Typesetting) -> None:
        """Set text in another way; `restyle` makes it seen."""
        self._fonts = fonts_of(typesetting)

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
            self._fonts.set.zoom / 100,
            self._fonts.spacing,
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
                rtl=self._rtl,
            )
            for dimmed in (False, True)
        )
        return seen, dimmed
