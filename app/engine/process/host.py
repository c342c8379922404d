"""The engine process: the main thread reads commands, a worker thread owns llama.cpp.

The library is loaded with the first command that needs it, so a process that waits is small.

Started by the client as ``phial --engine-host``. End of input ends it, so no orphan keeps a model
in memory. Standard output carries frames only.
"""

from __future__ import annotations

import itertools
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from app.domain.errors import EngineError, KnownError
from app.domain.generation import ReasoningDelta, TextDelta
from app.domain.network.connections import Confinement
from app.engine.base import EngineOptions
from app.engine.process import frames
from app.engine.process.frames import EventReply
from app.language import tr
from app.process.child_process import BUG_EXIT
from app.process.codec import MAX_LINE
from app.process.host_end import LogFrames, leave_no_core_file, take_standard_output
from app.process.messages import DoneReply, FailedReply, QuitCommand, StopCommand

if TYPE_CHECKING:
    from app.engine.llama.engine import LlamaEngine

FRAME_SECONDS = 0.016  # text is shown once a frame; sending it more often only costs
# Text that another program streams: each piece wakes four threads and a process while all cores
# compute, which at 15 ms a token cost a tenth of the rate. People read 25 pieces a second as one.
SERVED_SECONDS = 0.04
IDLE_SECONDS = 30.0  # then the chat's KV state is written, if it is worth it
STACK_BYTES = 16 * 2**20  # llama.cpp's grammar code recurses; macOS gives threads 512 kB
NICENESS = 5  # the window goes first when all cores compute

log = logging.getLogger(__name__)


