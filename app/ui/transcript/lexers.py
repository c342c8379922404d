"""Owns having the lexers of languages loaded before code is coloured with them.

The first use of a language imports its lexer and compiles its patterns: 5 to 90 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.markup.code import Highlighter

Ask = Callable[[Callable[[], object], Callable[[object], None]], None]


class Lexers:
    """Says which languages may be coloured now, and has the others loaded.

    Args:
        ask: Does the first call elsewhere, then the second one here.
        loaded: Called when another language is there.
    """

    def __init__(self, ask: Ask, loaded: Callable[[], None]) -> None:
        self._ask, self._loaded = ask, loaded
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
