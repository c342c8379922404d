"""Settings as words of the terminal: what they are, and what was typed for one."""

from __future__ import annotations

from enum import StrEnum

from app.domain.errors import InvalidValueError
from app.domain.numbers import write_number
from app.domain.options import SettingSpec, bounds, read_typed
from app.domain.settings import SPECS, Settings

SHOWN = {name: spec for name, spec in SPECS.items() if spec.option.section is not None}
DEFAULT = "default"
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def find_setting(text: str) -> SettingSpec:
    """The setting of a name; hyphens stand for its underscores.

    Raises:
        InvalidValueError: There is none.
    """
    spec = SHOWN.get(text.casefold().replace("-", "_"))
    if spec is None:
        raise InvalidValueError(
            f"There is no setting {text}.", action="/set alone shows what there is."
        )
    return spec


def read_setting(spec: SettingSpec, text: str) -> object:
    """The value that was typed for a setting.

    Raises:
        InvalidValueError: It is none of this setting; the sentence says what it may be.
    """
    word = text.casefold()
    if word == DEFAULT:
        return spec.default
    if spec.type is bool:
        if word not in _SWITCH:
            raise InvalidValueError(f"{spec.option.label} is on or off, not “{text}”.", action="")
        return _SWITCH[word]
    if issubclass(spec.type, StrEnum):
        if word not in list(spec.type):
            allowed = ", ".join(spec.type)
            raise InvalidValueError(f"{spec.option.label} is one of {allowed}.", action="")
        return spec.type(word)
    if spec.type is str:
        return text
    return read_typed(spec, text)


def setting_value(settings: Settings, spec: SettingSpec) -> str:
    """A setting's value in words."""
    value = getattr(settings, spec.name)
    if value is None:
        return spec.option.none_label
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, int | float):
        return f"{write_number(value)} {spec.option.unit}".strip()
    return str(value) or "none"


def setting_line(settings: Settings, spec: SettingSpec) -> str:
    """A setting with its value, for a list."""
    return f"{spec.name:20} {setting_value(settings, spec)}"


def setting_lines(settings: Settings, spec: SettingSpec) -> list[str]:
    """All that is known of a setting."""
    option = spec.option
    lines = [f"{option.label}: {setting_value(settings, spec)}"]
    if option.help:
        lines.append(option.help)
    lines.append(f"It may be {allowed(spec)}.")
    return lines


def allowed(spec: SettingSpec) -> str:
    """What a setting may be, in words."""
    if spec.type is bool:
        return "on or off"
    if issubclass(spec.type, StrEnum):
        said = ", ".join(spec.type)
    else:
        said = "a text" if spec.type is str else bounds(spec)
    return f"{said}, or default ({spec.option.none_label})" if spec.optional else said


def values_of(spec: SettingSpec) -> list[str]:
    """Words that can be completed."""
    if spec.type is bool:
        return ["on", "off", DEFAULT]
    return [*spec.type, DEFAULT] if issubclass(spec.type, StrEnum) else [DEFAULT]
