"""Documents that came with messages of chats: kept, given to the model, cited and checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.conversation import Message
from app.domain.download import DownloadState
from app.domain.errors import NotFoundError
from app.domain.generation import Role, Turn
from app.domain.parts import (
    AttachmentPart,
    FormPart,
    Part,
    PlacedPart,
    ReadingChoicePart,
)
from app.services.core.events import DownloadChanged, Event

if TYPE_CHECKING:  # nobody waits for these at the start: they come with the first document
    from app.documents.process.client import StopFlag
    from app.domain.documents import StoredDocument
    from app.services.documents.document_service import DocumentService, PageProgress
    from app.services.documents.quoting import QuotingPlan
    from app.services.documents.reading_plan import ReadingChoice, ReadingMode, ReadingPlan

CONTEXT_UNKNOWN = 8_192  # tokens; of a model that does not say, or before one is loaded
QUOTE = "quote"
"""The form of an answer that only quotes, as :class:`FormPart` names it."""
_REFERENCE = "document:"  # before the id, in the reference of an attachment


@dataclass(frozen=True, slots=True)
class GivenDocuments:
    """What an answer was given.

    Attributes:
        turns: What the model reads, documents included.
        plan: What of them; None where the chat has none.
        question: As it was asked.
        quotes: The lines that may be quoted, where the answer does nothing else.
    """

    turns: tuple[Turn, ...]
    plan: ReadingPlan | None = None
    question: str = ""
    quotes: QuotingPlan | None = None

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
        removed: Told of the attachments that are gone with documents: what else was kept of their
            words goes too.
    """

    def __init__(
        self,
        open_library: Callable[[], DocumentService],
        open_private: Callable[[], DocumentService],
        removed: Callable[[Sequence[str]], None] = lambda _references: None,
    ) -> None:
        self._removed = removed
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

    def on_event(self, event: Event) -> None:
        """A model that finds passages by meaning may have come; see to it beside everything."""
        if isinstance(event, DownloadChanged) and event.item.state is DownloadState.DONE:
            with self._lock:
                libraries = list(self._libraries.values())
            for library in libraries:
                if library.meaning is not None:
                    library.meaning.wake()

    def add(
        self,
        path: Path,
        *,
        private: bool,
        cancel: StopFlag,
        progress: PageProgress | None = None,
        copy: bool = False,
    ) -> StoredDocument:
        """Read a file for a chat, with a copy in Phial's folder where that is wanted.

        Raises:
            DocumentError: It cannot be read.
        """
        from app.services.documents.document_service import quiet

        library = self.library(private=private)
        return library.add(path, copy=copy, cancel=cancel, progress=progress or quiet)

    def remove(self, documents: Sequence[StoredDocument]) -> None:
        """Remove documents that are kept, and all that was read of them; blocks meanwhile."""
        gone = self.library(private=False).remove(documents)
        self._removed(references(gone))

    def documents_in(self, branch: Sequence[Message], *, private: bool) -> list[StoredDocument]:
        """The documents that came with messages, those that were removed since left out."""
        ids = list(
            dict.fromkeys(
                one.part.reference.removeprefix(_REFERENCE)
                for message in branch
                for one in message.placed
                if isinstance(one.part, AttachmentPart)
                and one.part.reference.startswith(_REFERENCE)
            )
        )
        if not ids:
            return []
        library = self.library(private=private)
        return [one for id_ in ids if (one := _document(library, id_)) is not None]

    def used_last(self, attached: Sequence[str], most: int) -> list[StoredDocument]:
        """The documents that went with messages last and are kept still; opens the library.

        Args:
            attached: References of attachments, newest first.
            most: How many documents.
        """
        library = self.library(private=False)
        ids = (one.removeprefix(_REFERENCE) for one in attached if one.startswith(_REFERENCE))
        kept = (one for id_ in ids if (one := _document(library, id_)) is not None)
        found: dict[str, StoredDocument] = {}
        for one in kept:
            newest = library.newest(one.id)
            found.setdefault(newest.id, newest)
            if len(found) == most:
                break
        return list(found.values())

    def plan(
        self,
        documents: Sequence[StoredDocument],
        question: str,
        context_size: int,
        choice: ReadingChoice,
        *,
        private: bool,
    ) -> ReadingPlan:
        """What a question to documents is given; reads the library meanwhile."""
        from app.services.documents.reading_plan import plan_reading

        return plan_reading(
            self.library(private=private), documents, question, context_size, choice
        )

    def given(
        self,
        turns: tuple[Turn, ...],
        branch: Sequence[Message],
        context_size: int,
        *,
        private: bool,
        demo: bool = False,
    ) -> GivenDocuments:
        """The turns of a chat with the documents that came with its messages.

        Args:
            turns: The chat.
            branch: Its messages.
            context_size: Tokens of the context window.
            private: Whether the chat is.
            demo: The built-in model reads them: it has not learned to, so it quotes what is found.
        """
        last = next((i for i in range(len(turns) - 1, -1, -1) if turns[i].role is Role.USER), None)
        documents = self.documents_in(branch, private=private) if last is not None else []
        if not documents or last is None:
            return GivenDocuments(turns)
        question = turns[last].content
        choice = choice_in(branch)
        if demo:
            from app.services.documents.reading_plan import ReadingMode

            choice = replace(choice, mode=ReadingMode.PASSAGES)
        plan = self.plan(documents, question, context_size, choice, private=private)
        quotes = None
        if demo or only_quotes(branch):
            from app.services.documents.quoting import quoting_plan

            quotes = quoting_plan(plan, question if demo else "")
            plan = quotes.plan
        asked = replace(turns[last], content=plan.question(question))
        turns = (*turns[:last], asked, *turns[last + 1 :])
        if plan.system:
            first = turns[0] if turns[0].role is Role.SYSTEM else None
            system = plan.system_prompt(first.content if first else "")
            turns = (Turn(Role.SYSTEM, system), *(turns[1:] if first else turns))
        return GivenDocuments(turns, plan, question, quotes)


