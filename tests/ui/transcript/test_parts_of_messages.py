"""Parts of messages that are no text, as people see, press, find and copy them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.conversation import BranchMessage, MessageStatus
from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    FormPart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    placed_parts,
)
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.rows import FoldRow
from app.ui.transcript.content.selection import CopyAs, message_text
from app.ui.transcript.content.spoken import spoken_message
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.message_controls import FoldToggle
from app.ui.transcript.widgets.signals import LinkRequest
from tests.ui.transcript.making import entry, long_chat, settle
from tests.ui.transcript.pointing import at_the_window, spot

ANSWER = (
    ReasoningPart("A needle in thought.", 3.0),
    TextPart("Let it be worked out."),
    ToolCallPart("sum", '{"needle": 1}', "a"),
    ToolResultPart("A needle is 2.", "sum", "a"),
    TextPart("\n\nThe **needle** is 2 [1]."),
    CitationPart("A page", "https://example.org/page", label="1"),
    FormPart("list", valid=True),
)


def message(number: int, parts: tuple[Part, ...], **more: object) -> BranchMessage:
    content, placed = placed_parts(parts)
    made = entry(number, content)
    return replace(made, message=replace(made.message, placed=placed, **more))  # type: ignore[arg-type]


def texts(model: MessageModel) -> list[str]:
    return [row.drawn_text() for row in model.rows if row.drawn_text()]


def toggles(view: TranscriptView) -> list[FoldToggle]:
    shown = [one for one in view.findChildren(FoldToggle) if one.isVisible()]
    return sorted(shown, key=lambda one: one.row.fold)


@pytest.fixture
def answer(view: TranscriptView) -> MessageModel:
    view.set_branch([entry(0, "Why?"), message(1, ANSWER)])
    return view._layout.branch.models[1]


def test_each_part_has_its_place_and_what_is_folded_its_line(
    view: TranscriptView, answer: MessageModel
) -> None:
    assert texts(answer) == [
        "Let it be worked out.",
        "The needle is 2 [1].",
        "Sources",
        "[1] A page",
        "Asked for as a list \u00b7 it keeps to it",
    ]
    assert [one.row.label for one in toggles(view)] == [
        "Thought for 3 s \u00b7 4 words",
        "Tool: sum",
    ]


def test_each_folded_part_opens_alone(view: TranscriptView, answer: MessageModel) -> None:
    QTest.mouseClick(toggles(view)[1], Qt.MouseButton.LeftButton)
    assert '{"needle": 1}' in texts(answer)
    assert "A needle is 2." in texts(answer)
    assert "A needle in thought." not in texts(answer)
    QTest.mouseClick(toggles(view)[0], Qt.MouseButton.LeftButton)
    assert "A needle in thought." in texts(answer)
    QTest.mouseClick(toggles(view)[1], Qt.MouseButton.LeftButton)
    assert "A needle is 2." not in texts(answer)
    assert "A needle in thought." in texts(answer)


def test_words_are_found_in_every_part_and_what_hides_them_unfolds(
    view: TranscriptView, answer: MessageModel
) -> None:
    assert view.find("needle") == 4
    for _ in range(4):
        view.find_next()
        current = view._finder._current
        assert current is not None
        assert "needle" in answer.rows[current.row].drawn_text()
    assert answer.unfolded == {0, 1}
    assert view.find("sum") == 0  # the name of a tool is on its line
    assert view.find("page") == 1


def test_a_copy_has_the_answer_and_its_sources_and_nothing_else(answer: MessageModel) -> None:
    assert message_text(answer, CopyAs.PLAIN) == (
        "Let it be worked out.\n\nThe needle is 2 [1].\n\nSources\n[1] A page"
    )
    assert message_text(answer, CopyAs.MARKDOWN) == (
        "Let it be worked out.\n\nThe **needle** is 2 [1].\n\n"
        "**Sources**\n\n\\[1\\] [A page](https://example.org/page)"
    )
    assert "thought" not in message_text(answer, CopyAs.RICH)


def test_what_was_checked_of_a_citation_is_copied_and_spoken(view: TranscriptView) -> None:
    cited = CitationPart("report.pdf", "d1", "12 euros", 3, "1", "differs", "number", "number 13")
    parts = (TextPart("It cost 13 euros [1]."), cited)
    view.set_branch([entry(0, "What did it cost?"), message(1, parts)])
    model = view._layout.branch.models[1]
    told = "report.pdf \u00b7 page 3 \u00b7 “12 euros” \u00b7 differs, not there: “13”"
    assert f"[1] {told}" in message_text(model, CopyAs.PLAIN)
    assert told in message_text(model, CopyAs.MARKDOWN)
    assert told in message_text(model, CopyAs.RICH)
    assert told in spoken_message(model, 4_000)


def test_a_selection_over_a_part_copies_what_was_written_around_it(
    view: TranscriptView, answer: MessageModel
) -> None:
    at_the_window(view, QTest.mousePress, spot(view, 1, "Let", 0))
    at_the_window(view, QTest.mouseMove, spot(view, 1, "needle"))
    at_the_window(view, QTest.mouseMove, spot(view, 1, "[1].", 4))
    at_the_window(view, QTest.mouseRelease, spot(view, 1, "[1].", 4))
    view._selection.copy(CopyAs.MARKDOWN)
    assert QGuiApplication.clipboard().text() == (
        "Let it be worked out.\n\nThe **needle** is 2 [1]."
    )


def test_a_source_opens_through_the_door_of_links(
    view: TranscriptView, answer: MessageModel
) -> None:
    requests: list[LinkRequest] = []
    view.link_activated.connect(requests.append)
    at_the_window(view, QTest.mousePress, spot(view, 1, "page"))
    at_the_window(view, QTest.mouseRelease, spot(view, 1, "page"))
    assert requests == [LinkRequest("https://example.org/page", "A page")]


def test_a_screen_reader_hears_text_tools_and_sources_but_no_thoughts(
    answer: MessageModel,
) -> None:
    said = spoken_message(answer, 4_000)
    for words in ("worked out", "Tool: sum", "The needle is 2", "A page"):
        assert words in said
    assert "thought" not in said.casefold()


def test_files_stand_in_the_bubble_and_say_when_they_are_not_here(view: TranscriptView) -> None:
    here = AttachmentPart("a.pdf", "application/pdf", 1_200_000, reference="files/a")
    gone = AttachmentPart("b.png", "image/png")
    view.set_branch([message(0, (here, gone, TextPart("Look.")))])
    assert texts(view._layout.branch.models[0]) == [
        "a.pdf \u00b7 PDF \u00b7 1.20 MB",
        "b.png \u00b7 picture \u00b7 not copied into Phial",
        "Look.",
    ]
    assert message_text(view._layout.branch.models[0], CopyAs.PLAIN) == "Look."


def test_an_open_part_does_not_move_the_place_that_is_kept(
    view: TranscriptView, qtbot: QtBot
) -> None:
    long = (*ANSWER[:4], TextPart("\n\n".join(f"Paragraph {n}." for n in range(60))))
    view.set_branch([*long_chat(4), entry(4, "Why?"), message(5, long), *long_chat(12)[6:]])
    settle(view, qtbot)

    def place() -> tuple[str, int]:
        rows = view._layout.branch.open(5).rows
        view._layout.scroll_to_start()
        view._layout.show_row(5, next(i for i, r in enumerate(rows) if "31." in r.drawn_text()))
        found = view.scroll_position()
        assert found is not None
        return found.message_id, found.offset

    folded = place()
    for fold in (0, 1):
        view._actions.toggle_fold(view._layout.branch.models[5], fold)
    assert place() == folded


def test_parts_come_while_the_answer_is_written_and_stay_when_it_ends(
    view: TranscriptView,
) -> None:
    started = entry(1, "", status=MessageStatus.STREAMING)
    view.set_branch([entry(0, "Why?"), started])
    view.begin_answer(started.message.id)
    for piece in (
        ReasoningPart("", closed=False),
        ReasoningPart("A needle ", closed=False),
        ReasoningPart("in thought.", closed=False),
    ):
        view.feed(started.message.id, piece)
    assert [one.row.label for one in toggles(view)] == ["Thinking\u2026 4 words"]
    view.feed(started.message.id, ReasoningPart("", 3.0))
    for piece in ANSWER[1:]:
        view.feed(started.message.id, piece)
    model = view._layout.branch.models[1]
    assert [one.row.label for one in toggles(view)] == [
        "Thought for 3 s \u00b7 4 words",
        "Tool: sum",
    ]
    written = texts(model)
    view.finish(message(1, ANSWER).message)
    assert texts(model)[: len(written)] == written
    view.set_branch([entry(0, "Why?"), message(1, ANSWER)])
    assert texts(view._layout.branch.models[1]) == texts(model)
    lines = [row for row in model.rows if isinstance(row, FoldRow)]
    assert [row.label for row in lines] == ["Thought for 3 s \u00b7 4 words", "Tool: sum"]


def test_an_answer_that_is_cut_in_thought_says_so_and_goes_on_in_the_same_thought(
    view: TranscriptView,
) -> None:
    cut = message(1, (ReasoningPart("One two", closed=False),))
    view.set_branch([entry(0, "Why?"), cut])
    assert [one.row.label for one in toggles(view)] == ["Thinking ended early \u00b7 2 words"]
    view.update_branch(
        [entry(0, "Why?"), message(1, cut.message.parts, status=MessageStatus.STREAMING)]
    )
    view.begin_answer(cut.message.id)
    view.feed(cut.message.id, ReasoningPart("", closed=False))
    view.feed(cut.message.id, ReasoningPart(" three", closed=False))
    view.feed(cut.message.id, ReasoningPart("", 5.0))
    view.feed(cut.message.id, "Done.")
    assert [one.row.label for one in toggles(view)] == ["Thought for 5 s \u00b7 3 words"]


def test_the_pointer_finds_no_link_beside_the_words_of_a_chip(view: TranscriptView) -> None:
    view.set_branch([message(0, (AttachmentPart("a.pdf"), TextPart("Look.")))])
    assert view._pointer.link_under(QPoint(0, 0).toPointF()) == ""
