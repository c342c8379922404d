"""The two places where chats are kept: the database, and memory for the private ones."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from heapq import merge

from app.domain.conversation import Conversation, Message
from app.domain.errors import NotFoundError
from app.store import MessageRepository, open_private_store

LISTED_AT_ONCE = 100  # beyond it reading one by one takes longer than reading all


class ChatRepositories:
    """The repository of each chat. May be used from any thread.

    A private chat is listed where the chat on disk is listed that was used last before it. So
    private chats have a position in the order of use and leave nothing of it on disk.

    Args:
        stored: The chats on disk. What holds the private ones is made with the first of them.
    """

    def __init__(self, stored: MessageRepository) -> None:
        self.stored = stored
        self._lock = threading.Lock()
        self._activity: dict[str, int] = {}  # by private chat
        self._private: MessageRepository | None = None

    def is_private(self, conversation_id: str) -> bool:
        """Whether the chat lives in memory only."""
        with self._lock:
            return conversation_id in self._activity

    def add_private(self, conversation_id: str) -> None:
        """Take in a private chat that begins, or was copied from another."""
        activity = self.stored.conversations.last_activity()
        with self._lock:
            if self._private is None:
                self._private = open_private_store()
            self._activity[conversation_id] = activity

    def mark_used(self, conversation_id: str) -> None:
        """Move a private chat to the position of a chat used now; nothing for one on disk."""
        if self.is_private(conversation_id):
            self.add_private(conversation_id)

    def of(self, conversation_id: str) -> MessageRepository:
        """The repository of a chat; the one on disk for a chat that is nowhere."""
        private = self._private
        return private if private is not None and self.is_private(conversation_id) else self.stored

    def of_message(self, message_id: str) -> tuple[MessageRepository, Message]:
        """A message with its repository.

        Raises:
            NotFoundError: There is none.
        """
        if self._private is not None:
            try:
                return self._private, self._private.message(message_id)
            except NotFoundError:
                pass  # then it is on disk, or nowhere
        return self.stored, self.stored.message(message_id)

    def conversations(self, *, archived: bool) -> list[Conversation]:
        """Those with a message or a draft: pinned first, then used last first."""
        found = self.stored.conversations.list_all(archived=archived)
        if self._private is None:
            return list(found)
        private = map(self._with_activity, self._private.conversations.list_all(archived=archived))
        return list(
            merge(found, sorted(private, key=_order, reverse=True), key=_order, reverse=True)
        )

    def listed(self, ids: Sequence[str]) -> dict[str, Conversation | None] | None:
        """What :meth:`conversations` has for each of ``ids`` that is not archived.

        Returns:
            Each id with its conversation, or None where it is not listed; None in place of all
            where so many are asked for that the whole list is better read.
        """
        if len(ids) > LISTED_AT_ONCE:
            return None
        found = self.stored.conversations.listed(ids)
        if self._private is not None:
            for id_, chat in self._private.conversations.listed(ids).items():
                found[id_] = self._with_activity(chat)
        return {id_: found.get(id_) for id_ in ids}

    def close(self) -> None:
        """Finish every write. Private chats are gone after this."""
        self.stored.close()
        if self._private is not None:
            self._private.close()

    def _with_activity(self, private: Conversation) -> Conversation:
        with self._lock:
            return replace(private, activity=self._activity.get(private.id, 0))


def _order(conversation: Conversation) -> tuple[bool, int, datetime]:
    """The order of the list, highest first.

    A private chat has the activity of the chat on disk that was used last before it; it is newer.
    """
    return (conversation.pinned, conversation.activity, conversation.updated_at)
