"""The trash: chats and messages that were deleted, kept for 30 days unless removed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import groupby

from app.domain.conversation import Conversation, TrashedMessage
from app.services.core.events import BranchChanged, EventBus, LibraryChanged, RemovedForGood
from app.services.library.announcing import announced
from app.services.library.chat_repositories import ChatRepositories
from app.services.library.fresh_chats import FreshChats
from app.store import ConversationRepository

AT_ONCE = 250  # chats in one transaction; another write waits for it some milliseconds
Progress = Callable[[int, int], None]


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


class Trash:
    """Deletes, restores and removes for good; the face has asked before it removes.

    Args:
        repositories: Where each chat is kept. A private one has no trash: deleted, it is gone.
        fresh: Those that are not stored yet; deleted, they are forgotten.
        bus: Every change is published here once it is stored, or why it was not.
    """

    def __init__(self, repositories: ChatRepositories, fresh: FreshChats, bus: EventBus) -> None:
        self._repositories = repositories
        self._stored = repositories.stored
        self._fresh = fresh
        self._bus = bus

    def chats(self) -> tuple[Conversation, ...]:
        """Deleted conversations, deleted last first."""
        return self._stored.conversations.trashed_conversations()

    def messages(self) -> tuple[TrashedMessage, ...]:
        """Messages deleted from conversations that still stand."""
        return self._stored.conversations.trashed_messages()

    def delete(self, conversation_ids: Sequence[str], progress: Progress = quiet) -> None:
        """Move chats to the trash.

        Args:
            conversation_ids: Which.
            progress: Told, on the writer's thread, how many of how many are there.
        """
        known = [id_ for id_ in conversation_ids if not self._fresh.drop(id_)]
        self._many(known, ConversationRepository.delete, progress)

    def restore(self, conversation_ids: Sequence[str], progress: Progress = quiet) -> None:
        """Take chats out of the trash; as :meth:`delete`."""
        self._many(conversation_ids, ConversationRepository.restore, progress)

    def delete_message(self, message_id: str) -> Future[None]:
        """Move a message and what follows it to the trash.

        Raises:
            NotFoundError: There is no such message.
        """
        return self._change_message(message_id, ConversationRepository.delete_message)

    def restore_message(self, message_id: str) -> Future[None]:
        """Take a message out of the trash; as :meth:`delete_message`."""
        return self._change_message(message_id, ConversationRepository.restore_message)

    def remove(self, conversation_ids: Sequence[str]) -> Future[int]:
        """Remove chats that are on disk, in the trash or not."""
        ids = tuple(conversation_ids)
        removed = self._stored.conversations.remove(ids)
        return announced(self._bus, removed, LibraryChanged(ids), RemovedForGood())

    def remove_message(self, message_id: str) -> Future[int]:
        """Remove one message of the trash."""
        lacking = RemovedForGood((self._stored.message(message_id).conversation_id,))
        removed = self._stored.conversations.remove_message(message_id)
        return announced(self._bus, removed, LibraryChanged(()), lacking)

    def empty(self) -> Future[int]:
        """Remove everything in the trash."""
        lacking = RemovedForGood(tuple({one.message.conversation_id for one in self.messages()}))
        removed = self._stored.conversations.empty_trash()
        return announced(self._bus, removed, LibraryChanged(()), lacking)

    def documents_removed(self, references: Sequence[str]) -> None:
        """Attachments are gone: what the model remembers of chats that had them goes too."""
        lacking = self._stored.conversations.with_attachments(references)
        if lacking:
            self._bus.publish(RemovedForGood(tuple(sorted(lacking))))

    def _change_message(
        self, message_id: str, change: Callable[[ConversationRepository, str], Future[None]]
    ) -> Future[None]:
        store, message = self._repositories.of_message(message_id)
        id_ = message.conversation_id
        changed = change(store.conversations, message_id)
        return announced(self._bus, changed, BranchChanged(id_), LibraryChanged((id_,)))

    def _many(
        self,
        ids: Sequence[str],
        change: Callable[[ConversationRepository, Sequence[str]], Future[None]],
        progress: Progress,
    ) -> None:
        """Change some hundred in a transaction, and say on the writer's thread how many are."""
        done = 0
        for part in self._parts(ids):
            done += len(part)
            changing = change(self._repositories.of(part[0]).conversations, part)
            changed = announced(self._bus, changing, LibraryChanged(part))
            changed.add_done_callback(partial(_tell, progress, done, len(ids)))

    def _parts(self, ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The ids in order, in parts that are kept in one place and are not too large."""
        for _, group in groupby(ids, self._repositories.is_private):
            listed = tuple(group)
            for start in range(0, len(listed), AT_ONCE):
                yield listed[start : start + AT_ONCE]


def _tell(progress: Progress, done: int, total: int, _outcome: Future[None]) -> None:
    progress(done, total)
