"""The library of conversations: what services call. Writes return futures, reads return values.

A future resolves when the change is on the disk. Futures of one caller resolve in order, so
waiting for the last one is enough. A read made after a future resolved sees its change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TypeVar

from app.domain.conversation import (
    BranchMessage,
    Conversation,
    Message,
    MessageStatus,
    TrashedMessage,
)
from app.store import chats, messages, trash
from app.store.journal import Journal
from app.store.readers import ReaderPool
from app.store.rows import to_blob
from app.store.writer import Writer

T = TypeVar("T")
Ids = str | Sequence[str]


class Library:
    """Conversations of one database.

    Args:
        writer: The one thread that writes.
        readers: Read-only connections; None to read on the writer's connection, for a database
            that has only one.
        private: Whether this is the library that lives in memory. Its conversations say so, and
            no other library takes them.
    """

    def __init__(
        self, writer: Writer, readers: ReaderPool | None, *, private: bool = False
    ) -> None:
        self._after_close: Callable[[], None] | None = None
        self._writer = writer
        self._readers = readers
        self._journal = Journal()
        self.private = private

    def close(self) -> None:
        """Finish every queued write, then close. May be called twice."""
        self._writer.close()
        if self._readers is not None:
            self._readers.close()
        if self._after_close is not None:
            self._after_close()

    def call_after_close(self, call: Callable[[], None]) -> None:
        """Have ``call`` made each time everything has been closed."""
        self._after_close = call

    # --- conversations ----------------------------------------------------------------------

    def create(self, conversation: Conversation) -> Future[None]:
        """Add an empty conversation (``head_id`` is not looked at).

        Raises:
            InvalidValueError: Its id is taken.
        """
        self._check_private(conversation)
        return self._write(lambda c: _nothing(chats.insert_conversation(c, conversation)))

    def get(self, conversation_id: str) -> Conversation:
        """One conversation, also one in the trash.

        Raises:
            NotFoundError: There is none.
        """
        return self.read(
            lambda c: chats.read_conversation(c, conversation_id, private=self.private)
        )

    def list_conversations(
        self, *, archived: bool | None = None, limit: int | None = None
    ) -> tuple[Conversation, ...]:
        """Conversations outside the trash: pinned first, then those used last.

        Args:
            archived: Only those in the archive, or only those outside; None for both.
            limit: At most so many.
        """
        return self._conversations(
            "c.deleted_at IS NULL AND (?1 IS NULL OR c.archived = ?1)", (archived,), limit
        )

    def folders(self) -> tuple[str, ...]:
        """The folders that hold a conversation outside the trash, in alphabetical order."""
        names = {c.folder for c in self.list_conversations()}
        return tuple(sorted(names - {""}, key=str.casefold))

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

    def set_scroll(self, conversation_id: str, message_id: str | None, offset: int) -> Future[None]:
        """Keep the first visible message and how many pixels of it are above the top."""
        return self._set(
            conversation_id, "scroll_message_id = ?, scroll_offset = ?", (message_id, offset)
        )

    def set_system_prompt(self, conversation_id: str, prompt: str) -> Future[None]:
        """Set what precedes the first turn."""
        return self._set(conversation_id, "system_prompt = ?", (to_blob(prompt),))

    # --- trash ------------------------------------------------------------------------------

    def delete(self, conversations: Ids, at: datetime | None = None) -> Future[None]:
        """Move one or several to the trash."""
        when = at or datetime.now(UTC)
        return self._write(lambda c: trash.delete_conversations(c, _ids(conversations), when))

    def restore(self, conversations: Ids) -> Future[None]:
        """Take one or several out of the trash."""
        return self._write(lambda c: trash.restore_conversations(c, _ids(conversations)))

    def trashed_conversations(self) -> tuple[Conversation, ...]:
        """Conversations in the trash, deleted last first."""
        found = self._conversations("c.deleted_at IS NOT NULL", ())
        return tuple(sorted(found, key=_deleted_at, reverse=True))

    def delete_message(self, message_id: str, at: datetime | None = None) -> Future[None]:
        """Move a message, and what follows it, to the trash."""
        when = at or datetime.now(UTC)
        return self._write(lambda c: trash.delete_message(c, message_id, when))

    def restore_message(self, message_id: str) -> Future[None]:
        """Take a message out of the trash and walk through it again."""
        return self._write(lambda c: trash.restore_message(c, message_id))

    def trashed_messages(self) -> tuple[TrashedMessage, ...]:
        """Deleted messages of conversations outside the trash, deleted last first."""
        return self.read(trash.trashed_messages)

    def purge(self, now: datetime | None = None) -> Future[int]:
        """Remove for good what has been in the trash for 30 days; see :func:`trash.purge`."""
        when = now or datetime.now(UTC)
        return self._write(lambda c: trash.purge(c, when))

    def empty_trash(self) -> Future[int]:
        """Remove everything in the trash for good; resolves to how many chats and messages.

        Their text is overwritten in the database; the search index forgets their words with the
        next :meth:`Health.maintain`, and backups as they are rotated.
        """
        return self._write(trash.empty)

    # --- messages ---------------------------------------------------------------------------

    def add_exchange(
        self,
        conversation: Conversation,
        question: Message,
        answer: Message,
        *,
        clear_draft: bool = True,
    ) -> Future[None]:
        """Add a question and its empty streaming answer, and walk through them, all or nothing.

        Args:
            conversation: Made first if it is not stored yet; otherwise left as it is.
            question: Placed below its ``parent_id``. Editing is a question with the same parent.
            answer: Its ``parent_id`` is the question.
            clear_draft: The draft was what is now the question.

        Raises:
            NotFoundError: The question's parent does not exist.
        """
        self._check_private(conversation)

        def work(connection: sqlite3.Connection) -> None:
            known = connection.execute(
                "SELECT 1 FROM conversations WHERE id = ?", (conversation.id,)
            ).fetchone()
            if known is None:
                chats.insert_conversation(connection, conversation)
            if clear_draft:
                connection.execute(
                    "UPDATE conversations SET draft = x'' WHERE id = ?", (conversation.id,)
                )
            messages.insert_message(connection, question)
            _add(connection, answer)

        return self._write(work)

    def add_message(self, message: Message) -> Future[None]:
        """Add a message below its ``parent_id`` and walk through it.

        A regenerated answer is an answer with the same parent: its sibling.

        Raises:
            NotFoundError: Its conversation or parent does not exist.
        """
        return self._write(lambda c: _add(c, message))

    def add_conversation(
        self,
        conversation: Conversation,
        tree: Iterable[Message],
        chosen: Mapping[str | None, str] | None = None,
    ) -> Future[None]:
        """Add a whole conversation at once, as an import does.

        Args:
            conversation: With ``head_id`` naming the last message of the branch to walk.
            tree: Parents before children.
            chosen: What :meth:`chosen_children` gave; may be left out.

        Raises:
            InvalidValueError: An id is taken.
            NotFoundError: A parent does not exist.
        """
        self._check_private(conversation)
        all_messages = tuple(tree)

        def work(connection: sqlite3.Connection) -> None:
            seq = chats.insert_conversation(connection, conversation)
            messages.insert_tree(connection, all_messages)
            messages.write_chosen(connection, seq, dict(chosen or {}))
            if conversation.head_id is not None:
                messages.choose(connection, messages.message_seq(connection, conversation.head_id))

        return self._write(work)

    def journal(self, message_id: str, text_so_far: str) -> Future[None]:
        """Keep a streaming answer's text, about once a second; costs what is new in it."""
        future = self._write(lambda c: self._journal.write(c, message_id, text_so_far))
        future.add_done_callback(lambda done: self._forget_failed(done, message_id))
        return future

    def resume(self, message_id: str) -> Future[None]:
        """Mark an ended answer as streaming again, its text kept: Continue."""

        def work(connection: sqlite3.Connection) -> None:
            self._journal.forget(message_id)
            connection.execute(
                "UPDATE messages SET status = ? WHERE seq = ?",
                (str(MessageStatus.STREAMING), messages.message_seq(connection, message_id)),
            )

        return self._write(work)

    def finish(self, message: Message) -> Future[None]:
        """Store all an answer ended with: text, status, model, sampling, seed, timings, error.

        Raises:
            NotFoundError: There is no such message.
        """

        def work(connection: sqlite3.Connection) -> None:
            self._journal.forget(message.id)
            messages.update_message(connection, message)

        return self._write(work)

    def message(self, message_id: str) -> Message:
        """One message.

        Raises:
            NotFoundError: There is none.
        """
        return self.read(lambda c: messages.read_message(c, message_id))

    def branch(self, conversation_id: str) -> tuple[BranchMessage, ...]:
        """The walked branch, first message first, each with its place among its versions.

        Raises:
            NotFoundError: There is no such conversation.
        """
        return self.read(lambda c: messages.read_branch(c, conversation_id))

    def tree(self, conversation_id: str) -> tuple[Message, ...]:
        """Every message with all versions, parents before children.

        Raises:
            NotFoundError: There is no such conversation.
        """
        return self.read(lambda c: messages.read_tree(c, conversation_id))

    def chosen_children(self, conversation_id: str) -> dict[str | None, str]:
        """Which child was walked last below each message; None is the parent of the first."""
        return self.read(lambda c: messages.read_chosen(c, conversation_id))

    def versions(self, message_id: str) -> tuple[Message, ...]:
        """A message and its siblings of the same role, oldest first."""
        return self.read(lambda c: messages.read_versions(c, message_id))

    def select_version(self, message_id: str) -> Future[None]:
        """Walk the branch through this message, and below it the branch walked last."""
        return self._write(lambda c: messages.choose(c, messages.message_seq(c, message_id)))

    def branch_into_new_chat(
        self, message_id: str, title: str | None = None
    ) -> Future[Conversation]:
        """Copy the messages from the first to this one into a new conversation.

        Args:
            message_id: The last message of the copy.
            title: The new title; None takes the old one.
        """

        def work(connection: sqlite3.Connection) -> Conversation:
            new_id = messages.copy_branch(connection, message_id, title, datetime.now(UTC))
            return chats.read_conversation(connection, new_id, private=self.private)

        return self._write(work)

    # --- token counts -----------------------------------------------------------------------

    def token_counts(self, conversation_id: str, model_sha256: str) -> dict[str, int]:
        """Message id to tokens, for the messages that were counted with this model's tokenizer."""
        return self.read(
            lambda c: dict(
                c.execute(
                    "SELECT m.id, t.tokens FROM messages m JOIN token_counts t ON t.message = m.seq"
                    " JOIN conversations c ON c.seq = m.conversation"
                    " WHERE c.id = ? AND t.model_sha256 = ?",
                    (conversation_id, model_sha256),
                ).fetchall()
            )
        )

    def set_token_counts(self, model_sha256: str, counts: Mapping[str, int]) -> Future[None]:
        """Keep the tokens of messages; a message whose text changes loses its counts."""
        rows = [(model_sha256, tokens, id_) for id_, tokens in counts.items()]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO token_counts (message, model_sha256, tokens) "
                "SELECT seq, ?1, ?2 FROM messages WHERE id = ?3",
                rows,
            )

        return self._write(work)

    # --- for the other modules of this room -------------------------------------------------

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query on a read-only connection, on the calling thread.

        The database in memory has one connection only: there it waits its turn with the writes.
        """
        if self._readers is None:
            return self._writer.submit_bare(work).result()
        with self._readers.borrow() as connection:
            return work(connection)

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        return self._writer.submit(work)

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
                seq = chats.conversation_seq(connection, id_)
                connection.execute(
                    f"UPDATE conversations SET {assignment} WHERE {where}",  # noqa: S608
                    (*values, seq),
                )

        return self._write(work)

    def _conversations(
        self, where: str, values: tuple[object, ...], limit: int | None = None
    ) -> tuple[Conversation, ...]:
        return self.read(lambda c: chats.read_conversations(c, where, values, limit, self.private))

    def _check_private(self, conversation: Conversation) -> None:
        if conversation.private != self.private:
            raise ValueError("a private conversation belongs to the private library, and only it")

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a change of this room's own, in a transaction."""
        return self._writer.submit(work)

    def submit_bare(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue work of this room's own outside any transaction, such as restoring a backup."""
        return self._writer.submit_bare(work)

    def forget_journal(self) -> None:
        """Trust the disk for every answer in progress; for the writer's thread."""
        self._journal = Journal()

    def _forget_failed(self, done: Future[None], message_id: str) -> None:
        if done.cancelled() or done.exception() is not None:
            self._journal.forget(message_id)


def _add(connection: sqlite3.Connection, message: Message) -> None:
    seq = messages.insert_message(connection, message)
    messages.choose(connection, seq)
    conversation = chats.conversation_seq(connection, message.conversation_id)
    chats.touch(connection, conversation, message.created_at)


def _ids(conversations: Ids) -> list[str]:
    return [conversations] if isinstance(conversations, str) else list(conversations)


def _deleted_at(conversation: Conversation) -> datetime:
    return conversation.deleted_at or conversation.updated_at


def _nothing(_: object) -> None:
    """A write whose result is nobody's business."""
