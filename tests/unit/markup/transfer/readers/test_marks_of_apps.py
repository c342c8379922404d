"""What stands in answers of other apps for their own page only: links, thoughts, boxes, tools."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from app.domain.conversation import MessageStatus
from app.domain.parts import ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from tests.unit.markup.transfer.readers.test_more_apps import (
    chatgpt,
    cited,
    message,
    only,
    parts,
    reading,
    said,
)

FILE_CITED = "\ue200filecite\ue202turn0file3\ue201"
LEFT_OUT = "Left out: "


def open_webui(answer: str, **more: Any) -> Any:
    nodes = [
        {"id": "q", "parentId": None, "childrenIds": ["a"], "role": "user", "content": "Q"},
        {"id": "a", "parentId": "q", "childrenIds": [], "role": "assistant", "content": answer}
        | more,
    ]
    history = {"messages": {node["id"]: node for node in nodes}, "currentId": "a"}
    return [{"id": "c", "title": "T", "chat": {"history": history}}]


SOURCES = [
    {
        "source": {"name": "Search", "url": "https://s.example"},
        "document": ["d", "e", "f"],
        "metadata": [
            {"source": "https://one.example", "title": "One"},
            {"source": "https://one.example", "title": "One, again"},
            {"source": "file-1", "name": "two_2.pdf", "page": 6},
        ],
    },
    {"source": {"id": "three"}, "document": ["g"], "metadata": [{"name": "three.txt"}]},
]


ONE = ("1", "One", "https://one.example")
TWO = ("2", "two_2.pdf", "https://s.example")
THREE = ("3", "three.txt", "")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Blue [1]. Again [1].", [(8, *ONE)]),
        ("[1][3]", [(3, *ONE), (6, *THREE)]),
        ("[1, 3]", [(6, *ONE), (6, *THREE)]),
        ("[2]", [(3, *TWO)]),
        ("[4] and [0]", []),  # there are three
        ("[1](https://x) ![1] \\[1]", []),
        ("[1]: https://x", []),
        ("`a[1]` and ``b[1]``", []),
        ("```\na[1]\n```\n[3]", [(16, *THREE)]),
        ("```\na[1]", []),
    ],
)
def test_numbers_of_sources_in_open_webui_are_cited_and_code_stays(
    written: str, read: list[tuple[object, ...]]
) -> None:
    found = only(open_webui(written, sources=SOURCES))
    assert said(found.chat)[1] == written
    named = [one[1] for one in read]
    rest = [(len(written), *one) for one in (ONE, TWO, THREE) if one[0] not in named]
    assert cited(found.chat) == [*read, *rest]  # what no number names stands there all the same
    (first, *_) = (p.part for p in found.chat.branch()[-1].placed if p.part.label == "1")
    assert (first.quotation, first.page) == ("d\n\ne", None)
    (second, *_) = (p.part for p in found.chat.branch()[-1].placed if p.part.label == "2")
    assert (second.quotation, second.page) == ("f", 7)


def test_numbers_without_sources_stay_as_they_are() -> None:
    assert said(only(open_webui("a [1]")).chat)[1] == "a [1]"


def test_what_open_webui_folds_is_read_whatever_stands_before_its_type() -> None:
    answer = (
        '<details id="x" done="true" type="reasoning">\n<summary>T</summary>\n&gt; so\n</details>\n'
        'Look\n<details type="code_interpreter" done="true" output="{&quot;stdout&quot;: '
        '&quot;4\\n&quot;}">\n<summary>Analysed</summary>\n```python\nprint(4)\n```\n</details>\n'
        '<details id="y" type="tool_calls" name="t" arguments="&quot;{\\&quot;a\\&quot;: 1}&quot;" '
        'result="&quot;7&quot;">\n<summary>S</summary>\n</details>\nEnd\n'
        "<details>\n<summary>mine</summary>\nx\n</details>"
    )
    found = only(open_webui(answer, modelName="m"))
    assert parts(found.chat)[1] == [
        ReasoningPart("so"),
        TextPart("Look\n\n```python\nprint(4)\n```\n\n```text\n4\n\n```"),
        ToolCallPart("t", '{"a": 1}', "y"),
        ToolResultPart("7", "t", "y"),
        TextPart("\n\nEnd\n<details>\n<summary>mine</summary>\nx\n</details>"),
    ]
    assert found.notes == ()


def test_custom_instructions_of_chatgpt_become_the_system_prompt_and_its_memory_is_told() -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    raw = {"about_user_message": "I am Ada.", "about_model_message": "Be brief."}
    instructions = {
        "content_type": "user_editable_context",
        "user_profile": "Preface: I am Ada.",
        "user_instructions": "Follow: Be brief.",
    }
    memory = {"content_type": "model_editable_context", "model_set_context": "1. Likes tea"}

    def chat(metadata: dict[str, Any]) -> Any:
        return chatgpt(
            ("i", None, message("user", instructions, metadata=metadata)),
            ("m", "i", message("assistant", memory, metadata=hidden)),
            ("u", "m", message("user", "Q")),
            ("a", "u", message("assistant", "A")),
        )

    found = only(chat(hidden | {"user_context_message_data": raw}))
    assert found.chat.conversation.system_prompt == "I am Ada.\n\nBe brief."
    assert said(found.chat) == ["Q", "A"]
    assert found.notes == (f"{LEFT_OUT}1 note of the app's memory.",)
    plain = only(chat(hidden)).chat.conversation.system_prompt
    assert plain == "Preface: I am Ada.\n\nFollow: Be brief."


@pytest.mark.parametrize(
    ("written", "metadata", "read"),
    [
        (
            f"See {FILE_CITED}.",
            {"content_references": [{"matched_text": FILE_CITED, "type": "file", "name": "r.pdf"}]},
            "See [1].",
        ),
        ("A【†source】, B 【4:0†notes】, keep 【重要】.", {}, "A, B, keep 【重要】."),
        (
            "A【†source】 and B【†source】.",
            {
                "citations": [
                    {
                        "start_ix": at,
                        "end_ix": at + 9,
                        "metadata": {"title": t, "url": f"https://{t}"},
                    }
                    for at, t in ((1, "a"), (16, "b"))
                ]
            },
            "A [1] and B [2].",
        ),
        (
            'Here:\n\n:::writing{variant="email" subject="Hi *all*"}\nDear X\n:::\n\nDone',
            {},
            "Here:\n\n**Hi \\*all\\***\n\nDear X\n\nDone",
        ),
    ],
)
def test_marks_of_chatgpt_that_its_page_draws_are_words_or_links(
    written: str, metadata: dict[str, Any], read: str
) -> None:
    answer = message("assistant", written, metadata=metadata)
    found = only(chatgpt(("u", None, message("user", "Q")), ("a", "u", answer)))
    assert said(found.chat)[1] == read


def test_what_chatgpt_holds_in_a_way_that_is_not_known_is_told() -> None:
    odd = message("assistant", {"content_type": "hologram", "body": "x"})
    nodes = [("u", None, message("user", "Q")), ("o", "u", odd)]
    found = only(chatgpt(*nodes, ("a", "o", message("assistant", "A"))))
    assert found.notes == (f"{LEFT_OUT}1 part of an unknown kind.",)


def claude(*parts: dict[str, Any], text: str = "") -> Any:
    messages = [
        {"uuid": "q", "sender": "human", "text": "Q"},
        {"uuid": "a", "sender": "assistant", "content": list(parts), "text": text},
    ]
    return [{"uuid": "c", "name": "T", "chat_messages": messages}]


def test_sources_of_claude_are_cited_where_they_are_named() -> None:
    sources = [
        {"end_index": end, "details": {"url": address, "title": "S"}}
        for end, address in (
            (7, "https://x"),
            (7, "https://x"),
            (15, "https://y"),
            (99, "https://z"),
        )
    ]
    part = {"type": "text", "text": "The sky is blue.", "citations": sources}
    found = only(claude(part, {"type": "token_budget"}, {"type": "flag"}, {"type": "sculpture"}))
    assert said(found.chat)[1] == "The sky [1] is blue [2]."
    assert cited(found.chat) == [(11, "1", "S", "https://x"), (23, "2", "S", "https://y")]
    assert found.notes == (f"{LEFT_OUT}1 part of an unknown kind.",)


def test_tags_of_older_answers_of_claude_are_thoughts_and_documents() -> None:
    old = (
        "<antThinking>hm</antThinking>Here: <antArtifact identifier='x' title=\"T\" "
        'type="application/vnd.ant.code" language="python">\nprint(1)\n</antArtifact> done'
    )
    assert parts(only(claude(text=old)).chat)[1] == [
        ReasoningPart("hm"),
        TextPart("Here:\n\n*[artifact: T]*\n\n```python\nprint(1)\n```\n\ndone"),
    ]


def test_marks_of_librechat_are_thoughts_documents_and_errors() -> None:
    messages = [
        {"messageId": "1", "parentMessageId": "0", "isCreatedByUser": True, "text": "Q"},
        {
            "messageId": "2",
            "parentMessageId": "1",
            "text": ":::thinking\nhm\n:::\n\nSee \\ue202turn0search0 \ue202turn1news2.\n"
            ':::artifact{type="text/html" title="P"}\n```html\n<b>\n```\n:::\nEnd',
        },
        {
            "messageId": "3",
            "parentMessageId": "2",
            "content": [{"type": "agent_update"}, {"type": "error", "error": "No key"}],
            "error": True,
        },
    ]
    found = only({"conversationId": "c", "title": "T", "messages": messages})
    assert parts(found.chat)[1] == [
        ReasoningPart("hm"),
        TextPart("See.\n*[artifact: P]*\n\n```html\n<b>\n```\nEnd"),
    ]
    failed = found.chat.branch()[2]
    assert (failed.status, failed.content, failed.error) == (MessageStatus.FAILED, "", "No key")
    assert found.notes == ()


def test_what_llama_cpps_web_page_marks_or_has_no_place_for_is_told() -> None:
    def node(key: int, parent: int, role: str, content: str, *below: int) -> dict[str, Any]:
        about = {"id": key, "parent": parent, "children": list(below), "type": "text"}
        return {**about, "role": role, "content": content, "timestamp": 1}

    call = (
        "<<<AGENTIC_TOOL_CALL_START>>>\n<<<TOOL_NAME:sum>>>\n<<<TOOL_ARGS_BASE64:e30=>>>\n"
        "<<<TOOL_ARGS_END>>>\n3\n<<<AGENTIC_TOOL_CALL_END>>>"
    )
    messages = [
        node(0, -1, "system", "First", 1),
        node(1, 0, "system", "Second", 2),
        node(2, 1, "user", "Q", 4, 3),
        node(3, 2, "assistant", "later"),
        node(4, 2, "assistant", f"{call}\nA"),
    ]
    # Ids are numbers in the first versions.
    found = only({"conv": {"id": "c", "name": "N", "currNode": 4}, "messages": messages})
    assert said(found.chat) == ["Q", "A"]
    assert [one.content for one in found.chat.messages] == ["Q", "A", "later"]
    assert found.chat.conversation.system_prompt == "First"
    assert parts(found.chat)[1] == [
        ToolCallPart("sum", "{}"),
        ToolResultPart("3", "sum"),
        TextPart("A"),
    ]
    assert found.notes == (f"{LEFT_OUT}1 message of the system.",)


def test_only_the_block_after_a_stop_goes_on_in_lm_studio() -> None:
    def block(words: str, stop: str = "") -> dict[str, Any]:
        info = {"genInfo": {"stats": {"stopReason": stop}}} if stop else {}
        return {"type": "contentBlock", "content": [{"type": "text", "text": words}], **info}

    steps = [block("```py\nx", "userStopped"), block("y\n```"), block("End")]
    versions = [{"role": "assistant", "type": "multiStep", "steps": steps}]
    asked = {"versions": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}]}
    found = only({"name": "N", "messages": [asked, {"versions": versions}]}, "a.json")
    assert said(found.chat)[1] == "```py\nxy\n```\n\nEnd"


def test_the_thoughts_of_gpt4all_are_thoughts() -> None:
    # Layout of an item of type Think: its text, then the milliseconds it took.
    def text(value: str) -> bytes:
        data = value.encode("utf-16-be")
        return struct.pack(">I", len(data)) + data

    def item(name: str, value: str, parts: bytes, count: int) -> bytes:
        flags = b"\0" * (5 if name == "Response: " else 4)
        head = text(name) + text(value) + text("") + flags
        return head + struct.pack(">qq", 0, 0) + struct.pack(">q", count) + parts

    def part(name: str, value: str, time: bytes = b"") -> bytes:
        return text(name) + text(value) + time + struct.pack(">q", 0)

    thinking = part("Think: ", "<think>hm</think>", struct.pack(">i", 1234))
    body = item("Prompt: ", "Q", b"", 0)
    body += item("Response: ", "", thinking + part("Response: ", "A"), 2)
    head = b"\xf5\xd5\x53\xcc" + struct.pack(">iq", 12, 1_700_000_000)
    head += text("id") + text("T") + text("") + text("m") + struct.pack(">I", 0)
    found = reading(head + struct.pack(">i", 2) + body, "a.chat")
    answer = parts(found.found[0].chat)[1]
    assert answer == [ReasoningPart("hm", 1.234), TextPart("A")]
