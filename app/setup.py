"""What window and terminal need before anything is built: folders, log, settings, an engine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from app.domain.errors import KnownError
from app.engine.base import Engine, EngineOptions
from app.services.core.event_trace import trace
from app.services.core.events import EventBus
from app.services.core.settings import SettingsService
from app.services.maintenance import AFTER_START
from app.store import (
    LadderStore,
    SettingsStore,
)
from app.system.bundled import bundled
from app.system.isolation.network_guard import NetworkGuard
from app.system.logs import Logs
from app.system.paths import Folders, folders
from app.system.tighten import tighten

_log = logging.getLogger(__name__)


def engine_process(options: EngineOptions, memory: LadderStore) -> Engine:
    """llama.cpp in a process of its own, which starts with the first call."""
    from app.engine.process.client import EngineClient

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
        guard: Watches what this process connects to; the one that was installed at its start.
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
    guard: NetworkGuard = field(default_factory=NetworkGuard)

    def __enter__(self) -> Setup:
        return self

    def __exit__(self, _kind: object, value: BaseException | None, _traceback: object) -> None:
        if isinstance(value, Exception) and not isinstance(value, KnownError):
            _log.error("A bug of ours ended it.", exc_info=value)
        self.logs.close()


def prepare(
    where: Folders | None = None,
    *,
    log_level: int = logging.INFO,
    guard: NetworkGuard | None = None,
) -> Setup:
    """Make the folders, start the log and read the settings.

    Args:
        where: None chooses the folders of this installation.
        log_level: At DEBUG each event is logged too.
        guard: What watches this process; None where nothing does.

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
        guard=guard or NetworkGuard(),
    )


def _start_log(where: Folders, level: int) -> Logs:
    tightened = tighten(where)
    logs = Logs(where.logs, level)
    for failure in tightened.failed:
        _log.warning("Others may read it, and that cannot be changed: %s", failure)
    return logs
