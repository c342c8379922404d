"""The composition root: builds each object once and hands it over by constructor."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

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
from app.services.core.events import EventBus
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
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
from app.store import LadderStore, SettingsStore, SpeedStore, open_store
from app.system.bundled import bundled
from app.system.logs import Logs
from app.system.paths import Folders, folders
from app.system.tighten import tighten

_log = logging.getLogger(__name__)
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Setup:
    """What every face needs before it decides what else to build; ends the log on exit.

    Attributes:
        problems: Sentences about what Phial has to do without, such as its log.
    """

    folders: Folders
    bus: EventBus
    settings: SettingsService
    ladder: LadderStore
    logs: Logs
    problems: tuple[str, ...] = ()

    def __enter__(self) -> Setup:
        return self

    def __exit__(self, _kind: object, value: BaseException | None, _traceback: object) -> None:
        if isinstance(value, Exception) and not isinstance(value, KnownError):
            _log.error("A bug of ours ended it.", exc_info=value)
        self.logs.close()


def prepare(where: Folders | None = None) -> Setup:
    """Make the folders, start the log and read the settings.

    Raises:
        ReadOnlyStoreError: The data folder cannot be made.
    """
    where = where or folders()
    unmade = where.create()
    tightened = tighten(where)
    logs = Logs(where.logs)
    for failure in tightened.failed:
        _log.warning("Others may read it, and that cannot be changed: %s", failure)
    problems = [sentence for sentence in (*unmade, logs.problem) if sentence]
    bus = EventBus()
    return Setup(
        folders=where,
        bus=bus,
        settings=SettingsService(SettingsStore(where.data / "settings.json"), bus),
        ladder=LadderStore(where.data / "ladder.json"),
        logs=logs,
        # Where nothing at all can be written, the library says so, once.
        problems=tuple(problems) if where.writable else (),
    )


def make_engine(
    setup: Setup, *, snapshots: Path | None = None, drafting: bool | None = None
) -> Engine:
    """The engine process's client; the process starts with the first call.

    Args:
        setup: From :func:`prepare`.
        snapshots: Folder for KV snapshots; None follows the settings.
        drafting: Whether lookup drafting may be used; None follows the settings.
    """
    options = engine_options(setup.settings.current, setup.folders)
    if snapshots is not None:
        options = replace(options, snapshot_dir=snapshots)
    if drafting is not None:
        options = replace(options, prompt_lookup=drafting)
    return EngineClient(options, memory=setup.ladder)


def make_benchmark_engine(setup: Setup, snapshots: Path, drafting: bool) -> Engine:
    """An engine of its own for a measurement."""
    return make_engine(setup, snapshots=snapshots, drafting=drafting)


def process_memory(engine: Engine) -> int:
    """Bytes the process of an engine holds; 0 where it has none."""
    pid = engine.pid if isinstance(engine, EngineClient) else None
    return int(psutil.Process(pid).memory_info().rss) if pid else 0


def engine_options(settings: Settings, where: Folders) -> EngineOptions:
    """What the settings mean for an engine."""
    return EngineOptions(
        snapshot_dir=snapshot_folder(where) if settings.kv_snapshots else None,
        snapshot_cap_bytes=int(settings.kv_snapshot_gib * GIB),
        prompt_lookup=settings.lookup_drafting,
    )


def snapshot_folder(where: Folders) -> Path:
    """Where KV snapshots are kept."""
    return where.cache / "kv"


@dataclass(frozen=True, slots=True)
class ModelServices:
    """The services around model files, with the lane they share."""

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
    """Build what handles model files; the terminal face keeps a download queue of its own.

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
        demo_path=bundled("models", "demo.gguf"),
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
    library = LibraryService(opened.repository, setup.settings, setup.bus, start_report=report)
    room = build_models(setup, engine, model=model)
    maintenance = MaintenanceService(
        opened.health, opened.repository, setup.bus, missing=opened.report.lost
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
            library,
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
            options=partial(engine_options, where=setup.folders),
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
