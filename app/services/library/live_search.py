"""Search as the user types: on a thread of its own, the newest query only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cached_property
from typing import TYPE_CHECKING

from app.domain.conversation import SearchHit
from app.domain.errors import KnownError
from app.services.core.events import ErrorReported, EventBus
from app.services.core.serial_executor import SerialExecutor
from app.store import MessageRepository

if TYPE_CHECKING:  # nobody waits for it at the start
    from app.store import Searcher


def is_cut(hits: Sequence[SearchHit]) -> bool:
    """Whether there may be more than what a search gave."""
    from app.store.search.searcher import MAX_MESSAGES, MAX_TITLES

    titles = sum(hit.message_id is None for hit in hits)
    return titles >= MAX_TITLES or len(hits) - titles >= MAX_MESSAGES


class LiveSearch:
    """Searches one library. A new search ends the ones before it.

    Args:
        stored: Where is searched.
        bus: A failed search is published here.
    """

    def __init__(self, stored: MessageRepository, bus: EventBus) -> None:
        self._stored = stored
        self._bus = bus
        self._executor = SerialExecutor("search")

    @cached_property
    def _searcher(self) -> Searcher:
        from app.store import Searcher

        return Searcher(self._stored)

    def find(self, query: str) -> tuple[SearchHit, ...]:
        """Search once and wait for it, best first.

        Raises:
            StoreError: The database could not be read.
        """
        return self._searcher.search(query) or ()

    def start(
        self,
        query: str,
        done: Callable[[tuple[SearchHit, ...]], None],
        failed: Callable[[], None],
    ) -> Callable[[], object]:
        """Search on the thread; ``done`` is called there, unless a newer search came.

        Args:
            query: As typed.
            done: Takes the hits.
            failed: Called there where nothing could be searched. Why is told by then: what is known
                by an event, what nobody expects as any other bug.

        Returns:
            Ends this search.
        """
        ticket = self._searcher.begin_search()

        def work() -> None:
            hits = self._searcher.search(query, ticket=ticket)
            if hits is not None:
                done(hits)

        def ended(future: Future[None]) -> None:
            error = None if future.cancelled() else future.exception()
            if isinstance(error, KnownError):
                self._bus.publish(ErrorReported(error))
            if error is not None:
                failed()

        self._executor.submit(work).add_done_callback(ended)
        return self._searcher.begin_search

    def close(self) -> None:
        """End what is searched, and the thread."""
        self._searcher.begin_search()
        self._executor.close()
