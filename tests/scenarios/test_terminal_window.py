"""The options of ``phial`` itself, most of which open the window."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import app
from app.engine.process.frames import ConfigureCommand, LoadCommand
from app.setup import prepare
from app.system.bundled import bundled
from app.system.instance_lock import InstanceLock
from app.system.paths import folders
from app.ui.core.single_instance import SingleInstanceServer
from tests.scenarios.patience import ready
from tests.scenarios.registry import scenario
from tests.support.gguf_factory import write_model
from tests.support.terminal import command, environment, phial, window

NO_DISPLAY = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model file."""
    return write_model(tmp_path / "tiny.gguf")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the engine writes what it is asked."""
    return tmp_path / "engine.log"


def chosen(home: Path) -> str:
    """The model in the settings' file."""
    path: str = json.loads((home / "settings.json").read_text())["model_path"]
    return path


@scenario("option", "phial")
def test_without_words_the_window_opens_on_the_model_in_use(model: Path, log: Path) -> None:
    with prepare() as setup:
        setup.settings.update(model_path=str(model), welcomed=True)
    with window(log=log) as opened:
        assert opened.asks(LoadCommand)[0].request.path == model


@scenario("option", "--model")
def test_the_window_opens_on_a_model_that_is_named_from_here(
    home: Path, model: Path, log: Path
) -> None:
    with window("--model", model.name, log=log, cwd=model.parent) as opened:
        assert opened.asks(LoadCommand)[0].request.path == model
    assert chosen(home) == str(model)  # the next start is from elsewhere


@scenario("option", "--demo")
def test_the_window_opens_on_the_demo(home: Path, log: Path) -> None:
    with window("--demo", log=log) as opened:
        assert opened.asks(LoadCommand)[0].request.path == bundled("models", "demo.gguf")
    assert chosen(home) == "demo"


@scenario("option", "--open")
def test_a_file_that_is_opened_is_used_once_that_is_confirmed(model: Path, log: Path) -> None:
    with prepare() as setup:
        setup.settings.update(welcomed=True)
    with window("--open", model, log=log, pressing="Add and use") as opened:
        assert opened.asks(LoadCommand)[0].request.path == model


def test_a_model_that_is_named_while_a_window_is_open_opens_there(model: Path, log: Path) -> None:
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    with window("--demo", log=log, pressing="Add and use") as opened:
        opened.asks(LoadCommand)
        phial("--model", model, **offscreen)
        assert opened.asks(LoadCommand, count=2)[1].request.path == model


@pytest.mark.skipif(sys.platform == "win32", reason="its channels are no files")
@scenario("option", "--quick")
def test_a_quick_question_is_asked_of_the_copy_that_runs(home: Path, qtbot: QtBot) -> None:
    folders().create()
    with InstanceLock(folders().data) as lock:
        assert lock.acquire()
        asked: list[str] = []
        running = SingleInstanceServer(lock.channel)
        running.quick_requested.connect(lambda: asked.append("quick"))
        running.activation_requested.connect(lambda _files: asked.append("window"))
        second = subprocess.Popen(
            command("--quick", changed=True), env=environment(QT_QPA_PLATFORM="offscreen")
        )
        ready(qtbot, lambda: asked)
        assert second.wait(timeout=60) == 0
        running.close()
    assert asked == ["quick"]


@scenario("option", "--version")
def test_the_version_is_told() -> None:
    assert phial("--version", **NO_DISPLAY).out == f"phial {app.__version__}\n"


@pytest.mark.llama
@scenario("option", "--self-test")
def test_every_part_is_checked() -> None:
    assert phial("--self-test", **NO_DISPLAY).out.endswith("All parts are well.\n")


@scenario("option", "--debug")
def test_events_are_traced_into_the_log_by_kind_and_thread(home: Path, log: Path) -> None:
    with window("--debug", "--demo", log=log) as opened:
        opened.asks(LoadCommand)
        assert opened.asks(ConfigureCommand)[0].options.log_level == logging.DEBUG
    traced = (home / "logs" / "phial.log").read_text("utf-8")
    assert "app.services.core.event_trace: ModelStateChanged loading chat=- thread=" in traced


def test_without_debug_no_event_is_traced(home: Path, log: Path) -> None:
    with window("--demo", log=log) as opened:
        opened.asks(LoadCommand)
    assert "event_trace" not in (home / "logs" / "phial.log").read_text("utf-8")


def test_a_model_that_is_not_there_is_told_and_the_one_in_use_stays(home: Path) -> None:
    with prepare() as setup:
        setup.settings.update(model_path="demo", welcomed=True)
    said = phial("--model", "nowhere.gguf", code=1, QT_QPA_PLATFORM="offscreen").err
    assert "There is no model file at nowhere.gguf." in said
    assert chosen(home) == "demo"
