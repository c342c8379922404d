"""The composition root: builds each object once and hands it over by constructor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import psutil

from app.domain.errors import KnownError
from app.domain.model import ModelFile
from app.domain.settings import Settings
from app.engine.base import Engine, EngineOptions
from app.engine.process.client import EngineClient
from app.hub.api.catalog import load_catalog
from app.hub.api.token import RedactingFilter, TokenStore
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.services.chat.chat_service import ChatService
from app.services.chat.context_service import ContextService
from app.services.chat.titles import TitleService
from app.services.core.event_trace import trace
from app.services.core.events import EventBus
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
from app.services.library.library_service import LibraryService
from app.services.maintenance import AFTER_START, MaintenanceService
from app.services.models.add_models import AddModelService
from app.services.models.advice import AdviceService
from app.services.models.benchmark_runner import BenchmarkService
from app.services.models.downloads import DownloadService
from app.services.models.model_files import find_model_named, model_file
from app.services.models.model_service import ModelService
from app.services.models.snapshots import SnapshotService
from app.services.registry import Services
from app.services.transfer.import_record import ImportRecord
from app.services.transfer.transfer_service import TransferService
from app.services.updates import UpdateService
from app.store import LadderStore, SettingsStore, SpeedStore, open_store
from app.system.bundled import bundled
from app.system.logs import Logs
from app.system.paths import Folders, folders
from app.system.tighten import tighten

_log = logging.getLogger(__name__)
GIB = 2**30


def engine_process(options: EngineOptions, memory: LadderStore) -> Engine:
    """llama.cpp in a process of its own, which starts with the first call."""
    return EngineClient(options, memory=memory)


class Log(Protocol):
    """Where log records go; :class:`app.system.logs.Logs` is one."""

    def add_filter(self, redact: logging.Filter) -> None:
        """Let every record pass ``redact`` before it is written."""

    def close(self) -> None:
        """Stop writing."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What window and terminal need before they decide what else to build; ends the log on exit.

    Attributes:
        problems: Sentences about what Phial has to do without, such as its log.
        log_level: Least severe level that is logged, here and in the engine process.
        engine: Makes an engine of its options and what the ladder remembers.
        demo: The demo model's file.
        endpoint: The Hub's address; None reads ``HF_ENDPOINT``.
        maintained_after: Seconds from the start to the first check of the database.
    """

    folders: Folders
    bus: EventBus
    settings: SettingsService
    ladder: LadderStore
    logs: Log
    problems: tuple[str, ...] = ()
    log_level: int = logging.INFO
    engine: Callable[[EngineOptions, LadderStore], Engine] = engine_process
    demo: Path = field(default_factory=partial(bundled, "models", "demo.gguf"))
    endpoint: str | None = None
    maintained_after: float = AFTER_START

    def __enter__(self) -> Setup:
        return self

    def __exit__(self, _kind: object, value: BaseException | None, _traceback: object) -> None:
        if isinstance(value, Exception) and not isinstance(value, KnownError):
            _log.error("A bug of ours ended it.", exc_info=value)
        self.logs.close()


def prepare(where: Folders | None = None, *, log_level: int = logging.INFO) -> Setup:
    """Make the folders, start the log and read the settings.

    Args:
        where: None chooses the folders of this installation.
        log_level: At DEBUG each event is logged too.

    Raises:
        ReadOnlyStoreError: The data folder cannot be made.
    """
    where = where or folders()
    unmade = where.create()
    logs = _start_log(where, log_level)
    problems = tuple(filter(None, (*unmade, logs.problem)))
    bus = EventBus()
    if log_level <= logging.DEBUG:
        bus.subscribe(trace)
    return Setup(
        folders=where,
        bus=bus,
        settings=SettingsService(SettingsStore(where.data / "settings.json"), bus),
        ladder=LadderStore(where.data / "ladder.json"),
        logs=logs,
        # Where nothing at all can be written, the library says so, once.
        problems=problems if where.writable else (),
        log_level=log_level,
    )


def _start_log(where: Folders, level: int) -> Logs:
    tightened = tighten(where)
    logs = Logs(where.logs, level)
    for failure in tightened.failed:
        _log.warning("Others may read it, and that cannot be changed: %s", failure)
    return logs


def named_model(setup: Setup, text: str) -> ModelFile:
    """The model that an option of the terminal names: by path, by ``demo``, or as it is listed.

    Raises:
        InvalidValueError: Several models are meant.
        ModelFileError: None is, or it cannot be used.
    """
    listed = ModelShelf(setup.folders.data / "models.json").models()
    return find_model_named(text, [model_file(model) for model in listed])


def make_engine(
    setup: Setup, *, snapshots: Path | None = None, drafting: bool | None = None
) -> Engine:
    """The engine process's client; the process starts with the first call.

    Args:
        setup: From :func:`prepare`.
        snapshots: Folder for KV snapshots; None follows the settings.
        drafting: Whether lookup drafting may be used; None follows the settings.
    """
    options = engine_options(setup, setup.settings.current)
    if snapshots is not None:
        options = replace(options, snapshot_dir=snapshots)
    if drafting is not None:
        options = replace(options, prompt_lookup=drafting)
    return setup.engine(options, setup.ladder)


def make_benchmark_engine(setup: Setup, snapshots: Path, drafting: bool) -> Engine:
    """An engine of its own for a measurement."""
    return make_engine(setup, snapshots=snapshots, drafting=drafting)


def process_memory(engine: Engine) -> int:
    """Bytes the process of an engine holds; 0 where it has none."""
    pid = engine.pid if isinstance(engine, EngineClient) else None
    return int(psutil.Process(pid).memory_info().rss) if pid else 0


def engine_options(setup: Setup, settings: Settings) -> EngineOptions:
    """What the settings mean for an engine."""
    return EngineOptions(
        snapshot_dir=snapshot_folder(setup.folders) if settings.kv_snapshots else None,
        snapshot_cap_bytes=int(settings.kv_snapshot_gib * GIB),
        prompt_lookup=settings.lookup_drafting,
        log_level=setup.log_level,
    )


def snapshot_folder(where: Folders) -> Path:
    """Where KV snapshots are kept."""
    return where.cache / "kv"


@dataclass(frozen=True, slots=True)
class ModelServices:
    """The services around model files, with the executor they share."""

    engine: Engine
    executor: SerialExecutor
    models: ModelService
    downloads: DownloadService
    advice: AdviceService
    add_models: AddModelService

    def close(self) -> None:
        """Pause downloads, and end the threads and the engine."""
        self.downloads.close()
        self.models.close()
        self.executor.close()
        self.engine.close()


def build_models(
    setup: Setup,
    engine: Engine,
    *,
    model: ModelFile | None = None,
    queue: str = "downloads.json",
    window: bool = True,
) -> ModelServices:
    """Build what handles model files; the terminal keeps a download queue of its own.

    Args:
        setup: From :func:`prepare`.
        engine: Loads models.
        model: Use this file for now, whatever the settings say.
        queue: Name of the file that remembers the downloads.
        window: Whether a first model that arrives is loaded, and not only chosen.

    Raises:
        HubError: The bundled catalogue is damaged.
    """
    lane = SerialExecutor("engine-lane")
    catalog = load_catalog(bundled("models", "catalog.json"))
    shelf = ModelShelf(setup.folders.data / "models.json")
    models = ModelService(
        engine,
        lane,
        setup.settings,
        setup.bus,
        shelf=shelf,
        measurements=SpeedStore(setup.folders.data / "speeds.json"),
        catalog=catalog,
        demo_path=setup.demo,
        model=model,
    )
    tokens = TokenStore()
    setup.logs.add_filter(RedactingFilter(tokens))
    downloads = DownloadService(
        catalog,
        shelf,
        models,
        setup.settings,
        setup.bus,
        tokens,
        folder=setup.folders.models,
        state=setup.folders.data / queue,
        endpoint=setup.endpoint,
        arrived=models.choose if window else models.prefer,
    )
    advice = AdviceService(catalog, shelf, models, setup.settings, setup.folders.models)
    adding = AddModelService(shelf, models, setup.bus, setup.folders.models)
    return ModelServices(engine, lane, models, downloads, advice, adding)


def build_services(setup: Setup, engine: Engine, *, model: ModelFile | None = None) -> Services:
    """Open the library and build the services over it and ``engine``.

    Args:
        setup: From :func:`prepare`.
        engine: Closed with the services.
        model: Use this file for now, whatever the settings say.

    Raises:
        StoreError: The library cannot be opened; nothing was changed.
    """
    opened = open_store(setup.folders.data)
    report = (*opened.report.sentences, *setup.settings.problems, *setup.problems)
    if opened.report.read_only:
        setup.settings.keep_in_memory()
    library = LibraryService(opened.repository, setup.settings, setup.bus)
    room = build_models(setup, engine, model=model)
    maintenance = MaintenanceService(
        opened.health,
        opened.repository,
        setup.bus,
        after_start=setup.maintained_after,
        missing=opened.report.lost,
        start_report=report,
    )
    chat = ChatService(engine, room.executor, room.models, library, setup.settings, setup.bus)
    return Services(
        bus=setup.bus,
        settings=setup.settings,
        library=library,
        models=room.models,
        chat=chat,
        context=ContextService(
            engine, room.executor, room.models, library, setup.settings, setup.bus
        ),
        maintenance=maintenance,
        titles=TitleService(engine, room.executor, room.models, library, setup.bus),
        downloads=room.downloads,
        advice=room.advice,
        add_models=room.add_models,
        transfer=TransferService(
            library.chats,
            library.trash,
            setup.bus,
            ImportRecord(opened.repository),
            partial(opened.health.back_up, "before-import"),
        ),
        snapshots=SnapshotService(
            engine,
            room.executor,
            setup.settings,
            setup.bus,
            folder=snapshot_folder(setup.folders),
            options=partial(engine_options, setup),
            chats=opened.repository.conversations.ids,
        ),
        benchmarks=BenchmarkService(
            room.executor,
            room.models,
            make_engine=partial(make_benchmark_engine, setup),
            memory=process_memory,
        ),
        updates=UpdateService(setup.settings),
        executor=room.executor,
        engine=engine,
        data_folder=setup.folders.data,
    )
