"""The formats by name: what can be written, and reading whatever a file turns out to be."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import partial
from itertools import chain
from pathlib import PurePosixPath

from app.domain.errors import TransferError
from app.domain.parts import AttachmentPart
from app.language import paragraph, tr, trn
from app.markup.transfer.json_stream import Piece, pieces
from app.markup.transfer.readers import (
    chatgpt,
    claude,
    gpt4all,
    jan,
    librechat,
    llamacpp,
    lmstudio,
    openai,
    openwebui,
)
from app.markup.transfer.readers.foreign import ForeignChat, to_chat
from app.markup.transfer.readers.json_values import (
    NESTED,
    NOT_TEXT,
    EmptyChatError,
    Json,
    ShapeError,
    as_list,
    as_map,
    parse_json,
    text,
)
from app.markup.transfer.suffixes import SUFFIXES
from app.markup.transfer.values import (
    BESIDE,
    Exporter,
    FoundChat,
    ImportFile,
    OtherFile,
    ReadResult,
    Unreadable,
)
from app.markup.transfer.writers import json_format
from app.markup.transfer.writers.html import HtmlExporter
from app.markup.transfer.writers.json_format import JsonExporter, PhialExporter, chat_from_json
from app.markup.transfer.writers.markdown import MarkdownExporter, is_ours, read_markdown
from app.markup.transfer.writers.plain import PlainExporter

# In the order of menus; the first is the default.
EXPORTERS: tuple[Exporter, ...] = (
    MarkdownExporter(),
    HtmlExporter(),
    JsonExporter(),
    PhialExporter(),
    PlainExporter(),
)

# JSON of other apps, the one with the surest mark first.
_JSON_READERS: tuple[tuple[str, Callable[[object], bool], Callable[[Json], ForeignChat]], ...] = (
    (chatgpt.NAME, chatgpt.claims, chatgpt.read),
    (claude.NAME, claude.claims, claude.read),
    (lmstudio.NAME, lmstudio.claims, lmstudio.read),
    (llamacpp.NAME, llamacpp.claims, llamacpp.read),
    (librechat.NAME, librechat.claims, librechat.read),
    (openwebui.NAME, openwebui.claims, openwebui.read),
    (openai.NAME, openai.claims, openai.read),
)
READABLE = tr(
    "Phial's own Markdown and JSON, and what ChatGPT, Claude, LM Studio, Jan, Open WebUI, "
    "GPT4All, LibreChat, llama.cpp's web page and OpenAI's lines of JSON hold"
)
_NOT_A_CHAT = tr("It is not a chat that Phial can read. It reads {formats}.", formats=READABLE)
_EMPTY = tr("Nothing was said yet in the chats it holds.")
_OUR_JSON = "Phial JSON"  # not shown: names
_OUR_MARKDOWN = "Phial Markdown"  # not shown

StepCallback = Callable[[int, int], bool]


class Aside(Enum):  # not shown
    """What is neither a chat nor something that could not be read."""

    EMPTY = "a chat in which nothing was said"
    OTHER = "a file that holds no chats"


Item = FoundChat | Unreadable | Aside


class _StopError(Exception):
    """Leaves a file that is being read."""


def read_files(
    entries: Sequence[ImportFile], step: StepCallback = lambda _done, _total: True
) -> ReadResult:
    """Everything in files that is a chat, at once; see :func:`read_each`."""
    items = list(read_each(entries, step))
    return ReadResult(
        tuple(item for item in items if isinstance(item, FoundChat)),
        tuple(item for item in items if isinstance(item, Unreadable)),
        items.count(Aside.OTHER),
        items.count(Aside.EMPTY),
    )


def read_each(entries: Sequence[ImportFile], step: StepCallback) -> Iterator[Item]:
    """What is in files, one by one, so that one chat at a time need be held.

    A broken chat never spoils the others: it is named with its reason.

    Args:
        entries: The files.
        step: Told how many of how many bytes are read; False stops.
    """
    wanted = [entry for entry in entries if _suffix(entry) in SUFFIXES]
    wanted = wanted or list(entries)[:1]  # one file with an unusual name
    yield from [Aside.OTHER] * (len(entries) - len(wanted))
    beside = {(entry.place, entry.name): entry for entry in wanted}
    wanted = [entry for entry in wanted if _thread_of(entry) not in beside]  # read with it
    total = sum(entry.size for entry in wanted)
    told = empty = False
    done = 0
    for entry in wanted:
        others = True
        try:
            for item in _guarded(entry, beside, partial(_count, step, done, total)):
                others = False
                told = told or item is not Aside.EMPTY
                empty = empty or item is Aside.EMPTY
                yield item
        except _StopError:
            return
        if others:
            yield Aside.OTHER
        done += entry.size
        if not step(done, total):
            return
    if wanted and not told:
        yield Unreadable(wanted[0].name, _EMPTY if empty else _NOT_A_CHAT)


def _thread_of(entry: ImportFile) -> tuple[str, str] | None:
    """The file that a thread's messages are read with; None for what holds no such messages."""
    path = PurePosixPath(entry.name)
    return (entry.place, str(path.with_name(jan.THREAD))) if path.name == jan.MESSAGES else None


