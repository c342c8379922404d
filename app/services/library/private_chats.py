"""Chats that live in memory only, and where they stand among those on disk."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from app.domain.conversation import Conversation
from app.store import MessageRepository, open_private_store


class PrivateChats:
    """The private chats of this session; what holds them is made with the first.

    A private chat stands where the chat on disk stands that was used last before it. So private
    chats have a place in the order of use without leaving anything of it on disk.

    Args:
        stored: The chats on disk.
    """

    def __init__(self, stored: MessageRepository) -> None:
        self._stored = stored
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        self.repository: MessageRepository | None = None

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._places

    def add(self, conversation_id: str) -> None:
        """A private chat begins, or was copied from another."""
        with self._lock:
            if self.repository is None:
                self.repository = open_private_store()
            self._places[conversation_id] = self._stored.last_activity()

    def mark_used(self, conversation_id: str) -> None:
        """A chat is used now; nothing where it is none of these."""
        if conversation_id in self._places:
            self._places[conversation_id] = self._stored.last_activity()

    def conversations(self, *, archived: bool) -> list[Conversation]:
        """Those with a message or a draft, each with its place."""
        if self.repository is None:
            return []
        return list(map(self._placed, self.repository.list_conversations(archived=archived)))

    def listed(self, ids: Sequence[str]) -> dict[str, Conversation]:
        """Those of ``ids`` that are here and not archived, each with its place."""
        if self.repository is None:
            return {}
        return {id_: self._placed(found) for id_, found in self.repository.listed(ids).items()}

    def close(self) -> None:
        """They are gone after this."""
        if self.repository is not None:
            self.repository.close()

    def _placed(self, private: Conversation) -> Conversation:
        return replace(private, activity=self._places[private.id])
