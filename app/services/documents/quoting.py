"""Answers that only quote: the model names lines, and Phial writes them down.

Each line of what a question is given has a number, such as ``3.2``: the second line of passage (or
page) 3. A grammar lets the model answer with such numbers and nothing else, so it cannot invent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import log

from app.domain.generation import Finished, GenerationEvent, TextDelta
from app.language import tr
from app.services.documents.reading_plan import CitedSource, ReadingMode, ReadingPlan, shown_title
from app.store.documents.question import names_in, stem_terms

MOST_QUOTED = 8  # lines of an answer
_LONGEST = 600  # characters of a line; a table without ends of sentences is cut there
_HEADING = 0.6  # of the widest line of a page, that a heading has at most
_MOST_GRAMMAR = 48 * 1024  # characters; the engine refuses one of 64 KiB
_RULE = (  # not shown: for the model
    "Answer with the numbers of the lines that answer the question and nothing else, such as 3.2 "
    "or 1.4, 2.1. If no line answers it, answer none."
)
_NONE = "none"  # not shown
_BREAK = re.compile(
    "(?<=[.!?\u2026])[\"'\u00bb\u201d\u2019)\\]]*\\s+(?=[^\\s\\da-z])|(?<=[\u3002\uff01\uff1f])"
    "|\n\\s*\n|\n(?=\\s*(?:[\u2022\\-*\u2013#>|]|\\d{1,3}[.)])\\s)"
)
_WORD = re.compile(r"[^\W_]+")
_REFERENCE = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line that can be quoted.

    Attributes:
        mark: The number of its passage or page.
        number: Its own in there, from 1.
        text: On one line.
    """

    mark: int
    number: int
    text: str

    @property
    def label(self) -> str:
        """How the model names it."""
        return f"{self.mark}.{self.number}"

    @property
    def quotation(self) -> str:
        """As it stands in the answer."""
        return f"\u201c{self.text}\u201d [{self.mark}]"  # not shown: part of the answer


def _ends_of_headings(text: str) -> Iterator[int]:
    """Where a line ends that is much shorter than others, and the next begins with a capital."""
    widest = max(map(len, text.split("\n")))
    start = 0
    for line in text.split("\n"):
        start += len(line) + 1
        if 0 < len(line) < widest * _HEADING and text[start : start + 1].isupper():
            yield start


@dataclass(frozen=True, slots=True)
class QuotingPlan:
    """What a question is given whose answer only quotes.

    Attributes:
        plan: The same passages or pages, their lines numbered.
        lines: By label.
        grammar: What the model may answer, GBNF.
    """

    plan: ReadingPlan
    lines: Mapping[str, QuotedLine]
    grammar: str


def quoting_plan(plan: ReadingPlan, found_for: str = "") -> QuotingPlan:
    """A plan with its lines numbered.

    Args:
        plan: What is read.
        found_for: A question: only the line that has most of its words is offered, for a model that
            cannot choose, and it may not answer that no line does. Empty offers all.
    """
    lines = [line for one in plan.sources for line in lines_of(one)]
    if found_for:
        lines = best_line(lines, found_for)
    by_mark = {mark: list(its) for mark, its in groupby(lines, key=lambda one: one.mark)}
    shown = {
        mark: "\n".join(f"{one.label} {one.text}" for one in its) for mark, its in by_mark.items()
    }
    if plan.mode is ReadingMode.WHOLE:
        numbered = replace(plan, system="\n\n".join([*_whole(plan.sources, shown), _RULE]))
    else:
        texts = [  # not shown: for the model
            f"[{one.mark}] ({shown_title(one.document)}, {one.document.facts.unit} {one.page})\n"
            f"{shown.get(one.mark, '')}"
            for one in plan.sources
            if one.mark in shown or not found_for
        ]
        numbered = replace(plan, before="\n\n".join([*texts, _RULE]) if texts else "")
    return QuotingPlan(
        numbered, {one.label: one for one in lines}, _grammar(by_mark, bool(found_for))
    )


def _whole(sources: Sequence[CitedSource], shown: Mapping[int, str]) -> Iterator[str]:
    for _, its in groupby(sources, key=lambda one: one.document.id):
        of_document = list(its)
        yield f"Document: {shown_title(of_document[0].document)}"  # not shown: for the model
        for one in of_document:
            yield f"[{one.mark}]\n{shown.get(one.mark, '')}"


