"""Services over a scripted engine and a real database, for tests and pictures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.compose import build_reach, build_services
from app.domain.model import ModelFile
from app.domain.settings import Settings
from app.engine.base import Engine
from app.engine.scripted import ScriptedEngine
from app.services.core.events import AnswerEnded, Event, EventBus, SendFailed
from app.services.core.settings import SettingsFile, SettingsService
from app.services.registry import Services
from app.setup import Setup
from app.store import LadderStore, MessageRepository
from app.system.data_folder import POINTER
from app.system.paths import Folders

PATIENCE = 20.0  # seconds until a test that waits for an event gives up


class SettingsInMemory:
    """A settings file without a file."""

    def __init__(self, settings: Settings) -> None:
        self.saved = settings

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        return self.saved, ()

    def reload(self) -> tuple[Settings, tuple[str, ...]]:
        return self.load()

    def save(self, settings: Settings, before: Settings) -> Settings:
        self.saved = settings
        return settings


class NoLog:
    """A log without a file; pytest has the records, and the bugs of threads."""

    def add_filter(self, redact: logging.Filter) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Heard:
    """Every event, in order, and a way to wait for one."""

    events: list[Event] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def wait_for(self, wanted: Callable[[Event], bool], *, after: int = 0) -> Event:
        """The first event from index ``after`` on that is ``wanted``."""
        with self._news:
            self._news.wait_for(
                lambda: any(wanted(event) for event in self.events[after:]), PATIENCE
            )
            return next(event for event in self.events[after:] if wanted(event))

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass
class Harness:
    """One running copy without a face."""

    services: Services
    heard: Heard
    engine: Engine

    @property
    def stored(self) -> MessageRepository:
        """The chats on disk, for what no caller in the program does to them."""
        return self.services.library._repositories.stored

    def ended(self, answer_id: str, *, after: int = 0) -> AnswerEnded:
        """Wait for the end of an answer."""

        def wanted(event: Event) -> bool:
            return isinstance(event, AnswerEnded) and event.message.id == answer_id

        event = self.heard.wait_for(wanted, after=after)
        assert isinstance(event, AnswerEnded)
        return event

    def ask(self, text: str, conversation_id: str | None = None) -> tuple[str, AnswerEnded]:
        """Ask, wait, and give the conversation's id and the end of the answer."""
        conversation_id = conversation_id or self.services.library.create().id
        exchange = self.services.chat.send(conversation_id, text)
        return conversation_id, self.ended(exchange.answer_id)

    def send_failed(self) -> SendFailed:
        event = self.heard.wait_for(lambda e: isinstance(e, SendFailed))
        assert isinstance(event, SendFailed)
        return event


def build(
    folder: Path,
    engine: Engine | None = None,
    settings: Settings | SettingsFile | None = None,
    *,
    chosen: bool = True,
    titles: bool = False,
    name: str = "Scripted",
    endpoint: str = "http://127.0.0.1:9",
) -> Harness:
    """Services over ``folder``; close ``services`` afterwards.

    Downloads connect to ``endpoint``; nobody listens on the default. ``settings`` are kept in
    memory unless it is a file. Without ``chosen`` the settings say which model is used.

    Without ``titles`` the model counts as a demo, which is never asked for a title.
    """
    used = engine or ScriptedEngine()
    bus, heard = EventBus(), Heard()
    bus.subscribe(heard)
    if settings is None or isinstance(settings, Settings):
        settings = SettingsInMemory(settings or Settings())
    setup = Setup(
        folders=Folders(
            folder, folder / "models", folder, folder, "a test's", pointer=folder / POINTER
        ),
        bus=bus,
        settings=SettingsService(settings, bus),
        ladder=LadderStore(folder / "ladder.json"),
        logs=NoLog(),
        engine=lambda _options, _ladder: ScriptedEngine(),
        demo=folder / "demo.gguf",
        endpoint=endpoint,
        maintained_after=0,
    )
    model = ModelFile(folder / "scripted.gguf", name, "Q4_K_M", sha256="5c" * 32, demo=not titles)
    reach = build_reach(setup, lambda: used)
    services = build_services(setup, reach, model=model if chosen else None)
    return Harness(services, heard, used)
