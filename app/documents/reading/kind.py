"""Which kind a file is: by its content first, since names lie; texts by their name's ending."""

from __future__ import annotations

from collections.abc import Collection

from app.domain.documents import DocumentKind, Remark
from app.domain.errors import DocumentError, DocumentLockedError
from app.language import tr

HEAD = 4096  # bytes that are looked at
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and encrypted files of it since
_RTF = b"{\\rtf"
_OFFICE = {
    "word/document.xml": DocumentKind.DOCX,
    "xl/workbook.xml": DocumentKind.XLSX,
    "ppt/presentation.xml": DocumentKind.PPTX,
}
_MEDIA_TYPES = {
    b"application/epub+zip": DocumentKind.EPUB,
    b"application/vnd.oasis.opendocument.text": DocumentKind.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": DocumentKind.ODS,
}
_BY_SUFFIX = {
    **dict.fromkeys((".htm", ".html", ".xhtml"), DocumentKind.HTML),
    **dict.fromkeys((".md", ".markdown"), DocumentKind.MARKDOWN),
    **dict.fromkeys((".csv", ".tsv"), DocumentKind.CSV),
    **dict.fromkeys(
        (
            ".bash", ".bat", ".c", ".cc", ".cfg", ".cpp", ".cs", ".css", ".go", ".h", ".hpp",
            ".ini",
            ".java", ".js", ".json", ".kt", ".lua", ".m", ".php", ".pl", ".ps1", ".py", ".r", ".rb",
            ".rs", ".scala", ".sh", ".sql", ".swift", ".toml", ".ts", ".tsx", ".vb", ".xml",
            ".yaml", ".yml",
        ),
        DocumentKind.CODE,
    ),
}  # fmt: skip
_OF_SUFFIX = {
    **{f".{kind}": kind for kind in DocumentKind},
    **_BY_SUFFIX,
    ".txt": DocumentKind.TEXT,
}
_TEXTS = {
    DocumentKind.HTML,
    DocumentKind.MARKDOWN,
    DocumentKind.TEXT,
    DocumentKind.CSV,
    DocumentKind.CODE,
}
SUFFIXES = frozenset(_OF_SUFFIX) | {".log", ".rst", ".text"}
"""Endings of files that are taken when a folder is added."""


def kind_of(
    head: bytes, suffix: str, parts: Collection[str] = (), media_type: bytes = b""
) -> DocumentKind:
    """The kind of a file.

    Args:
        head: Its first ``HEAD`` bytes.
        suffix: Its name's ending, lower case, with the dot.
        parts: The names in it, where it is a zip archive.
        media_type: What is in the part ``mimetype`` of an archive.

    Raises:
        DocumentLockedError: It is encrypted.
        DocumentError: It is of no kind that can be read.
    """
    if b"%PDF-" in head[:1024]:
        return DocumentKind.PDF
    if head.startswith(_OLE):
        raise DocumentLockedError(
            tr("It is locked with a password, or was written by Office before 2007."),
            action=tr("Save it without a password in a current format, and add that."),
        )
    if head.startswith(_RTF):
        raise DocumentError(
            tr("It is written in RTF, which cannot be read."),
            action=tr("Save it in a current format, such as docx or odt, and add that."),
        )
    if parts:
        for kind_type, kind in _MEDIA_TYPES.items():
            if media_type.strip() == kind_type:
                return kind
        for name, kind in _OFFICE.items():
            if name in parts:
                return kind
        raise DocumentError(tr("It is an archive, and none of the documents that can be read."))
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not _is_wide(head):
        raise DocumentError(tr("It is no text, and none of the documents that can be read."))
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return (
        DocumentKind.HTML if start.startswith((b"<!doctype html", b"<html")) else DocumentKind.TEXT
    )


def misnamed(kind: DocumentKind, suffix: str) -> tuple[Remark, ...]:
    """Whether a name promises another kind."""
    promised = _OF_SUFFIX.get(suffix)
    if promised is None or promised is kind or {promised, kind} <= _TEXTS:
        return ()
    return (Remark.MISNAMED,)


def _is_wide(head: bytes) -> bool:
    """Whether it looks like UTF-16 without a mark: every other byte of it is zero."""
    odd, even = head[1::2].count(0), head[::2].count(0)
    half = len(head) // 2
    return half > 1 and (odd > 0.4 * half and even < 0.1 * half)
