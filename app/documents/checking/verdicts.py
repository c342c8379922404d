"""What checking a cited sentence found, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.documents.checking.claims import Claim


class Verdict(StrEnum):
    """What was found of a sentence in the passages that it cites."""

    QUOTED = "quoted"  # it, or what it quotes, stands there word for word
    SUPPORTED = "supported"  # its numbers, dates, names and quotations stand there
    REORDERED = "reordered"  # they do, but two of them have changed places
    MISPLACED = "misplaced"  # they do, but one of them stands there for something else
    DIFFERS = "differs"  # some of them do not
    NOT_FOUND = "not_found"  # nothing of it stands there
    NO_PASSAGE = "no_passage"  # there is no passage of that number

    @property
    def is_doubtful(self) -> bool:
        """Whether the reader should look."""
        return self not in {Verdict.QUOTED, Verdict.SUPPORTED}


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where a sentence was found.

    Attributes:
        mark: The number of the passage.
        start: Where in that passage's text.
        end: Where it ends.
        exact: The words stand there as in the sentence; otherwise it is the nearest sentence.
    """

    mark: int
    start: int
    end: int
    exact: bool


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A cited sentence of an answer, and what was found.

    Attributes:
        start: Where it begins in the answer.
        end: Where it ends, marks included.
        marks: What it cites.
        verdict: What was found.
        checked: What was looked for: its quotations, numbers, dates and names.
        missing: What of that does not stand there, or stands there for something else.
        place: Where it was found; None where nothing like it stands there.
        elsewhere: The passage in which all of it stands, where it cites another; None for none.
    """

    start: int
    end: int
    marks: tuple[int, ...]
    verdict: Verdict
    checked: tuple[Claim, ...] = ()
    missing: tuple[Claim, ...] = ()
    place: FoundPlace | None = None
    elsewhere: int | None = None
