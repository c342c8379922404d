"""An answer on its way to the output: Markdown drawn on a terminal, the text as it is elsewhere."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Protocol

from app.cli.streams import say
from app.domain.parts import Part, ToolCallPart

if TYPE_CHECKING:
    from app.cli.drawing.page import AnswerPage


class AnswerOutput(Protocol):
    """Where the text of one answer goes while it is written, and what was thought before it."""

    def think(self, text: str) -> None:
        """Show more of the reasoning."""

    def add(self, text: str) -> None:
        """Show more of the answer."""

    def add_part(self, part: Part) -> bool:
        """Show a part that came whole, at the end of the text so far; whether it is shown here."""

    def finish(self) -> None:
        """Show what was held back, and end the line."""


def answer_output() -> AnswerOutput:
    """What suits the output: whoever reads a pipe gets the answer's text and nothing else."""
    return DrawnAnswer() if sys.stdout.isatty() else PlainAnswer()


class PlainAnswer:
    """An answer as the model wrote it, without its reasoning."""

    def think(self, text: str) -> None:
        """Nothing: what reads this wants the answer."""

    def add(self, text: str) -> None:
        """Print it."""
        say(text)

    def add_part(self, part: Part) -> bool:
        """Print what was computed: the text goes on behind it."""
        line = _computed(part)
        if line:
            self.add(line)
        return bool(line)

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
        self._thoughts: AnswerPage | None = None
        self._importing = threading.Thread(target=_import, name="page-import", daemon=True)
        self._importing.start()

    def think(self, text: str) -> None:
        """Draw what is finished of the reasoning, dimmed."""
        if self._thoughts is None:
            self._thoughts = self._made(thoughts=True)
        self._thoughts.feed(text)

    def add(self, text: str) -> None:
        """Draw what is finished of it."""
        if self._page is None:
            if self._thoughts is not None:
                self._thoughts.finish()
                say("\n")
            self._page = self._made()
        self._page.feed(text)

    def add_part(self, part: Part) -> bool:
        """Draw what was computed, or what the model asked a tool for."""
        markdown = _computed(part)
        if isinstance(part, ToolCallPart):
            from app.markup.parts.tools import ToolUse
            from app.markup.text import one_line

            use = ToolUse.of_call(part)
            markdown = f"\n\n{one_line(use.heading())}\n\n{use.markdown()}\n\n"
        if markdown:
            self.add(markdown)
        return bool(markdown)

    def finish(self) -> None:
        """Draw the rest."""
        page = self._page or self._thoughts or self._made()
        page.finish()

    def _made(self, *, thoughts: bool = False) -> AnswerPage:
        self._importing.join()
        from app.cli.drawing.page import AnswerPage

        return AnswerPage(thoughts=thoughts)


def _computed(part: Part) -> str:
    from app.domain.answers.calculation import computed_line  # not before an answer has a part

    return computed_line(part)


def _import() -> None:
    import app.cli.drawing.page  # noqa: F401  # for its time alone
