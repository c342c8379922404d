"""The search in a chat reaches every message, whatever it was written as."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.ui.conversation.find_bar import FindBar
from app.ui.style.theme import LIGHT
from app.ui.transcript.content.rows import FoldRow
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.interaction.find import FindOptions
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.signals import FindState
from tests.ui.transcript.making import MIXED, chat_of, entry, long_chat, settle, thought


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
    assert any(placed.at == 7 for placed in view._layout.flow.placed)
    assert states[-1].current in (1, 2)
    view.find_next()
    view.find_next(-1)
    view.find("")
    assert view.find("absent-word") == 0


def test_find_minds_case_and_words_when_asked(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Hi", "Cat, cat and category."]))
    assert view.find("cat") == 3
    assert view.find("cat", FindOptions(match_case=True)) == 2
    assert view.find("cat", FindOptions(whole_words=True)) == 2


def test_searching_a_long_chat_never_forgets_what_is_in_view(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("app.ui.transcript.content.branch_model.KEPT_CHARACTERS", 3000)
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
    opened = sum(1 for model in view._layout.branch.models if model.list is not None)
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
    assert any(placed.at == 1 for placed in view._layout.flow.placed)
    view.set_branch([entry(0, "Hi"), entry(1, text)])
    view.selection(whole=True)
    view._selection.copy(CopyAs.MARKDOWN)
    assert QGuiApplication.clipboard().text().endswith(MIXED)


def test_next_and_previous_go_round_the_ends(view: TranscriptView) -> None:
    view.set_branch(chat_of(["A needle", "No", "Second needle", "Third needle"]))
    states: list[FindState] = []
    view.find_changed.connect(states.append)
    assert view.find("needle") == 3
    view._layout.scroll_to_start()
    seen = []
    for step in [1] * 4 + [-1] * 2:
        view.find_next(step)
        seen.append(states[-1].current)
    assert seen == [1, 2, 3, 1, 3, 2]


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("这是**重要**的。", "是重要的"),
        ("a snake\\_case name", "snake_case"),
        ("un*frigging*believable", "unfriggingbelievable"),
        ("Caf&eacute; and R&amp;D", "café"),
        ("pre[fix](https://example.org)ed", "prefixed"),
        ("A STRASSE", "strasse"),
        ("Die Stra\u00dfe", "stra\u00dfe"),
        ("some\nhard `wrapped`\nwords", "hard wrapped words"),
    ],
)
def test_words_are_found_as_they_are_shown_whatever_marks_stand_in_them(
    view: TranscriptView, written: str, looked_for: str
) -> None:
    view.set_branch(chat_of(["Hi", written]))
    assert view.find(looked_for) == 1


THOUGHT, SAID = "A hidden needle, and a needle.", "The needle.[^1]\n\n[^1]: A needle."


def test_folded_reasoning_is_searched_and_unfolded_for_its_match(view: TranscriptView) -> None:
    view.set_branch(
        [*long_chat(30), entry(30, "Hi"), thought(31, THOUGHT, SAID), *long_chat(60)[32:]]
    )
    states: list[FindState] = []
    view.find_changed.connect(states.append)
    assert view.find("needle") == 4
    view._layout.scroll_to_start()
    for number in (1, 2, 3, 4):
        view.find_next()
        assert (states[-1].current, states[-1].total) == (number, 4)
        current = view._finder._current
        assert current is not None
        assert "needle" in view._layout.branch.models[31].rows[current.row].drawn_text()
        assert (31, current.row) in {(p.at, p.row) for p in view._layout.flow.placed}


def test_matches_stay_with_their_words_when_the_reasoning_is_folded(
    view: TranscriptView, qtbot: QtBot
) -> None:
    view.set_branch([entry(0, "Hi"), thought(1, THOUGHT, SAID)])
    settle(view, qtbot)
    assert view.find("needle") == 4
    toggle = view.findChild(QuietButton, "fold")
    assert toggle is not None
    for _ in range(2):
        toggle.click()
        for row, content in enumerate(view._layout.branch.models[1].rows):
            matches, _ = view._finder.matches_in(1, row)
            if not isinstance(content, FoldRow):
                assert len(matches) == content.drawn_text().count("needle")
        toggle = view.findChild(QuietButton, "fold")
        assert toggle is not None


def test_the_bar_says_that_it_still_searches(
    view: TranscriptView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.transcript.interaction.find.AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr("app.ui.transcript.interaction.find.SLICE_SECONDS", 0.0005)
    chat = long_chat(400)
    chat[-1] = entry(399, "The needle.")
    view.set_branch(chat)
    bar = FindBar(LIGHT, view)
    bar.search_requested.connect(view.find)
    view.find_changed.connect(bar.set_state)
    said: list[str] = []
    view.find_changed.connect(lambda _: said.append(bar.count.text()))
    bar.open_bar("needle")
    assert said == ["Searching…"]
    qtbot.waitUntil(lambda: bool(said) and said[-1] == "1 match", timeout=20_000)
    assert set(said[:-1]) == {"Searching…"}
    view.find_next()
    assert said[-1] == "1 of 1"
    bar.open_bar("absent-word")
    qtbot.waitUntil(lambda: said[-1] == "No match", timeout=20_000)
