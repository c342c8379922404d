"""The library of conversations: what services call. Writes return futures, reads return values.

A future resolves when the change is on the disk. Futures of one caller resolve in order, so
waiting for the last one is enough. A read made after a future resolved sees its change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from app.domain.conversation import BranchMessage, Conversation, Edit, Message, MessageStatus
from app.domain.parts import PlacedPart
from app.store.conversations import conversation_queries, edits, message_queries, summaries
from app.store.conversations.answer_journal import AnswerJournal, Partial
from app.store.conversations.conversation_repository import (
    ConversationRepository,
    check_private,
    write_note,
)
from app.store.database.sqlite_database import Database

# A conversation, its messages with parents before children, and the child chosen below each.
WholeConversation = tuple[Conversation, Sequence[Message], Mapping[str | None, str]]


class MessageRepository:
    """The messages of one database.

    Args:
        database: Where they are stored.

    Attributes:
        database: The same.
        conversations: What they are parts of.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.conversations = ConversationRepository(database)
        self._journal = AnswerJournal()

    def close(self) -> None:
        """Finish every queued write, then close the database. May be called twice."""
        self.database.close()

    # --- messages ---------------------------------------------------------------------------

    def add_exchange(
        self,
        conversation: Conversation,
        question: Message,
        answer: Message,
        *,
        edited: str | None = None,
    ) -> Future[None]:
        """Add a question and its empty streaming answer to the active branch, all or nothing.

        Args:
            conversation: Made first if it is not stored yet; otherwise left as it is.
            question: Placed below its ``parent_id``. Editing is a question with the same parent.
            answer: Its ``parent_id`` is the question.
            edited: The message that the question replaces: what was typed was its edit, which is
                forgotten. None where it was the draft.

        Raises:
            NotFoundError: The question's parent does not exist.
            InvalidValueError: The conversation is in the trash.
        """
        check_private(conversation, private=self.database.private)

        def work(connection: sqlite3.Connection) -> None:
            known = connection.execute(
                "SELECT 1 FROM conversations WHERE id = ?", (conversation.id,)
            ).fetchone()
            conversation_queries.refuse_trashed(connection, conversation.id)
            if known is None:
                conversation_queries.insert_conversation(connection, conversation)
            if edited is not None:
                edits.remove_edit(connection, edited)
            else:
                connection.execute(
                    "UPDATE conversations SET draft = x'' WHERE id = ?", (conversation.id,)
                )
            message_queries.insert_message(connection, question)
            _add(connection, answer)

        return self.database.submit(work)

    def add_message(self, message: Message) -> Future[None]:
        """Add a message below its ``parent_id`` and make its branch active.

        A regenerated answer is an answer with the same parent: its sibling.

        Raises:
            NotFoundError: Its conversation or parent does not exist.
            InvalidValueError: The conversation is in the trash.
        """

        def work(connection: sqlite3.Connection) -> None:
            conversation_queries.refuse_trashed(connection, message.conversation_id)
            _add(connection, message)

        return self.database.submit(work)

    def add_conversation(
        self,
        conversation: Conversation,
        tree: Iterable[Message],
        chosen: Mapping[str | None, str] | None = None,
    ) -> Future[None]:
        """Add a whole conversation at once, as an import does.

        Args:
            conversation: With ``head_id`` naming the last message of the active branch.
            tree: Parents before children.
            chosen: What :meth:`chosen_children` gave; may be left out.

        Raises:
            InvalidValueError: An id is taken.
            NotFoundError: A parent does not exist.
        """
        return self.add_conversations([(conversation, tuple(tree), chosen or {})])

    def add_conversations(
        self, whole: Sequence[WholeConversation], noted: tuple[str, str] | None = None
    ) -> Future[None]:
        """Add several, all or none: a transaction waits for the disk, however little is in it.

        Args:
            whole: Each as :meth:`add_conversation` takes it.
            noted: Key and text of a note that is written with them; see :meth:`note`.

        Raises:
            InvalidValueError: An id is taken.
            NotFoundError: A parent does not exist.
        """
        for conversation, _, _ in whole:
            check_private(conversation, private=self.database.private)

        def work(connection: sqlite3.Connection) -> None:
            for conversation, tree, chosen in whole:
                _add_whole(connection, conversation, tree, chosen)
            if noted is not None:
                write_note(connection, *noted)

        return self.database.submit(work)

    def journal(
        self, message_id: str, text_so_far: str, placed: tuple[PlacedPart, ...] = ()
    ) -> Future[None]:
        """Keep what there is of a streaming answer, about once a second; costs what is new in it.

        Args:
            message_id: The answer.
            text_so_far: Its text.
            placed: Its other parts, an unfinished one too.
        """
        partial = Partial(text_so_far, placed)
        future = self.database.submit(lambda c: self._journal.write(c, message_id, partial))
        future.add_done_callback(lambda done: self._forget_failed(done, message_id))
        return future

    def resume(self, message_id: str) -> Future[None]:
        """Mark an ended answer as streaming again, its text kept: Continue.

        Raises:
            NotFoundError: There is no such message.
            InvalidValueError: The conversation is in the trash.
        """

        def work(connection: sqlite3.Connection) -> None:
            seq = message_queries.message_seq(connection, message_id)
            (conversation,) = connection.execute(
                "SELECT c.id FROM conversations c JOIN messages m ON m.conversation = c.seq "
                "WHERE m.seq = ?",
                (seq,),
            ).fetchone()
            conversation_queries.refuse_trashed(connection, conversation)
            self._journal.forget(message_id)
            connection.execute(
                "UPDATE messages SET status = ? WHERE seq = ?", (str(MessageStatus.STREAMING), seq)
            )

        return self.database.submit(work)

    def finish(self, message: Message) -> Future[None]:
        """Store all an answer ended with: text, parts, status, model, sampling, timings, error.

        Raises:
            NotFoundError: There is no such message.
        """

        def work(connection: sqlite3.Connection) -> None:
            self._journal.forget(message.id)
            message_queries.update_message(connection, message)

        return self.database.submit(work)

    def message(self, message_id: str) -> Message:
        """One message.

        Raises:
            NotFoundError: There is none.
        """
        return self.database.read(lambda c: message_queries.read_message(c, message_id))

    def branch(self, conversation_id: str) -> tuple[BranchMessage, ...]:
        """The active branch, first message first, each with its number among its versions.

        Raises:
            NotFoundError: There is no such conversation.
        """
        return self.database.read(lambda c: message_queries.read_branch(c, conversation_id))

    def tree(self, conversation_id: str) -> tuple[Message, ...]:
        """Every message with all versions, parents before children.

        Raises:
            NotFoundError: There is no such conversation.
        """
        return self.database.read(lambda c: message_queries.read_tree(c, conversation_id))

    def selected_children(self, conversation_id: str) -> dict[str | None, str]:
        """The child selected below each message; None is the parent of the first."""
        return self.database.read(
            lambda c: message_queries.read_selected_children(c, conversation_id)
        )

    def versions(self, message_id: str) -> tuple[Message, ...]:
        """A message and its siblings of the same role, oldest first."""
        return self.database.read(lambda c: message_queries.read_versions(c, message_id))

    def select_version(self, message_id: str) -> Future[None]:
        """Make the branch through this message active, and below it the one selected last."""
        return self.database.submit(
            lambda c: message_queries.select_branch(c, message_queries.message_seq(c, message_id))
        )

    def branch_into_new_chat(
        self, message_id: str, title: str | None = None
    ) -> Future[Conversation]:
        """Copy the messages from the first to this one into a new conversation.

        Args:
            message_id: The last message of the copy.
            title: The new title; None takes the old one.
        """

        def work(connection: sqlite3.Connection) -> Conversation:
            new_id, new_ids = message_queries.copy_branch(
                connection, message_id, title, datetime.now(UTC)
            )
            summaries.copy_summaries(connection, new_ids)
            return conversation_queries.read_conversation(
                connection, new_id, private=self.database.private
            )

        return self.database.submit(work)

    # --- token counts -----------------------------------------------------------------------

    def token_counts(self, conversation_id: str, model_sha256: str) -> dict[str, int]:
        """Message id to tokens, for the messages that were counted with this model's tokenizer."""
        return self.database.read(
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

        return self.database.submit(work)

    def recent_questions(self, most: int) -> list[str]:
        """What the user asked last in any conversation, newest first."""
        return self.database.read(lambda c: conversation_queries.recent_questions(c, most))

    def attached_last(self, most: int) -> list[str]:
        """References of the files that went with messages, newest first, each once."""
        return self.database.read(lambda c: conversation_queries.attached_last(c, most))

    def presets_last(self, most: int) -> list[str]:
        """Ids of the presets that chats have, those used last first, each once."""
        return self.database.read(lambda c: conversation_queries.presets_last(c, most))

    # --- summaries --------------------------------------------------------------------------

    def summaries(self, conversation_id: str) -> dict[str, str]:
        """Message id to the summary of everything up to that message."""
        return self.database.read(lambda c: summaries.read_summaries(c, conversation_id))

    def set_summary(self, message_id: str, text: str, *, by_user: bool) -> Future[None]:
        """Keep what the model reads in place of a message and all before it; empty: nothing.

        Raises:
            NotFoundError: There is no such message.
        """
        return self.database.submit(
            lambda c: summaries.write_summary(c, message_id, text, by_user=by_user)
        )

    # --- edits ------------------------------------------------------------------------------

    def edits(self, conversation_id: str) -> tuple[Edit, ...]:
        """What was typed to replace questions of this conversation and not sent; the last last."""
        return self.database.read(lambda c: edits.read_edits(c, conversation_id))

    def set_edit(self, edit: Edit) -> Future[None]:
        """Keep what is typed to replace a question.

        Raises:
            NotFoundError: There is no such message.
        """
        return self.database.submit(lambda c: edits.write_edit(c, edit))

    def forget_edit(self, message_id: str) -> Future[None]:
        """Forget what was typed to replace a question."""
        return self.database.submit(lambda c: edits.remove_edit(c, message_id))

    # --- inside -----------------------------------------------------------------------------

    def forget_journal(self) -> None:
        """Trust the disk for every answer in progress; for the writer's thread."""
        self._journal = AnswerJournal()

    def _forget_failed(self, done: Future[None], message_id: str) -> None:
        if done.cancelled() or done.exception() is not None:
            self._journal.forget(message_id)


def _add_whole(
    connection: sqlite3.Connection,
    conversation: Conversation,
    tree: Sequence[Message],
    chosen: Mapping[str | None, str],
) -> None:
    seq = conversation_queries.insert_conversation(connection, conversation, used_now=False)
    message_queries.insert_tree(connection, tree)
    message_queries.write_selected_children(connection, seq, dict(chosen))
    if conversation.head_id is not None:
        message_queries.select_branch(
            connection, message_queries.message_seq(connection, conversation.head_id)
        )


def _add(connection: sqlite3.Connection, message: Message) -> None:
    seq = message_queries.insert_message(connection, message)
    message_queries.select_branch(connection, seq)
    conversation = conversation_queries.conversation_seq(connection, message.conversation_id)
    conversation_queries.mark_used(connection, conversation, message.created_at)
