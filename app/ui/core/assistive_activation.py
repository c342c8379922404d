"""Lists for assistive clients: items are activated as if they had been clicked, cells have names.

The only action that Qt offers them for an item of a list is Toggle (Qt 6.11, QAccessibleTableCell):
it selects the item, and neither makes it the current one nor activates it. Hands always do both.
A cell is met by itself, so its name says its row and column too.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
)

from app.language import tr


class AssistedChoice(QObject):
    """Activates items that were selected without becoming the current one.

    Args:
        view: A list that has its model; it owns this.
        choose: Called with the index, once the event is over that selected it.
    """

    def __init__(self, view: QAbstractItemView, choose: Callable[[QModelIndex], object]) -> None:
        super().__init__(view)
        self._view, self._choose = view, choose
        self._changed = QPersistentModelIndex()
        self._over = QTimer(self, singleShot=True, interval=0)
        self._over.timeout.connect(self._look)
        view.selectionModel().selectionChanged.connect(self._on_changed)

    def pause(self) -> None:
        """What was selected just now was selected by the program."""
        self._over.stop()

    def _on_changed(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        indexes = selected.indexes() or deselected.indexes()
        if len(indexes) == 1:
            self._changed = QPersistentModelIndex(indexes[0])
            self._over.start()
        else:
            self._over.stop()

    def _look(self) -> None:
        if not self._changed.isValid():
            return
        selection, changed = self._view.selectionModel(), self._changed
        index = self._view.model().index(changed.row(), changed.column(), changed.parent())
        if selection.isSelected(index):
            assisted = index != selection.currentIndex()
        else:  # the current one was toggled, which took it away
            assisted = index == selection.currentIndex() and not selection.hasSelection()
        if assisted:
            self._choose(index)


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
