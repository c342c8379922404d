"""What a person does on the settings page, with real keys and clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.settings import SPECS
from app.ui.main_window import MainWindow
from app.ui.settings.section_body import SectionBody
from app.ui.settings.setting_row import SettingRow
from app.ui.settings.settings_page import SettingsPage


def wait_for_all_of(qtbot: QtBot, dialog: SettingsPage) -> None:
    """Wait until all of the page is there that is shown: its foot follows its first frame."""
    bodies = dialog.findChildren(SectionBody)
    qtbot.waitUntil(lambda: not any(one._steps for one in bodies if one.isVisible()))


class SettingsHand:
    """A hand in the settings of one window."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot = qtbot
        self._window = window

    def open(self) -> SettingsPage:
        """Press Ctrl+, ."""
        self._window.activateWindow()
        self._qtbot.waitUntil(self._window.isActiveWindow)
        self._qtbot.keyClick(self._window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        dialog = self.dialog
        self._qtbot.waitUntil(dialog.isActiveWindow)
        return dialog

    @property
    def dialog(self) -> SettingsPage:
        """The one that is open."""
        found = [one for one in self._window.findChildren(SettingsPage) if one.isVisible()]
        assert len(found) == 1, f"{len(found)} settings are open"
        return found[0]

    def row(self, name: str) -> SettingRow:
        """Find a setting by typing its label into the search field."""
        search, label = self.dialog._search, SPECS[name].option.label
        if search.text() != label:
            search.setFocus()
            search.selectAll()
            self._qtbot.keyClicks(search, label)
        rows = (row for row in self.dialog.findChildren(SettingRow) if row.spec.name == name)
        row = next(rows, None)
        assert row is not None, f"searching for the label of {name} makes no row"
        assert row.isVisible(), f"searching for the label of {name} does not find it"
        return row

    def field(self, name: str) -> QWidget:
        """The editor of a setting, with the focus, as after Tab."""
        widget = self.row(name)._field.widget
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self._qtbot.waitUntil(widget.hasFocus)
        return widget

    def type(self, name: str, text: str) -> None:
        """Replace what stands in a field, and leave it with Tab."""
        widget = self.field(name)
        target = widget.lineEdit() if isinstance(widget, QAbstractSpinBox) else widget
        self._qtbot.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self._qtbot.keyClick(target, Qt.Key.Key_Delete)
        if isinstance(target, QPlainTextEdit):
            assert not target.toPlainText()
        self.write(target, text)
        self._qtbot.keyClick(target, Qt.Key.Key_Tab)

    def write(self, target: QWidget, text: str) -> None:
        """Type; what QTest has no keys for comes as an input method sends it."""
        if text.isascii():
            self._qtbot.keyClicks(target, text)
            return
        typed = QInputMethodEvent()
        typed.setCommitString(text)
        QApplication.sendEvent(target, typed)

    def press(self, name: str, *keys: Qt.Key) -> None:
        """Press keys in a field, which keeps the focus."""
        widget = self.field(name)
        for key in keys:
            self._qtbot.keyClick(widget, key)

    def tick(self, name: str) -> None:
        """Press a switch."""
        box = self.field(name)
        assert isinstance(box, QCheckBox)
        middle = box.rect().center()
        before = box.isChecked()
        self._qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=middle)
        assert box.isChecked() is not before

    def choose(self, name: str, label: str) -> None:
        """Choose from a list with the arrow keys."""
        box = self.field(name)
        assert isinstance(box, QComboBox)
        wanted = box.findText(label)
        assert wanted >= 0, f"{label} is not offered"
        step = Qt.Key.Key_Down if wanted > box.currentIndex() else Qt.Key.Key_Up
        for _ in range(abs(wanted - box.currentIndex())):
            self._qtbot.keyClick(box, step)
        assert box.currentIndex() == wanted

    def close(self) -> None:
        """Press Esc."""
        dialog = self.dialog
        self._qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
