"""How a message stands in a Markdown file without touching its neighbours.

Most texts stand there as they are. Some would reach beyond their end (an unclosed fence, an open
``$$``), into the page (``<div>``), or cannot be in a text file (NUL, lone surrogates, CR). Those
are shown with the smallest change that helps, and each change is recorded. What no small change
helps is shown whole, in a code fence longer than any in it.

Whether a text is neutral is not guessed: it is parsed alone, and with a stranger below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from html import escape

from markdown_it import MarkdownIt

from app.domain.parts import Part, PlacedPart, TextPart
from app.markup.document.blocks import Block
from app.markup.document.spans import FootnoteRef
from app.markup.kinds.footnote import FootnoteDefinition
from app.markup.kinds.quote import prefixed
from app.markup.parse import parse
from app.markup.parts.part_block import FoldBlock
from app.markup.parts.registry import block_of, shown_parts
from app.markup.text import one_line
from app.markup.transfer.readers.patches import Patch, TextPatch, apply, joined

MAX_PATCHES = 1000  # a text with more is carried whole beside what is shown
MAX_PARSED = 300_000  # characters; a longer text is shown in a fence without being parsed

_UNSHOWABLE = re.compile("\r\n?|[\x00\ud800-\udfff]")
_RUN = re.compile(r"`+")
_FENCE_LINE = re.compile(r"^(`{3,}|~{3,})([^`\n]*)$")
_LAST_FENCE = re.compile(r"^(.*?)(`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_SUSPECT = re.compile(r"<|\$\$|\\[\[(]|\\begin\b|```|~~~")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])(?!br ?/?>|[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>)")
_HARMLESS_TAG = re.compile(r"<br ?/?>")
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}")
_ABOVE = "above\n\n"
_BELOW = "\n\n<!-- below -->\n\n$$\n\n\\]\n\n\\)\n\n-->\n\n"
_HTML = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

FOLD_CLOSE = "\n\n</details>"
GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class NeutralText:
    """A text as it stands in the file.

    Attributes:
        text: What stands there.
        patches: What gives the original back; None where there would be too many.
        rendered: Whether it is shown as Markdown; False if it stands in a fence.
    """

    text: str
    patches: tuple[Patch, ...] | None
    rendered: bool = True


def neutralise(
    original: str,
    placed: Sequence[PlacedPart] = (),
    *,
    fold: bool = False,
    rendered: bool = True,
) -> NeutralText:
    """How a message stands in a file.

    Args:
        original: Its text, any string.
        placed: Its other parts.
        fold: Fold what the window folds into a part that opens on a click.
        rendered: False puts its texts into fences in any case.
    """
    edits: list[TextPatch] = []
    done, at = True, 0
    parts = shown_parts(original, placed)
    for number, part in enumerate(parts):
        if isinstance(part, TextPart):
            changed, neutral = _text_edits(part.text, rendered=rendered)
            edits += _moved(changed, at)
            done, at = done and neutral, at + len(part.text)
            continue
        above = GAP if number else ""
        below = GAP if isinstance(next(iter(parts[number + 1 :]), None), TextPart) else ""
        edits.append(TextPatch(at, 0, f"{above}{part_in_file(part, fold=fold)}{below}"))
    text, patches = apply(original, edits)
    return NeutralText(text, patches if len(patches) <= MAX_PATCHES else None, rendered=done)


def part_in_file(part: Part, *, fold: bool) -> str:
    """How a part that is no text stands in a file."""
    block = block_of(part)
    if not isinstance(block, FoldBlock):
        return neutralise(block.markdown()).text
    body = neutralise(block.markdown()).text
    if not fold:
        return f"*{one_line(block.heading())}*\n\n{prefixed('> ', body)}"
    title = escape(block.heading(), quote=False)
    return f"<details>\n<summary>{title}</summary>\n\n{body}{FOLD_CLOSE}"


def _text_edits(original: str, *, rendered: bool) -> tuple[list[TextPatch], bool]:
    """What makes a text neutral, and whether it is shown as Markdown then."""
    first = [_showable(match) for match in _UNSHOWABLE.finditer(original)]
    plain, _ = apply(original, first)
    second = _neutral_edits(plain) if rendered and len(plain) <= MAX_PARSED else None
    return joined(first, _fence_edits(plain) if second is None else second), second is not None


def same_blocks(one: object, other: object) -> bool:
    """Whether two parses are drawn alike: offsets, numbers of notes and open ends aside."""
    return _drawn(one) == _drawn(other)


def _showable(match: re.Match[str]) -> TextPatch:
    if match[0] == "\r\n":
        return TextPatch(match.start(), 1, "")
    return TextPatch(match.start(), 1, "\n" if match[0] == "\r" else "\ufffd")


# --- the smallest change ---------------------------------------------------------------------


def _neutral_edits(text: str) -> list[TextPatch] | None:
    # What makes `text` neutral, or None if nothing small does.
    if _plainly_neutral(text):
        return []
    wanted = _inside(text)
    escapes = [] if _harmless(text) else list(_escapes(text))
    for closing in _closings(text):
        edits = [*escapes, TextPatch(len(text), 0, closing)] if closing else escapes
        shown, _ = apply(text, edits)
        if _harmless(shown) and same_blocks(_inside(shown), wanted) and _stays_inside(shown):
            return edits
    return None


def _plainly_neutral(text: str) -> bool:
    # True only where it is certain without parsing: fences pair up, and nothing else can reach out.
    rest: list[str] = []
    fence = ""
    for line in text.split("\n"):
        found = _FENCE_LINE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif found:
            fence = found[1]
        else:
            rest.append(line)
    return not fence and not _SUSPECT.search("\n".join(rest))


def _closings(text: str) -> Iterator[str]:
    gap = "" if text.endswith("\n") else "\n"
    yield ""
    fences = list(_LAST_FENCE.finditer(text))
    fence = ""
    if fences:
        indent = re.sub(r"[^>\s]", " ", fences[-1][1])  # "- ```" continues as "  ```"
        fence = f"{gap}{indent}{fences[-1][2]}"
        yield fence


def _stays_inside(shown: str) -> bool:
    ends = "".join(f"\\end{{{name}}}\n\n" for name in sorted(set(_ENVIRONMENT.findall(shown))))
    below = f"{_BELOW}{ends}"
    return same_blocks(_inside(shown + below), (*_inside(shown), *_inside(below)))


def _inside(text: str) -> tuple[Block, ...]:
    # As it is parsed in a file, where something stands above.
    return parse(_ABOVE + text)[1:]


def _fence_edits(text: str) -> list[TextPatch]:
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [TextPatch(0, 0, f"{fence}text\n"), TextPatch(len(text), 0, f"\n{fence}")]


# --- raw HTML --------------------------------------------------------------------------------


def _harmless(text: str) -> bool:
    # Whether a viewer that lets HTML through would find none that reaches beyond itself.
    if not _TAG_START.search(text):
        return True
    for token in _HTML.parse(text):
        for piece in (token, *(token.children or ())):
            if piece.type in {"html_block", "html_inline"} and "<" in _HARMLESS_TAG.sub(
                "", piece.content
            ):
                return False
    return True


def _escapes(text: str) -> Iterator[TextPatch]:
    # A backslash before each tag outside code. Right for usual texts; the caller checks.
    fence = ""
    start = 0
    for line in text.split("\n"):
        found = _FENCE_LINE.match(line.lstrip(" >"))
        if found and (not fence or (found[1].startswith(fence) and not found[2].strip())):
            fence = "" if fence else found[1]
        elif not fence:
            for at in _tags_outside_code(line):
                yield TextPatch(start + at, 0, "\\")
        start += len(line) + 1


def _tags_outside_code(line: str) -> Iterator[int]:
    at = 0
    while at < len(line):
        if line[at] == "\\":
            at += 2
        elif line[at] == "`":
            run = _RUN.match(line, at)
            width = run.end() - at if run else 1
            closing = re.compile(rf"(?<!`)`{{{width}}}(?!`)").search(line, at + width)
            at = closing.end() if closing else at + width
        else:
            if _TAG_START.match(line, at):
                yield at
            at += 1


def _moved(edits: list[TextPatch], by: int) -> list[TextPatch]:
    return [TextPatch(edit.start + by, edit.length, edit.shown) for edit in edits]


def _drawn(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_drawn(item) for item in value)
    if not is_dataclass(value):
        return value
    hidden = {"span", "closed"}
    if isinstance(value, FootnoteDefinition | FootnoteRef):
        hidden.add("number")
    return (
        type(value).__name__,
        *(_drawn(getattr(value, f.name)) for f in fields(value) if f.name not in hidden),
    )
