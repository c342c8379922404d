"""Passages cover a page's text, are of a size, and end where sentences do."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from app.documents.reading.passages import WORDS, heading_at, passages_of
from app.domain.documents import DocumentHeading, DocumentPage


def page(text: str) -> DocumentPage:
    return DocumentPage(1, text, 0, len(text))


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in passages_of(page(text))]


def test_a_short_page_is_one_passage() -> None:
    assert cut("  • A short page.\n") == ["• A short page."]


def test_a_page_of_signs_alone_has_none() -> None:
    assert cut(" .. -- \n") == []


def test_passages_end_where_sentences_do() -> None:
    text = " ".join(f"This is sentence number {n} of the page." for n in range(60))
    found = cut(text)
    assert len(found) > 3
    assert all(one.endswith(".") for one in found)
    assert all(len(one.split()) <= WORDS + 24 for one in found)
    assert " ".join(found) == text


def test_a_script_without_spaces_is_cut_too() -> None:
    text = "これは文書の一つの文です。" * 60
    found = cut(text)
    assert "".join(found) == text
    assert len(found) > 2


def test_headers_and_footers_are_in_none() -> None:
    text = "Yearly report\nThe text.\nPage 7"
    start, end = text.index("The"), text.index("\nPage")
    assert [text[a:b] for a, b in passages_of(DocumentPage(1, text, start, end))] == ["The text."]


@given(st.text(alphabet="ab .!?\n\u65e5\u3002-", max_size=3000), st.integers(0, 50))
def test_every_word_is_in_exactly_one_passage(text: str, skipped: int) -> None:
    made = DocumentPage(1, text, min(skipped, len(text)), len(text))
    covered = [0] * len(text)
    for start, end in passages_of(made):
        assert made.start <= start <= end <= made.end
        for at in range(start, end):
            covered[at] += 1
    for at in range(made.start, made.end):
        assert covered[at] <= 1
        assert covered[at] == 1 or not text[at].isalnum()


def test_an_endless_word_or_table_is_cut_as_well() -> None:
    numbers = random.Random(1)
    rows = "\n".join("x" * 700 + str(numbers.random()) for _ in range(60))
    assert max(len(one) for one in cut(rows)) < 6_000


def test_a_place_stands_under_the_last_heading_before_it() -> None:
    headings = [DocumentHeading(1, "One", 1, 5), DocumentHeading(2, "Two", 3, 0)]
    found = [heading_at(headings, *place) for place in ((1, 0), (1, 5), (2, 0), (3, 0), (9, 9))]
    assert found == ["", "One", "One", "Two", "Two"]
