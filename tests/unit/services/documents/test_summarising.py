"""Summaries of long documents: cut by the outline, every part kept, joined at last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.documents import StoredDocument
from app.domain.errors import DocumentError
from app.services.documents.document_service import DocumentService
from app.services.documents.summarising import (
    SummaryPart,
    SummaryStoppedError,
    sections_of,
    summary_parts,
    summary_text,
)
from app.store.documents.opening import open_private_documents


@pytest.fixture
def library() -> Iterator[DocumentService]:
    made = DocumentService(open_private_documents())
    yield made
    made.close()


def book(library: DocumentService, tmp_path: Path, chapters: int = 6) -> StoredDocument:
    """A text with chapters of about 1,500 characters."""
    path = tmp_path / "book.md"
    text = "\n\n".join(
        f"# Chapter {n}\n\n{f'Fact {n} is here. ' * 90}" for n in range(1, chapters + 1)
    )
    path.write_text(text)
    return library.add(path)


class Model:
    """Answers with the number of the question; stops before one."""

    def __init__(self, stops_at: int = 0) -> None:
        self.asked: list[str] = []
        self._stops_at = stops_at

    def ask(self, prompt: str, most: int) -> str:
        if len(self.asked) + 1 == self._stops_at:
            raise SummaryStoppedError("Stopped.")
        self.asked.append(prompt)
        return f"Fact {len(self.asked)} is here [1]."


def parts(library: DocumentService, document: StoredDocument, model: Model) -> list[SummaryPart]:
    return list(summary_parts(library, document, model.ask, 1_000, "m"))


def test_every_section_is_read_once_and_the_whole_is_made_of_what_was_written(library, tmp_path):
    document, model = book(library, tmp_path), Model()
    found = parts(library, document, model)
    assert [one.title for one in found[:-1]] == [f"Chapter {n}" for n in range(1, 7)]
    assert found[-1].together
    assert [one.done for one in found] == [*range(1, 7), found[-1].total]
    read = "".join(model.asked[:6])
    assert all(read.count(f"Fact {n} is here.") == 90 for n in range(1, 7))
    assert all(one.text in model.asked[6] for one in found[:6])
    assert summary_text(found).startswith(
        "## The whole document\n\nFact 7 is here [1].\n\n"
        "- ⚠ “Fact 7 is here [1].” Not on p. 1: “7”.\n\n"
        "## Chapter 1 (p. 1)\n\nFact 1 is here [1].\n\n## Chapter 2 (p. "
    )


def test_a_summary_that_was_stopped_goes_on_behind_what_was_written(library, tmp_path):
    document, model = book(library, tmp_path), Model(stops_at=4)
    with pytest.raises(SummaryStoppedError):
        parts(library, document, model)
    again = Model()
    found = parts(library, document, again)
    assert [one.text for one in found[:3]] == [f"Fact {n} is here [1]." for n in (1, 2, 3)]
    assert len(again.asked) == 4
    assert parts(library, document, third := Model()) == found
    assert third.asked == []
    library.remove([document])
    assert library.summary_part(document.id, "x") == ""


def test_a_long_section_and_a_document_without_outline_are_cut_by_pages(library, tmp_path):
    path = tmp_path / "plain.txt"
    path.write_text("Words that go on and on, without an end. " * 400)
    document = library.add(path)
    pages = library.pages(document.id)
    sections = sections_of(document, pages, 2_000)
    assert len(sections) > 7
    assert all(len(one.text) <= 2_000 for one in sections)
    letters = "".join("".join(page.body.split()) for page in pages)
    told = "".join("".join(one.text.partition("\n")[2].split()) for one in sections)
    assert told == letters


def test_short_sections_are_read_together_and_a_short_document_at_once(library, tmp_path):
    path = tmp_path / "short.md"
    path.write_text("\n\n".join(f"# Head {n}\n\nA line." for n in range(20)))
    document, model = library.add(path), Model()
    (only,) = parts(library, document, model)
    assert only.together
    assert len(model.asked) == 1


def test_so_many_parts_that_they_do_not_fit_together_are_joined_in_steps(library, tmp_path):
    document = book(library, tmp_path, chapters=40)

    class Wordy(Model):
        def ask(self, prompt: str, most: int) -> str:
            return super().ask(prompt, most) + " So it goes." * 40

    model = Wordy()
    found = parts(library, document, model)
    assert found[-1].together
    assert found[-1].done == found[-1].total == len(model.asked) > 50
    assert all(len(one) < 4_000 for one in model.asked)


def test_a_document_without_text_says_so(library, tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text(" \n")
    with pytest.raises(DocumentError, match=r"has no text|empty|nothing"):
        parts(library, library.add(path), Model())
