"""The command ``phial`` as a shell runs it, whole or with one row of its options taken out.

Run as ``python -m tests.support.terminal WORDS…`` it is ``phial`` with what the environment asks
for: :data:`WITHOUT` names an option that is accepted and not passed on, or a command that does
nothing; :data:`ENGINE_LOG` names a file to which the engine process writes what it is asked;
:data:`PRESSED` is the button that a hand presses in the window wherever it is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = "PHIAL_TEST_WITHOUT"
ENGINE_LOG = "PHIAL_TEST_ENGINE_LOG"
PRESSED = "PHIAL_TEST_PRESSED"
PATIENCE = 60  # seconds until a command counts as hanging
BRIEF = 2.0  # seconds until what comes at once counts as not coming
SubParsers = argparse._SubParsersAction


# --- the table -----------------------------------------------------------------------------------


def parsers(
    parser: argparse.ArgumentParser | None = None, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every parser of the tree with its command: "" for the program itself, "chats export"."""
    from app.main import _parser

    parser = parser or _parser()
    yield name, parser
    for action in parser._actions:
        if isinstance(action, SubParsers):
            for word, sub in action.choices.items():
                yield from parsers(sub, f"{name} {word}".strip())


def options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """Its options by their long name, and its positional arguments; not ``--help``."""
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction | SubParsers):
            yield max(action.option_strings, key=len, default=action.dest.upper()), action


def rows() -> list[str]:
    """Every command and every option of it: "phial" (the window), "ask --top-k", "chat /new"."""
    from app.cli.talk.slash_commands import HELP

    found = []
    for name, parser in parsers():
        if not any(isinstance(action, SubParsers) for action in parser._actions):
            found.append(name)
        elif not name:
            found.append("phial")
        found += [f"{name} {option}".strip() for option, _ in options(parser)]
    return [*found, *(f"chat {line.split()[0]}" for line in HELP.splitlines() if line[0] == "/")]


def take_out(tree: argparse.ArgumentParser, row: str) -> None:
    """Make an option be accepted and not passed on, or a command do nothing and report success."""
    if row.startswith("chat /"):
        _take_out_of_talks(row.removeprefix("chat "))
    for name, parser in parsers(tree):
        if row == (name or "phial"):
            parser.set_defaults(run=lambda _options, _setup: 0)
        for option, action in options(parser):
            if row == f"{name} {option}".strip():
                action.__class__ = type("Ignored", (type(action),), {"__call__": _ignore})
                if not action.option_strings and action.default is None:
                    action.default = _nothing_of(action)


def _take_out_of_talks(word: str) -> None:
    from app.cli import chat

    obey = chat.Talk.obey

    def without(self: chat.Talk, given: str, argument: str) -> None:
        if given != word:
            obey(self, given, argument)

    chat.Talk.obey = without


def _ignore(*_: object) -> None:
    """In place of storing a value."""


def _nothing_of(action: argparse.Action) -> object:
    from app.cli.values import path

    if action.nargs in {"*", "+"}:
        return []
    return None if action.nargs == "?" else Path() if action.type is path else ""


# --- running it ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed as JSON."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"no JSON: {self.out!r} {self.err!r}") from error


def command(*words: str, changed: bool = False) -> list[str]:
    """The program and its arguments; the real one unless this run changes something in it."""
    changed = changed or WITHOUT in os.environ
    module = "tests.support.terminal" if changed else "app"
    return [sys.executable, "-m", module, *words]


def environment(**more: str | None) -> dict[str, str]:
    """Of a command. None removes."""
    changed = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return {name: value for name, value in changed.items() if value is not None}


