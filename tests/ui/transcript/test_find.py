"""The search in a chat reaches every message, whatever it was written as."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.ui.transcript.find import FindOptions
from app.ui.transcript.selection import CopyAs
from app.ui.transcript.signals import FindState
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import MIXED, chat_of, entry, long_chat


def test_find_reaches_messages_far_away(view: TranscriptView, qtbot: QtBot) -> None:
    chat = long_chat(300)
    chat[7] = entry(7, "Here is the *needle*, and another needle.")
    view.set_branch(chat)
    states: list[FindState] = []
    view.find_changed.connect(states.append)
    view.find("needle")
    qtbot.waitUntil(lambda: bool(states) and states[-1].complete, timeout=20_000)
    assert states[-1].total == 2
    view.find_next()
    assert any(placed.at == 7 for placed in view.flow.placed)
    assert states[-1].current in (1, 2)
    view.find_next()
    view.find_previous()
    view.clear_find()
    assert view.find("absent-word") == 0


def test_find_minds_case_and_words_when_asked(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Hi", "Cat, cat and category."]))
    assert view.find("cat") == 3
    assert view.find("cat", FindOptions(match_case=True)) == 2
    assert view.find("cat", FindOptions(whole_words=True)) == 2


def test_searching_a_long_chat_never_forgets_what_is_in_view(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("app.ui.transcript.chat.KEPT_CHARACTERS", 3000)
    view.set_branch(long_chat(200))
    states: list[FindState] = []
    view.find_changed.connect(states.append)
    view.find("line")
    view.find("strength")
    qtbot.waitUntil(lambda: bool(states) and states[-1].complete, timeout=20_000)
    assert states[-1].total == 100
    view.grab()
    view.find_next()
    view.grab()
    opened = sum(1 for model in view.chat.models if model.list is not None)
    assert opened <= 60


def test_matches_are_found_in_tables_code_and_the_source_of_formulas(view: TranscriptView) -> None:
    text = "Word needle.\n\n```c\nint needle;\n```\n\n| a |\n|---|\n| needle |\n\n$x + needle$"
    view.set_branch(chat_of(["Hi", text]))
    assert view.find("needle") == 4
    for _ in range(5):
        view.find_next()
        view.grab()


def test_what_was_not_read_yet_is_searched_and_selected_too(
    view: TranscriptView, qtbot: QtBot
) -> None:
    text = "Some plain words in a line. " * 1500 + "\n\nThe needle.\n\n" + MIXED * 30
    view.set_branch([entry(0, "Hi"), entry(1, text), *long_chat(20)[2:]])
    states: list[FindState] = []
    view.find_changed.connect(states.append)
    view.find("needle")
    qtbot.waitUntil(lambda: bool(states) and states[-1].complete, timeout=20_000)
    assert states[-1].total == 1
    view.find_next()
    assert any(placed.at == 1 for placed in view.flow.placed)
    view.set_branch([entry(0, "Hi"), entry(1, text)])
    view.select_all()
    view.copy(CopyAs.MARKDOWN)
    assert QGuiApplication.clipboard().text().endswith(MIXED)
