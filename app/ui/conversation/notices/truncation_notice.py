"""What the model does not see of the shown chat, and the summary that it reads instead."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.conversation import BranchMessage, Conversation
from app.domain.generation import OverflowPolicy
from app.services.registry import Services
from app.ui.transcript.view import TranscriptView


class TruncationNotice:
    """Dims what the model does not see, and shows the summary it reads instead.

    Attributes:
        ids: The messages that were left out of the last answer's prompt, oldest first.
    """

    def __init__(self, services: Services, transcript: TranscriptView) -> None:
        self._services, self._transcript = services, transcript
        self.ids: tuple[str, ...] = ()

    def show(
        self, ids: Sequence[str], chat: Conversation | None, branch: Sequence[BranchMessage]
    ) -> None:
        """Mark these messages of a chat; called again when its summary may be another."""
        self.ids = tuple(ids)
        notes = {}
        found = self.summary(chat, branch)
        if found is not None and found[0] + 1 < len(branch):
            notes[branch[found[0] + 1].message.id] = found[1]
        self._transcript.notes.set_left_out(frozenset(ids), notes)

    def summary(
        self, chat: Conversation | None, branch: Sequence[BranchMessage]
    ) -> tuple[int, str] | None:
        """The summary in force with its place on the branch; None where there is none."""
        left_out = frozenset(self.ids)
        wanted = self._services.settings.current.overflow is OverflowPolicy.SUMMARISE
        if chat is None or not left_out or not wanted:
            return None
        known = self._services.library.chats.summaries(chat.id)
        for at in range(len(branch) - 1, -1, -1):
            id_ = branch[at].message.id
            if id_ in left_out and id_ in known:
                return at, known[id_]
        return None
