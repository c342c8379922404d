"""The item class for each class of row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.transcript.content.rows import (
    CodeHeadRow,
    MathRow,
    NoteRow,
    Row,
    RuleRow,
    ScrollBarRow,
    SpaceRow,
    TableRow,
    TextRow,
    ThinkingRow,
    UnparsedRow,
)
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.items.style import Style

if TYPE_CHECKING:
    pass

from app.ui.transcript.items.block_items import (
    CodeHeadItem,
    FooterItem,
    MathItem,
    RuleItem,
    ScrollBarItem,
    ThinkingItem,
    UnparsedItem,
)
from app.ui.transcript.items.row_item import RowItem, SpaceItem
from app.ui.transcript.items.text_items import CodeItem, NoteItem, TableItem, TextItem


def make_item(row: Row, style: Style, width: int) -> RowItem:
    """Lay out a row."""
    match row:
        case TextRow():
            return TextItem(row, style, width)
        case CodeRow():
            return CodeItem(row, style, width)
        case CodeHeadRow():
            return CodeHeadItem(row, style, width)
        case ScrollBarRow():
            return ScrollBarItem(row, style, width)
        case TableRow():
            return TableItem(row, style, width)
        case MathRow():
            return MathItem(row, style, width)
        case RuleRow():
            return RuleItem(row, style, width)
        case ThinkingRow():
            return ThinkingItem(row, style, width)
        case NoteRow():
            return NoteItem(row, style, width)
        case UnparsedRow():
            return UnparsedItem(row, style, width)
        case SpaceRow():
            return SpaceItem(row, style, width)
    return FooterItem(row, style, width)
