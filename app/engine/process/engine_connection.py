"""The connection to the engine process: started where none runs; commands out, frames in."""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.domain.errors import LoadCancelledError
from app.domain.network.connections import Confinement
from app.engine.base import Cancel, EngineOptions
from app.engine.partial_result import HungError
from app.engine.process import frames
from app.language import tr
from app.process.child_process import (
    ChildProcess,
    ProcessDiedError,
    ProcessExit,
    SlowToStopError,
    program_folder,
)
from app.process.messages import DoneReply, FailedReply, StopCommand

log = logging.getLogger(__name__)

POLL_SECONDS = 0.02  # how soon a set cancel flag is seen while the engine is silent
START_SECONDS = 120.0  # a process that is not up by then never will be
# A command that was stopped and not waited for ends within seconds: a pass over the prompt takes
# six at most, see llama/decode.py. One that has not ended by then hangs.
OWED_SECONDS = 30.0


class EngineConnection:
    """The process, its working folder, and the numbers of commands.

    It decides one thing: a process that crashes while it loads llama.cpp, before any model was
    named, is begun again without modules for graphics cards, for as long as this program runs.

    Args:
        options: Sent to each process that is started.
        command: Program and arguments.
        environment: Added to the process's environment.
    """

    def __init__(
        self,
        options: EngineOptions,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._options = options
        self._command = list(command)
        self._environment = environment
        self._process: ChildProcess | None = None
        self._backend: frames.BackendReply | None = None  # of this process
        self._owed: dict[int, float] = {}  # commands that were stopped and have not ended, and when
        self._number = 0
        self._ended = 0  # the last command whose end was read
        self._reaper: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Id of the process, if there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def confinement(self) -> Confinement | None:
        """What keeps the process from the network; None while it is not up."""
        ready = self._process.ready if self._process is not None else None
        return ready.confinement if isinstance(ready, frames.ReadyReply) else None

    def open(self) -> ChildProcess:
        """The process; it is begun where there is none, which returns at once."""
        if self._process is None:
            self._process = ChildProcess(
                "engine", self._command, frames.CODEC, program_folder(), self._environment
            )
            self._process.send(frames.ConfigureCommand(self._options))
            self._backend = None
            self._owed.clear()
        return self._process

    def configure(self, options: EngineOptions) -> None:
        """Other options, also for the next process. Nothing is waited for."""
        options = self._options = replace(options, graphics=self._options.graphics)
        if self._process is not None:
            self.send(lambda number: frames.ConfigureCommand(options, number))

    def send(self, make: Callable[[int], object]) -> int:
        """Send the command that ``make`` gives for a number; returns the number."""
        process = self.open()
        self._number += 1
        process.send(make(self._number))
        return self._number

    def stop(self, number: int) -> None:
        """Ask that a command ends early; one that ended, as by an error, owes nothing."""
        if self._process is not None and number != self._ended:
            self._process.send(StopCommand(number))
            self._owed.setdefault(number, time.monotonic())

    def replies(
        self,
        number: int,
        cancel: Cancel,
        patience: Callable[[], float] = lambda: math.inf,
        silence: float = math.inf,
    ) -> Iterator[Any]:
        """Frames of one command up to its result.

        Args:
            number: Of the command.
            cancel: Stops it.
            patience: Seconds a stopped command may take, asked while it does.
            silence: Seconds that the process may be silent.

        Raises:
            DiedError: The process died.
            HungError: It is silent for longer, or has not ended a command that was stopped before.
            SlowToStopError: It took longer. What still comes of it is skipped by the next command.
            KnownError: The command failed.
        """
        process = self.open()
        stopped_at, heard_at = math.inf, time.monotonic()
        while True:
            if stopped_at == math.inf and cancel.is_set():
                stopped_at = time.monotonic()
                self.stop(number)
            if time.monotonic() - stopped_at > patience():
                raise SlowToStopError
            owed = min((at for n, at in self._owed.items() if n != number), default=math.inf)
            late = time.monotonic() > min(heard_at + silence, owed + OWED_SECONDS)
            if late and process.events.empty():  # what came while nobody read is read first
                raise HungError
            try:
                frame = process.events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            heard_at = time.monotonic()
            if isinstance(frame, ProcessExit):
                raise ProcessDiedError(frame)
            if isinstance(frame, DoneReply | FailedReply | frames.LoadedReply):
                self._owed.pop(frame.id, None)
                self._ended = frame.id
            if getattr(frame, "id", 0) != number:
                continue
            if isinstance(frame, FailedReply):
                raise frame.error()
            if isinstance(frame, DoneReply):
                yield frame
                return
            yield frame
            if isinstance(
                frame, frames.LoadedReply | frames.TokenCountsReply | frames.DevicesReply
            ):
                return

    def backend(self, cancel: Cancel) -> frames.BackendReply:
        """Have the process load llama.cpp, where it has not yet, and wait until it is there.

        Raises:
            DiedError: It died before, also without modules for graphics cards.
            HungError: It takes too long.
            LoadCancelledError: ``cancel`` was set.
            EngineError: The library cannot be loaded.
        """
        asked, number, began = None, 0, 0.0
        while self._backend is None:
            if cancel.is_set():
                raise LoadCancelledError(tr("Loading was stopped."))
            if (process := self.open()) is not asked:
                asked, began = process, time.monotonic()
                number = self.send(frames.StartBackendCommand)
            if time.monotonic() - began > START_SECONDS:
                raise HungError
            try:
                frame = process.events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            match frame:
                case frames.BackendReply():
                    self._backend = frame
                case FailedReply(id=of) if of == number:
                    raise frame.error()
                case ProcessExit() if frame.crashed and self._options.graphics:
                    log.error("%s %s", described(frame), " | ".join(frame.stderr))
                    log.warning("It was starting: it is begun again without graphics cards")
                    self.discard()
                    self._options = replace(self._options, graphics=False)
                case ProcessExit():
                    raise ProcessDiedError(frame)
        return self._backend

    def discard(self) -> None:
        """The process is dead: close what is left of it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def wait_for_exit(self) -> None:
        """Wait until nothing is left of a process that was ended without waiting."""
        reaper, self._reaper = self._reaper, None
        if reaper is not None:
            reaper.join()

    def close(self) -> None:
        """Ask the process to finish, and wait."""
        process, self._process = self._process, None
        if process is not None:
            process.close()
        self.wait_for_exit()

    def renew(self) -> None:
        """Ask the process to finish, wait, and begin the next one."""
        self.close()
        self.open()

    def detach(self) -> None:
        """End the process without waiting, and begin the next one."""
        process, self._process = self._process, None
        if process is not None:
            self._reaper = process.detach()
        self.open()


def described(death: ProcessExit) -> str:
    """How the engine's process ended, for people."""
    code, signal_name, reason = str(death.code), death.signal_name, death.reason
    if signal_name and reason:
        return tr("The engine was ended by {signal}: {reason}.", signal=signal_name, reason=reason)
    if signal_name:
        return tr("The engine was ended by {signal}.", signal=signal_name)
    if reason:
        return tr("The engine ended with code {code}: {reason}.", code=code, reason=reason)
    return tr("The engine ended with code {code}.", code=code)
