"""The line to the engine process: one is begun where none runs, commands go, their frames come."""

from __future__ import annotations

import logging
import math
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.errors import LoadCancelledError
from app.engine.base import Cancel, EngineOptions
from app.engine.partial_result import NEVER_CANCELLED
from app.engine.process import frames
from app.engine.process.child_process import (
    EngineProcess,
    ProcessDiedError,
    ProcessExit,
    SlowToStopError,
)

log = logging.getLogger(__name__)

POLL_SECONDS = 0.02  # how soon a set cancel flag is seen while the engine is silent


class EngineConnection:
    """The process, its working folder, and the numbers of commands.

    It decides one thing: a process that crashes while it starts, before any model was named, is
    begun again without modules for graphics cards, for as long as this program runs.

    Args:
        options: Told to each process that is begun.
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
        self._folder: Path | None = None
        self._process: EngineProcess | None = None
        self._number = 0
        self._reaper: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Id of the process, if there is one."""
        return self._process.pid if self._process is not None else None

    def open(self) -> EngineProcess:
        """The process; it is begun where there is none, which returns at once."""
        if self._process is None:
            if self._folder is None:
                # Its own working directory: nothing is looked up in the user's.
                self._folder = Path(tempfile.mkdtemp(prefix="phial-engine-"))
            self._process = EngineProcess(
                self._command, self._options, self._folder, self._environment
            )
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
        """Ask that a command ends early."""
        if self._process is not None:
            self._process.send(frames.StopCommand(number))

    def replies(
        self, number: int, cancel: Cancel, patience: Callable[[], float] = lambda: math.inf
    ) -> Iterator[Any]:
        """Frames of one command up to its result.

        Args:
            number: Of the command.
            cancel: Stops it.
            patience: Seconds a stopped command may take, asked while it does.

        Raises:
            DiedError: The process died.
            SlowToStopError: It took longer. What still comes of it is skipped by the next command.
            KnownError: The command failed.
        """
        process = self.open()
        stopped_at = math.inf
        while True:
            if stopped_at == math.inf and cancel.is_set():
                stopped_at = time.monotonic()
                self.stop(number)
            if time.monotonic() - stopped_at > patience():
                raise SlowToStopError
            try:
                # A flag that cannot be set needs no looking at.
                frame = process.events.get(
                    timeout=None if cancel is NEVER_CANCELLED else POLL_SECONDS
                )
            except queue.Empty:
                continue
            if isinstance(frame, ProcessExit):
                raise ProcessDiedError(frame)
            if getattr(frame, "id", 0) != number:
                continue
            if isinstance(frame, frames.FailedReply):
                raise frame.error()
            if isinstance(frame, frames.DoneReply):
                yield frame
                return
            yield frame
            if isinstance(
                frame, frames.LoadedReply | frames.TokenCountsReply | frames.DevicesReply
            ):
                return

    def ready(self, cancel: Cancel) -> frames.ReadyReply:
        """Wait until the process is up.

        Raises:
            DiedError: It died before, also without modules for graphics cards.
            LoadCancelledError: ``cancel`` was set.
        """
        process = self.open()
        while process.ready is None:
            if cancel.is_set():
                raise LoadCancelledError("Loading was stopped.")
            try:
                frame = process.events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(frame, ProcessExit):
                if not (frame.crashed and self._options.graphics):
                    raise ProcessDiedError(frame)
                log.error("%s %s", frame.description, " | ".join(frame.stderr))
                log.warning("It was starting: it is begun again without graphics cards")
                self.discard()
                self._options = replace(self._options, graphics=False)
                process = self.open()
        return process.ready

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
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def detach(self) -> None:
        """End the process without waiting, and begin the next one."""
        process, self._process = self._process, None
        if process is not None:
            self._reaper = process.detach()
        self.open()
