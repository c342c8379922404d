"""What other apps export is read: made-up files in their shapes."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conversation import MessageStatus
from app.domain.generation import Role
from app.domain.parts import (
    AttachmentPart,
    Part,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    part_values,
)
from app.markup.transfer.formats import read_files
from app.markup.transfer.values import Chat, ImportFile, ReadResult

DATA = Path(__file__).parents[4] / "data" / "imports"


def entry(path: Path, root: Path = DATA) -> ImportFile:
    return ImportFile(path.relative_to(root).as_posix(), path.stat().st_size, path.read_bytes)


def reading(folder: str) -> ReadResult:
    return read_files([entry(path) for path in sorted((DATA / folder).rglob("*.json*"))])


def only(found: ReadResult) -> Chat:
    assert len(found.found) == 1
    return found.found[0].chat


def said(chat: Chat) -> list[str]:
    return [message.content for message in chat.branch()]


def test_a_chatgpt_export_is_read_with_its_versions() -> None:
    found = reading("chatgpt")
    chat = only(found)
    assert chat.conversation.title == "About phials"
    assert chat.conversation.pinned
    assert said(chat) == [
        "What is a phial?",
        "A small glass vessel for liquids: $V=\\pi r^2 h$.",
        "Draw one?",
        "I cannot draw here.",
    ]
    drawn, answer = chat.branch()[2:]
    assert [type(part) for part in drawn.parts] == [AttachmentPart, TextPart]
    assert answer.parts[:2] == (
        ToolCallPart("python", "print('phial')"),
        ToolResultPart("phial"),
    )
    assert {m.content for m in chat.messages} - set(said(chat)) == {"A small bottle."}
    assert chat.messages[1].model is not None
    assert chat.messages[1].model.name == "made-up-4"
    assert found.ignored == 2
    (problem,) = found.unreadable
    assert "chat 2 “Damaged”" in problem.name
    assert "circle" in problem.reason


def chatgpt_said(*messages: dict[str, object]) -> list[str]:
    """What is read of a ChatGPT conversation of these messages, one after the other."""
    nodes = {
        str(at): {"id": str(at), "parent": str(at - 1) if at else None, "message": message}
        for at, message in enumerate(messages)
    }
    last = str(len(messages) - 1)
    value = {"title": "T", "id": "x", "mapping": nodes, "current_node": last}
    entry = ImportFile("conversations-000.json", 1, lambda: json.dumps([value]).encode())
    return [piece(part) for message in only(read_files([entry])).branch() for part in message.parts]


def piece(part: Part) -> str:
    """A text as it is, and another part as its kind and its first words."""
    if isinstance(part, TextPart):
        return part.text
    return ": ".join((type(part).__name__, *map(str, list(part_values(part).values())[:2])))


def chatgpt_message(role: str, content: dict[str, object], **more: object) -> dict[str, object]:
    return {"author": {"role": role}, "content": content, "recipient": "all", **more}


def test_what_chatgpt_wrote_into_its_canvas_is_not_lost() -> None:
    asked = chatgpt_message("user", {"content_type": "text", "parts": ["Write it."]})
    made = {"name": "fib", "type": "code/python", "content": "a = '```'"}
    prose = {"name": "essay", "type": "document", "content": "# Phials\n\nOf glass."}
    changed = {"updates": [{"pattern": ".*", "multiple": False, "replacement": "b = 1"}]}
    calls = [
        chatgpt_message(
            "assistant",
            {"content_type": kind, key: json.dumps(call) if key == "text" else [json.dumps(call)]},
            recipient=f"canmore.{name}_textdoc",
        )
        for name, call, kind, key in (
            ("create", made, "code", "text"),
            ("create", prose, "text", "parts"),
            ("update", changed, "code", "text"),
        )
    ]
    broken = chatgpt_message(
        "assistant", {"content_type": "code", "text": "{half"}, recipient="canmore.create_textdoc"
    )
    assert chatgpt_said(asked, *calls, broken) == [
        "Write it.",
        "*[canvas: fib]*\n\n````python\na = '```'\n````",
        "*[canvas: essay]*\n\n# Phials\n\nOf glass.",
        "*[canvas changed]*\n\n```\nb = 1\n```",
        "```\n{half\n```",
    ]


def test_files_pictures_and_what_tools_answered_are_parts() -> None:
    attached = {"attachments": [{"name": "a.pdf", "mime_type": "application/pdf"}, {"name": "p",
                                 "mime_type": "image/png"}]}  # fmt: skip
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}
    assert chatgpt_said(
        chatgpt_message("user", {"content_type": "text", "parts": ["Sum it"]}, metadata=attached),
        chatgpt_message("tool", {"content_type": "tether_browsing_display", "result": "page"}),
        chatgpt_message("tool", {"content_type": "multimodal_text", "parts": [picture, "made"]}),
        chatgpt_message("tool", {"content_type": "execution_output", "text": "42"}),
        chatgpt_message("assistant", {"content_type": "text", "parts": ["Done."]}),
    ) == [
        "AttachmentPart: a.pdf: application/pdf",
        "Sum it",
        "ToolResultPart: page",
        "AttachmentPart: : image/*",
        "ToolResultPart: 42",
        "Done.",
    ]


def test_an_lm_studio_conversation_is_read_with_versions_and_reasoning() -> None:
    chat = only(reading("lmstudio"))
    assert chat.conversation.system_prompt == "Answer briefly."
    assert said(chat) == [
        "Hello?",
        "Hello to you.",
        "Bye.",
    ]
    assert chat.branch()[1].reasoning == "They greet me."
    assert chat.branch()[2].parts[1] == AttachmentPart("note.txt", "text/plain")
    first, second = (m for m in chat.messages if m.role is Role.ASSISTANT)
    assert first.content == "Hi."
    assert first.timings is not None
    assert first.timings.completion_tokens == 40
    assert first.timings.tokens_per_second == pytest.approx(20)
    assert second.status is MessageStatus.STOPPED


def test_a_jan_thread_is_read_although_a_line_is_broken() -> None:
    found = reading("jan")
    chat = only(found)
    assert chat.conversation.title == "Tea"
    assert chat.conversation.system_prompt == "Be warm."
    assert said(chat) == ["Which tea?", "Green."]
    assert [m.created_at.timestamp() for m in chat.messages] == [1717000010, 1717000020]
    assert chat.messages[1].status is MessageStatus.STOPPED
    assert found.found[0].notes == ("1 of its messages could not be read.",)


def test_an_open_webui_export_is_read_with_its_tree() -> None:
    chat = only(reading("openwebui"))
    assert chat.conversation.archived
    assert said(chat) == ["Longest river?", "The Nile."]
    assert [m.content for m in chat.messages] == [
        "Longest river?",
        "The Nile.",
        "The Nile or the Amazon.",
        "Sure?",
    ]


def test_everything_at_once_is_told_apart() -> None:
    found = read_files([entry(path) for path in sorted(DATA.rglob("*.json*"))])
    assert sorted(item.format for item in found.found) == [
        "ChatGPT",
        "Jan",
        "LM Studio",
        "Open WebUI",
    ]


def test_the_same_file_always_gives_the_same_ids() -> None:
    for folder in ("chatgpt", "lmstudio", "jan", "openwebui"):
        assert reading(folder) == reading(folder)


# --- GPT4All -------------------------------------------------------------------------------------


class Stream:
    """Writes what QDataStream writes."""

    def __init__(self) -> None:
        self.out = io.BytesIO()

    def put(self, form: str, *values: object) -> None:
        self.out.write(struct.pack(f">{form}", *values))

    def string(self, text: str) -> None:
        raw = text.encode("utf-16-be")
        self.put("I", len(raw))
        self.out.write(raw)


def gpt4all(version: int, *, state: bool = False) -> bytes:
    s = Stream()
    s.out.write(b"\xf5\xd5\x53\xcc")
    s.put("iq", version, 1717000000)
    for text in ("some-id", "A title", "user", "phi-4.gguf"):
        s.string(text)
    if version >= 3:
        s.put("I", 1)
        s.string("collection")
    if version < 11:
        if version >= 6:
            s.put("?", state)
        s.put("ii", 1, 0)
        s.string("last")
        s.string("name")
        s.put("i", 5)
        if state or version < 6:
            if version < 4:
                s.put("i", 0)
            s.put("i", 9)
            if version >= 7:
                s.put("i", 2048)
            if version < 9:
                s.put("qff", 2, 0.5, 0.25)
            s.put("qi", 1, 7)
            s.put("I4s", 4, b"blob")
    s.put("i", 2)
    for name, value in (("Prompt: ", "Hello 🌍?"), ("Response: ", "Hi.")):
        if version < 12:
            s.put("i", 0)
        s.string(name)
        s.string(value)
        if version < 10:
            s.string("prompt")
        s.put("I", 0xFFFFFFFF)
        s.put("????", False, name == "Response: ", False, False)
        if version >= 11 and name == "Response: ":
            s.put("?", False)
        if version >= 8:
            s.put("q", 1)
            for _ in range(7):
                s.string("source")
            s.put("iii", 1, 2, 3)
        elif version >= 3:
            s.string("references")
            s.put("I", 0)
        if version >= 10:
            s.put("q", 0)
        if version >= 12:
            inner = name == "Response: "
            s.put("q", inner)
            if inner:
                part(s)
    return s.out.getvalue()


def part(s: Stream) -> None:
    s.string("Response: ")
    s.string("")
    s.put("q", 2)
    s.string("Text: ")
    s.string("First. ")
    s.put("q", 0)
    s.string("ToolCall: ")
    s.string("")
    s.string("tool")
    s.put("q", 1)
    s.string("code")
    s.put("iIB", 0, 10, 0)
    s.string("1 + 1")
    s.string("2")
    s.put("i", 0)
    s.string("")
    s.put("q", 0)


def read_bytes(data: bytes, name: str = "gpt4all-x.chat") -> ReadResult:
    return read_files([ImportFile(name, len(data), lambda: data)])


@pytest.mark.parametrize(
    ("version", "state"),
    [(v, False) for v in range(2, 14)] + [(v, True) for v in range(6, 11)],
)
def test_a_gpt4all_chat_of_every_version_is_read(version: int, state: bool) -> None:
    chat = only(read_bytes(gpt4all(version, state=state)))
    assert chat.conversation.title == "A title"
    answer = list(chat.messages[1].parts)
    if version >= 12:
        assert answer == [
            TextPart("First. "),
            ToolCallPart("tool", '{\n "code": "1 + 1"\n}'),
            ToolResultPart("2", "tool"),
            TextPart("\n\nHi."),
        ]
    else:
        assert answer == [TextPart("Hi.")]
    assert chat.messages[1].status is MessageStatus.STOPPED


def test_a_gpt4all_chat_of_an_unknown_version_is_told() -> None:
    (problem,) = read_bytes(gpt4all(14)).unreadable
    assert "version 14" in problem.reason


# --- hostile and damaged -----------------------------------------------------------------------

_KEYS = ["mapping", "messages", "versions", "history", "currentId", "chat", "id", "parent"]
_KEYS += ["message", "content", "parts", "role", "author", "steps", "title", "text", "type"]
_KEYS += ["format", "version", "conversations", "parentId", "created_at", "phial"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6)
    ),
    max_leaves=30,
)


@settings(deadline=None, max_examples=150)
@given(_JSON, st.sampled_from(["x.json", "thread.json", "messages.jsonl", "conversations.json"]))
def test_no_json_is_more_than_unreadable(value: object, name: str) -> None:
    data = json.dumps(value).encode()
    found = read_bytes(data, name)
    assert len(found.found) + len(found.unreadable) >= 1


@settings(deadline=None, max_examples=100)
@given(st.integers(2, 13), st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_binary_file_is_read_or_told(version: int, at: int, byte: int) -> None:
    data = bytearray(gpt4all(version))
    data[at % len(data)] = byte
    read_bytes(bytes(data))
    read_bytes(bytes(data[: at % len(data)]))
