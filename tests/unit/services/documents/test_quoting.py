"""Answers that only quote: lines are numbered, a grammar allows their numbers, lines come out."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.documents import DocumentFacts, DocumentKind, PageUnit, StoredDocument
from app.services.documents.quoting import QuotedLine, QuoteWriter, lines_of, quoting_plan
from app.services.documents.reading_plan import CitedSource, ReadingMode, ReadingPlan

FACTS = DocumentFacts(DocumentKind.TEXT, PageUnit.PAGE, 1, "", 2, 10)
DOCUMENT = StoredDocument("a" * 32, "a.txt", "/a.txt", "", FACTS, 0, 0)


def source(text: str, mark: int = 1) -> CitedSource:
    return CitedSource(mark, DOCUMENT, mark, 0, text)


def test_lines_are_sentences_and_what_stands_on_lines_of_its_own():
    text = (
        "The bridge\n\nIt opened in 1962, on 3.5.\nIt cost 1.2 million (\u201ca lot.\u201d) They\n"
    )
    text += "say so.\n- one\n- two"
    assert [one.text for one in lines_of(source(text))] == [
        "The bridge",
        "It opened in 1962, on 3.5.",
        "It cost 1.2 million (\u201ca lot.\u201d)",
        "They say so.",
        "- one",
        "- two",
    ]


def test_a_heading_above_lines_that_are_broken_is_a_line_of_its_own():
    text = "The lamp\nThe first lamp burned oil, and it was seen from\nfar away in Velkary."
    assert [one.text for one in lines_of(source(text))] == [
        "The lamp",
        "The first lamp burned oil, and it was seen from far away in Velkary.",
    ]


@settings(deadline=None)
@given(st.text("abA .\n-!\u3002", max_size=300))
def test_no_letter_of_a_passage_is_lost(text: str) -> None:
    lines = list(lines_of(source(text)))
    assert "".join("".join(one.text.split()) for one in lines) == "".join(text.split())
    assert [one.number for one in lines] == list(range(1, len(lines) + 1))


def test_one_line_is_offered_to_the_demo_and_none_where_a_name_stands_nowhere():
    keeper = "Aron Vale was the keeper of Ormsund."
    plan = ReadingPlan(ReadingMode.PASSAGES, (source(f"{keeper} A cat lived there."),))

    def offered(question: str) -> list[str]:
        return [one.text for one in quoting_plan(plan, question).lines.values()]

    assert offered("Who was the keeper of Ormsund?") == [keeper]
    assert offered("Who was the keeper of Kalvorn?") == []
    assert quoting_plan(plan, "Who was the keeper of Kalvorn?").grammar == 'root ::= "none"\n'
    assert offered("Wie heißt der Keeper vom Turm?") == [keeper]  # every noun has a capital there


def test_the_grammar_allows_the_numbers_of_lines_that_exist():
    plan = ReadingPlan(ReadingMode.PASSAGES, (source("One. Two."), source("Three.", 2)))
    quotes = quoting_plan(plan)
    assert set(quotes.lines) == {"1.1", "1.2", "2.1"}
    assert quotes.grammar.endswith('line ::= "1." ("1" | "2") | "2." ("1")\n')
    assert "[1] (a.txt, page 1)\n1.1 One.\n1.2 Two.\n\n[2]" in quotes.plan.before


def test_a_grammar_that_would_be_too_large_allows_any_number():
    quotes = quoting_plan(ReadingPlan(ReadingMode.WHOLE, (source("One. " * 12_000),)))
    assert len(quotes.grammar) < 2_000
    assert re.search(r"^line ::= \[0-9\]", quotes.grammar, re.MULTILINE)


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.data())
def test_lines_come_out_in_whatever_pieces_their_numbers_come(
    numbers: list[int], data: st.DataObject
) -> None:
    lines = {f"1.{n}": QuotedLine(1, n, f"Line {n}.") for n in range(1, 20)}
    said = ", ".join(f"1.{n}" for n in numbers)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=6)))
    writer = QuoteWriter(lines)
    pieces = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    told = "".join(writer.feed(one) for one in pieces) + writer.finish()
    wanted = [lines[f"1.{n}"].quotation for n in dict.fromkeys(numbers) if n < 20]
    none = "No line of what was read answers this."
    assert told == ("\n\n".join(wanted) or none)


def test_what_stands_already_is_not_quoted_again():
    lines = {f"1.{n}": QuotedLine(1, n, f"Line {n}.") for n in (1, 2)}
    writer = QuoteWriter(lines, lines["1.1"].quotation)
    assert writer.feed("1.1, 1.2") + writer.finish() == "\n\n" + lines["1.2"].quotation
