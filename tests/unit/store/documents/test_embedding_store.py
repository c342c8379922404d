"""Vectors of passages: the closest are found as if all were compared; they go with passages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.embedding import QuestionVector, likeness, packed
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.embedding_store import EmbeddedCount
from app.store.documents.opening import open_documents
from tests.unit.store.documents.test_document_repository import add

SHA, WIDTH = "ab" * 32, 48


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DocumentRepository]:
    opened = open_documents(tmp_path).repository
    yield opened
    opened.close()


def some_vectors(rng: random.Random, count: int) -> list[bytes]:
    return [packed([rng.gauss(0, 1) for _ in range(WIDTH)]) for _ in range(count)]


def asked(vector: bytes, sha256: str = SHA) -> QuestionVector:
    return QuestionVector(sha256, vector)


def filled(store: DocumentRepository, rng: random.Random, count: int) -> dict[int, bytes]:
    """Every passage has a vector that has nothing to do with its text."""
    missing = store.embeddings.missing(SHA, count)
    vectors = dict(zip([one.seq for one in missing], some_vectors(rng, count), strict=False))
    store.embeddings.keep(SHA, list(vectors.items())).result()
    return vectors


def test_the_closest_are_found_as_if_all_were_compared(store: DocumentRepository) -> None:
    rng = random.Random(4)
    first = add(store, "a.pdf", *(f"text {n}" for n in range(300)))
    add(store, "b.pdf", *(f"other {n}" for n in range(300)), heading="Costs")
    assert [one.text for one in store.embeddings.missing(SHA, 600)][299:301] == [
        "text 299", "Costs\nother 0",
    ]  # fmt: skip
    vectors = filled(store, rng, 600)
    assert store.embeddings.missing(SHA, 9) == []
    mine = set(sorted(vectors)[:300])
    hits = 0
    for question in some_vectors(rng, 10):
        exact = sorted(vectors, key=lambda seq: -likeness(question, vectors[seq]))
        assert store.embeddings.nearest(asked(question))[:3] == exact[:3]
        hits += len({*store.embeddings.nearest(asked(question))[:10]} & {*exact[:10]})
        of_one = store.embeddings.nearest(asked(question), [first])
        assert of_one[:3] == [seq for seq in exact if seq in mine][:3]
    assert hits >= 90


def test_what_is_removed_or_made_by_another_model_is_found_no_more(
    store: DocumentRepository,
) -> None:
    rng = random.Random(5)
    first, second = add(store, "a.pdf", "one", "two"), add(store, "b.pdf", "three")
    vectors = filled(store, rng, 3)
    last = max(vectors)
    assert store.embeddings.nearest(asked(vectors[last]))[0] == last
    store.remove([second]).result()
    assert last not in store.embeddings.nearest(asked(vectors[last]))
    add(store, "c.pdf", "four")  # may have the number of what was removed
    assert store.embeddings.count(SHA) == EmbeddedCount(2, 3)
    other = "cd" * 32
    (missing, *_) = store.embeddings.missing(other, 1)
    store.embeddings.keep(other, [(missing.seq, vectors[last]), (10**9, vectors[last])]).result()
    assert store.embeddings.count(SHA) == EmbeddedCount(0, 3)
    assert not store.embeddings.has(SHA)
    assert store.embeddings.nearest(asked(vectors[last])) == []
    assert store.embeddings.nearest(asked(vectors[last], other)) == [missing.seq]
    assert store.embeddings.nearest(asked(packed([1.0] * 3), other)) == []  # of another width
    store.remove([first]).result()
    assert store.embeddings.count(other) == EmbeddedCount(0, 1)
