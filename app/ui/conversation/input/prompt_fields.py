"""Prompts with fields to fill in: what stands in braces is taken from elsewhere, or typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.domain.presets.preset import SavedPrompt

_FIELD = re.compile(r"\{(\w+)\}")


def matching(prompts: Sequence[SavedPrompt], typed: str) -> list[SavedPrompt]:
    """The prompts that ``typed`` may become: those whose name begins so, then those that have it.

    Args:
        prompts: All of them.
        typed: What stands in the composer. A slash and part of a word; anything else fits none.
    """
    if not re.fullmatch(r"/[\w-]*", typed):
        return []
    word = typed[1:].casefold()
    begins = [one for one in prompts if one.name.casefold().startswith(word)]
    return begins + [one for one in prompts if one not in begins and word in one.name.casefold()]


def filled(text: str, known: Mapping[str, str]) -> str:
    """A prompt with the fields filled in that are ``known`` and not empty."""
    return _FIELD.sub(lambda field: known.get(field[1]) or field[0], text)


def next_field(text: str, start: int = 0) -> tuple[int, int] | None:
    """Where the next field begins and ends, from ``start`` on and then from the beginning."""
    found = _FIELD.search(text, start) or _FIELD.search(text)
    return found.span() if found is not None else None
