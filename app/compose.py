"""The composition root: builds each object once and hands it over by constructor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.endpoints.source import EndpointSource, FileSource
from app.domain.model import ChosenModel, ModelFile
from app.domain.settings import Settings
from app.engine.base import Engine, EngineOptions
from app.setup import Setup
from app.store import EndpointStore, PresetFile, SpeedStore
from app.system.bundled import bundled
from app.system.paths import Folders

if TYPE_CHECKING:  # each is imported where it is made
    from app.network.connection_log import ConnectionLog
    from app.remote.engine import EndpointEngine
    from app.services.core.serial_executor import SerialExecutor
    from app.services.documents.document_service import DocumentService
    from app.services.models.add_models import AddModelService
    from app.services.models.advice import AdviceService
    from app.services.models.downloads import DownloadService
    from app.services.models.endpoints import EndpointService
    from app.services.models.model_service import ModelService
    from app.services.models.named_models import NamedModels
    from app.services.models.quantizations import QuantizationService
    from app.services.moving import MovingService
    from app.services.presets.answer_options import AnswerOptions
    from app.services.presets.preset_service import PresetService
    from app.services.privacy.connections import ConnectionService
    from app.services.registry import Services
    from app.services.serving.serving_service import ServingService

GB = 10**9


@dataclass(frozen=True, slots=True)
class Reach:
    """How models are reached: files by one engine, endpoints by another, over one gate.

    Attributes:
        engine: The engines as one, by where a model is.
        endpoints: Those the user added.
        connections: What was connected to, and whether anything may be.
    """

    engine: Engine
    endpoints: EndpointService
    connections: ConnectionService


def build_reach(setup: Setup, of_files: Callable[[], Engine] | None = None) -> Reach:
    """The table of engines, and what stands before the one of endpoints.

    Args:
        setup: From :func:`prepare`.
        of_files: Makes the engine of files when it is first needed; None is :func:`make_engine`.
    """
    from app.engine.router import EngineRouter
    from app.hub.api.token import RedactingFilter
    from app.services.models.endpoints import EndpointKeys, EndpointService
    from app.services.privacy.connections import ConnectionService

    connections = ConnectionService(
        connection_log(setup.folders),
        setup.settings,
        setup.bus,
        setup.guard,
        lambda: router.confinement,
    )
    store, keys = EndpointStore(setup.folders.data / "endpoints.json"), EndpointKeys()
    setup.logs.add_filter(RedactingFilter(keys))

    @cache
    def remote() -> EndpointEngine:
        from app.hub.api.client import hub_trust
        from app.remote.engine import EndpointEngine

        return EndpointEngine(connections.gate, find=store.get, key=keys.key_of, trust=hub_trust)

    files = of_files or partial(make_engine, setup)
    router = EngineRouter({FileSource: files, EndpointSource: remote})
    return Reach(router, EndpointService(store, keys, remote), connections)


def named_file(setup: Setup, text: str) -> ModelFile:
    """The model file that an option of the terminal names: by path, ``demo``, or as it is listed.

    Raises:
        InvalidValueError: Several models are meant.
        ModelFileError: None is, or it cannot be used.
    """
    from app.hub.local.installed_models import InstalledModels as ModelShelf
    from app.services.models.model_files import find_model_named, model_file

    listed = ModelShelf(setup.folders.data / "models.json").models()
    return find_model_named(text, [model_file(model) for model in listed])


def named_models(setup: Setup, reach: Reach) -> NamedModels:
    """What finds the models that options of the terminal name."""
    from app.hub.api.catalog import load_catalog
    from app.hub.local.installed_models import InstalledModels as ModelShelf
    from app.services.models.named_models import NamedModels

    shelf = ModelShelf(setup.folders.data / "models.json")
    return NamedModels(shelf, reach.endpoints, load_catalog(bundled("models", "catalog.json")))


def make_engine(
    setup: Setup, *, snapshots: Path | None = None, drafting: bool | None = None
) -> Engine:
    """The engine of files: the engine process's client; the process starts with the first call.

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


def connection_log(where: Folders) -> ConnectionLog:
    """The list of connections of this installation."""
    from app.network.connection_log import ConnectionLog

    return ConnectionLog(where.data / "connections.jsonl")


