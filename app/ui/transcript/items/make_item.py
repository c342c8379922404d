"""The item class for each class of row, and for each block that is drawn as a whole."""

from __future__ import annotations

from app.markup.kinds.alert import AlertTitle
from app.markup.kinds.rule import Rule
from app.markup.parts.attachment import Attachment
from app.ui.transcript.content.row import LeafRow, Row
from app.ui.transcript.content.rows import (
    CodeHeadRow,
    FoldRow,
    FooterRow,
    MathRow,
    NoteRow,
    ScrollBarRow,
    SpaceRow,
    TableRow,
    TextRow,
    UnparsedRow,
)
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.items.alert_item import AlertItem
from app.ui.transcript.items.attachment_item import AttachmentItem
from app.ui.transcript.items.block_items import (
    CodeHeadItem,
    FoldItem,
    FooterItem,
    MathItem,
    RuleItem,
    ScrollBarItem,
    UnparsedItem,
)
from app.ui.transcript.items.row_item import RowItem, SpaceItem
from app.ui.transcript.items.style import Style
from app.ui.transcript.items.text_items import CodeItem, NoteItem, TableItem, TextItem

_ITEMS: dict[type, type[RowItem]] = {
    TextRow: TextItem,
    CodeRow: CodeItem,
    CodeHeadRow: CodeHeadItem,
    ScrollBarRow: ScrollBarItem,
    TableRow: TableItem,
    MathRow: MathItem,
    FoldRow: FoldItem,
    NoteRow: NoteItem,
    UnparsedRow: UnparsedItem,
    SpaceRow: SpaceItem,
    FooterRow: FooterItem,
    Rule: RuleItem,
    AlertTitle: AlertItem,
    Attachment: AttachmentItem,
}


def make_item(row: Row, style: Style, width: int) -> RowItem:
    """Lay out a row."""
    shown = row.leaf if isinstance(row, LeafRow) else row
    return _ITEMS[type(shown)](row, style, width)
