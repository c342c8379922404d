"""Tools: what the model asked a program for, and what it was answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.answers.calculation import equation, is_check, is_computed
from app.domain.parts import Part, ToolCallPart, ToolResultPart
from app.language import tr
from app.markup.document.blocks import NOWHERE, Block, Offsets, Paragraph
from app.markup.document.spans import Text
from app.markup.kinds.code import CodeBlock
from app.markup.parts.form import CaptionLine
from app.markup.parts.part_block import FoldBlock, FoldFrame
from app.markup.text import fenced, label, one_line

if TYPE_CHECKING:
    from app.markup.document.writing import Speller


@dataclass(frozen=True, slots=True)
class CalculationLine(CaptionLine):
    """What the calculator was asked and what it comes to, in one line of the answer."""

    copied = True

    @classmethod
    def of(cls, part: ToolResultPart) -> CalculationLine:
        """The line of a part."""
        line = label(equation(part))
        return cls((Paragraph((Text(line),)),), line)

    def spelled(self, _speller: Speller, _depth: int) -> str:
        return self.caption

    def markdown(self) -> str:
        return one_line(self.caption)


@dataclass(frozen=True, slots=True)
class CheckLines(CaptionLine):
    """What checking the steps of a question found, below it."""

    @classmethod
    def of(cls, part: ToolResultPart) -> CheckLines:
        """A line for each finding."""
        lines = tuple(Paragraph((Text(label(line)),)) for line in part.text.splitlines())
        return cls(lines, "; ".join(part.text.splitlines()))


@dataclass(frozen=True, slots=True)
class ToolFrame(FoldFrame):
    """The row belongs to the use of a tool."""

    heading: str = ""

    def label(self, _words: int) -> str:
        return self.heading


@dataclass(frozen=True, slots=True)
class ToolUse(FoldBlock):
    """A call of a tool with its result, or one of the two.

    Attributes:
        name: The tool's name.
        id: Of the call.
        waits: The result may still follow.
        failed: The tool could not do it.
    """

    children: tuple[Block, ...]
    name: str
    id: str = ""
    waits: bool = False
    failed: bool = False
    span: Offsets = NOWHERE

    @classmethod
    def of_call(cls, part: ToolCallPart) -> ToolUse:
        """What was asked."""
        return cls(_code(part.arguments), part.name, part.id, waits=True)

    @classmethod
    def of_result(cls, part: ToolResultPart) -> ToolUse:
        """What was answered to a call that does not stand right before it."""
        return cls(_answer(part), part.name, part.id, failed=part.failed)

    def joined(self, part: Part) -> ToolUse | None:
        if not self.waits or not isinstance(part, ToolResultPart):
            return None
        if (part.id and self.id and part.id != self.id) or part.name not in {"", self.name}:
            return None
        children = (*self.children, *_answer(part))
        return replace(self, children=children, waits=False, failed=part.failed)

    def heading(self) -> str:
        name = label(self.name)
        if self.failed:
            return tr("Tool: {name} \u00b7 failed", name=name) if name else tr("A tool failed")
        return tr("Tool: {name}", name=name) if name else tr("Tool")

    def markdown(self) -> str:
        body = (
            fenced(child.language, child.text.rstrip("\n"))
            if isinstance(child, CodeBlock)
            else child.plain()
            for child in self.children
        )
        return "\n\n".join(body)

    def frame(self, *, first: bool) -> ToolFrame:
        return ToolFrame(first, self.heading())


def result_block(part: ToolResultPart) -> ToolUse | CaptionLine:
    """What a tool answered, as it is shown."""
    if is_check(part):
        return CheckLines.of(part)
    return CalculationLine.of(part) if is_computed(part) else ToolUse.of_result(part)


def _answer(part: ToolResultPart) -> tuple[Block, ...]:
    if not part.text.strip():
        return (Paragraph((Text(tr("It answered nothing.")),)),)
    word = tr("Why it failed") if part.failed else tr("Result")
    return (Paragraph((Text(word),)), *_code(part.text))


def _code(text: str) -> tuple[Block, ...]:
    if not text.strip():
        return ()
    return (CodeBlock("json" if _is_json(text) else "", text.rstrip("\n") + "\n"),)


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
