"""The quantization is switched in the settings: at once, or after it was fetched and verified.

The chat stays, and the hash that is stored with the next answer is that of the other file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QListWidget, QMenu
from pytestqt.qtbot import QtBot

from app.domain.download import DownloadState
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.hub.api.catalog import load_catalog
from app.hub.download.control import DownloadControl
from app.services.core import formatting
from app.services.models.model_fit import MemoryCosts, catalog_header, snapshot_machine
from app.services.moving import MoveRefusedError
from app.system.bundled import bundled
from app.ui.commands.model_commands import ModelCommands
from app.ui.models.cards.family_card import FamilyCard
from app.ui.models.cards.segments import SegmentButton, SegmentedControl
from app.ui.models.measured_panel import BarChart, MeasuredPanel
from app.ui.models.models_page import ModelsPage
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.theme import LIGHT
from tests.scenarios import hands
from tests.scenarios.hands import (
    ask,
    choose,
    click,
    command,
    entry,
    key,
    keys,
    loaded,
    meanwhile,
    press,
    seen,
    shows,
    stored,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.hub_kit import gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.window import Open, Opened

REPO = "bartowski/phi-4-GGUF"
Q4, Q6 = gguf(b"4" * 40_000), gguf(b"6" * 60_000, file_type=18)


def name(quantization: str) -> str:
    return f"phi-4-{quantization}.gguf"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add(REPO, {name("Q6_K"): Q6, name("Q4_K_M"): Q4})
        try:
            yield server
        finally:
            close_session()


@pytest.fixture
def opened(open_window: Open, hub: HubServer, tmp_path: Path) -> Opened:
    """Phi-4 at Q4_K_M is in use; its hash is known."""
    (tmp_path / name("Q4_K_M")).write_bytes(Q4)
    engine = ScriptedEngine(["one " * 40, "Two.", "Three."])
    one = open_window(engine, Settings(welcomed=True), endpoint=hub.endpoint, chosen=False)
    add(one, tmp_path / name("Q4_K_M"))
    return one


def add(opened: Opened, path: Path) -> None:
    """Put a file on the list, hashed, and use it if none is in use."""
    services = opened.harness.services
    model = services.add_models.use_and_compare(path, DownloadControl())
    assert model is not None
    if services.models.state.model is None or services.models.state.model.demo:
        services.models.choose(model)
        services.executor.submit(lambda: None).result()


def models_page(page: SettingsPage) -> SettingsPage:
    sections = seen(page, QListWidget, "Sections")
    (row,) = sections.findItems("Models", Qt.MatchFlag.MatchExactly)
    click(sections.viewport(), sections.visualItemRect(row).center())
    return page


def hashes(opened: Opened) -> list[object]:
    """The hash that is stored with each answer, in order."""
    question = (
        "SELECT models.sha256 FROM messages JOIN models ON messages.model = models.seq "
        "WHERE role = 'assistant' ORDER BY messages.seq"
    )
    return [row[0] for row in stored(opened, question)]


def chats(opened: Opened) -> int:
    return len(stored(opened, "SELECT id FROM conversations WHERE root IS NOT NULL"))


@scenario("button", "QuantizationRow: Switch")
def test_a_quantization_that_is_here_answers_next_in_the_same_chat(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / name("Q6_K")).write_bytes(Q6)
    add(opened, tmp_path / name("Q6_K"))
    ask(qtbot, opened, "First")

    def switch(page: SettingsPage) -> None:
        press(models_page(page), "Switch to Q6_K")
        engine = opened.harness.engine
        assert isinstance(engine, ScriptedEngine)
        until(qtbot, lambda: loaded(engine)[-1] == name("Q6_K"))
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, switch):
        keys(opened, "Ctrl+,")
    ask(qtbot, opened, "Second")
    assert hashes(opened) == [sha256(Q4), sha256(Q6)]
    assert chats(opened) == 1


@scenario("button", "QuantizationRow: Fetch and switch")
def test_one_that_is_not_here_is_fetched_while_the_old_one_answers_and_then_switched_to(
    qtbot: QtBot, opened: Opened, hub: HubServer, tmp_path: Path
) -> None:
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
    downloads, models = opened.harness.services.downloads, opened.harness.services.models

    def fetch(page: SettingsPage) -> None:
        press(models_page(page), "Fetch Q6_K and switch to it")
        until(qtbot, lambda: downloads.items() and downloads.items()[0].done > 0)
        until(qtbot, lambda: shows(page, "until then answers go on as they do"))
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, fetch):
        keys(opened, "Ctrl+,")
    ask(qtbot, opened, "First")
    assert hashes(opened) == [sha256(Q4)]
    assert downloads.items()[0].state is DownloadState.DOWNLOADING
    with pytest.raises(MoveRefusedError, match="being fetched"):
        opened.harness.services.moving().plan(tmp_path)
    hub.faults.slow_bytes = 0
    until(qtbot, lambda: models.state.model and models.state.model.quantization == "Q6_K")
    until(qtbot, lambda: models.state.loaded is not None)
    ask(qtbot, opened, "Second")
    assert hashes(opened) == [sha256(Q4), sha256(Q6)]
    assert chats(opened) == 1


@scenario("button", "QuantizationRow: Stop fetching")
def test_fetching_is_given_up_and_the_old_one_stays(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
    services = opened.harness.services

    def stop(page: SettingsPage) -> None:
        press(models_page(page), "Fetch Q6_K and switch to it")
        ready(qtbot, lambda: services.downloads.items() and services.downloads.items()[0].done > 0)
        press(page, "Stop fetching Q6_K")
        until(qtbot, lambda: services.downloads.items()[0].state is DownloadState.CANCELLED)
        ready(qtbot, lambda: seen(page, QAbstractButton, "Fetch Q6_K and switch to it"))
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, stop):
        keys(opened, "Ctrl+,")
    assert services.models.state.model is not None
    assert services.models.state.model.quantization == "Q4_K_M"


def test_a_model_that_was_chosen_meanwhile_is_not_switched_away_from(
    qtbot: QtBot, opened: Opened, hub: HubServer, tmp_path: Path
) -> None:
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
    services = opened.harness.services
    wanted = next(one for one in services.quantizations.choice().options if one.name == "Q6_K")
    services.quantizations.switch(wanted)
    (tmp_path / "other.gguf").write_bytes(gguf(b"o" * 1_000, name="Other"))
    other = services.add_models.use_in_place(tmp_path / "other.gguf")
    services.models.choose(other)
    hub.faults.slow_bytes = 0
    until(qtbot, lambda: services.downloads.items()[0].state is DownloadState.DONE)
    services.executor.submit(lambda: None).result()  # behind whatever was begun
    assert services.models.state.model is not None
    assert services.models.state.model.path == other.path


def unfolding_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words tell how many there are."""
    monkeypatch.setattr(hands, "dead", "More quantizations")


