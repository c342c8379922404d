"""Adds documents to the library of documents, finds passages in them, and removes them."""

from __future__ import annotations

import hashlib
import logging
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Protocol

from app.documents.process.client import DocumentReader, StopFlag
from app.documents.process.frames import OpenedReply
from app.documents.reading.kind import SUFFIXES
from app.domain.documents import (
    DocumentFacts,
    DocumentPage,
    DocumentState,
    PagePicture,
    Passage,
    PassagePlace,
    StoredDocument,
)
from app.domain.errors import DocumentError, NotFoundError
from app.language import tr
from app.services.core.ids import new_id, utc_now
from app.services.documents.meaning import PassageMeaning
from app.services.documents.storing import DocumentStoring
from app.store.database.files import atomic_file
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.document_rows import DocumentSource

_log = logging.getLogger(__name__)
_CHUNK = 2**20  # bytes
_UNFINISHED = 24 * 3600 * 1_000_000  # microseconds: what is half read for a day was left behind
MOST_FILES = 10_000  # of a folder


class PageProgress(Protocol):
    """Is told how far reading is."""

    def __call__(self, name: str, done: int, total: int | None) -> None:
        """``done`` pages of ``total``; None where that is not known."""


def quiet(name: str, done: int, total: int | None) -> None:  # as every listener
    """For whom progress does not matter."""


