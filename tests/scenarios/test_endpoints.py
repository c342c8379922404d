"""Endpoints in the window: added, changed, removed, used, and whose computer the words go to."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.domain.conversation import Conversation, MessageStatus
from app.domain.endpoints.source import EndpointSource
from app.domain.model import EndpointModel
from app.engine.scripted import ScriptedEngine
from app.services.chat.titles import QUESTION
from app.ui.models.endpoint_dialog import EndpointDialog
from app.ui.models.models_page import ModelsPage
from app.ui.shell.page_names import ModelsTab
from app.ui.style.dialogs import Dialog
from tests.scenarios.hands import (
    begun,
    choose,
    command,
    meanwhile,
    press,
    said,
    seen,
    shows,
    stored,
    typed,
    written,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.chatting import say, wait_for_end
from tests.support.endpoint_server import EndpointServer
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open, Opened

NOT_HERE = "http://192.0.2.1:8080"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are kept in memory."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with EndpointServer("llama-server") as one:
        yield one


def listed(opened: Opened) -> list[tuple[str, str]]:
    """Name and address of each endpoint of the list."""
    return [(one.name, one.address) for one in opened.harness.services.endpoints.all()]


def added(opened: Opened, server: EndpointServer, name: str = "Box") -> EndpointModel:
    """An endpoint that is on the list already, and its model."""
    service = opened.harness.services.endpoints
    endpoint, _ = service.add(name, server.address, models=server.models)
    return service.model(EndpointSource(endpoint.id, server.models[0]))


def used(qtbot: QtBot, opened: Opened, server: EndpointServer) -> EndpointModel:
    """The same, chosen in the model's menu."""
    model = added(opened, server)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, model.label)):
        press(opened.window.pane.composer, "Model")
    until(qtbot, lambda: opened.harness.services.models.state.loaded is not None)
    return model


def page(qtbot: QtBot, opened: Opened) -> ModelsPage:
    """The models, on the page of endpoints."""
    opened.window.commands.models.show_models(ModelsTab.ENDPOINTS)
    shown = opened.window.commands.models.page
    assert shown is not None
    until(qtbot, shown.isVisible)
    return shown


def fill(dialog: EndpointDialog, address: str, name: str = "", key: str = "") -> None:
    for label, text in (("Address", address), ("Name", name)):
        typed(seen(dialog, QLineEdit, label), text, instead=True)
    typed(seen(dialog, QLineEdit, "Key, where it wants one", starts=True), key)


# --- the list ---------------------------------------------------------------------------------


@scenario("command", "add_endpoint")
@scenario("dialog", "EndpointDialog")
@scenario("button", "EndpointDialog: Try and keep")
def test_an_endpoint_is_added(qtbot: QtBot, open_window: Open, server: EndpointServer) -> None:
    opened = open_window()

    def add(dialog: EndpointDialog) -> None:
        fill(dialog, f"127.0.0.1:{server.port}", "Box")
        press(dialog, "Try and keep")

    with meanwhile(qtbot, EndpointDialog, add):
        command(qtbot, opened, "Model", "Add endpoint…")
    until(qtbot, lambda: listed(opened) == [("Box", server.address)])


@scenario("button", "EndpointsPage: Add endpoint…")
def test_an_endpoint_is_added_from_its_page_with_a_key(qtbot: QtBot, open_window: Open) -> None:
    with EndpointServer(key="sesame") as server:
        opened = open_window()

        def add(dialog: EndpointDialog) -> None:
            fill(dialog, server.address, "Box", "sesame")
            press(dialog, "Try and keep")

        dialog = page(qtbot, opened)
        with meanwhile(qtbot, EndpointDialog, add):
            press(dialog, "Add endpoint…")
        until(qtbot, lambda: listed(opened) == [("Box", server.address)])


