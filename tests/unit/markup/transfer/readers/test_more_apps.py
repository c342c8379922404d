"""What other apps keep beside plain text, and the shapes of more of them."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from app.domain.generation import Role
from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from app.markup.transfer import json_stream
from app.markup.transfer.formats import read_files
from app.markup.transfer.json_stream import pieces
from app.markup.transfer.readers.json_values import ShapeError
from app.markup.transfer.values import Chat, ExportOptions, FoundChat, ImportFile, ReadResult
from app.markup.transfer.writers.markdown import write_markdown

CITED = "\ue200cite\ue202turn0search0\ue202turn0news1\ue201"
NAMED = "Named where they stood, but not copied into Phial: "
ENTITY = '\ue200entity\ue202["city","Rome","Italy"]\ue201'


def reading(value: object, name: str = "conversations.json") -> ReadResult:
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return read_files([ImportFile(name, len(data), lambda: data)])


def only(value: object, name: str = "conversations.json") -> FoundChat:
    found = reading(value, name)
    assert len(found.found) == 1, found
    return found.found[0]


def said(chat: Chat) -> list[str]:
    return [message.content for message in chat.branch()]


def parts(chat: Chat) -> list[list[Part]]:
    return [list(message.parts) for message in chat.branch()]


def cited(chat: Chat) -> list[tuple[object, ...]]:
    """What the last message cites, each with its place."""
    found = ((one.at, one.part) for one in chat.branch()[-1].placed)
    return [(at, p.label, p.title, p.target) for at, p in found if isinstance(p, CitationPart)]


# --- ChatGPT -------------------------------------------------------------------------------------


def chatgpt(*nodes: tuple[str, str | None, dict[str, Any] | None], head: str = "") -> Any:
    mapping: dict[str, Any] = {
        key: {"id": key, "parent": parent, "children": [], "message": message}
        for key, parent, message in nodes
    }
    for key, parent, _ in nodes:
        if parent:
            mapping[parent]["children"].append(key)
    return [{"id": "c", "title": "T", "mapping": mapping, "current_node": head or nodes[-1][0]}]


def message(role: str, content: object, **more: Any) -> dict[str, Any]:
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    return {"author": {"role": role}, "content": content, "recipient": "all", **more}


def test_citations_of_chatgpt_become_sources_and_no_mark_stays() -> None:
    references = [
        {
            "matched_text": CITED,
            "type": "grouped_webpages",
            "items": [
                {"title": "An [odd] title", "url": "https://example.com/a(b)"},
                {"title": "", "url": "https://two.example/"},
                {"title": "bad", "url": "javascript:alert(1)"},
            ],
        },
        {"matched_text": " ", "type": "sources_footnote", "sources": []},
    ]
    old = {"metadata": {"url": "https://old.example", "title": "Old",
                        "extra": {"cited_message_idx": 11}}}  # fmt: skip
    answer = (
        f"A cat {CITED}, {ENTITY} \ue200image_group\ue202{{}}\ue201and `code`【11†source】【7†x】. "
        "See \ue200url\ue202here\ue202https://u.example\ue201\ue206."
    )
    metadata = {"content_references": references, "citations": [old]}
    chat = only(chatgpt(("a", None, message("assistant", answer, metadata=metadata)))).chat
    assert said(chat) == ["A cat [1][2], Romeand `code`[3]. See [here](https://u.example)."]
    assert cited(chat) == [
        (9, "1", "An [odd] title", "https://example.com/a(b)"),
        (12, "2", "", "https://two.example/"),
        (31, "3", "Old", "https://old.example"),
    ]


def test_what_a_user_wrote_keeps_its_brackets() -> None:
    chat = only(chatgpt(("u", None, message("user", "what is 【11†source】?")))).chat
    assert said(chat) == ["what is 【11†source】?"]


def test_versions_stand_in_the_order_of_children_not_of_the_file() -> None:
    value = chatgpt(
        ("u", None, message("user", "q")),
        ("z", "u", message("assistant", "first")),
        ("a", "u", message("assistant", "second")),
    )
    mapping = value[0]["mapping"]
    value[0]["mapping"] = {key: mapping[key] for key in ("a", "z", "u")}
    chat = only(value).chat
    versions = chat.versions()
    assert [
        (m.content, versions[m.id].index) for m in chat.messages if m.role is Role.ASSISTANT
    ] == [("first", 1), ("second", 2)]


def test_without_a_last_message_the_newest_is_walked_to() -> None:
    value = chatgpt(
        ("u", None, message("user", "q", create_time=1.0)),
        ("b", "u", message("assistant", "newest", create_time=9.0)),
        ("a", "u", message("assistant", "oldest", create_time=2.0)),
    )
    value[0]["current_node"] = None
    assert said(only(value).chat) == ["q", "newest"]


def test_pictures_are_named_and_what_is_left_out_is_told() -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://f1"}
    voice = [{"content_type": "audio_transcription", "text": "by voice"},
             {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://f2"}]  # fmt: skip
    files = {"attachments": [{"id": "f1", "name": "my_cat.png", "mime_type": "image/png"}]}
    found = only(
        chatgpt(
            ("1", None, message("user", {"content_type": "multimodal_text", "parts": [picture]},
                                metadata=files)),
            ("2", "1", message("assistant", {"content_type": "thoughts", "thoughts": [
                {"summary": "Look", "content": "A cat?"}, {"summary": "", "content": "Yes."}]})),
            ("r", "2", message("assistant", {"content_type": "reasoning_recap", "content": "3 s"},
                               metadata={"finished_duration_sec": 3})),
            ("3", "r", message("assistant", {"content_type": "code", "text": "search()"},
                               recipient="web.run")),
            ("4", "3", message("tool", {"content_type": "tether_quote", "text": "page"})),
            ("5", "4", message("assistant", "analysis", channel="analysis")),
            ("x", "5", message("assistant", "It is a cat.")),
            ("6", "x", message("user", {"content_type": "multimodal_text", "parts": voice})),
            ("7", "6", message("assistant", "Done.")),
        )
    )  # fmt: skip
    assert parts(found.chat) == [
        [AttachmentPart("my_cat.png", "image/png")],
        [
            ReasoningPart("**Look**\n\nA cat?\n\nYes.", 3.0),
            ToolCallPart("web.run", "search()"),
            ToolResultPart("page"),
            ReasoningPart("analysis"),
            TextPart("It is a cat."),
        ],
        [TextPart("by voice")],
        [TextPart("Done.")],
    ]
    assert found.notes == (f"{NAMED}1 picture.", "Left out: 1 recording.")


def test_steps_of_an_answer_of_chatgpt_that_never_came_are_not_lost() -> None:
    found = only(
        chatgpt(
            ("1", None, message("user", "Sum it")),
            ("2", "1", message("assistant", {"content_type": "code", "text": "1 + 1"},
                               recipient="python")),
            ("3", "2", message("tool", {"content_type": "execution_output", "text": "2"})),
        )
    )  # fmt: skip
    assert parts(found.chat)[1] == [ToolCallPart("python", "1 + 1"), ToolResultPart("2")]


def test_an_empty_chat_is_set_aside_and_does_not_count_as_a_failure() -> None:
    value = [*chatgpt(("r", None, None)), *chatgpt(("u", None, message("user", "hi")))]
    found = reading(value)
    assert (len(found.found), found.unreadable, found.empty) == (1, (), 1)


# --- others --------------------------------------------------------------------------------------


def test_separators_of_lines_stay_in_a_message_of_jan() -> None:
    rows = [
        {"thread_id": "t", "role": "user", "content": [{"type": "text", "text": {"value": text}}]}
        for text in ("one\u2028two", "a\x85b\x0bc\x0cd\x1ce", "last\u2029")
    ]
    data = "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    found = only(data, "messages.jsonl")
    assert said(found.chat) == ["one\u2028two", "a\x85b\x0bc\x0cd\x1ce", "last\u2029"]
    assert found.notes == ()


def lm_studio(*steps: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "L",
        "messages": [
            {"currentlySelected": 0, "versions": [{"role": "user", "content": [
                {"type": "text", "text": "hi"},
                {"type": "file", "fileIdentifier": "a.png", "fileType": "image"}]}]},
            {"currentlySelected": 0, "versions": [{"role": "assistant", "steps": list(steps)}]},
        ],
    }  # fmt: skip


def block(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "contentBlock", "content": [{"type": "text", "text": text}], **more}


@pytest.mark.parametrize("key", ["toolCallRequestId", "toolCallId"])
def test_blocks_of_lm_studio_do_not_run_into_each_other(key: str) -> None:
    asked = {"type": "toolCallRequest", "name": "sum", "parameters": {"a": 1}, "callId": "7"}
    told = {"type": "toolCallResult", "content": "2", key: "7"}
    tool = {"type": "contentBlock", "content": [asked, told]}
    found = only(
        lm_studio(
            block("first", style={"type": "thinking"}),
            block("Look:\n```py\nx\n```"),
            tool,
            block("second", style={"type": "thinking"}),
            block("After the tool."),
        )
    )
    asked_for, answer = parts(found.chat)
    assert asked_for == [TextPart("hi"), AttachmentPart("a.png", "image/png")]
    assert answer == [
        ReasoningPart("first"),
        TextPart("Look:\n```py\nx\n```"),
        ToolCallPart("sum", '{\n "a": 1\n}', "7"),
        ToolResultPart("2", "", "7"),
        ReasoningPart("second"),
        TextPart("\n\nAfter the tool."),
    ]
    assert found.notes == (f"{NAMED}1 picture.",)


def test_an_answer_of_lm_studio_that_was_gone_on_with_stays_one_sentence() -> None:
    stopped = {"stats": {"stopReason": "userStopped"}}
    chat = only(lm_studio(block("It is a lo", genInfo=stopped), block("ng word."))).chat
    assert said(chat)[1] == "It is a long word."


def gpt4all(*items: tuple[str, str, tuple[str, ...]]) -> bytes:
    def text(value: str) -> bytes:
        raw = value.encode("utf-16-be")
        return struct.pack(">I", len(raw)) + raw

    out = b"\xf5\xd5\x53\xcc" + struct.pack(">iq", 13, 1750000000)
    out += b"".join(map(text, ("id", "Title", "", "phi"))) + struct.pack(">Ii", 0, len(items))
    for name, value, parts in items:
        out += text(name) + text(value) + b"\xff\xff\xff\xff" + b"\0\0\0\0"
        out += b"\0" if name == "Response: " else b""
        out += struct.pack(">qqq", 0, 0, len(parts))
        out += b"".join(text("Text: ") + text(part) + struct.pack(">q", 0) for part in parts)
    return out


def test_the_system_prompt_of_gpt4all_is_kept_and_its_parts_keep_their_fences() -> None:
    parts = ("Look:\n```py\nx\n```", "After. ", "And on.")
    data = gpt4all(("System: ", "Be kind.", ()), ("Prompt: ", "hi", ()), ("Response: ", "", parts))
    chat = only(data, "gpt4all-1.chat").chat
    assert chat.conversation.system_prompt == "Be kind."
    assert said(chat) == ["hi", "Look:\n```py\nx\n```\n\nAfter. And on."]


def test_versions_files_and_tools_of_open_webui_are_kept_or_told() -> None:
    history = {
        "currentId": "d",
        "messages": {
            "c": {"id": "c", "parentId": "a", "childrenIds": ["d"], "role": "assistant",
                  "content": '<details type="tool_calls" done="true">\n<summary>x</summary>\n'
                             "</details>\nTwo"},
            "b": {"id": "b", "parentId": "a", "childrenIds": [], "role": "assistant",
                  "content": "One"},
            "a": {"id": "a", "parentId": None, "childrenIds": ["b", "c"], "role": "user",
                  "content": "hi", "files": [
                      {"type": "file", "name": "x.pdf"},
                      {"type": "image", "url": "data:image/png;base64,AAECAw=="},
                      {"type": "file", "file": {"filename": "n.md", "data": {"content": "a\n"},
                                                "meta": {"size": 2}}}]},
            "d": {"id": "d", "parentId": "c", "childrenIds": [], "role": "assistant",
                  "content": "", "error": {"content": "Ollama: 500"}},
        },
    }  # fmt: skip
    found = only([{"id": "1", "title": "T", "chat": {"history": history}}])
    assert parts(found.chat)[0] == [
        AttachmentPart("x.pdf", "application/pdf"),
        AttachmentPart("", "image/png", 4),
        AttachmentPart("n.md", "text/markdown", 2),
        TextPart("```text\na\n```\n\nhi"),
    ]
    assert parts(found.chat)[1] == [ToolCallPart("", ""), TextPart("Two")]
    assert [m.content for m in found.chat.messages[1:]] == ["One", "Two", ""]
    assert found.chat.messages[-1].error == "Ollama: 500"
    assert "\n> Ollama: 500\n" in write_markdown(found.chat, ExportOptions())
    assert found.notes == (f"{NAMED}1 picture and 1 file.",)


def test_a_chat_of_claude_is_read_with_its_versions_thoughts_and_artifacts() -> None:
    start = "00000000-0000-4000-8000-000000000000"
    value = [
        {
            "uuid": "u", "name": "Claude talk", "created_at": "2025-05-01T10:00:00.1Z",
            "updated_at": "2025-05-01T10:05:00Z",
            "chat_messages": [
                {"uuid": "1", "sender": "human", "parent_message_uuid": start, "text": "Hello",
                 "content": [{"type": "text", "text": "Hello"}], "files": [{"file_name": "p.png"}],
                 "attachments": [{"file_name": "a.txt", "extracted_content": "abc"}]},
                {"uuid": "2", "sender": "assistant", "parent_message_uuid": "1", "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "tool_use", "name": "web_search", "id": "w", "input": {"q": "x"}},
                    {"type": "tool_result", "name": "web_search", "tool_use_id": "w",
                     "is_error": True, "content": [{"type": "text", "text": "none"}]},
                    {"type": "tool_use", "name": "artifacts", "input": {
                        "title": "Sum", "type": "application/vnd.ant.code", "language": "python",
                        "content": "1 + 1"}},
                    {"type": "text", "text": "Hi"}]},
                {"uuid": "3", "sender": "assistant", "parent_message_uuid": "1", "text": "Again"},
            ],
        }
    ]  # fmt: skip
    found = only(value)
    assert found.format == "Claude"
    assert [list(m.parts) for m in found.chat.messages] == [
        [
            AttachmentPart("a.txt", "text/plain"),
            TextPart("```text\nabc\n```"),
            AttachmentPart("p.png", "image/png"),
            TextPart("\n\nHello"),
        ],
        [
            ReasoningPart("hm"),
            ToolCallPart("web_search", '{\n "q": "x"\n}', "w"),
            ToolResultPart("none", "web_search", "w", failed=True),
            TextPart("*[artifact: Sum]*\n\n```python\n1 + 1\n```\n\nHi"),
        ],
        [TextPart("Again")],
    ]
    assert len({m.parent_id for m in found.chat.messages[1:]}) == 1
    assert found.notes == (f"{NAMED}1 file.",)


def test_chats_of_llama_cpps_web_page_are_read_both_ways_it_writes_them() -> None:
    tree = {
        "conv": {"id": "c", "name": "Web", "currNode": "m2", "lastModified": 1750000000000},
        "messages": [
            {"id": "r", "type": "root", "role": "system", "content": "", "parent": "-1",
             "children": ["s"], "timestamp": 1750000000000},
            {"id": "s", "role": "system", "content": "Be brief.", "parent": "r",
             "children": ["m1"]},
            {"id": "m1", "role": "user", "content": "hi", "parent": "s", "children": ["m2"],
             "extra": [{"type": "TEXT", "name": "n.txt", "content": "abc\n"}]},
            {"id": "m2", "role": "assistant", "content": "yo", "parent": "m1", "thinking": "hm",
             "timings": {"prompt_n": 3, "prompt_ms": 1500, "predicted_n": 10,
                         "predicted_ms": 2000}},
        ],
    }  # fmt: skip
    chat = only([tree], "all.json").chat
    assert chat.conversation.system_prompt == "Be brief."
    assert parts(chat) == [
        [AttachmentPart("n.txt", "text/plain"), TextPart("```text\nabc\n```\n\nhi")],
        [ReasoningPart("hm"), TextPart("yo")],
    ]
    assert chat.messages[-1].timings is not None
    assert chat.messages[-1].timings.tokens_per_second == pytest.approx(5)
    rows = [
        {"type": "session", "harness": "llama.app", "id": "c", "name": "Lines"},
        {"type": "message", "id": "1", "parentId": None,
         "message": {"role": "user", "content": "hi"}},
        {"type": "message", "id": "2", "parentId": "1",
         "message": {"role": "assistant", "content": [{"type": "text", "text": "yo"}]}},
    ]  # fmt: skip
    lines = "\n".join(map(json.dumps, rows)).encode()
    found = only(lines, "chat.jsonl").chat
    assert (found.conversation.title, said(found)) == ("Lines", ["hi", "yo"])


def test_a_chat_of_librechat_is_read_nested_or_flat() -> None:
    nested = {"messageId": "a", "text": "hi", "isCreatedByUser": True, "children": [
        {"messageId": "b", "isCreatedByUser": False, "model": "m", "content": [
            {"type": "think", "think": "hm"},
            {"type": "tool_call", "tool_call": {"id": "1", "name": "t", "args": "{}",
                                                "output": "4"}},
            {"type": "text", "text": {"value": "yo"}}]},
        {"messageId": "c", "isCreatedByUser": False, "text": "other"}]}  # fmt: skip
    about = {"conversationId": "x", "title": "LC", "options": {"promptPrefix": "Be kind."}}
    found = only({**about, "messages": [nested]}, "x.json")
    assert found.chat.conversation.system_prompt == "Be kind."
    assert [list(m.parts) for m in found.chat.messages] == [
        [TextPart("hi")],
        [
            ReasoningPart("hm"),
            ToolCallPart("t", "{}", "1"),
            ToolResultPart("4", "t", "1"),
            TextPart("yo"),
        ],
        [TextPart("other")],
    ]
    assert found.notes == ()
    flat = [
        {**nested, "children": []},
        *({**c, "parentMessageId": "a"} for c in nested["children"]),
    ]
    assert only({**about, "messages": flat}, "x.json").chat == found.chat


def test_lines_of_openai_are_a_chat_each_and_a_broken_one_is_told() -> None:
    rows = [
        {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "hi"},
                      {"role": "assistant", "content": None, "tool_calls": [
                          {"id": "1", "function": {"name": "f", "arguments": "{}"}}]},
                      {"role": "tool", "content": "42", "tool_call_id": "1"},
                      {"role": "assistant", "content": "<think>hm</think>yo"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "2"},
                                                   {"type": "image_url"}]}]},
    ]  # fmt: skip
    data = "\n".join([json.dumps(rows[0]), "{half", "", json.dumps(rows[1])]).encode()
    found = reading(data, "train.jsonl")
    first, second = found.found
    assert (first.chat.conversation.system_prompt, said(first.chat)) == ("S", ["hi", "yo"])
    assert parts(first.chat)[1] == [
        ToolCallPart("f", "{}", "1"),
        ToolResultPart("42", "", "1"),
        ReasoningPart("hm"),
        TextPart("yo"),
    ]
    assert first.notes == ()
    assert parts(second.chat) == [[TextPart("2"), AttachmentPart("", "image/*")]]
    assert [one.reason for one in found.unreadable] == [
        "One line could not be read, the first is line 2."
    ]
    assert said(only(rows[0]["messages"], "one.json").chat) == ["hi", "yo"]


@pytest.mark.parametrize("value", [{"settings": {}}, [], "x", [{"a": 1}]])
def test_of_a_file_that_holds_no_chat_is_said_what_can_be_read(value: object) -> None:
    (problem,) = reading(value, "odd.json").unreadable
    for name in ("ChatGPT", "Claude", "LM Studio", "Jan", "Open WebUI", "GPT4All", "LibreChat"):
        assert name in problem.reason


# --- long files ----------------------------------------------------------------------------------


def chunked(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


VALUES = [
    [1, -2.5e3, 'é\U0001f600\\u\n"', None, True, {"a": [[]]}, "x" * 50, 12345],
    {"format": "other", "conversations": [1, 2]},
    {"conversations": [1], "format": "phial"},
    [],
    {},
    12345,
]


CUTS = [
    (size, encoding)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32-le")
    for size in (1, 2, 3, 7, 64, 10_000)
    if size >= 4 or encoding == "utf-8"  # the encoding is told by the first four bytes
]


@pytest.mark.parametrize(("size", "encoding"), CUTS)
def test_values_are_the_same_however_a_file_is_cut(
    monkeypatch: pytest.MonkeyPatch, size: int, encoding: str
) -> None:
    monkeypatch.setattr(json_stream, "_WINDOW", 8)
    for value in VALUES:
        data = json.dumps(value, ensure_ascii=False, indent=1).encode(encoding)
        given = [piece.value for piece in pieces(chunked(data, size), "conversations")]
        wanted = value if isinstance(value, list) else [value]
        if isinstance(value, dict) and list(value)[:1] == ["format"]:
            wanted = value["conversations"]
        assert given == wanted


@pytest.mark.parametrize(
    ("text", "before", "reason"),
    [
        ('[1, {"a": 2}, {"a": "half', 2, "middle"),
        ("[1, 2", 2, "middle"),
        ("[1 2]", 1, "missing"),
        ('[1, {"a" 2}, ' + " " * 99 + "3]", 1, "not sound JSON"),
        ("<html>", 0, "not sound JSON"),
        ("[1, " + "[" * 100_000, 1, "nested"),
    ],
)
def test_what_stands_before_a_fault_is_given_and_the_fault_is_told(
    monkeypatch: pytest.MonkeyPatch, text: str, before: int, reason: str
) -> None:
    monkeypatch.setattr(json_stream, "_WINDOW", 8)
    found = pieces(chunked(text.encode(), 5), "conversations")
    for _ in range(before):
        next(found)
    with pytest.raises(ShapeError, match=reason):
        next(found)


def test_the_chats_before_the_end_of_a_file_that_was_cut_off_are_read() -> None:
    value = [*chatgpt(("u", None, message("user", "hi")))] * 3
    data = json.dumps(value).encode()[:-200]
    found = reading(data)
    assert len(found.found) == 2
    assert "2 of its chats could be read" in found.unreadable[0].reason
