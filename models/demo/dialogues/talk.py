"""A dialogue as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, its one right answer, and which kind of thing was asked."""

    user: str
    answer: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A system prompt (empty for none) and turns."""

    system: str
    turns: tuple[Turn, ...]
