"""A private chat with the real engine leaves nothing on the disk: not a byte of its words.

The same talk in an ordinary chat leaves its words in the database and the tokens of its prompt
in a KV snapshot: what finds them there would find a private chat's.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.compose import build_reach, build_services, engine_options, make_engine
from app.services.core.events import AnswerEnded
from app.services.models.model_files import read_model_file
from app.setup import prepare
from app.store import open_store
from app.system.paths import folders
from tests.e2e.desktop import until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.harness import Harness, Heard

pytestmark = pytest.mark.llama

SECRET = "xylophonquarz"
OPEN = "zebrafinkmoos"
LATER = "quittenbrotuhu"
ALWAYS = -1e9  # seconds a snapshot must save to be written: every one is


def places_of(word: str, home: Path) -> list[str]:
    """The files that hold a word, in whatever encoding and however it was cut into tokens."""
    # A snapshot holds token ids; those of the tiny model are the bytes, but for its few words.
    tokens = array("i", list(word.encode())).tobytes()
    forms = [word.encode(), word.upper().encode(), word.encode("utf-16-le"), word[2:-2].encode()]
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(form in content_of(path) for form in (*forms, tokens))
    ]


def content_of(path: Path) -> bytes:
    """Of a file that may be renamed while this looks."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def snapshots_of(word: str) -> list[str]:
    """The KV snapshots whose prompt holds a word."""
    return [place for place in places_of(word, folders().cache) if place.startswith("kv")]


def talk(running: Harness, word: str, *, private: bool) -> str:
    """Prompt, draft, question, edit, regenerate, title, search, park: everything with a word."""
    services, heard = running.services, running.heard
    chat = services.library.create(private=private).id
    services.library.set_system_prompt(chat, f"Say {word}.").result()
    running.ask(f"What is {word}?", chat)
    services.library.set_draft(chat, f"and what of {word}")
    services.library.rename(chat, f"About {word}").result()
    question = services.library.chats.branch(chat)[0].message
    seen = len(heard.events)
    exchange = services.chat.edit(question.id, f"Tell me of {word} again.")
    running.ended(exchange.answer_id, after=seen)
    seen = len(heard.events)
    running.ended(services.chat.regenerate(exchange.answer_id), after=seen)
    services.library.search.find(word)
    services.chat.save_state(chat)
    other = services.library.branch_into_new_chat(exchange.answer_id)
    services.library.trash.delete([other.id])
    assert any(isinstance(event, AnswerEnded) for event in heard.events)
    return chat


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Harness]:
    """Services with the real engine, which writes a snapshot of whatever it may."""
    words = pieces_of("a glass of quiet words that nobody keeps at all ")
    model = write_model(tmp_path / "tiny.gguf", ModelSpec(words, context=8_192))
    with prepare() as setup:
        engine = make_engine(setup)
        options = engine_options(setup, setup.settings.current)
        engine.configure(replace(options, snapshot_min_gain=ALWAYS))
        reach = build_reach(setup, lambda: engine)
        services = build_services(setup, reach, model=read_model_file(model))
        made = Harness(services, Heard(), engine)
        services.bus.subscribe(made.heard)
        yield made
        services.close()


def test_a_private_chat_leaves_not_a_byte_on_the_disk(running: Harness) -> None:
    services, home = running.services, folders().data
    talk(running, OPEN, private=False)
    until(lambda: snapshots_of(OPEN), "a snapshot of the ordinary chat")
    talk(running, SECRET, private=True)
    services.maintenance.back_up()
    assert places_of(SECRET, home) == []
    services.library.trash.delete([talk(running, SECRET, private=True)])
    talk(running, LATER, private=False)  # what is written is written in turn: this comes last
    until(lambda: snapshots_of(LATER), "a snapshot of the last chat")
    services.maintenance.back_up()
    services.close()
    assert places_of(SECRET, home) == []
    assert places_of(SECRET, folders().cache) == []
    assert any(name.startswith("phial.db") for name in places_of(OPEN, home))
    opened = open_store(home)
    assert SECRET not in " ".join(c.title for c in opened.repository.conversations.list_all())
    opened.close()


@pytest.mark.parametrize("private", [False, True], ids=["ordinary", "private"])
def test_what_the_model_holds_at_the_end_is_written_of_an_ordinary_chat_only(
    running: Harness, private: bool
) -> None:
    chat = running.services.library.create(private=private).id
    running.ask(f"What is {SECRET}?", chat)
    running.services.close()
    assert bool(snapshots_of(SECRET)) is not private
    assert bool(places_of(SECRET, folders().cache)) is not private
