"""What the window knows of models: those that are here, those that fit, those that are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.download import DownloadState
from app.domain.settings import Settings
from app.hub.download.control import DownloadControl
from app.services.core.events import ModelPhase
from app.ui.conversation.chat_pane import Page
from app.ui.conversation.notices.banner import Banner
from app.ui.models.cards.model_cards import DownloadCard, RemoteCard
from app.ui.models.model_card_dialog import CardText, ModelCardDialog
from app.ui.models.model_menu import ModelMenu
from app.ui.models.models_page import ModelsPage
from app.ui.settings.panels.token_panel import TokenPanel
from app.ui.shell.page_names import ModelsTab
from tests.support.harness import build
from tests.support.hub_kit import ends_by_itself, gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.window import Open, Opened, write_model
from tests.ui.models.test_models_page import (
    BODY,
    FILE,
    REPO,
    button,
    dialog_of,
    list_files,
    seen,
    texts,
)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add(REPO, {FILE: BODY}, card="# Phi-4\n")
        try:
            yield server
        finally:
            close_session()


@pytest.fixture
def opened(open_window: Open, hub: HubServer, tmp_path: Path) -> Opened:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    return open_window(settings=Settings(welcomed=True), endpoint=hub.endpoint)


def offered(widget: QWidget) -> list[str]:
    """The buttons that can be pressed."""
    buttons = widget.findChildren(QPushButton)
    return [one.accessibleName() for one in buttons if one.isVisible() and one.isEnabled()]


def pressed(qtbot: QtBot, widget: QWidget, name: str) -> None:
    """A button is pressed with the mouse, once it is there to be pressed."""

    qtbot.waitUntil(lambda: name in offered(widget), timeout=10_000)
    (one,) = [
        one
        for one in widget.findChildren(QPushButton)
        if one.accessibleName() == name and one.isVisible()
    ]
    qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))


def card_of(dialog: ModelsPage, name: str) -> RemoteCard:
    return next(one for one in dialog.findChildren(RemoteCard) if one.accessibleName() == name)


@pytest.fixture
def big(hub: HubServer) -> HubServer:
    """A repository with files of every size, in folders, beside what is no model."""
    hub.repos[REPO].files |= {
        "Q8_0/phi-4-Q8_0-00001-of-00002.gguf": BODY,
        "Q8_0/phi-4-Q8_0-00002-of-00002.gguf": BODY,
        "mmproj-f16.gguf": gguf(b"x", kind="mmproj"),
        "../evil.gguf": b"x",
    }
    return hub


def test_each_file_of_a_repository_says_how_it_fits_and_what_is_here(
    qtbot: QtBot,
    opened: Opened,
    big: HubServer,
) -> None:
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, REPO)
    seen(qtbot, dialog, "Q8_0/phi-4-Q8_0.gguf")
    qtbot.waitUntil(lambda: "tokens of context" in texts(card_of(dialog, FILE)), timeout=10_000)
    assert "On this computer" not in texts(card_of(dialog, FILE))
    assert "Goes with a model" in texts(card_of(dialog, "mmproj-f16.gguf"))
    assert not card_of(dialog, "mmproj-f16.gguf").findChildren(QPushButton)
    assert "../evil.gguf" in texts(dialog)
    pressed(qtbot, dialog, f"Download {FILE}")
    seen(qtbot, dialog, "verified and ready")
    dialog.show_tab(ModelsTab.CATALOG)
    qtbot.waitUntil(
        lambda: "On this computer already" in texts(card_of(dialog, FILE)), timeout=10_000
    )
    assert not button(dialog, f"Download {FILE}").isVisible()
    pressed(qtbot, dialog, f"Use {FILE}")
    models = opened.harness.services.models
    qtbot.waitUntil(lambda: models.state.phase is ModelPhase.READY, timeout=10_000)
    assert models.state.model is not None
    assert models.state.model.path.name == FILE
    dialog.close()


def test_of_an_unknown_family_its_size_is_judged(
    qtbot: QtBot,
    opened: Opened,
    hub: HubServer,
) -> None:
    hub.add("acme/tales", {"tales.gguf": BODY})
    hub.faults.told_size = 10**15
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, "acme/tales")
    seen(qtbot, dialog, "tales.gguf")
    qtbot.waitUntil(
        lambda: "No room on the disk" in texts(card_of(dialog, "tales.gguf")), timeout=10_000
    )
    hub.faults.told_size = None
    list_files(qtbot, dialog, "acme/tales")
    seen(qtbot, dialog, "Fits by its size")
    dialog.close()


def test_a_finished_download_is_used_from_where_it_is_shown(
    qtbot: QtBot,
    opened: Opened,
    hub: HubServer,
) -> None:
    services = opened.harness.services
    dialog = dialog_of(opened, ModelsTab.DOWNLOADS)
    services.downloads.start(REPO, (FILE,))
    pressed(qtbot, dialog, f"Use {FILE}")
    qtbot.waitUntil(
        lambda: (
            services.models.state.model is not None
            and services.models.state.model.path.name == FILE
        ),
        timeout=10_000,
    )
    assert services.settings.current.model_path.endswith(FILE)
    dialog.close()


def test_a_gated_file_says_all_of_it_and_takes_the_token_where_it_failed(
    qtbot: QtBot,
    opened: Opened,
    hub: HubServer,
) -> None:
    hub.repos[REPO].gated = True
    services = opened.harness.services
    dialog = dialog_of(opened, ModelsTab.DOWNLOADS)
    services.downloads.start(REPO, (FILE,))
    seen(qtbot, dialog, "Privacy and network")
    banner = opened.window.findChild(Banner)
    assert banner is not None
    said = " ".join(label.text() for label in banner.findChildren(QLabel))
    assert "gated: its owner decides who may." in said
    assert "Nothing was fetched." in said
    assert "--token in the terminal." in said  # to the end of the sentence
    (panel,) = dialog.findChildren(TokenPanel)
    field = panel.findChild(QLineEdit)
    assert field is not None
    qtbot.keyClicks(field, hub.token)
    pressed(qtbot, panel, "Keep the access token")
    pressed(qtbot, dialog, f"Retry {FILE}")
    qtbot.waitUntil(lambda: services.downloads.items()[0].state is DownloadState.DONE)
    assert not banner.isVisible()
    dialog.close()


def test_a_hub_of_another_shape_ends_the_search_with_a_sentence(
    qtbot: QtBot,
    opened: Opened,
    hub: HubServer,
) -> None:
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    for text, body in (("phi", b'[{"id": "a/b", "downloads": "x"}]'), (REPO, b'{"siblings": 7}')):
        hub.faults.api_bodies = [body]
        list_files(qtbot, dialog, text)
        seen(qtbot, dialog, "its answer cannot be read")
    dialog.close()


@pytest.mark.parametrize("name", ["HF_ENDPOINT", "ALL_PROXY"])
@pytest.mark.parametrize("value", ["http://[bad", "socks5://127.0.0.1:9"])
def test_an_environment_that_cannot_be_used_is_a_sentence_in_the_window(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str,
    value: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(name, value)
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    window = open_window(endpoint="" if name == "HF_ENDPOINT" else "http://hub.example")
    dialog = dialog_of(window, ModelsTab.CATALOG)
    for text in ("phi", REPO):
        list_files(qtbot, dialog, text)
        seen(qtbot, dialog, "HF_ENDPOINT names" if name == "HF_ENDPOINT" else "proxy")
    dialog.close()


def test_a_window_closes_while_a_hub_hangs(
    qtbot: QtBot,
    opened: Opened,
    hub: HubServer,
) -> None:
    hub.faults.api_hangs = True
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, REPO)
    qtbot.waitUntil(lambda: len(hub.requests) == 1, timeout=10_000)
    seen(qtbot, dialog, "127.0.0.1 has been silent for")
    dialog.close()
    assert ends_by_itself(hub, opened.harness.services.downloads.close)


def test_a_card_shows_no_html(qtbot: QtBot, opened: Opened, hub: HubServer) -> None:
    hub.repos[REPO].card = (
        '---\nlicense: mit\n---\n<div align="center">\n  <h1>Phi <b>four</b></h1>\n'
        '  <a href="https://x.example"><img src="https://x.example/q.png" alt="Discord"/></a>\n'
        "</div>\n<!-- hidden -->\n`<kept>`\n"
    )
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, REPO)
    pressed(qtbot, dialog, f"Model card… {REPO}")
    card = opened.window.findChild(ModelCardDialog)
    assert card is not None
    seen(qtbot, card, "Licence: mit")
    page = card.findChild(CardText)
    assert page is not None
    assert page.toPlainText().split() == ["Phi", "four", "Discord", "<kept>"]
    card.close()
    dialog.close()


# --- what is here ------------------------------------------------------------------------------


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    path = tmp_path / "stick" / FILE
    path.parent.mkdir()
    path.write_bytes(BODY)
    return path


def test_a_drive_that_comes_back_is_tried_again(
    qtbot: QtBot, open_window: Open, stick: Path
) -> None:
    away = stick.parent.rename(stick.parent.with_name("unplugged"))
    window = open_window(settings=Settings(welcomed=True, model_path=str(stick)), chosen=False)
    banner, models = window.window.findChild(Banner), window.harness.services.models
    assert banner is not None
    assert models.state.phase is ModelPhase.FAILED
    pressed(qtbot, banner, "Try again")  # too early
    qtbot.waitUntil(lambda: models.state.phase is ModelPhase.FAILED)
    away.rename(stick.parent)
    pressed(qtbot, banner, "Try again")
    qtbot.waitUntil(lambda: models.state.phase is ModelPhase.READY, timeout=10_000)
    assert models.state.model is not None
    assert models.state.model.label == "Phi-4 Q4_K_M"
    qtbot.waitUntil(lambda: not banner.isVisible(), timeout=10_000)


def test_a_first_window_knows_the_model_that_the_terminal_listed(
    qtbot: QtBot, open_window: Open, stick: Path, tmp_path: Path
) -> None:
    before = build(tmp_path / "data", chosen=False)
    before.services.add_models.use_and_compare(stick, DownloadControl())
    before.services.close()
    window = open_window(settings=Settings(), chosen=False)
    model = window.harness.services.models.state.model
    assert model is not None
    assert model.path == stick
    assert window.window.pane.page is not Page.WELCOME


def test_a_first_window_without_any_model_welcomes(open_window: Open) -> None:
    window = open_window(settings=Settings(), chosen=False)
    assert window.window.pane.page is Page.WELCOME


def test_what_is_no_model_can_be_removed_and_not_used(
    qtbot: QtBot,
    opened: Opened,
    big: HubServer,
) -> None:
    services = opened.harness.services
    dialog = dialog_of(opened, ModelsTab.DOWNLOADS)
    services.downloads.start(REPO, ("mmproj-f16.gguf",))
    qtbot.waitUntil(lambda: any(one.state.over for one in services.downloads.items()))
    dialog.show_tab(ModelsTab.INSTALLED)
    seen(qtbot, dialog, "is a projector")
    qtbot.waitUntil(lambda: "Remove… mmproj-f16.gguf F16" in offered(dialog), timeout=10_000)
    assert "Use mmproj-f16.gguf F16" not in offered(dialog)
    menu = opened.window.findChild(ModelMenu)
    assert menu is not None
    menu.aboutToShow.emit()
    assert not [action for action in menu.actions() if "mmproj" in action.text()]
    assert not dialog.findChildren(DownloadCard)[0].findChildren(TokenPanel)
    dialog.close()


def test_a_model_that_llama_cpp_does_not_know_is_told_when_it_is_here(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.repos[REPO].files["flash-Q4_0.gguf"] = gguf(b"x", name="Flash", architecture="phi4flash")
    services = opened.harness.services
    dialog = dialog_of(opened, ModelsTab.DOWNLOADS)
    services.downloads.start(REPO, ("flash-Q4_0.gguf",))
    banner = opened.window.findChild(Banner)
    assert banner is not None
    qtbot.waitUntil(banner.isVisible, timeout=10_000)
    said = " ".join(label.text() for label in banner.findChildren(QLabel))
    assert "made for “phi4flash”, which the llama.cpp in this Phial does not know" in said
    pressed(qtbot, dialog, "Use flash-Q4_0.gguf")  # the page of those that are here says why not
    seen(qtbot, dialog, "phi4flash")
    assert services.settings.current.model_path == ""
    dialog.close()
