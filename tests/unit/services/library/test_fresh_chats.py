"""Chats that are not stored yet, while the store's writer thread takes them away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.conversation import Conversation
from app.services.library.fresh_chats import FreshChats
from tests.support.harness import build
from tests.unit.store.making import answer, chat, question


class Looked(dict[str, Conversation]):
    """Lets a rival in while somebody looks up a chat, and notes whether the rival had to wait."""

    def __init__(self, rival: Callable[[], object]) -> None:
        super().__init__()
        self._rival = threading.Thread(target=rival)
        self.waited: list[bool] = []

    def _let_in(self) -> None:
        if self._rival.ident is None:
            self._rival.start()
            self._rival.join(0.2)
            self.waited.append(self._rival.is_alive())

    def __contains__(self, key: object) -> bool:
        self._let_in()
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._let_in()
        return super().get(key, default)

    def values(self) -> Any:
        self._let_in()
        return super().values()

    def end(self) -> None:
        """Wait for the rival, who is let go on by now."""
        self._rival.join(10)


@pytest.mark.parametrize(
    "step",
    [
        lambda chats, one: chats.get(one.id),
        lambda chats, one: chats.drop(one.id),
        lambda chats, one: chats.hand_over(one.id),
        lambda chats, one: chats.change(one.id, lambda old: replace(old, title="x")),
        lambda chats, one: chats.all(),
        lambda chats, one: chats.replace_system_prompt("", "Be brief."),
    ],
)
def test_looking_up_a_chat_and_what_follows_is_one_step(
    step: Callable[[FreshChats, Conversation], object],
) -> None:
    chats, one = FreshChats(), chat()
    looked = chats._chats = Looked(lambda: chats.hand_over(one.id))
    looked[one.id] = one
    step(chats, one)
    looked.end()
    assert looked.waited == [True]


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
