"""Any file becomes pages and facts: the one door to the extractors."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from app.documents.extractors.archive import Archive
from app.documents.extractors.flow import Extracted, Opening
from app.documents.extractors.limits import MAX_FILE, MAX_HEADINGS, MAX_PAGES, MAX_TEXT
from app.documents.extractors.pdf import pdf
from app.documents.extractors.plain import plain
from app.documents.extractors.sheets import ods, xlsx
from app.documents.extractors.slides import pptx
from app.documents.extractors.web import epub, html
from app.documents.extractors.word import docx, odt
from app.documents.reading.kind import HEAD, kind_of, misnamed
from app.domain.documents import DocumentFacts, DocumentHeading, DocumentKind, DocumentPage, Remark
from app.domain.errors import DocumentError, DocumentTooLargeError
from app.language import tr

_ARCHIVES = {
    DocumentKind.DOCX: docx,
    DocumentKind.ODT: odt,
    DocumentKind.PPTX: pptx,
    DocumentKind.XLSX: xlsx,
    DocumentKind.ODS: ods,
    DocumentKind.EPUB: epub,
}
_CHUNK = 2**20  # bytes
_MIMETYPE = 200  # bytes at most


def extract(path: Path) -> Iterator[Opening | DocumentPage | DocumentFacts]:
    """What a file holds: first how many pages there will be, last what is known of all of it.

    Raises:
        DocumentError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield from _extract(file, path)
    except FileNotFoundError as error:
        raise DocumentError(tr("There is no such file any more."), detail=str(error)) from error
    except OSError as error:
        raise DocumentError(tr("The system does not let it be read."), detail=str(error)) from error


def _extract(file: BinaryIO, path: Path) -> Iterator[Opening | DocumentPage | DocumentFacts]:
    size = path.stat().st_size
    if size == 0:
        raise DocumentError(tr("It is empty."), action=tr("Choose another file."))
    if size > MAX_FILE:
        raise DocumentTooLargeError(tr("It is larger than a document that can be read."))
    digest = _sha256(file)
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    suffix = path.suffix.lower()
    archive = Archive(file) if zipfile.is_zipfile(file) and b"%PDF-" not in head[:1024] else None
    kind = kind_of(head, suffix, archive.names if archive else (), _media_type(archive))
    pages = characters = 0
    told = False  # a page that has no text, but something to be said of it
    headings: list[DocumentHeading] = []
    of_page = 0  # headings that earlier pages have
    remarks = list(misnamed(kind, suffix))
    opening: Opening | None = None
    for found in _extracted(kind, file, path, archive):
        match found:
            case Opening():
                opening = found
                yield found
            case DocumentHeading():
                headings.append(found)
            case Remark():
                remarks.append(found)
            case DocumentPage():
                pages += 1
                characters += len(found.text.strip())
                told |= found.remark is not None or kind is DocumentKind.PDF
                yield replace(found, headings=tuple(headings[of_page:]))
                of_page = len(headings)
        if characters > MAX_TEXT or pages >= MAX_PAGES or len(headings) > MAX_HEADINGS:
            remarks.append(Remark.CUT)
            break
    if opening is None or not (characters or told):
        raise DocumentError(tr("It is empty."), action=tr("Choose another file."))
    yield DocumentFacts(
        kind,
        opening.unit,
        size,
        digest,
        pages,
        characters,
        tuple(headings),
        opening.title,
        tuple(dict.fromkeys(remarks)),
    )


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _media_type(archive: Archive | None) -> bytes:
    if archive is None or "mimetype" not in archive:
        return b""
    return next(archive.chunks("mimetype"), b"")[:_MIMETYPE]


def _extracted(
    kind: DocumentKind, file: BinaryIO, path: Path, archive: Archive | None
) -> Iterator[Extracted]:
    if kind is DocumentKind.PDF:
        yield from pdf(path)
    elif archive is not None:
        yield from _ARCHIVES[kind](archive)
    else:
        file.seek(0)
        content = file.read()
        yield from html(content) if kind is DocumentKind.HTML else plain(content, kind)
