"""A start that fails or finds a disk that takes nothing: shown in the window and the terminal."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.main import main
from app.store import open_store
from app.store.documents.opening import open_documents
from app.system.paths import Folders
from app.ui.style.dialogs import ErrorDialog
from tests.unit.markup.transfer.making import conversation_of
from tests.unit.store.documents.test_document_repository import add

DATABASE = Path(__file__).resolve().parents[1] / "data" / "databases" / "schema-3.db"


def a_chat(home: Path) -> None:
    chat = conversation_of("Why is the sky blue?", "It scatters.", title="Sky")
    opened = open_store(home)
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()


class Reader:
    """Reads the dialog that is open, closes it, and remembers its words."""

    def __init__(self) -> None:
        self.words = ""
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(20)

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ErrorDialog):
            self._timer.stop()
            self.words = " ".join(label.text() for label in dialog.findChildren(QLabel))
            dialog.accept()


def a_file_in_its_place(home: Path) -> None:
    home.touch()


def another_programs_database(home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "phial.db")) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def a_folder_for_a_database(home: Path) -> None:
    (home / "phial.db").mkdir(parents=True)


def a_newer_one_of_another_shape(home: Path) -> None:
    open_store(home).close()
    with closing(sqlite3.connect(home / "phial.db")) as connection:
        connection.executescript("ALTER TABLE summaries RENAME TO s; PRAGMA user_version=999")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (a_file_in_its_place, "cannot be made"),
        (another_programs_database, "not one that Phial wrote"),
        (a_folder_for_a_database, "reported an error"),
        (a_newer_one_of_another_shape, "newer Phial"),
    ],
)
def test_a_start_that_fails_is_told_in_a_dialog_and_on_standard_error(
    qtbot: QtBot,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    prepare: Callable[[Path], None],
    said: str,
) -> None:
    prepare(home)
    reader = Reader()
    assert main([]) == 1
    assert said in reader.words
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


def test_what_nobody_thought_of_is_told_too_with_details(
    qtbot: QtBot, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(_self: Folders) -> tuple[str, ...]:
        raise ZeroDivisionError

    monkeypatch.setattr(Folders, "create", create)
    reader = Reader()
    assert main([]) == 1
    assert "ZeroDivisionError" in reader.words
    assert "What was saved before is on your disk" in capsys.readouterr().err


# --- the terminal, where nothing may be written -------------------------------------------------

WARM = """
import contextlib, io, os, sys
import encodings.idna
from app.main import main
home, words = os.environ["PHIAL_HOME"], sys.argv[1:]
os.environ["PHIAL_HOME"] = os.environ["ELSEWHERE"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    main(["chats", "list"]), main(["chats", "backup"]), main(["chats", "search", "x"])
    main(["documents", "search", "x"]), main(["documents", "remove", "none", "--yes"])
    main(["chats", "show", "Sky"]), main(["chats", "export", "--all", "--out", home + "x.md"])
os.environ["PHIAL_HOME"] = home
if os.geteuid() == 0:
    os.setuid(65534)
sys.exit(main(words))
"""


@pytest.fixture
def read_only_home() -> Iterator[Path]:
    """A data folder with a chat that this user may look at only, where another user gets to."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        home = Path(name) / "home"
        a_chat(home)
        documents = open_documents(home).repository
        add(documents, "sky.pdf", "Short waves scatter most.")
        documents.close()
        for path in (*home.iterdir(), home):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield home
        home.chmod(0o755)


def as_nobody(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    elsewhere = home.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    a_chat(elsewhere)
    done = subprocess.run(
        [sys.executable, "-c", WARM, *words],
        env={**os.environ, "PHIAL_HOME": str(home), "ELSEWHERE": str(elsewhere)},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(elsewhere)
    return done


@pytest.mark.skipif(sys.platform == "win32", reason="folders are protected in other ways there")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("chats", "list"), "Sky"),
        (("chats", "show", "Sky"), "It scatters."),
        (("chats", "search", "scatters"), "scatters"),
        (("chats", "export", "--all", "--out", "/dev/stdout"), None),
        (("documents", "search", "waves"), "sky.pdf, p. 1"),
    ],
    ids=lambda words: " ".join(words[:2]) if isinstance(words, tuple) else "",
)
def test_the_terminal_reads_what_there_is_where_nothing_may_be_written(
    read_only_home: Path, words: tuple[str, ...], expected: str | None
) -> None:
    out = read_only_home.parent / "out"
    out.mkdir()
    out.chmod(0o777)
    if "export" in words:
        words = (*words[:-1], str(out / "sky.md"))
    done = as_nobody(read_only_home, *words)
    assert done.returncode == 0, done.stderr
    assert "cannot be written to" in done.stderr
    assert "Traceback" not in done.stderr
    if expected is None:
        assert "It scatters." in (out / "sky.md").read_text("utf-8")
    else:
        assert expected in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="folders are protected in other ways there")
