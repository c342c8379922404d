"""The user's own words: shown as typed, only fenced code is set as code.

A question often holds pasted code or a log without fences; read as Markdown it would lose its
indentation and its underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.markup.document.blocks import Paragraph
from app.markup.document.flow import FlowRow
from app.markup.document.spans import Inline, LineBreak, Text
from app.markup.kinds.code import CodeBlock

LINES_OF_A_ROW = 40

_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})\s*(?P<language>[^\s`]*)[^`]*$")


def verbatim_flow(text: str) -> Iterator[FlowRow]:
    """The rows of a text that is shown as it was typed."""
    plain: list[str] = []
    lines = text.strip("\n").split("\n")
    unclosed: set[str] = set()  # or a text of opening fences alone would cost its square
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at])
        fence = opening["fence"] if opening else ""
        end = _closing(lines, at, fence) if fence and fence not in unclosed else None
        if opening is None or end is None:
            unclosed.add(fence)
            plain.append(lines[at])
            at += 1
            continue
        yield from _paragraphs(plain)
        plain = []
        code = "".join(line + "\n" for line in lines[at + 1 : end])
        yield FlowRow(CodeBlock(opening["language"], code), (), continues=False, top=True)
        at = end + 1
    yield from _paragraphs(plain)


def _closing(lines: list[str], start: int, fence: str) -> int | None:
    for at in range(start + 1, len(lines)):
        line = lines[at].strip()
        if len(line) >= len(fence) and set(line) == {fence[0]}:
            return at
    return None


def _paragraphs(lines: list[str]) -> Iterator[FlowRow]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    for start in range(0, len(lines), LINES_OF_A_ROW):
        spans: list[Inline] = []
        for line in lines[start : start + LINES_OF_A_ROW]:
            spans += [Text(line.expandtabs(4)), LineBreak()]
        yield FlowRow(Paragraph(tuple(spans[:-1])), (), continues=False, top=start == 0)
