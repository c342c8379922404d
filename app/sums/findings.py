"""What was found wrong in a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FindingKind(Enum):
    """What was found wrong."""

    SUM = "sum"
    COMPARISON = "comparison"
    TOTAL = "total"
    WEEKDAY = "weekday"
    DAYS = "days"
    CHOICE = "choice"  # of two numbers, by the question
    RIGHT = "right"  # nothing: it was worked out and is so


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a text that is not so; of the kind RIGHT, something that is.

    Attributes:
        kind: What.
        start: Offset in the text of the first character of the statement.
        end: Behind its last character.
        stated: The number (or word) that is wrong, as it stands there.
        right: What it should be; for a comparison the right sign.
        at: Offset of ``stated``.
    """

    kind: FindingKind
    start: int
    end: int
    stated: str
    right: str
    at: int
