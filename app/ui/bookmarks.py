"""What is typed in each chat and where its reader was, ahead of the store that writes it later."""

from __future__ import annotations

from app.domain.conversation import Conversation
from app.services.library import LibraryService
from app.ui.transcript.places import Anchor


class Bookmarks:
    """Drafts and places, as this session last handed them to the store."""

    def __init__(self, library: LibraryService) -> None:
        self._library = library
        self._drafts: dict[str, str] = {}
        self._places: dict[str, Anchor | None] = {}

    def draft_of(self, chat: Conversation) -> str:
        """What is typed in a chat and not sent."""
        return self._drafts.get(chat.id, chat.draft)

    def place_of(self, chat: Conversation) -> Anchor | None:
        """Where the reader left a chat; None for its end."""
        if chat.id in self._places:
            return self._places[chat.id]
        if chat.scroll_message_id is None:
            return None
        return Anchor(chat.scroll_message_id, chat.scroll_offset)

    def keep_draft(self, chat_id: str, draft: str) -> None:
        """Keep what is typed and not sent.

        Raises:
            StoreError: It cannot be written; it stays known here.
        """
        self._drafts[chat_id] = draft
        self._library.set_draft(chat_id, draft)

    def keep_place(self, chat: Conversation, anchor: Anchor | None) -> None:
        """Keep where the reader is; None for the end."""
        if anchor != self.place_of(chat):
            self._places[chat.id] = anchor
            place = (anchor.message_id, anchor.offset) if anchor else (None, 0)
            self._library.set_scroll(chat.id, *place)
