"""Settings written to a file, and taken from one after its changes were shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame, QListWidget, QVBoxLayout, QWidget

from app.domain.errors import KnownError
from app.domain.options import SettingSpec
from app.domain.settings import SPECS, Settings
from app.language import tr, trn
from app.services.core.settings import SettingsService
from app.services.transfer.settings_file import SettingsFound, export_settings, read_settings
from app.ui.style.dialogs import Dialog, ErrorDialog, push_button, text_label
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE

_NAME = "phial-settings.json"  # not shown: a file's name


class SettingsFilePanel(QFrame):
    """Export and import.

    Args:
        service: The settings in force.
        change: Changes several at once, with a way back.
    """

    def __init__(
        self,
        service: SettingsService,
        change: Callable[[Mapping[str, object]], object],
        written: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self._service, self._change, self._written = service, change, written
        export, take = push_button(tr("Export settings…")), push_button(tr("Import settings…"))
        export.clicked.connect(lambda _checked: self._export())
        take.clicked.connect(lambda _checked: self._import())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.addWidget(StackingRow(export, take))

    def _export(self) -> None:
        wanted = str(Path.home() / _NAME)
        name, _ = QFileDialog.getSaveFileName(self, tr("Export settings"), wanted, _kinds())
        if name:
            try:
                export_settings(self._service.current, Path(name))
            except KnownError as error:
                ErrorDialog(self, error).open()
            else:
                self._written(Path(name))

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Import settings"), str(Path.home()), _kinds()
        )
        if not name:
            return
        try:
            found = read_settings(Path(name), self._service.current)
        except KnownError as error:
            ErrorDialog(self, error).open()
            return
        sheet = SettingsFoundDialog(self, found, self._service.current)
        sheet.accepted.connect(lambda: self._change(found.changes))
        sheet.open()


class SettingsFoundDialog(Dialog):
    """What a file would change, before it does.

    Args:
        parent: In the window.
        found: What was read.
        now: The settings in force.
    """

    def __init__(self, parent: QWidget, found: SettingsFound, now: Settings) -> None:
        super().__init__(parent, tr("Import settings"), 520)
        count = len(found.changes)
        self.column.addWidget(
            text_label(trn("{n} setting would change.", "{n} settings would change.", count))
        )
        rows = QListWidget()
        rows.setAccessibleName(tr("What would change"))
        rows.setMinimumHeight(180)
        for name, value in found.changes.items():
            spec = SPECS[name]
            before, after = _words(spec, getattr(now, name)), _words(spec, value)
            rows.addItem(f"{spec.option.label}: {before} → {after}")
        self.column.addWidget(rows)
        if found.same:
            same = trn("{n} value is in force already.", "{n} values are in force already.",
                       found.same)  # fmt: skip
            self.column.addWidget(text_label(same, "muted"))
        if found.refused:
            refused = "\n".join((tr("Not taken:"), *found.refused))
            self.column.addWidget(text_label(refused, "error"))
        go, cancel = push_button(tr("Change settings"), "accent"), push_button(tr("Cancel"))
        go.setEnabled(bool(count))
        go.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        self.add_buttons(cancel, go, default=go if count else cancel)


def _words(spec: SettingSpec, value: object) -> str:
    """A value in one short line."""
    if value is None:
        return spec.option.none_label
    if spec.type is bool:
        return tr("on") if value else tr("off")
    text = " ".join(spec.option.choices.get(str(value), str(value)).split())
    return f"{text[:60]} {spec.option.unit}".strip() or "—"


def _kinds() -> str:
    return tr("Settings (*.json)")
