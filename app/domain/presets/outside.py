"""Presets that came from outside: what they are, and what of them cannot be used. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from app.domain.errors import InvalidValueError
from app.domain.presets.preset import Preset, checked_values, preset_from_dict
from app.language import tr

_TEXTS = ("name", "about", "system_prompt", "model", "form")
_SWITCHES = ("tools", "checks")
_KNOWN = {*_TEXTS, *_SWITCHES, "id", "values", "bundled"}
_LONGEST = 60  # characters of what somebody wrote that are repeated


@dataclass(frozen=True, slots=True)
class OutsidePreset:
    """One preset of a file that somebody gave.

    Attributes:
        preset: What of it is used.
        problems: A sentence for each thing that is not.
    """

    preset: Preset
    problems: tuple[str, ...] = ()


def preset_from_outside(data: object) -> OutsidePreset:
    """A preset from its stored form.

    Raises:
        InvalidValueError: It is none.
    """
    preset = preset_from_dict(data)
    preset = replace(preset, name=_one_line(preset.name), about=_one_line(preset.about))
    return OutsidePreset(preset, tuple(_problems(data)) if isinstance(data, Mapping) else ())


def _one_line(text: str) -> str:
    """A text without what would turn or break the line that it stands in."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())


def form_problem(line: str) -> str:
    """Why answers do not have the form that a preset names; empty where they have it."""
    from app.domain.grammar.form import parse_form  # few presets have one

    try:
        if line:
            parse_form(line)
    except InvalidValueError as error:
        return tr("Its form “{form}” is not used. {why}", form=line[:_LONGEST], why=error.what)
    return ""


def _problems(data: Mapping[str, object]) -> Iterator[str]:
    for name in _TEXTS:
        if not isinstance(data.get(name, ""), str):
            yield tr("“{name}” is left out: it is no text.", name=name)
    for name in _SWITCHES:
        if not isinstance(data.get(name, False), bool):
            yield tr("“{name}” is left out: it is neither true nor false.", name=name)
    values = data.get("values", {})
    if not isinstance(values, Mapping):
        yield tr("“{name}” is left out: it is no object.", name="values")
        values = {}
    for name, value in values.items():
        try:
            checked_values({str(name): value})
        except InvalidValueError as error:
            yield tr("A value is left out. {why}", why=error.what)
    form = data.get("form", "")
    if isinstance(form, str) and (problem := form_problem(form)):
        yield problem
    unknown = sorted(str(one)[:_LONGEST] for one in data.keys() - _KNOWN)
    if unknown:
        yield tr("This Phial does not know what this means: {names}.", names=", ".join(unknown))
