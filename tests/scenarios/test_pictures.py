"""A picture that came with an imported chat: shown, opened, and where it is."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from app.ui.conversation.marks.picture_dialog import PictureDialog
from tests.scenarios.hands import (
    Address,
    chats,
    choose,
    click,
    meanwhile,
    press,
    right_click,
    row_of,
    seen,
    shows,
    transcript,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import spot


@pytest.fixture
def pictured(qtbot: QtBot, open_window: Open, tmp_path: Path) -> Opened:
    """A chat of ChatGPT with a picture of 900 by 300 pixels, imported and shown."""
    image = QImage(900, 300, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    assert image.save(str(tmp_path / "sky.png"))
    part = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_a1"}
    said = {"author": {"role": "user"}, "content": {"parts": [part, "What is it?"]}}
    chat = {"id": "c", "title": "Sky", "mapping": {"1": {"id": "1", "message": said}}}
    with zipfile.ZipFile(tmp_path / "chatgpt.zip", "w") as out:
        out.writestr("conversations.json", json.dumps([chat]))
        out.write(tmp_path / "sky.png", "file_a1-sky.png")
    opened = open_window()
    transfer = opened.harness.services.transfer
    transfer.import_chats(transfer.preview_import(tmp_path / "chatgpt.zip"))
    ready(qtbot, lambda: chats(opened).model().rowCount() > 0)
    click(chats(opened).viewport(), row_of(opened, "Sky"))
    ready(qtbot, lambda: place(opened).x() > 0)
    return opened


def place(opened: Opened) -> QPoint:
    """Where the picture's line is."""
    if not transcript(opened)._layout.branch.models:
        return QPoint()
    return spot(transcript(opened), 0, "sky.png")


def folder(opened: Opened) -> Path:
    return opened.harness.services.data_folder / "pictures"


@scenario("dialog", "PictureDialog")
@scenario("button", "PictureDialog: Open")
def test_a_picture_is_shown_and_opened(qtbot: QtBot, pictured: Opened, address: Address) -> None:
    sizes: list[tuple[int, int]] = []

    def look(dialog: PictureDialog) -> None:
        label = seen(dialog, QLabel, "Picture: file_a1-sky.png", starts=True)
        sizes.append((label.pixmap().width(), label.pixmap().height()))
        press(dialog, "Open")

    with meanwhile(qtbot, PictureDialog, look):
        click(transcript(pictured).viewport(), place(pictured))
    (file,) = folder(pictured).iterdir()
    until(qtbot, lambda: address.asked == [file.as_uri()])
    ((wide, tall),) = sizes
    assert 300 < wide < 900
    assert abs(wide / tall - 3) < 0.05


@scenario("menu entry", "ContextMenu: Show the picture")
@scenario("button", "PictureDialog: Show in folder")
def test_the_folder_of_a_picture_is_shown(qtbot: QtBot, pictured: Opened, address: Address) -> None:
    with (
        meanwhile(qtbot, PictureDialog, lambda dialog: press(dialog, "Show in folder")),
        meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Show the picture")),
    ):
        right_click(transcript(pictured).viewport(), place(pictured))
    until(qtbot, lambda: address.asked == [folder(pictured).as_uri()])


@scenario("button", "PictureDialog: Close")
def test_a_picture_that_is_gone_is_told(qtbot: QtBot, pictured: Opened, address: Address) -> None:
    (file,) = folder(pictured).iterdir()
    file.unlink()

    def look(dialog: PictureDialog) -> None:
        assert shows(dialog, "no longer in Phial's folder")
        press(dialog, "Close")

    with (
        meanwhile(qtbot, PictureDialog, look),
        meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Links in view", "file_a1-sky.png")),
    ):
        right_click(transcript(pictured).viewport(), place(pictured))
    assert address.asked == []
