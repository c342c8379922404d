"""What is the matter with a document and its pages, in words: no text, damaged, cut off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from app.domain.documents import DocumentPage, Remark, StoredDocument
from app.language import formats, tr, trn

_REMARKS: Mapping[Remark, str] = MappingProxyType(
    {
        Remark.NO_TEXT: tr("no text: a picture, as of a scan"),
        Remark.UNMAPPED: tr("its fonts do not say which letters they draw"),
        Remark.CUT: tr("there is more than was read"),
        Remark.UNREADABLE: tr("damaged"),
        Remark.MISNAMED: tr("of another kind than its name says"),
    }
)


def remarks_told(document: StoredDocument, pages: Iterable[DocumentPage]) -> list[str]:
    """What a reader has to know, a line for each kind of it.

    Args:
        document: The document.
        pages: All its pages.
    """
    found: dict[Remark, list[int]] = {}
    for page in pages:
        if page.remark is not None:
            found.setdefault(page.remark, []).append(page.number)
    lines = [
        trn(
            "page {pages}: {what}",
            "pages {pages}: {what}",
            len(numbers),
            pages=_ranges(numbers),
            what=_REMARKS[remark],
        )
        for remark, numbers in found.items()
    ]
    return [*lines, *(_REMARKS[remark] for remark in document.facts.remarks)]


def _ranges(numbers: Sequence[int]) -> str:
    """Pages in a row as one: "1 to 4, 7 and 9", with a dash."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0])
    ]
    return formats.listed(
        [str(run[0]) if len(run) == 1 else f"{run[0]}\u2013{run[-1]}" for run in runs]
    )
