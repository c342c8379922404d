"""The shortcuts page, derived from the table of commands, and About: what is new, the licences."""

from __future__ import annotations

import platform
from collections.abc import Mapping

from PySide6.QtCore import qVersion
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

import app
from app.language import spoken, tr
from app.markup.parse import parse
from app.markup.text import plain_text
from app.system.bundled import bundled
from app.system.licences import third_party_packages
from app.ui.core.assistive_activation import AssistedChoice, name_cells
from app.ui.shell.command_table import COMMANDS, OTHER_KEYS, Menu, keys_of, shortcut_text
from app.ui.style import icons
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import SPACE

_LEAST = 56  # height of what scrolls, pixels: on a small screen at 200 % there is no more
_QT_AND_PHI = tr(
    "Phial is under the MIT licence; so is Phi-4, which is Microsoft's and not part of Phial. "
    "Qt is used under the LGPL, version 3: its libraries are files beside the program and may "
    "be replaced. The parts that others made, with their licences:"
)


class ShortcutsDialog(Dialog):
    """Every command that has keys."""

    def __init__(
        self, parent: QWidget, changed: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        super().__init__(parent, tr("Keyboard shortcuts"), 520)
        changed = changed or {}
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Keyboard shortcuts"))
        tree.setColumnCount(2)
        tree.setHeaderLabels([tr("Command"), tr("Keys")])
        tree.setRootIsDecorated(False)
        tree.setMinimumHeight(360)
        for menu in Menu:
            rows = [c for c in COMMANDS if c.menu is menu and keys_of(c, changed)]
            if rows:
                group = _group(tree, menu.label)
                for command in rows:
                    group.addChild(QTreeWidgetItem([command.text, shortcut_text(command, changed)]))
        group = _group(tree, tr("While writing"))
        native = QKeySequence.SequenceFormat.NativeText
        for keys, text in OTHER_KEYS:
            group.addChild(QTreeWidgetItem([text, QKeySequence(keys).toString(native)]))
        name_cells(tree)
        tree.expandAll()
        # As wide as what is drawn of the keys, which no command and no translation pushes out.
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.column.addWidget(tree)
        close = push_button(tr("Close"), "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(close, default=close)


def _group(tree: QTreeWidget, text: str) -> QTreeWidgetItem:
    group = QTreeWidgetItem(tree, [text, ""])
    font = group.font(0)
    font.setBold(True)
    group.setFont(0, font)
    return group


def _reading_field(name: str, text: str) -> QPlainTextEdit:
    field = QPlainTextEdit(text)
    field.setAccessibleName(name)
    field.setReadOnly(True)
    field.setMinimumHeight(_LEAST)
    return field


def _changes() -> str:
    """The releases of ``packaging/CHANGELOG.md``, newest first; the first line is its title."""
    page = bundled("packaging", "CHANGELOG.md").read_text("utf-8")
    return plain_text(parse(page[page.index("\n## ") :]))


class AboutDialog(Dialog):
    """What Phial is, which version, what is new in it, and the licences of its parts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, tr("About Phial"), 560)
        mark = QLabel()
        mark.setPixmap(icons.application_pixmap(48, self.devicePixelRatioF()))
        system = f"Python {platform.python_version()}, Qt {qVersion()}"  # not shown: names
        names = QVBoxLayout()
        names.addWidget(text_label(tr("Phial {version}", version=app.__version__), "heading"))
        names.addWidget(text_label(system, "muted"))
        head = QHBoxLayout()
        head.setSpacing(SPACE * 2)
        head.addWidget(mark)
        head.addLayout(names, 1)
        self.column.addLayout(head)
        self.column.addWidget(
            text_label(
                tr(
                    "Phi-4 on your own computer. Phial connects to nothing unless you ask it to "
                    "look for a model or an update."
                )
            )
        )
        new = tr("What is new") if spoken.IN_FORCE.code == "en" else tr("What is new (in English)")
        self.column.addWidget(text_label(new, "subheading"))
        self.column.addWidget(_reading_field(new, _changes()), 1)
        self.column.addWidget(text_label(_QT_AND_PHI, "muted"))
        self._parts = third_party_packages()
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Parts of Phial and their licences"))
        self.list.setMinimumHeight(_LEAST)
        self.list.setUniformItemSizes(True)
        for part in self._parts:
            self.list.addItem(f"{part.name} {part.version}".strip() + f": {part.licence}")
        self.column.addWidget(self.list)
        self.text = _reading_field(tr("Licence"), "")
        self.column.addWidget(self.text, 1)
        self.list.currentRowChanged.connect(self._show_text)
        AssistedChoice(self.list, self.list.setCurrentIndex)
        self.list.setCurrentRow(0)
        close = push_button(tr("Close"), "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(close, default=close)

    def _show_text(self, row: int) -> None:
        self.text.setPlainText(
            self._parts[row].text or tr("Its package holds no text of its licence.")
        )
