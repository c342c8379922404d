"""``phial models`` against a local hub: every action, its exit code, and Ctrl+C in the middle."""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.main import main
from tests.support.hub_kit import gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session

REPO, FILE = "bartowski/phi-4-GGUF", "phi-4-Q4_K_M.gguf"  # as the catalogue names them
BODY = gguf(b"weights" * 600_000)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHIAL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def hub(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer() as server:
        server.add(REPO, {FILE: BODY}, card="---\nlicense: mit\n---\n# Phi-4\n")
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        try:
            yield server
        finally:
            close_session()


Said = Callable[..., Any]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs an action that must succeed, and reads what it said as data."""

    def run(*words: str) -> Any:
        assert main(["models", *words, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run


def pressed(monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
    """Ctrl+C as soon as there is progress to be seen."""
    left = [signal.SIGINT] * times

    def press(done: int, _total: int, _rest: str) -> None:
        while done and left:
            signal.raise_signal(left.pop())

    monkeypatch.setattr("app.cli.models._draw_bar", press)


def stick(tmp_path: Path, told: str = "") -> Path:
    path = tmp_path / "stick" / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(BODY)
    if told:
        path.with_name(f"{FILE}.sha256").write_text(f"{told}  {FILE}\n")
    return path


def models_of(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*.gguf*") if path.is_file())


def test_a_repository_is_found_shown_fetched_listed_verified_and_removed(
    said: Said, hub: HubServer, home: Path
) -> None:
    assert [hit["name"] for hit in said("search", "phi-4")] == [REPO]
    shown = said("show", REPO)
    assert (shown["licence"], shown["models"][0]["name"]) == ("mit", FILE)
    assert "# Phi-4" in shown["card"]
    fetched = said("download", REPO, FILE)
    assert Path(fetched["path"]).read_bytes() == BODY
    assert fetched["sha256"] == [hashlib.sha256(BODY).hexdigest()]
    model, demo = said("list")
    assert (model["path"], model["owned"], demo["demo"]) == (fetched["path"], True, True)
    assert said("verify", fetched["path"])["good"] is True
    assert said("remove", fetched["path"], "--yes") == {"freed": len(BODY), "removed": True}
    assert models_of(home) == []


def test_a_name_of_the_catalogue_is_enough(said: Said, hub: HubServer) -> None:
    assert Path(said("download", "phi-4", "--quant", "Q4_K_M")["path"]).read_bytes() == BODY


def test_ctrl_c_pauses_a_download_and_the_same_command_goes_on(
    said: Said, hub: HubServer, home: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    hub.faults.slow_bytes, hub.faults.slow_seconds = 200_000, 0.05
    with monkeypatch.context() as patch:
        pressed(patch)
        assert main(["models", "download", REPO, FILE]) == 130
    assert "The same command goes on from here" in capsys.readouterr().err
    (part,) = home.rglob("*.part")
    had = part.stat().st_size
    assert 0 < had < len(BODY)
    hub.faults.slow_bytes = 0
    assert Path(said("download", REPO, FILE)["path"]).read_bytes() == BODY
    assert [one.headers["range"] for one in hub.of_bytes() if "range" in one.headers] == [
        f"bytes={had}-"
    ]


def test_a_file_is_added_where_it_is_and_a_told_hash_is_compared(
    said: Said, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = stick(tmp_path, hashlib.sha256(BODY).hexdigest())
    assert said("add", str(path))["owned"] is False
    assert said("remove", str(path), "--yes") == {"freed": 0, "removed": True}
    assert path.read_bytes() == BODY
    stick(tmp_path, "0" * 64)
    assert main(["models", "add", str(path)]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert len(said("list")) == 1  # the demo


@pytest.mark.parametrize("presses", [1, 2])
@pytest.mark.parametrize("how", [["--copy"], []])
def test_ctrl_c_while_a_file_is_added_leaves_nothing_half(
    said: Said, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: list[str],
    presses: int,
) -> None:  # fmt: skip
    path = stick(tmp_path, hashlib.sha256(BODY).hexdigest())
    with monkeypatch.context() as patch:
        pressed(patch, presses)
        assert main(["models", "add", str(path), *how]) == 130
    assert models_of(home) == []
    assert len(said("list")) == 1  # the demo
    assert path.read_bytes() == BODY
    assert said("add", str(path), *how)["name"] == "Phi-4"  # and nothing is in the way


def test_a_recommendation_names_the_command_that_follows_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "recommend"]) == 0
    first, second = capsys.readouterr().out.splitlines()[:2]
    if first.startswith("Take "):
        assert second.startswith("phial models download ")
    else:
        assert "Nothing in the catalogue fits" in first


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["download", "nobody/nothing", FILE], "nobody/nothing"),
        (["download", REPO, "other.gguf"], "has no file"),
        (["download", "phi-9", "--quant", "Q4_K_M"], "no model named phi-9"),
        (["show", "../x"], "not the name of a repository"),
        (["verify", "/nowhere.gguf"], "not in the list"),
        (["add", "/nowhere.gguf"], "nowhere.gguf"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    hub: HubServer, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", *words]) == 1
    text = capsys.readouterr()
    assert told in text.err
    assert "Traceback" not in text.err
    assert text.out == ""
