"""``phial chat``: a conversation in the terminal, kept like any other."""

from __future__ import annotations

import argparse
import queue
from collections.abc import Callable
from functools import partial

from app.cli import EXIT_DONE
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import redraw, say
from app.cli.values import model as model_value
from app.compose import Setup, build_services, make_engine
from app.domain.errors import KnownError
from app.domain.generation import PromptProgress
from app.services.chat.chat_service import ChatService
from app.services.core.events import (
    AnswerEnded,
    AnswerProgressed,
    AnswerStarted,
    AnswerTextAdded,
    Event,
    ModelPhase,
    ModelStateChanged,
    SendFailed,
)
from app.services.core.formatting import percent, stop_reason_text, time_left
from app.services.models.model_files import DEMO, find_model
from app.services.registry import Services
from app.system.terminal import LineReader

POLL_SECONDS = 0.05  # how soon Ctrl+C is noticed
HELP = """/new        begin a new chat
/again      another answer to the last question
/continue   go on with an answer that was cut or stopped
/help       this list
/quit       leave (or Ctrl+D)
Ctrl+C stops an answer. End a line with \\ to go on in the next one; what is pasted at once is one
message.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("chat", help="chat in the terminal")
    parser.add_argument("--model", type=model_value, metavar="PATH", help="a GGUF file, or 'demo'")
    parser.add_argument("--private", action="store_true", help="keep nothing of this chat")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Talk until the user leaves.

    Raises:
        KnownError: The model cannot be used, or the library cannot be opened.
    """
    model = find_model(options.model or setup.settings.current.model_path or DEMO)
    services = build_services(setup, make_engine(setup), model=model)
    try:
        _Talk(services, private=options.private).run()
    finally:
        services.close()
    return EXIT_DONE


class _Talk:
    """One terminal session: reads lines, shows answers."""

    def __init__(self, services: Services, *, private: bool) -> None:
        self._services = services
        self._chat: ChatService = services.chat
        self._private = private
        self._conversation = ""
        self._last = ""
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        services.bus.subscribe(self._events.put)

    def run(self) -> None:
        model = self._services.models.state.model
        name = model.label if model is not None else "no model"
        _say(f"Phial with {name}. /help lists commands.")
        self._new()
        with LineReader().open() as lines:
            while (line := _read(lines)) is not None:
                command = line.strip()
                if command == "/quit":
                    return
                if command:
                    self._obey(command, line)

    def _obey(self, command: str, line: str) -> None:
        if command == "/help":
            say(HELP)
        elif command == "/new":
            self._new()
            _say("A new chat.")
        elif command in {"/again", "/continue"} and not self._last:
            _say("There is no answer yet.")
        elif command == "/again":
            self._answer(partial(self._chat.regenerate, self._last))
        elif command == "/continue":
            self._answer(partial(self._chat.continue_answer, self._last))
        elif command.startswith("/"):
            _say(f"There is no command {command}. /help lists them.")
        else:
            self._answer(partial(self._chat.send, self._conversation, line))

    def _new(self) -> None:
        if self._conversation:
            self._chat.save_state(self._conversation)
        self._conversation = self._services.library.create(private=self._private).id
        self._last = ""

    def _answer(self, begin: Callable[[], object]) -> None:
        while not self._events.empty():
            self._events.get()
        try:
            begin()
        except KnownError as error:
            _say(str(error))
            return
        with stop_on_interrupt() as stop:
            while (ended := self._show(self._events)) is None:
                if stop.is_set():
                    self._chat.stop()
        if isinstance(ended, SendFailed):
            _say(str(ended.error))
            return
        self._last = ended.message.id
        note = stop_reason_text(ended.message)
        _say(f"\n[{note}]" if note else "")

    def _show(self, events: queue.SimpleQueue[Event]) -> AnswerEnded | SendFailed | None:
        """Show the next event, if one comes soon; what ends the answer is returned."""
        try:
            event = events.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return None
        match event:
            case AnswerTextAdded(_, _, text, _):
                say(text)
            case AnswerProgressed(_, _, PromptProgress(done, total, left)) if done < total:
                _hint(f"Reading {done:,} of {total:,} tokens {time_left(left)}")
            case AnswerStarted():
                _hint("")
            case ModelStateChanged(state) if state.phase is ModelPhase.LOADING:
                _hint(f"Loading {percent(state.fraction)}")
            case AnswerEnded() | SendFailed():
                return event
        return None


def _read(terminal: LineReader) -> str | None:
    """The next message; lines that end in a backslash go on. None at the end of input."""
    lines: list[str] = []
    prompt = "> "
    while True:
        try:
            line = terminal.read(prompt)
        except EOFError:
            return None
        if not line.endswith("\\"):
            return "\n".join([*lines, line])
        lines.append(line[:-1])
        prompt = "  "


def _say(text: str) -> None:
    say(text + "\n")


def _hint(text: str) -> None:
    """Progress on one line that the next output overwrites; only where a person watches."""
    redraw(text, end="\r" if text else "")
