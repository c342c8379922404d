"""Runs: the spans of a line as flat pieces of text with a style, without Qt.

Qt counts in UTF-16 units and Python in characters; what crosses between them is converted here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from app.language import tr
from app.language.formats import text_direction
from app.markup.document.spans import (
    Code,
    Emphasis,
    FootnoteRef,
    Image,
    Inline,
    LineBreak,
    Link,
    Math,
    Script,
    SoftBreak,
    Strike,
    Strong,
    Text,
)
from app.markup.latex.spoken import spoken

LONGEST_FORMULA = 400
"""Characters of LaTeX that are put in words; longer ones are longer still in words."""

OBJECT = "\ufffc"
"""Stands for a formula in the text of a row."""

LINE = "\u2028"
_SENTENCE = r"[.!?\u2026][\"')\]\u201d\u2019\u00bb]* |[\u3002\uff01\uff1f]"
_BREAK = r" |[\u3001\uff0c\uff1b\uff1a]"
_MARKS = 32
"""The most combining marks that one letter keeps; more are no writing."""
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
"""A line end inside a paragraph, as Qt writes it."""

# What Qt reads as structure: paragraph ends, object characters and its two frame markers, and
# surrogates that stand alone, which have no UTF-8 form. One character becomes one character.
# So are the two marks that turn letters round: "exe.png" may end in ".exe" with them.
_STRUCTURE = re.compile(
    "[\n\r\t\x0b\x0c\x1c-\x1f\x85\u2029\ufffc\ufdd0\ufdd1\x00\ud800-\udfff\u202d\u202e]"
)
# In code none of the marks that order letters is harmless: what runs is not what is read
# (CVE-2021-42574). Words of languages written from the right need the others in running text.
_ORDER = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style.

    Attributes:
        text: What is drawn; one `OBJECT` for a formula.
        bold: Strong emphasis.
        italic: Emphasis.
        strike: Struck through.
        code: Inline code.
        href: Where a link leads; empty for none.
        math: The formula it stands for.
        image: The image it is the placeholder of.
        script: 1 above the line, -1 below it, 0 in it.
        note: The number of the footnote it refers to; 0 for none.
    """

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""
    math: Math | None = None
    image: Image | None = None
    note: int = 0
    script: int = 0


def to_runs(spans: Iterable[Inline]) -> tuple[Run, ...]:
    """Flatten spans; a line end of the source is a space."""
    return tuple(_walk(tuple(spans)))


def _walk(spans: tuple[Inline, ...]) -> Iterator[Run]:
    # A stack, not recursion: a hostile answer nests as deep as it likes.
    stack: list[tuple[Iterator[Inline], Run]] = [(iter(spans), Run(""))]
    while stack:
        spans_left, style = stack[-1]
        span = next(spans_left, None)
        if span is None:
            stack.pop()
            continue
        match span:
            case Text(text):
                yield replace(style, text=clean(text))
            case SoftBreak(kept):
                yield replace(style, text=LINE if kept else " ")
            case LineBreak():
                yield replace(style, text=LINE)
            case Code(text):
                yield replace(style, text=clean_code(text), code=True)
            case Math():
                yield replace(style, text=OBJECT, math=span)
            case Image():
                label = span.alt or span.title or tr("no description")
                yield replace(style, text=clean(tr("Image: {label}", label=label)), image=span)
            case FootnoteRef():
                yield replace(style, text=str(span.number), note=span.number)
            case Emphasis(children):
                stack.append((iter(children), replace(style, italic=True)))
            case Strong(children):
                stack.append((iter(children), replace(style, bold=True)))
            case Strike(children):
                stack.append((iter(children), replace(style, strike=True)))
            case Script(children, raised):
                stack.append((iter(children), replace(style, script=1 if raised else -1)))
            case Link():
                stack.append((iter(span.children), replace(style, href=span.href)))


def runs_from_right(text: str) -> bool:
    """Whether the first letter that has a direction is of a script from right to left."""
    return bool(text_direction(text))


def clean(text: str) -> str:
    """Replace what Qt would read as structure, one character by one."""
    return _STRUCTURE.sub(_harmless, text)


def clean_code(text: str) -> str:
    """As `clean`, with every mark that orders letters otherwise than they stand made visible."""
    return _ORDER.sub("\ufffd", clean(text))


def _harmless(match: re.Match[str]) -> str:
    return " " if match[0] in "\n\r\t\x0b\x0c\x85\u2029" else "\ufffd"


