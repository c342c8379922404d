"""The models page with a hub behind it: browsing, downloading, taking files over, removing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.domain.download import DownloadState
from app.domain.model import DEMO, ModelFile
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.hub.api.catalog import load_catalog
from app.hub.download.control import DownloadControl
from app.hub.local.scan import scan
from app.services.core.events import ModelPhase
from app.system.bundled import bundled
from app.ui.models.add_dialog import AddModelDialog
from app.ui.models.cards.family_card import FamilyCard
from app.ui.models.model_card_dialog import CardText, ModelCardDialog
from app.ui.models.model_menu import ModelMenu
from app.ui.models.models_page import ModelsPage
from app.ui.settings.panels.memory_panel import ShareBar
from app.ui.settings.panels.token_panel import TokenPanel
from app.ui.shell.page_names import ModelsTab
from app.ui.style.widgets import StyledLabel
from tests.scenarios.hands import ask, press
from tests.support.dropping import drop
from tests.support.hub_kit import gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.window import Open, Opened, write_model

REPO, FILE = "acme/phi-4-GGUF", "phi-4-Q4_K_M.gguf"
BODY = gguf(b"weights" * 1000)
CARD = "---\nlicense: mit\n---\n# Phi-4\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n![x](http://127.0.0.1:9/x.png)\n"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add(REPO, {FILE: BODY}, card=CARD)
        try:
            yield server
        finally:
            close_session()


@pytest.fixture
def opened(open_window: Open, hub: HubServer, tmp_path: Path) -> Opened:
    folder = tmp_path / "data"
    folder.mkdir()
    write_model(folder / "demo.gguf")
    return open_window(settings=Settings(welcomed=True), endpoint=hub.endpoint)


def dialog_of(opened: Opened, tab: ModelsTab) -> ModelsPage:
    opened.window.commands.models.show_models(tab)
    dialog = opened.window.findChild(ModelsPage)
    assert dialog is not None
    return dialog


def texts(widget: QWidget) -> str:
    return "\n".join(
        label.text() for label in widget.findChildren(StyledLabel) if not label.isHidden()
    )


def button(widget: QWidget, name: str) -> QPushButton:
    return next(one for one in widget.findChildren(QPushButton) if one.accessibleName() == name)


def seen(qtbot: QtBot, widget: QWidget, text: str) -> None:
    qtbot.waitUntil(lambda: text in texts(widget), timeout=10_000)


@pytest.fixture
def listed(qtbot: QtBot, opened: Opened) -> Iterator[ModelsPage]:
    """The dialog with the repository's files shown."""
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, REPO)
    seen(qtbot, dialog, FILE)
    yield dialog
    if isValid(dialog):
        dialog.close()


def list_files(qtbot: QtBot, dialog: ModelsPage, name: str) -> None:
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(name)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_catalogue_is_shown_with_advice(qtbot: QtBot, opened: Opened) -> None:
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    seen(qtbot, dialog, "words a second")
    assert "connect to 127.0.0.1" in texts(dialog)
    families = load_catalog(bundled("models", "catalog.json")).families
    cards = dialog.findChildren
    qtbot.waitUntil(lambda: len(cards(FamilyCard)) == len(families), timeout=10_000)
    first = dialog.findChildren(FamilyCard)[0]
    assert "on this computer" in texts(first)  # why it is the one to take
    assert "words a second here" in texts(first)  # what else would fit
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        said, filled = shares(first, direction, opened.look.theme.accent)
        assert 0 < said < 1
        assert filled == pytest.approx(said, abs=0.03)
    dialog.close()


def shares(card: QWidget, direction: Qt.LayoutDirection, colour: str) -> tuple[float, float]:
    """How much of the free memory a card says that its model takes, and how much its bar has."""
    ((taken, free),) = re.findall(r"takes ([\d.]+) GB of ([\d.]+) GB free", texts(card))
    bar = card.findChild(ShareBar)
    assert bar is not None
    bar.setLayoutDirection(direction)
    line = bar.grab().toImage()
    row, wide = line.height() // 2, line.width()
    filled = [x for x in range(wide) if line.pixelColor(x, row).name() == colour]
    assert filled == list(range(filled[0], filled[-1] + 1)), "in one piece"
    ends = (filled[0], wide - 1 - filled[-1])
    assert ends[direction is Qt.LayoutDirection.RightToLeft] < 4, "from where one begins to read"
    return float(taken) / float(free), len(filled) / wide


