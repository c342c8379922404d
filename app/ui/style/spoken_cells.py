"""The names of a list's cells for assistive technology, which meets each cell by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QTreeWidgetItemIterator

from app.language import tr


def name_cells(tree: QTreeWidget) -> None:
    """Name each cell by its row and column: "row 2, Size: 9 GB".

    The first column names its row and keeps its text. A cell without one says so.

    Args:
        tree: A list with its items; called again when they are others.
    """
    walk, number = QTreeWidgetItemIterator(tree), 0
    while (item := walk.value()) is not None:
        number += 1
        name_row(tree, item, number)
        walk += 1


def name_row(tree: QTreeWidget, item: QTreeWidgetItem, number: int) -> None:
    """Name the cells of one row; rows are counted from 1."""
    for column in range(1, tree.columnCount()):
        head = tree.headerItem().text(column)
        text = item.text(column) or tr("empty")
        name = tr("row {row}, {head}: {text}", row=number, head=head, text=text)
        item.setData(column, Qt.ItemDataRole.AccessibleTextRole, name)
