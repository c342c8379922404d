"""Summaries of long documents in the window: written when nothing else is, stopped at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.documents import StoredDocument
from app.domain.endpoints.endpoint import PrivateChatError
from app.domain.errors import KnownError
from app.domain.model import ChosenModel, EndpointModel, ModelFile
from app.engine.base import Engine
from app.language import tr
from app.services.core.serial_executor import SerialExecutor
from app.services.documents.attached import CONTEXT_UNKNOWN, AttachedDocuments
from app.services.models.model_service import ModelService

if TYPE_CHECKING:  # nobody waits for it at the start
    from app.services.documents.summarising import SummaryPart

Tell = Callable[["SummaryPart"], object]
End = Callable[[KnownError | None], object]


class SummaryRun:
    """A summary that is being written.

    Args:
        document: Of which.
        private: Whether it came with a private chat.
        tell: Called on the engine's thread with each part, once.
        end: Called there when it has ended: None when it is whole or was stopped.
    """

    def __init__(
        self, document: StoredDocument, tell: Tell, end: End, *, private: bool = False
    ) -> None:
        self.document, self.private = document, private
        self.tell, self.end = tell, end
        self.told = 0
        self.model: ChosenModel | None = None
        self._stopped = threading.Event()
        self._cancel = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether the user stopped it."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop it; what there is of it stays."""
        self._stopped.set()
        self._cancel.set()

    def give_way(self) -> None:
        """Something more urgent waits: what is being written of one part is written again later."""
        self._cancel.set()

    def begin(self) -> threading.Event:
        """It is its turn; returns what stops it."""
        self._cancel = threading.Event()
        if self.stopped:
            self._cancel.set()
        return self._cancel


class DocumentSummaries:
    """Writes summaries on the engine's thread, behind the answers of chats."""

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        documents: AttachedDocuments,
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._documents = documents

    def start(self, run: SummaryRun) -> None:
        """Write a summary with the model that is in use now; returns at once."""
        run.model = self._models.state.model
        self._submit(run, again=False)

    def _submit(self, run: SummaryRun, *, again: bool) -> None:
        self._executor.submit_later(lambda: self._write(run), run.give_way, first=again)

    def _write(self, run: SummaryRun) -> None:
        cancel = run.begin()
        error: KnownError | None = None
        try:
            self._borrow(run, cancel)
        except KnownError as problem:
            if cancel.is_set() and not run.stopped:
                self._submit(run, again=True)
                return
            error = None if cancel.is_set() else problem
        run.end(error)

    def _borrow(self, run: SummaryRun, cancel: threading.Event) -> None:
        """Write with the model that was in use when the summary began, and no other."""
        if run.private and isinstance(run.model, EndpointModel):
            raise PrivateChatError(
                tr("A private chat is not sent to {server}.", server=run.model.server)
            )
        other = self._models.state.model != run.model
        try:
            model = self._models.ensure_loaded(cancel, wanted=run.model)
            self._parts(run, model, cancel)
        finally:
            if other:
                self._models.give_back()

    def _parts(self, run: SummaryRun, model: ChosenModel, cancel: threading.Event) -> None:
        from app.services.documents.summarising import engine_ask, summary_parts

        loaded = self._models.state.loaded
        size = loaded.context_size if loaded is not None else CONTEXT_UNKNOWN
        name = model.sha256 if isinstance(model, ModelFile) else str(model.source)
        library = self._documents.library(private=run.private)
        ask = engine_ask(self._engine, cancel)
        parts = summary_parts(library, run.document, ask, size, name)
        for number, part in enumerate(parts, 1):
            if number > run.told:
                run.told = number
                run.tell(part)
