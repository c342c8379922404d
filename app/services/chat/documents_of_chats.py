"""The documents of chats over the libraries they are in, each opened when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.core.events import EventBus
from app.services.documents.attached import AttachedDocuments
from app.system.hardware import PowerSource

if TYPE_CHECKING:  # nobody waits for it at the start
    from app.services.documents.document_service import DocumentService


def documents_of_chats(
    data: Path,
    bus: EventBus,
    power: Callable[[], PowerSource],
    removed: Callable[[Sequence[str]], None],
) -> AttachedDocuments:
    """The documents of chats, whose passages are made found by meaning by themselves.

    Args:
        data: The data folder.
        bus: Tells of answers, and is told how far that is.
        power: Where the computer's power comes from.
        removed: See :class:`AttachedDocuments`.
    """

    def kept() -> DocumentService:
        from app.services.chat.meaning_care import meaning_care
        from app.services.documents.opening import open_library

        return open_library(data, meaning_care(bus, power))[0]

    def private() -> DocumentService:
        from app.services.chat.meaning_care import meaning_care
        from app.services.documents.opening import open_private_library

        return open_private_library(data, meaning_care(bus, power))

    return AttachedDocuments(kept, private, removed)
