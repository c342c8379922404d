"""Services over a scripted engine and a real database, for tests and pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.compose import engine_options
from app.domain.model import ModelFile
from app.domain.settings import Settings
from app.engine.base import Engine
from app.engine.scripted import ScriptedEngine
from app.hub.api.catalog import load_catalog
from app.hub.api.token import TokenStore
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.services.chat.chat_service import ChatService
from app.services.chat.context_service import ContextService
from app.services.chat.titles import TitleService
from app.services.core.events import AnswerEnded, Event, EventBus, SendFailed
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsFile, SettingsService
from app.services.library.library_service import LibraryService
from app.services.library.maintenance import MaintenanceService
from app.services.models.add_models import AddModelService
from app.services.models.advice import AdviceService
from app.services.models.benchmark_runner import BenchmarkService
from app.services.models.downloads import DownloadService
from app.services.models.model_service import ModelService
from app.services.models.snapshots import SnapshotService
from app.services.registry import Services
from app.services.transfer.import_record import ImportRecord
from app.services.transfer.transfer_service import TransferService
from app.services.updates import UpdateService
from app.store import SpeedStore, open_store
from app.system.bundled import bundled
from app.system.paths import Folders

PATIENCE = 20.0  # seconds until a test that waits for an event gives up


class SettingsInMemory:
    """A settings file without a file."""

    def __init__(self, settings: Settings) -> None:
        self.saved = settings

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        return self.saved, ()

    def save(self, settings: Settings) -> None:
        self.saved = settings


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
    engine = engine or ScriptedEngine()
    bus = EventBus()
    heard = Heard()
    bus.subscribe(heard)
    opened = open_store(folder)
    if settings is None or isinstance(settings, Settings):
        settings = SettingsInMemory(settings or Settings())
    settings_service = SettingsService(settings, bus)
    library = LibraryService(
        opened.repository, settings_service, bus, start_report=opened.report.sentences
    )
    lane = SerialExecutor("engine-lane")
    catalog = load_catalog(bundled("models", "catalog.json"))
    shelf = ModelShelf(folder / "models.json")
    model = ModelFile(folder / "scripted.gguf", name, "Q4_K_M", sha256="5c" * 32, demo=not titles)
    models = ModelService(
        engine,
        lane,
        settings_service,
        bus,
        shelf=shelf,
        measurements=SpeedStore(folder / "speeds.json"),
        catalog=catalog,
        demo_path=folder / "demo.gguf",
        model=model if chosen else None,
    )
    chat = ChatService(engine, lane, models, library, settings_service, bus)
    services = Services(
        bus=bus,
        settings=settings_service,
        library=library,
        models=models,
        chat=chat,
        context=ContextService(engine, lane, models, library, settings_service, bus),
        maintenance=MaintenanceService(
            opened.health, opened.repository, bus, after_start=0, missing=opened.report.lost
        ),
        titles=TitleService(engine, lane, models, library, bus),
        transfer=TransferService(
            library,
            bus,
            ImportRecord(opened.repository),
            partial(opened.health.back_up, "before-import"),
        ),
        snapshots=SnapshotService(
            engine,
            lane,
            settings_service,
            bus,
            folder=folder / "kv",
            options=partial(
                engine_options, where=Folders(folder, folder, folder, folder, "a test's")
            ),
        ),
        benchmarks=BenchmarkService(
            lane, models, make_engine=lambda _folder, _on: ScriptedEngine(), memory=lambda _: 0
        ),
        updates=UpdateService(settings_service),
        downloads=DownloadService(
            catalog,
            shelf,
            models,
            settings_service,
            bus,
            TokenStore(),
            folder=folder / "models",
            state=folder / "downloads.json",
            endpoint=endpoint,
        ),
        advice=AdviceService(catalog, shelf, models, settings_service, folder / "models"),
        add_models=AddModelService(shelf, models, bus, folder / "models"),
        executor=lane,
        engine=engine,
        data_folder=folder,
    )
    return Harness(services, heard, engine)