def lines_of(source: CitedSource) -> Iterator[QuotedLine]:
    """The sentences of a passage or page, and what stands on lines of its own."""
    text, start, number = source.text, 0, 0
    ends = sorted({*(match.end() for match in _BREAK.finditer(text)), *_ends_of_headings(text)})
    for end in (*ends, len(text)):
        words = " ".join(text[start:end].split())
        start = end
        for cut in range(0, len(words), _LONGEST):
            number += 1
            yield QuotedLine(source.mark, number, words[cut : cut + _LONGEST].strip())


def best_line(lines: Sequence[QuotedLine], question: str) -> list[QuotedLine]:
    """The line with most of a question's words, the rare ones counting more; none where none has.

    Words are compared without their usual endings, and those that say nothing are left out. Where
    a name of the question stands in no line, no line is about what is asked.
    """
    wanted = {_stem(word.strip('"')) for word in stem_terms(question)}
    stems = [{_stem(word) for word in _WORD.findall(one.text.lower())} for one in lines]
    if not {_stem(one.lower()) for one in names_in(question)} <= set().union(*stems):
        return []
    having = [one & wanted for one in stems]
    counts = Counter(word for words in having for word in words)
    weights = {word: log(1 + len(lines) / count) for word, count in counts.items()}
    scores = [sum(weights[word] for word in words) for words in having]
    best = max(scores, default=0.0)
    return [lines[scores.index(best)]] if best > 0 else []


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending).rstrip("e")
    return word.rstrip("e")


def _grammar(by_mark: Mapping[int, Sequence[QuotedLine]], chosen: bool) -> str:
    """``none``, or the numbers of lines that exist; that of the one line that was chosen."""
    choices = [
        f'"{mark}." ({" | ".join(_literal(str(one.number)) for one in its)})'
        for mark, its in by_mark.items()
    ]
    line = " | ".join(choices)
    if len(line) > _MOST_GRAMMAR:  # what does not exist is then passed over when it comes
        line = '[0-9] [0-9]? [0-9]? [0-9]? "." [0-9] [0-9]? [0-9]?'
    if not choices:
        return f'root ::= "{_NONE}"\n'
    if chosen:
        return f"root ::= {line}\n"
    more = " ".join(['(", " line'] * (MOST_QUOTED - 1)) + ")?" * (MOST_QUOTED - 1)
    return f'root ::= "{_NONE}" | line {more}\nline ::= {line}\n'  # not shown


def _literal(text: str) -> str:
    return f'"{text}"'


class QuoteWriter:
    """Turns the numbers of lines into the lines, as they come.

    Args:
        lines: By label.
        written: What of the answer stands already; nothing of it is quoted again.
    """

    def __init__(self, lines: Mapping[str, QuotedLine], written: str = "") -> None:
        self._lines = lines
        self._pending = ""
        self._begun = bool(written)
        self._quoted = {one.label for one in lines.values() if one.quotation in written}

    def feed(self, text: str) -> str:
        """Take more of what the model writes; returns what there is to show of it."""
        self._pending += text
        *whole, self._pending = self._pending.split(",")
        return "".join(self._quote(one) for one in whole)

    def finish(self) -> str:
        """The model has ended; returns the rest."""
        rest, self._pending = self._pending, ""
        said = self._quote(rest)
        if not said and not self._begun and rest.strip():
            self._begun = True
            return tr("No line of what was read answers this.")
        return said

    def _quote(self, text: str) -> str:
        match = _REFERENCE.fullmatch(text.strip())
        line = self._lines.get(match.group()) if match else None
        if line is None or line.label in self._quoted:
            return ""
        self._quoted.add(line.label)
        gap, self._begun = "\n\n" if self._begun else "", True
        return gap + line.quotation


def quoted_events(
    events: Iterable[GenerationEvent], quotes: QuotingPlan, written: str = ""
) -> Iterator[GenerationEvent]:
    """An answer's events, the numbers of lines in it replaced by the lines.

    Args:
        events: As the engine yields them.
        quotes: What may be quoted.
        written: What of the answer stands already.
    """
    writer = QuoteWriter(quotes.lines, written)
    for event in events:
        if isinstance(event, TextDelta):
            yield TextDelta(writer.feed(event.text), event.tokens)
            continue
        if isinstance(event, Finished) and (rest := writer.finish()):
            yield TextDelta(rest, 0)
        yield event
