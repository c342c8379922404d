"""``phial documents`` and ``phial ask --attach``: every action and option."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.compose import snapshot_folder
from app.domain.generation import Role
from app.engine.process.frames import GenerateCommand
from app.hub.api.catalog import load_catalog
from app.services.documents.attached import attachment_part
from app.system.bundled import bundled
from app.system.paths import folders
from tests.scenarios.registry import scenario
from tests.support.document_files import lines, pdf
from tests.support.embedding_factory import write_embedding_model
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.harness import build
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.terminal import asked, phial
from tests.tools.sample_document import document
from tests.unit.services.models.test_snapshots import is_kept, kept_of

ANSWER = "The bridge cost 1,250,000 euros [1]. It was opened in 1963 [1]."
SAMPLE = ("assets", "sample", "lighthouse.pdf")
LOCK = "A lock is next to it."


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A document of two pages."""
    path = tmp_path / "report.pdf"
    page = lines("The bridge was opened in 1962.", "It cost 1,250,000 euros.")
    path.write_bytes(pdf([page, lines(LOCK)], title="The bridge"))
    return path


def listed(*words: str) -> list[dict[str, object]]:
    """What the list has."""
    rows: list[dict[str, object]] = phial("documents", "list", "--json", *words).data
    return rows


def added(*words: str | Path) -> None:
    """Add first, where that is not what a scenario is about."""
    from app.main import main

    assert main(["documents", "add", *map(str, words)]) == 0


@scenario("option", "documents add")
@scenario("option", "documents add FILES")
@scenario("option", "documents add --json")
def test_a_document_is_read_and_kept(report: Path) -> None:
    rows = phial("documents", "add", "--json", report).data
    assert [(one["name"], one["pages"], one["title"]) for one in rows] == [
        ("report.pdf", 2, "The bridge")
    ]
    assert [one["name"] for one in listed()] == ["report.pdf"]


@scenario("option", "documents add --in")
def test_it_is_kept_under_a_name(report: Path, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / "scan.pdf").write_bytes(pdf([[], [], lines("One page has text."), []]))
    told = phial("documents", "add", "--in", "Bridges", report, scans).out
    assert [one["collection"] for one in listed()] == ["Bridges"] * 2
    assert "pages 1\u20132 and 4: no text" in told
    (scans / "scan.pdf").unlink()
    assert "no document" in phial("documents", "add", scans, code=1).err


@scenario("option", "documents add --copy")
def test_a_copy_is_kept_and_the_original_may_go(report: Path) -> None:
    phial("documents", "add", "--copy", report)
    report.unlink()
    assert [one["state"] for one in listed()] == ["same"]


