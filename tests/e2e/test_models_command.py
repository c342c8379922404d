"""``phial models`` against a local hub: every action, its exit code, and Ctrl+C in the middle."""

from __future__ import annotations

import hashlib
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.download import DownloadState
from app.main import main
from app.setup import prepare
from tests.support.hub_kit import PATIENCE, gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.terminal import environment

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

    monkeypatch.setattr("app.cli.progress.draw_bar", press)


def stick(tmp_path: Path, told: str = "") -> Path:
    path = tmp_path / "stick" / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(BODY)
    if told:
        path.with_name(f"{FILE}.sha256").write_text(f"{told}  {FILE}\n")
    return path


def models_of(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*.gguf*") if path.is_file())


@pytest.mark.llama
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


@pytest.mark.llama
def test_a_name_of_the_catalogue_is_enough(said: Said, hub: HubServer) -> None:
    assert Path(said("download", "phi-4", "--quant", "Q4_K_M")["path"]).read_bytes() == BODY


@pytest.mark.llama
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


@pytest.mark.llama
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


# --- which file is meant ---------------------------------------------------------------------

SPLIT = ("Q8_0/phi-4-Q8_0-00001-of-00002.gguf", "Q8_0/phi-4-Q8_0-00002-of-00002.gguf")


@pytest.fixture
def split(hub: HubServer) -> HubServer:
    """A repository with a file in a folder, in two parts, beside a whole one and what is none."""
    for number, path in enumerate(SPLIT):
        hub.repos[REPO].files[path] = gguf(f"part {number}".encode() * 1_000)
    hub.repos[REPO].files["mmproj-phi-4-Q8_0.gguf"] = gguf(b"x", architecture="clip")
    hub.repos[REPO].files["../evil.gguf"] = b"evil"
    hub.repos[REPO].files["half-00001-of-00002.gguf"] = gguf(b"half")
    return hub


def fetched(hub: HubServer, home: Path) -> list[str]:
    return sorted(path.name for path in models_of(home))


@pytest.mark.parametrize(
    "words",
    [
        ["Q8_0/phi-4-Q8_0.gguf"], ["phi-4-Q8_0.gguf"], ["PHI-4-q8_0.GGUF"], [SPLIT[0]], [SPLIT[1]],
        [SPLIT[1].split("/")[1]], ["--quant", "Q8_0"], ["--quant", "q8_0"],
    ],
)  # fmt: skip
def test_all_parts_come_whichever_of_its_names_is_given(
    said: Said, split: HubServer, home: Path, words: list[str]
) -> None:
    told = said("download", REPO, *words)
    assert fetched(split, home) == [path.split("/")[1] for path in SPLIT]
    assert told["bytes"] == sum(len(split.repos[REPO].files[path]) for path in SPLIT)  # type: ignore[arg-type]


@pytest.mark.llama
def test_every_name_that_is_shown_can_be_given_back(
    said: Said, split: HubServer, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "show", REPO]) == 0
    text = capsys.readouterr().out
    names = [line.split()[0] for line in text.splitlines() if ".gguf" in line]
    assert set(names) == {
        FILE, "Q8_0/phi-4-Q8_0.gguf", "mmproj-phi-4-Q8_0.gguf", "half.gguf", "../evil.gguf"
    }  # fmt: skip
    (line,) = [line for line in text.splitlines() if line.startswith("Q8_0/")]
    assert "2 parts as one" in line
    (line,) = [line for line in text.splitlines() if line.startswith("half")]
    assert "missing on the hub" in line
    (line,) = [line for line in text.splitlines() if line.startswith("../evil")]
    assert "not offered" in line
    for name in (FILE, "Q8_0/phi-4-Q8_0.gguf"):
        said("download", REPO, name)
    assert main(["models", "show", REPO]) == 0
    here = [line for line in capsys.readouterr().out.splitlines() if line.endswith("here")]
    assert len(here) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([REPO], ("several models", "Q8_0/phi-4-Q8_0.gguf", FILE)),
        ([REPO, "half.gguf"], ("parts of it are missing",)),
        ([REPO, "half-00001-of-00002.gguf"], ("parts of it are missing",)),
        ([REPO, "../evil.gguf"], ("no name that may reach a disk",)),
        ([REPO, "mmproj-phi-4-Q8_0.gguf"], ("goes with a model, and is none",)),
        ([REPO, "other.gguf"], ("has no file", "It has:", FILE)),
        ([REPO, "--quant", "Q2_K"], ("has no model at Q2_K", FILE)),
        (["phi-9", "--quant", "Q4_K_M"], ("no model named phi-9", "owner/name")),
        (["phi-9"], ("no model named phi-9",)),
        (["phi-4"], ("Which Phi-4 is not said", "--quant", "Q4_K_M")),
    ],
)
def test_what_is_not_clear_is_answered_with_what_there_is(
    split: HubServer, home: Path, words: list[str], told: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert main(["models", "download", *words]) in {1, 2}
    text = capsys.readouterr().err
    assert all(one in text for one in told), text
    assert models_of(home) == []


def test_a_repository_of_one_model_is_enough(said: Said, hub: HubServer) -> None:
    hub.repos[REPO].files["mmproj-f16.gguf"] = b"x"
    assert Path(said("download", REPO)["path"]).read_bytes() == BODY


def test_a_name_in_two_folders_is_asked_back(
    said: Said, hub: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.repos[REPO].files |= {"a/x.gguf": gguf(b"a" * 9), "b/x.gguf": gguf(b"b" * 9)}
    assert main(["models", "download", REPO, "x.gguf"]) == 1
    assert "a/x.gguf, b/x.gguf" in capsys.readouterr().err
    assert said("download", REPO, "b/x.gguf")["bytes"] == len(gguf(b"b" * 9))


def test_a_part_alone_never_passes_as_a_model(split: HubServer, home: Path) -> None:
    from tests.support.hub_kit import Kit
    from tests.unit.hub.queue.test_queue import library, running

    kit = Kit(split, home)
    with running(kit) as (queue, watch):
        failed = watch.state(queue.add(REPO, SPLIT[:1]), DownloadState.FAILED)
    assert "one of 2 parts" in failed.error
    assert library(kit).models()  # so that it can be removed


# --- waiting and access ----------------------------------------------------------------------


@pytest.mark.parametrize("words", [["download", REPO, FILE], ["show", REPO], ["search", "x"],
                                   ["download", "phi-4", "--quant", "Q4_K_M"]])  # fmt: skip
def test_ctrl_c_ends_the_waiting_for_a_hub_that_hangs(hub: HubServer, words: list[str]) -> None:
    hub.faults.api_hangs = True
    child = subprocess.Popen(
        [sys.executable, "-m", "app", "models", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    while not hub.requests:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=PATIENCE)  # the hub hangs longer
    assert child.returncode == 130, told
    assert "Traceback" not in told


def test_a_wait_is_told_with_its_reason_its_length_and_its_number(
    hub: HubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.faults.store_answers = [(503, {"Retry-After": "1"})]
    assert main(["models", "download", REPO, FILE]) == 0
    assert "(HTTP 503). Trying again in 1 s, try 2 of 8." in capsys.readouterr().err


@pytest.mark.llama
@pytest.mark.parametrize("private", [{"private": True}, {"gated": True}])
def test_a_token_is_sent_when_it_is_given_and_only_then(
    said: Said, hub: HubServer, home: Path, monkeypatch: pytest.MonkeyPatch,
    private: dict[str, bool], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    hub.add("acme/closed", {FILE: BODY}, **private)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert main(["models", "download", "acme/closed", FILE]) == 1
    refusal = capsys.readouterr().err
    assert "--token" in refusal
    assert not any("authorization" in seen.headers for seen in hub.requests)
    assert main(["models", "download", "acme/closed", FILE, "--token"]) == 0
    assert "HF_TOKEN is sent to 127.0.0.1 and to nobody else" in capsys.readouterr().err
    assert all("authorization" not in seen.headers for seen in hub.of_bytes("store"))
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{hub.token}\n"))
    assert said("show", "acme/closed", "--token")["models"]
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert hub.token.encode() not in written
    monkeypatch.setattr(sys, "stdin", io.StringIO("not a token\n"))
    assert main(["models", "search", "phi", "--token"]) == 1
    told = capsys.readouterr().err
    assert "not an access token" in told
    assert "not a token" not in told


def test_what_arrives_or_is_added_is_the_model_that_is_used_next(
    said: Said, hub: HubServer, home: Path, tmp_path: Path
) -> None:
    fetched = said("download", REPO, FILE)["path"]
    assert chosen(home) == fetched
    said("remove", fetched, "--yes")
    path = stick(tmp_path)
    said("add", str(path))
    assert chosen(home) == str(path)


def chosen(home: Path) -> str:
    with prepare() as setup:
        return setup.settings.current.model_path


def test_the_demo_is_nobodys_file(
    home: Path, tmp_path: Path, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    said("add", str(stick(tmp_path)))
    assert main(["models", "list"]) == 0
    yours, demo = capsys.readouterr().out.splitlines()
    assert yours.endswith("(yours)")
    assert demo.startswith("Built-in demo")
    assert "yours" not in demo


@pytest.mark.llama
def test_a_card_is_shown_without_html(hub: HubServer, capsys: pytest.CaptureFixture[str]) -> None:
    hub.repos[REPO].card = '---\nlicense: mit\n---\n<div align="center"><b>Phi</b></div>\x1b[31m\n'
    assert main(["models", "show", REPO]) == 0
    text = capsys.readouterr().out
    assert "Phi" in text
    assert "<" not in text
    assert "\x1b" not in text


@pytest.mark.llama
def test_each_model_of_a_repository_is_shown_with_how_it_would_do_here(
    hub: HubServer, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    (model,) = said("show", REPO)["models"]
    assert model["fit"].startswith("Fits")
    assert main(["models", "show", REPO]) == 0
    lines = capsys.readouterr().out.splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith(FILE)]
    assert lines[at + 1].startswith("    Fits")
