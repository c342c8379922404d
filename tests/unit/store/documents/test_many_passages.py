"""What a library of many documents costs: counted, since seconds tell of the computer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from app.domain.documents import DocumentFacts, DocumentKind, DocumentPage, PageUnit
from app.domain.embedding import QuestionVector, packed
from app.services.documents.storing import DocumentStoring
from app.store.database.connect import open_memory
from app.store.database.migrations import migrate
from app.store.database.sqlite_database import Database
from app.store.database.writer import DatabaseWriter
from app.store.documents import passage_search, searched
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.document_rows import DocumentSource
from app.store.documents.schema import MIGRATIONS

SHA = "ab" * 32
EACH = 10  # passages of a document


class Counted:
    """A library that counts what SQLite does: instructions, and transactions."""

    def __init__(self) -> None:
        self._connection = open_memory()
        migrate(self._connection, lambda _version: None, migrations=MIGRATIONS)
        self.store = DocumentRepository(Database(DatabaseWriter(lambda: self._connection), None))
        self._steps = 0

    def steps(self, work: Callable[[], object]) -> int:
        """Tens of instructions that something takes."""
        before = self._steps
        self._connection.set_progress_handler(self._step, 10)
        work()
        self._connection.set_progress_handler(None, 0)
        return self._steps - before

    def transactions(self, work: Callable[[], object]) -> int:
        statements: list[str] = []
        self._connection.set_trace_callback(statements.append)
        work()
        self._connection.set_trace_callback(None)
        return statements.count("COMMIT")

    def _step(self) -> int:
        self._steps += 1
        return 0

    def add(self, name: str, *texts: str) -> str:
        storing = DocumentStoring(self.store, DocumentSource(name, name, name, name, "", 0, 0))
        for number, text in enumerate(texts, 1):
            storing.take(DocumentPage(number, text, 0, len(text)))
        facts = DocumentFacts(DocumentKind.TEXT, PageUnit.PAGE, 0, name, len(texts), 0)
        return storing.finish(facts, "").id

    def fill(self, documents: int) -> list[str]:
        return [
            self.add(f"{number}.txt", *(f"page {n} of words" for n in range(EACH)))
            for number in range(documents)
        ]

    def find_by_meaning(self) -> None:
        missing = self.store.embeddings.missing(SHA, 10_000)
        vectors = [(one.seq, packed([1.0, one.seq % 7, -1.0])) for one in missing]
        self.store.embeddings.keep(SHA, vectors).result()


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (passage_search, searched):
        monkeypatch.setattr(module, "MOST_SCORED", 100)


@pytest.fixture
def library() -> Iterator[Counted]:
    made = Counted()
    with closing(made.store):
        yield made


@pytest.fixture
def larger() -> Iterator[Counted]:
    made = Counted()
    with closing(made.store):
        yield made


def test_a_question_takes_what_it_finds_whatever_there_is_beside(
    library: Counted, larger: Counted
) -> None:
    few, many = costs(library, 20), costs(larger, 160)
    for name, steps in few.items():
        assert many[name] < steps * 2, (few, many)  # of eight times as many


def costs(library: Counted, documents: int) -> dict[str, int]:
    """What questions with as many answers cost beside so many documents."""
    (first, *_) = library.fill(documents)
    chosen = library.add("walrus.txt", *["a walrus"] * EACH)
    library.find_by_meaning()
    asked, search = QuestionVector(SHA, packed([1.0, 0.0, -1.0])), library.store.search
    search("x", asked=asked)  # reads what is kept in memory
    assert {found.document for found in search("walrus")} == {"walrus.txt"}
    return {
        "all": library.steps(lambda: search("a walrus")),
        "chosen": library.steps(lambda: search("walrus", [chosen, first])),
        "by meaning": library.steps(lambda: search("walrus", asked=asked)),
    }


def test_a_short_document_is_one_transaction(library: Counted) -> None:
    assert library.transactions(lambda: library.add("a.txt", *["page"] * 49)) == 1
    assert library.transactions(lambda: library.add("b.txt", *["page"] * 120)) == 5
    assert [one.facts.pages for one in library.store.documents()] == [49, 120]


def test_each_vector_is_looked_for_and_read_once(library: Counted) -> None:
    library.fill(100)
    chance, embeddings = random.Random(7), library.store.embeddings

    def vector() -> bytes:
        return packed([chance.gauss(0, 1) for _ in range(32)])

    first = library.steps(lambda: embeddings.missing(SHA, EACH))
    missing = embeddings.missing(SHA, 990)
    embeddings.keep(SHA, [(one.seq, vector()) for one in missing]).result()
    assert library.steps(lambda: embeddings.missing(SHA, EACH, missing[-1].seq)) < first * 1.5
    asked = QuestionVector(SHA, vector())
    all_read = library.steps(lambda: embeddings.nearest(asked))
    none_read = library.steps(lambda: embeddings.nearest(asked))
    rest = [one.seq for one in embeddings.missing(SHA, EACH, missing[-1].seq)]
    assert len(rest) == EACH
    embeddings.keep(SHA, [(seq, asked.vector) for seq in rest]).result()
    found: list[int] = []
    some_read = library.steps(lambda: found.extend(embeddings.nearest(asked)))
    assert some_read - none_read < (all_read - none_read) / 10
    assert found[:EACH] == rest