@scenario("button", "QuantizationPanel: …", without=unfolding_is_dead)
@scenario("button", "QuantizationPanel: More quantizations")
@scenario("button", "QuantizationPanel: Fewer quantizations")
def test_the_other_quantizations_are_shown_and_folded_again(qtbot: QtBot, opened: Opened) -> None:
    def look(page: SettingsPage) -> None:
        models_page(page)
        ready(qtbot, lambda: shows(page, "Q6_K"))
        assert not shows(page, "IQ4_XS")
        more = next(
            one
            for one in page.findChildren(QAbstractButton)
            if one.isVisible() and one.text().endswith("more quantizations")
        )
        more.blockSignals(hands.dead == "More quantizations")
        QTest.mouseClick(more, Qt.MouseButton.LeftButton)
        until(qtbot, lambda: shows(page, "IQ4_XS"))
        press(page, "Fewer quantizations")
        until(qtbot, lambda: not shows(page, "IQ4_XS"))
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, look):
        keys(opened, "Ctrl+,")


def asking_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words name the host."""
    monkeypatch.setattr(hands, "dead", "Ask 127.0.0.1 for exact sizes and others")


@scenario("button", "QuantizationPanel: Ask … for exact sizes and others", without=asking_is_dead)
def test_the_hub_is_asked_for_others_only_by_a_press(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.repos[REPO].files[name("Q5_1")] = gguf(b"5" * 50_000, file_type=9)

    def look(page: SettingsPage) -> None:
        models_page(page)
        ready(qtbot, lambda: shows(page, "Q6_K"))
        assert not hub.requests
        press(page, "Ask 127.0.0.1 for exact sizes and others")
        until(qtbot, lambda: [one for one in opened.window.commands.preferences._quantizations._rows
                              if one.one.name == "Q5_1"])  # fmt: skip
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, look):
        keys(opened, "Ctrl+,")


@scenario("button", "QuantizationPanel: Get Phi-4…")
def test_the_demo_has_no_quantizations_and_leads_to_phi_4(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def go(page: SettingsPage) -> None:
        models_page(page)
        with meanwhile(qtbot, ModelsPage, lambda dialog: key(dialog, Qt.Key.Key_Escape)):
            press(page, "Get Phi-4…")
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, go):
        keys(opened, "Ctrl+,")


@scenario(
    "menu entry", "QuantizationMenu: …", without=nothing(ModelCommands, "switch_quantization")
)
def test_the_menu_of_the_header_switches_the_quantization(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / name("Q6_K")).write_bytes(Q6)
    add(opened, tmp_path / name("Q6_K"))

    def switch(menu: QMenu) -> None:
        inner = entry(menu, "Quantization").menu()
        assert isinstance(inner, QMenu)
        inner.aboutToShow.emit()
        ready(qtbot, lambda: any(one.text().startswith("Q6_K") for one in inner.actions()))
        choose(menu, "Quantization", "Q6_K")

    engine = opened.harness.engine
    assert isinstance(engine, ScriptedEngine)
    with meanwhile(qtbot, QMenu, switch):
        press(opened.window.pane.composer, "Model")
    until(qtbot, lambda: loaded(engine)[-1] == name("Q6_K"))
    ask(qtbot, opened, "First")
    assert hashes(opened) == [sha256(Q6)]


# --- cards of the models page -------------------------------------------------------------------


def card_of(qtbot: QtBot, page: ModelsPage, model: str = "Phi-4") -> FamilyCard:
    ready(qtbot, lambda: seen(page, FamilyCard, model))
    return seen(page, FamilyCard, model)


@scenario("button", "SegmentButton: …", without=nothing(FamilyCard, "_choose"))
@scenario("button", "FamilyCard: Fetch and switch")
@scenario("button", "FamilyCard: Stop fetching")
def test_a_quantization_of_a_card_is_fetched_while_the_old_one_answers(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
    services = opened.harness.services

    def fetch(page: ModelsPage) -> None:
        card = card_of(qtbot, page)
        assert shows(card, "GB to fetch") is False  # the one in use is looked at first
        assert shows(card, "In use")
        press(card, "Q6_K")
        until(qtbot, lambda: shows(card, "12.0 GB to fetch"))
        press(card, "Fetch and switch Phi-4 Q6_K")
        until(qtbot, lambda: services.downloads.items() and services.downloads.items()[0].done > 0)
        press(card, "Stop fetching Phi-4 Q6_K")
        until(qtbot, lambda: services.downloads.items()[0].state is DownloadState.CANCELLED)
        press(card, "Fetch and switch Phi-4 Q6_K")
        until(qtbot, lambda: services.downloads.items()[0].state is DownloadState.DOWNLOADING)
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, ModelsPage, fetch):
        command(qtbot, opened, "Model", "Get Phi-4…")
    ask(qtbot, opened, "First")
    hub.faults.slow_bytes = 0
    models = services.models
    until(qtbot, lambda: models.state.model and models.state.model.quantization == "Q6_K")
    until(qtbot, lambda: models.state.loaded is not None)
    ask(qtbot, opened, "Second")
    assert hashes(opened) == [sha256(Q4), sha256(Q6)]
    assert chats(opened) == 1


@scenario("button", "FamilyCard: Use")
@scenario("button", "FamilyCard: More")
@scenario("button", "FamilyCard: Less")
def test_a_quantization_of_a_card_is_chosen_and_used_by_the_keyboard(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / name("Q6_K")).write_bytes(Q6)
    add(opened, tmp_path / name("Q6_K"))
    engine = opened.harness.engine
    assert isinstance(engine, ScriptedEngine)

    def use(page: ModelsPage) -> None:
        card = card_of(qtbot, page)
        ready(qtbot, lambda: seen(card, SegmentButton, "Q6_K"))
        press(card, "More about Phi-4")
        until(qtbot, lambda: seen(card, SegmentButton, "IQ4_XS"))
        press(card, "Less about Phi-4")
        until(qtbot, lambda: not [one for one in card.findChildren(SegmentButton)
                                  if one.text() == "IQ4_XS" and one.isVisible()])  # fmt: skip
        spoken(card)
        seen(card, SegmentButton, "Q4_K_M, in use").setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(8):  # with the arrow keys, as one walks through radio buttons
            if seen(card, SegmentButton, "Q6_K").isChecked():
                break
            key(page, Qt.Key.Key_Right)
        press(card, "Use Phi-4 Q6_K")
        until(qtbot, lambda: loaded(engine)[-1] == name("Q6_K"))
        key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, ModelsPage, use):
        command(qtbot, opened, "Model", "Get Phi-4…")
    ask(qtbot, opened, "First")
    assert hashes(opened) == [sha256(Q6)]


def spoken(card: FamilyCard) -> None:
    """What assistive technology is told of the control and of its choices."""
    control = seen(card, SegmentedControl, "Quantization of Phi-4")
    group = QAccessible.queryAccessibleInterface(control)
    assert group.role() is QAccessible.Role.Grouping
    for segment in card.findChildren(SegmentButton):
        if segment.isVisible():
            told = QAccessible.queryAccessibleInterface(segment)
            assert told.role() is QAccessible.Role.RadioButton
            assert told.text(QAccessible.Text.Name).startswith(segment.text())
            assert "words a second" in told.text(QAccessible.Text.Description)
            assert bool(told.state().checked) is segment.isChecked()


# --- what was measured --------------------------------------------------------------------------


def test_what_was_measured_is_drawn_and_told_and_nothing_else_is(
    qtbot: QtBot, opened: Opened
) -> None:
    said: list[str] = []

    def look(page: SettingsPage) -> None:
        models_page(page)
        ready(qtbot, lambda: page.findChild(MeasuredPanel) is not None)  # made a moment later
        panel = page.findChild(MeasuredPanel)
        chart = next(one for one in panel.findChildren(BarChart)
                     if one.accessibleName() == "Speed by what stands before")  # fmt: skip
        if not said:
            assert shows(panel, "Nothing was measured yet.")
            assert not chart.isVisible()
        else:
            ready(qtbot, lambda: chart.isVisible() and not chart.pixmap().isNull())
            told = QAccessible.queryAccessibleInterface(chart)
            assert told.role() is QAccessible.Role.Graphic
            assert told.text(QAccessible.Text.Description).startswith("at ")
            picture, accent = chart.pixmap().toImage(), QColor(opened.look.theme.accent)
            drawn = [(x, y) for x in range(picture.width()) for y in range(picture.height())
                     if picture.pixelColor(x, y) == accent]  # fmt: skip
            assert drawn
        said.append(chart.accessibleDescription())
        key(page, Qt.Key.Key_Escape)

    for _ in range(2):
        with meanwhile(qtbot, SettingsPage, look):
            keys(opened, "Ctrl+,")
        if len(said) == 1:
            ask(qtbot, opened, "First")
    assert "tokens/s" in said[1]


def test_memory_by_context_is_what_a_load_would_take(qtbot: QtBot) -> None:
    family, file = load_catalog(bundled("models", "catalog.json")).entries()[4]
    header = catalog_header(family, file)
    assert header is not None
    costs = MemoryCosts(header, snapshot_machine(0))
    panel = MeasuredPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.show_costs(costs, Settings(context_size=4_096))
    (chart,) = [one for one in panel.findChildren(BarChart)
                if one.accessibleName() == "Memory by context"]  # fmt: skip
    told = chart.accessibleDescription()
    for tokens in (2_048, 4_096, 16_384):
        cost = costs.of(Settings(context_size=tokens))
        assert cost is not None
        assert f"{tokens:,} tokens take {formatting.size(cost.plan.total_bytes)}" in told
    assert "32,768" not in told  # more than it was trained for
    assert formatting.size(cost.free) in told
