"""Presets and prompts: those that come with Phial and the user's own; changing and giving them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import InvalidValueError, NotFoundError
from app.domain.model import ChosenModel, ModelFile
from app.domain.presets.bundled import PRESETS, PROMPTS
from app.domain.presets.preset import Preset, SavedPrompt, Values, checked_values
from app.language import tr
from app.language.formats import alternatives, quoted
from app.services.core.events import EventBus, PresetsChanged
from app.services.core.ids import new_id
from app.store import OwnPresets, PresetFile, read_presets, write_presets

if TYPE_CHECKING:
    from app.domain.presets.outside import OutsidePreset

_WORD = re.compile(r"[\w-]{1,40}")


class PresetService:
    """What can be chosen for a chat. May be used from any thread.

    Args:
        file: The user's own.
        bus: Every change is published here.
    """

    def __init__(self, file: PresetFile, bus: EventBus) -> None:
        self._file = file
        self._bus = bus
        self._own = file.load()

    def presets(self) -> tuple[Preset, ...]:
        """All of them: those that come with Phial, then the user's own."""
        return (*PRESETS, *self._own.presets)

    def get(self, preset_id: str) -> Preset | None:
        """One preset; None where there is none, as after it was deleted."""
        return next((one for one in self.presets() if one.id == preset_id), None)

    def find(self, text: str) -> Preset:
        """The preset that a person means by a word: its id, its name, or the start of one.

        Raises:
            NotFoundError: None is meant.
            InvalidValueError: Several are.
        """
        wanted = text.strip().casefold()
        found: list[Preset] = []
        for agree in (str.__eq__, str.startswith):
            found = [
                one
                for one in self.presets()
                if agree(one.id.casefold(), wanted) or agree(one.name.casefold(), wanted)
            ]
            if found:
                break
        if not found:
            raise NotFoundError(
                tr("There is no preset “{name}”.", name=text.strip()),
                data="",
                action=tr("'phial presets list' names them."),
            )
        if len(found) > 1:
            names = alternatives([quoted(one.name) for one in found])
            raise InvalidValueError(
                tr("“{text}” could be {names}.", text=text.strip(), names=names), action=""
            )
        return found[0]

    def save(self, preset: Preset) -> Preset:
        """Keep a preset of the user's, in place of the one of its id; a new one without an id.

        Raises:
            InvalidValueError: It comes with Phial.
            StoreError: It cannot be stored.
        """
        preset = replace(preset, id=preset.id or new_id(), bundled=False)
        if any(one.id == preset.id for one in PRESETS):
            raise InvalidValueError(
                tr("“{name}” comes with Phial and stays as it is.", name=preset.name),
                action=tr("Duplicate it and change the copy."),
            )
        before = self.get(preset.id)

        def change(own: OwnPresets) -> OwnPresets:
            if all(one.id != preset.id for one in own.presets):
                return replace(own, presets=(*own.presets, preset))
            return replace(
                own,
                presets=tuple(preset if one.id == preset.id else one for one in own.presets),
            )

        self._change(change, before, preset)
        return preset

    def duplicate(self, preset: Preset) -> Preset:
        """Keep a copy of a preset that can be changed.

        Raises:
            StoreError: It cannot be stored.
        """
        name = tr("{name} (copy)", name=preset.name)
        return self.save(replace(preset, id="", name=str(name), bundled=False))

    def delete(self, preset_id: str) -> None:
        """Forget a preset of the user's; chats that have it go on with what they have of it.

        Raises:
            StoreError: It cannot be stored.
        """
        before = self.get(preset_id)
        self._change(
            lambda own: replace(
                own, presets=tuple(one for one in own.presets if one.id != preset_id)
            ),
            before,
            None,
        )

    def export(self, presets: Sequence[Preset], path: Path) -> None:
        """Write presets to a file.

        Raises:
            KnownError: It cannot be written.
        """
        write_presets(path, tuple(presets))

    def read(self, path: Path) -> tuple[OutsidePreset, ...]:
        """The presets of a file, to be shown before :meth:`add` takes them.

        Raises:
            TransferError: It holds none.
            KnownError: It cannot be read.
        """
        return read_presets(path)

    def add(self, presets: Sequence[Preset]) -> list[Preset]:
        """Take presets that came from outside, as new ones: none of the user's is replaced.

        Raises:
            StoreError: They cannot be stored.
        """
        return [self.save(replace(one, id="")) for one in presets]

    # --- prompts ----------------------------------------------------------------------------

    def prompts(self) -> tuple[SavedPrompt, ...]:
        """Those the user made, then those that come with Phial and are not replaced by them."""
        own = {one.name for one in self._own.prompts}
        return (*self._own.prompts, *(one for one in PROMPTS if one.name not in own))

    def save_prompt(self, prompt: SavedPrompt, *, instead: str = "") -> None:
        """Keep a prompt of the user's.

        Args:
            prompt: Its name is one word.
            instead: The name it had before.

        Raises:
            InvalidValueError: The name is no word, or there is no text.
            StoreError: It cannot be stored.
        """
        if not _WORD.fullmatch(prompt.name):
            raise InvalidValueError(
                tr("The name of a prompt is one word of letters, digits and hyphens."), action=""
            )
        if not prompt.text.strip():
            raise InvalidValueError(tr("The prompt is empty."), action="")
        kept = replace(prompt, bundled=False)
        gone = {prompt.name, instead}
        self._change(
            lambda own: replace(
                own, prompts=(*(one for one in own.prompts if one.name not in gone), kept)
            )
        )

    def delete_prompt(self, name: str) -> None:
        """Forget a prompt of the user's; one that comes with Phial is there again.

        Raises:
            StoreError: It cannot be stored.
        """
        self._change(
            lambda own: replace(own, prompts=tuple(o for o in own.prompts if o.name != name))
        )

    # --- models -----------------------------------------------------------------------------

    def values_of(self, model: ChosenModel) -> Values:
        """The values that the user gave a model."""
        models = self._own.models
        return next((models[key] for key in _keys(model) if models.get(key)), {})

    def set_values_of(self, model: ChosenModel, values: Values) -> None:
        """Give a model values of its own.

        Raises:
            InvalidValueError: One is out of bounds.
            StoreError: They cannot be stored.
        """
        kept = checked_values(values)
        keys = _keys(model)

        def change(own: OwnPresets) -> OwnPresets:
            others = {key: one for key, one in own.models.items() if key not in keys}
            return replace(own, models={**others, keys[0]: kept} if kept else others)

        self._change(change)

    def _change(
        self,
        change: Callable[[OwnPresets], OwnPresets],
        before: Preset | None = None,
        after: Preset | None = None,
    ) -> None:
        self._own = self._file.change(change)
        self._bus.publish(PresetsChanged(before, after))


def _keys(model: ChosenModel) -> tuple[str, ...]:
    """What a model's values are kept under, the first for good: a file may be hashed later."""
    if isinstance(model, ModelFile):
        return tuple(filter(None, (model.sha256, str(model.path))))
    return (str(model.source),)
