"""How a question is given documents: whole, or by passages; what it costs, what it may cite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.documents.reading.instructions import looks_like_instruction
from app.domain.documents import DocumentPage, Passage, PassagePlace, StoredDocument
from app.domain.parts import ReadingChoicePart

if TYPE_CHECKING:
    from app.services.documents.document_service import DocumentService

PASSAGES = 6  # that a question is given unless the user changes them
CHARACTERS_PER_TOKEN = 4.0  # of English text with Phi-4's tokenizer; other scripts need more tokens
_WHOLE_SHARE = 0.5  # of the context window that a document may fill and still be read whole

# For the model, and in English in every language: what it answers in is decided by the question.
_WHOLE_RULE = (  # not shown
    "Answer from the document above. Behind each sentence, put the number of the page that it is "
    "from, such as [3]. If the document does not say, say so."
)
_PASSAGES_RULE = (  # not shown
    "Answer the question from these passages. Behind each sentence, put the number of the passage "
    "that it is from, such as [1]. If they do not say, say so."
)


class ReadingMode(StrEnum):
    """How documents are read."""

    WHOLE = "whole"
    PASSAGES = "passages"


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """How the user wants the documents of a question to be read.

    Attributes:
        mode: None for whichever suits.
        passages: Those that are read; None for those that suit the question.
    """

    mode: ReadingMode | None = None
    passages: tuple[PassagePlace, ...] | None = None


NO_CHOICE = ReadingChoice()


def choice_part(choice: ReadingChoice) -> ReadingChoicePart | None:
    """The part of a message that keeps a choice; None where there is none."""
    if choice == NO_CHOICE:
        return None
    places = choice.passages
    stored = [] if places is None else [(one.document_id, one.page, one.start) for one in places]
    return ReadingChoicePart(choice.mode or "", json.dumps(stored) if places is not None else "")


def choice_of(part: ReadingChoicePart | None) -> ReadingChoice:
    """What a part keeps; what cannot be read of it is as if it were not there."""
    if part is None:
        return NO_CHOICE
    mode = ReadingMode(part.mode) if part.mode in set(ReadingMode) else None
    try:
        rows = json.loads(part.passages) if part.passages else None
        places = None if rows is None else tuple(PassagePlace(str(a), b, c) for a, b, c in rows)
    except (ValueError, TypeError):
        places = None
    return ReadingChoice(mode, places)


@dataclass(frozen=True, slots=True)
class CitedSource:
    """What a number in an answer stands for.

    Attributes:
        mark: The number.
        document: The document.
        page: Its page.
        start: Where in the page's text what was given begins.
        text: What was given.
        seq: The passage's number in the library; 0 for a whole page.
    """

    mark: int
    document: StoredDocument
    page: int
    start: int
    text: str
    seq: int = 0

    @property
    def is_suspicious(self) -> bool:
        """Whether something in it seems to be meant for the model."""
        return looks_like_instruction(self.text)


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What a question is given.

    Attributes:
        mode: How.
        sources: What can be cited, in the order of their numbers.
        system: What stands first in the system message; empty for passages.
        before: What stands before the question; empty for whole documents.
    """

    mode: ReadingMode
    sources: tuple[CitedSource, ...]
    system: str = ""
    before: str = ""

    @property
    def tokens(self) -> int:
        """About how many tokens it is."""
        return round((len(self.system) + len(self.before)) / CHARACTERS_PER_TOKEN)

    def system_prompt(self, preset: str) -> str:
        """The system message: the document first, so that one KV state serves every preset."""
        return "\n\n".join(part for part in (self.system, preset.strip()) if part)

    def question(self, text: str) -> str:
        """The question as the model reads it."""
        return "\n\n".join(part for part in (self.before, text) if part)


def seems_for_model(text: str) -> bool:
    """Whether something in a text seems to be meant for the model."""
    return looks_like_instruction(text)


def suspicious_pages(
    service: DocumentService, documents: Sequence[StoredDocument]
) -> list[tuple[str, int]]:
    """Names and pages of documents in which something seems to be meant for the model."""
    return [
        (shown_title(document), page.number)
        for document in documents
        for page in service.pages(document.id)
        if seems_for_model(page.text)
    ]


def reading_mode(documents: Sequence[StoredDocument], context_size: int) -> ReadingMode:
    """Whole where that leaves as much room again for the talk about it, by passages otherwise."""
    tokens = sum(one.facts.characters for one in documents) / CHARACTERS_PER_TOKEN
    fits = tokens <= context_size * _WHOLE_SHARE
    return ReadingMode.WHOLE if fits else ReadingMode.PASSAGES


def plan_reading(
    service: DocumentService,
    documents: Sequence[StoredDocument],
    question: str,
    context_size: int,
    choice: ReadingChoice = NO_CHOICE,
) -> ReadingPlan:
    """What a question about documents is given.

    Args:
        service: The documents' library.
        documents: Those that are asked.
        question: What is asked.
        context_size: Tokens of the context window.
        choice: What the user chose; without a choice what fits well is read whole.
    """
    mode = choice.mode or reading_mode(documents, context_size)
    if mode is ReadingMode.WHOLE:
        return whole_plan(documents, [service.pages(one.id) for one in documents])
    if choice.passages is not None:
        return passages_plan(documents, service.passages_at(choice.passages))
    return passages_plan(documents, service.search(question, documents, PASSAGES))


def whole_plan(
    documents: Sequence[StoredDocument], pages: Sequence[Sequence[DocumentPage]]
) -> ReadingPlan:
    """Documents read whole: every page has a number; of one document, that of the page."""
    sources: list[CitedSource] = []
    texts: list[str] = []
    for document, its_pages in zip(documents, pages, strict=True):
        texts.append(f"Document: {shown_title(document)}")  # not shown: for the model
        for page in its_pages:
            body = page.body.strip()
            mark = page.number if len(documents) == 1 else len(sources) + 1
            if not body:
                if len(documents) > 1:
                    continue
                body = ""
            start = page.start + len(page.body) - len(page.body.lstrip())
            if body:
                sources.append(CitedSource(mark, document, page.number, start, body))
                texts.append(f"[{mark}]\n{body}")
    texts.append(_WHOLE_RULE)
    return ReadingPlan(ReadingMode.WHOLE, tuple(sources), system="\n\n".join(texts))


def passages_plan(documents: Sequence[StoredDocument], passages: Sequence[Passage]) -> ReadingPlan:
    """Passages, in the order in which they stand, so that the same ones are the same prompt."""
    by_id = {one.id: one for one in documents}
    ordered = sorted(passages, key=lambda one: one.seq)
    sources = tuple(
        CitedSource(mark, by_id[one.document_id], one.page, one.start, one.text, one.seq)
        for mark, one in enumerate((p for p in ordered if p.document_id in by_id), 1)
    )
    texts = [
        f"[{one.mark}] ({shown_title(one.document)}, {one.document.facts.unit} {one.page})\n"
        f"{one.text}"
        for one in sources
    ]
    before = "\n\n".join([*texts, _PASSAGES_RULE]) if texts else ""
    return ReadingPlan(ReadingMode.PASSAGES, sources, before=before)


def shown_title(document: StoredDocument) -> str:
    """A document's name without what commands a terminal or ends a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in document.name).split())
