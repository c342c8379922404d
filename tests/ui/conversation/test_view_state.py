"""Edits that are on their way to the store are found whenever they arrive there."""

from __future__ import annotations

from concurrent.futures import Future
from typing import cast

from app.domain.conversation import Edit
from app.services.library.library_service import LibraryService
from app.ui.conversation.view_state import ViewStates


class SlowStore:
    """A library whose write is done just after the edits were read without it."""

    def __init__(self) -> None:
        self.chats = self
        self.written: Future[None] = Future()

    def set_edit(self, _chat_id: str, _edit: Edit) -> Future[None]:
        return self.written

    def edits(self, _chat_id: str) -> tuple[Edit, ...]:
        self.written.set_result(None)
        return ()


def test_an_edit_that_is_written_while_edits_are_read_is_found() -> None:
    states = ViewStates(cast("LibraryService", SlowStore()))
    edit = Edit("m1", "Question half", open=False)
    states.keep_edit("c1", edit)
    assert states.edit_of("c1", "m1") == edit
