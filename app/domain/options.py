"""What can be declared about a setting, and whether a value keeps to it."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import TypeVar, get_type_hints

from app.domain.errors import InvalidValueError
from app.domain.numbers import Signs, read_number, write_number
from app.language import paragraph, spoken, tr, trn

_MANY_DIGITS = 40
T = TypeVar("T")


class Section(StrEnum):
    """Pages of the settings, in order."""

    GENERAL = "General"  # not shown
    APPEARANCE = "Appearance"  # not shown
    MODEL = "Models"  # not shown
    GENERATION = "Answers"  # not shown
    PRESETS = "Presets and prompts"  # not shown
    SHORTCUTS = "Shortcuts"  # not shown
    PRIVACY = "Privacy and network"  # not shown
    SERVING = "Other programs"  # not shown
    STORAGE = "Storage"  # not shown
    ABOUT = "About"  # not shown

    @property
    def label(self) -> str:
        """Its name for people; the value is for programs."""
        return _LABELS[self]


_LABELS = {
    Section.GENERAL: tr("General"),
    Section.APPEARANCE: tr("Appearance"),
    Section.MODEL: tr("Models"),
    Section.GENERATION: tr("Answers"),
    Section.PRESETS: tr("Presets and prompts"),
    Section.SHORTCUTS: tr("Shortcuts"),
    Section.PRIVACY: tr("Privacy and network"),
    Section.SERVING: tr("Other programs"),
    Section.STORAGE: tr("Storage"),
    Section.ABOUT: tr("About"),
}


class Family(StrEnum):
    """Which families of fonts a text names one of."""

    TEXT = "text"
    CODE = "code"  # all characters of one width


@dataclass(frozen=True, slots=True)
class Option:
    """What is declared about one setting beside its type and default.

    Attributes:
        section: The page it stands on; None keeps it out of the settings.
        label: Its name there.
        help: One sentence below it.
        low: Smallest number allowed.
        high: Largest number allowed.
        step: One press of Up or Down in its field.
        first: Where the first step from None goes, unless the model's makers advise a value.
        unit: Shown behind a number.
        none_label: What None means, where None is allowed.
        choices: Words for the values of an enumeration.
        multiline: A text of several lines.
        flag: Its option of ``phial ask`` and ``phial chat``; empty where it is none of an answer.
        slider: From where to where its slider goes, the usual stretch of what is allowed; None
            where there is none.
        grouped: Whether its digits are set apart by thousands; not where a number is a name, as a
            port is.
        family: Of a text that is the name of a font, empty for the system's; None for others.
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
    slider: tuple[float, float] | None = None
    grouped: bool = True
    family: Family | None = None


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
        raise InvalidValueError(tr("{label} has no value.", label=label))
    if issubclass(spec.type, StrEnum):
        try:
            return spec.type(str(value))
        except ValueError as error:
            allowed = ", ".join(spec.type)
            raise InvalidValueError(
                tr(
                    "{label} is {value}; it must be one of {allowed}.",
                    label=label,
                    value=shown(value),
                    allowed=allowed,
                )
            ) from error
    if type(value) is not spec.type and not _same_number(spec.type, value):
        raise InvalidValueError(
            tr(
                "{label} is {value}; {kind} is needed.",
                label=label,
                value=shown(value),
                kind=_KINDS[spec.type],
            )
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not _within(spec.option, value):
            raise InvalidValueError(
                tr(
                    "{label} is {value}; it must be {bounds}.",
                    label=label,
                    value=shown(value, grouped=spec.option.grouped),
                    bounds=bounds(spec),
                )
            )
        return float(value) if spec.type is float else int(value)
    return value


def _same_number(kind: type, value: object) -> bool:
    """Whether a number of the other type is the same number in this one: 8 and 8.0."""
    if kind is float:
        return type(value) is int
    return kind is int and isinstance(value, float) and value.is_integer()


_KINDS = {
    bool: tr("true or false"),
    int: tr("a whole number"),
    float: tr("a number"),
    str: tr("a text"),
}


def read_typed(spec: SettingSpec, text: str, signs: Signs | None = None) -> float | int | None:
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
        must = tr("It must be {bounds}.", bounds=bounds(spec, signs))
        raise InvalidValueError(paragraph(error.what, must)) from error
    if not _within(spec.option, number):
        raise InvalidValueError(tr("It must be {bounds}.", bounds=bounds(spec, signs)))
    if spec.type is int:
        if number != number.to_integral_value():
            raise InvalidValueError(
                tr("It must be a whole number {bounds}.", bounds=bounds(spec, signs))
            )
        return int(number)
    value = float(number)
    if Decimal(repr(value)) != number:
        raise InvalidValueError(tr("It has more digits than can be kept; 15 are."))
    return value + 0.0  # not minus nothing


def write_value(spec: SettingSpec, value: float | Decimal, signs: Signs | None = None) -> str:
    """A number of a setting as people write it, without its unit.

    Args:
        spec: Of an ``int`` or a ``float``.
        value: Finite.
        signs: How the locale writes numbers; None takes those of the language in force.
    """
    signs = signs or spoken.IN_FORCE.signs
    return write_number(value, signs if spec.option.grouped else replace(signs, group=""))


def bounds(spec: SettingSpec, signs: Signs | None = None) -> str:
    """What a number's setting may be, in words: "between 16 and 131,072 tokens"."""
    option = spec.option
    tail = f" {option.unit}" if option.unit else ""
    low = "" if option.low is None else write_value(spec, option.low, signs)
    high = "" if option.high is None else write_value(spec, option.high, signs)
    if low and high:
        return tr("between {low} and {high}", low=low, high=high + tail)
    if low:
        return tr("at least {low}", low=low + tail)
    return tr("at most {high}", high=high + tail) if high else tr("a finite number")


def shown(value: object, *, grouped: bool = True) -> str:
    """A value for a sentence: as it is while it is short, in words where it has no end."""
    if isinstance(value, int) and not isinstance(value, bool):
        digits = int(value.bit_length() * 0.30103) + 1  # cheap, and at most one too many
        if digits > _MANY_DIGITS:
            return trn("a number of about {n} digit", "a number of about {n} digits", digits)
        signs = spoken.IN_FORCE.signs if grouped else replace(spoken.IN_FORCE.signs, group="")
        return write_number(Decimal(value), signs)
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
