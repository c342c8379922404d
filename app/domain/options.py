"""What can be declared about a setting, and whether a value keeps to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_type_hints

from app.domain.errors import InvalidValueError


class Section(StrEnum):
    """Pages of the settings dialog, in order."""

    GENERATION = "Answers"
    MODEL = "Model"
    APPEARANCE = "Appearance"
    PRIVACY = "Privacy and network"


@dataclass(frozen=True, slots=True)
class Option:
    """What is declared about one setting beside its type and default.

    Attributes:
        section: The page it stands on; None keeps it out of the dialog.
        label: Its name in the dialog.
        help: One sentence below it.
        low: Smallest number allowed.
        high: Largest number allowed.
        step: Step of the spin box.
        unit: Shown behind a number.
        none_label: What None means, where None is allowed.
        choices: Words for the values of an enumeration.
        multiline: A text of several lines.
    """

    section: Section | None
    label: str
    help: str = ""
    low: float | None = None
    high: float | None = None
    step: float = 1
    unit: str = ""
    none_label: str = ""
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    multiline: bool = False


def option(default: Any, declared: Option) -> Any:
    """A dataclass field for a setting."""
    return dataclasses.field(default=default, metadata={"option": declared})


@dataclass(frozen=True, slots=True)
class Spec:
    """One setting with everything known about it.

    Attributes:
        name: Field name, and key in the stored file.
        type: Its Python type, without None.
        optional: Whether None is allowed.
        default: Its default.
        option: What was declared.
    """

    name: str
    type: type
    optional: bool
    default: object
    option: Option


def specs_of(declared: type) -> dict[str, Spec]:
    """What a dataclass made of :func:`option` fields declares, by name."""
    hints = get_type_hints(declared)
    specs = {}
    for field in dataclasses.fields(declared):
        kinds = list(getattr(hints[field.name], "__args__", (hints[field.name],)))
        optional = type(None) in kinds
        kind = next(kind for kind in kinds if kind is not type(None))
        specs[field.name] = Spec(
            field.name, kind, optional, field.default, field.metadata["option"]
        )
    return specs


def check(spec: Spec, value: object) -> object:
    """Return ``value`` as the setting's own type.

    Raises:
        InvalidValueError: Wrong type or out of bounds; the sentence names the setting.
    """
    label, option = spec.option.label, spec.option
    if value is None:
        if spec.optional:
            return None
        raise InvalidValueError(f"{label} has no value.")
    if issubclass(spec.type, StrEnum):
        try:
            return spec.type(str(value))
        except ValueError as error:
            allowed = ", ".join(spec.type)
            raise InvalidValueError(
                f"{label} is {value!r}; it must be one of {allowed}."
            ) from error
    if spec.type is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not spec.type:
        raise InvalidValueError(f"{label} is {value!r}; a {spec.type.__name__} is needed.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = option.low if option.low is not None else value
        high = option.high if option.high is not None else value
        if not low <= value <= high:
            unit = f" {option.unit}" if option.unit else ""
            raise InvalidValueError(
                f"{label} is {value:g}; it must be between {low:g} and {high:g}{unit}."
            )
    return value
