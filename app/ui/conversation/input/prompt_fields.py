"""Prompts with fields to fill in: what stands in braces is taken from elsewhere, or typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class FilledPrompt:
    """A prompt as it stands in the composer.

    Attributes:
        text: With what is known filled in.
        fields: Where those stand that are to be typed, in order: begin and end, in characters.
            Braces that came with what was filled in are none.
    """

    text: str
    fields: tuple[tuple[int, int], ...]


def filled(text: str, known: Mapping[str, str]) -> FilledPrompt:
    """A prompt with the fields filled in that are ``known`` and not empty."""
    parts: list[str] = []
    fields: list[tuple[int, int]] = []
    length = end = 0
    for field in _FIELD.finditer(text):
        value = known.get(field[1], "")
        begin = length + field.start() - end
        parts += [text[end : field.start()], value or field[0]]
        length = begin + len(parts[-1])
        end = field.end()
        if not value:
            fields.append((begin, length))
    return FilledPrompt("".join([*parts, text[end:]]), tuple(fields))
