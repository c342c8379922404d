"""The document of lines of code, with their colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextOption

from app.ui.transcript.content.runs import units
from app.ui.transcript.content.wide_blocks import CodeRow, Tokens
from app.ui.transcript.items.row_document import RowDocument
from app.ui.transcript.items.style import LINE_GROUNDS, Style


class CodeDocument(RowDocument):
    """Lines of code.

    Args:
        row: The lines.
        style: How they look.
        width: Of a line, pixels; below 0 leaves lines unwrapped.
        tokens: Pairs of kind and text whose texts the row begins with; None draws it plain.
    """

    def __init__(self, row: CodeRow, style: Style, width: float, tokens: Tokens | None) -> None:
        super().__init__(style)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setTabStopDistance(4 * style.code_metrics.horizontalAdvance(" "))
        wrap = QTextOption.WrapMode.WrapAnywhere if width >= 0 else QTextOption.WrapMode.NoWrap
        option.setWrapMode(wrap)
        self.setDefaultTextOption(option)
        self.setDefaultFont(style.fonts.code)
        self.setTextWidth(width)
        self._pieces = _pieces(row, tokens)
        cursor = QTextCursor(self)
        cursor.beginEditBlock()  # laid out once, at its end
        cursor.setBlockFormat(style.code_block)
        self._write(cursor, self._pieces)
        cursor.endEditBlock()

    def _write(self, cursor: QTextCursor, pieces: Sequence[tuple[str, str]]) -> None:
        theme = self.style.theme
        for kind, piece in pieces:
            if kind in LINE_GROUNDS:
                self.line_grounds[cursor.blockNumber()] = getattr(theme, LINE_GROUNDS[kind])
            cursor.insertText(piece, self.style.token_format(kind))

    def change(self, row: CodeRow, tokens: Tokens | None) -> float:
        """Show other lines; what both begin with stays as it stands.

        Returns:
            The top of the first line that looks different now, pixels.
        """
        old, new = self._pieces, _pieces(row, tokens)
        same, position = 0, 0
        for before, now in zip(old, new, strict=False):
            if before != now:
                break
            position += units(now[1])
            same += 1
        rest = new[same:]
        if same < len(old) and rest and old[same][0] == rest[0][0] not in LINE_GROUNDS:
            # Mostly the last line, which goes on or has its colours now.
            kind, after = rest[0]
            common = min(old[same][1], after, key=len)
            if old[same][1].startswith(common) and after.startswith(common):
                position += units(common)
                rest = [(kind, after[len(common) :]), *rest[1:]]
        cursor = QTextCursor(self)
        cursor.beginEditBlock()  # laid out once, at its end
        cursor.setPosition(position)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        kept = cursor.blockNumber() + (not cursor.atBlockStart())
        self.line_grounds = {n: g for n, g in self.line_grounds.items() if n < kept}
        self._write(cursor, rest)
        cursor.endEditBlock()
        self._pieces = new
        return self.documentLayout().blockBoundingRect(self.findBlock(position)).y()


def _pieces(row: CodeRow, tokens: Tokens | None) -> list[tuple[str, str]]:
    """Pairs of kind and text that make up the row as it is drawn; lines not coloured yet last."""
    text = row.drawn_text()
    made: list[tuple[str, str]] = []
    done = 0
    for kind, piece in tokens or ():
        made.append((kind, text[done : done + len(piece)]))
        done += len(piece)
    made.append(("", text[done:]))
    return made
