"""Presets: a system prompt, sampling and the rest of how a chat is answered, under one name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain.errors import InvalidValueError
from app.domain.options import check
from app.domain.settings import SAMPLED, SPECS
from app.language import tr

if TYPE_CHECKING:
    from app.domain.grammar.form import Form

OWN_VALUES = (*(name for name in SPECS if name in SAMPLED), "context_size")
"""Settings that a chat, a preset and a model may have values of their own for."""
LONGEST_NAME = 80  # characters
LONGEST_PROMPT = 100_000  # characters; more than any context of the family reads

Values = Mapping[str, Any]
"""By setting, a value other than the one that would be in force without it. None is not in it."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One named way to be answered.

    Attributes:
        id: Unique; a word for one that comes with Phial.
        name: For people.
        about: What it is for, in one line.
        system_prompt: Given to the model before the first message; empty leaves the user's own.
        values: Sampling and context, see :data:`OWN_VALUES`.
        model: Id of the family in the catalogue that it is written for; empty for any.
        form: The form that answers have, in a line as ``--form`` takes it; empty for none. One that
            a newer Phial wrote is kept, and is as if it were not there.
        tools: Whether the model may ask the calculator, which is the only tool.
        checks: Whether the steps of a calculation in a question are checked before it is asked.
        bundled: Whether it comes with Phial, and is duplicated where it is to be changed.
    """

    id: str
    name: str
    about: str = ""
    system_prompt: str = ""
    values: Values = field(default_factory=dict)
    model: str = ""
    form: str = ""
    tools: bool = False
    checks: bool = False
    bundled: bool = False

    @property
    def answer_form(self) -> Form | None:
        """The form that answers have; None for any."""
        from app.domain.grammar.form import form_of_line  # few presets have one

        return form_of_line(self.form)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidValueError(tr("A preset needs a name."), action="")
        if len(self.name) > LONGEST_NAME or len(self.system_prompt) > LONGEST_PROMPT:
            raise InvalidValueError(
                tr(
                    "The name of a preset has at most {name} characters, its text {text}.",
                    name=LONGEST_NAME,
                    text=LONGEST_PROMPT,
                ),
                action="",
            )
        object.__setattr__(self, "values", checked_values(self.values))


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What one chat has of its own.

    Attributes:
        preset: Id of its preset; empty for none.
        values: Sampling and context, over those of the preset.
        model: The model at an endpoint that answers it, as ``ENDPOINT/MODEL``; empty for those on
            this computer.
        queued: Messages that are sent when the answer in progress has ended, in order.
    """

    preset: str = ""
    values: Values = field(default_factory=dict)
    queued: tuple[str, ...] = ()
    model: str = ""

    def __bool__(self) -> bool:
        return bool(self.preset or self.values or self.queued or self.model)


NO_OPTIONS = ChatOptions()


@dataclass(frozen=True, slots=True)
class SavedPrompt:
    """Words to begin a message with, under a name that is typed behind a slash.

    Attributes:
        name: One word, without the slash.
        text: May hold fields in braces that are filled in, such as ``{topic}``.
        bundled: Whether it comes with Phial.
    """

    name: str
    text: str
    bundled: bool = False


def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of settings as the settings' own types, in the settings' order.

    Raises:
        InvalidValueError: One is none of :data:`OWN_VALUES`, or out of bounds.
    """
    odd = [name for name in values if name not in OWN_VALUES]
    if odd:
        raise InvalidValueError(
            tr("{names} cannot be set for one chat.", names=", ".join(odd)), action=""
        )
    given = {name: values[name] for name in OWN_VALUES if values.get(name) is not None}
    return {name: check(SPECS[name], value) for name, value in given.items()}


def known_values(data: object) -> dict[str, Any]:
    """The stored values that can be used; a newer version may have written others."""
    found: dict[str, Any] = {}
    for name, value in data.items() if isinstance(data, dict) else ():
        try:
            found |= checked_values({name: value})
        except InvalidValueError:
            continue  # as with settings: what cannot be used is as if it were not there
    return found


# --- as they are stored ----------------------------------------------------------------------


def preset_to_dict(preset: Preset) -> dict[str, object]:
    """The stored form: plain JSON values; what is empty is left out."""
    data: dict[str, object] = {
        "id": preset.id,
        "name": preset.name,
        "about": preset.about,
        "system_prompt": preset.system_prompt,
        "values": dict(preset.values),
        "model": preset.model,
        "form": preset.form,
        "tools": preset.tools,
        "checks": preset.checks,
    }
    return {key: value for key, value in data.items() if value}


def preset_from_dict(data: object) -> Preset:
    """A preset from its stored form; keys and settings that are not known are ignored.

    Raises:
        InvalidValueError: It is none.
    """
    if not isinstance(data, dict):
        raise InvalidValueError(tr("This is no preset."), action="")
    keys = ("id", "name", "about", "system_prompt", "model", "form")
    texts = (data.get(key) for key in keys)
    id_, name, about, prompt, model, form = (t if isinstance(t, str) else "" for t in texts)
    values, tools = known_values(data.get("values")), data.get("tools") is True
    checks = data.get("checks") is True
    return Preset(id_, name, about, prompt, values, model, form, tools, checks)


def options_to_dict(options: ChatOptions) -> dict[str, object]:
    """The stored form; empty where the chat has nothing of its own."""
    data: dict[str, object] = {
        "preset": options.preset,
        "values": dict(options.values),
        "queued": list(options.queued),
        "model": options.model,
    }
    return {key: value for key, value in data.items() if value}


def options_from_dict(data: object) -> ChatOptions:
    """What a chat has of its own; whatever cannot be read of it is as if it were not there."""
    if not isinstance(data, dict) or not data:
        return NO_OPTIONS
    queued = data.get("queued")
    return ChatOptions(
        preset=str(data.get("preset") or ""),
        values=known_values(data.get("values")),
        queued=tuple(map(str, queued)) if isinstance(queued, list) else (),
        model=str(data.get("model") or ""),
    )
