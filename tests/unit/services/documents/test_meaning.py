"""Passages are found by meaning where that can be done, and nothing depends on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.domain.embedding import EmbeddingModel, MeaningPhase, MeaningState, packed
from app.domain.errors import EngineError
from app.services.documents.document_service import DocumentService
from app.services.documents.meaning import PassageMeaning
from app.store.documents.opening import open_documents, open_private_documents
from tests.support.harness import PATIENCE

SAME = {"automobile": 1, "car": 1, "doctor": 2, "physician": 2}


class Meanings:
    """Makes vectors of which words a text has; counts, waits and fails as it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.let_on = threading.Semaphore(10**6)
        self.fails = False
        self.ended = False

    def embed(self, model: Path, texts: Sequence[str]) -> list[bytes]:
        assert self.let_on.acquire(timeout=PATIENCE)
        if self.fails or self.ended:
            raise EngineError("It is broken.")
        self.texts += texts
        found = []
        for text in texts:
            vector = [0.0] * 16
            for word in text.lower().split():
                vector[SAME.get(word.strip("."), 0)] += 1.0
            vector[0] *= 0.01
            found.append(packed(vector))
        return found

    def rest(self) -> None:
        pass

    def close(self) -> None:
        self.ended = True
        self.let_on.release(10**6)


class Watched:
    """A library with what finds its passages by meaning, and every state it told."""

    def __init__(self, folder: Path, *, private: bool = False) -> None:
        self.maker = Meanings()
        self.model: EmbeddingModel | None = EmbeddingModel(folder / "m.gguf", "Tiny", "ab" * 32)
        self.busy = False
        self.states: list[MeaningState] = []
        self._news = threading.Condition()
        store = (
            open_private_documents() if private else open_documents(folder / "library").repository
        )
        self.meaning = PassageMeaning(
            store.embeddings,
            self.maker,
            lambda: self.model,
            busy=lambda: self.busy,
            tell=self._tell,
            background=True,
        )
        self.library = DocumentService(store, meaning=self.meaning)
        self._folder = folder

    def _tell(self, state: MeaningState) -> None:
        with self._news:
            self.states.append(state)
            self._news.notify_all()

    def until(self, wanted: Callable[[MeaningState], bool]) -> MeaningState:
        with self._news:
            assert self._news.wait_for(
                lambda: bool(self.states) and wanted(self.states[-1]), PATIENCE
            ), self.states[-3:]
            return self.states[-1]

    def add(self, name: str, *texts: str, most: int = 110) -> None:
        path = self._folder / name
        paragraphs = (
            " ".join([text, *(f"{text[0]}{number}w{n}" for n in range(most))])
            for number, text in enumerate(texts)
        )
        path.write_text("\n\n".join(paragraphs))
        self.library.add(path)


def whole(state: MeaningState) -> bool:
    return state.phase is MeaningPhase.IDLE and state.done == state.total > 0


@pytest.fixture(params=[False, True], ids=["kept", "private"])
def either(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    made = Watched(tmp_path, private=request.param)
    yield made
    made.library.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.library.close()


def first(watched: Watched, question: str) -> list[str]:
    """The word with which the first paragraph begins that is found."""
    found = watched.library.search(question, limit=1)
    return [one.text.split()[0] for one in found]


@pytest.mark.may_warn("broken", "by meaning")
def test_a_question_in_other_words_finds_its_passage(either: Watched) -> None:
    watched = either
    watched.add("a.txt", "Physician houses", "Automobile parts", most=80)
    state = watched.until(whole)
    assert state.model == "Tiny"
    assert len(watched.maker.texts) == state.total
    assert first(watched, "car") == ["Automobile"]
    assert first(watched, "doctor") == ["Physician"]
    assert first(watched, "houses") == ["Physician"]
    watched.maker.fails = True
    assert first(watched, "car") == []
    assert first(watched, "parts") == ["Automobile"]
    watched.model = None
    asked = len(watched.maker.texts)
    assert first(watched, "car") == []
    assert len(watched.maker.texts) == asked


def test_making_vectors_stops_goes_on_and_makes_none_twice(watched: Watched) -> None:
    watched.maker.let_on = threading.Semaphore(2)
    watched.add("a.txt", *(f"car {n}" for n in range(12)))
    watched.until(lambda one: one.phase is MeaningPhase.WORKING and one.done >= 8)
    watched.meaning.stop()
    watched.maker.let_on.release(1)  # what was under way is kept
    state = watched.until(lambda one: one.phase is MeaningPhase.STOPPED)
    assert 8 <= state.done < state.total
    watched.add("b.txt", "car")
    assert watched.meaning.look().phase is MeaningPhase.STOPPED
    watched.maker.let_on.release(10**6)
    watched.meaning.go_on()
    watched.until(whole)
    assert len(watched.maker.texts) == watched.meaning.state.total == len({*watched.maker.texts})


@pytest.mark.may_warn("Vectors of passages could not be made")
def test_a_model_that_fails_is_told_and_can_be_tried_again(watched: Watched) -> None:
    watched.maker.fails = True
    watched.add("a.txt", "car")
    state = watched.until(lambda one: one.phase is MeaningPhase.FAILED)
    assert state.error is not None
    assert state.error.what == "It is broken."
    watched.maker.fails = False
    watched.meaning.go_on()
    assert watched.until(whole).error is None


def test_it_waits_while_an_answer_is_written_and_ends_at_once(watched: Watched) -> None:
    watched.busy = True
    watched.add("a.txt", "car")
    watched.until(lambda one: one.phase is MeaningPhase.WORKING)
    watched.library.close()  # does not hang
    assert watched.maker.texts == []
