"""Reasoning: what the model thought before it answered."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.parts import ReasoningPart
from app.language import tr, trn
from app.markup.document.blocks import NOWHERE, Block, Offsets
from app.markup.parse import parse
from app.markup.parts.part_block import FoldBlock, FoldFrame


@dataclass(frozen=True, slots=True)
class ThinkingFrame(FoldFrame):
    """The row belongs to the reasoning."""

    closed: bool = True
    cut: bool = False
    seconds: float | None = None

    def label(self, words: int) -> str:
        if self.cut:
            return trn(
                "Thinking ended early \u00b7 {n} word",
                "Thinking ended early \u00b7 {n} words",
                words,
            )
        if not self.closed:
            return trn("Thinking\u2026 {n} word", "Thinking\u2026 {n} words", words)
        if self.seconds is None:
            return trn("Reasoning \u00b7 {n} word", "Reasoning \u00b7 {n} words", words)
        whole = max(1, round(self.seconds))
        minutes, rest = divmod(whole, 60)
        time = tr("{seconds} s", seconds=rest)
        if minutes:
            time = tr("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
        return trn(
            "Thought for {time} \u00b7 {n} word",
            "Thought for {time} \u00b7 {n} words",
            words,
            time=time,
        )

    def hint(self, *, opened: bool) -> str:
        return tr("Hide the reasoning") if opened else tr("Show the reasoning")

    def spoken(self) -> str:
        return ""  # who wants to hear it opens it


@dataclass(frozen=True, slots=True)
class Thinking(FoldBlock):
    """The reasoning.

    Attributes:
        source: As the model wrote it.
        closed: The model ended it.
        cut: The answer ended in the middle of it.
        seconds: How long it took; None where nobody measured it.
    """

    children: tuple[Block, ...]
    source: str = ""
    closed: bool = True
    cut: bool = False
    seconds: float | None = None
    span: Offsets = NOWHERE

    @classmethod
    def of(cls, part: ReasoningPart) -> Thinking:
        """The reasoning of a message that stands."""
        children = parse(part.text)
        return cls(children, part.text, part.closed, not part.closed, part.seconds)

    def heading(self) -> str:
        return tr("Thinking")

    def markdown(self) -> str:
        return self.source

    def frame(self, *, first: bool) -> ThinkingFrame:
        return ThinkingFrame(first, self.closed, self.cut, self.seconds)
