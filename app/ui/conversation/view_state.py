"""What is typed in each chat and where its reader was, ahead of the store that writes it later."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial

from app.domain.conversation import Conversation, Edit, Message
from app.domain.errors import NotFoundError
from app.services.core.events import Asked
from app.services.library.library_service import LibraryService
from app.ui.transcript.viewport.scroll_anchor import ScrollPosition

_FARTHEST = 10_000  # pixels that a stored line stands from the top; files that are read may lie


class ViewStates:
    """Drafts, edits and places, as this session last handed them to the store."""

    def __init__(self, library: LibraryService) -> None:
        self._library = library
        self._drafts: dict[str, str] = {}
        self._places: dict[str, ScrollPosition | None] = {}
        # Edits that are not stored yet, by message; None for one that was sent or forgotten.
        self._edits: dict[str, tuple[str, Edit | None]] = {}
        self._unsafe: set[str] = set()  # chats where what was typed last could not be written
        self._lock = threading.Lock()  # the store tells on a thread of its own

    def draft_of(self, chat: Conversation) -> str:
        """What is typed in a chat and not sent."""
        return self._drafts.get(chat.id, chat.draft)

    def scroll_position_of(self, chat: Conversation) -> ScrollPosition | None:
        """Where the reader left a chat; None for its end."""
        if chat.id in self._places:
            return self._places[chat.id]
        if chat.scroll_message_id is None:
            return None
        y = max(-_FARTHEST, min(chat.scroll_y, _FARTHEST))
        return ScrollPosition(chat.scroll_message_id, chat.scroll_offset, y)

    def keep_draft(self, chat_id: str, draft: str) -> None:
        """Keep what is typed and not sent.

        Raises:
            StoreError: It cannot be written; it stays known here.
        """
        self._drafts[chat_id] = draft
        self._watch(chat_id, self._library.set_draft(chat_id, draft))

    def keep_scroll_position(
        self, chat: Conversation, anchor: ScrollPosition | None, at_top: ScrollPosition | None
    ) -> None:
        """Keep where the reader is; None for the end.

        Args:
            chat: The chat.
            anchor: Where to come back to while the program runs.
            at_top: The line nearest to the top then, which is what the store keeps: it is in view
                in a lower window too.
        """
        if anchor != self.scroll_position_of(chat):
            self._places[chat.id] = anchor
            place: tuple[str | None, int, int] = (None, 0, 0)
            if at_top is not None:
                place = (at_top.message_id, at_top.offset, round(at_top.y))
            self._library.set_scroll_position(chat.id, *place)

    def safe(self, chat_id: str) -> bool:
        """Whether what was typed last in a chat is stored, or on its way there."""
        with self._lock:
            return chat_id not in self._unsafe

    # --- edits --------------------------------------------------------------------------------

    def message(self, message_id: str) -> Message:
        """The message that is edited.

        Raises:
            NotFoundError: There is none.
        """
        return self._library.chats.message(message_id)

    def edit_of(self, chat_id: str, message_id: str) -> Edit | None:
        """What was typed to replace a message, and not sent."""
        return self._edits_of(chat_id).get(message_id)

    def open_edit(self, chat_id: str) -> tuple[Message, str] | None:
        """The message that was edited when a chat was left, and what it was to say."""
        found = [edit for edit in self._edits_of(chat_id).values() if edit.open]
        if not found:
            return None
        try:
            return self._library.chats.message(found[-1].message_id), found[-1].text
        except NotFoundError:
            return None

    def keep_edit(self, chat_id: str, edit: Edit) -> None:
        """Keep what is typed to replace a message.

        Raises:
            StoreError: It cannot be written; it stays known here.
        """
        with self._lock:
            self._edits[edit.message_id] = chat_id, edit
        stored = self._library.set_edit(chat_id, edit)
        stored.add_done_callback(partial(self._edit_stored, edit))
        self._watch(chat_id, stored)

    def forget_edit(self, chat_id: str, message_id: str) -> None:
        """Nothing was changed in it.

        Raises:
            StoreError: It cannot be written.
        """
        self.edit_sent(message_id)
        self._library.forget_edit(chat_id, message_id)

    def edit_sent(self, message_id: str) -> None:
        """It is a message now; the store forgot it as it took the message."""
        with self._lock:
            self._edits[message_id] = "", None

    def give_back(self, chat_id: str, asked: Asked) -> None:
        """Keep what was sent and not stored in a chat that shows something else.

        Raises:
            KnownError: It cannot be kept, or the chat is gone.
        """
        if asked.edited is not None:
            self.keep_edit(chat_id, Edit(asked.edited, asked.text, open=True))
            return
        draft = self.draft_of(self._library.chats.get(chat_id))
        self.keep_draft(chat_id, f"{asked.text}\n{draft}" if draft else asked.text)

    # --- inside -------------------------------------------------------------------------------

    def _edits_of(self, chat_id: str) -> dict[str, Edit]:
        with self._lock:  # before the store is read: one that is written meanwhile is in neither
            unwritten = tuple(self._edits.items())
        found = {edit.message_id: edit for edit in self._library.chats.edits(chat_id)}
        for message_id, (of, edit) in unwritten:
            if edit is None:
                found.pop(message_id, None)
            elif of == chat_id:
                found.pop(message_id, None)  # what was typed last comes last
                found[message_id] = edit
        return found

    def _edit_stored(self, edit: Edit, done: Future[None]) -> None:
        with self._lock:
            known = self._edits.get(edit.message_id)
            if done.exception() is None and known is not None and known[1] is edit:
                del self._edits[edit.message_id]

    def _watch(self, chat_id: str, write: Future[None]) -> None:
        def done(outcome: Future[None]) -> None:
            with self._lock:
                if outcome.exception() is None:
                    self._unsafe.discard(chat_id)
                else:
                    self._unsafe.add(chat_id)

        write.add_done_callback(done)