def test_what_the_demo_was_measured_at_stands_on_its_card(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")  # its hash is taken when it is used
    mine = Settings(welcomed=True, model_path=DEMO)
    opened = open_window(ScriptedEngine(["word " * 40]), mine, chosen=False)
    dialog = dialog_of(opened, ModelsTab.INSTALLED)
    seen(qtbot, dialog, "not measured here yet")
    dialog.close()
    ask(qtbot, opened, "First")
    seen(qtbot, dialog_of(opened, ModelsTab.INSTALLED), "tokens/s measured here")


def test_a_repository_is_listed_and_a_file_of_it_fetched(
    qtbot: QtBot, opened: Opened, listed: ModelsPage
) -> None:
    dialog = listed
    button(dialog, f"Download {FILE}").click()
    assert dialog.tabs.currentIndex() == ModelsTab.DOWNLOADS
    downloads = opened.harness.services.downloads
    qtbot.waitUntil(lambda: downloads.items()[0].state.over, timeout=10_000)
    (item,) = downloads.items()
    assert item.state is DownloadState.DONE, item.error
    assert item.files[0].read_bytes() == BODY
    seen(qtbot, dialog, "verified and ready")
    dialog.show_tab(ModelsTab.INSTALLED)
    seen(qtbot, dialog, "Phial's copy")


def test_a_model_that_was_fetched_out_of_sight_is_used_with_one_click(
    qtbot: QtBot, opened: Opened, listed: ModelsPage
) -> None:
    models = opened.harness.services.models
    used = models.state.model
    assert isinstance(used, ModelFile)
    models.choose(replace(used, demo=False))  # in place of the demo it would be used by itself
    button(listed, f"Download {FILE}").click()
    opened.window.pages.back()
    press(opened.window.pane, "Use")
    qtbot.waitUntil(lambda: getattr(models.state.model, "name", "") != "Scripted")
    (item,) = opened.harness.services.downloads.items()
    assert getattr(models.state.model, "path", None) == item.files[0]


def test_words_are_searched_for_and_a_hit_lists_its_files(qtbot: QtBot, opened: Opened) -> None:
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, "phi-4")
    seen(qtbot, dialog, REPO)
    button(dialog, f"Files {REPO}").click()
    seen(qtbot, dialog, FILE)
    dialog.close()