class DocumentService:
    """The documents of one library.

    Args:
        repository: Where what was read is kept; closed with the service.
        copies: The folder for copies of originals; None where there are none, as of private chats.
        make_reader: Makes the client of the process that reads documents; begun when it is needed.
        meaning: Finds passages by meaning; None finds them by their words alone. Closed with the
            service.

    Attributes:
        meaning: The same.
    """

    def __init__(
        self,
        repository: DocumentRepository,
        copies: Path | None = None,
        make_reader: Callable[[], DocumentReader] = DocumentReader,
        *,
        meaning: PassageMeaning | None = None,
    ) -> None:
        self.meaning = meaning
        self._repository = repository
        self._copies = copies
        self._make_reader = make_reader
        self._readers: dict[str, DocumentReader] = {}
        self._lock = threading.Lock()
        if not repository.writable:
            return
        before = _now() - _UNFINISHED
        repository.forget_unfinished(before).result()
        if copies is not None:
            self._forget_copies(copies, before)

    def close(self) -> None:
        """End the processes that read, and close the library."""
        with self._lock:
            readers, self._readers = list(self._readers.values()), {}
        for reader in readers:
            reader.close()
        if self.meaning is not None:
            self.meaning.close()
        self._repository.close()

    # --- adding and removing ----------------------------------------------------------------

    def add(
        self,
        path: Path,
        collection: str = "",
        *,
        copy: bool = False,
        cancel: StopFlag | None = None,
        progress: PageProgress = quiet,
    ) -> StoredDocument:
        """Read a file, unless what is in it was read before; blocks for as long as that takes.

        Args:
            path: The file.
            collection: The name to keep it under.
            copy: Keep a copy of the file in Phial's folder.
            cancel: Stops it.
            progress: Told after each page.

        Raises:
            DocumentError: It cannot be read; nothing of it is kept.
            DocumentReadCancelledError: It was stopped.
        """
        path = path.absolute()
        try:
            status = path.stat()
        except OSError as error:
            raise DocumentError(
                tr("“{name}” cannot be found.", name=path.name), detail=str(error)
            ) from error
        if not stat.S_ISREG(status.st_mode):  # whoever opens a pipe waits for its other end
            raise DocumentError(tr("“{name}” is no file that can be read.", name=path.name))
        known = self._known(path, collection, status.st_size, copy=copy)
        if known is not None:
            return known
        id_ = new_id()
        kept = self._copy(path, id_) if copy and self._copies is not None else path
        name = path.name
        source = DocumentSource(
            id_, name, str(kept), str(path), collection, status.st_mtime_ns, _now()
        )
        with ExitStack() as undo:
            if kept != path:
                undo.callback(kept.unlink, missing_ok=True)
            storing = DocumentStoring(self._repository, source)
            undo.callback(storing.undo)
            facts = self._read(kept, storing, cancel or threading.Event(), partial(progress, name))
            old = self._repository.of_origin(str(path), collection)
            stored = storing.finish(facts, old[0].id if old else "")
            undo.pop_all()
        if self.meaning is not None:
            self.meaning.wake()
        return stored

    def remove(self, documents: Sequence[StoredDocument]) -> list[str]:
        """Remove documents with all that was read of them, and copies of Phial's own.

        Returns:
            Ids of what is gone: those, and what was read of the same files before.
        """
        gone = self._repository.with_older([one.id for one in documents])
        self._repository.remove(list(gone)).result()
        for path in map(Path, gone.values()):
            if self._is_copy(path):
                path.unlink(missing_ok=True)
        return list(gone)

    def move(self, documents: Sequence[StoredDocument], collection: str) -> None:
        """Keep documents under another name."""
        self._repository.move([one.id for one in documents], collection).result()

    # --- asking -----------------------------------------------------------------------------

    def documents(self, collection: str | None = None) -> list[StoredDocument]:
        """The documents, by name; of one collection, or all."""
        return self._repository.documents(collection)

    def collections(self) -> dict[str, list[StoredDocument]]:
        """The documents by the names they are kept under."""
        found: dict[str, list[StoredDocument]] = {}
        for one in sorted(self.documents(), key=lambda one: one.collection.casefold()):
            found.setdefault(one.collection, []).append(one)
        return found

    def document(self, document_id: str) -> StoredDocument:
        """One document.

        Raises:
            NotFoundError: There is none of that id.
        """
        return self._repository.document(document_id)

    def newest(self, document_id: str) -> StoredDocument:
        """A document as it was read last: its file may have been read anew since.

        Raises:
            NotFoundError: There is none of that id.
        """
        found = self._repository.document(document_id)
        listed = self._repository.of_origin(found.origin, found.collection) if found.origin else []
        return listed[0] if listed else found

    def page(self, document_id: str, number: int) -> DocumentPage:
        """A page as it was read.

        Raises:
            NotFoundError: There is none.
        """
        return self._repository.page(document_id, number)

    def pages(self, document_id: str) -> list[DocumentPage]:
        """All pages of a document."""
        return self._repository.pages(document_id)

    def search(
        self, question: str, documents: Sequence[StoredDocument] | None = None, limit: int = 6
    ) -> list[Passage]:
        """The passages that answer a question best, by words and, where it can be, by meaning."""
        ids = None if documents is None else [one.id for one in documents]
        asked = self.meaning.asked(question) if self.meaning is not None else None
        return self._repository.search(question, ids, limit, asked)

    def passages_at(self, places: Sequence[PassagePlace]) -> list[Passage]:
        """Passages by where they stand, in reading order; those that are gone are left out."""
        return self._repository.passages_at(places)

    def summary_part(self, document_id: str, key: str) -> str:
        """What a model wrote when it was asked that of a document; empty where it was not."""
        return self._repository.summary_part(document_id, key)

    def keep_summary_part(self, document_id: str, key: str, text: str) -> None:
        """Keep what a model wrote of a document; returns when it is on the disk."""
        self._repository.keep_summary_part(document_id, key, text).result()

    def state(self, document: StoredDocument) -> DocumentState:
        """Whether the file is still what was read."""
        path = Path(document.path)
        try:
            status = path.stat()
        except OSError:
            return DocumentState.GONE
        if status.st_size != document.facts.size:
            return DocumentState.CHANGED
        if status.st_mtime_ns == document.modified or _sha256(path) == document.facts.sha256:
            return DocumentState.SAME
        return DocumentState.CHANGED

    def draw(
        self,
        document: StoredDocument,
        page: int,
        width: int,
        ranges: Sequence[tuple[int, int]] = (),
    ) -> PagePicture:
        """A page of a PDF file as a picture, with the boxes of ranges of its text.

        Raises:
            DocumentError: The file is gone, or cannot be drawn.
        """
        return self._reader("draw").draw(Path(document.path), page, width, ranges)

    # --- inside -----------------------------------------------------------------------------

    def _reader(self, purpose: str) -> DocumentReader:
        """A process for each purpose: a page can be drawn while a document is read."""
        with self._lock:
            if purpose not in self._readers:
                self._readers[purpose] = self._make_reader()
            return self._readers[purpose]

    def _known(
        self, path: Path, collection: str, size: int, *, copy: bool
    ) -> StoredDocument | None:
        """A document that was read from the same content."""
        alike = self._repository.of_size(size, collection)
        if not alike:
            return None
        try:
            digest = _sha256(path)
        except OSError as error:
            raise DocumentError(
                tr("“{name}” cannot be read.", name=path.name), detail=str(error)
            ) from error
        for one in alike:
            if one.facts.sha256 != digest or one.name != path.name:
                continue
            copied = self._is_copy(Path(one.path)) or self._copies is None
            if copied if copy else one.origin == str(path):
                return one
        return None

    def _is_copy(self, path: Path) -> bool:
        return self._copies is not None and path.parent == self._copies

    def _forget_copies(self, copies: Path, before: int) -> None:
        """Delete copies of documents that are not there: whoever made them was ended meanwhile."""
        if not copies.is_dir():
            return
        known = self._repository.ids()
        for path in copies.iterdir():
            try:
                left_behind = path.stem not in known and path.stat().st_mtime_ns < before * 1_000
                if left_behind and path.is_file():
                    path.unlink()
            except OSError as error:  # another program holds it; the next start tries again
                _log.warning("A copy that belongs to no document could not be deleted: %s", error)

    def _copy(self, path: Path, id_: str) -> Path:
        assert self._copies is not None  # noqa: S101  # asked before
        target = self._copies / f"{id_}{path.suffix.lower()}"
        try:
            with path.open("rb") as original, atomic_file(target) as file:
                while chunk := original.read(_CHUNK):
                    file.write(chunk)
        except OSError as error:
            raise DocumentError(
                tr("“{name}” could not be copied.", name=path.name), detail=str(error)
            ) from error
        return target

    def _read(
        self,
        path: Path,
        storing: DocumentStoring,
        cancel: StopFlag,
        progress: Callable[[int, int | None], None],
    ) -> DocumentFacts:
        """Read a file page by page into the library."""
        facts: DocumentFacts | None = None
        total: int | None = None
        done = 0
        for found in self._reader("read").read(path, cancel):
            match found:
                case OpenedReply(pages=total):
                    progress(0, total)
                case DocumentPage():
                    storing.take(found)
                    done += 1
                    progress(done, total)
                case DocumentFacts():
                    facts = found
        if facts is None:
            raise DocumentError(tr("“{name}” was not read to its end.", name=storing.name))
        return facts


def files_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The files of a list in which folders stand for the documents in them.

    Hidden ones are left out, and nothing outside of a folder is reached through a link in it.

    Raises:
        NotFoundError: One is not there.
    """
    for path in paths:
        if not path.exists():
            raise NotFoundError(tr("“{name}” cannot be found.", name=str(path)))
        if not path.is_dir():
            yield path
            continue
        count = 0
        for one in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in one.relative_to(path).parts)
            if hidden or one.suffix.lower() not in SUFFIXES or one.is_symlink():
                continue
            if one.is_file() and count < MOST_FILES:
                count += 1
                yield one


def _now() -> int:
    return int(utc_now().timestamp() * 1_000_000)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
