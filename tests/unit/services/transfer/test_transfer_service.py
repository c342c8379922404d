"""Export and import through the service: real files, a real database."""

from __future__ import annotations

import codecs
import errno
import json
import os
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.conversation import MessageStatus
from app.domain.errors import DiskFullError, InvalidValueError, NotFoundError, TransferError
from app.domain.parts import AttachmentPart
from app.markup.transfer.formats import EXPORTERS, read_files
from app.markup.transfer.values import Chat, ExportOptions
from app.services.core.events import LibraryChanged
from app.services.transfer.import_preview import ImportStatus
from app.services.transfer.importing import with_new_ids
from app.services.transfer.transfer_files import free_name, open_files, safe_name, write_error
from app.services.transfer.transfer_service import TransferService
from tests.support.harness import Harness, build
from tests.unit.markup.transfer.making import NASTY, conversation_of

FORMATS = [one.format.name for one in EXPORTERS]


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "other")
    yield made
    made.services.close()


@pytest.fixture
def transfer(harness: Harness) -> TransferService:
    return harness.services.transfer


def add(harness: Harness, *chats: Chat) -> list[str]:
    for chat in chats:
        harness.stored.add_conversation(
            chat.conversation, chat.messages, chat.selected_children
        ).result()
    return [chat.conversation.id for chat in chats]


def several() -> list[Chat]:
    return [
        with_new_ids(conversation_of(f"question {n}", f"answer {n}", title=title))
        for n, title in enumerate(["One/Two", "one:two", "CON", ""])
    ]


def test_markdown_is_the_first_format(transfer: TransferService) -> None:
    assert [format_.name for format_ in transfer.formats()] == FORMATS
    assert FORMATS[0] == "markdown"


@pytest.mark.parametrize("format_name", ["markdown", "json"])
def test_a_chat_moves_to_another_library_and_is_the_same(
    harness: Harness, other: Harness, tmp_path: Path, format_name: str
) -> None:
    (id_,) = add(harness, conversation_of("hello", *NASTY, system_prompt="Be kind.\r\n"))
    file = tmp_path / "out"
    harness.services.transfer.export([id_], format_name, file)
    preview = other.services.transfer.preview_import(file)
    assert [item.status for item in preview.items] == [ImportStatus.NEW]
    report = other.services.transfer.import_chats(preview)
    assert report.imported == (id_,)
    assert other.services.transfer.chat(id_) == harness.services.transfer.chat(id_)
    assert other.heard.of(LibraryChanged)


@pytest.mark.parametrize("format_name", FORMATS)
def test_several_chats_become_a_file_each_and_replace_nothing(
    harness: Harness, transfer: TransferService, tmp_path: Path, format_name: str
) -> None:
    ids = add(harness, *several())
    folder = tmp_path / "out"
    first = transfer.export(ids, format_name, folder)
    second = transfer.export(ids, format_name, folder)
    assert first.chats == second.chats == 4
    assert len({path.name.casefold() for path in folder.iterdir()}) == 8
    assert not any(path.name.startswith(".") for path in folder.iterdir())


