"""Passages found by what they mean: vectors made beside everything else, and asked for with words.

Nothing depends on it. Without a model, or where one fails, passages are found by their words.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from app.domain.embedding import EmbeddingModel, MeaningPhase, MeaningState, QuestionVector
from app.domain.errors import KnownError
from app.store.documents.embedding_store import EmbeddedCount, EmbeddingStore, PassageText

_log = logging.getLogger(__name__)
_READ = 128  # passages that are read from the library at a time
_TOGETHER = 4  # passages between two looks at whether somebody asks something: half a second
REST_SECONDS = 90.0  # without a text, after which the process ends: it holds the model
_LOOK_SECONDS = 1.0  # while an answer is written, between two looks at whether it still is


class VectorMaker(Protocol):
    """Turns texts into vectors, as the client of the engine's process for that does."""

    def embed(self, model: Path, texts: Sequence[str]) -> list[bytes]:
        """The vectors of texts by a model file.

        Raises:
            KnownError: They cannot be made.
        """

    def rest(self) -> None:
        """Give back what it holds, until the next text."""

    def close(self) -> None:
        """End for good; what is being made is given up."""


class HaltFlag(Protocol):
    """Says whether the user wants no more of it."""

    def is_set(self) -> bool:
        """Whether to stop."""


class PassageMeaning:
    """Finds passages of one library by meaning, where there is a model for that.

    Args:
        store: Keeps the vectors.
        maker: Makes them; closed with this.
        model: The model there is, by its file; None for none, or where it is not wanted.
        busy: Whether the computer has better to do than to make vectors now.
        tell: Told of each change of :attr:`state`, on any thread.
        background: Whether vectors are made by themselves, on a thread of its own.
    """

    def __init__(
        self,
        store: EmbeddingStore,
        maker: VectorMaker,
        model: Callable[[], EmbeddingModel | None],
        *,
        busy: Callable[[], bool] = lambda: False,
        tell: Callable[[MeaningState], None] = lambda _state: None,
        background: bool = False,
    ) -> None:
        self._store, self._maker, self._model = store, maker, model
        self._busy, self._tell, self._background = busy, tell, background
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wanted = self._stopped = self._closed = False
        self._asking = 0
        self._state = MeaningState()

    @property
    def state(self) -> MeaningState:
        """How far it is, as it was last told."""
        with self._change:
            return self._state

    def look(self) -> MeaningState:
        """How far it is; blocks for as long as counting takes."""
        model = self._model()
        if model is None:
            return self._set(lambda _old: MeaningState())
        counted = self._store.count(model.sha256)

        def seen(old: MeaningState) -> MeaningState:
            known = old.model == model.name and old.phase is not MeaningPhase.NO_MODEL
            phase = old.phase if known else MeaningPhase.IDLE
            return MeaningState(phase, model.name, counted.done, counted.total, old.error)

        return self._set(seen)

    # --- asking -----------------------------------------------------------------------------

    def asked(self, question: str) -> QuestionVector | None:
        """A question as a vector; None where nothing can be found by meaning."""
        model = self._model()
        if model is None or not question.strip() or not self._store.has(model.sha256):
            return None
        with self._change:
            if self._closed:
                return None
            self._asking += 1
        try:
            (vector,) = self._maker.embed(model.path, [question])
            return QuestionVector(model.sha256, vector)
        except KnownError as error:  # the question is answered by words
            _log.warning("Nothing was found by meaning: %s", error.what)
            return None
        finally:
            with self._change:
                self._asking -= 1
                self._change.notify_all()
            self._begin()

    # --- making -----------------------------------------------------------------------------

    def wake(self) -> None:
        """Make what is missing, on a thread of its own, unless the user stopped that."""
        with self._change:
            self._wanted = not self._stopped
            self._change.notify_all()
        self._begin()

    def stop(self) -> None:
        """Make no more until :meth:`go_on`; what was made is kept."""
        with self._change:
            self._stopped, self._wanted = True, False
            self._change.notify_all()

    def go_on(self) -> None:
        """Make what is missing, also after :meth:`stop`."""
        with self._change:
            self._stopped = False
        self.wake()

    def fill(self, cancel: HaltFlag, progress: Callable[[EmbeddedCount], None]) -> EmbeddedCount:
        """Make what is missing, here and now; what was made is kept wherever it ends.

        Raises:
            KnownError: The model cannot be used, or nothing can be kept.
        """
        model = self._model()
        if model is None:
            return EmbeddedCount(0, 0)
        counted = self._store.count(model.sha256)
        progress(counted)
        last = 0
        while not cancel.is_set() and (missing := self._missing(model, last)):
            last = missing[-1].seq
            for start in range(0, len(missing), _TOGETHER):
                if cancel.is_set():
                    break
                made = self._make(model, missing[start : start + _TOGETHER])
                counted = replace(counted, done=counted.done + made)
                progress(counted)
        return self._store.count(model.sha256)

    def close(self) -> None:
        """End the thread and the process; what was made is kept."""
        with self._change:
            self._closed, self._wanted = True, False
            self._change.notify_all()
            thread = self._thread
        self._maker.close()
        if thread is not None:
            thread.join()

    # --- inside -----------------------------------------------------------------------------

    def _missing(self, model: EmbeddingModel, last: int) -> list[PassageText]:
        """The next passages without a vector; in the end those that came in between."""
        found = self._store.missing(model.sha256, _READ, last)
        return found or self._store.missing(model.sha256, _READ)

    def _make(self, model: EmbeddingModel, passages: Sequence[PassageText]) -> int:
        vectors = self._maker.embed(model.path, [one.text for one in passages])
        kept = [(one.seq, vector) for one, vector in zip(passages, vectors, strict=True)]
        self._store.keep(model.sha256, kept).result()
        return len(kept)

    def _set(self, change: Callable[[MeaningState], MeaningState]) -> MeaningState:
        with self._change:
            state = self._state = change(self._state)
        self._tell(state)
        return state

    def _begin(self) -> None:
        """The thread, once there is something for it."""
        with self._change:
            if self._closed or not self._background or self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="passage-meaning", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._change:
                while not (self._wanted or self._closed):
                    if not self._change.wait(REST_SECONDS) and not self._asking:
                        break
                if self._closed:
                    return
                wanted, self._wanted = self._wanted, False
            if wanted:
                self._work()
            else:
                self._maker.rest()

    def _work(self) -> None:
        try:
            state = self.look()
            if state.phase is MeaningPhase.NO_MODEL:
                return
            if state.done < state.total:
                self._set(lambda old: replace(old, phase=MeaningPhase.WORKING, error=None))
                self.fill(_Interrupted(self._interrupted), self._tell_count)
            self.look()
            phase = MeaningPhase.STOPPED if self._stopped else MeaningPhase.IDLE
            self._set(lambda old: replace(old, phase=phase, error=None))
        except KnownError as error:
            if self._closed:
                return
            _log.warning("Vectors of passages could not be made: %s", error.what)
            failed = error
            self._set(lambda old: replace(old, phase=MeaningPhase.FAILED, error=failed))

    def _tell_count(self, counted: EmbeddedCount) -> None:
        self._set(lambda old: replace(old, done=counted.done, total=counted.total))

    def _interrupted(self) -> bool:
        """Whether to make no more; waits while somebody asks, or while an answer is written."""
        with self._change:
            while not (self._stopped or self._closed) and (self._asking or self._busy()):
                self._change.wait(_LOOK_SECONDS)
            return self._stopped or self._closed


@dataclass(frozen=True, slots=True)
class _Interrupted:
    """A question as a flag."""

    asked: Callable[[], bool]

    def is_set(self) -> bool:
        """Whether to stop."""
        return self.asked()
