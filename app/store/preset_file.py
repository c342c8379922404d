"""The file of presets, prompts and values of models: JSON, saved atomically.

It holds what the user made; what comes with Phial is in the program. Presets are a file of their
own, not rows of the conversation database: they outlive a library that is restored from a backup,
several libraries can share them, and a person can copy them by hand. What a chat has of its own
(which preset, which values) stands with the chat in the database. The terminal and the window may
both have the file open, so each change reads it anew while no other program writes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from app.domain.errors import InvalidValueError, KnownError, TransferError
from app.domain.presets.preset import (
    Preset,
    SavedPrompt,
    Values,
    known_values,
    preset_from_dict,
    preset_to_dict,
)
from app.language import tr
from app.store.database.failures import file_error
from app.store.database.files import alone, peek_json, read_json, write_json
from app.store.kept_entries import Entry, kept_entries

if TYPE_CHECKING:
    from app.domain.presets.outside import OutsidePreset

_log = logging.getLogger(__name__)
_OF_PRESET = (
    "id", "name", "about", "system_prompt", "values", "model", "form", "tools", "checks",
)  # fmt: skip
_OF_PROMPT = ("name", "text")
_LARGEST = 5_000_000  # bytes of a file of presets that somebody gave; ours have a few thousand
_KIND = "phial-presets"  # not shown: says what the file is


@dataclass(frozen=True, slots=True)
class OwnPresets:
    """What the user made.

    Attributes:
        presets: In their order.
        prompts: In their order.
        models: Values by a model file's hash, or its path where that is not known.
    """

    presets: tuple[Preset, ...] = ()
    prompts: tuple[SavedPrompt, ...] = ()
    models: Mapping[str, Values] = field(default_factory=dict)


class PresetFile:
    """Reads and changes the file at ``path``. May be used from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def load(self) -> OwnPresets:
        """What is stored; nothing where there is no file, or it cannot be read."""
        try:
            return _own(peek_json(self.path) or {})
        except KnownError as error:
            _log.warning("%s", error)
            return OwnPresets()

    def change(self, change: Callable[[OwnPresets], OwnPresets]) -> OwnPresets:
        """Store what ``change`` makes of what stands there now, and return it.

        Raises:
            DiskFullError: No room; the old file is as it was.
            ReadOnlyStoreError: The folder cannot be written to.
            StoreBusyError: Another Phial does not let go of the file.
            StoreError: Another I/O error.
        """
        busy = tr("Another Phial is changing the presets.")
        with self._lock, alone(self.path, busy):
            stored, _ = read_json(self.path)  # what a newer version put there stays
            changed = change(_own(stored))
            presets = _kept_presets(stored.get("presets"), changed.presets)
            prompts: list[Entry] = [{"name": p.name, "text": p.text} for p in changed.prompts]
            stored |= {
                "presets": presets,
                "prompts": kept_entries(stored.get("prompts"), prompts, _OF_PROMPT, _prompt_key),
                "models": _kept_models(stored.get("models"), changed.models),
            }
            write_json(self.path, {key: value for key, value in stored.items() if value})
        return changed


def _kept_presets(stored: object, wanted: Sequence[Preset]) -> list[object]:
    """Presets, with what only a newer Phial knows of them, and of their values."""
    listed = stored if isinstance(stored, list) else []
    before = {_preset_key(one): one.get("values") for one in listed if isinstance(one, dict)}
    made = [
        preset_to_dict(replace(one, values={})) | _filled(_more(before.get(one.id), one.values))
        for one in wanted
    ]
    return kept_entries(stored, made, _OF_PRESET, _preset_key)


def _filled(values: dict[str, object]) -> dict[str, object]:
    return {"values": values} if values else {}


def _more(before: object, values: Values) -> dict[str, object]:
    """Values, with those that only a newer Phial knows of those that stood there before."""
    if not isinstance(before, dict):
        return dict(values)
    unread = before.keys() - known_values(before).keys()
    return {name: before[name] for name in before if name in unread} | dict(values)


def _kept_models(stored: object, wanted: Mapping[str, Values]) -> dict[str, object]:
    """Values by model, with those that only a newer Phial knows."""
    listed = stored if isinstance(stored, dict) else {}
    keys = dict.fromkeys((*wanted, *listed))
    made = {key: _more(listed.get(key), wanted.get(key, {})) for key in keys}
    return {key: values for key, values in made.items() if values}


def _preset_key(value: object) -> str | None:
    try:
        return preset_from_dict(value).id
    except InvalidValueError:
        return None


def _prompt_key(value: object) -> str | None:
    found = _prompts([value])
    return found[0].name if found else None


def write_presets(path: Path, presets: tuple[Preset, ...]) -> None:
    """Write presets to a file that can be given to others.

    Raises:
        KnownError: It cannot be written.
    """
    write_json(path, {"kind": _KIND, "presets": [preset_to_dict(one) for one in presets]})


def read_presets(path: Path) -> tuple[OutsidePreset, ...]:
    """The presets of a file that somebody gave; nothing of it is in use by that.

    Raises:
        TransferError: It is no such file, or nothing in it can be used.
        KnownError: It cannot be read.
    """
    from app.domain.presets.outside import preset_from_outside  # here: few ever read one

    no_presets = tr("{name} holds no presets.", name=path.name)
    try:
        about = path.stat()
        if not S_ISREG(about.st_mode) or about.st_size > _LARGEST:  # a pipe may have no end
            raise TransferError(no_presets, action="")
    except OSError as error:
        raise file_error(error, path.name) from error
    data = peek_json(path)
    listed = data.get("presets") if data is not None else None
    if data is None or data.get("kind") != _KIND or not isinstance(listed, list) or not listed:
        raise TransferError(no_presets, action="")
    try:
        return tuple(preset_from_outside(one) for one in listed)
    except InvalidValueError as error:
        what = tr("{name} holds a preset that is none. {why}", name=path.name, why=error.what)
        raise TransferError(what, action="") from error


def _own(data: Mapping[str, object]) -> OwnPresets:
    presets, prompts, models = (data.get(key) for key in ("presets", "prompts", "models"))
    return OwnPresets(
        tuple(_presets(presets if isinstance(presets, list) else [])),
        tuple(_prompts(prompts if isinstance(prompts, list) else [])),
        {key: known_values(one) for key, one in models.items()} if isinstance(models, dict) else {},
    )


def _presets(listed: list[object]) -> list[Preset]:
    found = []
    for one in listed:
        try:
            found.append(preset_from_dict(one))
        except InvalidValueError as error:
            _log.warning("A preset cannot be used: %s", error.what)
    return found


def _prompts(listed: list[object]) -> list[SavedPrompt]:
    return [
        SavedPrompt(str(one.get("name")), str(one.get("text")))
        for one in listed
        if isinstance(one, dict) and one.get("name") and one.get("text")
    ]
