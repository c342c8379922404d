"""An answer on its way to the output: Markdown drawn on a terminal, the text as it is elsewhere."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Protocol

from app.cli.streams import say

if TYPE_CHECKING:
    from app.cli.drawing.page import AnswerPage


class AnswerOutput(Protocol):
    """Where the text of one answer goes while it is written."""

    def add(self, text: str) -> None:
        """Show more of the answer."""

    def finish(self) -> None:
        """Show what was held back, and end the line."""


def answer_output() -> AnswerOutput:
    """What suits the output: whoever reads a pipe gets the answer's text and nothing else."""
    return DrawnAnswer() if sys.stdout.isatty() else PlainAnswer()


class PlainAnswer:
    """An answer as the model wrote it."""

    def add(self, text: str) -> None:
        """Print it."""
        say(text)

    def finish(self) -> None:
        """End the line."""
        say("\n")


class DrawnAnswer:
    """An answer with its Markdown drawn.

    What draws it takes about a tenth of a second to be imported, which is done while the engine
    starts and loads the model.
    """

    def __init__(self) -> None:
        self._page: AnswerPage | None = None
        self._importing = threading.Thread(target=_import, name="page-import", daemon=True)
        self._importing.start()

    def add(self, text: str) -> None:
        """Draw what is finished of it."""
        self._drawn().feed(text)

    def finish(self) -> None:
        """Draw the rest."""
        self._drawn().finish()

    def _drawn(self) -> AnswerPage:
        if self._page is None:
            self._importing.join()
            from app.cli.drawing.page import AnswerPage

            self._page = AnswerPage()
        return self._page


def _import() -> None:
    import app.cli.drawing.page  # noqa: F401  # for its time alone
