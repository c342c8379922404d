"""Settings as words of the terminal: what they are, what was typed for one, and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from app.domain.errors import InvalidValueError
from app.domain.options import SettingSpec, bounds, read_typed
from app.domain.settings import SHOWN, Settings
from app.language import paragraph, tr, trc
from app.language.formats import alternatives
from app.services.core.formatting import setting_text

DEFAULT = "default"  # typed in every language, as on and off are
_LONG = 40  # characters of what was typed that are said again
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def find_setting(text: str) -> SettingSpec:
    """The setting of a name; hyphens stand for its underscores.

    Raises:
        InvalidValueError: There is none; the sentence names what may be meant.
    """
    name = text.strip().casefold().replace("-", "_")
    if name in SHOWN:
        return SHOWN[name]
    said = {one.name: f"{one.name} {one.option.label}".casefold() for one in SHOWN.values()}
    near = [one for one in said if name and name in said[one]] or get_close_matches(name, SHOWN)
    hint = tr("There are: {names}.", names=", ".join(SHOWN))
    if near:
        hint = tr("Did you mean {names}?", names=alternatives(near[:3]))
    told = tr("There is no setting “{name}”.", name=_short(text))
    raise InvalidValueError(paragraph(told, hint), action="")


def read_setting(spec: SettingSpec, text: str) -> object:
    """The value that was typed for a setting.

    Raises:
        InvalidValueError: It is none of this setting; the sentence says what it may be.
    """
    label, word = spec.option.label, text.strip().casefold()
    if spec.type is str:
        return text
    if word == DEFAULT:
        return spec.default
    if spec.type is bool:
        if word not in _SWITCH:
            told = tr("{label} is on or off, not “{text}”.", label=label, text=_short(text))
            raise InvalidValueError(told, action="")
        return _SWITCH[word]
    if issubclass(spec.type, StrEnum):
        if word not in list(spec.type):
            told = tr(
                "{label} is one of {allowed}, not “{text}”.",
                label=label,
                allowed=", ".join(spec.type),
                text=_short(text),
            )
            raise InvalidValueError(told, action="")
        return spec.type(word)
    if not word:  # what a shell makes of a variable that is not set
        told = tr("{label} needs a number {bounds}.", label=label, bounds=bounds(spec))
        raise InvalidValueError(told, action="")
    try:
        return read_typed(spec, text)
    except InvalidValueError as error:
        told = tr("{label} cannot be “{text}”.", label=label, text=_short(text))
        raise InvalidValueError(paragraph(told, error.what), action="") from error


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def setting_value(settings: Settings, spec: SettingSpec) -> str:
    """A setting's value in words."""
    value = getattr(settings, spec.name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, int | float):
        return setting_text(spec, value)
    return str(value) or trc("setting", "none")


def setting_line(settings: Settings, spec: SettingSpec) -> str:
    """A setting with its value, for a list."""
    return f"{spec.name:20} {setting_value(settings, spec)}"


def setting_lines(settings: Settings, spec: SettingSpec) -> list[str]:
    """All that is known of a setting."""
    option = spec.option
    lines = [f"{option.label}: {setting_value(settings, spec)}"]
    if option.help:
        lines.append(option.help)
    lines.append(tr("It may be {values}.", values=allowed(spec)))
    return lines


def allowed(spec: SettingSpec) -> str:
    """What a setting may be, in words."""
    if spec.type is bool:
        return tr("on or off")
    if issubclass(spec.type, StrEnum):
        said = ", ".join(spec.type)
    else:
        said = tr("a text") if spec.type is str else bounds(spec)
    if not spec.optional:
        return said
    return tr("{values}, or default ({meaning})", values=said, meaning=spec.option.none_label)


def values_of(spec: SettingSpec) -> list[str]:
    """Words that can be completed."""
    if spec.type is bool:
        return ["on", "off", DEFAULT]
    if spec.type is str:
        return []
    return [*spec.type, DEFAULT] if issubclass(spec.type, StrEnum) else [DEFAULT]


# --- options of a command line -----------------------------------------------------------------


def value_of(spec: SettingSpec) -> Callable[[str], object]:
    """A ``type`` for argparse: :func:`read_setting`."""

    def read(text: str) -> object:
        try:
            return read_setting(spec, text)
        except InvalidValueError as error:
            raise argparse.ArgumentTypeError(error.what) from error

    return read


def add_setting_options(
    parser: argparse.ArgumentParser, values_after: Mapping[str, Sequence[str]]
) -> None:
    """An option for each setting that bears on answers, as it is declared.

    Args:
        parser: Of a command.
        values_after: Words that can be completed behind other options of it.
    """
    flags = {spec.option.flag: spec for spec in SHOWN.values() if spec.option.flag}
    for flag, spec in flags.items():
        parser.add_argument(
            flag,
            dest=spec.name,
            default=argparse.SUPPRESS,
            type=value_of(spec),
            metavar="TEXT" if spec.type is str else "VALUE",
            help=f"{spec.option.label}: {allowed(spec)}. {spec.option.help}".replace("%", "%%"),
        )
    after = {flag: values_of(spec) for flag, spec in flags.items()}
    parser.set_defaults(values_after={**after, **values_after})


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """What the options of :func:`add_setting_options` say, by setting."""
    return {
        name: getattr(options, name)
        for name, spec in SHOWN.items()
        if spec.option.flag and hasattr(options, name)
    }
