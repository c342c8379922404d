"""What is exported exactly comes back exactly, whatever is in it."""

from __future__ import annotations

import json
import os
import re

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from app.markup.parse import parse
from app.markup.transfer.readers.patches import undo
from app.markup.transfer.values import Chat, ExportOptions
from app.markup.transfer.writers.json_format import JsonExporter, chat_from_json
from app.markup.transfer.writers.markdown import is_ours, read_markdown, write_markdown
from app.markup.transfer.writers.neutral import neutralise, same_blocks
from tests.unit.markup.transfer.making import NASTY, chats, conversation_of, texts

OPTIONS = ExportOptions()
_EXAMPLES = int(os.environ.get("PHIAL_EXAMPLES", "60"))  # thousands, on demand
_QUICK = settings(deadline=None, max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))


def _through_markdown(chat: Chat, options: ExportOptions = OPTIONS) -> Chat:
    text = write_markdown(chat, options)
    back, notes = read_markdown(text.encode("utf-8").decode("utf-8"))
    assert notes == ()
    return back


def _through_json(chat: Chat) -> Chat:
    document = json.loads(JsonExporter().write((chat,), OPTIONS))
    return chat_from_json(document["conversations"][0])


@_QUICK
@given(chats())
def test_any_chat_comes_back_from_markdown(chat: Chat) -> None:
    assert _through_markdown(chat) == chat


@_QUICK
@given(chats())
def test_any_chat_comes_back_from_json(chat: Chat) -> None:
    assert _through_json(chat) == chat


@pytest.mark.parametrize("text", NASTY)
def test_each_nasty_text_comes_back_and_leaves_its_neighbours_alone(text: str) -> None:
    chat = conversation_of("before", text, "after `code` $x$", text, "the end")
    for fold in (True, False):
        assert _through_markdown(chat, ExportOptions(fold_thinking=fold)) == chat
    assert _through_json(chat) == chat


@_QUICK
@given(texts)
def test_what_is_shown_gives_the_text_back(text: str) -> None:
    for fold in (True, False):
        shown = neutralise(text, fold_thinking=fold)
        assert shown.patches is not None
        assert undo(shown.text, shown.patches) == text
        shown.text.encode("utf-8")
        assert "\r" not in shown.text
        assert "\0" not in shown.text


@_QUICK
@given(texts)
def test_a_text_that_is_shown_as_markdown_has_the_blocks_it_has_alone(text: str) -> None:
    shown = neutralise(text)
    if not shown.rendered or set(text) & set("\0\r") or _has_surrogates(text):
        return
    if not text.lstrip().startswith("<think>"):  # as a whole text that would mean reasoning
        assert same_blocks(parse(shown.text), parse(text))


@_QUICK
@given(chats())
def test_each_message_has_the_same_blocks_alone_and_in_the_file(chat: Chat) -> None:
    options = ExportOptions(fold_thinking=False)
    page, _, _ = write_markdown(chat, options).rpartition("\n<!-- phial:")
    mark = re.findall(r'^phial: "(\w+)"$', page, re.MULTILINE)[0]
    body = page[page.index("\n---\n") + 5 :]
    pieces = re.split(rf"(<!-- phial:{mark} \w+ -->)", body)
    alone = [block for piece in pieces for block in parse(piece)]
    assert same_blocks(parse(body), tuple(alone))


def test_the_same_chat_always_gives_the_same_file() -> None:
    chat = conversation_of("q", "a")
    assert write_markdown(chat, OPTIONS) == write_markdown(chat, OPTIONS)


def test_an_export_for_reading_only_carries_no_details() -> None:
    text = write_markdown(conversation_of("q", "a"), ExportOptions(exact=False))
    assert "<!--" not in text
    assert not is_ours(text)
    assert MODEL_HASH not in text


def test_line_ends_changed_by_a_tool_do_no_harm() -> None:
    chat = conversation_of("one\ntwo\r\nthree", "a\r\nb")
    text = write_markdown(chat, OPTIONS).replace("\n", "\r\n")
    assert read_markdown(text) == (chat, ())


def test_a_message_edited_in_the_file_is_taken_as_it_stands_there() -> None:
    chat = conversation_of("what is up", "the sky")
    text = write_markdown(chat, OPTIONS).replace("the sky", "the ceiling")
    back, notes = read_markdown(text)
    assert [message.content for message in back.messages] == ["what is up", "the ceiling"]
    assert notes == ("One message was edited in the file; it is taken as it stands there.",)


def test_ten_megabytes_come_back_and_cost_what_they_weigh() -> None:
    line = "A line of a very long message with `code` and <tags> in it.\n"
    big = line * (10_000_000 // len(line))
    chat = conversation_of("q", big, "and now", "short")
    text = write_markdown(chat, OPTIONS)
    assert len(text) < len(big) * 1.01 + 10_000
    assert read_markdown(text) == (chat, ())


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


MODEL_HASH = "ab" * 32


@pytest.mark.parametrize("text", NASTY)
def test_a_viewer_that_lets_html_through_sees_every_mark(text: str) -> None:
    """As GitHub, Obsidian and VS Code do; a mark inside a fence or tag would be no mark."""
    page = write_markdown(conversation_of("before", text, "between", text, "end"), OPTIONS)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)
    marks = [t for t in tokens if t.type == "html_block" and t.content.startswith("<!-- phial:")]
    assert len([t for t in marks if t.level == 0]) == 5 * 2 + 1


def test_alerts_come_back_as_they_were_typed() -> None:
    text = "> [!note]  \n> One\n>\n> - *two*\n\n> [!TIP]\n> ```py\n> x\n> ```"
    chat = conversation_of("q", text)
    assert _through_markdown(chat) == _through_json(chat) == chat
    assert text in write_markdown(chat, OPTIONS)
