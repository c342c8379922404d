"""The reading of chats, wherever they are kept: on disk, in memory, or not stored yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from heapq import merge
from typing import TypeVar

from app.domain.conversation import BranchMessage, Conversation, Edit, Message
from app.domain.errors import NotFoundError
from app.domain.generation import Role
from app.services.library.chat_repositories import ChatRepositories
from app.services.library.fresh_chats import FreshChats
from app.store import MessageRepository

T = TypeVar("T")
LISTED_AT_ONCE = 100  # beyond it reading one by one takes longer than reading all


class ChatReader:
    """Reads chats on the caller's thread; changes none.

    A private chat is listed where the chat on disk is listed that was used last before it.

    Args:
        repositories: Where each chat is kept.
        fresh: Those that are not stored yet, which have no messages.
    """

    def __init__(self, repositories: ChatRepositories, fresh: FreshChats) -> None:
        self._repositories = repositories
        self._fresh = fresh

    def get(self, conversation_id: str) -> Conversation:
        """One conversation.

        Raises:
            NotFoundError: There is none.
        """
        fresh = self._fresh.get(conversation_id)
        return fresh or self._repositories.of(conversation_id).conversations.get(conversation_id)

    def is_gone(self, conversation_id: str) -> bool:
        """Whether a chat is in the trash, or was removed for good."""
        try:
            return self.get(conversation_id).deleted_at is not None
        except NotFoundError:
            return True

    def is_private(self, conversation_id: str) -> bool:
        """Whether the chat lives in memory only."""
        return self._repositories.is_private(conversation_id)

    def conversations(self, *, archived: bool = False) -> list[Conversation]:
        """Those with a message or a draft: pinned first, then used last first; private ones too."""
        found = self._repositories.stored.conversations.list_all(archived=archived)
        memory = self._repositories.private
        if memory is None:
            return list(found)
        private = map(
            self._repositories.with_activity, memory.conversations.list_all(archived=archived)
        )
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
        found = self._repositories.stored.conversations.listed(ids)
        if (memory := self._repositories.private) is not None:
            for id_, chat in memory.conversations.listed(ids).items():
                found[id_] = self._repositories.with_activity(chat)
        return {id_: found.get(id_) for id_ in ids}

    def with_preset(self, preset_id: str) -> list[Conversation]:
        """Every chat outside the trash that has a preset, those that are not stored included."""
        known = (*self.conversations(), *self.conversations(archived=True), *self._fresh.all())
        return [chat for chat in known if chat.options.preset == preset_id]

    def folders(self) -> tuple[str, ...]:
        """The folders in use, in alphabetical order."""
        return self._repositories.stored.conversations.folders()

    def branch(self, conversation_id: str) -> tuple[BranchMessage, ...]:
        """The active branch, first message first.

        Raises:
            NotFoundError: There is no such conversation.
        """
        return self._read(conversation_id, lambda at: at.branch(conversation_id), ())

    def tree(self, conversation_id: str) -> tuple[Message, ...]:
        """Every message with all versions, parents before children.

        Raises:
            NotFoundError: There is no such conversation.
        """
        return self._read(conversation_id, lambda at: at.tree(conversation_id), ())

    def selected_children(self, conversation_id: str) -> dict[str | None, str]:
        """The child selected below each message; None is the parent of the first."""
        return self._read(conversation_id, lambda at: at.selected_children(conversation_id), {})

    def message(self, message_id: str) -> Message:
        """One message.

        Raises:
            NotFoundError: There is none.
        """
        return self._repositories.of_message(message_id)[1]

    def sent_before(self, conversation_id: str, most: int = 100) -> list[str]:
        """What the user sent, newest first, each text once: in this chat, then in the others."""
        here = [
            item.message.content
            for item in reversed(self.branch(conversation_id))
            if item.message.role is Role.USER
        ]
        others = self._repositories.stored.recent_questions(most)
        return list(dict.fromkeys((*here, *others)))

    def attached_last(self, most: int) -> list[str]:
        """References of the files that went with messages of stored chats, newest first."""
        return self._repositories.stored.attached_last(most)

    def presets_last(self, most: int) -> list[str]:
        """Ids of the presets of stored chats, those used last first."""
        return self._repositories.stored.presets_last(most)

    def versions(self, message_id: str) -> tuple[Message, ...]:
        """A message and its siblings of the same role, oldest first."""
        return self._repositories.of_message(message_id)[0].versions(message_id)

    def edits(self, conversation_id: str) -> tuple[Edit, ...]:
        """What was typed to replace questions and not sent; the one typed last comes last."""
        return self._read(conversation_id, lambda at: at.edits(conversation_id), ())

    def summaries(self, conversation_id: str) -> dict[str, str]:
        """Message id to what the model reads in place of everything up to that message."""
        return self._read(conversation_id, lambda at: at.summaries(conversation_id), {})

    def token_counts(self, conversation_id: str, model_sha256: str) -> dict[str, int]:
        """Message id to tokens, for the messages counted with this model's tokenizer."""
        return self._read(
            conversation_id, lambda at: at.token_counts(conversation_id, model_sha256), {}
        )

    def _read(self, conversation_id: str, read: Callable[[MessageRepository], T], nothing: T) -> T:
        """What the repository of a chat holds; ``nothing`` for a chat that is not stored yet."""
        fresh = conversation_id in self._fresh
        return nothing if fresh else read(self._repositories.of(conversation_id))


def _order(conversation: Conversation) -> tuple[bool, int, datetime]:
    """The order of the list, highest first.

    A private chat has the activity of the chat on disk that was used last before it; it is newer.
    """
    return (conversation.pinned, conversation.activity, conversation.updated_at)
