"""Summaries of documents longer than a model reads at once: by sections, then together.

Each answer of the model is kept beside the document under what was asked, so that a summary that
was stopped goes on where it stood, and one that was made is there at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.documents.checking.sentences import sentences_of
from app.domain.documents import DocumentHeading, DocumentPage, StoredDocument
from app.domain.errors import DocumentError
from app.domain.generation import (
    GREEDY,
    Finished,
    GenerationRequest,
    OverflowPolicy,
    Role,
    StopReason,
    TextDelta,
    Turn,
)
from app.engine.base import Cancel, Engine
from app.language import paragraph, tr
from app.language.formats import quoted
from app.services.documents.checked_answer import check_answer
from app.services.documents.document_service import DocumentService
from app.services.documents.reading_plan import (
    CHARACTERS_PER_TOKEN,
    CitedSource,
    ReadingMode,
    ReadingPlan,
    shown_title,
)

_SHARE = 0.45  # of the context window that the text of one section fills at most
_LEAST_ROOM = 600  # characters; with a smaller window a section would be a few lines
_ANSWER_SHARE = 0.15  # of the context window, for what is written of a section
_MOST_TOKENS = 500
_SMALL = 0.35  # of the room: sections below that are joined to their neighbours
_OTHER_CHARACTERS_PER_TOKEN = 0.8  # of letters that are not ASCII, with Phi-4's tokenizer
_SAMPLE, _SAMPLED = 2_000, 20  # characters of so many pages
_SECTION = (  # not shown
    "Summarise this part of the document in a few sentences. Behind each sentence, put the number "
    "of the page that it is from, such as [3]. Say nothing that is not in it."
)
_TOGETHER = (  # not shown
    "These are summaries of the parts of one document, in order. Summarise the whole document in a "
    "few sentences. Keep the page numbers in brackets, such as [3], behind what they belong to."
)

Ask = Callable[[str, int], str]
"""Has the model answer a text in so many tokens at most; raises :class:`SummaryStoppedError`."""


class SummaryStoppedError(DocumentError):
    """A summary was stopped; what was written of it stays."""


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A part of a document that is read at once.

    Attributes:
        title: Its headings; empty for none.
        first: Its first page.
        last: Its last page.
        text: What stands on them, each page behind its number.
    """

    title: str
    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """What was written of a section, or of the whole.

    Attributes:
        title: Of the section; empty for none.
        first: Its first page.
        last: Its last page.
        text: What the model wrote.
        together: It is the summary of the whole.
        done: How many answers of the model there are so far.
        total: How many there will be, the joining ones included, as far as that is known.
        doubts: Its cited sentences that do not stand so on their page, and what was found of each.
    """

    title: str
    first: int
    last: int
    text: str
    together: bool
    done: int
    total: int
    doubts: tuple[str, ...] = ()


def sections_of(
    document: StoredDocument, pages: Sequence[DocumentPage], room: int
) -> list[DocumentSection]:
    """The sections of a document by its outline; where it has none, or long ones, by its pages.

    Args:
        document: The document.
        pages: All its pages.
        room: Characters that a section has at most; a longer page is cut.
    """
    starts = {(one.page, one.at): one for one in document.facts.headings}
    pieces = [piece for page in pages for piece in _pieces(page, starts, room)]
    found: list[DocumentSection] = []
    for piece in pieces:
        last = found[-1] if found else None
        begins = bool(piece.title)
        fits = last is not None and len(last.text) + len(piece.text) + 2 <= room
        small = last is not None and (not begins or len(last.text) < room * _SMALL)
        if last is not None and fits and small:
            found[-1] = _joined(last, piece)
        else:
            found.append(piece)
    return found


def _pieces(
    page: DocumentPage, starts: dict[tuple[int, int], DocumentHeading], room: int
) -> Iterator[DocumentSection]:
    """What stands on a page, cut where a section begins, and where it is too long."""
    cuts = sorted(at for number, at in starts if number == page.number)
    inside = [at for at in cuts if page.start < at < page.end]
    edges = [page.start, *inside, page.end]
    for number, (start, end) in enumerate(pairwise(edges)):
        heading = starts.get((page.number, start))
        if heading is None and number == 0:
            heading = next((starts[page.number, at] for at in cuts if at <= page.start), None)
        body = page.text[start:end].strip()
        mark = f"[{page.number}]\n"
        step = max(room - len(mark), 1)
        for at in range(0, len(body), step):
            title = heading.text if heading is not None and at == 0 else ""
            yield DocumentSection(title, page.number, page.number, mark + body[at : at + step])


def _joined(first: DocumentSection, second: DocumentSection) -> DocumentSection:
    text = second.text
    if second.first == first.last:  # the page's number stands there already
        text = text.partition("\n")[2]
    title = first.title or second.title
    return DocumentSection(title, first.first, second.last, f"{first.text}\n\n{text}")


