"""Texts that are shown a little differently than they are, and the way back.

A :class:`TextPatch` speaks of the original, a :class:`Patch` of what is shown. Both are in
ascending order and do not overlap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.language import tr
from app.markup.transfer.readers.json_values import ShapeError


@dataclass(frozen=True, slots=True, order=True)
class TextPatch:
    """In the original, ``length`` characters from ``start`` are shown as ``shown``."""

    start: int
    length: int
    shown: str


@dataclass(frozen=True, slots=True)
class Patch:
    """In what is shown, ``length`` characters from ``start`` stand for ``original``."""

    start: int
    length: int
    original: str


def apply(original: str, edits: Iterable[TextPatch]) -> tuple[str, tuple[Patch, ...]]:
    """The shown text, and the patches that undo it."""
    pieces: list[str] = []
    patches: list[Patch] = []
    at = length = 0
    for edit in edits:
        kept = original[at : edit.start]
        length += len(kept)
        at = edit.start + edit.length
        patches.append(Patch(length, len(edit.shown), original[edit.start : at]))
        pieces += (kept, edit.shown)
        length += len(edit.shown)
    pieces.append(original[at:])
    return "".join(pieces), tuple(patches)


def undo(shown: str, patches: Iterable[Patch]) -> str:
    """The original text.

    Raises:
        ShapeError: The patches do not fit the text.
    """
    pieces: list[str] = []
    at = 0
    for patch in patches:
        end = patch.start + patch.length
        if not at <= patch.start <= end <= len(shown):
            raise ShapeError(tr("What it says about a message does not fit the message."))
        pieces += (shown[at : patch.start], patch.original)
        at = end
    pieces.append(shown[at:])
    return "".join(pieces)


def joined(first: Sequence[TextPatch], second: Iterable[TextPatch]) -> list[TextPatch]:
    """Edits of an original, and edits of what the first make of it, as edits of the original.

    The two touch different characters.
    """
    starts: list[int] = []  # where the shown text goes on after each of the first edits
    shifts: list[int] = []  # what to add there to come back to the original
    shift = 0
    for edit in first:
        starts.append(edit.start - shift + len(edit.shown))
        shift += edit.length - len(edit.shown)
        shifts.append(shift)
    moved = [
        TextPatch(edit.start + (shifts[index - 1] if index else 0), edit.length, edit.shown)
        for edit in second
        for index in (bisect_right(starts, edit.start),)
    ]
    return sorted((*first, *moved))
