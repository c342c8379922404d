"""The repository of conversations: list, title, folder, draft, deleting and restoring."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from app.domain.conversation import Conversation, TrashedMessage
from app.domain.parts import picture_reference, picture_references
from app.domain.presets.preset import ChatOptions
from app.store.conversations import conversation_queries, trash
from app.store.database.rows import from_options, to_blob, to_options, to_text
from app.store.database.sqlite_database import Database

Ids = str | Sequence[str]

_NOTE = "note "  # before the keys of :meth:`ConversationRepository.note`


class ConversationRepository:
    """Conversations of one database, as the sidebar and the trash know them.

    Args:
        database: Where they are stored.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._private = database, database.private
        self._seen = conversation_queries.ConversationCache(private=database.private)

    def create(self, conversation: Conversation) -> Future[None]:
        """Add an empty conversation (``head_id`` is not looked at).

        Raises:
            InvalidValueError: Its id is taken.
        """
        check_private(conversation, private=self._private)
        return self._database.submit(
            lambda c: _nothing(conversation_queries.insert_conversation(c, conversation))
        )

    def get(self, conversation_id: str) -> Conversation:
        """One conversation, also one in the trash.

        Raises:
            NotFoundError: There is none.
        """
        return self._database.read(
            lambda c: conversation_queries.read_conversation(
                c, conversation_id, private=self._private
            )
        )

    def list_all(self, *, archived: bool | None = None) -> tuple[Conversation, ...]:
        """Conversations outside the trash: pinned first, then those used last.

        Args:
            archived: Only those in the archive, or only those outside; None for both.
        """
        return self._conversations(
            "c.deleted_at IS NULL AND (?1 IS NULL OR c.archived = ?1)", (archived,)
        )

    def listed(self, ids: Sequence[str]) -> dict[str, Conversation]:
        """Those of ``ids`` that stand outside trash and archive, by id; reads no others."""
        marks = ", ".join("?" * len(ids))
        where = f"c.deleted_at IS NULL AND c.archived = 0 AND c.id IN ({marks})"
        return {found.id: found for found in self._conversations(where, tuple(ids))}

    def ids(self) -> frozenset[str]:
        """Ids of all conversations, those in the trash included."""
        rows = self._database.read(lambda c: c.execute("SELECT id FROM conversations").fetchall())
        return frozenset(row[0] for row in rows)

    def with_attachments(self, references: Sequence[str]) -> frozenset[str]:
        """Ids of the conversations with a message that any of these came with."""
        sql = (
            "SELECT DISTINCT c.id FROM parts p JOIN messages m ON m.seq = p.message "
            "JOIN conversations c ON c.seq = m.conversation WHERE p.kind = 'attachment' "
            "AND EXISTS (SELECT 1 FROM json_each(?) r WHERE instr(p.value, r.value))"
        )
        wanted = (json.dumps(list(references)),)
        rows = self._database.read(lambda c: c.execute(sql, wanted).fetchall())
        return frozenset(row[0] for row in rows)

    def pictures(self) -> frozenset[str]:
        """References of the pictures that messages have, those in the trash included."""
        sql = "SELECT value FROM parts WHERE kind = 'attachment' AND instr(value, ?)"
        begin = (picture_reference(""),)
        rows = self._database.read(lambda c: c.execute(sql, begin).fetchall())
        return frozenset(one for row in rows for one in picture_references(str(row[0])))

    def last_activity(self) -> int:
        """The activity of the chat used last; 0 where there is none."""
        sql = "SELECT coalesce(max(activity), 0) FROM conversations"
        return int(self._database.read(lambda c: c.execute(sql).fetchone()[0]))

    def folders(self) -> tuple[str, ...]:
        """The folders that hold a conversation outside the trash, in alphabetical order."""
        sql = "SELECT DISTINCT folder FROM conversations WHERE deleted_at IS NULL AND folder <> x''"
        rows = self._database.read(lambda c: c.execute(sql).fetchall())
        return tuple(sorted((to_text(row[0]) for row in rows), key=str.casefold))

    def rename(self, conversation_id: str, title: str, *, by_user: bool = True) -> Future[None]:
        """Set the title. An automatic one never replaces one the user chose."""
        return self._set(
            conversation_id,
            "title = ?, title_by_user = ?",
            (to_blob(title), by_user),
            "" if by_user else "title_by_user = 0",
        )

    def set_pinned(self, conversations: Ids, pinned: bool) -> Future[None]:
        """Pin or unpin one or several."""
        return self._set(conversations, "pinned = ?", (pinned,))

    def set_archived(self, conversations: Ids, archived: bool) -> Future[None]:
        """Move one or several into the archive or out of it."""
        return self._set(conversations, "archived = ?", (archived,))

    def set_folder(self, conversations: Ids, folder: str) -> Future[None]:
        """File one or several in a folder; an empty name takes them out."""
        return self._set(conversations, "folder = ?", (to_blob(folder),))

    def set_draft(self, conversation_id: str, draft: str) -> Future[None]:
        """Keep the text typed but not sent."""
        return self._set(conversation_id, "draft = ?", (to_blob(draft),))

    def set_scroll_position(
        self, conversation_id: str, message_id: str | None, offset: int, y: int
    ) -> Future[None]:
        """Keep the line that the reader is at and where it stands.

        Args:
            conversation_id: The chat.
            message_id: The line's message; None for the end of the chat.
            offset: How much of the message's text stands above the line.
            y: Pixels from the top of the view to the line.
        """
        return self._set(
            conversation_id,
            "scroll_message_id = ?, scroll_offset = ?, scroll_y = ?",
            (message_id, offset, y),
        )

    def set_system_prompt(self, conversation_id: str, prompt: str) -> Future[None]:
        """Set what precedes the first turn."""
        return self._set(conversation_id, "system_prompt = ?", (to_blob(prompt),))

    def change_options(
        self,
        conversation_id: str,
        change: Callable[[ChatOptions], ChatOptions],
        system_prompt: str | None = None,
    ) -> Future[None]:
        """Change what the chat has of its own, after every change that is queued before.

        Args:
            conversation_id: The chat.
            change: What is to be kept, of what is stored; called on the writer thread.
            system_prompt: What precedes its first turn from then on; None leaves that as it is.
        """

        def work(connection: sqlite3.Connection) -> None:
            seq = conversation_queries.conversation_seq(connection, conversation_id)
            row = connection.execute("SELECT options FROM conversations WHERE seq = ?", (seq,))
            options = from_options(change(to_options(row.fetchone()[0])))
            connection.execute("UPDATE conversations SET options = ? WHERE seq = ?", (options, seq))
            if system_prompt is not None:
                connection.execute(
                    "UPDATE conversations SET system_prompt = ? WHERE seq = ?",
                    (to_blob(system_prompt), seq),
                )

        return self._database.submit(work)

    # --- trash ------------------------------------------------------------------------------

    def delete(self, conversations: Ids, at: datetime | None = None) -> Future[None]:
        """Move one or several to the trash."""
        when = at or datetime.now(UTC)
        return self._database.submit(
            lambda c: trash.delete_conversations(c, _ids(conversations), when)
        )

    def restore(self, conversations: Ids) -> Future[None]:
        """Take one or several out of the trash."""
        return self._database.submit(lambda c: trash.restore_conversations(c, _ids(conversations)))

    def trashed_conversations(self) -> tuple[Conversation, ...]:
        """Conversations in the trash, deleted last first."""
        found = self._conversations("c.deleted_at IS NOT NULL", ())
        return tuple(sorted(found, key=_deleted_at, reverse=True))

    def delete_message(self, message_id: str, at: datetime | None = None) -> Future[None]:
        """Move a message, and what follows it, to the trash."""
        when = at or datetime.now(UTC)
        return self._database.submit(lambda c: trash.delete_message(c, message_id, when))

    def restore_message(self, message_id: str) -> Future[None]:
        """Take a message out of the trash and make its branch the active one."""
        return self._database.submit(lambda c: trash.restore_message(c, message_id))

    def trashed_messages(self) -> tuple[TrashedMessage, ...]:
        """Deleted messages of conversations outside the trash, deleted last first."""
        return self._database.read(trash.trashed_messages)

    def purge(self, now: datetime | None = None) -> Future[int]:
        """Remove for good what has been in the trash for 30 days; see :func:`trash.purge`."""
        when = now or datetime.now(UTC)
        return self._database.submit(lambda c: trash.purge(c, when))

    def empty_trash(self) -> Future[int]:
        """Remove everything in the trash for good; resolves to how many chats and messages.

        Their text is overwritten in the database; the search index forgets their words with the
        next :meth:`Health.maintain`, and backups as they are rotated.
        """
        return self._database.submit(trash.empty_trash)

    def remove(self, conversations: Ids) -> Future[int]:
        """Remove one or several for good, as :meth:`empty_trash` does; resolves to how many."""
        return self._database.submit(lambda c: trash.remove_conversations(c, _ids(conversations)))

    def remove_message(self, message_id: str) -> Future[int]:
        """Remove one message of the trash, and what follows it, for good."""
        return self._database.submit(lambda c: trash.remove_message(c, message_id))

    # --- notes ------------------------------------------------------------------------------

    def note(self, key: str, text: str) -> Future[None]:
        """Keep a short text beside the conversations, such as what the last import brought."""
        return self._database.submit(lambda c: write_note(c, key, text))

    def noted(self, key: str) -> str:
        """What was kept under ``key``; empty if nothing was."""
        row = self._database.read(
            lambda c: c.execute("SELECT value FROM meta WHERE key = ?", (_NOTE + key,)).fetchone()
        )
        return str(row[0]) if row else ""

    # --- inside -----------------------------------------------------------------------------

    def _set(
        self,
        conversations: Ids,
        assignment: str,
        values: tuple[object, ...],
        only_if: str = "",
    ) -> Future[None]:
        ids = _ids(conversations)
        where = f"seq = ? AND {only_if}" if only_if else "seq = ?"

        def work(connection: sqlite3.Connection) -> None:
            for id_ in ids:
                seq = conversation_queries.conversation_seq(connection, id_)
                connection.execute(
                    f"UPDATE conversations SET {assignment} WHERE {where}",  # noqa: S608
                    (*values, seq),
                )

        return self._database.submit(work)

    def _conversations(self, where: str, values: tuple[object, ...]) -> tuple[Conversation, ...]:
        return self._database.read(
            lambda c: conversation_queries.read_conversations(c, where, values, self._seen)
        )


def check_private(conversation: Conversation, *, private: bool) -> None:
    """Refuse a private conversation for any library but the private one, and others for that."""
    if conversation.private != private:
        raise ValueError("a private conversation belongs to the private library, and only it")


def write_note(connection: sqlite3.Connection, key: str, text: str) -> None:
    """Keep a short text inside a transaction; see :meth:`ConversationRepository.note`."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_NOTE + key, text)
    )


def _ids(conversations: Ids) -> list[str]:
    return [conversations] if isinstance(conversations, str) else list(conversations)


def _deleted_at(conversation: Conversation) -> datetime:
    return conversation.deleted_at or conversation.updated_at


def _nothing(_: object) -> None:
    """A write whose result is nobody's business."""
