"""One answer for another program: waits for its turn, gives way to the window, goes on."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from app.domain.errors import (
    BugError,
    ContextFullError,
    EngineDiedError,
    InvalidValueError,
    KnownError,
    LoadCancelledError,
    NotFoundError,
    PromptTooLongError,
)
from app.domain.generation import (
    ContextFitted,
    Finished,
    GenerationEvent,
    RawPrompt,
    ReasoningDelta,
    ReasoningStarted,
    Role,
    StopReason,
    TextDelta,
    Timings,
    Turn,
)
from app.domain.network.serving import (
    ServedEvent,
    ServedFailure,
    ServedPrompt,
    ServedRequest,
    ServedStatus,
)
from app.engine.base import Cancel
from app.language import tr

_REFUSALS = (InvalidValueError, NotFoundError, PromptTooLongError, ContextFullError)
Deliver = Callable[[ServedEvent], None]


class Desk(Protocol):
    """What an answer needs of those who hand it out."""

    def queue(self, answer: ServedAnswer, *, again: bool = False) -> None:
        """Have it written when it is its turn."""

    def begin(self, prompt: ServedPrompt, cancel: Cancel) -> tuple[Path, str]:
        """Have the model ready; its file, and what clients call it.

        Raises:
            KnownError: It cannot be used, or is not the one that was asked for.
        """

    def events(self, prompt: ServedPrompt, cancel: Cancel) -> Iterator[GenerationEvent]:
        """The engine's events."""

    def update(self, request: ServedRequest) -> None:
        """What is listed of it changed."""

    def ended(self, request: ServedRequest) -> None:
        """It has ended."""


