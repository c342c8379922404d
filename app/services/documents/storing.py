"""A document on its way into the library."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.reading.passages import heading_at, passages_of
from app.domain.documents import DocumentFacts, DocumentHeading, DocumentPage, StoredDocument
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.document_rows import DocumentSource, PassageDraft

_BATCH = 50  # pages written in one transaction


class DocumentStoring:
    """Takes a document's pages and writes them.

    A short document is written in one transaction once all of it was read: each is a wait for the
    disk, which of 10,000 of them would be most of the work. A longer one is written piece by piece.

    Args:
        repository: The library.
        source: The document.

    Attributes:
        name: The file's name.
    """

    def __init__(self, repository: DocumentRepository, source: DocumentSource) -> None:
        self._repository, self._source = repository, source
        self.name = source.name
        self._pages: list[DocumentPage] = []
        self._headings: list[DocumentHeading] = []
        self._begun = False

    def take(self, page: DocumentPage) -> None:
        """The next page; may wait for the disk."""
        self._pages.append(page)
        self._headings.extend(page.headings)
        if len(self._pages) < _BATCH:
            return
        if not self._begun:
            self._repository.begin(self._source).result()
            self._begun = True
        self._write()

    def finish(self, facts: DocumentFacts, replaces: str) -> StoredDocument:
        """All of it was read; returns when it is on the disk.

        Args:
            facts: What is known of it.
            replaces: Id of what was read of the same file before; empty for nothing.
        """
        if not self._begun:
            drafts = self._drafts(self._pages)
            return self._repository.add(self._source, facts, self._pages, drafts, replaces).result()
        self._write()
        return self._repository.finish(self._source.id, facts, replaces).result()

    def undo(self) -> None:
        """Nothing of it is kept."""
        if self._begun:
            self._repository.remove([self._source.id]).result()

    def _write(self) -> None:
        pages, self._pages = self._pages, []
        self._repository.add_pages(self._source.id, pages, self._drafts(pages)).result()

    def _drafts(self, pages: Sequence[DocumentPage]) -> list[PassageDraft]:
        return [
            PassageDraft(page.number, start, page.text[start:end], heading)
            for page in pages
            for start, end in passages_of(page)
            for heading in (heading_at(self._headings, page.number, start),)
        ]