def test_all_chats_fit_into_an_archive_and_come_back(
    harness: Harness, other: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    ids = add(harness, *several())
    archive = tmp_path / "all.zip"
    transfer.export(ids, "markdown", archive)
    preview = other.services.transfer.preview_import(archive)
    assert {item.chat_id for item in preview.items} == set(ids)
    assert set(other.services.transfer.import_chats(preview).imported) == set(ids)


def test_all_chats_fit_into_one_json_file(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    ids = add(harness, *several())
    report = transfer.export(ids, "json", tmp_path / "all.json")
    assert report.files == (tmp_path / "all.json",)
    assert len(transfer.preview_import(tmp_path / "all.json").items) == 4


def test_a_chat_that_is_there_already_is_recognised_and_never_changed(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    (id_,) = add(harness, conversation_of("q", "a"))
    file = tmp_path / "chat.md"
    transfer.export([id_], "markdown", file)
    same = transfer.preview_import(file)
    assert [item.status for item in same.items] == [ImportStatus.SAME]
    assert same.suggested == ()
    file.write_text(file.read_text().replace("\n\na\n\n", "\n\nb\n\n"))
    changed = transfer.preview_import(file)
    assert [item.status for item in changed.items] == [ImportStatus.CHANGED]
    before = transfer.chat(id_)
    (copy,) = transfer.import_chats(changed, [0]).imported
    assert copy != id_
    assert transfer.chat(id_) == before
    assert [m.content for m in transfer.chat(copy).messages] == ["q", "b"]


def test_a_chat_in_the_trash_and_one_named_twice_are_told_apart(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    (id_,) = add(harness, conversation_of("q", "a"))
    file = tmp_path / "chat.md"
    transfer.export([id_], "markdown", file)
    harness.services.library.trash.delete([id_])
    harness.heard.wait_for(lambda event: isinstance(event, LibraryChanged))
    preview = transfer.preview_import([file, file])
    assert [item.status for item in preview.items] == [ImportStatus.TRASHED, ImportStatus.REPEATED]


def test_ids_taken_by_another_chat_are_replaced(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    first = conversation_of("q", "a")
    twin = replace(
        first,
        conversation=replace(first.conversation, id="d1" * 16),
        messages=tuple(replace(m, conversation_id="d1" * 16) for m in first.messages),
    )
    file = tmp_path / "twin.json"
    (id_,) = add(harness, twin)
    transfer.export([id_], "json", file)
    file.write_text(file.read_text().replace("d1" * 16, "e2" * 16))
    report = transfer.import_chats(transfer.preview_import(file))
    assert len(report.imported) == 1
    assert [m.content for m in transfer.chat(report.imported[0]).messages] == ["q", "a"]


def test_an_answer_that_was_being_written_is_imported_as_interrupted(
    harness: Harness, other: Harness, tmp_path: Path
) -> None:
    chat = conversation_of("q", "half an")
    (id_,) = add(
        harness,
        replace(
            chat,
            messages=(
                chat.messages[0],
                replace(chat.messages[1], status=MessageStatus.STREAMING),
            ),
        ),
    )
    harness.services.transfer.export([id_], "json", tmp_path / "c.json")
    service = other.services.transfer
    service.import_chats(service.preview_import(tmp_path / "c.json"))
    assert service.chat(id_).messages[1].status is MessageStatus.INTERRUPTED


def test_a_stopped_export_leaves_whole_files_only(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    ids = add(harness, *several())
    stop = threading.Event()

    def progress(done: int, _total: int) -> None:
        if done == 2:
            stop.set()

    report = transfer.export(ids, "markdown", tmp_path / "f", cancel=stop, progress=progress)
    assert report.cancelled
    assert len(list((tmp_path / "f").iterdir())) == report.chats == 2
    archive = transfer.export(ids, "markdown", tmp_path / "a.zip", cancel=stop)
    assert archive.cancelled
    assert not (tmp_path / "a.zip").exists()
    assert not list(tmp_path.glob(".phial-*"))


def test_a_stopped_import_keeps_what_it_added(
    harness: Harness, other: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    ids = add(harness, *several())
    transfer.export(ids, "json", tmp_path / "all.json")
    service = other.services.transfer
    stop = threading.Event()

    def progress(done: int, _total: int) -> None:
        if done == 2:
            stop.set()

    report = service.import_chats(
        service.preview_import(tmp_path / "all.json"), cancel=stop, progress=progress
    )
    assert report.cancelled
    assert len(report.imported) == len(other.services.library.chats.conversations()) == 2


def test_an_unwritable_place_is_told_and_nothing_is_left(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    (id_,) = add(harness, conversation_of("q"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TransferError, match="could not be written"):
        transfer.export([id_], "markdown", tmp_path / "file" / "chat.md")


def test_a_full_disk_has_its_own_error() -> None:
    error = write_error(OSError(errno.ENOSPC, "No space left"), Path("chat.md"))
    assert isinstance(error, DiskFullError)
    assert "chat.md" in error.what


def test_unknown_formats_and_chats_are_told(transfer: TransferService, tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="docx"):
        transfer.export(["x"], "docx", tmp_path / "x")
    with pytest.raises(NotFoundError):
        transfer.export(["x"], "markdown", tmp_path / "x")
    with pytest.raises(InvalidValueError):
        transfer.export([], "markdown", tmp_path / "x")


def test_an_export_only_to_read_holds_no_other_version(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    chat = conversation_of("q", "first answer")
    second = replace(chat.messages[1], id="f" * 32, content="second answer")
    (id_,) = add(harness, replace(chat, messages=(*chat.messages, second)))
    options = ExportOptions(exact=False)
    for format_name in FORMATS:
        file = tmp_path / format_name
        transfer.export([id_], format_name, file, options)
        text = file.read_text(encoding="utf-8")
        assert ("first answer" in text) != ("second answer" in text)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A/B\\C:D*E?", "A-B-C-D-E-"),
        ("con", "con_"),
        ("nul.txt", "nul_.txt"),
        ("nul.tar.gz", "nul_.tar.gz"),
        ("AUX .txt", "AUX_.txt"),
        ("com0 .x", "com0_.x"),
        ("LPT¹", "LPT¹_"),
        ("conin$.a.b", "conin$_.a.b"),
        ("console.txt", "console.txt"),
        ("...", "Chat"),
        ("  two\nlines\t ", "two lines"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\ud800", "Chat"),
        ("é" * 200, "é" * 60),
        ("e\u0301", "é"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_takes(title: str, name: str) -> None:
    assert safe_name(title) == name


def test_names_that_differ_only_in_case_do_not_meet() -> None:
    taken: set[str] = set()
    assert [free_name(n, ".md", taken) for n in ("a", "A", "a")] == [
        "a.md",
        "A (2).md",
        "a (3).md",
    ]


# --- hostile files -----------------------------------------------------------------------------


def archive_of(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused(transfer: TransferService, tmp_path: Path) -> None:
    bomb = archive_of(tmp_path / "b.zip", **{"conversations.json": b" " * 20_000_000})
    with pytest.raises(TransferError, match="far more"):
        transfer.preview_import(bomb)


def test_an_archive_that_lies_about_sizes_is_refused(
    transfer: TransferService, tmp_path: Path
) -> None:
    path = archive_of(tmp_path / "lie.zip", **{"conversations.json": b"[" + b" " * 90_000 + b"]"})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    preview = transfer.preview_import(path)
    assert preview.items == ()
    assert len(preview.unreadable) == 1


@pytest.mark.parametrize(
    "name", ["../../evil.json", "/etc/evil.json", "C:/evil.json", "..\\b.json"]
)
def test_path_tricks_are_refused(transfer: TransferService, tmp_path: Path, name: str) -> None:
    with pytest.raises(TransferError, match="outside"):
        transfer.preview_import(archive_of(tmp_path / "evil.zip", **{name: b"[]"}))


@pytest.mark.parametrize("name", ["chats\\c.json", "Q: how.json", "a:b/c:d.json", "x/Q.json"])
def test_names_of_windows_and_names_with_a_colon_are_read(
    transfer: TransferService, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "other.zip"
    chat = json.dumps([{"role": "user", "content": "hi"}])
    with zipfile.ZipFile(path, "w") as out:
        info = zipfile.ZipInfo("x")
        info.filename = name  # as it is: the constructor would change a separator
        out.writestr(info, chat)
    (item,) = transfer.preview_import(path).items
    assert item.messages == 1
    assert item.origin == name.replace("\\", "/")


def jan_thread(name: str) -> dict[str, bytes]:
    thread = {"id": name, "title": name}
    message = {"role": "user", "content": [{"type": "text", "text": {"value": f"of {name}"}}]}
    return {
        "thread.json": json.dumps(thread).encode(),
        "messages.jsonl": codecs.BOM_UTF8 + json.dumps(message).encode(),
    }


@pytest.mark.parametrize("way", ["folders", "files", "archives"])
def test_threads_of_jan_in_one_import_keep_their_own_messages(
    harness: Harness, transfer: TransferService, tmp_path: Path, way: str
) -> None:
    # Every thread of Jan has the same two names of files.
    paths: list[Path] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for file, content in jan_thread(name).items():
            (tmp_path / name / file).write_bytes(content)
        if way == "archives":
            paths.append(archive_of(tmp_path / f"{name}.zip", **jan_thread(name)))
        else:
            paths += [tmp_path / name] if way == "folders" else (tmp_path / name).iterdir()
    preview = transfer.preview_import(paths)
    assert preview.aside == ()
    ids = transfer.import_chats(preview).imported
    library = harness.services.library
    said = {
        library.chats.get(id_).title: library.chats.branch(id_)[0].message.content for id_ in ids
    }
    assert said == {"one": "of one", "two": "of two"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are of other systems")
def test_a_pipe_is_refused_and_in_a_folder_passed_over(
    transfer: TransferService, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "chats.json")
    with pytest.raises(TransferError, match="not a file"):
        transfer.preview_import(tmp_path / "chats.json")
    (tmp_path / "messages.jsonl").write_bytes(jan_thread("one")["messages.jsonl"])
    assert len(transfer.preview_import(tmp_path).items) == 1


def test_what_macos_puts_beside_each_file_of_an_archive_is_not_read(
    transfer: TransferService, tmp_path: Path
) -> None:
    files = {"c.json": b'[{"role": "user", "content": "q"}]', "__MACOSX/._c.json": b"\0\5\x16\7"}
    preview = transfer.preview_import(archive_of(tmp_path / "a.zip", **files))
    assert (len(preview.items), preview.unreadable, preview.aside) == (1, (), ())


def test_a_picture_that_chatgpt_drew_is_called_as_its_file_in_the_archive(tmp_path: Path) -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_0a9"}
    said = {"author": {"role": "tool"}, "content": {"parts": [picture]}}
    chat = {"id": "c", "mapping": {"1": {"id": "1", "parent": None, "message": said}}}
    files = {
        "conversations.json": json.dumps([chat]).encode(),
        "dalle-generations/file_0a9-b.webp": bytes(512),
    }
    with open_files([archive_of(tmp_path / "a.zip", **files)]) as opened:
        (found,) = read_files(opened.entries).found
        (one,) = found.chat.messages[0].placed
        reference = "beside:file_0a9"
        expected = AttachmentPart("file_0a9-b.webp", "image/webp", 512, reference=reference)
        assert one.part == expected
        assert found.chat.pictures[reference].read() == bytes(512)


def test_json_nested_without_end_is_told(transfer: TransferService, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 1_000_000)
    (problem,) = transfer.preview_import(path).unreadable
    assert "nested" in problem.reason


def test_a_broken_file_changes_nothing_and_does_not_spoil_the_others(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    (id_,) = add(harness, conversation_of("q", "a"))
    folder = tmp_path / "in"
    transfer.export([id_], "markdown", folder / "good.md")
    whole = (folder / "good.md").read_bytes()
    (folder / "cut.md").write_bytes(whole[: len(whole) // 2])
    (folder / "noise.json").write_bytes(bytes(range(256)))
    (folder / "note.md").write_text("# Just a note\n")
    before = transfer.chat(id_)
    preview = transfer.preview_import(folder)
    assert len(preview.items) == 1
    assert {problem.name for problem in preview.unreadable} == {"cut.md", "noise.json", "note.md"}
    assert transfer.chat(id_) == before
    assert len(harness.services.library.chats.conversations()) == 1


def test_every_cut_of_an_exported_file_is_told_or_read_whole(
    harness: Harness, transfer: TransferService, tmp_path: Path
) -> None:
    (id_,) = add(harness, conversation_of("question", "answer"))
    for name in ("markdown", "json"):
        file = tmp_path / f"c.{'md' if name == 'markdown' else 'json'}"
        transfer.export([id_], name, file)
        data = file.read_bytes()
        for end in range(0, len(data) - 5, 37):
            file.write_bytes(data[:end])
            preview = transfer.preview_import(file)
            assert preview.items == ()
            assert len(preview.unreadable) == 1


@pytest.mark.parametrize("format_name", ["json", "markdown"])
@pytest.mark.parametrize("version", ["3", "0", "1.5", "null", "[1]", '"1"'])
def test_an_export_of_another_version_is_not_read(
    harness: Harness, transfer: TransferService, tmp_path: Path, format_name: str, version: str
) -> None:
    (id_,) = add(harness, conversation_of("question", "answer"))
    file = tmp_path / ("c.json" if format_name == "json" else "c.md")
    transfer.export([id_], format_name, file)
    assert len(transfer.preview_import(file).items) == 1
    text = file.read_text("utf-8")
    changed = re.sub(r'"version": ?1\b', f'"version": {version}', text, count=1)
    assert changed != text
    file.write_text(changed, "utf-8")
    preview = transfer.preview_import(file)
    assert preview.items == ()
    (problem,) = preview.unreadable
    assert "newer Phial" in problem.reason


def test_a_json_file_of_ours_that_lies_is_told(transfer: TransferService, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    message = {"id": "1" * 32, "role": "user", "created_at": "2026-01-01", "content": "x"}
    chat = {"id": "2" * 32, "created_at": "2026-01-01", "messages": [message]}
    lies: list[dict[str, object]] = [
        {**chat, "id": "../x"},
        {**chat, "messages": [message, message]},
        {**chat, "messages": [{**message, "parent_id": "3" * 32}]},
        {**chat, "messages": [{**message, "role": "root"}]},
        {**chat, "messages": [{**message, "created_at": "never"}]},
        {**chat, "messages": [{**message, "content": 7}]},
        {**chat, "messages": [{**message, "sampling": {"temperature": "hot"}}]},
        {**chat, "messages": [{**message, "left_out": [[0, 9]]}]},
        {**chat, "messages": "none"},
        {**chat, "scroll_offset": 10**30},
        {**chat, "scroll_y": 0.5},
    ]
    for lie in lies:
        file.write_text(json.dumps({"format": "phial", "version": 1, "conversations": [lie]}))
        preview = transfer.preview_import(file)
        assert preview.items == (), lie
        assert len(preview.unreadable) == 1
    file.write_text(json.dumps({"format": "phial", "version": 1, "conversations": [chat]}))
    assert len(transfer.preview_import(file).items) == 1
