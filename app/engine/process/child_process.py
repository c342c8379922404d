"""One engine process: starting it, sending commands, receiving frames, noticing its death."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import app
from app.engine.base import EngineOptions
from app.engine.process import frames
from app.language import spoken, tr
from app.language.spoken import VARIABLE

log = logging.getLogger(__name__)

QUIT_SECONDS = 20.0  # for writing a snapshot; then it is ended
STDERR_LINES = 20
_CRASHES = frozenset(
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGABRT", "SIGILL", "SIGBUS", "SIGFPE", "SIGTRAP", "SIGSYS")
    if hasattr(signal, name)
)
_WINDOWS_ABORT = 3
# What ggml_abort and C++'s terminate write last, without the path of whoever compiled them.
_LAST_WORDS = re.compile(r"GGML_\w+\(.*|(?<=what\(\):).+|fatal error.*")
BUG_EXIT = 70  # EX_SOFTWARE: the host's worker met an error that is ours
_NTSTATUS_ERROR = 0xC0000000  # Windows exit codes from here on are crashes


@dataclass(frozen=True, slots=True)
class ProcessExit:
    """How the process ended.

    Attributes:
        code: Exit code; negative is a signal's number.
        stderr: The last lines it wrote.
        errors: The last errors that llama.cpp logged.
    """

    code: int
    stderr: tuple[str, ...]
    errors: tuple[str, ...] = ()

    @property
    def crashed(self) -> bool:
        """Whether its own code failed, rather than somebody ending it."""
        if self.code < 0:
            return -self.code in _CRASHES
        return self.code >= _NTSTATUS_ERROR or self.code == _WINDOWS_ABORT

    @property
    def is_bug(self) -> bool:
        """Whether the host itself failed: the same request would fail again on any plan."""
        return self.code == BUG_EXIT

    @property
    def reason(self) -> str:
        """Why, in llama.cpp's own words; empty where it left none."""
        if not self.crashed:
            return ""
        for line in self.stderr:
            if found := _LAST_WORDS.search(line):
                return found[0].strip().rstrip(".")
        return self.errors[-1].strip().rstrip(".") if self.errors else ""

    @property
    def description(self) -> str:
        """For people."""
        code, signal_name, reason = str(self.code), "", self.reason
        if self.code < 0:
            with contextlib.suppress(ValueError):
                signal_name = signal.Signals(-self.code).name
        if signal_name and reason:
            return tr(
                "The engine was ended by {signal}: {reason}.", signal=signal_name, reason=reason
            )
        if signal_name:
            return tr("The engine was ended by {signal}.", signal=signal_name)
        if reason:
            return tr("The engine ended with code {code}: {reason}.", code=code, reason=reason)
        return tr("The engine ended with code {code}.", code=code)

    @property
    def detail(self) -> str:
        """For the log and the "Details" part of a dialog."""
        return "\n".join((*self.errors, *self.stderr))


def default_command() -> list[str]:
    """How this program starts its engine: frozen, or from source."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--engine-host"]
    return [sys.executable, "-P", "-m", "app", "--engine-host"]


class ProcessDiedError(Exception):
    """The process died while something was asked of it."""

    def __init__(self, death: ProcessExit) -> None:
        super().__init__(death.description)
        self.process_exit = death


class SlowToStopError(Exception):
    """A command that was stopped has not ended in time."""


class EngineProcess:
    """A running engine process.

    Args:
        command: Program and arguments.
        options: Its first command.
        cwd: Its working directory.
        environment: Added to the environment.

    Attributes:
        events: Frames in order; a :class:`ProcessExit` is the last.
        ready: The engine's build and machine, once it is up.
    """

    def __init__(
        self,
        command: Sequence[str],
        options: EngineOptions,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        source = str(Path(app.__file__).parents[2])
        paths = [source, os.environ.get("PYTHONPATH", "")]
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.ready: frames.ReadyReply | None = None
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._errors: deque[str] = deque(maxlen=STDERR_LINES)
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._closing = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path for path in paths if path),
                "PYTHONUNBUFFERED": "1",
                VARIABLE: spoken.IN_FORCE.code,
                **(environment or {}),
            },
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._listener = threading.Thread(target=self._listen, name="engine-stderr", daemon=True)
        self._threads = [
            threading.Thread(target=self._post, name="engine-commands", daemon=True),
            threading.Thread(target=self._receive, name="engine-frames", daemon=True),
            self._listener,
        ]
        for thread in self._threads:
            thread.start()
        self.send(frames.ConfigureCommand(options))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, command: object) -> None:
        """Send a command. A dead process is noticed through :attr:`events`, not here.

        Nothing is waited for: a process that hangs reads nothing, and its pipe is soon full.
        """
        self._outbox.put(frames.encode(command))

    def close(self, patience: float = QUIT_SECONDS) -> None:
        """Ask it to finish and wait; after ``patience`` seconds it is ended."""
        self._closing = True
        self.send(frames.QuitCommand())
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            log.warning("The engine did not finish in %.0f s and was ended", patience)
            self._process.kill()
        self._join()

    def kill(self) -> None:
        """End it now; nothing it holds is needed any more."""
        self._closing = True
        self._process.kill()
        self._join()

    def detach(self) -> threading.Thread:
        """End it now without waiting: giving 9 GB back takes the system a while.

        Returns:
            A thread that ends when nothing is left of the process.
        """
        self._closing = True
        self._process.kill()
        reaper = threading.Thread(target=self._join, name="engine-reaper")
        reaper.start()
        return reaper

    def _join(self) -> None:
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _post(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101  # Popen was given a pipe
        while (line := self._outbox.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # it died; see _receive
                pipe.write(line)
                pipe.flush()

    def _receive(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101  # Popen was given a pipe
        while line := pipe.readline(frames.MAX_LINE):
            try:
                frame = frames.decode(line)
            except frames.FrameError as error:
                log.warning("The engine wrote something that is no frame: %s", error)
                continue
            if isinstance(frame, frames.LogLine):
                logging.getLogger(frame.name).log(frame.level, "%s", frame.text)
                if frame.level >= logging.ERROR:
                    self._errors.append(frame.text)
                continue
            if isinstance(frame, frames.ReadyReply):
                self.ready = frame
            self.events.put(frame)
        code = self._process.wait()
        if not self._closing:
            self._listener.join(1.0)  # the last words of a crash
        self.events.put(ProcessExit(code, tuple(self._stderr), tuple(self._errors)))

    def _listen(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None  # noqa: S101  # Popen was given a pipe
        for line in pipe:
            text = line.decode("utf-8", "replace").rstrip()
            self._stderr.append(text)
            log.info("engine: %s", text)