def references(documents: Sequence[str]) -> list[str]:
    """What attachments of documents are known by, from the documents' ids."""
    return [_REFERENCE + one for one in documents]


def attachment_part(document: StoredDocument) -> AttachmentPart:
    """The part of a message that a document came with."""
    facts = document.facts
    return AttachmentPart(
        document.name, size=facts.size, sha256=facts.sha256, reference=_REFERENCE + document.id
    )


def has_documents(branch: Iterable[Message]) -> bool:
    """Whether documents came with messages; they may have been removed since."""
    return any(_is_document(one.part) for message in branch for one in message.placed)


def _is_document(part: Part) -> bool:
    return isinstance(part, AttachmentPart) and part.reference.startswith(_REFERENCE)


def choice_in(branch: Sequence[Message]) -> ReadingChoice:
    """How the last question of a branch is read.

    Passages were chosen for one question; whole or by passages holds until another is chosen.
    """
    from app.services.documents.reading_plan import ReadingChoice, choice_of

    asked = [one for one in branch if one.role is Role.USER]
    chosen = [_choice(one) for one in reversed(asked)]
    if not chosen:
        return choice_of(None)
    mode = next((choice_of(one).mode for one in chosen if one is not None), None)
    return ReadingChoice(mode, choice_of(chosen[0]).passages)


def only_quotes(branch: Sequence[Message]) -> bool:
    """Whether the last question of a branch is to be answered by quotations alone."""
    asked = next((one for one in reversed(branch) if one.role is Role.USER), None)
    parts = (one.part for one in asked.placed) if asked is not None else ()
    return any(isinstance(one, FormPart) and one.kind == QUOTE for one in parts)


def _choice(message: Message) -> ReadingChoicePart | None:
    parts = (one.part for one in message.placed)
    return next((one for one in parts if isinstance(one, ReadingChoicePart)), None)


def reading_price(
    documents: Sequence[StoredDocument], context_size: int, mode: ReadingMode | None = None
) -> ReadingPrice:
    """What a question to these documents costs, in the way that is asked for or suits."""
    from app.services.documents.reading_plan import (
        CHARACTERS_PER_TOKEN,
        PASSAGES,
        ReadingMode,
        reading_mode,
    )

    mode = mode or reading_mode(documents, context_size)
    characters = sum(one.facts.characters for one in documents)
    if mode is ReadingMode.PASSAGES:
        passages = max(sum(one.passages for one in documents), 1)
        characters = min(characters, PASSAGES * characters // passages)
    return ReadingPrice(mode, round(characters / CHARACTERS_PER_TOKEN))


def _document(library: DocumentService, id_: str) -> StoredDocument | None:
    try:
        return library.document(id_)
    except NotFoundError:  # it was removed since; what was said about it stays
        return None
