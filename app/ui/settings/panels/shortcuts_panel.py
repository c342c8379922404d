"""Every command with its keys, which can be changed; whose they were is said first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QKeySequenceEdit,
    QLineEdit,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from app.language import tr
from app.services.core.settings import SettingsService
from app.ui.core.assistive_activation import AssistedChoice, name_cells
from app.ui.shell.command_table import (
    COMMANDS,
    Command,
    Menu,
    keys_of,
    shortcut_text,
    why_not_free,
)
from app.ui.shell.shortcuts import read_shortcuts, write_shortcuts
from app.ui.style.dialogs import push_button
from app.ui.style.scrolling_page import after_frame
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_HEIGHT = 380  # of the list, pixels
_PORTABLE = QKeySequence.SequenceFormat.PortableText


class ShortcutsPanel(QFrame):
    """A list of commands, and below it the keys of the one that is chosen.

    Args:
        service: Keeps what was changed.
        change: Changes settings, with a way back.
    """

    def __init__(
        self, service: SettingsService, change: Callable[[Mapping[str, object]], object]
    ) -> None:
        super().__init__()
        self._service, self._change = service, change
        self._items: dict[str, QTreeWidgetItem] = {}
        self._shown = ""  # the keys that the list tells, as they are stored
        self._tree = self._make_tree()
        groups = self._make_groups()
        self._name = StyledLabel("", "subheading")
        self._keys = QKeySequenceEdit()
        self._keys.setMaximumSequenceLength(1)
        self._keys.setClearButtonEnabled(True)
        self._keys.setAccessibleName(tr("Keys of the command"))
        if (inner := self._keys.findChild(QLineEdit)) is not None:
            inner.setPlaceholderText(tr("Press the keys"))
            inner.setAccessibleName(tr("Keys of the command"))
            for button in inner.findChildren(QToolButton):
                button.setAccessibleName(tr("No keys"))
        self._told = StyledLabel("", "small")
        self._use = push_button(tr("Use these keys"), "accent")
        self._usual = push_button(tr("Usual keys"))
        self._use.clicked.connect(lambda _checked: self._take())
        self._usual.clicked.connect(lambda _checked: self._back_to_usual())
        self._all_usual = push_button(tr("Usual keys for all commands"), "link")
        self._all_usual.clicked.connect(
            lambda _checked: self._change({"shortcuts": write_shortcuts({})})
        )
        self._keys.keySequenceChanged.connect(lambda _keys: self._look())
        line = StackingRow(self._keys, self._use, self._usual, grows=self._keys)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._tree)
        column.addWidget(self._name)
        column.addWidget(line)
        column.addWidget(self._told)
        column.addWidget(self._all_usual, 0, Qt.AlignmentFlag.AlignLeft)
        self._tree.currentItemChanged.connect(lambda _now, _before: self._choose())
        AssistedChoice(self._tree, self._tree.setCurrentIndex)
        self._write_keys()
        self._tree.addTopLevelItems(groups)  # with their words: of each later one the view is told
        self._tree.expandAll()
        self._tree.resizeColumnToContents(0)
        after_frame(self, lambda: name_cells(self._tree))
        first = self._items[COMMANDS[0].id]
        self._tree.setCurrentItem(first)

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Keyboard shortcuts"))
        tree.setColumnCount(2)
        tree.setHeaderLabels([tr("Command"), tr("Keys")])
        tree.setRootIsDecorated(False)
        tree.setFixedHeight(_HEIGHT)
        return tree

    def _make_groups(self) -> list[QTreeWidgetItem]:
        groups = []
        for menu in Menu:
            group = QTreeWidgetItem([menu.label, ""])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for command in (one for one in COMMANDS if one.menu is menu):
                item = QTreeWidgetItem(group, [command.text, ""])
                item.setData(0, Qt.ItemDataRole.UserRole, command.id)
                self._items[command.id] = item
            groups.append(group)
        return groups

    def refresh(self) -> None:
        """Keys changed elsewhere; what is being pressed stays where they did not."""
        if self._service.current.shortcuts != self._shown:
            self._fill()
            self._choose()

    def _changed(self) -> dict[str, tuple[str, ...]]:
        return read_shortcuts(self._service.current.shortcuts)

    def _fill(self) -> None:
        self._write_keys()
        name_cells(self._tree)
        self._tree.resizeColumnToContents(0)

    def _write_keys(self) -> None:
        self._shown, changed = self._service.current.shortcuts, self._changed()
        self._all_usual.setEnabled(bool(changed))
        for command in COMMANDS:
            mark = " •" if command.id in changed else ""
            self._items[command.id].setText(1, shortcut_text(command, changed) + mark)

    @property
    def _command(self) -> Command | None:
        item = self._tree.currentItem()
        name = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        return next((one for one in COMMANDS if one.id == name), None)

    def _choose(self) -> None:
        command = self._command
        if command is None:
            return
        keys = keys_of(command, self._changed())
        self._name.setText(command.text)
        self._keys.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self._usual.setEnabled(command.id in self._changed())
        self._look()

    def _look(self) -> None:
        """Say whose the keys are that stand there."""
        command, typed = self._command, self._typed()
        if command is None:
            return
        changed = self._changed()
        whose = self._owner(typed, command) if typed else None
        needed = why_not_free(typed) if typed else ""
        told = ""
        if needed:
            told = tr("No command can have these keys. They are for this: “{what}”", what=needed)
        elif whose is not None:
            told = tr("“{command}” has these keys, and would lose them.", command=whose.text)
        self._told.setText(told)
        other = (typed,) != keys_of(command, changed)[:1] or bool(whose)
        self._use.setEnabled(other and not needed)

    def _typed(self) -> str:
        return self._keys.keySequence().toString(_PORTABLE)

    def _owner(self, keys: str, but: Command) -> Command | None:
        changed = self._changed()
        for command in COMMANDS:
            if command.id != but.id and keys in keys_of(command, changed):
                return command
        return None

    def _take(self) -> None:
        command, typed = self._command, self._typed()
        if command is None or (typed and why_not_free(typed)):
            return
        changed = self._changed()
        if typed and (whose := self._owner(typed, command)) is not None:
            changed[whose.id] = tuple(k for k in keys_of(whose, changed) if k != typed)
        changed[command.id] = (typed,) if typed else ()
        if changed[command.id] == command.shortcuts:
            del changed[command.id]
        self._keep(changed)

    def _back_to_usual(self) -> None:
        command, changed = self._command, self._changed()
        if command is None:
            return
        changed.pop(command.id, None)
        for keys in command.shortcuts:
            if (whose := self._owner(keys, command)) is not None:
                changed[whose.id] = tuple(k for k in keys_of(whose, changed) if k != keys)
        self._keep(changed)

    def _keep(self, changed: dict[str, tuple[str, ...]]) -> None:
        self._service.update(shortcuts=write_shortcuts(changed))
        self._fill()
        self._choose()
