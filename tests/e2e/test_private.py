"""A private chat with the real engine leaves nothing on the disk: not a byte of its words."""

from __future__ import annotations

from pathlib import Path

from app.compose import build_services, make_engine, prepare
from app.services.core.events import AnswerEnded
from app.services.models.model_files import read_model_file
from app.store import open_store
from app.system.paths import folders
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.harness import Harness, Heard

SECRET = "xylophonquarz"
OPEN = "zebrafinkmoos"


def places_of(word: str, home: Path) -> list[str]:
    """The files that hold a word, in whatever encoding and however it was cut into tokens."""
    forms = [word.encode(), word.upper().encode(), word.encode("utf-16-le"), word[2:-2].encode()]
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


def talk(running: Harness, word: str, *, private: bool) -> str:
    """Prompt, draft, question, edit, regenerate, title, search, park: everything with a word."""
    services, heard = running.services, running.heard
    chat = services.library.create(private=private).id
    services.library.set_system_prompt(chat, f"Say {word}.").result()
    running.ask(f"What is {word}?", chat)
    services.library.set_draft(chat, f"and what of {word}")
    services.library.rename(chat, f"About {word}").result()
    question = services.library.branch(chat)[0].message
    seen = len(heard.events)
    exchange = services.chat.edit(question.id, f"Tell me of {word} again.")
    running.ended(exchange.answer_id, after=seen)
    seen = len(heard.events)
    running.ended(services.chat.regenerate(exchange.answer_id), after=seen)
    services.library.search(word, lambda _hits: None)
    services.chat.save_state(chat)
    other = services.library.branch_into_new_chat(exchange.answer_id)
    services.library.delete([other.id])
    assert any(isinstance(event, AnswerEnded) for event in heard.events)
    return chat


def test_a_private_chat_leaves_not_a_byte_on_the_disk(tmp_path: Path) -> None:
    words = pieces_of("a glass of quiet words that nobody keeps at all ")
    model = write_model(tmp_path / "tiny.gguf", ModelSpec(words, context=8_000))
    with prepare() as setup:
        engine = make_engine(setup)
        services = build_services(setup, engine, model=read_model_file(model))
        running = Harness(services, Heard(), engine)
        services.bus.subscribe(running.heard)
        talk(running, OPEN, private=False)
        talk(running, SECRET, private=True)
        home = folders().data
        services.maintenance.back_up()
        assert places_of(SECRET, home) == []
        kept = set((folders().cache / "kv").rglob("*"))
        chat = talk(running, SECRET, private=True)
        services.library.delete([chat])
        services.maintenance.back_up()
        services.close()
    assert set((folders().cache / "kv").rglob("*")) == kept
    assert places_of(SECRET, home) == []
    assert any(name.startswith("phial.db") for name in places_of(OPEN, home))
    opened = open_store(home)
    assert SECRET not in " ".join(c.title for c in opened.repository.list_conversations())
    opened.close()
