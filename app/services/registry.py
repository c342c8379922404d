"""The services of one running copy, and the order in which they end."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.language import spoken

if TYPE_CHECKING:
    from app.engine.base import Engine
    from app.services.chat.chat_options import ChatOptionsService
    from app.services.chat.chat_service import ChatService
    from app.services.chat.context_service import ContextService
    from app.services.chat.read_ahead import ReadAheadService
    from app.services.chat.titles import TitleService
    from app.services.core.events import EventBus
    from app.services.core.serial_executor import SerialExecutor
    from app.services.core.settings import SettingsService
    from app.services.documents.attached import AttachedDocuments
    from app.services.library.kept_pictures import KeptPictures
    from app.services.library.library_service import LibraryService
    from app.services.maintenance import MaintenanceService
    from app.services.models.add_models import AddModelService
    from app.services.models.advice import AdviceService
    from app.services.models.benchmark_runner import BenchmarkService
    from app.services.models.downloads import DownloadService
    from app.services.models.endpoints import EndpointService
    from app.services.models.model_service import ModelService
    from app.services.models.quantizations import QuantizationService
    from app.services.models.snapshots import SnapshotService
    from app.services.moving import MovingService
    from app.services.presets.preset_service import PresetService
    from app.services.privacy.connections import ConnectionService
    from app.services.serving.serving_service import ServingService
    from app.services.spelling import SpellingService
    from app.services.transfer.transfer_service import TransferService
    from app.services.updates import UpdateService


def late_spelling(folder: Path) -> Callable[[], SpellingService]:
    """What makes the service of spelling when somebody writes: most starts do without.

    Args:
        folder: Of the data, where the user's own words are.
    """

    @cache
    def make() -> SpellingService:
        from app.services.spelling import SpellingService
        from app.store.own_words import OwnWords
        from app.system.language import system_languages

        reader = next(system_languages(os.environ), spoken.IN_FORCE.code)
        return SpellingService(OwnWords(folder / "words.json"), reader.partition(".")[0])

    return make


@dataclass(frozen=True, slots=True)
class Services:
    """The services that window and terminal use; built once in :mod:`app.compose`."""

    bus: EventBus
    settings: SettingsService
    library: LibraryService
    models: ModelService
    endpoints: EndpointService
    chat: ChatService
    context: ContextService
    ahead: ReadAheadService
    documents: AttachedDocuments
    pictures: KeptPictures
    presets: PresetService
    chat_options: ChatOptionsService
    titles: TitleService
    maintenance: MaintenanceService
    downloads: DownloadService
    advice: AdviceService
    add_models: AddModelService
    quantizations: QuantizationService
    transfer: TransferService
    snapshots: SnapshotService
    benchmarks: BenchmarkService
    updates: UpdateService
    connections: ConnectionService
    serving: ServingService
    moving: Callable[[], MovingService]
    spelling: Callable[[], SpellingService]
    executor: SerialExecutor
    engine: Engine
    data_folder: Path

    def close(self) -> None:
        """Stop, drain, flush, close. Nothing is ended with work unsaved.

        What cannot be closed properly, such as an answer that a full disk does not take, keeps
        none of the others from it.

        Raises:
            KnownError: The last failure.
        """
        steps = (
            self.serving.close,
            self.ahead.close,
            self.titles.close,
            self.maintenance.close,
            self.downloads.close,
            self.connections.close,
            self.models.close,
            self.chat.close,
            self.executor.close,
            self.chat.save_pending,
            self.library.close,
            self.documents.close,
            self.engine.close,
        )
        with ExitStack() as ending:
            for step in reversed(steps):
                ending.callback(step)
