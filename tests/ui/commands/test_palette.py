"""Finding a command or a chat by a few letters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.ui.commands.palette import CommandPalette, PaletteEntry, match_score, matching
from app.ui.style.theme import LIGHT


def entries(*texts: str) -> list[PaletteEntry]:
    return [PaletteEntry(text, "", lambda: None) for text in texts]


def test_a_start_beats_a_word_beats_a_piece_beats_scattered_letters() -> None:
    texts = "Fresh, odd untied", "Unfound", "Not found", "Found"
    found = matching(entries(*texts), "found")
    assert [entry.text for entry in found] == list(reversed(texts))


def test_what_lacks_a_letter_is_not_found() -> None:
    assert match_score("New chat", "newx") is None


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=20), st.text(max_size=20))
def test_every_text_finds_itself_and_nothing_raises(text: str, query: str) -> None:
    assert match_score(text, text.strip()) is not None
    match_score(text, query)


def test_typing_and_enter_run_the_best_match(qtbot: QtBot) -> None:
    window = QMainWindow()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    done: list[str] = []
    made = [
        PaletteEntry(name, "", lambda name=name: done.append(name)) for name in ("Settings", "Quit")
    ]
    palette = CommandPalette(window, made, LIGHT)
    field = palette.findChild(type(palette._field))
    qtbot.keyClicks(field, "qui")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert done == ["Quit"]


def test_arrows_choose_and_esc_runs_nothing(qtbot: QtBot) -> None:
    window = QMainWindow()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    done: list[str] = []
    made = [PaletteEntry(name, "", lambda name=name: done.append(name)) for name in ("One", "Two")]
    palette = CommandPalette(window, made, LIGHT)
    qtbot.keyClick(palette._field, Qt.Key.Key_Down)
    qtbot.keyClick(palette._field, Qt.Key.Key_Return)
    palette = CommandPalette(window, made, LIGHT)
    qtbot.keyClick(palette._field, Qt.Key.Key_Escape)
    assert done == ["Two"]