class FrameWriter:
    """Sends frames from a thread of its own; text that comes fast is joined.

    Attributes:
        thread: That thread.
        pause: Seconds between two frames of text.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._urgent = threading.Event()
        self.pause = FRAME_SECONDS
        self.thread = threading.Thread(target=self._run, name="frames", daemon=True)
        self.thread.start()

    def send(self, message: object) -> None:
        """Queue a frame."""
        self._queue.put(message)
        if not _is_text(message):
            self._urgent.set()

    def close(self) -> None:
        """Send what is queued."""
        self._queue.put(None)
        self._urgent.set()
        self.thread.join()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            self._urgent.clear()
            while not self._queue.empty():
                batch.append(self._queue.get())
            ending = None in batch
            data = b"".join(frames.encode(message) for message in _joined(batch))
            try:
                self._file.write(data)
                self._file.flush()
            except OSError:
                os._exit(0)  # the client is gone
            if ending:
                return
            if all(_is_text(message) for message in batch):
                self._urgent.wait(self.pause)


def _is_text(message: object) -> bool:
    return isinstance(message, EventReply) and isinstance(message.event, TextDelta | ReasoningDelta)


def _joined(batch: list[object]) -> list[object]:
    """The same frames with neighbouring deltas of one kind made one."""
    result: list[object] = []
    for of, neighbours in itertools.groupby(batch, _delta_of):
        if of is None:
            result.extend(message for message in neighbours if message is not None)
            continue
        kind, number = of
        deltas = [message.event for message in neighbours if isinstance(message, EventReply)]
        whole = [delta for delta in deltas if isinstance(delta, kind)]
        text = "".join(delta.text for delta in whole)
        result.append(EventReply(number, kind(text, sum(delta.tokens for delta in whole))))
    return result


def _delta_of(message: object) -> tuple[type[TextDelta] | type[ReasoningDelta], int] | None:
    """What kind of text a frame brings more of, and for which command; None for other frames."""
    if isinstance(message, EventReply) and isinstance(message.event, TextDelta | ReasoningDelta):
        return type(message.event), message.id
    return None


class EngineHost:
    """Command thread and worker thread.

    Args:
        source: Commands.
        sink: Frames.
        began: When the process began, for measuring its start.
        confinement: What keeps this process from the network.
    """

    def __init__(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        began: float,
        confinement: Confinement | None = None,
    ) -> None:
        self._confinement = confinement
        self._source = source
        self._writer = FrameWriter(sink)
        self._began = began
        self._commands: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._cancels: dict[int, threading.Event] = {}
        self._gentle: set[int] = set()  # commands whose steps are not interrupted
        self._reading: frames.ReadAheadCommand | None = None  # under way
        self._ahead_put = self._ahead_taken = 0  # commands that read ahead: nobody waits for them
        self._interrupt: Callable[[], None] = lambda: None
        self._options = EngineOptions()
        self._engine: LlamaEngine | None = None
        self._worker = threading.Thread(target=self._serve, name="llama.cpp", daemon=True)

    def run(self) -> None:
        """Read commands until the input ends."""
        threading.stack_size(STACK_BYTES)
        self._worker.start()
        while line := self._source.readline(MAX_LINE):
            command = frames.decode(line)
            match command:
                case StopCommand(id=number):
                    self._stop(number)
                case QuitCommand():
                    for number in tuple(self._cancels):
                        self._stop(number)
                    self._interrupt()
                    self._commands.put(command)
                    self._worker.join()
                    self._writer.close()
                    return
                case frames.LoadCommand() | frames.GenerateCommand():
                    self._cancels[command.id] = threading.Event()
                    self._drop_reading(command)
                    self._commands.put(command)
                case frames.ReadAheadCommand():
                    self._cancels[command.id] = threading.Event()
                    self._gentle.add(command.id)
                    self._ahead_put += 1
                    self._commands.put(command)
                case _:
                    self._commands.put(command)
        # The client is gone without a word: whatever is being computed, nobody reads it.
        os._exit(0)

    def _stop(self, number: int) -> None:
        cancel = self._cancels.get(number)
        if cancel is not None:
            cancel.set()
            if number not in self._gentle:
                self._interrupt()

    def _drop_reading(self, command: frames.LoadCommand | frames.GenerateCommand) -> None:
        """End the step that reads ahead at once where what comes next is sooner without it."""
        reading = self._reading
        if reading is None:
            return
        of_chat = reading.asked.request.conversation_id
        useless = (
            isinstance(command, frames.LoadCommand) or command.request.conversation_id != of_chat
        )
        if useless or (self._engine is not None and self._engine.is_in_the_way()):
            self._gentle.discard(reading.id)
            self._stop(reading.id)

    def _waited_for(self) -> bool:
        """Whether a command waits that is not only for reading ahead."""
        return self._commands.qsize() > self._ahead_put - self._ahead_taken

    def on_bug(self, found: threading.ExceptHookArgs) -> None:
        """For ``threading.excepthook``: without one of its threads the engine is of no use."""
        value = found.exc_value or found.exc_type()
        log.critical("A thread of the engine ended with a bug", exc_info=value)
        if found.thread is not self._writer.thread:  # which cannot wait for itself
            self._writer.close()
        os._exit(BUG_EXIT)

    def _serve(self) -> None:
        command = self._commands.get()
        if isinstance(command, frames.ConfigureCommand):
            self._options = command.options
        logger = logging.getLogger("app")
        logger.addHandler(LogFrames(self._writer.send))
        logger.setLevel(self._options.log_level)
        if self._confinement is not None:
            kept = self._confinement
            log.info("Kept from the network by: %s. %s", kept.kind, kept.problem)
        self._writer.send(frames.ReadyReply(time.time() - self._began, self._confinement))
        while not isinstance(command := self._next(), QuitCommand):
            try:
                self._carry_out(command)
            except KnownError as error:
                self._writer.send(FailedReply.of(command.id, error))
            finally:
                self._cancels.pop(command.id, None)
                self._gentle.discard(command.id)
        if self._engine is not None:
            self._engine.close()

    def _next(self) -> Any:
        """The next command; where none comes for a while, the engine does what can wait."""
        try:
            command = self._commands.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            if self._engine is not None:
                self._engine.on_idle()
            command = self._commands.get()
        self._ahead_taken += isinstance(command, frames.ReadAheadCommand)
        return command

    def _started(self) -> LlamaEngine:
        """The engine; llama.cpp is loaded with the first command that needs it.

        Before that the process is a third of what the library makes of it.
        """
        if self._engine is None:
            from app.engine.llama.engine import LlamaEngine

            engine = self._engine = LlamaEngine(self._options)
            self._interrupt = engine.interrupt
            engine.busy = self._waited_for
        return self._engine

    def _carry_out(self, command: Any) -> None:
        send = self._writer.send
        if self._engine is None:
            match command:
                case frames.ConfigureCommand(options=options, id=number):
                    self._options = options
                    send(DoneReply(number))
                    return
                case frames.SaveStateCommand(id=number):
                    send(DoneReply(number))
                    return
        engine = self._started()
        match command:
            case frames.StartBackendCommand(id=number):
                machine = " ".join(f"{d.name}={d.description}" for d in engine.devices())
                send(frames.BackendReply(number, engine.backend.build, machine))
            case frames.LoadCommand(id=number, request=request, step=step):
                model = engine.load(
                    request,
                    lambda fraction: send(frames.ProgressReply(number, fraction)),
                    self._cancels[number],
                    step=step,
                    planned=lambda plan, steps: send(frames.PlanReply(number, plan, steps)),
                )
                send(frames.LoadedReply(number, model))
            case frames.GenerateCommand(id=number, request=request):
                self._writer.pause = SERVED_SECONDS if request.owner else FRAME_SECONDS
                engine.told = lambda event: send(EventReply(number, event))
                for event in engine.generate(request, self._cancels[number]):
                    send(EventReply(number, event))
                send(DoneReply(number))
            case frames.ReadAheadCommand(id=number, asked=asked):
                self._reading = command
                try:
                    for progress in engine.read_ahead(asked, self._cancels[number]):
                        send(frames.ReadAheadReply(number, progress))
                finally:
                    self._reading = None
                send(DoneReply(number))
            case frames.CountTokensCommand(id=number, texts=texts):
                send(frames.TokenCountsReply(number, tuple(engine.count_tokens(texts))))
            case frames.ListDevicesCommand(id=number):
                send(frames.DevicesReply(number, tuple(engine.devices())))
            case frames.SaveStateCommand(id=number, conversation_id=conversation):
                engine.save_state(conversation)
                send(DoneReply(number))
            case frames.ConfigureCommand(options=options, id=number):
                engine.configure(options)
                send(DoneReply(number))
            case _:
                raise EngineError(
                    tr("The engine does not know {command}.", command=type(command).__name__)
                )


def main(confinement: Confinement | None = None) -> int:
    """Run the engine process; returns when the client says so.

    Args:
        confinement: What keeps this process from the network since it began.
    """
    began = time.time()
    leave_no_core_file()
    sink = take_standard_output(NICENESS)
    host = EngineHost(sys.stdin.buffer, sink, began, confinement)
    threading.excepthook = host.on_bug
    host.run()
    return 0
