"""What a newer Phial put into a message stays as it is, whatever this one does to the message."""

from __future__ import annotations

import json
from dataclasses import replace

from app.domain.conversation import MessageStatus
from app.domain.parts import CitationPart, PlacedPart, UnknownPart
from app.markup.parts.registry import shown_parts
from app.markup.transfer.writers.records import part_records, placed_from
from app.store import MessageRepository
from app.store.conversations.message_queries import message_seq
from tests.unit.store.making import answer, chat, question

# Spaces, order and escapes are those of whoever wrote them.
NEWER = [
    (3, "hologram", '{"depth": 3,  "tags":["\\u00e9", {"a": null}]}', b"\xed\xa0\x80 light"),
    (3, "citation", '{"title": "Book", "page": 7, "shelf": "north"}', b""),
    (5, "citation", '{"page": "seven"}', b""),
]


def put(library: MessageRepository, message_id: str) -> None:
    library.database.submit(
        lambda c: c.executemany(
            "INSERT INTO parts (message, ordinal, at, kind, value, content) VALUES (?,?,?,?,?,?)",
            [(message_seq(c, message_id), n, *row) for n, row in enumerate(NEWER)],
        )
    ).result()


def rows(library: MessageRepository, message_id: str) -> list[tuple[object, ...]]:
    sql = "SELECT at, kind, value, content FROM parts WHERE message = ? ORDER BY ordinal"
    return library.database.read(lambda c: c.execute(sql, (message_seq(c, message_id),)).fetchall())


def test_parts_of_a_newer_phial_outlive_an_answer_that_goes_on_and_a_copy_of_the_chat(
    library: MessageRepository,
) -> None:
    conversation = chat()
    asked = question(conversation, None)
    stopped = answer(asked, "One two", status=MessageStatus.STOPPED)
    library.add_exchange(conversation, asked, stopped).result()
    put(library, stopped.id)
    library.resume(stopped.id).result()
    said = library.branch(conversation.id)[1].message
    more = (*said.placed, PlacedPart(9, CitationPart("New")))
    library.journal(said.id, "One two three", more).result()
    ended = replace(said, content="One two three", placed=more, status=MessageStatus.COMPLETE)
    library.finish(ended).result()
    assert rows(library, said.id) == [*NEWER, (9, "citation", '{"title":"New"}', b"")]
    copied = library.branch_into_new_chat(said.id).result()
    assert rows(library, library.branch(copied.id)[1].message.id) == rows(library, said.id)


def test_parts_of_a_newer_phial_are_exported_and_come_back_and_are_not_shown(
    library: MessageRepository,
) -> None:
    conversation = chat()
    asked = question(conversation, None)
    said = answer(asked, "One two")
    library.add_exchange(conversation, asked, said).result()
    put(library, said.id)
    read = library.branch(conversation.id)[1].message
    told = json.loads(json.dumps(part_records(read.placed[:2])))
    unknown, known = placed_from(told)
    assert isinstance(unknown.part, UnknownPart)
    assert json.loads(unknown.part.value) == json.loads(str(NEWER[0][2]))
    assert (unknown.part.kind, unknown.part.text) == ("hologram", "\ud800 light")
    assert known.part == CitationPart("Book", page=7)
    assert [type(part).__name__ for part in shown_parts(read.content, read.placed)] == [
        "TextPart",
        "CitationPart",
    ]
