"""Help: updates are looked for only when told to, and About names every part's licence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

import app
from app.domain.download import NetworkError, Release
from app.domain.settings import Settings
from app.services.updates import UpdateCheck
from app.system import licences as parts_module
from app.ui.core.single_instance import SingleInstanceServer
from app.ui.library.help_dialogs import AboutDialog
from app.ui.library.update_dialog import UpdateDialog
from tests.support.window import Open, Opened


class Updates:
    """Stands for the service: answers what it is given, and counts."""

    def __init__(self, answer: UpdateCheck | NetworkError, *, offline: bool = False) -> None:
        self.answer, self.offline, self.asked = answer, offline, 0
        self.host = "phial.example"

    def check(self) -> UpdateCheck:
        self.asked += 1
        if isinstance(self.answer, NetworkError):
            raise self.answer
        return self.answer


NEWER = UpdateCheck("0.1.0", Release("0.2.0", "https://phial.example/0.2.0"))


def dialog(opened: Opened, updates: Updates) -> UpdateDialog:
    shown = UpdateDialog(opened.window, updates, opened.window.commands._shell.operations)  # type: ignore[arg-type]
    shown.open()
    return shown


def test_opening_the_page_asks_nobody_and_says_who_would_be_asked(open_window: Open) -> None:
    updates = Updates(NEWER)
    shown = dialog(open_window(), updates)
    texts = [label.text() for label in shown.findChildren(type(shown.answer))]
    assert updates.asked == 0
    assert any("phial.example" in text for text in texts)


def test_a_newer_release_is_named_and_its_page_offered(qtbot: QtBot, open_window: Open) -> None:
    shown = dialog(open_window(), Updates(NEWER))
    shown.check_button.click()
    qtbot.waitUntil(lambda: "0.2.0 is out" in shown.answer.text())
    assert shown.page_button.isVisible()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (UpdateCheck("0.1.0", Release("0.1.0", "")), "This is the newest"),
        (UpdateCheck("0.1.0", None), "No release has been published"),
        (NetworkError("phial.example cannot be reached."), "cannot be reached"),
    ],
)
def test_every_other_outcome_is_said(
    qtbot: QtBot, open_window: Open, answer: UpdateCheck | NetworkError, words: str
) -> None:
    shown = dialog(open_window(), Updates(answer))
    shown.check_button.click()
    qtbot.waitUntil(lambda: words in shown.answer.text())
    assert not shown.page_button.isVisible()
    assert shown.check_button.isEnabled()


def test_offline_leaves_nothing_to_press(open_window: Open) -> None:
    opened = open_window(settings=Settings(welcomed=True, offline=True))
    shown = UpdateDialog(
        opened.window, opened.harness.services.updates, opened.window.commands._shell.operations
    )
    assert not shown.check_button.isEnabled()
    assert "Offline is on" in shown.answer.text()


@pytest.mark.llama
def test_about_lists_each_part_and_shows_its_licence(open_window: Open) -> None:
    about = AboutDialog(open_window().window)
    rows = [about.list.item(row).text() for row in range(about.list.count())]
    assert any(row.startswith("llama_cpp_python") for row in rows)
    about.list.setCurrentRow(next(i for i, row in enumerate(rows) if row.startswith("Pygments")))
    assert "Redistribution and use" in about.text.toPlainText()


def test_about_says_what_is_new_first_the_newest_release(open_window: Open) -> None:
    about = AboutDialog(open_window().window)
    new = next(f for f in about.findChildren(QPlainTextEdit) if f.accessibleName() == "What is new")
    lines = new.toPlainText().splitlines()
    assert lines[0].startswith(app.__version__)
    assert any(line.startswith("- ") for line in lines)
    assert "##" not in new.toPlainText()


def test_a_packaged_phial_lists_what_its_build_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"name": "Qt", "version": "6", "licence": "LGPL-3.0-only", "file": "Qt.txt"}
    (tmp_path / "index.json").write_text(json.dumps([row]), "utf-8")
    (tmp_path / "Qt.txt").write_text("the whole text", "utf-8")
    monkeypatch.setattr(parts_module, "bundled", lambda _folder, name: tmp_path / name)
    assert parts_module.third_party_packages() == (
        parts_module.ThirdPartyPackage("Qt", "6", "LGPL-3.0-only", "the whole text"),
    )


def test_a_second_start_hands_its_files_to_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    from PySide6.QtNetwork import QLocalSocket

    activation = SingleInstanceServer(f"phial-test-{tmp_path.name}-{id(tmp_path)}")
    socket = QLocalSocket()
    with qtbot.waitSignal(activation.activation_requested) as heard:
        socket.connectToServer(activation._server.serverName())
        socket.write(b'["/tmp/a.phial", "/tmp/b.gguf"]\n')
        socket.flush()
    assert heard.args == [["/tmp/a.phial", "/tmp/b.gguf"]]
    activation.close()


@pytest.mark.parametrize("line", [b"come forward\n", b"{}\n", b"[1, null]\n", b"\xff\n"])
def test_a_request_that_names_no_files_still_brings_the_window(
    qtbot: QtBot, tmp_path: Path, line: bytes
) -> None:
    from PySide6.QtNetwork import QLocalSocket

    activation = SingleInstanceServer(f"phial-test-{id(tmp_path)}-{line[:1].hex()}")
    socket = QLocalSocket()
    with qtbot.waitSignal(activation.activation_requested) as heard:
        socket.connectToServer(activation._server.serverName())
        socket.write(line)
        socket.flush()
    assert heard.args == [[]]
    activation.close()
