"""Searching while somebody types: on a thread of its own, the newest query only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.conversation import SearchHit
from app.domain.errors import KnownError
from app.services.events import EventBus, Problem
from app.services.lane import Lane
from app.store import Library, Searcher
from app.store.search import MAX_MESSAGES, MAX_TITLES


def is_cut(hits: Sequence[SearchHit]) -> bool:
    """Whether there may be more than what a search gave."""
    titles = sum(hit.message_id is None for hit in hits)
    return titles >= MAX_TITLES or len(hits) - titles >= MAX_MESSAGES


class ChatSearch:
    """Searches one library. A new search ends the ones before it.

    Args:
        stored: Where is searched.
        bus: Told when a search fails.
    """

    def __init__(self, stored: Library, bus: EventBus) -> None:
        self._searcher = Searcher(stored)
        self._bus = bus
        self._lane = Lane("search")

    def start(
        self, query: str, done: Callable[[tuple[SearchHit, ...]], None]
    ) -> Callable[[], object]:
        """Search on the thread; ``done`` is called there, unless a newer search came.

        Returns:
            Ends this search.
        """
        ticket = self._searcher.ticket()

        def work() -> None:
            try:
                hits = self._searcher.search(query, ticket=ticket)
            except KnownError as error:
                self._bus.publish(Problem(error))
                return
            if hits is not None:
                done(hits)

        self._lane.submit(work)
        return self._searcher.ticket

    def close(self) -> None:
        """End what is searched, and the thread."""
        self._searcher.ticket()
        self._lane.close()
