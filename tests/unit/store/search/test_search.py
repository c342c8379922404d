"""Search finds what people look for, shows where, and stops when a newer key was pressed."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conversation import Conversation, MessageStatus, SearchHit
from app.domain.model import ModelRef
from app.language import tr
from app.store import MessageRepository, Searcher, open_private_store
from app.store.database.search_index import rebuild_index
from app.store.database.text_normalization import index_body, index_parts, tokens
from app.store.search import word_list
from app.store.search.query import parse_query
from app.store.search.snippets import snippet
from tests.support.languages import speaking
from tests.unit.store.making import NOW, answer, chat, question


def put(
    library: MessageRepository, text: str, title: str = "untitled", reply: str = "ok"
) -> Conversation:
    made = chat(title, private=library.database.private)
    asked = question(made, None, text)
    library.add_exchange(made, asked, answer(asked, reply)).result()
    return made


def find(library: MessageRepository, text: str) -> tuple[SearchHit, ...]:
    hits = Searcher(library).search(text)
    assert hits is not None
    return hits


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[at : at + length] for at, length in hit.highlights]


@pytest.mark.parametrize(
    ("text", "query", "highlight"),
    [
        ("How do pangolins sleep?", "pango", ["pango"]),
        ("How do pangolins sleep?", "SLEEP pangolins", ["pangolins", "sleep"]),
        ("Café crème brûlée", "creme", ["crème"]),
        ("creme", "Crème", ["creme"]),
        ("Straße", "strasse", ["Straße"]),
        ("def read_user_name():", "read_user_name", ["read_user_name"]),
        ("def read_user_name():", "user_name", ["user_name"]),
        ("def read_user_name():", "user", ["user"]),
        ("let x = getUserId(3)", "getUserId", ["getUserId"]),
        ("let x = getUserId(3)", "getuserid", ["getUserId"]),
        ("let x = getUserId(3)", "userId", ["UserId"]),
        ("let x = getUserId(3)", "getUs", ["getUs"]),
        ("let x = getUserId(3)", "user", ["User"]),
        ("parse XMLHttpRequest", "http", ["Http"]),
        ("call os.path.join(a)", "os.path.join", ["os.path.join"]),
        ("call os.path.join(a)", "path.jo", ["path.jo"]),
        ("我喜欢数据库系统", "数据库", ["数据库"]),
        ("我喜欢数据库系统", "库", ["库"]),
        ("東京タワーはどこ", "タワー", ["タワー"]),
        ("데이터베이스를 설명해", "데이터", ["데이터"]),
        ("ภาษาไทยสวย", "ไทย", ["ไทย"]),
        ("हिन्दी भाषा", "हिन्दी", ["हिन्दी"]),
        ("use Python数据 here", "python数据", ["Python数据"]),
        ("C3PO and R2D2", "r2d2", ["R2D2"]),
        ("ab\0cd ef\ud800gh", "gh", ["gh"]),
    ],
)
def test_it_is_found_and_shown(
    library: MessageRepository, text: str, query: str, highlight: list[str]
) -> None:
    put(library, text)
    put(library, "Something else entirely")
    hits = find(library, query)
    assert len(hits) == 1
    assert marked(hits[0]) == highlight


def test_quotes_ask_for_words_next_to_each_other(library: MessageRepository) -> None:
    near = put(library, "the old red fox")
    put(library, "the red and old fox")
    assert [hit.conversation_id for hit in find(library, '"old red"')] == [near.id]
    assert [hit.conversation_id for hit in find(library, '"old re')] == [near.id]
    assert find(library, '"old re"') == ()
    assert len(find(library, "old red")) == 2


def test_only_the_unfinished_last_word_is_a_prefix(library: MessageRepository) -> None:
    put(library, "category theory")
    assert len(find(library, "cat")) == 1
    assert find(library, "cat ") == ()
    assert find(library, "cat theory") == ()


def test_titles_come_first_and_can_be_asked_for_alone(library: MessageRepository) -> None:
    put(library, "banana bread", "Baking")
    titled = put(library, "nothing", "Banana plans")
    hits = find(library, "banana")
    assert [hit.message_id is None for hit in hits] == [True, False]
    assert hits[0].conversation_id == titled.id
    assert hits[0].role is None
    assert [hit.title for hit in find(library, "in:title banana")] == ["Banana plans"]


def test_filters_narrow_the_hits(library: MessageRepository) -> None:
    made = chat()
    asked = replace(question(made, None, "word"), created_at=NOW - timedelta(days=400))
    replied = answer(asked, "word", model=ModelRef("Phi-4 mini", "Q4_K_M", "aa"))
    library.add_exchange(made, asked, replied).result()

    def ids(text: str) -> list[str | None]:
        return [hit.message_id for hit in find(library, text)]

    assert set(ids("word")) == {asked.id, replied.id}
    assert ids("word model:mini") == [replied.id]
    assert ids("model:q4_k") == [replied.id]
    assert ids("word model:llama") == []
    assert ids("word before:2026") == [asked.id]
    assert ids("word after:2026-01-01") == [replied.id]
    assert set(ids("word before:20")) == {asked.id, replied.id}
    assert ids("before:2026-02 after:2025") == [asked.id]
    assert ids("word before:2026-99-99") == ids("word")


def test_an_answer_without_a_word_is_found_by_its_model_in_the_language_in_force(
    library: MessageRepository,
) -> None:
    made = chat()
    asked = question(made, None, "word")
    with speaking("de"):
        model = ModelRef(tr("Built-in demo"), "Q8_0", "aa")
        replied = replace(answer(asked, "", model=model), status=MessageStatus.FAILED)
        library.add_exchange(made, asked, replied).result()
    assert [hit.message_id for hit in find(library, "model:built")] == [replied.id]
    assert find(library, "model:eingebaute") == ()


def test_the_trash_is_not_searched(library: MessageRepository) -> None:
    made = put(library, "needle one", "needle title")
    other = put(library, "needle two", reply="haystack")
    asked = library.branch(other.id)[0].message
    library.conversations.delete(made.id)
    library.conversations.delete_message(asked.id).result()
    assert find(library, "needle") == ()
    assert find(library, "haystack") == ()
    library.conversations.restore(made.id)
    library.conversations.restore_message(asked.id).result()
    assert len(find(library, "needle")) == 3
    assert len(find(library, "haystack")) == 1


def test_an_answer_is_found_when_it_is_finished(library: MessageRepository) -> None:
    made = chat()
    asked = question(made, None)
    replied = answer(asked)
    library.add_exchange(made, asked, replied)
    library.journal(replied.id, "zebra").result()
    assert find(library, "zebra") == ()
    library.finish(answer(asked, "zebra crossing", id=replied.id)).result()
    assert len(find(library, "zebra")) == 1
    library.finish(answer(asked, "horse", id=replied.id)).result()
    assert find(library, "zebra") == ()


def test_of_two_equal_texts_the_newer_comes_first(library: MessageRepository) -> None:
    old, new = put(library, "same words"), put(library, "same words")
    assert [hit.conversation_id for hit in find(library, "words")] == [new.id, old.id]


def test_more_about_it_beats_newer(library: MessageRepository) -> None:
    about = put(library, "tea tea tea")
    put(library, "we once mentioned tea among very many other things of no interest " * 3)
    assert find(library, "tea")[0].conversation_id == about.id


@pytest.mark.parametrize(
    "text", ["", " ", '"', '""', "model:", "*", "AND", "(", "NEAR(", "-", "in:ti"]
)
def test_nothing_typed_breaks_the_search(library: MessageRepository, text: str) -> None:
    put(library, "and near or not")
    find(library, text)


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_every_line_is_a_query(text: str) -> None:
    query = parse_query(text)
    assert all(term.tokens for term in query.terms)
    assert all('"' not in token for term in query.terms for token in term.tokens)


WORDS = st.text(
    st.sampled_from("aBcdÉéßñ漢字データ한국ไทย12_.- \n\"'ЖжΣσς"), min_size=1, max_size=24
)


@given(WORDS, st.data())
@settings(max_examples=120, deadline=None)
def test_any_run_of_words_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    words = re.findall(r"[^\W_]+", text)
    if not words:
        return
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    run = " ".join(words[start:end])
    typed = data.draw(st.sampled_from([run, run.lower(), run.upper(), f'"{run}"']))
    if not tokens(typed):
        return
    with closing(open_private_store()) as library:
        made = put(library, text)
        assert made.id in {hit.conversation_id for hit in find(library, typed)}


@given(st.text(max_size=300), st.text(min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_snippet_is_one_safe_line_with_marks_inside(text: str, word: str) -> None:
    piece, spans = snippet(text + word + text, parse_query(word).terms)
    assert "\n" not in piece
    piece.encode("utf-8")
    last = 0
    for at, length in spans:
        assert at >= last
        assert length > 0
        last = at + length
    assert last <= len(piece)


def test_a_match_deep_in_a_long_message_is_shown(library: MessageRepository) -> None:
    put(library, "fill " * 40_000 + "needle" + " more" * 40_000)
    hit = find(library, "needle")[0]
    assert marked(hit) == ["needle"]
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 200


def test_an_older_ticket_finds_nothing(library: MessageRepository) -> None:
    put(library, "word")
    searcher = Searcher(library)
    old = searcher.begin_search()
    new = searcher.begin_search()
    assert searcher.search("word", ticket=old) is None
    assert searcher.search("word", ticket=new) != ()


def test_times_are_the_users_own() -> None:
    before = parse_query("before:2026-03-02").before
    assert before is not None
    assert before == datetime(2026, 3, 2).astimezone()
    assert before.astimezone(UTC).tzinfo is UTC


@pytest.mark.parametrize("unit", ["x", "xY", "X", "x_", "漢", "é", "x1", "aB c.d_e "])
def test_folding_takes_time_in_proportion_to_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length).encode()[:length]
        times = []
        for _ in range(3):
            start = time.thread_time()
            index_body(text)
            index_parts(text)
            times.append(time.thread_time() - start)
        return min(times)

    assert seconds(400_000) / max(seconds(50_000), 1e-4) < 40  # eight would be linear, 64 square


def test_a_pasted_page_is_searched_by_its_beginning(library: MessageRepository) -> None:
    page = " ".join(f"word{n}" for n in range(50_000))
    made = put(library, page)
    assert [hit.conversation_id for hit in find(library, page)] == [made.id]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("the child fell asleep", "sleep", "sleep"),
        ("let x = getUserId(3)", "serid", "serId"),
        ("let x = getHTTPResponse()", "response", "Response"),
        ("on 20240115 it rained", "0115", "0115"),
        ("version v12beta", "12", "12"),
        ("Donaudampfschiff", "dampf", "dampf"),
        ("Überprüfung", "prufung", "prüfung"),
    ],
)
def test_the_middle_of_a_word_is_found_and_shown(
    library: MessageRepository, text: str, query: str, found: str
) -> None:
    put(library, text)
    (hit,) = find(library, query)
    assert marked(hit) == [found]
    put(library, "nothing", title=text)
    assert {hit.title for hit in find(library, query)} >= {text}


def test_a_version_is_found_with_its_v_and_without_and_no_other_one_is(
    library: MessageRepository,
) -> None:
    for version in ("v3.11.7", "v3.11.19", "v3.11.71", "192.168.0.7", "192.168.0.19"):
        put(library, f"it is {version}.")

    def hits(query: str) -> list[str]:
        return sorted(marked(hit)[0] for hit in find(library, query))

    assert hits("3.11.7") == hits("v3.11.7") == ["v3.11.7"]
    assert hits("3.11.1") == []
    assert hits("3.11.19") == ["v3.11.19"]
    assert hits("168.0.7") == ["168.0.7"]


def test_the_words_are_read_once_and_those_of_newer_messages_beside_them(
    library: MessageRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read them all takes a second in a large library."""
    read: list[int] = []
    real = word_list._of_messages

    def counted(connection: sqlite3.Connection) -> word_list._Words:
        read.append(1)
        return real(connection)

    monkeypatch.setattr(word_list, "_of_messages", counted)
    monkeypatch.setattr(word_list, "_MANY", 20)
    searcher = Searcher(library)

    def found(text: str) -> list[str]:
        return [marked(hit)[0] for hit in searcher.search(text) or ()]

    made = chat("untitled", private=library.database.private)
    asked = question(made, None, "the child fell asleep")
    writing = answer(asked, "", status=MessageStatus.STREAMING)
    library.add_exchange(made, asked, writing).result()
    assert found("sleep") == ["sleep"]
    put(library, "getUserId")
    done = replace(writing, content="A snowflake", status=MessageStatus.COMPLETE)
    library.finish(done).result()
    assert [found("serid"), found("flake"), found("sleep")] == [["serId"], ["flake"], ["sleep"]]
    library.conversations.rename(made.id, "Marshmallow").result()
    assert found("mallow") == ["mallow"]
    assert len(read) == 1
    for number in range(21):
        put(library, f"overheated{number}")
    assert len(found("heated")) == 21
    assert len(read) == 2


def test_two_letters_in_the_middle_are_not_looked_for(library: MessageRepository) -> None:
    put(library, "the child fell asleep")
    assert find(library, "le") == ()


def test_titles_used_last_come_first_and_many_are_shown(library: MessageRepository) -> None:
    for number in range(60):
        put(library, "x", title=f"Holiday {number}")
    titles = [hit.title for hit in find(library, "holiday") if hit.message_id is None]
    assert titles == [f"Holiday {number}" for number in reversed(range(10, 60))]


def test_an_index_is_made_anew_by_what_is_there_however_far_apart_its_numbers_are(
    library: MessageRepository,
) -> None:
    put(library, "the walrus")
    library.database.submit(
        lambda c: c.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", (2**60,))
    ).result()
    put(library, "another walrus")
    seen: list[float] = []
    library.database.submit(lambda c: rebuild_index(c, seen.append)).result()
    assert len(find(library, "walrus")) == 2
    assert seen == [1.0, 1.0], "one step for what fits into one"
