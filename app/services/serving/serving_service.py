"""The switch: serves the model to other programs while the user wants that."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.errors import BugError, KnownError
from app.domain.network.serving import ServingState
from app.engine.base import Engine
from app.services.core.events import (
    ErrorReported,
    Event,
    EventBus,
    ServingChanged,
    SettingsChanged,
)
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
from app.services.models.model_service import ModelService
from app.services.presets.answer_options import AnswerOptions
from app.services.serving.request_list import RequestList
from app.services.serving.served_answers import ServedAnswers
from app.serving.key_file import KeyFile

if TYPE_CHECKING:
    from app.serving.server import Server

ADDRESS = "http://127.0.0.1:{port}/v1"  # not shown: an address


class _Listening:
    """One time of listening.

    Attributes:
        port: Where.
        origins: Pages that may ask.
        stopped: Whether it is to end.
        server: Once it is made.
        thread: On which it runs.
    """

    def __init__(self, port: int, origins: str) -> None:
        self.port = port
        self.origins = origins
        self.stopped = False
        self.server: Server | None = None
        self.thread: threading.Thread | None = None


class ServingService:
    """Listens on a thread of its own, and says on the bus whether it does and who asked.

    Nothing of a server is imported before the first time.

    Args:
        engine: Answers.
        lane: The engine's executor.
        models: The chosen model.
        settings: Whether, where, and for which pages.
        options: What answers are written with where a client asks for nothing else.
        bus: Where changes are published.
        key_file: The key that clients must show.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        settings: SettingsService,
        options: AnswerOptions,
        bus: EventBus,
        key_file: KeyFile,
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._lock = threading.Lock()
        self._now: _Listening | None = None
        self._address = ""
        self._error: KnownError | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._listed = RequestList(self._publish)
        self._answers = ServedAnswers(engine, lane, models, settings, options, self._listed)
        self.key_file = key_file

    @property
    def state(self) -> ServingState:
        """Whether the model is served, and to whom; a frozen value."""
        return ServingState(self._address, self._error, self._listed.newest)

    def begin(self) -> None:
        """Follow the settings from now on, as the window does and no terminal command."""
        self._unsubscribe = self._bus.subscribe(self._on_event)
        self._follow()

    def start(self, port: int, origins: str = "") -> None:
        """Listen, in place of where it was listened before. What comes of it is published.

        Args:
            port: Where; 0 is any that is free.
            origins: Pages that may ask.
        """
        self.stop()
        with self._lock:
            before = self._now
            now = self._now = _Listening(port, origins)
            last = before.thread if before is not None else None
            now.thread = threading.Thread(target=self._listen, args=(now, last), name="serving")
            self._error = None
            now.thread.start()

    def stop(self) -> None:
        """Listen no more, and stop the answers under way; returns before that is done."""
        with self._lock:
            now = self._now
            if now is None:
                return
            now.stopped = True
            server = now.server
        if server is not None:
            server.stop()
        self._answers.stop_all()

    def wait(self) -> None:
        """Wait until nothing is listened to."""
        now = self._now
        if now is not None and now.thread is not None:
            now.thread.join()

    def close(self) -> None:
        """Stop, and end the thread. May be called twice."""
        self._unsubscribe()
        self.stop()
        self.wait()

    def _on_event(self, event: Event) -> None:
        match event:
            case SettingsChanged(before, after):
                if _wanted(before) != _wanted(after):
                    self._follow()

    def _follow(self) -> None:
        settings = self._settings.current
        if settings.serving:
            self.start(settings.serving_port, settings.serving_origins)
        else:
            self.stop()

    # --- on the thread ------------------------------------------------------------------------

    def _listen(self, now: _Listening, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        try:
            self._run(now)
        except KnownError as error:
            with self._lock:
                self._error = error
            self._bus.publish(ErrorReported(error))
        finally:
            bug = sys.exc_info()[0]  # which the thread tells itself, once nobody waits any more
            with self._lock:
                self._error = BugError(bug.__name__) if bug is not None else self._error
            self._address = ""
            self._publish()

    def _run(self, now: _Listening) -> None:
        from app.serving.server import Server  # here: it takes a while, and most never serve

        self.key_file.key()  # made before anybody can ask for it
        server = Server(self._answers, now.port, now.origins, self.key_file.key)
        with self._lock:
            now.server = server
            if now.stopped:
                return
        server.run(self._listening)

    def _listening(self, port: int) -> None:
        self._address = ADDRESS.format(port=port)
        self._publish()

    def _publish(self) -> None:
        self._bus.publish(ServingChanged(self.state))


def _wanted(settings: object) -> tuple[object, ...]:
    names = ("serving", "serving_port", "serving_origins")
    return tuple(getattr(settings, name) for name in names)
