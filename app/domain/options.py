"""What can be declared about a setting, and whether a value keeps to it."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import TypeVar, get_type_hints

from app.domain.errors import InvalidValueError
from app.domain.numbers import ENGLISH, Signs, read_number, write_number

_MANY_DIGITS = 40
T = TypeVar("T")


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
        step: One press of Up or Down in the dialog.
        first: Where the first step from None goes, unless the model's makers advise a value.
        unit: Shown behind a number.
        none_label: What None means, where None is allowed.
        choices: Words for the values of an enumeration.
        multiline: A text of several lines.
        flag: Its option of ``phial ask`` and ``phial chat``; empty where it is none of an answer.
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
    first: float | None = None
    flag: str = ""


def option(default: T, declared: Option) -> T:
    """A dataclass field for a setting; its default is of the field's type, or mypy says so."""
    return dataclasses.field(default=default, metadata={"option": declared})


@dataclass(frozen=True, slots=True)
class SettingSpec:
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


def specs_of(declared: type) -> dict[str, SettingSpec]:
    """What a dataclass made of :func:`option` fields declares, by name."""
    hints = get_type_hints(declared)
    specs = {}
    for field in dataclasses.fields(declared):
        kinds = list(getattr(hints[field.name], "__args__", (hints[field.name],)))
        optional = type(None) in kinds
        kind = next(kind for kind in kinds if kind is not type(None))
        specs[field.name] = SettingSpec(
            field.name, kind, optional, field.default, field.metadata["option"]
        )
    return specs


def check(spec: SettingSpec, value: object) -> object:
    """Return ``value`` as the setting's own type.

    Raises:
        InvalidValueError: Wrong type or out of bounds; the sentence names the setting.
    """
    label = spec.option.label
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
                f"{label} is {shown(value)}; it must be one of {allowed}."
            ) from error
    if type(value) is not spec.type and not _same_number(spec.type, value):
        raise InvalidValueError(f"{label} is {shown(value)}; {_KINDS[spec.type]} is needed.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not _within(spec.option, value):
            raise InvalidValueError(f"{label} is {shown(value)}; it must be {bounds(spec)}.")
        return float(value) if spec.type is float else int(value)
    return value


def _same_number(kind: type, value: object) -> bool:
    """Whether a number of the other type is the same number in this one: 8 and 8.0."""
    if kind is float:
        return type(value) is int
    return kind is int and isinstance(value, float) and value.is_integer()


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def read_typed(spec: SettingSpec, text: str, signs: Signs = ENGLISH) -> float | int | None:
    """The value of a number's setting that a person typed; never another one than that.

    Args:
        spec: Of an ``int`` or a ``float``.
        text: As typed; empty for None. The setting's unit may stand behind the number.
        signs: How the locale writes numbers.

    Raises:
        InvalidValueError: In a sentence that says what is possible.
    """
    unit = spec.option.unit
    typed = text.strip()
    if unit and typed.casefold().endswith(unit.casefold()):
        typed = typed[: -len(unit)]
    if not text.strip() and spec.optional:
        return None
    try:
        number = read_number(typed, signs)
    except InvalidValueError as error:
        raise InvalidValueError(f"{error.what} It must be {bounds(spec, signs)}.") from error
    if not _within(spec.option, number):
        raise InvalidValueError(f"It must be {bounds(spec, signs)}.")
    if spec.type is int:
        if number != number.to_integral_value():
            raise InvalidValueError(f"It must be a whole number {bounds(spec, signs)}.")
        return int(number)
    value = float(number)
    if Decimal(repr(value)) != number:
        raise InvalidValueError("It has more digits than can be kept; 15 are.")
    return value + 0.0  # not minus nothing


def bounds(spec: SettingSpec, signs: Signs = ENGLISH) -> str:
    """What a number's setting may be, in words: "between 16 and 131,072 tokens"."""
    low, high, unit = spec.option.low, spec.option.high, spec.option.unit
    tail = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return f"between {write_number(low, signs)} and {write_number(high, signs)}{tail}"
    if low is not None:
        return f"at least {write_number(low, signs)}{tail}"
    return f"at most {write_number(high, signs)}{tail}" if high is not None else "a finite number"


def shown(value: object) -> str:
    """A value for a sentence: as it is while it is short, in words where it has no end."""
    if isinstance(value, int) and not isinstance(value, bool):
        digits = int(value.bit_length() * 0.30103) + 1  # cheap, and at most one too many
        return f"a number of about {digits:,} digits" if digits > _MANY_DIGITS else f"{value:,}"
    if isinstance(value, float):
        return write_number(value) if isfinite(value) and abs(value) < 1e15 else repr(value)
    return _SHORT.repr(value)


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def _within(option: Option, value: float | Decimal) -> bool:
    """Whether a number keeps to the bounds; compared as it is, since rounding could let it in."""
    low = option.low if option.low is not None else Decimal("-1e300")
    high = option.high if option.high is not None else Decimal("1e300")
    exact = _exact(value)
    return exact.is_finite() and _exact(low) <= exact <= _exact(high)


def _exact(value: float | Decimal) -> Decimal:
    """A float as it is written: 0.1 is a tenth here, as it is for whoever declared it."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
