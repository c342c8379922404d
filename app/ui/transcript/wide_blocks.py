"""Owns what the rows of one wide block share: scrolling, columns, the colours of code."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from app.markup.blocks import Align
from app.markup.code import Highlighter

if TYPE_CHECKING:
    from app.ui.transcript.rows import CodeRow


LINE_LIMIT = 2000
"""Characters of a code line beyond which it is drawn in pieces; layouts of lines cost their sum."""


class Sideways:
    """What the rows of one wide block share: how far it is scrolled and how wide it is."""

    __slots__ = ("natural", "wrap", "x")

    def __init__(self) -> None:
        self.x = 0
        self.natural = 0
        self.wrap: bool | None = None


Tokens: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of kind and text; the texts make up the lines of one row."""


class CodeState(Sideways):
    """One code block: its language, its colours, and what its rows share."""

    __slots__ = ("_coloured", "_fed", "_highlighter", "language")

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self._highlighter: Highlighter | None = None
        self._fed = 0
        self._coloured: dict[int, _Coloured] = {}  # by the row's first line

    def tokens_of(self, row: CodeRow) -> Tokens | None:
        """The colours of a row's lines; of a row that grew since, those of its older lines."""
        known = self._coloured.get(row.first)
        return known.tokens if known is not None else None

    def is_coloured(self, row: CodeRow) -> bool:
        """Whether all whole lines of a row have their colours."""
        known = self._coloured.get(row.first)
        return (known.length if known is not None else 0) == len(whole_lines(row))

    def colour(self, row: CodeRow) -> int:
        """Colour the whole lines of a row that have no colours yet, and return their length.

        Rows have to be coloured from the first on: a lexer needs what stands above.
        """
        whole = whole_lines(row)
        known = self._coloured.get(row.first)
        if known is None:
            known = self._coloured[row.first] = _Coloured(self._fed)
        added = whole[known.length :]
        # Made here, not with the block: the first of a language takes up to 90 ms.
        self._highlighter = self._highlighter or Highlighter(self.language)
        for run in self._highlighter.feed(added):
            known.runs.append((run.start - known.base, run.length, run.kind.value))
        self._fed += len(added)
        known.length = len(whole)
        known.tokens = _to_tokens(whole.removesuffix("\n"), known.runs)
        return len(added)


class _Coloured:
    """The colours of one row."""

    __slots__ = ("base", "length", "runs", "tokens")

    def __init__(self, base: int) -> None:
        self.base = base  # where the row begins in its block, characters
        self.length = 0
        self.runs: list[tuple[int, int, str]] = []
        self.tokens: Tokens = ()


def _to_tokens(text: str, runs: list[tuple[int, int, str]]) -> Tokens:
    """Pairs of kind and text that make up ``text``."""
    if any(len(line) > LINE_LIMIT for line in text.split("\n")):
        return ()  # such lines are drawn in pieces, and lexers leave them alone
    made: list[tuple[str, str]] = []
    at = 0
    for start, length, kind in runs:
        if start > at:
            made.append(("", text[at:start]))
        made.append((kind, text[max(at, start) : start + length]))
        at = max(at, start + length)
    made.append(("", text[at:]))
    return tuple(made)


class TableState(Sideways):
    """One table: alignments, head and the widths its columns have grown to."""

    __slots__ = ("alignments", "columns")

    def __init__(self, alignments: tuple[Align, ...]) -> None:
        super().__init__()
        self.alignments = alignments
        self.columns: list[int] = [0] * len(alignments)


def whole_lines(row: CodeRow) -> str:
    """The lines of a row that will not change any more, each with its line end."""
    if row.cut:
        return row.text
    return row.text[: row.text.rfind("\n") + 1] if row.open else row.text + "\n"