def test_a_second_search_does_not_wait_behind_one_that_hangs(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    hub.faults.api_hangs = True
    for number, words in enumerate(("slow", "slower", "acme/slowest", "slow again", "slow"), 1):
        list_files(qtbot, dialog, words)
        qtbot.waitUntil(lambda: len(hub.requests) == number, timeout=10_000)  # noqa: B023
    hub.faults.api_hangs = False
    list_files(qtbot, dialog, "phi-4")
    seen(qtbot, dialog, REPO)
    dialog.close()


def test_a_model_card_is_drawn_with_its_licence_and_nothing_is_fetched_for_it(
    qtbot: QtBot, opened: Opened, hub: HubServer, listed: ModelsPage
) -> None:
    button(listed, f"Model card… {REPO}").click()
    card = opened.window.findChild(ModelCardDialog)
    assert card is not None
    seen(qtbot, card, "Licence: mit")
    page = card.findChild(CardText)
    assert page is not None
    assert "Phi-4" in page.toPlainText()
    assert "|" not in page.toPlainText()  # the table was drawn as one
    asked = [one.path for one in hub.requests]
    assert not any("x.png" in path for path in asked)
    card.close()


def test_a_private_repository_offers_the_token_field(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.add("acme/hidden", {FILE: BODY}, private=True)
    hub.add("acme/gated", {FILE: BODY}, gated=True)
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, "acme/gated")
    seen(qtbot, dialog, "Its owner decides")
    assert dialog.findChildren(TokenPanel)
    list_files(qtbot, dialog, "acme/hidden")
    seen(qtbot, dialog, "acme/hidden")
    dialog.close()


def test_offline_refuses_what_the_user_asks_for_and_says_so(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    opened.harness.services.settings.update(offline=True)
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    list_files(qtbot, dialog, REPO)
    seen(qtbot, dialog, "set to Offline, so it did not connect")
    assert hub.requests == []
    dialog.close()


def test_a_dropped_file_is_looked_at_and_copied(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / "stick" / FILE
    path.parent.mkdir()
    path.write_bytes(BODY)
    path.with_name(f"{FILE}.sha256").write_text(f"{hashlib.sha256(BODY).hexdigest()}  {FILE}\n")
    drop(opened.window, path)
    dialog = opened.window.findChild(AddModelDialog)
    assert dialog is not None
    seen(qtbot, dialog, f"{FILE}.sha256 lies beside it")
    copy = next(r for r in dialog.findChildren(QRadioButton) if "Copy" in r.text())
    copy.setChecked(True)
    with qtbot.waitSignal(dialog.added, timeout=10_000):
        button(dialog, "Add and use").click()
    folder = opened.harness.services.data_folder / "models"
    assert (folder / FILE).read_bytes() == BODY
    assert path.exists()
    model = next(one for one in opened.harness.services.models.installed() if not one.demo)
    assert (model.path, model.owned) == (folder / FILE, True)
    assert opened.harness.services.add_models.bytes_freed(model) == len(BODY)


def test_a_file_used_in_place_is_never_deleted(
    qtbot: QtBot, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / FILE
    path.write_bytes(BODY)
    drop(opened.window, path)
    dialog = opened.window.findChild(AddModelDialog)
    assert dialog is not None
    seen(qtbot, dialog, "No .sha256 file lies beside it")
    with qtbot.waitSignal(dialog.added, timeout=10_000):
        button(dialog, "Add and use").click()
    models = opened.harness.services.models
    qtbot.waitUntil(lambda: models.state.phase is ModelPhase.READY, timeout=10_000)
    asked: list[str] = []

    def yes(_parent: QWidget, _title: str, _text: str, rest: str, _yes: str) -> bool:
        asked.append(rest)
        return True

    monkeypatch.setattr("app.ui.models.installed_page.confirm", yes)
    dialog_here = dialog_of(opened, ModelsTab.INSTALLED)
    seen(qtbot, dialog_here, "Phial never deletes it")
    button(dialog_here, f"Remove… {models.state.model.label if models.state.model else ''}").click()
    assert "stays on the disk" in asked[0]
    assert path.read_bytes() == BODY
    qtbot.waitUntil(lambda: [model.demo for model in models.installed()] == [True], timeout=10_000)
    dialog_here.close()


def test_a_file_whose_told_hash_differs_is_refused(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / FILE
    path.write_bytes(BODY)
    path.with_name(f"{FILE}.sha256").write_text("0" * 64)
    drop(opened.window, path)
    dialog = opened.window.findChild(AddModelDialog)
    assert dialog is not None
    seen(qtbot, dialog, "lies beside it")
    next(r for r in dialog.findChildren(QRadioButton) if "Copy" in r.text()).setChecked(True)
    button(dialog, "Add and use").click()
    seen(qtbot, dialog, "is damaged")
    assert list((opened.harness.services.data_folder / "models").iterdir()) == []
    dialog.close()


def test_a_damaged_file_is_refused_with_its_reason(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / FILE
    path.write_bytes(BODY[:-100])
    drop(opened.window, path)
    dialog = opened.window.findChild(AddModelDialog)
    assert dialog is not None
    seen(qtbot, dialog, "cannot be used")
    assert not button(dialog, "Add and use").isVisible()
    dialog.close()


def test_models_of_other_programs_are_found_and_used_where_they_are(
    qtbot: QtBot, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "lmstudio" / "acme" / "tales" / FILE
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(BODY)
    broken = theirs.with_name("broken-Q4_0.gguf")
    broken.write_bytes(b"GGUF")
    here = tuple(scan([("LM Studio", tmp_path / "lmstudio")]))
    adding = opened.harness.services.add_models
    monkeypatch.setattr(type(adding), "find_elsewhere", lambda _self: here)
    dialog = dialog_of(opened, ModelsTab.INSTALLED)
    button(dialog, "Look for models of other programs").click()
    seen(qtbot, dialog, "LM Studio · acme/tales")
    assert "cannot be used" in texts(dialog)
    button(dialog, "Use… Phi-4 Q4_K_M").click()
    add = opened.window.findChild(AddModelDialog)
    assert add is not None
    qtbot.waitUntil(lambda: button(add, "Add and use").isEnabled(), timeout=10_000)
    with qtbot.waitSignal(add.added, timeout=10_000):
        button(add, "Add and use").click()
    chosen = opened.harness.services.models.state.model
    assert chosen is not None
    assert (chosen.path, chosen.owned) == (theirs, False)
    dialog.close()


def test_a_paused_download_keeps_the_focus_off_cancel_and_shows_in_the_sidebar(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
    downloads = opened.harness.services.downloads
    dialog = dialog_of(opened, ModelsTab.DOWNLOADS)
    item = downloads.start(REPO, (FILE,))
    qtbot.waitUntil(lambda: downloads.items()[0].done > 0, timeout=10_000)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QProgressBar)), timeout=10_000)
    pause = button(dialog, f"Pause {FILE}")
    pause.setFocus()
    pause.click()
    qtbot.waitUntil(lambda: downloads.items()[0].state is DownloadState.PAUSED, timeout=10_000)
    resume = button(dialog, f"Resume {FILE}")
    qtbot.waitUntil(resume.isVisible, timeout=10_000)
    assert not button(dialog, f"Cancel {FILE}").hasFocus()
    assert downloads.items()[0].id == item.id
    dialog.close()


def test_an_answer_that_comes_after_its_dialog_was_closed_goes_nowhere(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    hub.faults.api_answers = [(503, {})]
    dialog = dialog_of(opened, ModelsTab.CATALOG)  # its advice is asked of the worker
    list_files(qtbot, dialog, REPO)  # and this of the hub
    dialog.close()
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=10_000)
    qtbot.waitUntil(lambda: len(hub.requests) == 1, timeout=10_000)
    again = dialog_of(opened, ModelsTab.CATALOG)
    seen(qtbot, again, "words a second")  # asked of the same thread, so the other answer came
    again.close()


def test_two_files_of_one_name_are_told_apart_wherever_one_is_chosen(
    opened: Opened, tmp_path: Path
) -> None:
    adding = opened.harness.services.add_models
    for folder in ("stick", "old"):
        path = tmp_path / folder / FILE
        path.parent.mkdir()
        path.write_bytes(BODY)
        adding.use_and_compare(path, DownloadControl())
    menu = opened.window.findChild(ModelMenu)
    assert menu is not None
    menu.aboutToShow.emit()
    offered = [action.text() for action in menu.actions() if "Phi-4 Q4_K_M" in action.text()]
    assert [f"stick/{FILE}" in offered[0], f"old/{FILE}" in offered[1]] == [True, True]
    dialog = dialog_of(opened, ModelsTab.INSTALLED)
    assert button(dialog, f"Use Phi-4 Q4_K_M · old/{FILE}").isEnabled()
    dialog.close()


class Windows(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[type] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.add(type(watched))
        return False


def test_no_part_of_the_page_is_a_window_of_its_own(
    qtbot: QtBot, opened: Opened, hub: HubServer
) -> None:
    windows = Windows()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(windows)
    dialog = dialog_of(opened, ModelsTab.CATALOG)
    seen(qtbot, dialog, "words a second")
    list_files(qtbot, dialog, REPO)
    seen(qtbot, dialog, FILE)
    button(dialog, f"Download {FILE}").click()
    seen(qtbot, dialog, "verified and ready")
    dialog.show_tab(ModelsTab.INSTALLED)
    application.removeEventFilter(windows)
    assert windows.seen == set()
    dialog.close()
