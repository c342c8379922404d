"""A page of a document as it is looked at: drawn where it can be, with what is marked on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.documents import (
    DocumentKind,
    DocumentPage,
    DocumentState,
    PagePicture,
    StoredDocument,
)
from app.domain.errors import DocumentError
from app.language import tr
from app.services.documents.document_service import DocumentService

MOST_HITS = 1_000  # of a search in a document


@dataclass(frozen=True, slots=True)
class PageHit:
    """Words that were found in a document: the page, and from and to in its text."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of a document.

    Attributes:
        document: The document.
        page: The page, as it was read.
        state: Whether the file is still what was read.
        ranges: Where each of the asked words stands in its text; None where it does not.
        hits: Where what is searched for stands.
        picture: As it is drawn, for PDF, with boxes of the ranges that there are and of the hits;
            None for what is only text, and for what cannot be drawn any more.
        trouble: Why it cannot be drawn as it was read; None where it was, or is only text.
    """

    document: StoredDocument
    page: DocumentPage
    state: DocumentState
    ranges: tuple[tuple[int, int] | None, ...]
    hits: tuple[tuple[int, int], ...] = ()
    picture: PagePicture | None = None
    trouble: DocumentError | None = None


def shown_page(
    library: DocumentService,
    document_id: str,
    number: int,
    marked: Sequence[str],
    hits: Sequence[tuple[int, int]],
    width: int,
) -> ShownPage:
    """A page, drawn where it can be; blocks meanwhile.

    Args:
        library: Has the document.
        document_id: The document.
        number: Of the page, from 1.
        marked: Words that are to be marked.
        hits: Places in its text that are to be marked besides.
        width: Of the picture, pixels.

    Raises:
        NotFoundError: The document was removed, or has no such page.
    """
    document = library.document(document_id)
    page = library.page(document.id, number)
    places = tuple(_place(page.text, words) for words in marked)
    state = library.state(document)
    found = ShownPage(document, page, state, places, tuple(hits))
    if document.facts.kind is not DocumentKind.PDF:
        return found
    if state is DocumentState.CHANGED:  # what stood there may stand elsewhere now
        changed = DocumentError(tr("The file was changed since it was read."))
        return replace(found, trouble=changed)
    ranges = [place for place in places if place is not None]
    try:
        picture = library.draw(document, page.number, width, [*ranges, *hits])
    except DocumentError as error:
        return replace(found, trouble=error)
    return replace(found, picture=picture)


def find_in(library: DocumentService, document_id: str, words: str) -> tuple[PageHit, ...]:
    """Where words stand in a document, whatever their case; at most :data:`MOST_HITS` places."""
    wanted = words.lower()
    found: list[PageHit] = []
    for page in library.pages(document_id) if wanted.strip() else ():
        text = page.text.lower()
        if len(text) != len(page.text):  # a letter that is two in the other case
            text, wanted_here = page.text, words
        else:
            wanted_here = wanted
        at = text.find(wanted_here)
        while at >= 0 and len(found) < MOST_HITS:
            found.append(PageHit(page.number, at, at + len(words)))
            at = text.find(wanted_here, at + len(words))
    return tuple(found)


def _place(text: str, words: str) -> tuple[int, int] | None:
    at = text.find(words) if words else -1
    return (at, at + len(words)) if at >= 0 else None
