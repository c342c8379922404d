"""A single chat comes out of a backup, beside everything that is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.harness import Harness, build


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


def test_a_chat_that_is_gone_comes_back_as_it_was(harness: Harness) -> None:
    keeper, library = harness.services.maintenance, harness.services.library
    first, _ = harness.ask("first")
    second, _ = harness.ask("second")
    before = library.chats.tree(first)
    backup = keeper.back_up()
    library.trash.remove([first]).result()
    third, _ = harness.ask("third")
    assert {chat.id for chat in keeper.chats_of(backup)} == {first, second}
    assert keeper.bring_back(backup, [first]) == (first,)
    assert library.chats.tree(first) == before
    assert {chat.id for chat in library.chats.conversations()} == {first, second, third}
    assert not list(backup.path.parent.glob("look*"))


def test_a_chat_that_is_still_here_comes_as_a_second_one(harness: Harness) -> None:
    keeper, library = harness.services.maintenance, harness.services.library
    chat, _ = harness.ask("first")
    backup = keeper.back_up()
    (made,) = keeper.bring_back(backup, [chat])
    assert made != chat
    assert [m.content for m in library.chats.tree(made)] == [
        m.content for m in library.chats.tree(chat)
    ]


def test_a_message_of_the_trash_is_removed_and_the_rest_stays(harness: Harness) -> None:
    library = harness.services.library
    chat, answer = harness.ask("first")
    library.trash.delete_message(answer.message.id).result()
    (deleted,) = library.trash.messages()
    assert library.trash.remove_message(deleted.message.id).result() == 1
    assert library.trash.messages() == ()
    assert len(library.chats.tree(chat)) == 1