def phial(
    *words: str | Path,
    stdin: str | bytes = "",
    code: int | None = 0,
    cwd: Path | None = None,
    log: Path | None = None,
    **more: str | None,
) -> Ran:
    """Run a command to its end.

    Args:
        words: Its arguments.
        stdin: Its input.
        code: The exit code it must have; None takes any.
        cwd: Where it runs.
        log: Where a recording engine writes what it is asked, in the real one's place.
        more: Environment variables; None removes one.

    Raises:
        AssertionError: It ended otherwise, with a traceback, or not at all.
    """
    recording = {ENGINE_LOG: str(log)} if log is not None else {}
    given = stdin if isinstance(stdin, bytes) else stdin.encode("utf-8", "surrogateescape")
    changed = log is not None or WITHOUT in os.environ
    try:
        if changed and not more and sys.platform != "win32":
            from tests.support.nursery import nursery

            env = environment(**recording)
            done = nursery().run([*map(str, words)], stdin=given, cwd=cwd, env=env, limit=PATIENCE)
        else:
            done = subprocess.run(
                command(*map(str, words), changed=changed),
                input=given,
                capture_output=True,
                check=False,
                cwd=cwd,
                env=environment(**recording, **more),
                timeout=PATIENCE,
            )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"it does not end: {words}") from error
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.err, ran.err
    assert code in {None, ran.code}, (ran.code, ran.out, ran.err)
    return ran


@dataclass(frozen=True)
class Asked:
    """What a recording engine was asked."""

    commands: tuple[Any, ...]

    def of(self, kind: type[Any]) -> list[Any]:
        """The commands of one kind."""
        return [one for one in self.commands if isinstance(one, kind)]

    def one(self, kind: type[Any]) -> Any:
        """The first of a kind."""
        found = self.of(kind)
        assert found, f"the engine was asked for no {kind.__name__}"
        return found[0]


def asked(log: Path) -> Asked:
    """Read what a recording engine wrote; a line that is being written waits for its end."""
    from app.engine.process import frames

    lines = log.read_bytes().splitlines(keepends=True) if log.exists() else []
    return Asked(tuple(frames.decode(line) for line in lines if line.endswith(b"\n")))


@dataclass(frozen=True)
class Window:
    """A window that is open, and what its engine is asked."""

    child: subprocess.Popen[bytes]
    log: Path

    def asks(self, wanted: type[Any], count: int = 1) -> list[Any]:
        """Wait until its engine is asked for something.

        Args:
            wanted: The kind of command.
            count: How many of them there must be.

        Raises:
            AssertionError: The window ended, or its engine is started and is not asked for it.
        """
        deadline = time.monotonic() + PATIENCE
        started = False
        while len((now := asked(self.log)).of(wanted)) < count:
            if now.commands and not started:  # the engine starts as the window is shown
                deadline, started = time.monotonic() + BRIEF, True
            code = self.child.poll()
            assert code is None, f"it ended with code {code}"
            assert time.monotonic() < deadline, f"the engine was asked for no {wanted.__name__}"
            time.sleep(0.05)
        return now.of(wanted)


@contextmanager
def window(
    *words: str | Path, log: Path, cwd: Path | None = None, pressing: str = ""
) -> Iterator[Window]:
    """Open the window with a recording engine, and end it without a word.

    Args:
        words: Arguments of the command.
        log: Where the recording engine writes what it is asked.
        cwd: Where it runs.
        pressing: The words of a button that is pressed when it is shown.
    """
    child = subprocess.Popen(
        command(*map(str, words), changed=True),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=cwd,
        env=environment(QT_QPA_PLATFORM="offscreen", **{ENGINE_LOG: str(log), PRESSED: pressing}),
        start_new_session=True,
    )
    try:
        yield Window(child, log)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


# --- in the child --------------------------------------------------------------------------------


def _main() -> int:
    from app import main
    from app.engine.process import client

    make_parser = main._parser

    def parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
        made = make_parser(words)
        if row := os.environ.get(WITHOUT, ""):
            take_out(made, row)
        return made

    main._parser = parser
    if ENGINE_LOG in os.environ:
        recording = [sys.executable, "-m", "tests.support.recording_engine"]
        client.command_of = lambda _option: recording
    if words := os.environ.get(PRESSED, ""):
        _press(words)
    return main.main()


def _press(words: str) -> None:
    """Press each button with these words as soon as it can be."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QPushButton

    from app.ui import application as program

    make = program.make_application

    def press() -> None:
        for button in [one for one in QApplication.allWidgets() if isinstance(one, QPushButton)]:
            if button.text() == words and button.isVisible() and button.isEnabled():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def make_application() -> QApplication:
        application = make()
        timer = QTimer(application)
        timer.timeout.connect(press)
        timer.start(50)
        return application

    program.make_application = make_application


if __name__ == "__main__":
    sys.exit(_main())
