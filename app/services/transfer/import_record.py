"""The chats of the last import, and a note of which they are, so that it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.domain.conversation import Conversation
from app.store import MessageRepository

if TYPE_CHECKING:
    from app.markup.transfer.values import Chat

_KEY = "last import"  # not shown: its name in the database


def fingerprint(chat: Chat) -> str:
    """What changes when anything is written or filed in a chat; reading it changes nothing."""
    import hashlib  # not at the start: it loads OpenSSL

    c: Conversation = chat.conversation
    at = {message.id: index for index, message in enumerate(chat.messages)}
    digest = hashlib.sha256(
        repr((c.title, c.folder, c.pinned, c.archived, c.draft, c.system_prompt)).encode()
    )
    for message in chat.messages:
        place = at.get(message.parent_id or "")
        digest.update(repr((message.role.value, message.content, place)).encode())
        if message.placed:
            digest.update(repr(message.placed).encode())
    return digest.hexdigest()[:32]


class ImportRecord:
    """Adds the chats of an import, and keeps the id of each with its fingerprint.

    Args:
        store: The database that the chats are in; what goes back to a backup goes back with it.
    """

    def __init__(self, store: MessageRepository) -> None:
        self._store = store
        self._chats: dict[str, str] = {}

    def begin(self) -> None:
        """Another import begins: the one before can no longer be taken back."""
        self._chats = {}
        self._store.conversations.note(_KEY, "{}").result()

    def add(self, chats: Sequence[Chat]) -> None:
        """Store chats and the note of them in one transaction: a kill parts them never.

        Raises:
            InvalidValueError: An id is taken; none was stored.
            StoreError: The library cannot be written.
        """
        noted = self._chats | {chat.conversation.id: fingerprint(chat) for chat in chats}
        whole = [(chat.conversation, chat.messages, chat.selected_children) for chat in chats]
        self._store.add_conversations(whole, (_KEY, json.dumps(noted))).result()
        self._chats = noted

    def chats(self) -> dict[str, str]:
        """The ids with the fingerprints; empty where there is nothing to take back."""
        try:
            found = json.loads(self._store.conversations.noted(_KEY) or "{}")
        except ValueError:
            return {}
        return (
            {str(id_): str(mark) for id_, mark in found.items()} if isinstance(found, dict) else {}
        )
