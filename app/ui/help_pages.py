"""The shortcuts page, derived from the table of commands, and About with the licences."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QTextBrowser, QTreeWidget, QTreeWidgetItem, QWidget

import app
from app.ui import icons
from app.ui.actions import COMMANDS, OTHER_KEYS, Menu, shortcut_words
from app.ui.dialogs import Dialog, push_button, text_label

_PARTS = (
    ("llama-cpp-python", "llama.cpp and its Python binding"),
    ("PySide6-Essentials", "Qt for Python"),
    ("huggingface-hub", "looking up and downloading models"),
    ("markdown-it-py", "reading Markdown"),
    ("pygments", "colours of code"),
    ("ziamath", "drawing formulas"),
    ("keyring", "keeping a token safe"),
    ("platformdirs", "where files belong"),
    ("psutil", "reading memory and processor"),
    ("jinja2", "chat templates of other models"),
)

_QT_AND_PHI = (
    "Qt is used under the LGPL, version 3: its libraries lie beside the program and can be "
    "replaced. Phi-4 is Microsoft's, under the MIT licence; Phial does not contain it."
)


class ShortcutsPage(Dialog):
    """Every command that has keys."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Keyboard shortcuts", 520)
        tree = QTreeWidget()
        tree.setAccessibleName("Keyboard shortcuts")
        tree.setColumnCount(2)
        tree.setHeaderLabels(["Command", "Keys"])
        tree.setRootIsDecorated(False)
        tree.setMinimumHeight(420)
        for menu in Menu:
            rows = [c for c in COMMANDS if c.menu is menu and c.shortcuts]
            if rows:
                group = _group(tree, str(menu))
                for command in rows:
                    group.addChild(QTreeWidgetItem([command.text, shortcut_words(command)]))
        group = _group(tree, "While writing")
        native = QKeySequence.SequenceFormat.NativeText
        for keys, text in OTHER_KEYS:
            group.addChild(QTreeWidgetItem([text, QKeySequence(keys).toString(native)]))
        tree.expandAll()
        tree.resizeColumnToContents(0)
        self.column.addWidget(tree)
        close = push_button("Close", "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(close, default=close)


def _group(tree: QTreeWidget, text: str) -> QTreeWidgetItem:
    group = QTreeWidgetItem(tree, [text, ""])
    font = group.font(0)
    font.setBold(True)
    group.setFont(0, font)
    return group


class About(Dialog):
    """What Phial is, which version, and under which licences its parts stand."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "About Phial", 520)
        mark = QLabel()
        mark.setPixmap(icons.application_icon().pixmap(64, 64))
        self.column.addWidget(mark)
        self.column.addWidget(text_label(f"Phial {app.__version__}", "heading"))
        self.column.addWidget(
            text_label(
                "Phi-4 on your own computer. Phial connects to nothing unless you ask it to "
                "download a model."
            )
        )
        system = f"Python {platform.python_version()}, Qt {qVersion()}"
        self.column.addWidget(text_label(system, "muted"))
        parts = QTextBrowser()
        parts.setAccessibleName("Licences of the parts")
        parts.setMinimumHeight(220)
        parts.setPlainText(_licences())
        self.column.addWidget(parts)
        close = push_button("Close", "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(close, default=close)


def _licences() -> str:
    lines = ["Phial: MIT licence.", ""]
    for name, use in _PARTS:
        try:
            found = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # a frozen program may leave the metadata of a part out
        licence = "see its package"
        for key in ("License-Expression", "License"):
            if key in found:
                licence = found[key].splitlines()[0]
                break
        lines.append(f"{name} {found['Version']} ({use}): {licence}")
    lines.append("")
    lines.append(_QT_AND_PHI)
    return "\n".join(lines)
