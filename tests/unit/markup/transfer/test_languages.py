"""Exports speak the language in force, and are read back whatever they speak."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from app.domain.conversation import MessageStatus
from app.domain.parts import ReasoningPart, TextPart
from app.markup.transfer.formats import EXPORTERS
from app.markup.transfer.values import Chat, ExportOptions
from app.markup.transfer.writers.json_format import JsonExporter
from app.markup.transfer.writers.markdown import read_markdown, write_markdown
from tests.support.languages import speaking
from tests.unit.markup.transfer.making import conversation_of

OPTIONS = ExportOptions()


def chat_of_all_words() -> Chat:
    """A chat that makes an export say all the words of its own that it knows."""
    chat = conversation_of(
        "What is it?",
        [ReasoningPart("Hm."), TextPart("A test.")],
        title="",
        system_prompt="Be brief.",
    )
    question, answer = chat.messages
    return replace(chat, messages=(question, replace(answer, status=MessageStatus.INTERRUPTED)))


def in_another_process(language: str, chat: str) -> str:
    """The Markdown that a program writes which speaks a language from its start."""
    write = f"from {__name__} import *; sys.stdout.write(write_markdown({chat}, OPTIONS))"
    done = subprocess.run(
        [sys.executable, "-c", write],
        env={**os.environ, "PHIAL_LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["# Untitled chat", "## System prompt", "## You", "interrupted", "Thinking"]),
        ("de", ["# Chat ohne Titel", "## Systemprompt", "## Sie", "unterbrochen", "Nachdenken"]),
    ],
)
@pytest.mark.parametrize("reader", ["en", "de"])
def test_markdown_of_either_language_is_read_in_either(
    language: str, words: list[str], reader: str
) -> None:
    written = in_another_process(language, "chat_of_all_words()")
    assert [word for word in words if word not in written] == []
    with speaking(reader):
        assert read_markdown(written) == (chat_of_all_words(), ())


def test_dates_in_an_export_are_those_of_its_language() -> None:
    with speaking("de"):
        assert "*21. November 2026, " in write_markdown(chat_of_all_words(), OPTIONS)
    assert "*21 November 2026, " in write_markdown(chat_of_all_words(), OPTIONS)


def test_a_page_says_which_language_it_is_in() -> None:
    page = next(one for one in EXPORTERS if one.format.name == "html")
    with speaking("de"):
        german = page.write((chat_of_all_words(),), OPTIONS).decode("utf-8")
    english = page.write((chat_of_all_words(),), OPTIONS).decode("utf-8")
    assert '<html lang="de">' in german
    assert "<summary>Systemprompt</summary>" in german
    assert '<html lang="en">' in english
    assert "<summary>System prompt</summary>" in english


@pytest.mark.parametrize("options", [OPTIONS, ExportOptions(exact=False)])
def test_json_is_the_same_in_every_language(options: ExportOptions) -> None:
    with speaking("de"):
        german = JsonExporter().write((chat_of_all_words(),), options)
    assert german == JsonExporter().write((chat_of_all_words(),), options)
