"""What the last import brought, kept beside the chats, so that it can be taken back in one step."""

from __future__ import annotations

import hashlib
import json

from app.domain.conversation import Conversation
from app.markup.transfer.values import Chat
from app.store import MessageRepository

_KEY = "last import"
EVERY = 200  # chats are noted together; a kill in the middle leaves at most so many unnoted


def fingerprint(chat: Chat) -> str:
    """What changes when anything is written or filed in a chat; reading it changes nothing."""
    c: Conversation = chat.conversation
    at = {message.id: index for index, message in enumerate(chat.messages)}
    digest = hashlib.sha256(
        repr((c.title, c.folder, c.pinned, c.archived, c.draft, c.system_prompt)).encode()
    )
    for message in chat.messages:
        place = at.get(message.parent_id or "")
        digest.update(repr((message.role.value, message.content, place)).encode())
    return digest.hexdigest()[:32]


class ImportRecord:
    """The ids of the chats of the last import, each with its fingerprint.

    Args:
        store: The database that the chats are in; what goes back to a backup goes back with it.
    """

    def __init__(self, store: MessageRepository) -> None:
        self._store = store
        self._chats: dict[str, str] = {}

    def begin(self) -> None:
        """Another import begins: the one before can no longer be taken back."""
        self._chats = {}
        self.keep()

    def add(self, chat: Chat) -> None:
        """A chat was added."""
        self._chats[chat.conversation.id] = fingerprint(chat)
        if len(self._chats) % EVERY == 0:
            self.keep()

    def keep(self) -> None:
        """Store what was added so far."""
        self._store.conversations.note(_KEY, json.dumps(self._chats)).result()

    def chats(self) -> dict[str, str]:
        """The ids with the fingerprints; empty where there is nothing to take back."""
        try:
            found = json.loads(self._store.conversations.noted(_KEY) or "{}")
        except ValueError:
            return {}
        return (
            {str(id_): str(mark) for id_, mark in found.items()} if isinstance(found, dict) else {}
        )
