"""Lines that a person types: edited, completed, with a history. prompt_toolkit does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.output.defaults import create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.utils import is_dumb_terminal

from app.cli.streams import asked, is_yes
from app.cli.talk.line_history import LineHistory
from app.cli.talk.lines import Complete
from app.system.terminal import QuietTerminal

_PROMPT_STYLE = "ansicyan"  # tells what was typed from what was answered


class LineEditor:
    """Lines from a terminal.

    Args:
        history: The file of lines that were typed before; None keeps them for this talk alone.
        complete: What Tab offers.
        leaving: The question that Ctrl+C asks.
    """

    def __init__(self, history: Path | None, complete: Complete, leaving: str) -> None:
        output = None if is_dumb_terminal() else _output()
        self._quiet = QuietTerminal()
        self._leaving = leaving
        self._session: PromptSession[str] = PromptSession(
            history=LineHistory(history) if history is not None else InMemoryHistory(),
            completer=_SlashCompleter(complete),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            key_bindings=_keys(),
            enable_suspend=True,
            output=output,
        )
        self._question: PromptSession[str] = PromptSession(output=output)

    @contextmanager
    def open(self) -> Iterator[LineEditor]:
        """Have the terminal for as long as lines are read."""
        with self._quiet.open():
            yield self

    def read(self, prompt: str, default: str = "") -> str:
        """One line; Ctrl+C asks whether to leave, and else gives back what was typed.

        Raises:
            EOFError: The user leaves, or the terminal has gone.
        """
        while True:
            self._quiet.renew()
            try:
                return self._session.prompt([(_PROMPT_STYLE, prompt)], default=default)
            except KeyboardInterrupt:
                default = self._session.default_buffer.text
            if self._leaves():
                raise EOFError

    def _leaves(self) -> bool:
        try:
            said = self._question.prompt([(_PROMPT_STYLE, asked(self._leaving))])
        except (KeyboardInterrupt, EOFError):
            return True
        return is_yes(said)


class _SlashCompleter(Completer):
    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterable[Completion]:
        """What may stand at the cursor."""
        begun, words = self._complete(document.text_before_cursor)
        for word, meaning in words:
            if word.casefold().startswith(begun.casefold()):
                yield Completion(word, -len(begun), display_meta=meaning)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _output() -> Output:
    """The terminal. It is not asked for its cursor: what is typed ahead comes before the answer."""
    output = create_output(always_prefer_tty=True)
    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    return output
