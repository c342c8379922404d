"""Marks in a message's text, as values: what is drawn at a stretch of it, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MarkKind(StrEnum):
    """What a mark is about."""

    SUM = "sum"  # a number that is wrong: a wavy line, and the right one behind it
    CITATION = "citation"  # what a sentence was taken from: its number becomes a chip


class MarkTone(StrEnum):
    """How a mark is coloured; the names are those of colours of a theme."""

    GOOD = "success"
    DOUBT = "warning"
    WRONG = "error"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something about a stretch of a message's text.

    Attributes:
        start: Characters of the message's text before it.
        end: Behind its last character.
        kind: What it is about.
        tone: Its colour.
        words: What it says, in a sentence.
        chip: What is drawn behind the stretch, a few characters; empty for nothing.
        number: Of what it stands for, among those of its kind in the message, from 0.
    """

    start: int
    end: int
    kind: MarkKind
    tone: MarkTone
    words: str
    chip: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class RowMark:
    """A mark in a row: from and to in the row's text, as Qt counts."""

    start: int
    end: int
    mark: Mark
