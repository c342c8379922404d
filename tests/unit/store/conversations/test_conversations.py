"""Conversations and exchanges survive closing and come back exactly."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.conversation import MessageStatus, Version
from app.domain.errors import InvalidValueError, NotFoundError, StoreError
from app.domain.generation import Sampling, StopReason, Timings
from app.domain.model import ModelRef
from app.language import tr
from app.store import MessageRepository, open_private_store, open_store
from app.store.database.rows import _TIMINGS, timings_from_json, timings_json
from tests.support.languages import speaking
from tests.unit.store.making import NOW, answer, chat, question


def test_a_conversation_comes_back_as_it_was(library: MessageRepository) -> None:
    made = chat(
        "Title\0with\ud800 CRLF\r\n",
        title_by_user=True,
        system_prompt="Be brief.",
        draft="half a thou",
        pinned=True,
        archived=True,
        folder="Work",
        scroll_message_id="abc",
        scroll_offset=17,
        scroll_y=-9,
    )
    library.conversations.create(made).result()
    assert library.conversations.get(made.id) == made
    assert library.conversations.list_all() == (made,)


def test_an_exchange_makes_its_chat_and_clears_the_draft_in_one_go(
    library: MessageRepository,
) -> None:
    made = chat(draft="Why?")
    asked = question(made, None)
    answering = answer(asked)
    library.add_exchange(made, asked, answering).result()
    branch = library.branch(made.id)
    assert [item.message for item in branch] == [asked, answering]
    assert {item.version for item in branch} == {Version(1, 1)}
    assert library.conversations.get(made.id) == replace(made, draft="", head_id=answering.id)


def test_a_finished_answer_keeps_everything_about_it(library: MessageRepository) -> None:
    made = chat()
    asked = question(made, None)
    answering = answer(asked)
    library.add_exchange(made, asked, answering)
    done = replace(
        answering,
        content="Because.\0\udfff",
        status=MessageStatus.CUT,
        model=ModelRef("Phi-4", "Q4_K_M", "ab" * 32),
        sampling=Sampling(seed=7, stop=("\ud800", "END")),
        seed=7,
        stop_reason=StopReason.MAX_TOKENS,
        timings=Timings(prompt_tokens=10, completion_tokens=3, prompt_seconds=0.1 + 0.2),
        error="None really",
        left_out=("gone", asked.id),
    )
    library.finish(done).result()
    assert library.message(done.id) == done
    assert library.branch(made.id)[1].message == done


def test_what_a_german_session_stored_is_read_in_english(library: MessageRepository) -> None:
    made = chat()
    asked = question(made, None)
    answering = answer(asked)
    library.add_exchange(made, asked, answering)
    with speaking("de"):
        failed = replace(
            answering,
            status=MessageStatus.FAILED,
            model=ModelRef(tr("Built-in demo"), "Q8_0", "ab" * 32),
            error=tr("Nothing was read; your message is kept."),
        )
    library.finish(failed).result()
    read = library.message(failed.id)
    assert read.error == "Nothing was read; your message is kept."
    assert read.model == ModelRef("Built-in demo", "Q8_0", "ab" * 32)


def test_what_does_not_exist_is_said_to_be_missing(library: MessageRepository) -> None:
    with pytest.raises(NotFoundError):
        library.conversations.get("nothing")
    with pytest.raises(NotFoundError):
        library.conversations.rename("nothing", "x").result()
    made = chat()
    library.conversations.create(made).result()
    with pytest.raises(InvalidValueError):
        library.conversations.create(made).result()


def test_a_failed_exchange_leaves_nothing_behind(library: MessageRepository) -> None:
    made = chat()
    orphan = replace(question(made, None), parent_id="missing")
    with pytest.raises(NotFoundError):
        library.add_exchange(made, orphan, answer(orphan)).result()
    assert library.conversations.list_all() == ()


def test_the_last_used_chat_is_on_top_whatever_the_clock_says(library: MessageRepository) -> None:
    chats = [chat(str(n)) for n in range(3)]
    for n, made in enumerate(chats):
        asked = replace(question(made, None), created_at=NOW - timedelta(days=n))
        library.add_exchange(made, asked, answer(asked)).result()
    library.conversations.set_pinned(chats[1].id, True).result()
    assert [c.title for c in library.conversations.list_all()] == ["1", "2", "0"]


def test_an_imported_chat_stands_where_its_time_says(library: MessageRepository) -> None:
    for days in (300, 200, 100):
        made = chat(f"used {days}", updated_at=NOW - timedelta(days=days))
        library.conversations.create(made).result()
    for days in (250, 400, 0, 220, 150):
        made = chat(f"imported {days}", updated_at=NOW - timedelta(days=days))
        library.add_conversation(made, ()).result()
    titles = [c.title for c in library.conversations.list_all()]
    ages = [int(title.split()[1]) for title in titles]
    assert ages == sorted(ages)
    asked = question(library.conversations.list_all()[-1], None)
    library.add_exchange(library.conversations.list_all()[-1], asked, answer(asked)).result()
    assert library.conversations.list_all()[0].title == "imported 400"


def test_a_chat_that_did_not_change_reads_as_the_same_value(library: MessageRepository) -> None:
    made = [chat(str(n)) for n in range(3)]
    for one in made:
        library.conversations.create(one).result()
    before = {c.id: c for c in library.conversations.list_all()}
    library.conversations.rename(made[1].id, "new").result()
    after = {c.id: c for c in library.conversations.list_all()}
    assert [before[c.id] is after[c.id] for c in made] == [True, False, True]
    assert after[made[1].id] == library.conversations.get(made[1].id)


def test_several_chats_are_organised_at_once(library: MessageRepository) -> None:
    chats = [chat(str(n)) for n in range(3)]
    for made in chats:
        library.conversations.create(made)
    ids = [made.id for made in chats]
    library.conversations.set_folder(ids, "Cooking")
    library.conversations.set_archived(ids[:2], True).result()
    assert library.conversations.folders() == ("Cooking",)
    assert {c.id for c in library.conversations.list_all(archived=True)} == set(ids[:2])
    assert [c.id for c in library.conversations.list_all(archived=False)] == ids[2:]


def test_an_automatic_title_never_replaces_the_users(library: MessageRepository) -> None:
    made = chat("")
    library.conversations.create(made)
    library.conversations.rename(made.id, "Guessed", by_user=False).result()
    assert library.conversations.get(made.id).title == "Guessed"
    library.conversations.rename(made.id, "Mine")
    library.conversations.rename(made.id, "Guessed again", by_user=False).result()
    assert library.conversations.get(made.id).title == "Mine"


def test_everything_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    first = opened.repository
    made = chat()
    asked = question(made, None)
    first.add_exchange(made, asked, answer(asked, "Because."))
    opened.close()
    opened.close()
    with pytest.raises(StoreError):
        first.conversations.rename(made.id, "late")
    second = open_store(tmp_path)
    branch = second.repository.branch(made.id)
    assert [item.message.content for item in branch] == ["Why?", "Because."]
    second.close()


def test_a_private_chat_never_touches_the_disk(tmp_path: Path, library: MessageRepository) -> None:
    private = open_private_store()
    made = chat("Secret", private=True)
    asked = question(made, None, "a secret word")
    private.add_exchange(made, asked, answer(asked, "kept")).result()
    assert private.conversations.list_all()[0].private
    assert len(private.branch(made.id)) == 2
    with pytest.raises(ValueError, match="private"):
        library.conversations.create(made)
    with pytest.raises(ValueError, match="private"):
        private.conversations.create(chat())
    private.close()
    library.close()
    assert all(b"ecret" not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_token_counts_last_until_the_text_changes(library: MessageRepository) -> None:
    made = chat()
    asked = question(made, None)
    answering = answer(asked, "Because.")
    library.add_exchange(made, asked, answering)
    library.set_token_counts("m1", {asked.id: 3, answering.id: 2, "unknown": 9}).result()
    assert library.token_counts(made.id, "m1") == {asked.id: 3, answering.id: 2}
    assert library.token_counts(made.id, "m2") == {}
    library.finish(replace(answering, content="Because of that.")).result()
    assert library.token_counts(made.id, "m1") == {asked.id: 3}


def test_every_timing_has_its_place_in_the_stored_form() -> None:
    assert sorted(_TIMINGS) == sorted(field.name for field in fields(Timings))
    values = {name: float(place + 1) for place, name in enumerate(_TIMINGS)}
    timings = Timings(**values)  # type: ignore[arg-type]  # numbers of any kind
    assert timings_from_json(timings_json(timings)) == timings
    assert timings_from_json("[1,2,3,4,5,6,7,8,9,10,11]").prompt_tokens == 1