def summary_parts(
    library: DocumentService, document: StoredDocument, ask: Ask, context_size: int, model: str
) -> Iterator[SummaryPart]:
    """Summarise a document: a part for each section, and at last the whole.

    Args:
        library: Where what is written is kept.
        document: The document.
        ask: The model.
        context_size: Tokens of its context window.
        model: Names it: what another one wrote is not taken.

    Raises:
        SummaryStoppedError: It was stopped; what there is of it stays.
        DocumentError: The document has no text.
    """
    pages = library.pages(document.id)
    room = max(round(context_size * _SHARE * _characters_per_token(pages)), _LEAST_ROOM)
    most = max(32, min(_MOST_TOKENS, round(context_size * _ANSWER_SHARE)))
    sections = sections_of(document, pages, room)
    if not sections:
        raise DocumentError(tr("“{name}” has no text to summarise.", name=document.name))
    name = f"Document: {shown_title(document)}"  # not shown: for the model

    def written(prompt: str) -> str:
        key = hashlib.sha256(f"{model}\n{prompt}".encode("utf-8", "surrogatepass")).hexdigest()
        known = library.summary_part(document.id, key)
        if known:
            return known
        text = ask(prompt, most).strip()
        library.keep_summary_part(document.id, key, text)
        return text

    def doubts(text: str) -> tuple[str, ...]:
        return tuple(_doubts(document, by_number, text))

    by_number = {page.number: page for page in pages}
    done, total = 0, len(sections) + (len(sections) > 1)
    texts: list[str] = []
    for one in sections:
        text = written("\n\n".join((name, one.text, _SECTION)))
        done += 1
        last = len(sections) == 1
        yield SummaryPart(one.title, one.first, one.last, text, last, done, total, doubts(text))
        texts.append(text)
    while len(texts) > 1:
        groups = list(_groups(texts, room))
        total = done + len(groups) + (len(groups) > 1)
        joined = []
        for group in groups:
            joined.append(written("\n\n".join((name, *group, _TOGETHER))))
            done += 1
        texts = joined
    if len(sections) > 1:
        first, last_page = sections[0].first, sections[-1].last
        whole = texts[0]
        yield SummaryPart("", first, last_page, whole, True, done, done, doubts(whole))


def _doubts(
    document: StoredDocument, pages: Mapping[int, DocumentPage], text: str
) -> Iterator[str]:
    """What was found of the sentences of a summary that do not stand so on the page they cite."""
    marks = {mark for one in sentences_of(text) for mark in one.marks}
    sources = tuple(
        CitedSource(page.number, document, page.number, page.start, page.body)
        for page in (pages[mark] for mark in sorted(marks & pages.keys()))
    )
    for one in check_answer(ReadingPlan(ReadingMode.WHOLE, sources), "", text):
        if one.checked.verdict.is_doubtful:
            said = text[one.checked.start : one.checked.end]
            yield paragraph(quoted(said), one.told)


def part_text(part: SummaryPart) -> str:
    """What was written of a part, and below it what of it does not stand on its page."""
    doubts = "\n".join(f"- \u26a0 {one}" for one in part.doubts)
    return f"{part.text}\n\n{doubts}" if doubts else part.text


def _characters_per_token(pages: Sequence[DocumentPage]) -> float:
    """Fewer where many letters are not ASCII: of other scripts a letter may be a token."""
    sample = "".join(page.body[:_SAMPLE] for page in pages[:_SAMPLED])
    if not sample:
        return CHARACTERS_PER_TOKEN
    other = sum(not one.isascii() for one in sample) / len(sample)
    return CHARACTERS_PER_TOKEN * (1 - other) + _OTHER_CHARACTERS_PER_TOKEN * other


def _groups(texts: Sequence[str], room: int) -> Iterator[list[str]]:
    """Texts in groups that fit; of two at least, so that there are ever fewer."""
    group: list[str] = []
    for text in texts:
        if len(group) >= 2 and sum(map(len, group)) + len(text) > room:
            yield group
            group = []
        group.append(text)
    yield group


def engine_ask(engine: Engine, cancel: Cancel) -> Ask:
    """Asks a loaded engine; its answers leave nothing in its cache on disk."""

    def ask(prompt: str, most: int) -> str:
        request = GenerationRequest(
            conversation_id="",
            turns=(Turn(Role.USER, prompt),),
            sampling=GREEDY.with_limit(most),
            overflow=OverflowPolicy.LEAVE_OUT,
            private=True,
        )
        text: list[str] = []
        for event in engine.generate(request, cancel):
            match event:
                case TextDelta():
                    text.append(event.text)
                case Finished(reason=StopReason.STOPPED):
                    raise SummaryStoppedError(tr("The summary was stopped."))
                case Finished(reason=StopReason.ENGINE_DIED):
                    raise DocumentError(tr("The engine ended in the middle of the summary."))
        return "".join(text)

    return ask


def part_heading(part: SummaryPart) -> str:
    """What a part is of, for people."""
    if part.together:
        return tr("The whole document")
    pages = (
        tr("p. {page}", page=str(part.first))
        if part.first == part.last
        else tr("pp. {first}\u2013{last}", first=str(part.first), last=str(part.last))
    )
    return f"{part.title} ({pages})" if part.title else pages


def in_order(parts: Sequence[SummaryPart]) -> list[SummaryPart]:
    """The parts as they are read: the whole first, then each section."""
    return sorted(parts, key=lambda one: not one.together)


def summary_text(parts: Sequence[SummaryPart]) -> str:
    """A summary as Markdown."""
    return "\n\n".join(f"## {part_heading(one)}\n\n{part_text(one)}" for one in in_order(parts))
