"""The code block, in a fence or indented; also GitHub's fence around a formula."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from app.markup.code.highlighter import highlight, language_label, language_name
from app.markup.document.blocks import NOWHERE, Block, MathBlock, Offsets
from app.markup.document.spans import FENCE
from app.markup.markdown.nodes import Line, Node, ParagraphNode
from app.markup.spans.math_delimiters import environment_of

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import SpanReader
    from app.markup.markdown.tree import Tree

_MARKDOWN = frozenset(
    ("markdown", "md", "mdx", "mdown", "mkd", "rmd", "rmarkdown", "qmd", "quarto")
)
"""Languages in whose text fences stand."""
_FENCE = re.compile(r"`{3,}(?!.*`)|~{3,}")
_CLOSING_FENCE = re.compile(r"(?:`{3,}|~{3,})(?=[ \t]*$)")


@dataclass(frozen=True, slots=True)
class CodeBlock(Block):
    r"""Literal lines.

    Attributes:
        language: the first word of the info string as written, empty if there is none.
        text: the lines, each with its ``\n``; the line being streamed has none yet.
        closed: whether the closing fence was seen (indented code is always closed).
        fenced: False for indented code.
    """

    language: str
    text: str
    closed: bool = True
    fenced: bool = True
    span: Offsets = NOWHERE

    def plain(self) -> str:
        return self.text.rstrip("\n")

    def rich(self) -> str:
        name = language_name(self.language)
        kind = f' class="language-{escape(name)}"' if name else ""
        return f"<pre><code{kind}>{escape(self.text)}</code></pre>"

    def page(self, page: HtmlPage) -> str:
        text = self.text.removesuffix("\n")
        pieces: list[str] = []
        at = 0
        for run in highlight(self.language, text):
            pieces.append(escape(text[at : run.start], quote=False))
            at = run.start + run.length
            pieces.append(page.look.run(run.kind, escape(text[run.start : at], quote=False)))
        pieces.append(escape(text[at:], quote=False))
        return page.look.code(language_label(self.language), "".join(pieces))

    def spelled(self, _speller: Speller, _depth: int) -> str:
        return self.text.removesuffix("\n")

    def appended(self, text: str, _depth: int) -> Block | None:
        span = (self.span[0], self.span[1] + len(text))
        return CodeBlock(self.language, self.text + text, False, self.fenced, span)


@dataclass(slots=True, eq=False)
class CodeNode(Node):
    """Literal lines, each with its line end.

    Attributes:
        fence: the opening fence, empty for indented code.
        offset: columns before the fence; so many are taken off each line.
        blanks: blank lines of indented code that count only if more code follows.
        sent: how many entries of ``lines`` were given to the view.
        inside: fences that Markdown in it opened and did not close.
        language: the first word of the info string.
        holds_markdown: the lines are Markdown, in which a fence may open.
        is_formula: the lines are a formula, in GitHub's fence.
    """

    info: str = ""
    fence: str = ""
    offset: int = 0
    lines: list[str] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    sent: int = 0
    inside: int = 0
    language: str = field(init=False)
    holds_markdown: bool = field(init=False)
    is_formula: bool = field(init=False)

    verbatim = True

    def __post_init__(self) -> None:
        self.language = next(iter(self.info.split()), "")
        self.holds_markdown = self.language.lower() in _MARKDOWN
        self.is_formula = self.language == "math" and bool(self.fence)

    def take(self, cursor: Cursor, _line: int) -> Line:
        if self.fence:
            if self.holds_markdown and _opens_inside(cursor, self.fence):
                self.inside += 1
            elif _closes(cursor, self.fence):
                if not self.inside:
                    self.closed = True
                    return Line.ENDS_IT
                self.inside -= 1
            cursor.skip_columns(min(cursor.indent, self.offset))
        elif cursor.indent >= 4:
            cursor.skip_columns(4)
        elif cursor.blank:
            cursor.skip_blanks()
        else:
            return Line.NOT_ITS
        return Line.GOES_ON

    def add(self, cursor: Cursor, line: int, end: int) -> bool:
        if not self.fence and cursor.blank:
            self.blanks.append(cursor.rest() + "\n")
            return False
        if not self.fence:
            self.lines += self.blanks
            self.blanks = []  # a new list: a checkpoint may still need the old one
        if not self.fence or self.first_line != line:
            self.lines.append(cursor.rest() + "\n")
        self.end, self.last_line = end, line
        return False

    def cut_line(self) -> None:
        self.lines[-1] = self.lines[-1].removesuffix("\n")

    def extend_line(self, text: str) -> None:
        self.lines.append(text)

    def end_line(self) -> None:
        self.lines.append("\n")

    def line_is_settled(self) -> bool:
        if not self.fence or not self.lines or self.first_line == self.last_line:
            return False
        return bool(self.lines[-1].strip(" \t\n").strip(self.fence[0]))

    def build(self, _reader: SpanReader) -> tuple[Block, ...]:
        source = "".join(self.lines).strip() if self.is_formula else ""
        if not source:
            return (self._from(0),)
        closed = self.closed or not self.open
        return (MathBlock(source, environment_of(source), closed, FENCE, "", self.span),)

    def take_news(self, _reader: SpanReader) -> Block | None:
        ends = self.shown and self.closed and not self.end_reported
        if self.is_formula or (len(self.lines) == self.sent and not ends):
            return None
        block = self._from(self.sent)
        self.sent = len(self.lines)
        return block

    def unfinished(self, _reader: SpanReader) -> Block | None:
        return self._from(self.sent) if len(self.lines) > self.sent else None

    def _from(self, first: int) -> CodeBlock:
        closed = self.closed or not self.fence
        lines = "".join(self.lines[first:])
        return CodeBlock(self.language, lines, closed, bool(self.fence), self.span)


def start_indented(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """Indented code, which cannot follow a line of text."""
    if isinstance(tree.tip, ParagraphNode):
        return None
    begin = tree.offset + cursor.pos
    cursor.skip_columns(4)
    return tree.add_child(container, CodeNode(begin, tree.line_number))


def start_fenced(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """Code in a fence."""
    found = _opening(cursor)
    if found is None:
        return None
    code = CodeNode(tree.here(cursor), tree.line_number, fence=found[0], info=found[1])
    code.offset = cursor.indent
    return tree.add_leaf(container, cursor, code)


def _opening(cursor: Cursor) -> tuple[str, str] | None:
    """The fence and the info string behind it."""
    match = _FENCE.match(cursor.text, cursor.nonspace)
    if match is None:
        return None
    from markdown_it.common.utils import unescapeAll  # with the first fence

    return match.group(), unescapeAll(cursor.text[match.end() :].strip(" \t"))


def _closes(cursor: Cursor, opening: str) -> bool:
    """Whether the line is the closing fence to ``opening``."""
    if cursor.indent > 3 or cursor.char != opening[0]:
        return False
    match = _CLOSING_FENCE.match(cursor.text, cursor.nonspace)
    return match is not None and len(match.group()) >= len(opening)


def _opens_inside(cursor: Cursor, opening: str) -> bool:
    """Whether the line is a fence with an info string, whose end would be that of ``opening``."""
    if cursor.indent > 3 or cursor.char != opening[0]:
        return False
    found = _opening(cursor)
    return found is not None and len(found[0]) >= len(opening) and bool(found[1])
