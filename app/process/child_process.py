"""A process of ours: starting it, sending commands, receiving frames, noticing its death."""

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
from app.language import spoken
from app.language.spoken import VARIABLE
from app.process.codec import MAX_LINE, FrameCodec, FrameError
from app.process.messages import LogLine, QuitCommand

log = logging.getLogger(__name__)

QUIT_SECONDS = 20.0  # for writing a snapshot; then it is ended
STDERR_LINES = 20
_LOOK_SECONDS = 0.1  # between two looks at whether anybody still wants a frame
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
        errors: The last errors that it logged.
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
        """Why a crash came, in the words of the library that failed; empty where it left none."""
        if not self.crashed:
            return ""
        for line in self.stderr:
            if found := _LAST_WORDS.search(line):
                return found[0].strip().rstrip(".")
        return self.errors[-1].strip().rstrip(".") if self.errors else ""

    @property
    def signal_name(self) -> str:
        """The signal that ended it; empty for none, or one without a name."""
        if self.code < 0:
            with contextlib.suppress(ValueError):
                return signal.Signals(-self.code).name
        return ""

    @property
    def detail(self) -> str:
        """For the log and the "Details" part of a dialog."""
        return "\n".join((*self.errors, *self.stderr))


def command_of(option: str) -> list[str]:
    """How this program starts itself for another purpose: frozen, or from source."""
    if getattr(sys, "frozen", False):
        return [sys.executable, option]
    return [sys.executable, "-P", "-m", "app", option]


def program_folder() -> Path:
    """A folder that is there with the program, and that only whoever installs it writes to.

    A process of ours works in it: nothing is looked up in the user's folders, and nothing has to
    be made that would stay behind where the program is killed.
    """
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(app.__file__).resolve().parent


class ProcessDiedError(Exception):
    """The process died while something was asked of it."""

    def __init__(self, death: ProcessExit) -> None:
        super().__init__(f"exit code {death.code}")  # not shown
        self.process_exit = death


class SlowToStopError(Exception):
    """A command that was stopped has not ended in time."""


class ChildProcess:
    """A running process of ours.

    Args:
        name: For the log and the names of threads.
        command: Program and arguments.
        codec: Writes its commands and reads its frames.
        cwd: Its working directory.
        environment: Added to the environment.
        bound: Frames that wait at most; then the process waits for whoever takes them. None has
            no end.

    Attributes:
        events: Frames in order; a :class:`ProcessExit` is the last.
        ready: The first frame it sent: what it says of itself once it is up; None before.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        codec: FrameCodec,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        *,
        bound: int | None = None,
    ) -> None:
        source = str(Path(app.__file__).parents[2])
        paths = [source, os.environ.get("PYTHONPATH", "")]
        self.events: queue.Queue[Any] | queue.SimpleQueue[Any]
        self.events = queue.SimpleQueue() if bound is None else queue.Queue(bound)
        self.ready: Any = None
        self._name = name
        self._codec = codec
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
        self._listener = threading.Thread(target=self._listen, name=f"{name}-stderr", daemon=True)
        self._threads = [
            threading.Thread(target=self._post, name=f"{name}-commands", daemon=True),
            threading.Thread(target=self._receive, name=f"{name}-frames", daemon=True),
            self._listener,
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def send(self, command: object) -> None:
        """Send a command. A dead process is noticed through :attr:`events`, not here.

        Nothing is waited for: a process that hangs reads nothing, and its pipe is soon full.
        """
        self._outbox.put(self._codec.encode(command))

    def close(self, patience: float = QUIT_SECONDS) -> None:
        """Ask it to finish and wait; after ``patience`` seconds it is ended."""
        self._closing = True
        self.send(QuitCommand())
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            log.warning("The %s did not finish in %.0f s and was ended", self._name, patience)
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
        reaper = threading.Thread(target=self._join, name=f"{self._name}-reaper")
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
        while line := pipe.readline(MAX_LINE):
            try:
                frame = self._codec.decode(line)
            except FrameError as error:
                log.warning("The %s wrote something that is no frame: %s", self._name, error)
                continue
            if isinstance(frame, LogLine):
                logging.getLogger(frame.name).log(frame.level, "%s", frame.text)
                if frame.level >= logging.ERROR:
                    self._errors.append(frame.text)
                continue
            if self.ready is None:
                self.ready = frame
            self._put(frame)
        code = self._process.wait()
        if not self._closing:
            self._listener.join(1.0)  # the last words of a crash
        self._put(ProcessExit(code, tuple(self._stderr), tuple(self._errors)))

    def _put(self, frame: object) -> None:
        """Hand a frame over when there is room; nobody takes one of a process that is closed."""
        while True:
            try:
                self.events.put(frame, timeout=_LOOK_SECONDS)
            except queue.Full:
                if self._closing:
                    return
            else:
                return

    def _listen(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None  # noqa: S101  # Popen was given a pipe
        for line in pipe:
            text = line.decode("utf-8", "replace").rstrip()
            self._stderr.append(text)
            log.info("%s: %s", self._name, text)
