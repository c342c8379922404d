"""What every action of ``phial chats`` needs: the chats, opened for one command."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.cli.chats.names import find_chat
from app.cli.chats.opening import report_opening
from app.cli.drawing.progress_line import told_start
from app.domain.conversation import Conversation
from app.domain.errors import KnownError
from app.language import tr
from app.services.core.events import ErrorReported, Event, RemovedForGood
from app.services.library.kept_pictures import kept_pictures
from app.services.library.library_service import LibraryService
from app.services.transfer.import_record import ImportRecord
from app.services.transfer.transfer_service import TransferService
from app.setup import Setup
from app.store import MessageRepository, open_store
from app.store.safety.health import Health

Action = Callable[[str, object, str], argparse.ArgumentParser]
CHATS = tr("their numbers in the list, ids or their beginnings, or titles")


@dataclass(slots=True)
class ChatContext:
    """The chats with what is done to them, and what went wrong meanwhile."""

    library: LibraryService
    transfer: TransferService
    health: Health
    store: MessageRepository
    snapshots: Path
    problems: list[KnownError] = field(default_factory=list)

    def on_event(self, event: Event) -> None:
        """Note a change that could not be stored; what goes for good goes from snapshots too."""
        match event:
            case ErrorReported(error=error):
                self.problems.append(error)
            case RemovedForGood(ids=lacking):
                self._forget(lacking)

    def _forget(self, lacking: Collection[str]) -> None:
        from app.services.models.snapshots import has_snapshots, remove_of_gone

        if not has_snapshots(self.snapshots):
            return
        try:
            remove_of_gone(self.snapshots, self.store.conversations.ids() - set(lacking))
        except KnownError as error:
            self.problems.append(error)

    def find(self, text: str) -> Conversation:
        """The one chat that is meant by its number, an id or its beginning, or a title."""
        chats = self.library.chats
        return find_chat(text, chats.conversations(), chats.conversations(archived=True))


@contextmanager
def open_chats(setup: Setup) -> Iterator[ChatContext]:
    """Open the chats, tell on the error output what that found, and close them.

    Raises:
        KnownError: They cannot be opened, or a change could not be stored.
    """
    from app.compose import snapshot_folder  # --help needs none of it

    with told_start() as progress:
        opened = open_store(setup.folders.data, progress=progress)
    library = LibraryService(opened.repository, setup.settings, setup.bus)
    pictures = kept_pictures(setup.folders.data, opened.repository.conversations, setup.bus)
    pictures.look()
    transfer = TransferService(
        library.chats,
        library.trash,
        setup.bus,
        ImportRecord(opened.repository),
        pictures,
        partial(opened.health.back_up, "before-import"),
    )
    kept = snapshot_folder(setup.folders)
    room = ChatContext(library, transfer, opened.health, opened.repository, kept)
    unsubscribe = setup.bus.subscribe(room.on_event)
    report_opening((*opened.report.sentences, *setup.problems), opened.report.lost)
    try:
        yield room
    finally:
        library.close()
        opened.close()
        unsubscribe()
    for error in room.problems:  # a change that could not be stored
        raise error
