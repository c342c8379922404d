"""One chat out of a backup into the library, beside everything that is there."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import NotFoundError
from app.markup.transfer.values import Chat
from app.services.transfer.importing import settled, with_new_ids
from app.store import MessageRepository


def bring_back(held: MessageRepository, library: MessageRepository, conversation_id: str) -> str:
    """Copy a chat; under ids of its own where the old ones are in use.

    Raises:
        NotFoundError: The backup does not hold it.
        StoreError: The library cannot be written.
    """
    tree = held.tree(conversation_id)
    known = {message.id for message in tree}
    chosen = {
        parent: child
        for parent, child in held.selected_children(conversation_id).items()
        if child in known and (parent is None or parent in known)
    }
    chat = settled(Chat(held.conversations.get(conversation_id), tree, chosen))
    if _is_here(library, chat):
        chat = with_new_ids(chat)
    library.add_conversation(chat.conversation, chat.messages, chat.selected_children).result()
    return chat.conversation.id


def _is_here(library: MessageRepository, chat: Chat) -> bool:
    def has(find: Callable[[str], object], id_: str) -> bool:
        try:
            find(id_)
        except NotFoundError:
            return False
        return True

    return has(library.conversations.get, chat.conversation.id) or any(
        has(library.message, message.id) for message in chat.messages
    )