def test_what_is_typed_while_the_server_is_asked_is_not_kept_untried(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    opened = open_window()

    def add(dialog: EndpointDialog) -> None:
        fill(dialog, server.address, "Box")
        press(dialog, "Try and keep")
        seen(dialog, QLineEdit, "Address").setText(NOT_HERE)  # before the answer is looked at

    with meanwhile(qtbot, EndpointDialog, add):
        command(qtbot, opened, "Model", "Add endpoint…")
    until(qtbot, lambda: listed(opened) == [("Box", server.address)])


@scenario("button", "EndpointDialog: Cancel")
def test_adding_an_endpoint_is_given_up(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    opened = open_window()

    def give_up(dialog: EndpointDialog) -> None:
        fill(dialog, server.address)
        press(dialog, "Cancel")

    with meanwhile(qtbot, EndpointDialog, give_up):
        command(qtbot, opened, "Model", "Add endpoint…")
    assert listed(opened) == []


@scenario("button", "EndpointDialog: Use it all the same")
@scenario("question", "EndpointDialog._try: confirm")
def test_what_is_not_encrypted_is_asked_about(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.harness.services.settings.update(offline=True)  # nobody is asked in earnest

    def add(dialog: EndpointDialog) -> None:
        fill(dialog, NOT_HERE)
        with meanwhile(qtbot, Dialog, lambda asked: press(asked, "Use it all the same")):
            press(dialog, "Try and keep")
        until(qtbot, lambda: shows(dialog, "Offline"))
        press(dialog, "Cancel")

    with meanwhile(qtbot, EndpointDialog, add):
        command(qtbot, opened, "Model", "Add endpoint…")


@scenario("button", "EndpointsPage: Change…")
def test_an_endpoint_is_called_otherwise(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    opened = open_window()
    added(opened, server)

    def change(dialog: EndpointDialog) -> None:
        typed(seen(dialog, QLineEdit, "Name"), "Cellar", instead=True)
        press(dialog, "Try and keep")

    dialog = page(qtbot, opened)
    with meanwhile(qtbot, EndpointDialog, change):
        press(dialog, "Change…", starts=True)
    until(qtbot, lambda: listed(opened) == [("Cellar", server.address)])


@scenario("button", "EndpointsPage: Remove…")
@scenario("button", "EndpointsPage: Remove")
@scenario("question", "EndpointsPage._remove: confirm")
def test_an_endpoint_is_removed(qtbot: QtBot, open_window: Open, server: EndpointServer) -> None:
    opened = open_window()
    added(opened, server)
    dialog = page(qtbot, opened)
    with meanwhile(qtbot, Dialog, lambda asked: press(asked, "Remove")):
        press(dialog, "Remove… Box")
    until(qtbot, lambda: listed(opened) == [])


@scenario("button", "EndpointsPage: Use")
def test_a_model_is_used_from_the_page(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    opened = open_window()
    model = added(opened, server)
    press(page(qtbot, opened), "Use small")
    until(qtbot, lambda: opened.harness.services.models.state.model == model)


# --- a chat -----------------------------------------------------------------------------------


def test_a_chat_with_an_endpoint_says_whose_computer_the_words_go_to(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    until(qtbot, lambda: not opened.window.pane.band.isVisible())
    used(qtbot, opened, server)
    assert shows(opened.window.pane, "another program on this computer")
    say(qtbot, opened, "Hello?")
    wait_for_end(qtbot, opened)
    assert said(opened) == ["Hello there."]
    assert engine.requests == []
    assert stored(opened, "SELECT sha256 FROM models") == [("endpoint:box",)]
    assert stored(opened, "SELECT options FROM conversations")[0][0] == '{"model": "box/small"}'


def test_a_chat_of_this_computer_stays_here(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    engine = ScriptedEngine(["Local."])
    opened = open_window(engine)
    controller = opened.window.controller
    say(qtbot, opened, "One")
    wait_for_end(qtbot, opened)
    local = controller.chat
    assert local is not None
    controller.new_chat()
    used(qtbot, opened, server)
    say(qtbot, opened, "Two")
    wait_for_end(qtbot, opened)
    controller.open_chat(local.id)
    until(qtbot, lambda: not opened.window.pane.band.isVisible())
    say(qtbot, opened, "Three")
    wait_for_end(qtbot, opened)
    assert [one.turns[-1].content for one in engine.requests] == ["One", "Three"]
    words = [one["content"] for body in server.asked() for one in body["messages"]]
    assert "One" not in words
    assert "Three" not in words


def test_an_endpoint_that_is_gone_is_replaced_by_nobody(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    used(qtbot, opened, server)
    say(qtbot, opened, "Hello?")
    wait_for_end(qtbot, opened)
    server.stop()
    say(qtbot, opened, "Still there?")
    wait_for_end(qtbot, opened)
    last = opened.window.controller.branch[-1].message
    assert last.status is MessageStatus.FAILED
    assert "Nothing answers" in last.error
    assert engine.requests == []


def test_an_answer_that_is_cut_is_kept_and_goes_on(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    opened = open_window()
    used(qtbot, opened, server)
    server.faults.drop_after = 2
    say(qtbot, opened, "Hello?")
    wait_for_end(qtbot, opened)
    last = opened.window.controller.branch[-1].message
    assert (last.content, last.status) == ("Hello there", MessageStatus.INTERRUPTED)
    server.faults.drop_after, server.answer = None, [", friend."]
    opened.window.commands.messages.continue_answer()
    until(qtbot, lambda: said(opened) == ["Hello there, friend."])
    wait_for_end(qtbot, opened)


def test_switching_offline_on_ends_a_running_answer_and_keeps_its_text(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    def packets(data: bytes) -> Iterator[bytes]:
        yield data
        server.released.wait(30)  # nothing more comes by itself

    opened = open_window()
    used(qtbot, opened, server)
    word = json.dumps({"choices": [{"delta": {"content": "The first word"}}]})
    server.faults.body, server.faults.packets = f"data: {word}\n\n".encode(), packets
    begun(qtbot, opened)
    written(qtbot, opened)
    settings = SettingsHand(qtbot, opened.window)
    settings.open()
    settings.tick("offline")
    wait_for_end(qtbot, opened)
    last = opened.window.controller.branch[-1].message
    assert (last.content, last.status) == ("The first word", MessageStatus.INTERRUPTED)
    assert "Offline was switched on" in last.error
    assert said(opened) == ["The first word"]


def test_where_a_server_tells_nothing_the_ring_says_so(qtbot: QtBot, open_window: Open) -> None:
    with EndpointServer("other") as server:
        opened = open_window()
        ring = opened.window.pane.header.ring
        assert not ring.isVisible() or ring.number != "?"
        used(qtbot, opened, server)
        until(qtbot, ring.isVisible)
        assert ring.toolTip().startswith("Box does not say how much its model reads.")
        say(qtbot, opened, "Hello, how are you?")
        wait_for_end(qtbot, opened)
        until(qtbot, lambda: "7 tokens were read so far." in ring.toolTip())


def test_a_private_chat_is_not_sent(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    engine = ScriptedEngine(["Local."])
    opened = open_window(engine)
    used(qtbot, opened, server)
    opened.window.controller.new_chat(private=True)
    until(qtbot, lambda: not opened.window.pane.band.isVisible())
    say(qtbot, opened, "Secret")
    wait_for_end(qtbot, opened)
    opened.window.commands.models.choose_model(
        opened.harness.services.endpoints.model(EndpointSource("box", "small"))
    )
    sent, asked = len(engine.requests), server.asked()
    refused = shows(opened.window.pane, "A private chat is not sent to Box.")
    opened.window.controller.new_chat()  # else leaving it would be asked about
    assert (refused, sent, asked) == (True, 1, [])


def questions(server: EndpointServer) -> list[str]:
    """What an endpoint was asked, but for titles."""
    asked = [body["messages"][-1]["content"] for body in server.asked()]
    return [one for one in asked if one != QUESTION]


def local_and_endpoint(
    qtbot: QtBot, opened: Opened, server: EndpointServer
) -> tuple[Conversation, Conversation]:
    """A chat of this computer and one of the endpoint, which is shown."""
    controller = opened.window.controller
    say(qtbot, opened, "One")
    wait_for_end(qtbot, opened)
    local = controller.chat
    controller.new_chat()
    used(qtbot, opened, server)
    say(qtbot, opened, "Two")
    wait_for_end(qtbot, opened)
    there = controller.chat
    assert local is not None
    assert there is not None
    return local, there


def test_what_waits_in_a_chat_of_this_computer_stays_here_while_another_is_shown(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    engine = ScriptedEngine(["One.", "word " * 60, "Four."], token_delay=0.02)
    opened = open_window(engine)
    controller, models = opened.window.controller, opened.harness.services.models
    local, there = local_and_endpoint(qtbot, opened, server)
    controller.open_chat(local.id)
    begun(qtbot, opened, "Three")
    say(qtbot, opened, "Four")
    controller.open_chat(there.id)
    until(qtbot, lambda: "Four" in said(opened, "user"))
    until(qtbot, lambda: said(opened)[-1] == "Four." and not controller.answering)
    assert [one.turns[-1].content for one in engine.requests] == ["One", "Three", "Four"]
    assert questions(server) == ["Two"]
    until(qtbot, lambda: isinstance(models.state.model, EndpointModel))  # as the shown chat has it
    say(qtbot, opened, "Five")
    wait_for_end(qtbot, opened)
    assert questions(server) == ["Two", "Five"]


def test_what_waits_in_a_chat_of_an_endpoint_goes_there_while_another_is_shown(
    qtbot: QtBot, open_window: Open, server: EndpointServer
) -> None:
    engine = ScriptedEngine(["One.", "Five."])
    opened = open_window(engine)
    controller = opened.window.controller
    local, _ = local_and_endpoint(qtbot, opened, server)
    server.faults.silent = True
    begun(qtbot, opened, "Three")
    say(qtbot, opened, "Four")
    controller.open_chat(local.id)
    server.faults.silent = False
    server.released.set()
    until(qtbot, lambda: "Four" in said(opened, "user"))
    until(qtbot, lambda: not controller.answering)
    asked = questions(server)
    assert (asked, len(engine.requests)) == (["Two", "Three", "Four"], 1)
    say(qtbot, opened, "Five")
    wait_for_end(qtbot, opened)
    assert [one.turns[-1].content for one in engine.requests] == ["One", "Five"]
