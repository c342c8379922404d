"""Reasoning in the terminal: dimmed on a screen, left out of a pipe, a part in JSON."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.ask import _write_answer
from app.cli.chats.rows import message_row
from app.cli.drawing.answer import DrawnAnswer, PlainAnswer
from app.domain.conversation import BranchMessage, Version
from app.domain.endpoints.source import FileSource
from app.domain.generation import GenerationRequest, PartAdded, Role, Turn
from app.domain.model import LoadRequest, ModelFile
from app.domain.parts import PlacedPart, ReasoningPart, ToolCallPart
from app.engine.scripted import ScriptedAnswer, ScriptedEngine
from tests.unit.store.making import answer, chat, question

ASKED = GenerationRequest("", (Turn(Role.USER, "Why?"),))
SAID = ScriptedAnswer(
    "<think>\nFirst a.\n</think>\n\nIt is *b*.", behind=(PartAdded(ToolCallPart("sum", "1")),)
)


def asked(output: PlainAnswer | DrawnAnswer | None) -> None:
    path = Path("model.gguf")
    model, load = ModelFile(path, "Model", "", 1), LoadRequest(FileSource(path))
    stop = threading.Event()
    _write_answer(ScriptedEngine([SAID]), load, ASKED, model, stop, output, None, None)


def test_a_pipe_gets_the_answer_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    asked(PlainAnswer())
    assert capsys.readouterr().out == "It is *b*.\n"


def test_reasoning_is_drawn_before_the_answer_and_a_tools_call_behind_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked(DrawnAnswer())
    out = capsys.readouterr().out
    assert "\x1b[2mFirst" in out
    drawn = re.sub(r"\x1b\[[0-9;]*m", "", out)
    thought, text, *call = [line.strip() for line in drawn.splitlines() if line.strip()]
    assert (thought, text) == ("┊ First a.", "It is b.")
    assert call[0] == "Tool: sum"  # what was asked of it stands below
    assert "1" in call[1:]


def test_json_has_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    asked(None)
    told = json.loads(capsys.readouterr().out)
    assert told["text"] == "It is *b*."
    assert told["parts"] == [
        {"at": 0, "kind": "reasoning", "text": "First a.", "seconds": 1},
        {"at": 10, "kind": "tool_call", "name": "sum", "arguments": "1"},
    ]


def test_a_message_of_a_chat_is_told_with_its_parts() -> None:
    placed = (PlacedPart(0, ReasoningPart("Hm", closed=False)),)
    message = replace(answer(question(chat(), None), "Yes"), placed=placed)
    row = message_row(BranchMessage(message, Version(1, 1)))
    assert row["content"] == "Yes"
    assert row["parts"] == [{"at": 0, "kind": "reasoning", "text": "Hm", "closed": False}]
