"""Many chats changed at once: some hundred in a transaction, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import groupby

AT_ONCE = 250  # chats in one transaction; another write waits for it some milliseconds
Progress = Callable[[int, int], None]


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def parts_of(ids: Sequence[str], home: Callable[[str], object]) -> Iterator[tuple[str, ...]]:
    """The ids in order, in parts that have one home and are not too large."""
    for _, group in groupby(ids, lambda id_: id(home(id_))):
        listed = tuple(group)
        for start in range(0, len(listed), AT_ONCE):
            yield listed[start : start + AT_ONCE]


def tell_when_done(future: Future[None], progress: Progress, done: int, total: int) -> None:
    """Say that so many are done, on the thread that does them."""
    future.add_done_callback(partial(_tell, progress, done, total))


def _tell(progress: Progress, done: int, total: int, _outcome: Future[None]) -> None:
    progress(done, total)
