"""Chats that are not stored yet, while the store's writer thread takes them away."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from app.services.library.fresh_chats import FreshChats
from tests.support.harness import build
from tests.unit.store.making import answer, chat, question


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_a_chat_that_is_stored_while_its_system_prompt_changes_stays_stored() -> None:
    chats, done = FreshChats(), Future[None]()
    done.set_result(None)
    for _ in range(100):  # that stay: a change takes a while
        chats.add(chat())

    def change() -> None:
        for _ in range(200):
            chats.replace_system_prompt("", "Be brief.")
            chats.replace_system_prompt("Be brief.", "")

    changing = threading.Thread(target=change)
    changing.start()
    made = []
    while changing.is_alive():
        made.append(chat(str(len(made))))
        chats.add(made[-1])
        chats.hand_over(made[-1].id)
        chats.stored(made[-1].id, done)
    changing.join()
    assert [one.title for one in made if one.id in chats] == []


@pytest.mark.usefixtures("hasty")
def test_of_several_threads_one_is_given_a_chat_to_store() -> None:
    chats = FreshChats()
    for _ in range(300):
        one, given = chat(), list[object]()
        chats.add(one)
        start = threading.Barrier(3)

        def take(one_id: str, start: threading.Barrier, given: list[object]) -> None:
            start.wait()
            given.append(chats.hand_over(one_id))

        threads = [threading.Thread(target=take, args=(one.id, start, given)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert given.count(one) == 1
        assert given.count(None) == 2


def test_a_question_on_its_way_to_the_disk_takes_the_new_system_prompt_along(
    tmp_path: Path,
) -> None:
    harness = build(tmp_path / "data")
    library = harness.services.library
    try:
        made = library.create()
        asked = question(made, None)
        library.add_exchange(asked, answer(asked))
        harness.services.settings.update(system_prompt="Rhyme.")
        library.set_pinned(made.id, True).result()  # behind everything that was begun
        assert library.chats.get(made.id).system_prompt == "Rhyme."
        assert len(library.chats.branch(made.id)) == 2
    finally:
        harness.services.close()