class ServedAnswer:
    """One answer.

    When the window wants the engine, an answer of which the client has nothing yet begins anew
    afterwards, and one of plain text goes on. What can do neither is finished first: a grammar, or
    a text that comes after, needs the answer from its beginning, and thoughts cannot be gone on
    with.

    Args:
        desk: Who hands it out.
        request: What is listed of it.
        prompt: What is asked; forgotten when it ends.
        deliver: Called with each event, on other threads.
    """

    def __init__(
        self, desk: Desk, request: ServedRequest, prompt: ServedPrompt, deliver: Deliver
    ) -> None:
        self._desk = desk
        self._request = request
        self._prompt = prompt
        self._deliver = deliver
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._cancelled = self._yields = self._ended = False
        self._held: list[GenerationEvent] = []  # of an answer that is sent when it is whole
        self._sent = ""
        self._tokens = 0
        self._steady = False  # finished before the window's answer, since it cannot go on after it
        self._prompt_tokens: int | None = None
        self._file: Path | None = None

    @property
    def number(self) -> int:
        """Its number in the list."""
        return self._request.number

    def cancel(self) -> None:
        """The client hung up, or serving ends. From any thread; may be called twice."""
        with self._lock:
            self._cancelled = True
            waits = not self._ended and self._request.status is ServedStatus.WAITING
            self._ended |= waits  # nobody else would say so before its turn comes
            self._stop.set()
        if waits:
            self._close(ServedStatus.CANCELLED, Finished(StopReason.STOPPED, Timings(), 0))

    def give_way(self) -> None:
        """The window wants the engine. From any thread, also before :meth:`run` has begun."""
        with self._lock:
            if self._steady:
                return
            self._yields = True
            self._stop.set()

    def run(self) -> None:
        """Write it. On the engine's executor."""
        with self._lock:
            if self._ended:
                return
            self._request = replace(self._request, status=ServedStatus.RUNNING)
        try:
            self._write()
        except LoadCancelledError:
            self._end(Finished(StopReason.STOPPED, Timings(), 0))
        except KnownError as error:
            self._fail(error)
        finally:
            self._settle(sys.exc_info()[0])

    # --- on the executor --------------------------------------------------------------------

    def _write(self) -> None:
        file, name = self._desk.begin(self._prompt, self._stop)
        if self._sent and self._file != file:
            raise NotFoundError(
                tr("The model was changed while the answer was written."), data="", action=""
            )
        self._file = file
        self._update(model=name)
        for event in self._desk.events(self._rest(), self._stop):
            if isinstance(event, Finished):
                self._end(event)
            else:
                self._pass_on(event)

    def _rest(self) -> ServedPrompt:
        """What is still to be written: all of it, or what follows the text that was sent."""
        prompt = self._prompt
        if not self._sent:
            return prompt
        sampling = dict(prompt.sampling)
        if isinstance(most := sampling.get("max_tokens"), int):
            sampling["max_tokens"] = max(1, most - self._tokens)
        if prompt.raw is not None:
            return replace(prompt, raw=RawPrompt(prompt.raw.text + self._sent), sampling=sampling)
        turns, before = prompt.turns, ""
        if turns[-1].role is Role.ASSISTANT:
            turns, before = turns[:-1], turns[-1].content
        turns = (*turns, Turn(Role.ASSISTANT, before + self._sent))
        return replace(prompt, turns=turns, sampling=sampling)

    def _pass_on(self, event: GenerationEvent) -> None:
        prompt = self._prompt
        text, tokens, thinks = "", 0, False
        match event:
            case ContextFitted(prompt_tokens=read) if self._prompt_tokens is None:
                self._prompt_tokens = read
            case TextDelta():
                text, tokens = event.text, event.tokens
            case ReasoningDelta():
                tokens, thinks = event.tokens, True
            case ReasoningStarted():
                thinks = True
        with self._lock:
            self._tokens += tokens
            if prompt.whole:
                self._held.append(event)
                return
            self._sent += text
            filling = prompt.raw is not None and prompt.raw.suffix is not None
            self._steady |= thinks or (bool(text) and (bool(prompt.grammar) or filling))
        self._deliver(event)

    def _end(self, event: Finished) -> None:
        """The engine has ended it: for good, or because it was to give way."""
        with self._lock:
            stopped = event.reason is StopReason.STOPPED
            again = stopped and self._yields and not self._cancelled
            if again:
                self._yields = False  # whoever asks it to give way from now on is heard
                self._stop.clear()
                self._held.clear()
                self._tokens = self._tokens if self._sent else 0
                self._request = replace(self._request, status=ServedStatus.WAITING)
            ended, self._ended = self._ended, self._ended or not again
        if again:
            self._update()
            self._desk.queue(self, again=True)
        elif not ended:
            broke = event.reason is StopReason.ENGINE_DIED or (stopped and not self._cancelled)
            status = ServedStatus.CANCELLED if stopped else ServedStatus.DONE
            self._close(ServedStatus.FAILED if broke else status, self._whole(event))

    def _settle(self, bug: type[BaseException] | None) -> None:
        """See that a client does not wait for an answer that has ended without saying so."""
        with self._lock:
            settled = self._ended or self._request.status is not ServedStatus.RUNNING
        if not settled:
            ended = EngineDiedError(tr("The engine ended without finishing the answer."), data="")
            self._fail(BugError(bug.__name__) if bug is not None else ended)

    def _whole(self, event: Finished) -> Finished:
        """The end of the whole answer, of which the engine may know the last part only."""
        timings = event.timings
        if self._sent and self._tokens > timings.completion_tokens:
            timings = replace(timings, completion_tokens=self._tokens)
        if self._prompt_tokens is not None:
            timings = replace(timings, prompt_tokens=self._prompt_tokens)
        return replace(event, timings=timings)

    def _fail(self, error: KnownError) -> None:
        with self._lock:
            ended, self._ended = self._ended, True
        if not ended:
            begun = bool(self._sent or self._held)  # then it is no refusal, whatever it is
            refused = isinstance(error, _REFUSALS) and not begun
            self._close(
                ServedStatus.REFUSED if refused else ServedStatus.FAILED, ServedFailure(error)
            )

    def _close(self, status: ServedStatus, last: ServedEvent) -> None:
        """Say how it ended, and forget what was asked and answered."""
        held = self._held
        self._prompt, self._held, self._sent = ServedPrompt(), [], ""
        seconds = time.monotonic() - self._began
        tokens = last.timings.completion_tokens if isinstance(last, Finished) else self._tokens
        self._request = replace(self._request, status=status, seconds=seconds, tokens=tokens)
        self._desk.ended(self._request)
        for event in (*held, last):
            self._deliver(event)

    def _update(self, **changes: Any) -> None:
        with self._lock:
            self._request = replace(self._request, **changes)
        self._desk.update(self._request)