def text_of(runs: Iterable[Run]) -> str:
    """The text of runs as Qt holds it, character by character."""
    return "".join(run.text for run in runs)


def plain(runs: Iterable[Run]) -> str:
    """The text of runs as people copy it: formulas as their LaTeX, line ends as line ends."""
    return "".join(run.math.markdown if run.math else run.text.replace(LINE, "\n") for run in runs)


@lru_cache(maxsize=2048)
def spoken_formula(source: str) -> str:
    """LaTeX as it is said."""
    return spoken(source) if len(source) <= LONGEST_FORMULA else source


def split_runs(runs: tuple[Run, ...], limit: int) -> list[tuple[Run, ...]]:
    """Cut runs into pieces of about ``limit`` characters, where it shows least.

    One text layout costs what its text costs; a paragraph of a megabyte must be many. The next
    piece begins a line: at the end of a line or a sentence that looks as if it was meant.
    """
    if sum(len(run.text) for run in runs) <= limit:
        return [runs]
    pieces: list[tuple[Run, ...]] = []
    piece: list[Run] = []
    room = limit
    for run in runs:
        rest = run
        while len(rest.text) > room:
            cut = _place(rest.text, room) or (0 if piece else _letter(rest.text, room))
            if cut:
                piece.append(replace(rest, text=rest.text[:cut]))
                rest = replace(rest, text=rest.text[cut:])
            pieces.append(tuple(piece))
            piece, room = [], limit
        if rest.text:
            piece.append(rest)
            room -= len(rest.text)
    if piece:
        pieces.append(tuple(piece))
    return pieces


def _place(text: str, room: int) -> int:
    """The end of the last line, sentence, clause or word that fits; 0 if there is none."""
    for pattern, first in ((LINE, room * 3 // 4), (_SENTENCE, room * 3 // 4), (_BREAK, room // 2)):
        ends = [match.end() for match in re.finditer(pattern, text[first:room])]
        if ends:
            return first + ends[-1]
    return 0


def _letter(text: str, room: int) -> int:
    """The position after ``room`` characters that parts no letter from its marks."""
    for cut in range(room, max(0, room - _MARKS), -1):
        if not (unicodedata.combining(text[cut]) or {text[cut], text[cut - 1]} & _JOINERS):
            return cut
    return room


def cut_runs(runs: Iterable[Run], first: int, last: int) -> list[Run]:
    """The runs of a part of the text, in characters."""
    made: list[Run] = []
    at = 0
    for run in runs:
        begin, end = max(first - at, 0), min(last - at, len(run.text))
        if begin < end:
            made.append(replace(run, text=run.text[begin:end]))
        at += len(run.text)
    return made


def runs_markdown(runs: Iterable[Run]) -> str:
    """Runs as Markdown; made anew, so marks may be others than were written."""
    return "".join(_run_markdown(run) for run in runs)


def _run_markdown(run: Run) -> str:
    if run.math is not None:
        return run.math.markdown
    text = run.text.replace(LINE, "  \n")
    if run.image is not None:
        return f"![{run.image.alt}]({run.image.src})"
    marks = "".join(
        mark
        for mark, wanted in (("~~", run.strike), ("**", run.bold), ("*", run.italic))
        if wanted and text.strip()
    )
    if run.code:
        fence = "``" if "`" in text else "`"
        text = f"{fence}{text}{fence}"
    inner = text.strip(" ") if marks else text
    lead, trail = (text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :])
    marked = f"{lead}{marks}{inner}{marks[::-1]}{trail}" if marks else text
    return f"[{marked}]({run.href})" if run.href else marked


@lru_cache(maxsize=512)
def _is_narrow(text: str) -> bool:
    return text.isascii() or all(ord(c) < 0x10000 for c in text)


def units(text: str) -> int:
    """Length of ``text`` in UTF-16 units, as Qt counts."""
    return len(text) if _is_narrow(text) else len(text.encode("utf-16-le")) // 2


def to_units(text: str, index: int) -> int:
    """Turn a character index into a position as Qt counts."""
    return index if _is_narrow(text) else units(text[:index])


def from_units(text: str, position: int) -> int:
    """Turn a position as Qt counts into a character index; inside a pair it is the pair's."""
    if _is_narrow(text):
        return min(position, len(text))
    head = text.encode("utf-16-le")[: 2 * position]
    return len(head.decode("utf-16-le", "ignore"))
