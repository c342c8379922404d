"""``phial chats``: every action and option, and what it leaves in the database and in files."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.parts import ReasoningPart, TextPart
from app.main import main
from app.markup.transfer.values import Chat
from app.store import open_store
from app.store.conversations.message_repository import MessageRepository
from tests.scenarios.registry import scenario
from tests.support.terminal import phial
from tests.unit.markup.transfer.making import conversation_of

THOUGHT = [ReasoningPart("Light of every colour."), TextPart("Blue scatters most.")]


@pytest.fixture
def chats(home: Path) -> Path:
    """A home with three chats, one of them archived."""
    with library(home) as at:
        for number, made in enumerate(
            (
                conversation_of("Why is the sky blue?", THOUGHT, title="Sky"),
                conversation_of("Why is the sea salty?", "Rivers bring it.", title="Sea"),
                conversation_of("Why is grass green?", "Chlorophyll.", title="Grass"),
            ),
            1,
        ):
            chat = numbered(made, number)
            conversation = replace(chat.conversation, archived=chat.conversation.title == "Grass")
            at.add_conversation(conversation, chat.messages, chat.selected_children).result()
    return home


def numbered(chat: Chat, number: int) -> Chat:
    """The same chat under other ids."""
    ids = {message.id: f"{number:x}{message.id[1:]}" for message in chat.messages}
    return Chat(
        replace(
            chat.conversation,
            id=f"{number:x}0" * 16,
            head_id=ids[str(chat.conversation.head_id)],
        ),
        tuple(
            replace(
                message,
                id=ids[message.id],
                conversation_id=f"{number:x}0" * 16,
                parent_id=ids[message.parent_id] if message.parent_id else None,
            )
            for message in chat.messages
        ),
        {ids[key] if key else None: ids[value] for key, value in chat.selected_children.items()},
    )


@contextmanager
def library(home: Path) -> Iterator[MessageRepository]:
    """The database, opened afresh."""
    opened = open_store(home)
    try:
        yield opened.repository
    finally:
        opened.close()


def titles(home: Path, *, archived: bool = False) -> list[str]:
    """Of the chats outside the trash."""
    with library(home) as at:
        return sorted(chat.title for chat in at.conversations.list_all(archived=archived))


def done(*words: str | Path) -> None:
    """Do something first that is not what a scenario is about."""
    assert main(["chats", *map(str, words)]) == 0


# --- looking ---------------------------------------------------------------------------------


@scenario("option", "chats list")
@scenario("option", "chats list --json")
def test_chats_are_listed(chats: Path) -> None:
    assert {row["title"] for row in phial("chats", "list", "--json").data} == {"Sky", "Sea"}


@scenario("option", "chats list --archived")
def test_archived_chats_are_listed(chats: Path) -> None:
    rows = phial("chats", "list", "--archived", "--json").data
    assert [row["title"] for row in rows] == ["Grass"]


@scenario("option", "chats show")
@scenario("option", "chats show --json")
@scenario("option", "chats show CHAT")
def test_a_chat_is_shown(chats: Path) -> None:
    told = phial("chats", "show", "sea", "--json").data
    assert [row["content"] for row in told["messages"]] == [
        "Why is the sea salty?",
        "Rivers bring it.",
    ]


@scenario("option", "chats search")
@scenario("option", "chats search --json")
@scenario("option", "chats search QUERY")
def test_words_are_found(chats: Path) -> None:
    hits = phial("chats", "search", "rivers", "--json").data
    assert [hit["title"] for hit in hits] == ["Sea"]


@scenario("option", "chats check")
@scenario("option", "chats check --json")
@scenario("option", "chats check --full")
def test_a_full_check_finds_what_the_quick_one_does_not_look_at(chats: Path) -> None:
    change(chats, "DROP TRIGGER message_index_update")
    change(chats, "UPDATE messages SET content = x'414243'")
    told = phial("chats", "check", "--full", "--json", code=1).data
    assert (told["sound"], told["index_sound"]) == (True, False)


def change(home: Path, sql: str) -> None:
    """Change the database as another program would."""
    with closing(sqlite3.connect(home / "phial.db")) as connection, connection:
        connection.execute(sql)


# --- out and in ------------------------------------------------------------------------------


@scenario("option", "chats export")
@scenario("option", "chats export CHATS")
@scenario("option", "chats export --out")
@scenario("option", "chats export --json")
def test_a_chat_becomes_a_file(chats: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "sea.md"
    words = ("chats", "export", "--json", "Sea", "--out", target)
    assert phial(*words, cwd=tmp_path).data == {"files": [str(target)], "chats": 1}
    assert "Rivers bring it." in text_of(target)


@scenario("option", "chats export --all")
def test_every_chat_goes_into_an_archive(chats: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    phial("chats", "export", "--all", "--out", target)
    with zipfile.ZipFile(target) as archive:
        assert {Path(name).stem for name in archive.namelist()} >= {"Sky", "Sea", "Grass"}


@scenario("option", "chats export --format")
def test_a_format_that_is_named_is_written(chats: Path, tmp_path: Path) -> None:
    target = tmp_path / "sky.txt"
    phial("chats", "export", "Sky", "--format", "html", "--out", target)
    assert text_of(target).casefold().startswith("<!doctype html>")


@scenario("option", "chats export --only-text")
def test_of_an_export_of_only_text_no_id_is_to_be_seen(chats: Path, tmp_path: Path) -> None:
    target = tmp_path / "sky.md"
    phial("chats", "export", "Sky", "--only-text", "--out", target)
    assert "Blue scatters most." in text_of(target)
    assert "10" * 16 not in text_of(target)


@scenario("option", "chats export --no-fold")
def test_reasoning_is_open_in_an_export_that_does_not_fold_it(chats: Path, tmp_path: Path) -> None:
    target = tmp_path / "sky.html"
    phial("chats", "export", "Sky", "--no-fold", "--out", target)
    assert "<details open>" in text_of(target)


@scenario("option", "chats export --no-reasoning")
def test_an_export_leaves_the_reasoning_out(chats: Path, tmp_path: Path) -> None:
    target = tmp_path / "sky.html"
    phial("chats", "export", "Sky", "--no-reasoning", "--out", target)
    assert "Blue scatters most." in text_of(target)
    assert "Light of every colour." not in text_of(target)


@scenario("option", "chats export --no-system-prompt")
def test_an_export_leaves_the_system_prompt_out(chats: Path, tmp_path: Path) -> None:
    change(chats, "UPDATE conversations SET system_prompt = CAST('Be kind to cats.' AS BLOB)")
    target = tmp_path / "sky.txt"
    done("export", "Sky", "--out", target)
    assert "Be kind to cats." in text_of(target)
    phial("chats", "export", "Sky", "--no-system-prompt", "--out", target)
    assert "Blue scatters most." in text_of(target)
    assert "Be kind to cats." not in text_of(target)


@scenario("option", "chats export --versions")
def test_an_export_holds_every_version(home: Path, tmp_path: Path) -> None:
    made = conversation_of("q", "the first answer", title="Two")
    other = replace(made.messages[1], id="f" * 32, content="the second answer")
    with library(home) as at:
        at.add_conversation(
            made.conversation, (*made.messages, other), made.selected_children
        ).result()
    target = tmp_path / "two.txt"
    phial("chats", "export", "Two", "--versions", "--out", target)
    assert "the first answer" in text_of(target)
    assert "the second answer" in text_of(target)


@scenario("option", "chats import")
@scenario("option", "chats import PATHS")
@scenario("option", "chats import --json")
def test_an_export_comes_back(chats: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    told = phial("chats", "import", "--json", exported(tmp_path), PHIAL_HOME=str(other)).data
    assert len(told["imported"]) == 1
    assert titles(other) == ["Sea"]


@scenario("option", "chats import --preview")
def test_a_preview_changes_nothing(chats: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    words = ("chats", "import", "--preview", exported(tmp_path), "--json")
    told = phial(*words, PHIAL_HOME=str(other)).data
    assert titles(other) == []
    (found,) = told["chats"]
    assert (found["title"], found["messages"], found["known"]) == ("Sea", 2, "new")


@scenario("option", "chats import --again")
def test_a_chat_that_is_here_is_imported_again_as_a_copy(chats: Path, tmp_path: Path) -> None:
    phial("chats", "import", "--again", exported(tmp_path))
    assert titles(chats) == ["Sea", "Sea", "Sky"]


@scenario("option", "chats import --undo")
def test_the_last_import_is_taken_back_in_one_step(chats: Path, tmp_path: Path) -> None:
    done("import", "--again", exported(tmp_path))
    assert titles(chats) == ["Sea", "Sea", "Sky"]
    told = phial("chats", "import", "--undo", "--json").data
    assert told == {"removed": 1, "trashed": 0}
    assert titles(chats) == ["Sea", "Sky"]


def exported(folder: Path) -> Path:
    """The chat "Sea" as a file."""
    file = folder / "sea.md"
    done("export", "Sea", "--out", file)
    return file


def text_of(path: Path) -> str:
    """A file that a command must have written."""
    assert path.is_file(), path
    return path.read_text(encoding="utf-8")


# --- the trash, and backups ------------------------------------------------------------------


@scenario("option", "chats trash")
@scenario("option", "chats trash CHATS")
@scenario("option", "chats trash --json")
def test_chats_are_moved_to_the_trash(chats: Path) -> None:
    told = phial("chats", "trash", "--json", "Sky", "20").data
    assert {row["title"] for row in told} == {"Sky", "Sea"}
    assert titles(chats) == []


@scenario("option", "chats trash --empty")
@scenario("option", "chats trash --yes")
def test_the_trash_is_emptied_without_a_question(chats: Path) -> None:
    done("trash", "Sky")
    assert phial("chats", "trash", "--empty", "--yes").out == "1 removed for good.\n"
    with library(chats) as at:
        assert at.conversations.trashed_conversations() == ()


@scenario("option", "chats restore")
@scenario("option", "chats restore CHATS")
@scenario("option", "chats restore --json")
def test_a_chat_comes_out_of_the_trash(chats: Path) -> None:
    done("trash", "Sky", "Sea")
    assert [row["title"] for row in phial("chats", "restore", "--json", "sky").data] == ["Sky"]
    assert titles(chats) == ["Sky"]


@scenario("option", "chats backup")
@scenario("option", "chats backup --json")
def test_a_backup_is_made(chats: Path, tmp_path: Path) -> None:
    made = phial("chats", "backup", "--json").data
    with closing(sqlite3.connect(made["path"])) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (3,)


@scenario("option", "chats backup --list")
def test_backups_are_listed_and_none_is_made(chats: Path) -> None:
    done("backup")
    rows = phial("chats", "backup", "--list", "--json").data
    assert len(list((chats / "backups").glob("*.db"))) == 1
    assert [row["reason"] for row in rows] == ["by-hand"]


@scenario("option", "chats backup --restore")
@scenario("option", "chats backup --yes")
def test_a_backup_brings_everything_back(chats: Path) -> None:
    done("backup")
    done("trash", "Sky")
    done("trash", "--empty", "--yes")
    told = phial("chats", "backup", "--restore", "1", "--yes", "--json").data
    assert told["restored"] == 1
    assert titles(chats) == ["Sea", "Sky"]


@scenario("option", "chats backup --keep")
def test_of_chats_that_are_missing_no_more_is_said(chats: Path) -> None:
    done("backup")
    (chats / "phial.db").unlink()
    assert "backup --restore 1" in phial("chats", "list").err
    assert phial("chats", "backup", "--keep").out == "The chats stay as they are.\n"
    assert phial("chats", "list").err == ""
    assert len(list((chats / "backups").glob("*.db"))) == 1


@scenario("option", "chats backup --show")
def test_the_chats_of_a_backup_are_shown(chats: Path) -> None:
    done("backup")
    done("trash", "Sky")
    done("trash", "--empty", "--yes")
    rows = phial("chats", "backup", "--show", "1", "--json").data
    assert isinstance(rows, list)
    assert {row["title"] for row in rows} == {"Sky", "Sea", "Grass"}
    assert titles(chats) == ["Sea"]
    assert [path.suffix for path in (chats / "backups").iterdir()] == [".db"]


@scenario("option", "chats restore --from")
def test_a_single_chat_comes_out_of_a_backup(chats: Path) -> None:
    done("backup")
    done("trash", "Sky")
    done("trash", "--empty", "--yes")
    assert [row["title"] for row in phial("chats", "restore", "Sky", "--from", "1", "--json").data]
    assert titles(chats) == ["Sea", "Sky"]
    with library(chats) as at:
        sky = next(chat for chat in at.conversations.list_all() if chat.title == "Sky")
        assert list(at.branch(sky.id)[-1].message.parts) == THOUGHT


@scenario("option", "chats trash --for-good")
def test_one_chat_of_the_trash_is_removed_for_good(chats: Path) -> None:
    done("trash", "Sky", "Sea")
    told = phial("chats", "trash", "Sky", "--for-good", "--yes", "--json").data
    assert told == {"removed": 1}
    with library(chats) as at:
        assert [chat.title for chat in at.conversations.trashed_conversations()] == ["Sea"]
