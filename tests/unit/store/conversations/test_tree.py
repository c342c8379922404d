"""The tree of messages keeps its laws whatever is done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.conversation import Message, MessageStatus, Version
from app.domain.generation import Role
from app.store import MessageRepository, open_private_store
from app.store.conversations.message_queries import read_branch
from tests.unit.store.making import answer, chat, message, question

NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from("\0\r\n\t\ud800\udfff\u202e`~<>|\ufeff"))
)


def texts(library: MessageRepository, conversation_id: str) -> list[str]:
    return [item.message.content for item in library.branch(conversation_id)]


def test_versions_are_walked_and_the_branch_below_is_remembered(library: MessageRepository) -> None:
    made = chat()
    first = question(made, None, "Q1")
    one = answer(first, "A1")
    library.add_exchange(made, first, one)
    second = question(made, one, "Q2")
    library.add_exchange(made, second, answer(second, "A2"))
    other = answer(first, "A1b")
    library.add_message(other).result()
    assert texts(library, made.id) == ["Q1", "A1b"]
    assert library.branch(made.id)[1].version == Version(2, 2)
    library.select_version(one.id).result()
    assert texts(library, made.id) == ["Q1", "A1", "Q2", "A2"]
    edited = question(made, None, "Q1, edited")
    library.add_exchange(made, edited, answer(edited, "A3")).result()
    assert texts(library, made.id) == ["Q1, edited", "A3"]
    library.select_version(first.id).result()
    assert texts(library, made.id) == ["Q1", "A1", "Q2", "A2"]
    assert [m.content for m in library.versions(one.id)] == ["A1", "A1b"]
    assert len(library.tree(made.id)) == 7


def test_a_deleted_message_goes_with_what_follows_and_comes_back_with_it(
    library: MessageRepository,
) -> None:
    made = chat()
    first = question(made, None, "Q1")
    one = answer(first, "A1")
    library.add_exchange(made, first, one)
    other = answer(first, "A1b")
    library.add_message(other)
    second = question(made, other, "Q2")
    library.add_exchange(made, second, answer(second, "A2"))
    library.conversations.delete_message(other.id).result()
    assert texts(library, made.id) == ["Q1", "A1"]
    assert library.branch(made.id)[1].version == Version(1, 1)
    assert [t.message.content for t in library.conversations.trashed_messages()] == ["A1b"]
    library.conversations.restore_message(other.id).result()
    assert texts(library, made.id) == ["Q1", "A1b", "Q2", "A2"]
    library.conversations.delete_message(first.id).result()
    assert texts(library, made.id) == []
    assert library.conversations.get(made.id).head_id is None
    library.conversations.restore_message(first.id).result()
    assert texts(library, made.id) == ["Q1", "A1b", "Q2", "A2"]


def test_a_branch_becomes_a_chat_of_its_own(library: MessageRepository) -> None:
    made = chat("Old", system_prompt="S", folder="F", pinned=True)
    first = question(made, None, "Q1")
    one = answer(first, "A1", left_out=("elsewhere", first.id))
    library.add_exchange(made, first, one)
    library.add_message(answer(first, "A1b"))
    new = library.branch_into_new_chat(one.id, "New").result()
    assert (new.title, new.system_prompt, new.folder, new.pinned) == ("New", "S", "F", False)
    assert texts(library, new.id) == ["Q1", "A1"]
    assert texts(library, made.id) == ["Q1", "A1b"]
    copied = library.branch(new.id)
    assert copied[1].message.left_out == (copied[0].message.id,)
    assert {item.message.id for item in copied}.isdisjoint({first.id, one.id})


def test_a_whole_conversation_is_taken_in_with_its_choices(library: MessageRepository) -> None:
    made = chat()
    first = question(made, None, "Q1")
    one, two = answer(first, "A1"), answer(first, "A2")
    below = [question(made, one, "left"), question(made, one, "right")]
    library.add_exchange(made, first, one)
    for item in (two, *below):
        library.add_message(item)
    library.select_version(below[0].id)
    library.select_version(two.id).result()
    stored, tree = library.conversations.get(made.id), library.tree(made.id)
    chosen = library.selected_children(made.id)
    other = open_private_store()
    other.add_conversation(replace(stored, private=True), tree, chosen).result()
    assert other.conversations.get(made.id) == replace(stored, private=True)
    assert other.tree(made.id) == tree
    assert other.selected_children(made.id) == chosen
    other.close()


def test_long_chats_store_what_was_left_out_in_little_space(library: MessageRepository) -> None:
    made = chat()
    parent: Message | None = None
    ids: tuple[str, ...] = ()
    tree = []
    for _ in range(200):
        parent = message(made, parent, Role.ASSISTANT, "x", left_out=ids)
        tree.append(parent)
        ids = (*ids, parent.id)
    library.add_conversation(made, tree).result()
    assert library.tree(made.id) == tuple(tree)
    size = library.database.read(
        lambda c: c.execute("SELECT sum(length(left_out)) FROM messages").fetchone()
    )
    assert size[0] < 200 * 16


@given(st.lists(NASTY, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back_as_it_was(contents: list[str]) -> None:
    library = open_private_store()
    made = chat(contents[0], private=True, draft=contents[-1], folder=contents[0])
    parent = None
    tree = []
    for content in contents:
        parent = message(made, parent, Role.USER, content, error=content)
        tree.append(parent)
    library.add_conversation(replace(made, head_id=tree[-1].id), tree).result()
    assert library.conversations.get(made.id) == replace(made, head_id=tree[-1].id)
    assert library.tree(made.id) == tuple(tree)
    library.close()


def test_a_megabyte_message_is_kept_whole(library: MessageRepository) -> None:
    made = chat()
    asked = question(made, None, "fooBar \0\r\n" * 100_000)
    library.add_exchange(made, asked, answer(asked, "ok")).result()
    assert library.message(asked.id) == asked


class TreeMachine(RuleBasedStateMachine):
    """Adds, selects, deletes, restores at random against a model of plain dictionaries."""

    @initialize()
    def start(self) -> None:
        self.library = open_private_store()
        self.chat = chat(private=True)
        self.library.conversations.create(self.chat).result()
        self.all: list[Message] = []
        self.deleted: set[str] = set()
        self.chosen: dict[str | None, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()

    @rule(data=st.data(), text=st.sampled_from(["", "Wort", "fooBar baz", "漢字"]))
    def add(self, data: st.DataObject, text: str) -> None:
        parent = data.draw(st.sampled_from([None, *self.all]))
        role = Role.USER if parent is None or parent.role is Role.ASSISTANT else Role.ASSISTANT
        new = message(self.chat, parent, role, text)
        self.library.add_message(new).result()
        self.all.append(new)
        self._choose(new)

    @precondition(lambda self: self.all)
    @rule(data=st.data())
    def select(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(self.all))
        if self._hidden(target):
            return
        self.library.select_version(target.id).result()
        self._choose(target)

    @precondition(lambda self: self.all)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(self.all))
        self.library.conversations.delete_message(target.id).result()
        self.deleted.add(target.id)

    @precondition(lambda self: self.deleted)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from([m for m in self.all if m.id in self.deleted]))
        self.library.conversations.restore_message(target.id).result()
        self.deleted.discard(target.id)
        self._choose(target)

    @precondition(lambda self: self.all)
    @rule(data=st.data(), text=st.text(max_size=8))
    def rewrite(self, data: st.DataObject, text: str) -> None:
        index = data.draw(st.integers(0, len(self.all) - 1))
        self.all[index] = replace(self.all[index], content=text, status=MessageStatus.CUT)
        self.library.finish(self.all[index]).result()

    @invariant()
    def the_branch_is_the_models(self) -> None:
        if not hasattr(self, "library"):
            return
        branch = self.library.branch(self.chat.id)
        assert [item.message for item in branch] == self._walk()
        for item in branch:
            same = [
                m.id
                for m in self.all
                if (m.parent_id, m.role) == (item.message.parent_id, item.message.role)
                and m.id not in self.deleted
            ]
            assert item.version == Version(same.index(item.message.id) + 1, len(same))

    @invariant()
    def nothing_is_erased_and_the_index_fits(self) -> None:
        if not hasattr(self, "library"):
            return
        assert self.library.tree(self.chat.id) == tuple(m for m in self.all if not self._hidden(m))
        self.library.database.read(
            lambda c: c.execute(
                "INSERT INTO message_index (message_index, rank) VALUES ('integrity-check', 1)"
            )
        )

    def _choose(self, target: Message) -> None:
        by_id = {m.id: m for m in self.all}
        while True:
            self.chosen[target.parent_id] = target.id
            if target.parent_id is None:
                return
            target = by_id[target.parent_id]

    def _hidden(self, target: Message) -> bool:
        by_id = {m.id: m for m in self.all}
        at: str | None = target.id
        while at is not None:
            if at in self.deleted:
                return True
            at = by_id[at].parent_id
        return False

    def _walk(self) -> list[Message]:
        walked: list[Message] = []
        parent: str | None = None
        while True:
            here = [m for m in self.all if m.parent_id == parent and m.id not in self.deleted]
            if not here:
                return walked
            picked = [m for m in here if m.id == self.chosen.get(parent)]
            walked.append((picked or here[-1:])[0])
            parent = walked[-1].id


def test_the_tree_keeps_its_laws() -> None:
    run_state_machine_as_test(
        TreeMachine, settings=settings(max_examples=15, stateful_step_count=20, deadline=None)
    )


@pytest.mark.parametrize("depth", [50, 400])
def test_reading_a_branch_asks_little_of_each_message(
    library: MessageRepository, depth: int, count_steps: Callable[..., int]
) -> None:
    made = chat()
    parent: Message | None = None
    tree = []
    for _ in range(depth):
        parent = message(made, parent, Role.USER, "x")
        tree.append(parent)
    assert parent is not None
    library.add_conversation(replace(made, head_id=parent.id), tree).result()
    assert count_steps(library, lambda c: read_branch(c, made.id)) / depth < 400