def _count(step: StepCallback, before: int, total: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    done = before
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if not step(min(done, total), total):
            raise _StopError


Counted = Callable[[Iterator[bytes]], Iterator[bytes]]
Beside = dict[tuple[str, str], ImportFile]  # by place and name


def _guarded(entry: ImportFile, beside: Beside, counted: Counted) -> Iterator[Item]:
    before = 0
    try:
        for item in _read_entry(entry, beside, counted):
            yield item
            before += isinstance(item, FoundChat)
    except EmptyChatError:
        yield Aside.EMPTY
    except ShapeError as error:
        kept = trn(
            "{n} of its chats could be read before that.",
            "{n} of its chats could be read before that.",
            before,
        )
        yield Unreadable(entry.name, paragraph(error.told, kept) if before else error.told)
    except TransferError as error:
        yield Unreadable(entry.name, error.what)


def _read_entry(entry: ImportFile, beside: Beside, counted: Counted) -> Iterator[Item]:
    path = PurePosixPath(entry.name)
    if path.name == jan.MESSAGES:
        yield _jan(entry, {}, entry.read())
        return
    if path.name == jan.THREAD:
        messages = beside.get((entry.place, str(path.with_name(jan.MESSAGES))))
        thread = as_map(parse_json(entry.read()), tr("The thread"))
        yield _jan(entry, thread, messages.read() if messages else b"")
        return
    chunks = counted(entry.chunks())
    first = next(chunks, b"")
    rest = chain([first], chunks)
    suffix = path.suffix.lower()
    if gpt4all.claims(first):
        yield _converted(gpt4all.read(b"".join(rest)), gpt4all.NAME, entry.name)
    elif suffix in {".md", ".markdown"}:
        yield _markdown(entry, _decoded(b"".join(rest)))
    elif suffix == ".jsonl":
        yield from _lines(entry, rest)
    elif suffix == ".json" or first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        yield from _json(entry, pieces(rest, "conversations"))
    elif is_ours(text_ := _decoded(b"".join(rest))):
        yield _markdown(entry, text_)


def _markdown(entry: ImportFile, said: str) -> FoundChat:
    chat, notes = read_markdown(said)
    return FoundChat(chat, _OUR_MARKDOWN, entry.name, notes)


def _converted(found: ForeignChat, format_name: str, origin: str) -> FoundChat:
    return FoundChat(to_chat(found), format_name, origin, found.told())


def _with_pictures(found: FoundChat, others: Mapping[str, OtherFile]) -> FoundChat:
    """A chat with those of the files beside it that it names."""
    parts = (one.part for message in found.chat.messages for one in message.placed)
    references = {one.reference for one in parts if isinstance(one, AttachmentPart)}
    named = {one: others.get(one.removeprefix(BESIDE)) for one in references}
    pictures = {one: file for one, file in named.items() if file is not None}
    return replace(found, chat=replace(found.chat, pictures=pictures))


# --- JSON ------------------------------------------------------------------------------------


def _json(entry: ImportFile, found: Iterator[Piece]) -> Iterator[Item]:
    loose: list[Json] = []  # messages of one chat that nothing holds together
    for index, piece in enumerate(found, 1):
        value = piece.value
        if piece.within is not None and piece.within.get("format") == json_format.NAME:
            _check_version(piece.within)
            yield _ours(entry, index, value)
        elif isinstance(value, dict) and value.get("format") == json_format.NAME:
            _check_version(value)
            listed = as_list(value.get("conversations"), tr("The list of chats"))
            for place, item in enumerate(listed, 1):
                yield _ours(entry, place, item)
        elif isinstance(value, dict) and openai.is_message(value):
            loose.append(value)
        else:
            yield from _foreign(entry, tr("chat {number}", number=str(index)), value)
    if loose:
        yield _converted(openai.read({"messages": loose}), openai.NAME, entry.name)


def _check_version(document: Json) -> None:
    if document.get("version") not in (json_format.VERSION, json_format.WITH_PARTS):
        raise ShapeError(tr("It was written by a newer Phial."))


def _ours(entry: ImportFile, index: int, value: object) -> Item:
    def read() -> FoundChat:
        return FoundChat(chat_from_json(as_map(value, tr("A chat"))), _OUR_JSON, entry.name)

    return _one(entry, tr("chat {number}", number=str(index)), value, read)


def _foreign(entry: ImportFile, place: str, value: object) -> Iterator[Item]:
    for name, claims, read in _JSON_READERS:
        if claims(value):

            def convert(name: str = name, read: Callable[[Json], ForeignChat] = read) -> FoundChat:
                chat = as_map(value, tr("A chat"))
                if name == chatgpt.NAME:  # its pictures lie beside it
                    read_ = chatgpt.read(chat, entry.others)
                    return _with_pictures(_converted(read_, name, entry.name), entry.others)
                return _converted(read(chat), name, entry.name)

            yield _one(entry, place, value, convert)
            return


def _one(entry: ImportFile, place: str, value: object, read: Callable[[], FoundChat]) -> Item:
    try:
        return read()
    except EmptyChatError:
        return Aside.EMPTY
    except (ShapeError, RecursionError) as error:
        held = value if isinstance(value, dict) else {}
        title = text(held.get("title")) or text(held.get("name"))
        reason = error.told if isinstance(error, ShapeError) else NESTED
        where = tr("{file}, {place}", file=entry.name, place=place)
        if title:
            where = tr("{file}, {place} “{title}”", file=entry.name, place=place, title=title)
        return Unreadable(where, reason)


def _lines(entry: ImportFile, chunks: Iterator[bytes]) -> Iterator[Item]:
    """JSON Lines: a chat each, or the messages of one below its first line."""
    session: Json | None = None
    below: list[Json] = []
    broken: list[int] = []

    def close() -> Iterator[Item]:
        if session is not None:
            found = partial(llamacpp.read_lines, session, below)
            yield _one(
                entry, tr("a chat"), session, lambda: _converted(found(), llamacpp.NAME, entry.name)
            )

    for number, row in enumerate(_rows(chunks), 1):
        if not row.strip():
            continue
        try:
            value = parse_json(_decoded(row))
        except ShapeError:
            broken.append(number)
            continue
        if llamacpp.begins(value):
            yield from close()
            session, below = as_map(value, tr("A line")), []
        elif session is not None:
            below += [value] if isinstance(value, dict) else []
        else:
            yield from _foreign(entry, tr("line {number}", number=str(number)), value)
    yield from close()
    if broken:
        reason = trn(
            "One line could not be read, the first is line {first}.",
            "{n} lines could not be read, the first is line {first}.",
            len(broken),
            first=str(broken[0]),
        )
        yield Unreadable(entry.name, reason)


def _rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The lines, which end at a line feed alone."""
    open_end = b""
    for chunk in chunks:
        *whole, open_end = (open_end + chunk).split(b"\n")
        yield from whole
    yield open_end


def _jan(entry: ImportFile, thread: Json, data: bytes) -> FoundChat:
    found, broken = jan.read(thread, _decoded(data))
    said = trn(
        "{n} of its messages could not be read.", "{n} of its messages could not be read.", broken
    )
    notes = (said,) if broken else ()
    return FoundChat(to_chat(found), jan.NAME, entry.name, (*notes, *found.told()))


def _decoded(data: bytes) -> str:
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ShapeError(NOT_TEXT) from error


def _suffix(entry: ImportFile) -> str:
    return PurePosixPath(entry.name).suffix.lower()