@pytest.mark.parametrize(
    "words", [("chats", "trash", "Sky"), ("documents", "remove", "sky.pdf", "--yes")], ids=" ".join
)
def test_a_change_is_refused_there_in_one_sentence(
    read_only_home: Path, words: tuple[str, ...]
) -> None:
    done = as_nobody(read_only_home, *words)
    assert done.returncode == 1
    assert "can be read, not changed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.llama
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_log_that_the_disk_does_not_take_disturbs_nothing(home: Path) -> None:
    a_chat(home)
    (home / "logs").mkdir()
    for name in ("phial.log", "crash.log"):
        (home / "logs" / name).symlink_to("/dev/full")
    (home / "ladder.json").mkdir()  # gives it something to log
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- small files full of anything -----------------------------------------------------------------

GARBAGE = [b"", b"\xff\xfe", b"[]", b'"x"', b"{", b'{"format": 1, "models": ["x"]}',
           b'{"format": 1, "downloads": ["x", 3]}', b"[" * 100_000]  # fmt: skip
SMALL = ("settings.json", "ladder.json", "speeds.json", "models.json", "downloads.json",
         "downloads-terminal.json", "phial.lock", "instance.lock")  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_small_files_full_of_anything_stop_no_command(home: Path, garbage: bytes) -> None:
    a_chat(home)
    for name in SMALL:
        (home / name).write_bytes(garbage)
    for words in (("chats", "list", "--json"), ("models", "list", "--json")):
        done = subprocess.run(
            [sys.executable, "-m", "app", *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        json.loads(done.stdout)


@pytest.mark.parametrize("name", ["logs", "cache", "models", "backups"])
def test_a_folder_that_cannot_be_had_is_done_without(home: Path, name: str) -> None:
    a_chat(home)
    (home / name).write_bytes(b"a file")
    done = subprocess.run(
        [sys.executable, "-m", "app", "chats", "list"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Sky" in done.stdout
    assert "Traceback" not in done.stderr
    assert name == "backups" or str(home / name) in done.stderr


# --- chats that are missing, as the terminal tells it ---------------------------------------------


def phial(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words], capture_output=True, text=True, check=False
    )


@pytest.fixture
def missing(home: Path) -> Path:
    """A data folder whose database is gone, beside a good backup."""
    a_chat(home)
    assert phial("chats", "backup").returncode == 0
    (home / "phial.db").unlink()
    return home


def test_the_terminal_tells_what_is_missing_and_how_to_bring_it_back(missing: Path) -> None:
    for told in (phial("chats", "list"), phial("chat", "--model", "demo")):
        assert "a backup of" in told.stderr
        assert "holds 2 messages in 1 chat" in told.stderr
        assert "chats backup --restore 1" in told.stderr
    rows = json.loads(phial("chats", "backup", "--list", "--json").stdout)
    assert [(row["number"], row["chats"], row["messages"]) for row in rows] == [(1, 1, 2)]
    assert phial("chats", "backup", "--restore", "1", "--yes").returncode == 0
    again = phial("chats", "list")
    assert "Sky" in again.stdout
    assert again.stderr == ""


def test_the_terminal_keeps_it_as_it_is_when_told_so(missing: Path) -> None:
    assert phial("chats", "backup", "--keep").returncode == 0
    again = phial("chats", "list")
    assert (again.stdout.strip(), again.stderr) == ("No chats yet.", "")
