"""The marks of an answer: its sums, and what it cites with what checking found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.domain.conversation import Message
from app.domain.parts import CitationPart, PlacedPart
from app.language import tr
from app.ui.conversation.marks.checked_sums import CheckedSums
from app.ui.conversation.marks.sum_words import said
from app.ui.transcript.content.marks import Mark, MarkKind, MarkTone

if TYPE_CHECKING:  # nobody waits for it at the start: it comes with the first citation
    from app.services.documents.checked_answer import StoredCitation

LONGEST_CHOICE = 300  # characters of a question that asks for one of two numbers
_FOUND = {"quoted", "supported"}
_NEAR = {"reordered", "misplaced", "differs"}
TICK = "✓"
_SIGNS = {MarkTone.GOOD: TICK, MarkTone.DOUBT: "≈", MarkTone.WRONG: "✕"}


def marks_of(message: Message, *, sums: CheckedSums, question: str = "") -> tuple[Mark, ...]:
    """The marks of an answer that is complete; takes up to a millisecond a sentence.

    Args:
        message: The answer.
        sums: Which of its sums are marked.
        question: What it answers; empty where that is not known.
    """
    found = [*cited_marks(citations_of(message))] if _is_cited(message) else []
    found += sum_marks(message.content, sums, question)
    return tuple(sorted(found, key=lambda mark: mark.start))


def written_marks(
    text: str,
    end: int,
    check: Callable[[str], tuple[PlacedPart, ...]] | None,
    *,
    sums: CheckedSums,
) -> tuple[tuple[StoredCitation, ...], tuple[Mark, ...]]:
    """What an answer cites so far, and its marks, while it is written.

    Args:
        text: The answer so far.
        end: Where its last complete sentence ends.
        check: Finds its cited sentences; None where it has no documents.
        sums: Which of its sums are marked.
    """
    citations: tuple[StoredCitation, ...] = ()
    if check is not None:
        from app.services.documents.checked_answer import stored_citations

        citations = stored_citations(text, check(text))
    found = [*cited_marks(citations), *sum_marks(text[:end], sums)]
    return citations, tuple(sorted(found, key=lambda mark: mark.start))


def sum_marks(text: str, sums: CheckedSums, question: str = "") -> Iterator[Mark]:
    """The sums of a text, and the number of its question that it wrongly names."""
    if sums is CheckedSums.NONE:
        return
    from app.sums.check import checked_numbers, wrong_numbers  # not before an answer needs it
    from app.sums.findings import FindingKind
    from app.sums.statements.chosen import wrong_choice

    chosen = wrong_choice(question, text) if len(question) < LONGEST_CHOICE else None
    found = checked_numbers(text) if sums is CheckedSums.ALL else wrong_numbers(text)
    for number, one in enumerate([*found, *([chosen] if chosen is not None else [])]):
        start, end = one.start, one.end
        if one.kind is FindingKind.RIGHT:
            yield Mark(start, end, MarkKind.SUM, MarkTone.GOOD, said(one, text), TICK, number)
            continue
        if one.kind is FindingKind.TOTAL:  # its statement is a column of a table
            start, end = one.at, one.at + len(one.stated)
        words = said(one, text)
        yield Mark(start, end, MarkKind.SUM, MarkTone.WRONG, words, one.right, number)


def _is_cited(message: Message) -> bool:
    return any(isinstance(one.part, CitationPart) and one.part.verdict for one in message.placed)


def citations_of(message: Message) -> tuple[StoredCitation, ...]:
    """The checked sentences of an answer that is complete."""
    from app.services.documents.checked_answer import stored_citations

    return stored_citations(message.content, message.placed)


def cited_marks(citations: Sequence[StoredCitation]) -> Iterator[Mark]:
    """A mark at each number by which a checked sentence cites something."""
    for number, one in enumerate(citations):
        verdict = one.part.verdict
        tone = MarkTone.DOUBT if verdict in _NEAR else MarkTone.WRONG
        tone = MarkTone.GOOD if verdict in _FOUND else tone
        for start, end in one.marks:
            words = tr("Cited: {told}", told=one.told)
            yield Mark(start, end, MarkKind.CITATION, tone, words, _SIGNS[tone], number)