@scenario("option", "documents list")
@scenario("option", "documents list --json")
@scenario("option", "documents list --in")
def test_the_list_names_those_of_one_name_and_says_what_became_of_the_files(
    report: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Another text.")
    added(report)
    added("--in", "Texts", other)
    other.unlink()
    assert [(one["name"], one["state"]) for one in listed("--in", "Texts")] == [
        ("other.txt", "gone")
    ]


@scenario("option", "documents search")
@scenario("option", "documents search QUERY")
@scenario("option", "documents search --json")
@scenario("option", "documents search --in")
def test_passages_are_found_with_their_pages(report: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("This lock is in another collection.")
    added("--in", "Bridges", report)
    added("--in", "Texts", other)
    words = ("--in", "Bridges", "--json", "locks")
    found = phial("documents", "search", *words).data
    assert [(one["document"], one["page"], one["text"]) for one in found] == [
        ("report.pdf", 2, LOCK)
    ]


@scenario("option", "documents search --most")
def test_no_more_passages_than_asked_for(report: Path) -> None:
    added(report)
    words = ("--most", "1", "--json", "bridge", "lock")
    assert len(phial("documents", "search", *words).data) == 1


@scenario("option", "documents remove")
@scenario("option", "documents remove DOCUMENTS")
@scenario("option", "documents remove --yes")
@scenario("option", "documents remove --json")
def test_a_document_is_removed_with_all_that_was_read(report: Path) -> None:
    added(report)
    (row,) = phial("documents", "remove", "--yes", "--json", "report.pdf").data
    assert row["name"] == "report.pdf"
    assert listed() == []
    assert report.exists()


def test_what_the_model_remembers_of_chats_goes_with_what_they_had(
    report: Path, home: Path
) -> None:
    program = build(home)
    services = program.services
    read = services.documents.add(report, private=False, cancel=threading.Event())
    asked_it, thrown_away = services.library.create().id, program.ask("Gone")[0]
    exchange = services.chat.send(asked_it, "When?", [attachment_part(read)])
    program.ended(exchange.answer_id)
    stays = program.ask("Stays")[0]
    services.library.trash.delete([thrown_away])
    services.close()
    store = kept_of(snapshot_folder(folders()).parent, asked_it, thrown_away, stays)
    phial("documents", "remove", "--yes", "report.pdf")
    chats = (asked_it, thrown_away, stays)
    assert [is_kept(store, one) for one in chats] == [False, True, True]
    phial("chats", "trash", "--empty", "--yes")
    assert [is_kept(store, one) for one in chats] == [False, False, True]


@scenario("option", "documents remove --in")
def test_all_documents_of_a_name_are_removed(report: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Another text.")
    added("--in", "Bridges", report)
    added(other)
    phial("documents", "remove", "--yes", "--in", "Bridges")
    assert [one["name"] for one in listed()] == ["other.txt"]


@scenario("option", "ask --attach")
def test_an_answer_is_held_against_the_pages_that_it_cites(report: Path, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model.gguf", ModelSpec(pieces_of(ANSWER), context=4096))
    words = ("--model", model, "--ctx", "2048", "--json", "--attach", report)
    told = phial("ask", *words, "What did the bridge cost?").data
    assert told["text"] == ANSWER
    assert "citations" in told
    assert [(one["verdict"], one["page"]) for one in told["citations"]] == [
        ("supported", 1),
        ("differs", 1),
    ]
    assert told["citations"][1]["missing"] == [{"kind": "number", "text": "1963"}]
    assert told["citations"][0]["quotation"]


@scenario("option", "ask --whole")
def test_the_whole_document_stands_first_in_the_system_message(
    report: Path, tmp_path: Path
) -> None:
    log = tmp_path / "engine.log"
    many = tmp_path / "many.txt"
    many.write_text("A long text of words. " * 4_000)
    words = ("--attach", many, "--whole", "--ctx", "4096", "--system", "Be brief.")
    phial("ask", *words, "What is it?", log=log)
    system, question = asked(log).one(GenerateCommand).request.turns
    assert system.role is Role.SYSTEM
    assert system.content.startswith("Document: many.txt\n\n[1]\nA long text")
    assert system.content.endswith("\n\nBe brief.")
    assert question.content == "What is it?"


@scenario("option", "ask --passages")
def test_passages_stand_before_the_question(report: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    model = write_model(tmp_path / "model.gguf", ModelSpec(pieces_of("It is 7."), context=4096))
    words = ("--model", model, "--ctx", "2048", "--attach", report, "--passages")
    ran = phial("ask", *words, "Where is the lock?", log=log)
    assert "No sentence of the answer cites a page" in ran.err
    turns = asked(log).one(GenerateCommand).request.turns
    assert [turn.role for turn in turns] == [Role.USER]
    assert LOCK in turns[0].content
    assert turns[0].content.endswith("\n\nWhere is the lock?")


@scenario("option", "ask --in")
def test_a_question_is_asked_of_what_is_kept_under_a_name(report: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    added("--in", "Bridges", report)
    phial("ask", "--ctx", "2048", "--in", "Bridges", "--whole", "What did it cost?", log=log)
    turns = asked(log).one(GenerateCommand).request.turns
    assert [turn.role for turn in turns] == [Role.SYSTEM, Role.USER]
    system, question = turns
    assert "It cost 1,250,000 euros." in system.content
    assert question.content == "What did it cost?"


@scenario("option", "ask --only-quote")
def test_only_lines_of_the_document_are_answered(report: Path, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model.gguf", ModelSpec(pieces_of("It is 7."), context=4096))
    words = ("--model", model, "--ctx", "2048", "--json", "--attach", report, "--only-quote")
    told = phial("ask", *words, "Where is the lock?").data
    lines_there = [
        "\u201cThe bridge was opened in 1962.\u201d [1]",
        "\u201cIt cost 1,250,000 euros.\u201d [1]",
        f"\u201c{LOCK}\u201d [2]",
    ]
    quoted = told["text"].split("\n\n")
    assert quoted == ["No line of what was read answers this."] or set(quoted) <= set(lines_there)
    assert all(one["verdict"] == "quoted" for one in told["citations"])


@scenario("option", "documents summarise")
@scenario("option", "documents summarise DOCUMENT")
@scenario("option", "documents summarise --model")
@scenario("option", "documents summarise --json")
def test_a_document_is_summarised_and_what_was_written_is_kept(
    report: Path, tmp_path: Path
) -> None:
    said = "It is about a bridge [1]."
    model = write_model(tmp_path / "model.gguf", ModelSpec(pieces_of(said), context=4096))
    other = tmp_path / "other.txt"
    other.write_text("Something else.")
    added(report, other)
    words = ("--model", model, "--json")
    told = phial("documents", "summarise", "report.pdf", *words).data
    whole = {"title": "", "first_page": 1, "last_page": 2, "text": said, "together": True}
    assert told == [{**whole, "doubts": []}]
    log = tmp_path / "engine.log"
    assert phial("documents", "summarise", "report.pdf", *words, log=log).data == told
    assert asked(log).of(GenerateCommand) == []


@pytest.mark.llama
@scenario("option", "documents embed")
@scenario("option", "documents embed --json")
def test_passages_are_found_by_meaning_once_there_is_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.main import main

    text = tmp_path / "cars.txt"
    text.write_text("The automobile is red.")
    added(text)
    assert main(["documents", "embed"]) == 1  # there is no model for it
    (offered, *_) = load_catalog(bundled("models", "catalog.json")).embeddings
    with HubServer() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        model = write_embedding_model(tmp_path / "hub.gguf")
        hub.add(offered.file.repository, dict.fromkeys(offered.file.files, model))
        assert main(["models", "download", offered.id]) == 0
    close_session()
    assert phial("documents", "embed", "--json").data["done"] == 1
    found = phial("documents", "search", "--json", "car").data
    assert [one["text"] for one in found] == [text.read_text()]


def test_the_demo_answers_from_a_document_with_the_line_and_its_page() -> None:
    words = ("ask", "--model", "demo", "--json", "--attach", bundled(*SAMPLE))
    words = (*words, "--temperature", "2")  # chance chooses no other line, and not to answer
    for question, text, page in (
        ("Who was the first keeper of the lamp?", "The first keeper was Aron Teveldal.", 2),
        ("When was the tower built?", "The tower was built in 1883", 1),
        ("What does a ticket cost?", "A ticket costs 24 crowns; children under 7", 3),
    ):
        told = phial(*words, question).data
        assert told["text"].startswith(f"\u201c{text}")
        assert [(one["page"], one["verdict"]) for one in told["citations"]] == [(page, "quoted")]
    told = phial(*words, "Which whale sings?").data
    assert told["text"] == "No line of what was read answers this."


def test_the_sample_document_is_what_its_script_writes() -> None:
    assert bundled(*SAMPLE).read_bytes() == document()
