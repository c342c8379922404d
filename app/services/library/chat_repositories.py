"""The two places where chats are kept: the database, and memory for the private ones."""

from __future__ import annotations

import threading
from dataclasses import replace

from app.domain.conversation import Conversation, Message
from app.domain.errors import NotFoundError
from app.store import MessageRepository, open_private_store


class ChatRepositories:
    """The repository of each chat. May be used from any thread.

    A private chat has the activity of the chat on disk that was used last before it, so that it
    has a position in the order of use and leaves nothing of it on disk.

    Args:
        stored: The chats on disk.

    Attributes:
        stored: The same.
        private: Those in memory; None before the first of them.
    """

    def __init__(self, stored: MessageRepository) -> None:
        self.stored = stored
        self._lock = threading.Lock()
        self._activity: dict[str, int] = {}  # by private chat
        self.private: MessageRepository | None = None

    def is_private(self, conversation_id: str) -> bool:
        """Whether the chat lives in memory only."""
        with self._lock:
            return conversation_id in self._activity

    def add_private(self, conversation_id: str) -> None:
        """Take in a private chat that begins, or was copied from another."""
        activity = self.stored.conversations.last_activity()
        with self._lock:
            if self.private is None:
                self.private = open_private_store()
            self._activity[conversation_id] = activity

    def mark_used(self, conversation_id: str) -> None:
        """Move a private chat to the position of a chat used now; nothing for one on disk."""
        if self.is_private(conversation_id):
            self.add_private(conversation_id)

    def of(self, conversation_id: str) -> MessageRepository:
        """The repository of a chat; the one on disk for a chat that is nowhere."""
        private = self.private
        return private if private is not None and self.is_private(conversation_id) else self.stored

    def of_message(self, message_id: str) -> tuple[MessageRepository, Message]:
        """A message with its repository.

        Raises:
            NotFoundError: There is none.
        """
        if self.private is not None:
            try:
                return self.private, self.private.message(message_id)
            except NotFoundError:
                pass  # then it is on disk, or nowhere
        return self.stored, self.stored.message(message_id)

    def close(self) -> None:
        """Finish every write. Private chats are gone after this."""
        self.stored.close()
        if self.private is not None:
            self.private.close()

    def with_activity(self, private: Conversation) -> Conversation:
        """A private chat with its position among those on disk."""
        with self._lock:
            return replace(private, activity=self._activity.get(private.id, 0))
