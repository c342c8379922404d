"""Chats that were begun and are not stored yet: they are with their first message or draft."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

from app.domain.conversation import Conversation
from app.store import MessageRepository


class FreshChats:
    """Knows a chat until it is on the disk.

    If that is full, the next thing typed or sent in the chat must still find it.
    """

    def __init__(self) -> None:
        self._chats: dict[str, Conversation] = {}
        self._under_way: set[str] = set()  # of these, those handed to a store

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._chats

    def get(self, conversation_id: str) -> Conversation | None:
        """The chat as it was begun; None for one that is stored."""
        return self._chats.get(conversation_id)

    def add(self, conversation: Conversation) -> None:
        """A chat was begun."""
        self._chats[conversation.id] = conversation

    def all(self) -> list[Conversation]:
        """Every such chat."""
        return list(self._chats.values())

    def untouched(self, conversation_id: str) -> bool:
        """Whether no store has heard of the chat."""
        return conversation_id in self._chats and conversation_id not in self._under_way

    def drop(self, conversation_id: str) -> None:
        """An untouched chat is given up."""
        self._chats.pop(conversation_id, None)

    def hand_over(self, conversation_id: str, store: MessageRepository) -> None:
        """Have an untouched chat stored."""
        self._under_way.add(conversation_id)
        created = store.create(self._chats[conversation_id])
        created.add_done_callback(partial(self.stored, conversation_id))

    def stored(self, conversation_id: str, done: Future[None]) -> None:
        """The store has taken the chat, or has not."""
        if done.exception() is None:
            self._chats.pop(conversation_id, None)
        self._under_way.discard(conversation_id)
