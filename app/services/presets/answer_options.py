"""Which settings an answer is written with: those of the chat, its preset, the model, or all chats.

This is the only place where they are put over one another. What comes out is a :class:`Settings`
like any other, so whatever reads settings need not know of presets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.generation import Sampling
from app.domain.model import ChosenModel
from app.domain.presets.preset import NO_OPTIONS, OWN_VALUES, ChatOptions, Preset, Values
from app.domain.settings import Settings
from app.services.core.settings import SettingsService
from app.services.presets.preset_service import PresetService


class Source(Enum):
    """Where a value in force comes from; the first that has one counts."""

    COMMAND = "command"  # an option of this command line
    CHAT = "chat"
    PRESET = "preset"
    MODEL = "model"  # what the user gave this model file
    SETTINGS = "settings"  # of all chats
    MAKERS = "makers"  # what the makers of the model advise
    PHIAL = "phial"  # nobody said anything


@dataclass(frozen=True, slots=True)
class InForce:
    """What is in force for a chat with a model.

    Attributes:
        settings: All of them.
        sources: By name of :data:`OWN_VALUES`, where its value comes from.
        preset: The chat's preset; None where it has none.
    """

    settings: Settings
    sources: Mapping[str, Source]
    preset: Preset | None = None


def put_over(
    settings: Settings, layers: Mapping[Source, Values], advised: Sampling | None
) -> tuple[Settings, dict[str, Source]]:
    """The settings with the values of ``layers`` over them, and where each comes from.

    Args:
        settings: Of all chats.
        layers: Values, the ones that count first.
        advised: What the model's makers advise.
    """
    values: dict[str, object] = {}
    sources: dict[str, Source] = {}
    for name in OWN_VALUES:
        for source, layer in layers.items():
            if name in layer:
                values[name], sources[name] = layer[name], source
                break
        else:
            sources[name] = _without_layers(name, settings, advised)
    return dataclasses.replace(settings, **values), sources  # type: ignore[arg-type]  # checked


def _without_layers(name: str, settings: Settings, advised: Sampling | None) -> Source:
    if getattr(settings, name) is not None:
        return Source.SETTINGS
    told = getattr(advised, name, None)
    return Source.MAKERS if told is not None and told != getattr(Sampling(), name) else Source.PHIAL


def system_prompt(settings: SettingsService, preset: Preset | None) -> str:
    """The system prompt of a chat that has none of its own: of the preset, or of all chats."""
    given = settings.given.get("system_prompt")
    if given is not None:
        return str(given)
    own = preset.system_prompt if preset is not None else ""
    return own or settings.current.system_prompt


class AnswerOptions:
    """Derives what is in force. May be used from any thread.

    Args:
        settings: Of all chats.
        presets: Presets, and the values of models.
        advised: What the makers of a model advise.
    """

    def __init__(
        self,
        settings: SettingsService,
        presets: PresetService,
        advised: Callable[[ChosenModel], Sampling | None],
    ) -> None:
        self._settings = settings
        self._presets = presets
        self._advised = advised

    def in_force(self, chat: ChatOptions, model: ChosenModel | None) -> InForce:
        """What is in force for a chat with a model; None where none is chosen."""
        settings = self._settings.current
        preset = self._presets.get(chat.preset) if chat.preset else None
        given = self._settings.given
        layers: dict[Source, Values] = {
            Source.COMMAND: {name: given[name] for name in OWN_VALUES if name in given},
            Source.CHAT: chat.values,
            Source.PRESET: preset.values if preset is not None else {},
            Source.MODEL: self._presets.values_of(model) if model is not None else {},
        }
        advised = self._advised(model) if model is not None else None
        return InForce(*put_over(settings, layers, advised), preset)

    def for_model(self, model: ChosenModel) -> Settings:
        """What is in force for a model before any chat is answered."""
        return self.in_force(NO_OPTIONS, model).settings

    def sampling(self, in_force: InForce, model: ChosenModel) -> Sampling:
        """How the tokens of an answer are drawn."""
        return in_force.settings.sampling(self._advised(model))