def engine_options(setup: Setup, settings: Settings) -> EngineOptions:
    """What the settings mean for an engine."""
    return EngineOptions(
        snapshot_dir=snapshot_folder(setup.folders) if settings.kv_snapshots else None,
        snapshot_cap_bytes=int(settings.kv_snapshot_gb * GB),
        prompt_lookup=settings.lookup_drafting,
        log_level=setup.log_level,
    )


def preset_file(setup: Setup) -> PresetFile:
    """Where presets and prompts of the user are kept."""
    return PresetFile(setup.folders.data / "presets.json")


def snapshot_folder(where: Folders) -> Path:
    """Where KV snapshots are kept."""
    return where.cache / "kv"


def open_document_library(setup: Setup) -> tuple[DocumentService, str]:
    """The documents of this installation, and what the user should know of opening them."""
    from app.services.documents.opening import open_library

    return open_library(setup.folders.data)


def private_document_library(setup: Setup) -> DocumentService:
    """Documents of which nothing reaches a disk."""
    from app.services.documents.opening import open_private_library

    return open_private_library(setup.folders.data)


@dataclass(frozen=True, slots=True)
class ModelServices:
    """The services around models, with the executor they share."""

    engine: Engine
    executor: SerialExecutor
    models: ModelService
    endpoints: EndpointService
    presets: PresetService
    options: AnswerOptions
    downloads: DownloadService
    advice: AdviceService
    add_models: AddModelService
    quantizations: QuantizationService
    connections: ConnectionService

    def close(self) -> None:
        """Pause downloads, and end the threads and the engine."""
        self.downloads.close()
        self.connections.close()
        self.models.close()
        self.executor.close()
        self.engine.close()


def build_models(
    setup: Setup,
    reach: Reach | None = None,
    *,
    model: ChosenModel | None = None,
    queue: str = "downloads.json",
    window: bool = True,
) -> ModelServices:
    """Build what handles models; the terminal keeps a download queue of its own.

    Args:
        setup: From :func:`prepare`.
        reach: From :func:`build_reach`; None builds it.
        model: Use this one for now, whatever the settings say.
        queue: Name of the file that remembers the downloads.
        window: Whether a first model that arrives is loaded, and not only chosen.

    Raises:
        HubError: The bundled catalogue is damaged.
    """
    from app.hub.api.catalog import load_catalog
    from app.hub.api.token import RedactingFilter, TokenStore
    from app.hub.local.installed_models import InstalledModels as ModelShelf
    from app.services.core.serial_executor import SerialExecutor
    from app.services.models.add_models import AddModelService
    from app.services.models.advice import AdviceService
    from app.services.models.devices import DeviceFinder
    from app.services.models.downloads import DownloadService
    from app.services.models.model_files import ModelDetails, advised_sampling
    from app.services.models.model_service import ModelService
    from app.services.models.quantizations import QuantizationService
    from app.services.presets.answer_options import AnswerOptions
    from app.services.presets.preset_service import PresetService

    lane = SerialExecutor("engine-lane")
    reach = reach or build_reach(setup)
    engine, endpoints, connections = reach.engine, reach.endpoints, reach.connections
    catalog = load_catalog(bundled("models", "catalog.json"))
    shelf = ModelShelf(setup.folders.data / "models.json")
    presets = PresetService(preset_file(setup), setup.bus)
    options = AnswerOptions(setup.settings, presets, partial(advised_sampling, catalog))
    models = ModelService(
        engine,
        lane,
        setup.settings,
        setup.bus,
        shelf=shelf,
        measurements=SpeedStore(setup.folders.data / "speeds.json"),
        facts=ModelDetails(catalog, options),
        demo_path=setup.demo,
        endpoints=endpoints,
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
        gate=connections.gate,
        folder=setup.folders.models,
        state=setup.folders.data / queue,
        endpoint=setup.endpoint,
        arrived=models.choose if window else models.prefer,
    )
    devices = DeviceFinder(engine, lane, setup.bus, lambda: models.state.loaded)
    advice = AdviceService(catalog, shelf, models, setup.settings, setup.folders.models, devices)
    adding = AddModelService(shelf, models, setup.bus, setup.folders.models)
    switching = QuantizationService(catalog, models, downloads, advice, setup.bus)
    return ModelServices(
        engine,
        lane,
        models,
        endpoints,
        presets,
        options,
        downloads,
        advice,
        adding,
        switching,
        connections,
    )


