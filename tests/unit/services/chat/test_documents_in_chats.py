"""Documents that came with a message are read for every later answer of its chat."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.answers.cited_words import found_words
from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.domain.parts import CitationPart, ReadingChoicePart
from app.engine.scripted import ScriptedEngine
from app.services.chat.document_summaries import DocumentSummaries, SummaryRun
from app.services.documents.attached import attachment_part, reading_price
from app.services.documents.checked_answer import is_check
from app.services.documents.reading_plan import ReadingMode
from app.services.documents.summarising import SummaryPart
from tests.support.document_files import lines, pdf
from tests.support.harness import Harness, build

NEVER = threading.Event()


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(["It cost 12 euros [1]. It cost 13 euros [1]."], context_size=400)


@pytest.fixture
def program(tmp_path: Path, engine: ScriptedEngine) -> Iterator[Harness]:
    made = build(tmp_path / "phial", engine)
    yield made
    made.services.close()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf([lines("It cost 12 euros."), lines("A second page.")]))
    return path


def ask(program: Harness, chat: str, text: str, *paths: Path, private: bool = False) -> str:
    documents = program.services.documents
    read = [documents.add(path, private=private, cancel=NEVER) for path in paths]
    exchange = program.services.chat.send(chat, text, [attachment_part(one) for one in read])
    program.ended(exchange.answer_id)
    return exchange.answer_id


def test_a_document_is_read_for_every_later_question_too(
    program: Harness, engine: ScriptedEngine, report: Path
) -> None:
    chat = program.services.library.create().id
    ask(program, chat, "What did it cost?", report)
    ask(program, chat, "And then?")
    first, second = (request.turns for request in engine.requests)
    assert first[0].role is second[0].role is Role.SYSTEM
    assert first[0] == second[0]  # so its KV state serves both
    assert "It cost 12 euros." in first[0].content
    assert [turn.content for turn in second if turn.role is Role.USER] == [
        "What did it cost?",
        "And then?",
    ]


def test_each_cited_sentence_is_stored_with_what_was_found(program: Harness, report: Path) -> None:
    chat = program.services.library.create().id
    answer = program.services.library.chats.message(ask(program, chat, "What?", report))
    found = [part for part in answer.parts if isinstance(part, CitationPart)]
    assert found == [
        CitationPart("report.pdf", found[0].target, "It cost 12 euros", 1, "1", "quoted", "number"),
        CitationPart(
            "report.pdf",
            found[0].target,
            found[1].quotation,
            1,
            "1",
            "differs",
            "number",
            "number 13",
        ),
    ]
    assert [found_words(one) for one in found] == [
        "word for word",
        "differs, not there: “13”",
    ]
    assert answer.content == "It cost 12 euros [1]. It cost 13 euros [1]."


def test_an_answer_that_goes_on_has_each_check_once(
    program: Harness, engine: ScriptedEngine, report: Path
) -> None:
    chat = program.services.library.create().id
    answer = program.services.library.chats.message(ask(program, chat, "What?", report))
    cut = replace(answer, status=MessageStatus.STOPPED, content=answer.content[:22])
    program.services.library.finish(replace(cut, placed=answer.placed[:1])).result()
    after = len(program.heard.events)
    program.services.chat.continue_answer(answer.id)
    program.ended(answer.id, after=after)
    whole = program.services.library.chats.message(answer.id)
    found = [(one.at, one.part.verdict) for one in whole.placed if is_check(one.part)]
    assert whole.content == f"{cut.content}{answer.content}"
    assert [at for at, _ in found] == sorted({at for at, _ in found}), "each sentence once"
    assert found[0] == (21, "quoted")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_answer_ends_whole_where_checking_it_fails(
    program: Harness, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise IndexError("a mistake of ours")

    monkeypatch.setattr("app.services.documents.checked_answer.check_answer", broken)
    bugs: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: bugs.append(told.exc_type))
    chat = program.services.library.create().id
    answer = program.services.library.chats.message(ask(program, chat, "What?", report))
    assert (answer.status, bool(answer.content)) == (MessageStatus.COMPLETE, True)
    assert program.services.chat.active is None
    ask(program, chat, "And now?")
    assert bugs[0] is IndexError, "it is told"


def test_an_edited_question_keeps_its_documents(
    program: Harness, engine: ScriptedEngine, report: Path
) -> None:
    chat = program.services.library.create().id
    ask(program, chat, "What?", report)
    (question, _) = (one.message for one in program.services.library.chats.branch(chat))
    exchange = program.services.chat.edit(question.id, "What else?")
    program.ended(exchange.answer_id)
    assert "It cost 12 euros." in engine.requests[-1].turns[0].content


def test_a_long_document_is_read_by_passages(
    program: Harness, engine: ScriptedEngine, tmp_path: Path
) -> None:
    path = tmp_path / "long.pdf"
    pages = [lines(*[f"Filler number {n} of no interest."] * 20) for n in range(20)]
    path.write_bytes(pdf([*pages, lines("The walrus lives in the north.")]))
    chat = program.services.library.create().id
    ask(program, chat, "Where does the walrus live?", path)
    (question,) = engine.requests[0].turns
    assert "The walrus lives in the north." in question.content
    assert question.content.endswith("Where does the walrus live?")


def test_a_document_that_was_removed_is_not_read_and_the_chat_goes_on(
    program: Harness, engine: ScriptedEngine, report: Path
) -> None:
    chat = program.services.library.create().id
    ask(program, chat, "What?", report)
    library = program.services.documents.library(private=False)
    library.remove(library.documents())
    ask(program, chat, "And now?")
    assert engine.requests[-1].turns[0].role is Role.USER


def test_a_private_chat_leaves_nothing_of_a_document(
    program: Harness, engine: ScriptedEngine, report: Path, tmp_path: Path
) -> None:
    chat = program.services.library.create(private=True).id
    ask(program, chat, "What?", report, private=True)
    assert "It cost 12 euros." in engine.requests[0].turns[0].content
    program.services.close()
    for path in (tmp_path / "phial").rglob("*"):
        assert not path.is_file() or b"12 euros" not in path.read_bytes()
    assert not (tmp_path / "phial" / "documents.db").exists()


def test_a_chat_without_documents_opens_no_library(program: Harness, tmp_path: Path) -> None:
    program.ask("Hello?")
    assert not (tmp_path / "phial" / "documents.db").exists()


def test_the_price_says_how_a_document_is_read(program: Harness, report: Path) -> None:
    document = program.services.documents.add(report, private=False, cancel=NEVER)
    assert reading_price([document], 4_096).mode is ReadingMode.WHOLE
    assert reading_price([document], 4).mode is ReadingMode.PASSAGES


def test_a_way_of_reading_holds_until_another_is_chosen(
    program: Harness, engine: ScriptedEngine, report: Path
) -> None:
    documents, chat = program.services.documents, program.services.library.create().id
    read = documents.add(report, private=False, cancel=NEVER)
    for parts in (
        (attachment_part(read), ReadingChoicePart("passages")),
        (),
        (ReadingChoicePart(),),
        (),
    ):
        program.ended(program.services.chat.send(chat, "What did it cost?", parts).answer_id)
    whole = [request.turns[0].role is Role.SYSTEM for request in engine.requests]
    assert whole == [False, False, True, True]


def test_a_summary_gives_way_to_a_question_and_is_whole_in_the_end(
    tmp_path: Path, report: Path
) -> None:
    engine = ScriptedEngine(["word " * 40], token_delay=0.01)
    program = build(tmp_path / "phial", engine)
    document = program.services.documents.add(report, private=False, cancel=NEVER)
    told: queue.Queue[object] = queue.Queue()
    run = SummaryRun(document, told.put, told.put)
    services = program.services
    writer = DocumentSummaries(
        services.engine, services.executor, services.models, services.documents
    )
    writer.start(run)
    while not engine.requests:
        time.sleep(0.01)
    program.ask("Hello?")
    part, end = told.get(timeout=60), told.get(timeout=60)
    asked = [request.turns[-1].content for request in engine.requests]
    program.services.close()
    assert isinstance(part, SummaryPart)
    assert part.together
    assert end is None
    assert asked[0] == asked[-1]
    assert asked[1] == "Hello?"


def test_a_summary_ends_with_the_program(tmp_path: Path, report: Path) -> None:
    engine = ScriptedEngine(["word " * 3_000], token_delay=0.01)
    program = build(tmp_path / "phial", engine)
    services = program.services
    document = services.documents.add(report, private=False, cancel=NEVER)
    run = SummaryRun(document, print, print)
    DocumentSummaries(
        services.engine, services.executor, services.models, services.documents
    ).start(run)
    while not engine.requests:
        time.sleep(0.01)
    services.close()  # and does not wait for 30 seconds
    assert run.told == 0
