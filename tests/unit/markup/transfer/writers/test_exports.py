"""What exports leave out or add, plain text in words, and files that stay small enough to open."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.parts import ReasoningPart, TextPart
from app.markup.parse import parse
from app.markup.text import plain_text
from app.markup.transfer.formats import EXPORTERS
from app.markup.transfer.values import Chat, ExportOptions
from app.markup.transfer.writers.html import HtmlExporter
from app.markup.transfer.writers.plain import PlainExporter
from app.markup.transfer.writers.spelled import spelled
from app.services.transfer.transfer_service import TransferService
from tests.support.harness import Harness, build
from tests.unit.markup.transfer.making import conversation_of

THOUGHT = [ReasoningPart("A secret thought."), TextPart("The answer.")]
TEXTS = [one.format.name for one in EXPORTERS]


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


@pytest.fixture
def transfer(harness: Harness) -> TransferService:
    return harness.services.transfer


def chat() -> Chat:
    made = conversation_of("question", THOUGHT, system_prompt="Be a poet.")
    other = replace(made.messages[1], id="f" * 32, content="Another answer.", placed=())
    return replace(made, messages=(*made.messages, other))


@pytest.mark.parametrize("format_name", TEXTS)
def test_reasoning_versions_and_system_prompt_are_chosen_in_every_format(
    harness: Harness, transfer: TransferService, tmp_path: Path, format_name: str
) -> None:
    made = chat()
    harness.stored.add_conversation(
        made.conversation, made.messages, made.selected_children
    ).result()

    def text(options: ExportOptions) -> str:
        file = tmp_path / f"out{transfer.format(format_name).suffix}"
        transfer.export([made.conversation.id], format_name, file, options)
        return file.read_text(encoding="utf-8")

    bare = text(ExportOptions(reasoning=False, system_prompt=False))
    assert "The answer." in bare
    assert "A secret thought." not in bare
    assert "Be a poet." not in bare
    assert "Another answer." not in bare
    full = text(ExportOptions(versions=True))
    for part in ("The answer.", "A secret thought.", "Be a poet.", "Another answer."):
        assert full.count(part) == 1, part


def test_plain_text_is_words() -> None:
    said = spelled(
        "## A *heading*\n\nSome **bold**, `code`, [a link](https://e.example) and $x^2$.\n"
        "Goes on.\n\n- one\n- two\n  more\n\n1. first\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 "
        "|\n\n$$\\frac{a}{b}$$\n\n```py\nx = '##'\n```\n\n- [x] done\n\n<https://e.example>"
    )
    assert said == (
        "A heading\n\nSome bold, code, a link (https://e.example) and x squared.\nGoes on.\n\n"
        "- one\n- two\n  more\n\n1. first\n\n> quoted\n\na | b\n1 | 2\n\na over b\n\nx = '##'\n\n"
        "- [x] done\n\nhttps://e.example"
    )


def test_plain_text_says_why_there_is_no_answer() -> None:
    made = conversation_of("Why?", "")
    asked, failed = made.messages
    made = replace(made, messages=(asked, replace(failed, error="There was no room.")))
    text = PlainExporter().write((made,), ExportOptions()).decode()
    assert text.endswith("\n\nThere was no room.\n")


def test_plain_text_keeps_line_ends_that_were_meant_and_lets_prose_flow() -> None:
    prose = "A line of prose that was wrapped by an editor at about the seventieth\ncolumn of it."
    assert spelled(f"{prose}\n\nA) one\nB) two") == prose.replace("\n", " ") + "\n\nA) one\nB) two"


def test_raised_text_is_no_other_number_in_plain_text() -> None:
    text = "10<sup>5</sup> H<sub>2</sub>O, v<sub>max</sub>, the 20<sup>th</sup>, e<sup>a/b</sup>"
    assert spelled(text) == "10\u2075 H\u2082O, v_max, the 20th, e^(a/b)"
    assert plain_text(parse(text)) == spelled(text)


def test_what_words_do_not_reach_stays_source_in_plain_text() -> None:
    assert "\\undefinedthing{x}" in spelled("See $\\undefinedthing{x}$.") or "{" not in spelled(
        "See $\\undefinedthing{x}$."
    )


def test_a_page_breaks_no_word_that_fits() -> None:
    page = HtmlExporter().write((conversation_of("q", "a"),), ExportOptions()).decode()
    body = page[page.index("body{") : page.index("main{")]
    assert "overflow-wrap:break-word" in body
    assert "anywhere" not in page


@pytest.mark.parametrize(
    "piece",
    ["Let $x_{%d}^2 + \\frac{a}{b}$ be.\n\n", "```py\ndef f%d(a=1): return a + 2  # n\n```\n\n"],
)
def test_a_long_answer_becomes_a_page_that_a_browser_opens(piece: str) -> None:
    long = "".join(piece % n for n in range(12_000))
    page = HtmlExporter().write((conversation_of("q", long),), ExportOptions())
    assert len(page) < 6_000_000 + 12 * len(long)
    assert b"11999" in page  # to the end


def test_a_name_without_an_ending_gets_its_formats(
    transfer: TransferService, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    assert transfer.typed(tmp_path / "notes", "markdown").name == "notes.md"
    assert transfer.typed(tmp_path / "v1.2 notes", "html").name == "v1.2 notes.html"
    assert transfer.typed(tmp_path / "a.TXT", "markdown").name == "a.TXT"
    assert transfer.typed(tmp_path / "all.zip", "markdown").name == "all.zip"
    assert transfer.typed(tmp_path / "folder", "markdown").name == "folder"
    assert transfer.typed(tmp_path / "many", "markdown", several=True).name == "many"


def test_time_follows_the_length_of_an_answer() -> None:
    def calls(count: int) -> int:
        long = "".join(f"- item {n} with `code` and $x^2$\n" for n in range(count))
        made = 0

        def count_call(*_: object) -> None:
            nonlocal made
            made += 1

        sys.setprofile(count_call)
        try:
            HtmlExporter().write((conversation_of("q", long),), ExportOptions())
        finally:
            sys.setprofile(None)
        return made

    calls(20)  # what is loaded once is loaded
    assert calls(800) < 6 * calls(200)  # four would be linear, sixteen square
