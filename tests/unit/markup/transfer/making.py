"""Made-up conversations, quiet ones and nasty ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.generation import MAX_SEED, Role, Sampling, StopReason, Timings
from app.domain.model import ModelRef
from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    FormPart,
    Part,
    PlacedPart,
    ReadingChoicePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    placed_parts,
)
from app.domain.presets.preset import ChatOptions
from app.markup.transfer.values import Chat

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
MODEL = ModelRef("Phi-4", "Q4_K_M", "ab" * 32)

NASTY = [
    "",
    " ",
    "\n",
    "\n\n\ntext\n\n\n",
    "```python\nprint('never closed')",
    "```\nclosed\n```\n\n~~~\nopen",
    "- item\n  ```\n  open in a list\n\n",
    "> ```\n> open in a quote",
    "````\n```\nopen",
    "$$\nx^2",
    "\\[ x",
    "\\begin{align}\na &= b",
    "a $$ b",
    "<think>\nstill thinking",
    "<think>\nthought\n</think>\n\nanswer",
    "<think>```\nopen</think> answer",
    '---\ntitle: mine\nphial: "0123456789ab"\n---\n\n# own front matter',
    "<!-- phial:0123456789ab end -->",
    "<!-- phial:0123456789ab data\n{}\n-->",
    "<!-- open comment",
    "-->",
    "<div>\n*a*\n\n<details><summary>x",
    "</details>",
    "<script>\nalert(1)",
    "`<b>` and <b> and <https://example.org> and a < b > c",
    "| a | b |\n|---|---|\n| <i> | 2 |",
    "[1]: https://one.example\n\nsee [1]",
    "see [1] and [^n]",
    "[^n]: a note",
    "tab\tand trailing blanks   \nhard  \nbreak\\",
    "windows\r\nline\r\nends\r\n",
    "old\rmac\r\nmixed\n\r",
    "nul\x00nul",
    "\ud800",
    "\ud83d\ude00 two halves",
    "\udc00\ud800",
    "\u202eright to left\u2066 \u200f",
    "\ufeffbom \u2028 \u2029 \x85 \x0b \x0c \x1b[31m \x7f",
    "Setext\n===\n\nlast\n---",
    "    indented code\n\n\n",
    "1. one\n2. two\n\n   three",
    "\\",
    "*unclosed _emphasis `code",
    "# heading\n## You\n\n*21 November 2026*",
    "#include <vector>\nstd::vector<std::vector<int>> x;",
    '{"utf8-base64": "x"}',
    "[[0,1]]",
]

_letters = st.text(st.characters(), max_size=40)
_pieces = st.sampled_from(
    ["\n", "\n\n", "```", "~~~", "$$", "<think>", "</think>", "<div>", "</div>", "<!--", "-->",
     "- ", "> ", "    ", "\r\n", "\r", "\0", "\ud800", "\udfff", "`", "[a]", "[a]: b", "\\[", "\\]",
     "| a |", "|--|", "a", " ", "\t", "word", "\\begin{align}", "\\end{align}", "---", "{", '"']
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    _letters,
    st.lists(_pieces, max_size=12).map("".join),
    st.tuples(st.sampled_from(NASTY), st.sampled_from(NASTY)).map("".join),
)
parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(ReasoningPart, texts, st.none() | st.floats(0, 1e5), st.booleans()),
    st.builds(AttachmentPart, texts, _letters, st.none() | st.integers(0, 2**40), _letters, texts),
    st.builds(ToolCallPart, texts, texts, _letters),
    st.builds(ToolResultPart, texts, texts, _letters, st.booleans()),
    st.builds(CitationPart, texts, texts, texts, st.none() | st.integers(0, 9999), texts, texts),
    st.builds(FormPart, texts, texts, st.none() | st.booleans()),
    st.builds(ReadingChoicePart, _letters, texts),
)
"""Any part that is no text."""
_moments = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_ids = st.uuids().map(lambda value: value.hex)
_samplings = st.builds(
    Sampling,
    temperature=st.floats(0, 5),
    top_k=st.integers(0, 1000),
    top_p=st.floats(0.0001, 1),
    seed=st.none() | st.integers(0, MAX_SEED),
    max_tokens=st.none() | st.integers(1, 2**31 - 1),
    stop=st.lists(_letters.filter(bool), max_size=2).map(tuple),
)
_timings = st.builds(
    Timings,
    prompt_tokens=st.integers(0, 2**40),
    completion_seconds=st.floats(0, 1e6),
)
_options = st.builds(
    ChatOptions,
    preset=_letters,
    values=st.fixed_dictionaries(
        {}, optional={"temperature": st.floats(0, 5), "context_size": st.integers(256, 131_072)}
    ),
    queued=st.lists(texts, max_size=2).map(tuple),
)
_models = st.builds(ModelRef, _letters, _letters, st.just("ab" * 32) | st.just(""))


@st.composite
def chats(draw: st.DrawFn, max_messages: int = 6) -> Chat:
    """Any conversation the store could hold outside the trash."""
    id_ = draw(_ids)
    ids = draw(st.lists(_ids, max_size=max_messages, unique=True))
    messages: list[Message] = []
    for index, message_id in enumerate(ids):
        parent = draw(st.none() | st.sampled_from(ids[:index])) if index else None
        messages.append(draw(_messages(id_, message_id, parent, ids)))
    chosen: dict[str | None, str] = {}
    for message in messages:
        if draw(st.booleans()):
            chosen[message.parent_id] = message.id
    conversation = Conversation(
        id=id_,
        title=draw(texts),
        created_at=draw(_moments),
        updated_at=draw(_moments),
        title_by_user=draw(st.booleans()),
        system_prompt=draw(texts),
        head_id=draw(st.sampled_from(ids)) if ids else None,
        draft=draw(texts),
        pinned=draw(st.booleans()),
        archived=draw(st.booleans()),
        folder=draw(_letters),
        deleted_at=draw(st.none() | _moments),
        scroll_message_id=draw(st.none() | _ids),
        scroll_offset=draw(st.integers(-(2**31), 2**31)),
        scroll_y=draw(st.integers(-(2**31), 2**31)),
        options=draw(_options),
    )
    return Chat(conversation, tuple(messages), chosen)


def _messages(
    conversation: str, id_: str, parent: str | None, ids: list[str]
) -> st.SearchStrategy[Message]:
    return st.builds(
        Message,
        id=st.just(id_),
        conversation_id=st.just(conversation),
        parent_id=st.just(parent),
        role=st.sampled_from(Role),
        content=texts,
        status=st.sampled_from(MessageStatus),
        created_at=_moments,
        model=st.none() | _models,
        sampling=st.none() | _samplings,
        seed=st.none() | st.integers(0, MAX_SEED),
        stop_reason=st.none() | st.sampled_from(StopReason),
        timings=st.none() | _timings,
        error=_letters,
        left_out=st.lists(st.sampled_from(ids) | _ids, max_size=4).map(tuple),
    ).flatmap(_with_parts)


def _with_parts(message: Message) -> st.SearchStrategy[Message]:
    places = st.integers(0, len(message.content))
    placed = st.lists(st.builds(PlacedPart, places, parts), max_size=3)
    return placed.map(
        lambda found: replace(message, placed=tuple(sorted(found, key=lambda one: one.at)))
    )


def conversation_of(
    *said: str | Sequence[Part], title: str = "A chat", system_prompt: str = ""
) -> Chat:
    """A plain chat: question, answer, question, ...; each a text, or its parts."""
    id_ = "c0" * 16
    messages: list[Message] = []
    for index, made in enumerate(said):
        text, placed = placed_parts([TextPart(made)] if isinstance(made, str) else made)
        answer = index % 2 == 1
        messages.append(
            Message(
                id=f"{index:032x}",
                conversation_id=id_,
                parent_id=messages[-1].id if messages else None,
                role=Role.ASSISTANT if answer else Role.USER,
                content=text,
                placed=placed,
                status=MessageStatus.COMPLETE,
                created_at=NOON + timedelta(minutes=index),
                model=MODEL if answer else None,
                sampling=Sampling(seed=7) if answer else None,
                seed=7 if answer else None,
                stop_reason=StopReason.END_OF_TURN if answer else None,
                timings=Timings(12, 12, 0, 34, 0.5, 2.25) if answer else None,
            )
        )
    chosen: dict[str | None, str] = {message.parent_id: message.id for message in messages}
    conversation = Conversation(
        id=id_,
        title=title,
        created_at=NOON,
        updated_at=NOON,
        system_prompt=system_prompt,
        head_id=messages[-1].id if messages else None,
    )
    return Chat(conversation, tuple(messages), chosen)
