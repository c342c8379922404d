"""The list of connections on its page: what was opened, what was refused, what holds."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import OfflineError
from app.domain.network.connections import Confinement, ConfinementKind
from app.domain.options import Section
from app.services.privacy.connections import ConnectionService
from app.ui.settings.panels.connections_panel import ConnectionsPanel
from app.ui.style.widgets import StyledLabel
from tests.support.hub_kit import FILE, REPO, make_kit
from tests.support.window import Open, Opened


@pytest.fixture
def opened(qtbot: QtBot, open_window: Open) -> Opened:
    made = open_window()
    made.window.commands.preferences.open(Section.PRIVACY)
    qtbot.waitUntil(lambda: bool(made.window.findChildren(ConnectionsPanel)))  # a moment later
    return made


def panel(opened: Opened) -> ConnectionsPanel:
    (found,) = opened.window.findChildren(ConnectionsPanel)
    return found


def rows(opened: Opened) -> list[str]:
    found = panel(opened).findChild(QListWidget)
    assert isinstance(found, QListWidget)
    return [found.item(row).text() for row in range(found.count())] if found.isVisible() else []


def says(opened: Opened, words: str) -> bool:
    labels = panel(opened).findChildren(StyledLabel)
    return any(words in label.text() for label in labels if label.isVisible())


def test_where_there_was_none_it_says_so(opened: Opened) -> None:
    assert says(opened, "There was no connection since")
    assert rows(opened) == []
    assert says(opened, "Offline is off: Phial connects when you ask for it")


def test_a_connection_appears_while_the_page_is_open(qtbot: QtBot, opened: Opened) -> None:
    gate = opened.harness.services.connections.gate
    with make_kit(opened.harness.services.data_folder, b"x" * 100_000) as kit:
        kit.gate = gate
        kit.__post_init__()
        kit.fetch()
    qtbot.waitUntil(lambda: len(rows(opened)) == 4)
    newest = rows(opened)[0]
    assert newest.startswith(f"download of {FILE} · localhost:")
    assert "kB received · done" in newest
    assert f"list of the files of {REPO} · 127.0.0.1:" in rows(opened)[-1]
    assert says(opened, "4 connections since")


def test_a_refusal_appears_and_the_switch_is_told(qtbot: QtBot, opened: Opened) -> None:
    services = opened.harness.services
    services.settings.update(offline=True)
    with pytest.raises(OfflineError):
        services.updates.check()
    qtbot.waitUntil(lambda: len(rows(opened)) == 1)
    assert "check for a newer Phial · github.com:443" in rows(opened)[0]
    assert "refused by Offline" in rows(opened)[0]
    assert says(opened, "Offline is on: every connection is refused.")


HELD = (
    (None, "has not been started yet"),
    (Confinement(ConfinementKind.SECCOMP), "kernel refuses it (seccomp)"),
    (
        Confinement(ConfinementKind.NAMESPACE, "seccomp: not here"),
        "without any device (namespace). The other means was refused: seccomp: not here.",
    ),
    (
        Confinement(ConfinementKind.HOOK, "no such means"),
        "could go round. The system does not do more: no such means.",
    ),
)


def test_what_holds_the_engine_is_told_in_words(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: ConnectionService = opened.harness.services.connections
    for kept, words in HELD:
        monkeypatch.setattr(connections, "_engine", lambda kept=kept: kept)
        panel(opened).refresh()
        assert says(opened, words)
