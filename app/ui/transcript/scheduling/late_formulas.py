"""Formulas too heavy for a frame: drawn in the background, and put in place once they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.markup.maths.render import Formula
from app.ui.transcript.items.formulas import (
    FailedFormula,
    FormulaStore,
    is_light,
    render_shape,
    warm_up,
)
from app.ui.transcript.scheduling.lexers import Submit


def _load() -> None:
    import app.markup.spans.inline_rules  # noqa: F401  # for its time alone

    warm_up()


class LateFormulas:
    """Draws the heavy formulas of one transcript in the render thread, one at a time.

    Args:
        submit: Does the first call in the render thread, then the second one here.
        drawn: Called when one is there.

    Attributes:
        store: All formulas of the transcript.
    """

    def __init__(self, submit: Submit, drawn: Callable[[], None]) -> None:
        self._submit, self._drawn = submit, drawn
        self._warm = False
        self._drawing = 0  # formulas that the thread was given and has not brought yet
        self.store = FormulaStore(render_shape, self._is_light, self._draw)

    def _is_light(self, source: str) -> bool:
        """Whether a formula may be drawn in this frame.

        While the thread draws, none may: the renderer does one at a time, and the window would wait
        for as long as the heavy one takes, 0.1 s and more; nor before the renderer was imported.
        """
        self.warm_up()
        return not self._drawing and is_light(source)

    def warm_up(self) -> None:
        """Have loaded what the first text with markup and the first formula would wait for.

        That is the reader of markup (0.03 s), the renderer and its font (0.3 s).
        """
        if not self._warm:
            self._warm = True
            self._drawing += 1
            self._submit(_load, lambda _: self._warmed())

    def _warmed(self) -> None:
        self._drawing -= 1

    def _draw(self, source: str, display: bool) -> None:
        self._drawing += 1
        self._submit(partial(render_shape, source, display), partial(self._take, source, display))

    def _take(self, source: str, display: bool, shape: Formula | FailedFormula) -> None:
        self._drawing -= 1
        self.store.put(source, shape, display=display)
        self._drawn()