def build_serving(setup: Setup, room: ModelServices, key: Path | None = None) -> ServingService:
    """Build what serves the model to other programs.

    Args:
        setup: From :func:`prepare`.
        room: Around the model.
        key: The file with the key that clients must show; None is Phial's own.
    """
    from app.services.serving.serving_service import ServingService
    from app.serving.key_file import KeyFile

    return ServingService(
        room.engine,
        room.executor,
        room.models,
        setup.settings,
        room.options,
        setup.bus,
        KeyFile(key or setup.folders.data / "serving.key"),
    )


def build_services(
    setup: Setup,
    reach: Reach | None = None,
    *,
    model: ChosenModel | None = None,
    progress: Callable[[float], None] = lambda _done: None,
) -> Services:
    """Open the library and build the services over it and the engines.

    Args:
        setup: From :func:`prepare`.
        reach: From :func:`build_reach`, whose engines are closed with the services; None builds it.
        model: Use this one for now, whatever the settings say.
        progress: Told how far the library is, where opening it takes a while.

    Raises:
        StoreError: The library cannot be opened; nothing was changed.
    """
    from app.services.chat.answer_writer import AnswerWriter
    from app.services.chat.chat_options import ChatOptionsService
    from app.services.chat.chat_service import ChatService
    from app.services.chat.context_service import ContextService
    from app.services.chat.documents_of_chats import documents_of_chats
    from app.services.chat.read_ahead import ReadAheadService
    from app.services.chat.titles import TitleService
    from app.services.library.kept_pictures import kept_pictures
    from app.services.library.library_service import LibraryService
    from app.services.maintenance import MaintenanceService
    from app.services.models.benchmark_runner import BenchmarkService, process_memory
    from app.services.models.snapshots import SnapshotService
    from app.services.registry import Services, late_spelling
    from app.services.transfer.import_record import ImportRecord
    from app.services.transfer.transfer_service import TransferService
    from app.services.updates import UpdateService
    from app.store import open_store
    from app.system.hardware import power_now

    opened = open_store(setup.folders.data, progress=progress)
    if opened.report.read_only:
        setup.settings.keep_in_memory()
    library = LibraryService(opened.repository, setup.settings, setup.bus)
    room = build_models(setup, reach, model=model)
    engine = room.engine
    pictures = kept_pictures(setup.folders.data, opened.repository.conversations, setup.bus)
    documents = documents_of_chats(
        setup.folders.data, setup.bus, power_now, library.trash.documents_removed
    )
    setup.bus.subscribe(documents.on_event)
    chat_options = ChatOptionsService(
        library, room.presets, room.options, room.models, setup.settings, setup.bus
    )
    writer = AnswerWriter(engine, room.models, library, room.options, setup.bus, documents)
    chat = ChatService(engine, room.executor, room.models, library, chat_options, setup.bus, writer)

    @cache
    def moving() -> MovingService:
        from app.services.moving import MovingService

        return MovingService(setup.folders, chat, room.downloads)

    def tidy() -> tuple[str, ...]:
        pictures.look()
        return moving().tidy() if setup.folders.moved else ()

    maintenance = MaintenanceService(
        opened.health,
        opened.repository,
        setup.bus,
        after_start=setup.maintained_after,
        missing=opened.report.lost,
        start_report=(*opened.report.sentences, *setup.settings.problems, *setup.problems),
        tidy=tidy,
    )
    return Services(
        bus=setup.bus,
        settings=setup.settings,
        library=library,
        models=room.models,
        endpoints=room.endpoints,
        chat=chat,
        context=ContextService(
            engine, room.executor, room.models, library, room.options, setup.bus
        ),
        ahead=ReadAheadService(
            engine,
            room.executor,
            room.models,
            library,
            room.options,
            setup.settings,
            setup.bus,
            documents=documents,
            power=power_now,
        ),
        documents=documents,
        pictures=pictures,
        presets=room.presets,
        chat_options=chat_options,
        maintenance=maintenance,
        titles=TitleService(engine, room.executor, room.models, library, setup.bus),
        downloads=room.downloads,
        advice=room.advice,
        add_models=room.add_models,
        quantizations=room.quantizations,
        transfer=TransferService(
            library.chats,
            library.trash,
            setup.bus,
            ImportRecord(opened.repository),
            pictures,
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
        updates=UpdateService(setup.settings, room.connections.gate),
        connections=room.connections,
        serving=build_serving(setup, room),
        moving=moving,
        spelling=late_spelling(setup.folders.data),
        executor=room.executor,
        engine=engine,
        data_folder=setup.folders.data,
    )
