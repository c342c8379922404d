"""The formats by name: what can be written, and reading whatever a file turns out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from app.domain.errors import TransferError
from app.markup.transfer.readers import chatgpt, gpt4all, jan, lmstudio, openwebui
from app.markup.transfer.readers.foreign import ForeignChat, to_chat
from app.markup.transfer.readers.json_values import (
    Json,
    ShapeError,
    as_list,
    as_map,
    parse_json,
    text,
)
from app.markup.transfer.values import Chat, Exporter, FoundChat, ImportFile, ReadResult, Unreadable
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
    (lmstudio.NAME, lmstudio.claims, lmstudio.read),
    (openwebui.NAME, openwebui.claims, openwebui.read),
)
SUFFIXES = (".md", ".markdown", ".json", ".jsonl", ".chat", ".phial")
_NOT_A_CHAT = "It is not a chat that Phial can read."

StepCallback = Callable[[int, int], bool]


def read_files(
    entries: Sequence[ImportFile], step: StepCallback = lambda _done, _total: True
) -> ReadResult:
    """Everything in files that is a chat.

    A broken chat never spoils the others: it is named with its reason.

    Args:
        entries: The files.
        step: Told how many of how many bytes are read; False stops, and what was read so far is
            given back.
    """
    wanted = [entry for entry in entries if _suffix(entry) in SUFFIXES]
    wanted = wanted or list(entries)[:1]  # one file with an unusual name
    total = sum(entry.size for entry in wanted)
    beside = {entry.name: entry for entry in wanted}
    found: list[FoundChat] = []
    unreadable: list[Unreadable] = []
    ignored = len(entries) - len(wanted)
    done = 0
    for entry in wanted:
        empty = True
        for item in _guarded(entry, beside):
            empty = False
            if isinstance(item, FoundChat):
                found.append(item)
            else:
                unreadable.append(item)
            if not step(done, total):
                return ReadResult(tuple(found), tuple(unreadable), ignored)
        ignored += empty
        done += entry.size
        if not step(done, total):
            break
    if not found and not unreadable and wanted and done == total:
        unreadable.append(Unreadable(wanted[0].name, _NOT_A_CHAT))
    return ReadResult(tuple(found), tuple(unreadable), ignored)


def _guarded(entry: ImportFile, beside: dict[str, ImportFile]) -> Iterator[FoundChat | Unreadable]:
    try:
        yield from _read_entry(entry, beside)
    except ShapeError as error:
        yield Unreadable(entry.name, str(error))
    except TransferError as error:
        yield Unreadable(entry.name, error.what)


def _read_entry(
    entry: ImportFile, beside: dict[str, ImportFile]
) -> Iterator[FoundChat | Unreadable]:
    path = PurePosixPath(entry.name)
    if path.name == jan.MESSAGES:
        if str(path.with_name(jan.THREAD)) not in beside:
            yield _jan(entry, {}, entry.read())
        return
    data = entry.read()
    if gpt4all.claims(data):
        yield FoundChat(to_chat(gpt4all.read(data)), gpt4all.NAME, entry.name)
    elif path.suffix.lower() in {".md", ".markdown"}:
        chat, notes = read_markdown(_decoded(data))
        yield FoundChat(chat, "Phial Markdown", entry.name, notes)
    elif path.name == jan.THREAD:
        messages = beside.get(str(path.with_name(jan.MESSAGES)))
        thread = as_map(parse_json(data), "The thread")
        yield _jan(entry, thread, messages.read() if messages else b"")
    elif path.suffix.lower() == ".json" or data.lstrip()[:1] in {b"{", b"["}:
        yield from _json(entry, parse_json(data))
    elif is_ours(_decoded(data)):
        chat, notes = read_markdown(_decoded(data))
        yield FoundChat(chat, "Phial Markdown", entry.name, notes)


def _json(entry: ImportFile, value: object) -> Iterator[FoundChat | Unreadable]:
    if isinstance(value, dict) and value.get("format") == json_format.NAME:
        if value.get("version") != json_format.VERSION:
            raise ShapeError("It was written by a newer Phial.")
        listed = as_list(value.get("conversations"), "The list of chats")
        for index, item in enumerate(listed, 1):
            yield _one(entry, index, item, "Phial JSON", chat_from_json)
        return
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items, 1):
        for name, claims, read in _JSON_READERS:
            if claims(item):
                yield _one(entry, index, item, name, partial(_foreign, read))
                break


def _one(
    entry: ImportFile, index: int, item: object, format_name: str, read: Callable[[Json], Chat]
) -> FoundChat | Unreadable:
    try:
        record = as_map(item, "A chat")
        return FoundChat(read(record), format_name, entry.name)
    except (ShapeError, RecursionError) as error:
        title = text(item.get("title")) or text(item.get("name")) if isinstance(item, dict) else ""
        reason = str(error) if isinstance(error, ShapeError) else "It is nested too deeply."
        return Unreadable(f"{entry.name}, chat {index}" + (f" “{title}”" if title else ""), reason)


def _foreign(read: Callable[[Json], ForeignChat], record: Json) -> Chat:
    return to_chat(read(record))


def _jan(entry: ImportFile, thread: Json, data: bytes) -> FoundChat:
    found, broken = jan.read(thread, _decoded(data))
    notes = (f"{broken} of its messages could not be read.",) if broken else ()
    return FoundChat(to_chat(found), jan.NAME, entry.name, notes)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ShapeError("It is not UTF-8 text.") from error


def _suffix(entry: ImportFile) -> str:
    return PurePosixPath(entry.name).suffix.lower()
