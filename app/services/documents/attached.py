"""Documents that came with messages of chats: kept, given to the model, cited and checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.conversation import Message
from app.domain.documents import StoredDocument
from app.domain.errors import NotFoundError
from app.domain.generation import Role, Turn
from app.domain.parts import AttachmentPart, PlacedPart

if TYPE_CHECKING:  # nobody waits for these at the start: they come with the first document
    from app.documents.process.client import StopFlag
    from app.services.documents.document_service import DocumentService, PageProgress
    from app.services.documents.reading_plan import ReadingMode, ReadingPlan

CONTEXT_UNKNOWN = 8_192  # tokens; of a model that does not say, or before one is loaded
_REFERENCE = "document:"  # before the id, in the reference of an attachment


@dataclass(frozen=True, slots=True)
class GivenDocuments:
    """What an answer was given.

    Attributes:
        turns: What the model reads, documents included.
        plan: What of them; None where the chat has none.
        question: As it was asked.
    """

    turns: tuple[Turn, ...]
    plan: ReadingPlan | None = None
    question: str = ""

    def checked(self, answer: str, placed: tuple[PlacedPart, ...]) -> tuple[PlacedPart, ...]:
        """An answer's parts with what was found of each cited sentence.

        What an earlier check found of an answer that was continued is replaced, since all of it
        is checked again.
        """
        if self.plan is None:
            return placed
        from app.services.documents.checked_answer import check_answer, citation_parts, is_check

        found = citation_parts(check_answer(self.plan, self.question, answer))
        return (*(one for one in placed if not is_check(one.part)), *found)


@dataclass(frozen=True, slots=True)
class ReadingPrice:
    """What a question to a document costs, before it is asked.

    Attributes:
        mode: How it is read.
        tokens: About how many are read.
    """

    mode: ReadingMode
    tokens: int


class AttachedDocuments:
    """The documents of chats: one library on the disk, one in memory for private chats.

    Args:
        open_library: Opens the one on the disk; called when it is first needed.
        open_private: Makes the one in memory; likewise.
    """

    def __init__(
        self,
        open_library: Callable[[], DocumentService],
        open_private: Callable[[], DocumentService],
    ) -> None:
        self._open = {False: open_library, True: open_private}
        self._libraries: dict[bool, DocumentService] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            libraries, self._libraries = list(self._libraries.values()), {}
        for library in libraries:
            library.close()

    def library(self, *, private: bool) -> DocumentService:
        """The library of private chats, or of all others.

        Raises:
            StoreError: It cannot be opened.
        """
        with self._lock:
            if private not in self._libraries:
                self._libraries[private] = self._open[private]()
            return self._libraries[private]

    def add(
        self, path: Path, *, private: bool, cancel: StopFlag, progress: PageProgress | None = None
    ) -> StoredDocument:
        """Read a file for a chat.

        Raises:
            DocumentError: It cannot be read.
        """
        from app.services.documents.document_service import quiet

        library = self.library(private=private)
        return library.add(path, cancel=cancel, progress=progress or quiet)

    def given(
        self,
        turns: tuple[Turn, ...],
        branch: Sequence[Message],
        context_size: int,
        *,
        private: bool,
    ) -> GivenDocuments:
        """The turns of a chat with the documents that came with its messages."""
        ids = list(
            dict.fromkeys(
                one.part.reference.removeprefix(_REFERENCE)
                for message in branch
                for one in message.placed
                if isinstance(one.part, AttachmentPart)
                and one.part.reference.startswith(_REFERENCE)
            )
        )
        last = next((i for i in range(len(turns) - 1, -1, -1) if turns[i].role is Role.USER), None)
        if not ids or last is None:
            return GivenDocuments(turns)
        library = self.library(private=private)
        documents = [one for id_ in ids if (one := _document(library, id_)) is not None]
        if not documents:
            return GivenDocuments(turns)
        question = turns[last].content
        from app.services.documents.reading_plan import plan_reading

        plan = plan_reading(library, documents, question, context_size)
        asked = replace(turns[last], content=plan.question(question))
        turns = (*turns[:last], asked, *turns[last + 1 :])
        if plan.system:
            first = turns[0] if turns[0].role is Role.SYSTEM else None
            system = plan.system_prompt(first.content if first else "")
            turns = (Turn(Role.SYSTEM, system), *(turns[1:] if first else turns))
        return GivenDocuments(turns, plan, question)


def attachment_part(document: StoredDocument) -> AttachmentPart:
    """The part of a message that a document came with."""
    facts = document.facts
    return AttachmentPart(
        document.name, size=facts.size, sha256=facts.sha256, reference=_REFERENCE + document.id
    )


def reading_price(documents: Sequence[StoredDocument], context_size: int) -> ReadingPrice:
    """What a question to these documents costs."""
    from app.services.documents.reading_plan import (
        CHARACTERS_PER_TOKEN,
        ReadingMode,
        reading_mode,
    )

    mode = reading_mode(documents, context_size)
    characters = sum(one.facts.characters for one in documents)
    if mode is ReadingMode.PASSAGES:
        passages = max(sum(one.passages for one in documents), 1)
        characters = min(characters, 6 * characters // passages)
    return ReadingPrice(mode, round(characters / CHARACTERS_PER_TOKEN))


def _document(library: DocumentService, id_: str) -> StoredDocument | None:
    try:
        return library.document(id_)
    except NotFoundError:  # it was removed since; what was said about it stays
        return None
