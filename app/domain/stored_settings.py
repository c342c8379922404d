"""Settings in their stored form: what can be used of it, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.domain.errors import InvalidValueError
from app.domain.options import check
from app.domain.settings import SPECS, Settings
from app.language import paragraph, tr


def settings_from_dict(data: Mapping[str, object]) -> tuple[Settings, list[str]]:
    """Read stored settings, keeping every good value.

    Args:
        data: Name to value, as stored. Names that are not known are ignored: a newer version may
            have written them.

    Returns:
        The settings, and one sentence for each value that had to be replaced by its default.
    """
    good: dict[str, Any] = {}
    problems: list[str] = []
    for name, spec in SPECS.items():
        if name not in data:
            continue
        try:
            good[name] = check(spec, data[name])
        except InvalidValueError as error:
            problems.append(
                paragraph(
                    error.what,
                    tr("The default is used; the file keeps yours until you change it."),
                )
            )
    return Settings(**good), problems


def refuses(name: str, stored: object) -> bool:
    """Whether a stored value of a known setting cannot be used."""
    try:
        check(SPECS[name], stored)
    except InvalidValueError:
        return True
    return False


def settings_to_dict(settings: Settings) -> dict[str, object]:
    """The stored form: plain JSON values."""
    return {
        name: str(value) if isinstance(value, StrEnum) else value
        for name in SPECS
        for value in (getattr(settings, name),)
    }
