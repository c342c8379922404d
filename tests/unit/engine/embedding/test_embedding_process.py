"""Texts become vectors in a process of its own, by the real llama.cpp."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.embedding import dimensions, likeness
from app.domain.errors import EngineError, ModelFileError
from app.engine.embedding.client import EmbeddingClient
from tests.support.confined import has_no_network
from tests.support.embedding_factory import WIDTH, write_embedding_model

pytestmark = pytest.mark.llama


@pytest.fixture
def client() -> Iterator[EmbeddingClient]:
    made = EmbeddingClient()
    yield made
    made.close()


def test_texts_that_mean_the_same_have_vectors_that_are_alike(
    client: EmbeddingClient, tmp_path: Path
) -> None:
    model = write_embedding_model(tmp_path / "model.gguf")
    texts = ["the automobile", "a car stood there", "the physician", "[MASK]", "", "car " * 900]
    first, same, other, control, nothing, long = client.embed(model, texts)
    assert {dimensions(one) for one in (first, same, other, control, nothing, long)} == {WIDTH}
    assert likeness(first, same) > 0.99
    assert likeness(first, other) < 0.5
    assert likeness(first, control) < 0.5  # what looks like a control token is text
    assert likeness(first, nothing) == 0
    assert likeness(first, long) > 0.99
    assert has_no_network(client.pid)
    # More texts than go through the model together, each its own.
    many = client.embed(model, ["the doctor", "one car"] * 20)
    assert [likeness(first, one) > 0.9 for one in many] == [False, True] * 20


def test_a_file_that_cannot_be_used_is_told_and_the_next_one_works(
    client: EmbeddingClient, tmp_path: Path
) -> None:
    model = write_embedding_model(tmp_path / "model.gguf")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(model.read_bytes()[:9_000])
    with pytest.raises(ModelFileError, match=r"cut\.gguf cannot be loaded"):
        client.embed(cut, ["a car"])
    ranking = write_embedding_model(tmp_path / "ranking.gguf", pooling=4)
    with pytest.raises(EngineError):
        client.embed(ranking, ["a car"])
    assert len(client.embed(model, ["a car"])) == 1
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match="ended"):
        client.embed(model, ["a car"])
    assert len(client.embed(model, ["a car"])) == 1
    client.rest()
    assert client.pid is None
    client.close()
    with pytest.raises(EngineError):
        client.embed(model, ["a car"])
