"""Settings as a file of the user's: written for another computer, and read before it is applied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import InvalidValueError
from app.domain.options import check
from app.domain.settings import SHOWN, SPECS, Settings, settings_to_dict
from app.language import paragraph, tr
from app.services.transfer.text_files import read_text
from app.services.transfer.transfer_files import atomic_file

FORMAT = "phial-settings"  # not shown: the file says what it is
PORTABLE = (*SHOWN, "shortcuts")
"""Settings that mean the same on another computer; places and windows do not."""


@dataclass(frozen=True, slots=True)
class SettingsFound:
    """What a file would change.

    Attributes:
        changes: By setting, the value that is another than the one in force.
        same: How many of its values are in force already.
        refused: A sentence for each value that cannot be used.
    """

    changes: dict[str, object]
    same: int
    refused: tuple[str, ...]


def export_settings(settings: Settings, path: Path) -> None:
    """Write what differs from the defaults.

    Raises:
        DiskFullError, TransferError: It cannot be written.
    """
    stored, usual = settings_to_dict(settings), settings_to_dict(Settings())
    values = {name: stored[name] for name in PORTABLE if stored[name] != usual[name]}
    text = json.dumps({"format": FORMAT, "version": 1, "settings": values}, indent=2)
    with atomic_file(path) as file:
        file.write(f"{text}\n".encode())


def read_settings(path: Path, now: Settings) -> SettingsFound:
    """What a file would change; nothing is changed.

    Raises:
        InvalidValueError: It cannot be read, or is no file of settings.
    """
    kept = tr("Your settings are as they were: nothing of it was used.")
    read, detail = None, ""
    try:
        text = read_text(path)
    except InvalidValueError as error:  # what it says is of files for a message
        raise InvalidValueError(
            tr("The settings in {name} cannot be read.", name=path.name),
            data=kept,
            action=tr("Choose a file that “Export settings” has written."),
            detail=paragraph(error.what, error.detail),
        ) from error
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:  # no JSON, or nested without end
        detail = str(error)
    values = read.get("settings") if isinstance(read, dict) else None
    if not isinstance(values, dict) or not isinstance(read, dict) or read.get("format") != FORMAT:
        raise InvalidValueError(
            tr("{name} is no file of Phial's settings.", name=path.name),
            data=kept,
            action=tr("Choose a file that “Export settings” has written."),
            detail=detail,
        )
    changes: dict[str, object] = {}
    refused: list[str] = []
    same = 0
    for name, value in values.items():
        if name not in PORTABLE:
            refused.append(tr("There is no setting named {name}.", name=name))
            continue
        try:
            good = check(SPECS[name], value)
        except InvalidValueError as error:
            refused.append(error.what)
            continue
        if good == getattr(now, name):
            same += 1
        else:
            changes[name] = good
    return SettingsFound(changes, same, tuple(refused))
