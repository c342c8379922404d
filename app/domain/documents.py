"""Documents as values: what is read out of a file, and what of it a question is given.

A place in a document is a page and a range of characters of that page's text. Pages are numbered
from 1, whatever numbers are printed on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    """The formats that can be read."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    EPUB = "epub"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODS = "ods"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    CSV = "csv"
    CODE = "code"


class PageUnit(StrEnum):
    """What a page of a document is."""

    PAGE = "page"
    SLIDE = "slide"
    SECTION = "section"  # a piece of a document that has no pages


class Remark(StrEnum):
    """What a reader of a page or a document has to know."""

    NO_TEXT = "no_text"  # nothing but pictures, as a scan
    UNMAPPED = "unmapped"  # fonts that do not say which letters they draw
    CUT = "cut"  # there is more than was read
    UNREADABLE = "unreadable"  # damaged, the pages around it are not
    MISNAMED = "misnamed"  # the file is of another kind than its name says


@dataclass(frozen=True, slots=True)
class DocumentHeading:
    """A heading, or an entry of the outline.

    Attributes:
        level: From 1, the outermost.
        text: On one line.
        page: The page it stands on.
        at: Characters of the page's text before it.
    """

    level: int
    text: str
    page: int
    at: int = 0


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """The text of one page.

    Attributes:
        number: From 1.
        text: As it stands there, lines included.
        start: Where what is on this page alone begins; a repeated header stands before it.
        end: Where it ends; a repeated footer stands behind it.
        label: A name of its own, as of a sheet or a chapter; empty for none.
        line: Of the file or the sheet, that it begins with, from 1; 0 where lines mean nothing.
        remark: What is the matter with it; None for nothing.
        headings: Those that stand on it, in order.
    """

    number: int
    text: str
    start: int
    end: int
    label: str = ""
    line: int = 0
    remark: Remark | None = None
    headings: tuple[DocumentHeading, ...] = ()

    @property
    def body(self) -> str:
        """The text without headers and footers."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of a document once it has been read.

    Attributes:
        kind: Its format.
        unit: What its pages are.
        size: Bytes of the file.
        sha256: Hash of the file, lower-case hex.
        pages: How many.
        characters: Of the text of all pages.
        headings: Headings, or the outline, in order.
        title: As the file says; empty for none.
        remarks: What holds for the whole of it.
    """

    kind: DocumentKind
    unit: PageUnit
    size: int
    sha256: str
    pages: int
    characters: int
    headings: tuple[DocumentHeading, ...] = ()
    title: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page that is drawn, in its pixels from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as it is drawn.

    Attributes:
        width: Pixels.
        height: Pixels.
        stride: Bytes of a row.
        pixels: Three bytes each (red, green, blue), row by row, zlib, base64.
        boxes: Where each asked range of the text stands.
    """

    width: int
    height: int
    stride: int
    pixels: str
    boxes: tuple[tuple[Box, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a page that a question can be given.

    Attributes:
        document_id: The document it is of.
        document: That one's name, for people and for the model.
        page: The page it stands on.
        start: Characters of the page's text before it.
        text: As it stands there.
        heading: The heading it stands under; empty for none.
        seq: Its place among the passages of the library, in reading order; 0 where it has none.
    """

    document_id: str
    document: str
    page: int
    start: int
    text: str
    heading: str = ""
    seq: int = 0

    @property
    def end(self) -> int:
        """Where it ends in the page's text."""
        return self.start + len(self.text)

    @property
    def place(self) -> PassagePlace:
        """Where it stands."""
        return PassagePlace(self.document_id, self.page, self.start)


@dataclass(frozen=True, order=True, slots=True)
class PassagePlace:
    """Where a passage stands: what names it for longer than its number in a library.

    Attributes:
        document_id: The document it is of.
        page: Its page.
        start: Characters of the page's text before it.
    """

    document_id: str
    page: int
    start: int


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of the library.

    Attributes:
        id: Unique, 32 hex digits.
        name: The file's name, without folders.
        path: Where the file is: the original, or Phial's copy.
        collection: The name it is kept under; empty for none.
        facts: What reading it found.
        modified: The file's time of change when it was read, nanoseconds since 1970.
        read_at: When it was read, microseconds since 1970, UTC.
        passages: How many pieces it was cut into.
        origin: Where the original is, or was; ``path`` where that is no copy.
    """

    id: str
    name: str
    path: str
    collection: str
    facts: DocumentFacts
    modified: int
    read_at: int
    passages: int = 0
    origin: str = ""


class DocumentState(StrEnum):
    """Whether a file is still what was read."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
