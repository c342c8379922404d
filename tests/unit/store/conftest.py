"""A real library on a real disk for each test."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.store import MessageRepository, open_store


@pytest.fixture
def library(tmp_path: Path) -> Iterator[MessageRepository]:
    opened = open_store(tmp_path)
    yield opened.repository
    opened.close()


@pytest.fixture
def count_steps() -> Callable[[MessageRepository, Callable[[sqlite3.Connection], object]], int]:
    """Counts the steps of SQLite's virtual machine that a reading needs, by the hundred."""

    def count(library: MessageRepository, work: Callable[[sqlite3.Connection], object]) -> int:
        def counting(connection: sqlite3.Connection) -> int:
            steps = 0

            def step() -> int:
                nonlocal steps
                steps += 100
                return 0

            connection.set_progress_handler(step, 100)
            work(connection)
            connection.set_progress_handler(None, 0)
            return steps

        return library.database.read(counting)

    return count
