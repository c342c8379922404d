"""Chats that were begun and are not stored yet: they are with their first message or draft."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from app.domain.conversation import Conversation


class FreshChats:
    """Keeps each chat until it is on the disk. May be used from any thread.

    The GUI thread begins chats and the store's writer thread takes them away, so that asking for
    a chat and changing it is one step under the lock. If the disk is full, the next thing typed
    or sent in the chat still finds it here.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chats: dict[str, Conversation] = {}
        self._under_way: set[str] = set()  # of these, those handed to a store

    def __contains__(self, conversation_id: str) -> bool:
        return self.get(conversation_id) is not None

    def get(self, conversation_id: str) -> Conversation | None:
        """The chat as it was begun; None for one that is stored."""
        with self._lock:
            return self._chats.get(conversation_id)

    def add(self, conversation: Conversation) -> None:
        """Keep a chat that begins."""
        with self._lock:
            self._chats[conversation.id] = conversation

    def drop(self, conversation_id: str) -> bool:
        """Forget a chat that no store was given, and return whether this was one."""
        with self._lock:
            untouched = self._is_untouched(conversation_id)
            if untouched:
                del self._chats[conversation_id]
            return untouched

    def hand_over(self, conversation_id: str) -> Conversation | None:
        """The chat, for the caller to store; None where that is done or under way.

        Whoever gets it has :meth:`stored` called with the outcome.
        """
        with self._lock:
            if not self._is_untouched(conversation_id):
                return None
            self._under_way.add(conversation_id)
            return self._chats[conversation_id]

    def stored(self, conversation_id: str, done: Future[None]) -> None:
        """Forget a chat that its store has taken; keep it where that failed."""
        with self._lock:
            if done.exception() is None:
                self._chats.pop(conversation_id, None)
            self._under_way.discard(conversation_id)

    def change(self, conversation_id: str, change: Callable[[Conversation], Conversation]) -> bool:
        """Change a chat that no store was given; tell whether this was one."""
        with self._lock:
            if not self._is_untouched(conversation_id):
                return False
            self._chats[conversation_id] = change(self._chats[conversation_id])
            return True

    def all(self) -> tuple[Conversation, ...]:
        """Every chat that is not stored."""
        with self._lock:
            return tuple(self._chats.values())

    def replace_system_prompt(self, before: str, after: str) -> tuple[list[str], list[str]]:
        """Give every chat that has the system prompt ``before`` the new one.

        Returns:
            The chats that have it now, and those under way to a store, which is to be told.
        """
        with self._lock:
            ids = [one.id for one in self._chats.values() if one.system_prompt == before]
            changed = [id_ for id_ in ids if id_ not in self._under_way]
            under_way = [id_ for id_ in ids if id_ in self._under_way]
            for id_ in changed:
                self._chats[id_] = replace(self._chats[id_], system_prompt=after)
        return changed, under_way

    def _is_untouched(self, conversation_id: str) -> bool:
        return conversation_id in self._chats and conversation_id not in self._under_way
