"""The answer in progress is on disk about once a second, at the cost of what is new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conversation import Message, MessageStatus
from app.domain.errors import NotFoundError
from app.domain.parts import AttachmentPart, PlacedPart, ReasoningPart, ToolCallPart
from app.store import MessageRepository, open_private_store, open_store
from app.store.conversations.answer_journal import repair_interrupted
from tests.unit.store.making import NOW, answer, chat, question


def streaming(library: MessageRepository) -> Message:
    made = chat(private=library.database.private)
    asked = question(made, None)
    writing = answer(asked)
    library.add_exchange(made, asked, writing).result()
    return writing


def repaired(library: MessageRepository, message_id: str) -> Message:
    library.database.submit(repair_interrupted).result()
    return library.message(message_id)


@given(st.lists(st.text(st.characters(), max_size=20), max_size=8), st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_last_text_journaled_is_the_text_repaired(texts: list[str], growing: bool) -> None:
    library = open_private_store()
    writing = streaming(library)
    so_far = ""
    for text in texts:
        so_far = so_far + text if growing else text
        library.journal(writing.id, so_far)
    found = repaired(library, writing.id)
    assert (found.content, found.status) == (so_far, MessageStatus.INTERRUPTED)
    library.close()


def test_the_cost_follows_what_is_new(library: MessageRepository) -> None:
    writing = streaming(library)
    text = ""
    for _ in range(200):
        text += "twenty characters..." * 5
        library.journal(writing.id, text)
    library.journal(writing.id, text).result()
    written = library.database.read(
        lambda c: c.execute("SELECT sum(length(content)), count(*) FROM journal").fetchone()
    )
    assert written == (len(text), 200)
    assert repaired(library, writing.id).content == text


def test_continuing_goes_on_from_what_was_there(library: MessageRepository) -> None:
    writing = streaming(library)
    library.journal(writing.id, "Once upon").result()
    assert repaired(library, writing.id).content == "Once upon"
    library.resume(writing.id)
    library.journal(writing.id, "Once upon a time").result()
    assert library.message(writing.id).status is MessageStatus.STREAMING
    parts = library.database.read(lambda c: c.execute("SELECT content FROM journal").fetchall())
    assert parts == [(b" a time",)]
    assert repaired(library, writing.id).content == "Once upon a time"


def test_a_journal_that_comes_late_changes_nothing(library: MessageRepository) -> None:
    writing = streaming(library)
    library.journal(writing.id, "Once")
    done = answer(writing, "Once more.", id=writing.id, parent_id=writing.parent_id)
    library.finish(done)
    library.journal(writing.id, "Once mo").result()
    assert library.message(writing.id) == done
    assert library.database.read(
        lambda c: c.execute("SELECT count(*) FROM journal").fetchone()
    ) == (0,)
    with pytest.raises(NotFoundError):
        library.journal("nothing", "x").result()


def test_start_repairs_what_a_crash_left(tmp_path: Path) -> None:
    first = open_store(tmp_path)
    writing = streaming(first.repository)
    first.repository.journal(writing.id, "so far").result()
    first.close()  # with the answer still streaming, as a killed process leaves it
    second = open_store(tmp_path)
    assert second.report.interrupted == (writing.id,)
    assert "interrupted" in second.report.sentences[0]
    assert second.repository.message(writing.id).content == "so far"
    second.close()
    third = open_store(tmp_path)
    assert third.report.interrupted == ()
    third.close()


def parts(*said: str, closed: bool = False) -> tuple[PlacedPart, ...]:
    return tuple(PlacedPart(n, ReasoningPart(text, closed=closed)) for n, text in enumerate(said))


@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(st.characters(), max_size=9)), max_size=6),
    st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_the_last_parts_journaled_are_the_parts_repaired(
    pieces: list[tuple[str, str]], growing: bool
) -> None:
    library = open_private_store()
    writing = streaming(library)
    text, thought, placed = "", "", ()
    for more, said in pieces:
        text = text + more if growing else more
        thought = thought + said if growing else said
        call = PlacedPart(len(text), ToolCallPart("calculate", said))
        placed = (*parts(thought, closed=bool(text)), call) if text else parts(thought)
        library.journal(writing.id, text, placed)
    found = repaired(library, writing.id)
    assert (found.content, found.placed) == (text, placed)
    library.close()


def test_reasoning_costs_what_is_new_in_it_and_the_text_behind_it_too(
    library: MessageRepository,
) -> None:
    writing = streaming(library)
    thought = ""
    for _ in range(100):
        thought += "twenty characters..." * 5
        library.journal(writing.id, "", parts(thought))
    library.journal(writing.id, "Yes", parts(thought, closed=True)).result()
    size = library.database.read(
        lambda c: c.execute("SELECT sum(length(content)), sum(length(part)) FROM journal")
    ).fetchone()
    assert size[0] == len(thought) + len("Yes")
    assert size[1] < 101 * 60
    found = repaired(library, writing.id)
    assert (found.content, found.placed) == ("Yes", parts(thought, closed=True))


def test_continuing_reasoning_goes_on_with_the_same_part(library: MessageRepository) -> None:
    writing = streaming(library)
    library.journal(writing.id, "", parts("Once upon")).result()
    assert repaired(library, writing.id).placed == parts("Once upon")
    library.resume(writing.id)
    library.journal(writing.id, "", parts("Once upon a time")).result()
    pieces = library.database.read(lambda c: c.execute("SELECT content FROM journal").fetchall())
    assert pieces == [(b" a time",)]
    assert repaired(library, writing.id).placed == parts("Once upon a time")


def test_what_an_answer_ended_with_takes_the_place_of_its_journal(
    library: MessageRepository,
) -> None:
    writing = streaming(library)
    library.journal(writing.id, "", parts("Once"))
    done = answer(writing, "Yes.", id=writing.id, parent_id=writing.parent_id)
    done = replace(done, placed=parts("Once upon", "a time", closed=True))
    library.finish(done).result()
    assert library.message(writing.id) == done
    library.finish(replace(done, placed=())).result()
    assert library.message(writing.id).placed == ()


def test_parts_go_where_their_message_goes(library: MessageRepository) -> None:
    made = chat()
    asked = replace(question(made, None), placed=(PlacedPart(2, AttachmentPart("a.pdf")),))
    said = replace(answer(asked, "Yes."), placed=parts("Hm.", closed=True))
    library.add_exchange(made, asked, said).result()
    assert library.branch(made.id)[0].message.placed == asked.placed
    assert [m.placed for m in library.versions(said.id)] == [said.placed]
    copied = library.branch_into_new_chat(said.id).result()
    assert [m.placed for m in library.tree(copied.id)] == [asked.placed, said.placed]
    library.conversations.delete([made.id], NOW).result()
    library.conversations.empty_trash().result()
    left = library.database.read(lambda c: c.execute("SELECT count(*) FROM parts").fetchone())
    assert left == (2,), "those of the copy"
