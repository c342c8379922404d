"""Pictures of the transcript, to be looked at.

Run it as ``python -m tests.benchmarks.transcript_pictures FOLDER``.

Answers of each kind, light and dark, at 100 % and 200 %, narrow and wide. Nothing is compared;
people judge.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.generation import Role, Timings
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
from app.ui.style.stylesheet import palette, style_sheet
from app.ui.style.theme import DARK, HIGH_CONTRAST, LIGHT, Theme
from app.ui.style.typography import Typesetting
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.message_controls import FoldToggle

SCENE_TEXTS = Path(__file__).parents[1] / "ui" / "transcript" / "scenes"


def text(name: str) -> str:
    """The Markdown of a scene."""
    return (SCENE_TEXTS / f"{name}.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Scene:
    """A chat to be photographed."""

    name: str
    question: str
    answer: str
    parts: tuple[Part, ...] = ()
    asked: tuple[Part, ...] = ()
    unfolded: bool = False
    streaming: bool = False


BAD = "```python\ntry:\n    return scores[key]\nexcept Exception:\n    return None\n```"

THOUGHT = (ReasoningPart(text("thought").strip()),)
WORKED_OUT = (
    ReasoningPart("The sum is long, so let it be worked out.", 2.4),
    TextPart("Both figures stand in the report; here they are added up."),
    ToolCallPart("calculate", '{"expression": "1204.50 + 377.25"}', "1"),
    ToolResultPart("1581.75", "calculate", "1"),
    CitationPart("Report 2026, table 4", "https://example.org/r.pdf", "1,204.50 EUR", 12, "1"),
    CitationPart("notes.pdf", "", "377.25", 3, "2"),
    FormPart("list", "{}", valid=True),
)
ASKED = (
    AttachmentPart("report-2026.pdf", "application/pdf", 1_403_112, "", "files/r"),
    AttachmentPart("a photograph of the second page.jpg", "image/jpeg", 88_000),
)
LARGER = "Which is larger, 9.11 or 9.9?"

SCENES = (
    Scene("maths", "Solve x' = 2x + y, y' = x + 2y with x(0) = 1 and y(0) = 0.", text("maths")),
    Scene("mended", "Which of these were drawn wrong?", text("mended")),
    Scene("tutor", "Where is x\u00b2 - 6x + 5 negative?", text("tutor")),
    Scene("wide", "Write all of it out.", text("wide")),
    Scene("code", f"Can you review this?\n{BAD}", text("code")),
    Scene("table", "Compare the file formats for model weights.", text("table")),
    Scene("alerts", "What should I know before I run it?", text("alerts")),
    Scene("rtl", "\u05de\u05d4\u05d5 \u05de\u05d5\u05d3\u05dc \u05e9\u05e4\u05d4?", text("rtl")),
    Scene("reasoning-folded", "Which is larger, 9.11 or 9.9?", text("reasoning"), THOUGHT),
    Scene(
        "reasoning-open",
        "Which is larger, 9.11 or 9.9?",
        text("reasoning"),
        THOUGHT,
        unfolded=True,
    ),
    Scene("parts-folded", "Add them up.", text("sum"), WORKED_OUT, ASKED),
    Scene("parts-open", "Add them up.", text("sum"), WORKED_OUT, ASKED, unfolded=True),
    Scene("mid-stream", "Can you review this?", text("code")[:980], streaming=True),
)


def branch_of(scene: Scene) -> tuple[BranchMessage, BranchMessage]:
    """The question and the answer."""
    when = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    status = MessageStatus.STREAMING if scene.streaming else MessageStatus.COMPLETE
    question = Message("0" * 32, "c", None, Role.USER, scene.question, MessageStatus.COMPLETE, when)
    if scene.asked:
        content, placed = placed_parts((*scene.asked, TextPart(scene.question)))
        question = replace(question, content=content, placed=placed)
    timings = Timings(completion_tokens=412, completion_seconds=34.9)
    answer = Message(
        "1" * 32, "c", "0" * 32, Role.ASSISTANT, scene.answer, status, when, timings=timings
    )
    if scene.parts:
        content, placed = placed_parts((*scene.parts, TextPart(scene.answer)))
        answer = replace(answer, content=content, placed=placed)
    if scene.streaming:
        answer = replace(answer, content="")
    return BranchMessage(question, Version(1, 1)), BranchMessage(answer, Version(2, 3))


def take(scene: Scene, theme: Theme, zoom: int, width: int, folder: Path) -> Path:
    """Photograph one chat from its beginning, dressed as the program dresses it."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setPalette(palette(theme))
    application.setStyleSheet(style_sheet(theme))
    view = TranscriptView(theme=theme, typesetting=Typesetting(zoom=zoom))
    view.resize(width, 1150)
    view.show()
    view.set_branch(branch_of(scene))
    view.setFocus()
    if scene.streaming:
        view.begin_answer("1" * 32)
        for start in range(0, len(scene.answer), 12):
            view.feed("1" * 32, scene.answer[start : start + 12])
    if scene.unfolded:
        wait(view)
        folds = len({toggle.row.fold for toggle in view.findChildren(FoldToggle)})
        for fold in range(folds):
            toggles = [t for t in view.findChildren(FoldToggle) if t.isVisible()]
            next(toggle for toggle in toggles if toggle.row.fold == fold).click()
            wait(view)
    wait(view)
    if not scene.streaming:
        view._layout.scroll_to_start()
        wait(view)
    path = folder / f"{scene.name}-{theme.name}-{zoom}-{width}.png"
    view.grab().save(str(path))
    view.close()
    view.deleteLater()
    return path


def wait(view: TranscriptView) -> None:
    """Let formulas and colours arrive."""
    deadline = QDeadlineTimer(8000)
    while not deadline.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if view.idle:
            break


def looks() -> Iterator[tuple[Theme, int, int]]:
    """Theme, zoom and width of each picture."""
    yield from ((LIGHT, 100, 900), (DARK, 100, 900), (LIGHT, 200, 1600), (DARK, 200, 1600))
    yield from ((LIGHT, 100, 1600), (HIGH_CONTRAST, 100, 900), (LIGHT, 100, 480))


def main() -> None:
    """Take all pictures, or those whose name holds a word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="part of the pictures' names")
    parser.add_argument("--scale", default="1", help="pixels of the screen to one of the window's")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = arguments.scale
    QApplication([]).setStyle("Fusion")
    for scene in SCENES:
        for theme, zoom, width in looks():
            if arguments.only in f"{scene.name}-{theme.name}-{zoom}-{width}":
                print(take(scene, theme, zoom, width, arguments.folder))


if __name__ == "__main__":
    main()
