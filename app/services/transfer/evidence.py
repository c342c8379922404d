"""Evidence: an answer with what was checked of it, and a picture of each place that it cites."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from app.domain.conversation import Message
from app.domain.documents import DocumentState
from app.domain.errors import KnownError
from app.language import paragraph, spoken, tr
from app.markup.document.writing import BlockRenderer
from app.markup.parse import nobody
from app.markup.transfer.writers.exported_turns import message_blocks
from app.markup.transfer.writers.html import BrowserRenderer
from app.markup.transfer.writers.html_blocks import HtmlBlocks
from app.markup.transfer.writers.html_style import STYLE
from app.services.documents.checked_answer import StoredCitation
from app.services.documents.document_service import DocumentService
from app.services.documents.page_png import marked_png
from app.services.documents.page_view import ShownPage, shown_page

_WIDTH = 900  # pixels of a page
_SHOWN = 620  # as wide as its picture is shown, pixels
_FOUND, _DOUBT = (255, 224, 90), (255, 190, 130)
_AROUND = 300  # characters of a text page before and behind a place
# Nothing is loaded and nothing runs, even if a text should find a way to ask for it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # not shown
_STYLE = """
.check{border:1px solid var(--border);border-radius:10px;padding:8px 16px;margin:16px 0}
.check img{max-width:100%;border:1px solid var(--border);background:#fff}
.check mark{background:#ffe05a;color:#000}
.doubt{border-width:2px;border-style:dashed}
"""


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """A cited sentence, what was found of it, and the place.

    Attributes:
        citation: The sentence and its verdict.
        png: The place on the page, marked; None where there is no picture.
        text: Before the place, the place, and behind it, where there is no picture.
        trouble: Why there is no picture where there should be one, or what is to be known of it.
    """

    citation: StoredCitation
    png: bytes | None = None
    text: tuple[str, str, str] | None = None
    trouble: str = ""


def checked_places(
    library: DocumentService, citations: Iterable[StoredCitation]
) -> list[CheckedPlace]:
    """The places of cited sentences; blocks while pages are drawn."""
    return [_place(library, one) for one in citations]


def _place(library: DocumentService, one: StoredCitation) -> CheckedPlace:
    part = one.part
    if not part.target:
        return CheckedPlace(one, trouble=tr("There is no passage of that number."))
    try:
        words = (part.quotation,)
        shown = shown_page(library, part.target, part.page or 1, words, (), _WIDTH)
    except KnownError as error:
        return CheckedPlace(one, trouble=paragraph(error.what, error.action))
    if shown.picture is None:
        changed = shown.state is DocumentState.CHANGED
        told = tr("The file was changed since it was read.") if changed else ""
        if shown.trouble is not None:
            told = paragraph(shown.trouble.what, tr("Its text is shown instead."))
        return CheckedPlace(one, text=_excerpt(shown), trouble=told)
    places = shown.picture.boxes[0] if shown.picture.boxes else ()
    colour = _DOUBT if one.is_doubtful else _FOUND
    return CheckedPlace(one, png=marked_png(shown.picture, places, colour)[0])


def _excerpt(shown: ShownPage) -> tuple[str, str, str]:
    text, (place,) = shown.page.text, shown.ranges
    if place is None:
        return text[: 2 * _AROUND], "", ""
    start, end = place
    return text[max(0, start - _AROUND) : start], text[start:end], text[end : end + _AROUND]


def evidence_html(
    question: str,
    answer: Message,
    places: Sequence[CheckedPlace],
    sums: Sequence[str],
    look: BlockRenderer | None = None,
) -> str:
    """The page.

    Args:
        question: What was asked.
        answer: The answer.
        places: Its cited sentences.
        sums: What is said of each wrong sum.
        look: How formulas and code are drawn; None for a browser.
    """
    look = look or BrowserRenderer(fold=False)
    body = HtmlBlocks(look, "e").html(message_blocks(answer, nobody))
    asked = escape(question, quote=False).replace("\n", "<br>\n")
    wrong = "".join(f"<li>{escape(one, quote=False)}</li>\n" for one in sums)
    sums_part = f"<h2>{tr('Wrong sums')}</h2>\n<ul>\n{wrong}</ul>\n" if wrong else ""
    checks = "".join(_check(number, one) for number, one in enumerate(places, 1))
    title = tr("Evidence of an answer")
    told = tr(
        "Quotations, numbers, dates and names of each cited sentence were looked for on its page, "
        "word by word and without a model. Whether a sentence draws the right conclusion was not "
        "checked."
    )
    return (  # not shown: HTML
        f'<!DOCTYPE html>\n<html lang="{spoken.IN_FORCE.code}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n"
        f'<section class="user"><h2>{tr("Question")}</h2>\n<div class="text">{asked}</div>'
        f'</section>\n<section class="answer"><h2>{tr("Answer")}</h2>\n'
        f'<div class="text" dir="auto">\n{body}</div></section>\n{sums_part}'
        f"<h2>{tr('What was checked')}</h2>\n<p>{told}</p>\n{checks}</main>\n</body>\n</html>\n"
    )


def _check(number: int, one: CheckedPlace) -> str:
    citation = one.citation
    kind = "check doubt" if citation.is_doubtful else "check"  # not shown: HTML
    sign = "⚠" if citation.is_doubtful else "✓"
    place = f"<p>{escape(one.trouble, quote=False)}</p>" if one.trouble else ""
    if one.png is not None:
        data = base64.b64encode(one.png).decode("ascii")
        shown = f'width="{_SHOWN}" alt="{escape(citation.told)}"'  # not shown: HTML
        place = f'<p><img {shown} src="data:image/png;base64,{data}"></p>'
    elif one.text is not None:
        before, words, after = (escape(part, quote=False) for part in one.text)
        place += f"<p>{before}<mark>{words}</mark>{after}</p>"
    return (  # not shown: HTML
        f'<div class="{kind}">\n<p><b>{number}.</b> {escape(citation.sentence, quote=False)}</p>\n'
        f"<p>{sign} {escape(citation.told, quote=False)}</p>\n{place}\n</div>\n"
    )
