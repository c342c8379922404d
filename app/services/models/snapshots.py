"""The KV snapshots on disk: size, clearing, chats that are gone; options follow the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from pathlib import Path

from app.domain.errors import StoreError
from app.domain.settings import Settings
from app.engine.base import Engine, EngineOptions
from app.language import tr
from app.services.core.events import (
    ErrorReported,
    Event,
    EventBus,
    RemovedForGood,
    SettingsChanged,
)
from app.services.core.serial_executor import SerialExecutor
from app.services.core.settings import SettingsService
from app.system.hardware import disk_free

MakeOptions = Callable[[Settings], EngineOptions]


def has_snapshots(folder: Path) -> bool:
    """Whether anything is kept in a folder of snapshots."""
    from app.engine.snapshots import stored_bytes  # each where it is used: no start looks at them

    return stored_bytes(folder) > 0


def remove_of_gone(folder: Path, chats: Collection[str]) -> None:
    """Remove what is kept of chats other than these; a running engine notices.

    Raises:
        StoreError: Something could not be removed.
    """
    from app.engine.snapshots import remove_others

    try:
        remove_others(folder, chats)
    except OSError as error:
        raise _not_removed(folder, error) from error


def _not_removed(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        tr("What was kept of chats could not be removed."),
        data=tr("No chat is affected."),
        action=tr("Look at {folder}.", folder=str(folder)),
        detail=str(error),
    )


class SnapshotService:
    """The folder of snapshots: its size, its cap, and clearing it.

    Args:
        engine: Configured when options change.
        lane: The engine's executor.
        settings: The cap, and whether snapshots are wanted.
        bus: Publishes that settings changed.
        folder: Where snapshots are.
        options: What settings mean for the engine.
        chats: Ids of the stored conversations, those in the trash included; on any thread.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        settings: SettingsService,
        bus: EventBus,
        *,
        folder: Path,
        options: MakeOptions,
        chats: Callable[[], Collection[str]],
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._settings = settings
        self._folder = folder
        self._options = options
        self._chats = chats
        self._bus = bus
        bus.subscribe(self._on_event)

    def used_bytes(self) -> int:
        """Bytes that snapshots take now; looks at the disk."""
        from app.engine.snapshots import stored_bytes

        return stored_bytes(self._folder)

    def cap_bytes(self) -> int:
        """Bytes they may take: what the settings say, less where the disk is small."""
        from app.engine.snapshots import effective_cap

        wanted = self._options(self._settings.current).snapshot_cap_bytes
        return effective_cap(wanted, disk_free(self._folder), self.used_bytes())

    def clear(self) -> Future[int]:
        """Remove them all, between two answers; resolves to the bytes freed.

        The chats stay as they are. They are only read again when they are gone back to.
        """
        return self._executor.submit(self._clear)

    def _clear(self) -> int:
        from app.engine.snapshots import remove_all

        try:
            return remove_all(self._folder)
        except OSError as error:
            raise _not_removed(self._folder, error) from error

    def _remove_of_gone(self, lacking: Collection[str]) -> None:
        """Remove what was kept of chats that are gone, or of which something was removed."""
        try:
            remove_of_gone(self._folder, set(self._chats()) - set(lacking))
        except StoreError as error:  # also where it cannot be read now which chats there are
            self._bus.publish(ErrorReported(error))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, RemovedForGood):
            self._executor.submit(lambda: self._remove_of_gone(event.ids))
        if isinstance(event, SettingsChanged):
            before, after = self._options(event.before), self._options(event.settings)
            if before != after:
                self._executor.submit(lambda: self._engine.configure(after))
