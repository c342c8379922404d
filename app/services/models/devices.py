"""The compute devices of this computer, as llama.cpp tells them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future

from app.domain.endpoints.source import FileSource
from app.domain.errors import KnownError
from app.domain.gguf.header import read_gguf_file
from app.domain.model import Device, LoadedModel
from app.engine.base import Engine
from app.services.core.events import DevicesFound, EventBus
from app.services.core.serial_executor import SerialExecutor
from app.services.models.model_fit import without_model

_log = logging.getLogger(__name__)


class DeviceFinder:
    """Asks the engine, on its executor.

    Args:
        engine: Knows them.
        lane: Its executor.
        bus: Is told.
        loaded: What is loaded now.

    Attributes:
        known: As they were told last; empty before :meth:`find`. What a loaded model holds of them
            counts as free: it goes before another one comes.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        bus: EventBus,
        loaded: Callable[[], LoadedModel | None],
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._bus = bus
        self._loaded = loaded
        self.known: tuple[Device, ...] = ()

    def find(self) -> Future[None]:
        """Ask, and publish :class:`DevicesFound`."""
        return self._executor.submit(self._ask)

    def _ask(self) -> None:
        try:
            devices, loaded = tuple(self._engine.devices()), self._loaded()
            plan = loaded.plan if loaded is not None else None
            match loaded:
                case LoadedModel(source=FileSource(path)) if plan and plan.gpu_layers:
                    devices = without_model(devices, plan, read_gguf_file(path))
        except KnownError as error:
            _log.warning("The devices are not known: %s", error.what)
            return
        self.known = devices
        self._bus.publish(DevicesFound(devices))
