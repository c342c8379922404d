"""What is typed to replace a question is kept beside it, and never in place of it."""

from __future__ import annotations

from pathlib import Path

from app.domain.conversation import Conversation, Edit, Message
from app.store import MessageRepository, open_store
from app.store.database.connect import PAGE_SIZE
from tests.unit.store.making import answer, chat, question


def asked(library: MessageRepository, text: str = "Why?") -> tuple[Conversation, Message]:
    made = chat()
    first = question(made, None, text)
    library.add_exchange(made, first, answer(first, "Because.")).result()
    return made, first


def test_the_edit_typed_last_comes_last_and_replaces_the_one_before(
    library: MessageRepository,
) -> None:
    made, first = asked(library)
    second = question(made, first, "And?")
    library.add_exchange(made, second, answer(second, "So.")).result()
    library.set_edit(Edit(first.id, "Why not", open=True))
    library.set_edit(Edit(second.id, "And then", open=False))
    library.set_edit(Edit(first.id, "Why not?\0\ud800", open=True)).result()
    assert library.edits(made.id) == (
        Edit(second.id, "And then", open=False),
        Edit(first.id, "Why not?\0\ud800", open=True),
    )
    assert library.message(first.id).content == "Why?"


def test_sending_an_edit_forgets_it_and_keeps_the_draft(library: MessageRepository) -> None:
    made, first = asked(library)
    library.conversations.set_draft(made.id, "a draft")
    library.set_edit(Edit(first.id, "Why not?", open=True))
    other = question(made, None, "Why not?")
    library.add_exchange(made, other, answer(other, "Well."), edited=first.id).result()
    assert library.edits(made.id) == ()
    assert library.conversations.get(made.id).draft == "a draft"


def test_the_edit_of_a_deleted_question_comes_back_with_it(library: MessageRepository) -> None:
    made, first = asked(library)
    library.set_edit(Edit(first.id, "Why not?", open=True))
    library.conversations.delete_message(first.id).result()
    assert library.edits(made.id) == ()
    library.conversations.restore_message(first.id).result()
    assert library.edits(made.id) == (Edit(first.id, "Why not?", open=True),)


def test_a_recovered_database_has_the_edits_and_takes_none_for_a_summary(tmp_path: Path) -> None:
    found = open_store(tmp_path)
    made, first = asked(found.repository)
    found.repository.set_edit(Edit(first.id, "Why not?", open=True)).result()
    found.close()
    path = tmp_path / "phial.db"
    data = bytearray(path.read_bytes())
    data[:PAGE_SIZE] = b"\xff" * PAGE_SIZE  # the header and the schema
    path.write_bytes(data)
    found = open_store(tmp_path)
    assert found.report.recovery is not None
    assert found.repository.edits(made.id) == (Edit(first.id, "Why not?", open=True),)
    assert found.repository.summaries(made.id) == {}
    found.close()
