"""An answer held against what it was given: verdicts in words, and the parts that keep them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.documents.checking.check import AnswerChecker
from app.documents.checking.claims import Claim, ClaimKind
from app.documents.checking.sentences import mark_places, sentences_of
from app.documents.checking.verdicts import CheckedSentence, Verdict
from app.domain.answers.cited_words import VERDICT_WORDS, claim_told, found_words, kinds_told
from app.domain.parts import CitationPart, Part, PlacedPart
from app.language import formats, paragraph, tr
from app.services.documents.reading_plan import CitedSource, ReadingPlan


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A cited sentence, and where what it says was looked for.

    Attributes:
        checked: What was found.
        sources: What its numbers stand for; those that stand for nothing are missing.
        elsewhere: In which all of it stands, where it cites another; None for none.
    """

    checked: CheckedSentence
    sources: tuple[CitedSource, ...]
    elsewhere: CitedSource | None = None

    @property
    def source(self) -> CitedSource | None:
        """The source in which it was found, or the first that it cites."""
        place = self.checked.place
        if place is not None:
            return next((one for one in self.sources if one.mark == place.mark), None)
        return self.sources[0] if self.sources else None

    @property
    def passage(self) -> str:
        """The words that were found; empty for none."""
        place, source = self.checked.place, self.source
        return source.text[place.start : place.end] if place and source else ""

    @property
    def page_range(self) -> tuple[int, int] | None:
        """Where they stand in the page's text."""
        place, source = self.checked.place, self.source
        if place is None or source is None:
            return None
        return source.start + place.start, source.start + place.end

    @property
    def told(self) -> str:
        """What was checked, in words."""
        if self.elsewhere is None:
            return verdict_words(self)
        page, name = str(self.elsewhere.page), self.elsewhere.document.name
        instead = tr("All of it stands on p. {page} of {name}.", page=page, name=name)
        return paragraph(verdict_words(self), instead)


def answer_checker(plan: ReadingPlan, question: str) -> AnswerChecker:
    """What checks an answer to a question that was given a plan's sources."""
    return AnswerChecker(
        {one.mark: one.text for one in plan.sources},
        {one.mark: f"{one.document.name} {one.document.facts.title}" for one in plan.sources},
        question,
    )


def cited(plan: ReadingPlan, found: Sequence[CheckedSentence]) -> tuple[CheckedCitation, ...]:
    """Checked sentences with what their numbers stand for."""
    by_mark = {one.mark: one for one in plan.sources}
    return tuple(
        CheckedCitation(
            one,
            tuple(by_mark[mark] for mark in one.marks if mark in by_mark),
            by_mark[one.elsewhere] if one.elsewhere is not None else None,
        )
        for one in found
    )


def check_answer(plan: ReadingPlan, question: str, answer: str) -> tuple[CheckedCitation, ...]:
    """Each cited sentence of an answer, and what was found of it."""
    return cited(plan, answer_checker(plan, question).finish(answer))


def verdict_words(citation: CheckedCitation) -> str:
    """What was checked of a sentence, and what was found."""
    checked, source = citation.checked, citation.source
    if source is None:
        marks = formats.listed([f"[{mark}]" for mark in checked.marks])
        return tr("There is no passage {marks}.", marks=marks)
    page = str(source.page)
    what = kinds_told(claim.kind for claim in checked.checked)
    match checked.verdict:
        case Verdict.QUOTED:
            return tr("It stands word for word on p. {page}.", page=page)
        case Verdict.SUPPORTED if what:
            return tr("Found on p. {page}: {what}.", page=page, what=what)
        case Verdict.SUPPORTED:
            return tr("Its words stand on p. {page}.", page=page)
        case Verdict.REORDERED:
            return tr(
                "Found on p. {page}, but in each other's place: {what}.", page=page, what=what
            )
        case Verdict.MISPLACED:
            told = formats.listed([claim_told(one.text) for one in checked.missing])
            return tr("On p. {page}, but for something else: {what}.", page=page, what=told)
        case Verdict.DIFFERS:
            return _differs_words(checked.missing, page)
        case Verdict.NO_PASSAGE:
            return tr("It also cites a passage that there is not.")
        case _:
            return tr("Not found in the document.")


def _differs_words(missing: Sequence[Claim], page: str) -> str:
    told = [claim_told(one.text) for one in missing if one.kind is not ClaimKind.NEGATION]
    if told:
        return tr("Not on p. {page}: {what}.", page=page, what=formats.listed(told))
    negated = claim_told(missing[0].text)
    return tr(
        "{word} stands either on p. {page} or in the answer, not in both.", word=negated, page=page
    )


def citation_parts(citations: Sequence[CheckedCitation]) -> tuple[PlacedPart, ...]:
    """The parts of a message that keep what was found."""
    found = []
    for one in citations:
        source = one.source
        label = ", ".join(map(str, one.checked.marks))
        kinds = dict.fromkeys(claim.kind.value for claim in one.checked.checked)
        missing = (f"{claim.kind.value} {claim.text}" for claim in one.checked.missing)
        other = one.elsewhere
        same = other is not None and source is not None and other.document == source.document
        part = CitationPart(
            title=source.document.name if source else "",
            target=source.document.id if source else "",
            quotation=one.passage,
            page=source.page if source else None,
            label=label,
            verdict=one.checked.verdict.value,
            checked=" ".join(kinds),
            missing="\n".join(missing),
            elsewhere=other.page if other is not None and same else None,
        )
        found.append(PlacedPart(one.checked.end, part))
    return tuple(found)


def is_check(part: Part) -> bool:
    """Whether a part says what was found of a cited sentence."""
    return isinstance(part, CitationPart) and part.verdict in VERDICT_WORDS


@dataclass(frozen=True, slots=True)
class StoredCitation:
    """A cited sentence of an answer that was checked when it was written.

    Attributes:
        sentence: As the answer has it.
        part: What was found.
        marks: Where its numbers in brackets stand in the answer.
    """

    sentence: str
    part: CitationPart
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether the reader should look."""
        return self.part.verdict not in {Verdict.QUOTED, Verdict.SUPPORTED}

    @property
    def told(self) -> str:
        """What was looked for and found, in a few words, and where."""
        found = found_words(self.part)
        if self.part.page is None:
            return found
        return tr(
            "{name}, p. {page}: {found}",
            name=self.part.title,
            page=str(self.part.page),
            found=found,
        )


def stored_citations(answer: str, placed: Sequence[PlacedPart]) -> tuple[StoredCitation, ...]:
    """The checked sentences of an answer as it is stored, in order.

    Args:
        answer: Its text.
        placed: Its parts.
    """
    ends = {one.end: one for one in sentences_of(answer)}
    return tuple(
        StoredCitation(
            answer[ends[one.at].start : one.at],
            one.part,
            tuple(mark_places(answer, ends[one.at].start, one.at)),
        )
        for one in placed
        if isinstance(one.part, CitationPart) and is_check(one.part) and one.at in ends
    )


def streamed_check(plan: ReadingPlan, question: str) -> Callable[[str], tuple[PlacedPart, ...]]:
    """Checks an answer while it is written: given the text so far, each sentence once."""
    checker = answer_checker(plan, question)
    return lambda answer: citation_parts(cited(plan, checker.feed(answer)))
