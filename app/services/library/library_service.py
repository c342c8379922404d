"""The library of conversations: every change to them goes through here.

Behind it are two repositories: the database, and one in memory for private chats, which leave
nothing on disk. Every change is announced once it is stored, or refused with its reason; the
futures are for callers that must wait.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from app.domain.conversation import Conversation, Edit, Message
from app.domain.parts import PlacedPart
from app.domain.presets.preset import ChatOptions
from app.language import tr
from app.services.core.events import (
    BranchChanged,
    Event,
    EventBus,
    LibraryChanged,
    SettingsChanged,
)
from app.services.core.formatting import listed_title
from app.services.core.ids import new_id, utc_now
from app.services.core.settings import SettingsService
from app.services.library.announcing import announced, nothing_to_store
from app.services.library.chat_reader import ChatReader
from app.services.library.chat_repositories import ChatRepositories
from app.services.library.following import Following
from app.services.library.fresh_chats import FreshChats
from app.services.library.live_search import LiveSearch
from app.services.library.trash import Trash
from app.store import ConversationRepository, MessageRepository

T = TypeVar("T")
Clock = Callable[[], datetime]


class LibraryService:
    """Begins and changes conversations, wherever they live, and holds what else is done with them.

    Args:
        stored: The database.
        settings: Gives new chats their system prompt.
        bus: Every change is published here.
        now: The clock.

    Attributes:
        chats: Reads them.
        trash: Deletes, restores and removes them.
        search: Searches them as the user types.
        following: Tells of what other processes write.
    """

    def __init__(
        self,
        stored: MessageRepository,
        settings: SettingsService,
        bus: EventBus,
        *,
        now: Clock = utc_now,
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._now = now
        self._repositories = ChatRepositories(stored)
        self._of = self._repositories.of
        self._fresh = FreshChats()
        self.chats = ChatReader(self._repositories, self._fresh)
        self.trash = Trash(self._repositories, self._fresh, bus)
        self.search = LiveSearch(stored, bus)
        self.following = Following(stored, bus)
        bus.subscribe(self._on_event)

    # --- conversations ------------------------------------------------------------------

    def create(self, *, private: bool = False) -> Conversation:
        """Begin a chat. It is stored with its first message or draft, so empty ones leave none."""
        now = self._now()
        conversation = Conversation(
            id=new_id(),
            title="",
            created_at=now,
            updated_at=now,
            system_prompt=self._settings.current.system_prompt,
            private=private,
        )
        if private:
            self._repositories.add_private(conversation.id)
        self._fresh.add(conversation)
        return conversation

    def rename(self, conversation_id: str, title: str, *, by_user: bool = True) -> Future[None]:
        """Give it a title; one that the user chose is replaced by the user alone."""
        return self._change(
            conversation_id, lambda chats: chats.rename(conversation_id, title, by_user=by_user)
        )

    def set_pinned(self, conversation_id: str, pinned: bool) -> Future[None]:
        """Keep it on top, or not."""
        return self._change(
            conversation_id, lambda chats: chats.set_pinned(conversation_id, pinned)
        )

    def set_archived(self, conversation_id: str, archived: bool) -> Future[None]:
        """Hide it from the usual list, or bring it back."""
        return self._change(
            conversation_id, lambda chats: chats.set_archived(conversation_id, archived)
        )

    def set_folder(self, conversation_id: str, folder: str) -> Future[None]:
        """File it; an empty name takes it out."""
        return self._change(
            conversation_id, lambda chats: chats.set_folder(conversation_id, folder.strip())
        )

    def set_system_prompt(self, conversation_id: str, prompt: str) -> Future[None]:
        """Change what precedes the first turn; a chat that is not stored is not by that."""
        if self._fresh.change(conversation_id, lambda chat: replace(chat, system_prompt=prompt)):
            self._bus.publish(LibraryChanged((conversation_id,)))
            return nothing_to_store()
        return self._change(
            conversation_id, lambda chats: chats.set_system_prompt(conversation_id, prompt)
        )

    def change_options(
        self,
        conversation_id: str,
        change: Callable[[ChatOptions], ChatOptions],
        system_prompt: str | None = None,
    ) -> Future[None]:
        """Change what this chat has of its own; a chat that is not stored is not by that.

        Args:
            conversation_id: The chat.
            change: What is to be kept, of what there is when every change before is stored.
            system_prompt: What precedes its first turn from now on; None leaves that as it is.

        Raises:
            NotFoundError: There is no such chat.
        """

        def changed(chat: Conversation) -> Conversation:
            prompt = chat.system_prompt if system_prompt is None else system_prompt
            return replace(chat, options=change(chat.options), system_prompt=prompt)

        self.chats.get(conversation_id)  # refused here, not once it is queued
        if self._fresh.change(conversation_id, changed):
            self._bus.publish(LibraryChanged((conversation_id,)))
            return nothing_to_store()
        return self._change(
            conversation_id,
            lambda chats: chats.change_options(conversation_id, change, system_prompt),
        )

    def set_draft(self, conversation_id: str, draft: str) -> Future[None]:
        """Keep text that was typed but not sent; a chat that begins so is listed from then on."""
        begins = conversation_id in self._fresh
        if (begins and not draft) or not self._keeps(conversation_id):
            return nothing_to_store()
        before = self.chats.get(conversation_id)
        renamed = listed_title(before) != listed_title(replace(before, draft=draft))
        return self._change(
            conversation_id,
            lambda chats: chats.set_draft(conversation_id, draft),
            announce=begins or renamed,
        )

    def set_edit(self, conversation_id: str, edit: Edit) -> Future[None]:
        """Keep what is typed to replace a question of this chat."""
        return announced(self._bus, self._of(conversation_id).set_edit(edit))

    def forget_edit(self, conversation_id: str, message_id: str) -> Future[None]:
        """Forget what was typed to replace a question: it says what the question says."""
        return announced(self._bus, self._of(conversation_id).forget_edit(message_id))

    def set_scroll_position(
        self, conversation_id: str, message_id: str | None, offset: int, y: int
    ) -> None:
        """Keep the place the reader was at: a line, and pixels from the view's top to it."""
        if conversation_id not in self._fresh and self._keeps(conversation_id):
            self._change(
                conversation_id,
                lambda chats: chats.set_scroll_position(conversation_id, message_id, offset, y),
                announce=False,
            )

    def branch_into_new_chat(self, message_id: str) -> Conversation:
        """Copy the messages up to this one into a chat of their own.

        Raises:
            NotFoundError: There is no such message.
            StoreError: It could not be stored.
        """
        store, message = self._repositories.of_message(message_id)
        old = store.conversations.get(message.conversation_id)
        made = store.branch_into_new_chat(
            message_id, tr("{title} (branch)", title=old.title)
        ).result()
        if store.database.private:
            self._repositories.add_private(made.id)
        self._bus.publish(LibraryChanged((made.id,)))
        return made

    # --- messages -----------------------------------------------------------------------

    def add_exchange(
        self, question: Message, answer: Message, *, title: str = "", edited: str | None = None
    ) -> Future[None]:
        """Store a question with its empty answer, making the chat and its first title as needed.

        Args:
            question: What was typed: the draft, which is empty after it, or an edit.
            answer: Still empty.
            title: Of a chat that has none, or whose first message is put into other words.
            edited: The message that the question replaces, whose edit is done; the draft stays.
        """
        conversation = self.chats.get(question.conversation_id)
        store = self._of(conversation.id)
        if self._fresh.hand_over(conversation.id) is None and title:
            store.conversations.rename(conversation.id, title, by_user=False)
        conversation = replace(conversation, title=conversation.title or title)
        self._repositories.mark_used(conversation.id)
        added = store.add_exchange(conversation, question, answer, edited=edited)
        added.add_done_callback(partial(self._fresh.stored, conversation.id))
        return added

    def add_message(self, message: Message) -> Future[None]:
        """Store another version of an answer, still empty."""
        self._repositories.mark_used(message.conversation_id)
        return self._of(message.conversation_id).add_message(message)

    def resume(self, message: Message) -> Future[None]:
        """Mark an answer as being written again."""
        return self._of(message.conversation_id).resume(message.id)

    def set_token_counts(
        self, conversation_id: str, model_sha256: str, counts: dict[str, int]
    ) -> None:
        """Keep the tokens of messages."""
        if self._keeps(conversation_id):
            announced(self._bus, self._of(conversation_id).set_token_counts(model_sha256, counts))

    def set_summary(self, message_id: str, text: str, *, by_user: bool = True) -> Future[None]:
        """Keep a summary of everything up to a message; an empty text removes it.

        Raises:
            NotFoundError: There is no such message.
        """
        store, message = self._repositories.of_message(message_id)
        return announced(
            self._bus,
            store.set_summary(message_id, text, by_user=by_user),
            BranchChanged(message.conversation_id),
        )

    def journal(
        self, message: Message, text: str, placed: tuple[PlacedPart, ...] = ()
    ) -> Future[None]:
        """Keep what there is of an answer so far."""
        return self._of(message.conversation_id).journal(message.id, text, placed)

    def finish(self, message: Message) -> Future[None]:
        """Store everything an answer ended with."""
        return self._of(message.conversation_id).finish(message)

    def change_message(self, message: Message) -> Future[None]:
        """Store a message that is there with another text or other parts."""
        return announced(self._bus, self.finish(message), BranchChanged(message.conversation_id))

    def activate_branch(self, message_id: str) -> Future[None]:
        """Make the branch that holds this message the active one; nothing changes where it is.

        Raises:
            NotFoundError: There is no such message.
        """
        store, message = self._repositories.of_message(message_id)
        if any(item.message.id == message_id for item in store.branch(message.conversation_id)):
            return nothing_to_store()
        return announced(
            self._bus, store.select_version(message_id), BranchChanged(message.conversation_id)
        )

    def select_version(self, message_id: str, offset: int) -> Future[None]:
        """Select another version: -1 the one before, +1 the one after."""
        store, message = self._repositories.of_message(message_id)
        versions = store.versions(message_id)
        index = next(i for i, version in enumerate(versions) if version.id == message_id)
        target = versions[min(max(index + offset, 0), len(versions) - 1)]
        return announced(
            self._bus, store.select_version(target.id), BranchChanged(message.conversation_id)
        )

    def close(self) -> None:
        """Finish every write. Private chats are gone after this."""
        self.search.close()
        self._repositories.close()

    # --- inside -------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        """A chat in which nothing was said yet is a new one, and takes the new system prompt."""
        if not isinstance(event, SettingsChanged):
            return
        before, after = event.before.system_prompt, event.settings.system_prompt
        if before == after:
            return
        changed, under_way = self._fresh.replace_system_prompt(before, after)
        if changed:
            self._bus.publish(LibraryChanged(tuple(changed)))
        for conversation_id in under_way:
            self.set_system_prompt(conversation_id, after)
        for chat in self.chats.conversations():
            untouched = chat.head_id is None and chat.system_prompt == before
            if untouched and self._keeps(chat.id):
                self.set_system_prompt(chat.id, after)

    def _keeps(self, conversation_id: str) -> bool:
        """Whether what is noted in passing can be kept; where not, the window has said so."""
        return self._of(conversation_id).database.refusal is None

    def _change(
        self,
        conversation_id: str,
        change: Callable[[ConversationRepository], Future[T]],
        *,
        announce: bool = True,
    ) -> Future[T]:
        chats = self._of(conversation_id).conversations
        fresh = self._fresh.hand_over(conversation_id)
        if fresh is not None:
            self._repositories.mark_used(conversation_id)
            chats.create(fresh).add_done_callback(partial(self._fresh.stored, conversation_id))
        events = [LibraryChanged((conversation_id,))] if announce else []
        return announced(self._bus, change(chats), *events)
