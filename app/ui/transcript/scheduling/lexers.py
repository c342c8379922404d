"""Code colouring in the render thread: loading lexers, reading whole blocks.

The first use of a language imports its lexer and compiles its patterns: 5 to 90 ms. Reading a
block of a thousand lines in one go takes 100 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

from app.markup.code.highlighter import Highlighter, TokenSpan, highlight_whole
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.wide_blocks import CodeRow, CodeState

Submit: TypeAlias = Callable[[Callable[[], Any], Callable[[Any], None]], None]


class Lexers:
    """The languages whose lexers are loaded; loads others in the render thread.

    Args:
        ask: Does the first call elsewhere, then the second one here.
        loaded: Called when another language is there.
        recoloured: Called when a block has other colours.
    """

    def __init__(
        self, ask: Submit, loaded: Callable[[], None], recoloured: Callable[[], None]
    ) -> None:
        self._ask, self._loaded, self._recoloured = ask, loaded, recoloured
        self._ready: set[str] = {""}
        self._asked: set[str] = set()

    def is_ready(self, language: str) -> bool:
        """Whether colouring can begin; if not, it soon can."""
        if language in self._ready:
            return True
        if language not in self._asked:
            self._asked.add(language)
            self._ask(partial(Highlighter, language), partial(self._take, language))
        return False

    def _take(self, language: str, _highlighter: object) -> None:
        self._ready.add(language)
        self._loaded()

    def read_whole(self, state: CodeState, rows: Iterable[Row]) -> None:
        """Have a block read in one go, if its colours are not final yet."""
        if state.language not in self._ready or not state.wants_reading:
            return
        own = [row for row in rows if isinstance(row, CodeRow) and row.state is state]
        text = state.read(own)
        if text:
            self._ask(
                partial(highlight_whole, state.language, text),
                partial(self._take_whole, state, own),
            )

    def _take_whole(
        self, state: CodeState, rows: list[CodeRow], runs: list[TokenSpan] | None
    ) -> None:
        if runs and state.set_colours(
            rows, [(run.start, run.length, run.kind.value) for run in runs]
        ):
            self._recoloured()
