"""The model served to other programs: the switch, its page and list, and ``phial serve``."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QToolButton, QTreeWidget
from pytestqt.qtbot import QtBot

from app.domain.options import Section
from app.domain.settings import Settings
from app.engine.process.frames import GenerateCommand, LoadCommand
from app.ui.models.serving_dialog import ServingDialog
from app.ui.settings.panels.serving_panel import ServingPanel
from app.ui.settings.settings_page import SettingsPage
from tests.scenarios.hands import click, clipboard, command, press, seen, shows
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.support import terminal
from tests.support.serving import Client
from tests.support.settings_dialog import SettingsHand, wait_for_all_of
from tests.support.terminal import ENGINE_LOG, asked, environment
from tests.support.window import Open, Opened, write_model

PAGE = "https://notes.example"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


def client_of(opened: Opened, port: int) -> Client:
    return Client(port, opened.harness.services.serving.key_file.key())


def answers(client: Client, **headers: str) -> bool:
    try:
        return client.ask("/health", **headers).status == 200
    except OSError:
        return False


@pytest.fixture
def served(qtbot: QtBot, open_window: Open, port: int) -> Opened:
    """A window that serves its model."""
    opened = open_window(settings=Settings(welcomed=True, serving=True, serving_port=port))
    ready(qtbot, opened.window.pane.header._lamp.isVisible)
    return opened


# --- settings --------------------------------------------------------------------------------


@scenario("setting", "serving")
def test_the_model_is_lent_once_that_is_wanted(qtbot: QtBot, open_window: Open, port: int) -> None:
    opened = open_window(settings=Settings(welcomed=True, serving_port=port))
    client = client_of(opened, port)
    assert not answers(client)
    hand = SettingsHand(qtbot, opened.window)
    hand.open()
    hand.tick("serving")
    hand.close()
    until(qtbot, opened.window.pane.header._lamp.isVisible)
    assert client.chat().status == 200


@scenario("setting", "serving_port")
def test_another_port_is_listened_on(qtbot: QtBot, served: Opened) -> None:
    other = free_port()
    hand = SettingsHand(qtbot, served.window)
    hand.open()
    hand.type("serving_port", str(other))
    hand.close()
    until(qtbot, lambda: answers(client_of(served, other)))


@scenario("setting", "serving_origins")
def test_a_page_that_is_named_may_ask(qtbot: QtBot, served: Opened, port: int) -> None:
    hand = SettingsHand(qtbot, served.window)
    hand.open()
    field = hand.field("serving_origins")
    qtbot.keyClicks(field, PAGE)
    hand.close()
    until(qtbot, lambda: answers(client_of(served, port), Origin=PAGE))


def panel_of(qtbot: QtBot, opened: Opened) -> ServingPanel:
    """The page of the settings, shown."""
    page = SettingsHand(qtbot, opened.window).open()
    page.show_section(Section.SERVING)
    wait_for_all_of(qtbot, page)
    return seen(page, ServingPanel)


@scenario("button", "ServingPanel: Show key")
@scenario("button", "ServingPanel: Hide key")
def test_the_key_is_shown_and_hidden(qtbot: QtBot, served: Opened, port: int) -> None:
    panel, key = panel_of(qtbot, served), client_of(served, port).key
    field = seen(panel, QLineEdit, "Key for other programs")
    assert field.text() != key
    press(panel, "Show key")
    assert field.text() == key
    press(panel, "Hide key")
    assert field.text() != key


@scenario("button", "ServingPanel: Copy key")
def test_the_key_is_copied(qtbot: QtBot, served: Opened, port: int) -> None:
    press(panel_of(qtbot, served), "Copy key")
    assert clipboard() == client_of(served, port).key


@scenario("button", "ServingPanel: New key")
def test_a_new_key_shuts_out_the_old_one(qtbot: QtBot, served: Opened, port: int) -> None:
    old = client_of(served, port)
    assert answers(old)
    press(panel_of(qtbot, served), "New key")
    assert not answers(old)
    assert answers(client_of(served, port))


@scenario("button", "ServingPanel: Copy address")
def test_the_address_is_copied(qtbot: QtBot, served: Opened, port: int) -> None:
    press(panel_of(qtbot, served), "Copy address")
    assert clipboard() == f"http://127.0.0.1:{port}/v1"


@scenario("button", "ServingPanel: Who asked…")
def test_the_page_leads_to_the_list(qtbot: QtBot, served: Opened) -> None:
    press(panel_of(qtbot, served), "Who asked…")
    until(qtbot, lambda: seen(served.window, ServingDialog))


# --- the lamp and the list -------------------------------------------------------------------


@scenario("button", "Header: Served")
def test_the_lamp_leads_to_the_list(qtbot: QtBot, served: Opened, port: int) -> None:
    click(seen(served.window, QToolButton, "The model is served to other programs"))
    until(qtbot, lambda: shows(seen(served.window, ServingDialog), f"127.0.0.1:{port}"))


@scenario("command", "serving")
@scenario("dialog", "ServingDialog")
def test_who_asked_is_listed_and_not_what(qtbot: QtBot, served: Opened, port: int) -> None:
    command(qtbot, served, "Model", "Other programs…")
    until(qtbot, lambda: seen(served.window, ServingDialog))
    client_of(served, port).chat([{"role": "user", "content": "xylophone"}])
    listed = seen(served.window, QTreeWidget, "Requests of other programs")
    until(qtbot, lambda: listed.topLevelItemCount() == 1 and "answered" in row(listed))
    assert {"a-test/1", "/v1/chat/completions", "phial-demo"} <= set(row(listed))
    assert "xylophone" not in " ".join(row(listed))


def row(listed: QTreeWidget) -> list[str]:
    item = listed.topLevelItem(0)
    assert item is not None
    return [item.text(column) for column in range(listed.columnCount())]


def open_list(qtbot: QtBot, opened: Opened) -> ServingDialog:
    command(qtbot, opened, "Model", "Other programs…")
    ready(qtbot, lambda: seen(opened.window, ServingDialog))
    return seen(opened.window, ServingDialog)


@scenario("button", "ServingDialog: Stop serving")
def test_it_is_stopped_at_once(qtbot: QtBot, served: Opened, port: int) -> None:
    client = client_of(served, port)
    assert answers(client)
    press(open_list(qtbot, served), "Stop serving")
    until(qtbot, lambda: not answers(client))
    until(qtbot, lambda: not served.window.pane.header._lamp.isVisible())
    assert not served.harness.services.settings.current.serving


@scenario("button", "ServingDialog: Settings…")
def test_the_list_leads_to_its_settings(qtbot: QtBot, served: Opened) -> None:
    press(open_list(qtbot, served), "Settings…")
    until(qtbot, lambda: seen(seen(served.window, SettingsPage), ServingPanel))


@scenario("button", "ServingDialog: Close")
def test_the_list_is_closed(qtbot: QtBot, served: Opened) -> None:
    dialog = open_list(qtbot, served)
    gone: list[bool] = []
    dialog.destroyed.connect(lambda: gone.append(True))
    press(dialog, "Close")
    until(qtbot, lambda: gone)


def test_a_port_in_use_is_said_at_the_top_and_on_the_page(qtbot: QtBot, open_window: Open) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        opened = open_window(settings=Settings(welcomed=True, serving=True, serving_port=taken))
        ready(qtbot, lambda: shows(opened.window, f"Port {taken} is in use"))
        assert not opened.window.pane.header._lamp.isVisible()
        assert shows(panel_of(qtbot, opened), f"Port {taken} is in use")


def test_the_lamp_is_reached_and_pressed_by_keys(qtbot: QtBot, served: Opened) -> None:
    lamp = seen(served.window, QToolButton, "The model is served to other programs")
    lamp.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(lamp, Qt.Key.Key_Space)
    ready(qtbot, lambda: seen(served.window, ServingDialog))


# --- phial serve -----------------------------------------------------------------------------


@contextmanager
def serve(
    *words: str | Path,
    log: Path,
    home: Path,
    key: Path | None = None,
    said: list[str] | None = None,
) -> Iterator[Client]:
    """``phial serve`` over a recording engine; a client that knows the key."""
    child = subprocess.Popen(
        terminal.command("serve", *map(str, words), changed=True),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**{ENGINE_LOG: str(log)}),
        text=True,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        address = child.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), child.stderr.read()
        port = int(address.rpartition(":")[2].partition("/")[0])
        kept = key or home / "serving.key"
        assert kept.exists()
        first = [child.stderr.readline().strip()]
        while first[-1] != "Ctrl+C ends it.":
            assert first[-1], first
            first.append(child.stderr.readline().strip())
        if said is not None:
            said += first
        yield Client(port, kept.read_text().strip())
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=terminal.PATIENCE)
        assert "Traceback" not in told, told
        if said is not None:
            said += told.splitlines()
        assert child.returncode == 0, told
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "engine.log"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "little.gguf")


@scenario("option", "serve")
def test_the_model_is_lent_without_a_window(home: Path, log: Path) -> None:
    said: list[str] = []
    with serve("--port", "0", log=log, home=home, said=said) as client:
        assert "Clients ask for the model phial-demo." in said
        (line,) = [line for line in said if "curl" in line]
        assert str(home / "serving.key") in line
        assert client.key not in " ".join(said)
        client.ask("/v1/models")
        answer = client.chat([{"role": "user", "content": "Note this"}])
        assert answer.data["choices"][0]["message"]["content"] == "It was written down."
        if shutil.which("curl"):
            tried = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True)
            assert "It was written down." in tried.stdout
    assert asked(log).one(GenerateCommand).request.turns[0].content == "Note this"
    listed = [line for line in said if "a-test/1" in line]
    assert [path in line for path, line in zip(("/v1/models", "/v1/chat/"), listed, strict=True)]
    assert "tokens" not in listed[0]


@scenario("option", "serve --model")
def test_the_model_that_is_named_is_lent(home: Path, log: Path, model: Path) -> None:
    with serve("--port", "0", "--model", model, log=log, home=home) as client:
        assert client.ask("/v1/models").data["data"][0]["id"] == "little"
    assert asked(log).one(LoadCommand).request.path == model


@scenario("option", "serve --port")
def test_the_port_that_is_named_is_listened_on(home: Path, log: Path, port: int) -> None:
    with serve("--port", str(port), log=log, home=home) as client:
        assert client.port == port


@scenario("option", "serve --ctx")
def test_the_context_that_is_asked_for_is_what_it_is_loaded_with(home: Path, log: Path) -> None:
    with serve("--port", "0", "--ctx", "512", log=log, home=home) as client:
        assert client.ask("/v1/models").data["data"][0]["max_model_len"] == 512
    assert asked(log).one(LoadCommand).request.context_size == 512


@scenario("option", "serve --key-file")
def test_the_key_may_be_in_another_file(home: Path, log: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.key"
    with serve("--port", "0", "--key-file", path, log=log, home=home, key=path) as client:
        assert answers(client)
    assert not (home / "serving.key").exists()


@scenario("option", "serve --origin")
def test_a_page_that_is_named_on_the_command_line_may_ask(home: Path, log: Path) -> None:
    with serve("--port", "0", "--origin", PAGE, log=log, home=home) as client:
        assert answers(client, Origin=PAGE)


@pytest.mark.parametrize("words", [["--port", "70000"], ["--port", "x"], ["--ctx", "1"]])
def test_what_is_no_value_is_refused(words: list[str]) -> None:
    assert terminal.phial("serve", *words, code=2).out == ""


def test_a_port_in_use_ends_it_with_a_sentence(log: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        done = terminal.phial("serve", "--port", str(taken), code=1, log=log)
    assert f"Port {taken} is in use by another program. Name another port with --port" in done.err


def test_a_key_that_others_may_read_is_refused(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "my.key"
    path.write_text("phial-0123456789abcdef0123456789\n")
    path.chmod(0o644)
    done = terminal.phial("serve", "--port", "0", "--key-file", path, code=1, log=log)
    assert "Others may read the key" in done.err
