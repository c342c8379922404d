"""What is exported exactly comes back exactly, whatever is in it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from app.domain.parts import AttachmentPart, CitationPart, PlacedPart, ReasoningPart, TextPart
from app.markup.parse import parse
from app.markup.transfer.readers.json_values import ShapeError
from app.markup.transfer.readers.patches import undo
from app.markup.transfer.values import Chat, ExportOptions
from app.markup.transfer.writers.html import HtmlExporter
from app.markup.transfer.writers.json_format import JsonExporter, chat_from_json
from app.markup.transfer.writers.markdown import (
    MarkdownExporter,
    is_ours,
    read_markdown,
    write_markdown,
)
from app.markup.transfer.writers.neutral import neutralise, same_blocks
from app.markup.transfer.writers.plain import PlainExporter
from tests.unit.markup.parts.part_samples import EVERY_PART
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
    for rendered in (True, False):
        shown = neutralise(text, rendered=rendered)
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


def test_json_for_reading_only_says_so_where_it_is_read_back() -> None:
    data = JsonExporter().write((conversation_of("q", "a"),), ExportOptions(exact=False))
    with pytest.raises(ShapeError, match="not an exact export"):
        chat_from_json(json.loads(data)["conversations"][0])


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


def test_every_part_comes_back_from_both_exact_formats() -> None:
    chat = conversation_of([AttachmentPart("a.png", "image/png"), TextPart("What?")], EVERY_PART)
    for fold in (True, False):
        assert _through_markdown(chat, ExportOptions(fold_thinking=fold)) == chat
    assert _through_json(chat) == chat


def test_people_read_every_part_in_the_file() -> None:
    page = write_markdown(conversation_of("q", EVERY_PART), ExportOptions(exact=False))
    assert "<details>\n<summary>Thinking</summary>\n\nFirst *this*." in page
    assert "<summary>Tool: sum</summary>" in page
    assert '```json\n{"a": 1}\n```' in page
    assert "It is 2, as the page says [1], and so on." in page
    assert (
        "*[File: notes \\*of\\* me.pdf \u00b7 PDF \u00b7 1.23 kB \u00b7 not copied into Phial]*"
        in page
    )
    assert "[A \\[page\\]](<https://e.example/(a)>) \u00b7 page 3 \u00b7 \u201ctwo\u201d" in page
    assert "*[Asked for as a table \u00b7 it keeps to it]*" in page


def test_what_was_checked_of_a_citation_is_a_footnote_in_every_format() -> None:
    cited = CitationPart(
        "report.pdf", "d1", "12 euros", 3, "1", "differs", "number", "number 13", elsewhere=4
    )
    chat = conversation_of("q", [TextPart("It cost 13 euros [1]."), cited])
    told = (
        "differs, not there: “13”",
        "all of it stands on p. 4",
        "report.pdf",
        "page 3",
        "12 euros",
    )
    for exporter in (MarkdownExporter(), HtmlExporter(), PlainExporter()):
        page = exporter.write((chat,), ExportOptions(exact=False)).decode()
        assert all(words in page for words in told), exporter
    data = json.loads(JsonExporter().write((chat,), OPTIONS))
    assert '"missing": "number 13"' in json.dumps(data)


def test_reasoning_that_an_older_phial_left_in_the_text_becomes_a_part() -> None:
    chat = conversation_of("q", "<think>\nhm\n</think>\n\nSo.", "<think>", "<think>\ncut of")
    text = write_markdown(chat, OPTIONS).replace('"parts":1,', "")
    document = json.loads(JsonExporter().write((chat,), OPTIONS))
    del document["conversations"][0]["parts"]
    for back in (read_markdown(text)[0], chat_from_json(document["conversations"][0])):
        assert [m.content for m in back.messages] == ["q", "So.", "<think>", ""]
        assert back.messages[1].placed == (PlacedPart(0, ReasoningPart("hm")),)
        assert back.messages[3].placed == (PlacedPart(0, ReasoningPart("cut of", closed=False)),)


def test_a_phial_that_knows_no_parts_refuses_a_file_with_some() -> None:
    plain, rich = conversation_of("q", "a"), conversation_of("q", EVERY_PART)
    assert '"version": 1' in JsonExporter().write((plain,), OPTIONS).decode()
    assert '"version": 2' in JsonExporter().write((plain, rich), OPTIONS).decode()
    assert '{"version":1,' in write_markdown(plain, OPTIONS)
    assert '{"version":2,' in write_markdown(rich, OPTIONS)


def test_parts_stay_what_they_are_when_the_text_beside_them_is_edited_in_the_file() -> None:
    chat = conversation_of("q", EVERY_PART)
    text = write_markdown(chat, OPTIONS).replace("It is 2", "It is two")
    back, notes = read_markdown(text)
    assert len(notes) == 1
    (_, answer), (_, before) = back.messages, chat.messages
    assert [one.part for one in answer.placed] == [one.part for one in before.placed]
    assert "It is two, as the page says" in answer.content
    assert "<details>" not in answer.content


def test_a_part_that_is_taken_out_of_the_file_is_gone() -> None:
    chat = conversation_of("q", [ReasoningPart("Hm."), TextPart("So.")])
    text = write_markdown(chat, OPTIONS)
    start, end = text.index("<details>"), text.index("</details>") + len("</details>\n\n")
    (back, _), (_, answer) = read_markdown(text[:start] + text[end:]), chat.messages
    assert back.messages[1] == replace(answer, placed=())
