"""What Phial makes is its user's alone, whatever the umask was; files of earlier versions too."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.settings import Settings
from app.hub.download.journal import JournalHead
from app.hub.download.partial_file import PartialFile
from app.hub.local.installed_models import InstalledModel
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.hub.queue.queue_file import write_queue
from app.store import LadderStore, SettingsStore, open_store
from app.system.instance_lock import InstanceLock
from tests.unit.markup.transfer.making import conversation_of

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the access control lists of the profile do it there"
)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported chat, made elsewhere."""
    folder = tmp_path_factory.mktemp("elsewhere")
    chat = conversation_of("Which ship is this?", "The Vasa.", title="Ships")
    opened = open_store(folder)
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()
    out = folder / "talk.json"
    done = phial(
        "chats", "export", "--all", "--format", "json", "--out", str(out), PHIAL_HOME=str(folder)
    )
    assert done.returncode == 0, done.stderr
    return out


def phial(*words: str, umask: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        env={**os.environ, **environment},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )


def open_to_others(folder: Path) -> list[str]:
    """What others could read, write or enter, from ``folder`` down, with its mode."""
    return sorted(
        f"{stat.S_IMODE(path.lstat().st_mode):o} {path.relative_to(folder)}"
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & 0o077
    )


def fill(talk: Path, **environment: str) -> None:
    """A chat, a backup and a log, made by the command itself."""
    assert "1 chat imported" in phial("chats", "import", str(talk), **environment).stdout
    assert phial("chats", "backup", **environment).returncode == 0
    assert phial("chats", "check", "--full", **environment).returncode == 0
    assert phial("models", "list", **environment).returncode == 0


def test_with_a_umask_of_nothing_others_read_nothing(home: Path, talk: Path) -> None:
    fill(talk)
    assert (home / "phial.db").exists()
    assert list((home / "backups").glob("*.db"))
    assert (home / "logs" / "phial.log").exists()
    assert open_to_others(home) == []


def test_small_files_parts_and_lists_are_closed_too(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deeper"
    before = os.umask(0)
    try:
        SettingsStore(folder / "settings.json").save(Settings(zoom=120))
        LadderStore(folder / "ladder.json").set("key", 2)
        write_queue(folder / "downloads.json", [])
        ModelShelf(folder / "models.json").put(InstalledModel((folder / "a.gguf",), "A", 1))
        part = PartialFile(folder / "models" / "org--name" / "a.gguf")
        part.start(JournalHead("file:///a", "", "", "", 4))
        part.append(memoryview(b"GGUF"), part.buffer())
        part.flush()
        part.close()
    finally:
        os.umask(before)
    assert {path.name for path in folder.iterdir()} >= {"settings.json", "models.json.lock"}
    assert open_to_others(tmp_path / "new") == []


def test_the_folders_above_that_were_missing_are_closed_too(tmp_path: Path, talk: Path) -> None:
    where = {"HOME": str(tmp_path / "user"), "PHIAL_HOME": ""}
    for name in ("DATA", "CACHE", "STATE"):
        where[f"XDG_{name}_HOME"] = ""
    (tmp_path / "user").mkdir(mode=0o700)
    fill(talk, **where)
    (data,) = (tmp_path / "user").rglob("phial.db")
    assert open_to_others(tmp_path / "user") == []
    for path in (tmp_path / "user").rglob("*"):  # as an earlier version made them
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert phial("chats", "list", **where).returncode == 0
    own = [path for path in (tmp_path / "user").rglob(data.parent.name) if path.is_dir()]
    assert [open_to_others(folder) for folder in own] == [[]] * len(own)


def test_files_of_an_earlier_version_are_closed_at_the_next_start(home: Path, talk: Path) -> None:
    fill(talk)
    (home / "cache" / "kv").mkdir(parents=True)
    (home / "cache" / "kv" / "0a.kv").write_bytes(b"state")
    (home / "models" / "org--name").mkdir()
    (home / "models" / "org--name" / "a.gguf").write_bytes(b"GGUF")
    with InstanceLock(home) as window:
        assert window.acquire()  # what a window leaves there is Phial's own too
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert phial("chats", "list", umask=0o022).returncode == 0
    assert open_to_others(home) == []


def test_a_folder_that_others_share_stays_as_it_was_but_for_what_phial_made(
    home: Path, talk: Path
) -> None:
    home.mkdir(mode=0o755)
    for name in ("photos", "models", "logs", "backups"):
        (home / name).mkdir()
        (home / name).chmod(0o755)
        (home / name / "theirs.txt").write_text("theirs")
        (home / name / "theirs.txt").chmod(0o644)
    home.chmod(0o755)
    fill(talk)
    (home / "cache" / "kv").mkdir(exist_ok=True)
    (home / "cache" / "kv" / "0a.chat").write_text("0a")
    old = [home / "phial.db", home / "logs" / "phial.log", home / "cache" / "kv" / "0a.chat"]
    for path in (*old, *(home / "backups").glob("*.db")):
        path.chmod(0o644)
    assert phial("chats", "list").returncode == 0
    shared = {".", "photos", "models", "logs", "backups"}
    theirs = {f"{name}/theirs.txt" for name in shared - {"."}}
    assert {line.split(" ", 1)[1] for line in open_to_others(home)} == shared | theirs


def test_what_is_read_only_to_its_user_stays_so(home: Path, talk: Path) -> None:
    fill(talk)
    (home / "settings.json").write_text("{}")
    (home / "settings.json").chmod(0o444)
    assert phial("chats", "list").returncode == 0
    assert stat.S_IMODE((home / "settings.json").stat().st_mode) == 0o400


def test_a_link_is_not_followed(home: Path, talk: Path, tmp_path: Path) -> None:
    fill(talk)
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    theirs.chmod(0o755)
    (home / "models").rmdir()
    (home / "models").symlink_to(theirs)
    assert phial("chats", "list").returncode == 0
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o755


@pytest.mark.parametrize("out", ["ships.md", "folder/deeper/ships.md", "ships.zip"])
def test_an_export_is_a_usual_file_of_the_users(
    home: Path, talk: Path, tmp_path: Path, out: str
) -> None:
    fill(talk)
    target = tmp_path / "exports" / out
    (tmp_path / "exports").mkdir()
    done = phial("chats", "export", "--all", "--out", str(target), umask=0o022)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    above = [one for one in target.parents if one.is_relative_to(tmp_path / "exports")]
    assert {stat.S_IMODE(one.stat().st_mode) for one in above[:-1]} <= {0o755}
