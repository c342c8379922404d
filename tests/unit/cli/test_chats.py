"""``phial chats`` over a real data folder, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import EXIT_DONE, EXIT_FAILED
from app.main import main
from app.store import open_store
from app.system.paths import HOME_VARIABLE, folders
from tests.unit.markup.transfer.making import conversation_of

Phial = Callable[..., tuple[int, str, str]]
ID = "c0" * 16


@pytest.fixture
def phial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Phial:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    opened = open_store(folders().data)
    chat = conversation_of("Why is the sky blue?", "Rayleigh scattering.", title="Sky")
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["chats", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def data(result: tuple[int, str, str]) -> Any:
    assert result[0] == EXIT_DONE, result
    return json.loads(result[1])


def test_chats_are_listed_and_shown(phial: Phial) -> None:
    assert [row["title"] for row in data(phial("list", "--json"))] == ["Sky"]
    code, out, _ = phial("show", "sky")
    assert code == EXIT_DONE
    assert "Rayleigh scattering." in out
    assert [m["content"] for m in data(phial("show", "c0c0", "--json"))["messages"]] == [
        "Why is the sky blue?",
        "Rayleigh scattering.",
    ]


def test_words_are_found(phial: Phial) -> None:
    assert data(phial("search", "rayl", "--json"))[0]["conversation_id"] == ID
    assert phial("search", "nothing")[1] == "Nothing was found.\n"


def test_a_chat_that_is_not_there_is_told(phial: Phial) -> None:
    code, _, err = phial("show", "nothing")
    assert code == EXIT_FAILED
    assert "There is no chat “nothing”." in err


def test_what_was_exported_is_recognised_and_imports_again(phial: Phial, tmp_path: Path) -> None:
    file = tmp_path / "sky.md"
    assert data(phial("export", "sky", "--out", str(file), "--json")) == {
        "files": [str(file)],
        "chats": 1,
    }
    assert data(phial("import", str(file), "--json"))["imported"] == []
    assert len(data(phial("import", "--again", str(file), "--json"))["imported"]) == 1
    assert len(data(phial("list", "--json"))) == 2
    preview = data(phial("import", "--preview", str(file), "--json"))
    assert preview["chats"][0]["known"] == "same"


def test_all_chats_go_into_an_archive(phial: Phial, tmp_path: Path) -> None:
    out = tmp_path / "all.zip"
    assert phial("export", "--all", "--out", str(out))[0] == EXIT_DONE
    assert out.exists()


def test_what_cannot_be_read_is_told_and_the_exit_code_says_so(
    phial: Phial, tmp_path: Path
) -> None:
    file = tmp_path / "noise.json"
    file.write_text("{")
    code, out, err = phial("import", str(file))
    assert code == EXIT_FAILED
    assert out == "0 chats imported.\n"
    assert "noise.json" in err


def test_a_deleted_chat_comes_back(phial: Phial) -> None:
    assert phial("trash", "sky")[0] == EXIT_DONE
    assert data(phial("list", "--json")) == []
    assert [row["id"] for row in data(phial("trash", "--json"))] == [ID]
    assert phial("restore", "c0")[0] == EXIT_DONE
    assert [row["id"] for row in data(phial("list", "--json"))] == [ID]
    phial("trash", "sky")
    assert data(phial("trash", "--empty", "--yes", "--json")) == {"removed": 1}
    assert phial("restore", "c0")[0] == EXIT_FAILED


def test_a_backup_gives_everything_back(phial: Phial) -> None:
    made = data(phial("backup", "--json"))
    phial("trash", "sky")
    phial("trash", "--empty", "--yes")
    result = data(phial("backup", "--restore", str(made["number"]), "--yes", "--json"))
    assert result["restored"] == made["number"]
    assert [row["title"] for row in data(phial("list", "--json"))] == ["Sky"]
    assert len(data(phial("backup", "--list", "--json"))) == 2


def test_a_sound_database_is_called_sound(phial: Phial) -> None:
    assert phial("check")[1] == "The database is sound.\n"
    assert data(phial("check", "--full", "--json"))["sound"] is True
