"""The colours of source code: token runs of a few kinds that a theme maps to colours.

Pygments does the work. Text that grows is coloured a finished line at a time, in bounded slices, so
that a stream costs as much as the text is long; what a line leaves open is carried into the next as
well as it is known. A complete text is read in one go (`highlight_whole`), which is exact and may
run in a thread: its colours replace the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Token,
)

from app.language import tr, trc
from app.markup.code.multiline import OpenConstruct, open_constructs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.lexer import Lexer
    from pygments.token import _TokenType

MAX_CODE = 400_000
"""Characters of a block that are coloured; the rest is plain."""
MAX_LINE = 2_000
"""Characters; a longer line is plain, because some lexers search it again and again."""
CHUNK = 4_000
"""Characters handed to a lexer at a time; about 5 ms."""
LOOKBACK = 12_000
"""Characters that a string or comment may stay open before colouring starts afresh."""
MAX_WHOLE = 60_000
"""Characters of a block that is read in one go; about 150 ms."""
PATIENCE = 2.0
"""Seconds after which reading in one go is given up: for some hostile texts it costs their square.
"""
CREDIT = 4
"""Characters handed to a lexer per character of code, at most."""


class TokenKind(Enum):
    """What a run is; the value is the name that a theme gives a colour to."""

    TEXT = "text"
    KEYWORD = "keyword"
    TYPE = "type"
    NAME = "name"
    FUNCTION = "function"
    CLASS = "class"
    BUILTIN = "builtin"
    DECORATOR = "decorator"
    VARIABLE = "variable"
    ATTRIBUTE = "attribute"
    TAG = "tag"
    STRING = "string"
    ESCAPE = "escape"
    NUMBER = "number"
    COMMENT = "comment"
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"
    INSERTED = "inserted"
    DELETED = "deleted"
    HEADING = "heading"
    PROMPT = "prompt"
    OUTPUT = "output"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """``length`` characters from ``start`` are of one kind; plain text has no runs."""

    start: int
    length: int
    kind: TokenKind


_KINDS: dict[_TokenType, TokenKind] = {
    Keyword.Type: TokenKind.TYPE,
    Keyword.Constant: TokenKind.BUILTIN,
    Keyword: TokenKind.KEYWORD,
    Operator.Word: TokenKind.KEYWORD,
    Name.Function: TokenKind.FUNCTION,
    Name.Class: TokenKind.CLASS,
    Name.Namespace: TokenKind.CLASS,
    Name.Exception: TokenKind.CLASS,
    Name.Builtin: TokenKind.BUILTIN,
    Name.Decorator: TokenKind.DECORATOR,
    Name.Variable: TokenKind.VARIABLE,
    Name.Constant: TokenKind.VARIABLE,
    Name.Attribute: TokenKind.ATTRIBUTE,
    Name.Property: TokenKind.ATTRIBUTE,
    Name.Tag: TokenKind.TAG,
    Name.Entity: TokenKind.ESCAPE,
    String.Escape: TokenKind.ESCAPE,
    String.Interpol: TokenKind.ESCAPE,
    String: TokenKind.STRING,
    Number: TokenKind.NUMBER,
    Comment: TokenKind.COMMENT,
    Operator: TokenKind.OPERATOR,
    Punctuation: TokenKind.PUNCTUATION,
    Generic.Inserted: TokenKind.INSERTED,
    Generic.Deleted: TokenKind.DELETED,
    Generic.Heading: TokenKind.HEADING,
    Generic.Subheading: TokenKind.HEADING,
    Generic.Prompt: TokenKind.PROMPT,
    Generic.Output: TokenKind.OUTPUT,
    Generic.Error: TokenKind.ERROR,
    Generic.Traceback: TokenKind.ERROR,
    Error: TokenKind.TEXT,
    Token: TokenKind.TEXT,
}

_CARRIED = frozenset((TokenKind.STRING, TokenKind.COMMENT))
_LINE_COMMENT = re.compile(r"\s*(?://|#|--(?!\[\[)|;|%)")
"""Ends with its line, even where the lexer counts the line end to it."""
_WHATS = {"comment": TokenKind.COMMENT, "string": TokenKind.STRING}

_ALIASES = {
    "c++": "cpp",
    "h": "c",
    "hpp": "cpp",
    "golang": "go",
    "node": "javascript",
    "mjs": "javascript",
    "ps1": "powershell",
    "py3": "python",
    "python3": "python",
    "shell-session": "console",
    "terminal": "console",
    "text/x-python": "python",
    "vue": "html",
    "svelte": "html",
    "jsonc": "json",
    "json5": "json",
    "patch": "diff",
    "tsx": "typescript",
    "jsx": "javascript",
    "assembly": "nasm",
    "asm": "nasm",
    "plaintext": "text",
    "plain": "text",
    "txt": "text",
    "latex": "tex",
    "dockerfile": "docker",
    "proto": "protobuf",
    "cs": "csharp",
    "kt": "kotlin",
    "rs": "rust",
    "yml": "yaml",
}
_NAMES = {  # not shown: names
    "bash": "Bash",
    "sh": "Shell",
    "shell": "Shell",
    "zsh": "Zsh",
    "tsx": "TSX",
    "jsx": "JSX",
    "cpp": "C++",
    "csharp": "C#",
    "apache": "Apache",
    "bat": "Batch",
    "csv": "CSV",
    "dockerfile": "Dockerfile",
    "erl": "Erlang",
    "gradle": "Gradle",
    "hcl": "HCL",
    "jinja": "Jinja",
    "json5": "JSON5",
    "jsonc": "JSONC",
    "latex": "LaTeX",
    "lisp": "Lisp",
    "matlab": "MATLAB",
    "mermaid": "Mermaid",
    "nginx": "Nginx",
    "nim": "Nim",
    "pascal": "Pascal",
    "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "r": "R",
    "regex": "Regex",
    "rmd": "R Markdown",
    "sol": "Solidity",
    "svelte": "Svelte",
    "vb": "Visual Basic",
    "vba": "VBA",
    "verilog": "Verilog",
    "vhdl": "VHDL",
    "vim": "Vim script",
    "vue": "Vue",
    "wasm": "WebAssembly",
}
_LABELS: dict[str, str] = {
    **_NAMES,
    "text": tr("Text"),
    "console": trc("a terminal", "Console"),
    "asm": tr("Assembly"),
    "output": tr("Output"),
    "pycon": tr("Python console"),
}
"""What people call a language where Pygments has another name for it, or none."""
_NAME = re.compile(r"[\w+#./-]{1,40}")


def language_name(info: str) -> str:
    """The language that an info string names, in lower case: ``{.python}`` is ``python``."""
    match = _NAME.search(info.strip().lower().lstrip("{."))
    name = match.group() if match else ""
    return _ALIASES.get(name, name)


def language_label(info: str) -> str:
    """How to call the language above its block: ``py`` is "Python"; empty without one."""
    match = _NAME.search(info.strip().lstrip("{."))
    written = match.group() if match else ""
    name = language_name(info)
    if written.lower() in _LABELS or name in _LABELS:
        return _LABELS.get(written.lower()) or _LABELS[name]
    return _known().get(name, written)


@cache
def _known() -> dict[str, str]:
    """What Pygments itself calls a language, by its short names; no lexer is loaded for that.

    A lexer's module takes up to 60 ms to load, and a name that Pygments does not know has it look
    through every installed package for more lexers, which would be others' code in this program.
    """
    from pygments.lexers import get_all_lexers

    return {alias: name for name, aliases, *_ in get_all_lexers(plugins=False) for alias in aliases}


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer | None:
    """The lexer for a language; None for one that Pygments does not know."""
    from pygments.lexers import get_lexer_by_name

    if name == "text" or name not in _known():
        return None
    return get_lexer_by_name(name, stripnl=False, ensurenl=False, stripall=False)


def _kind(token: _TokenType) -> TokenKind:
    while token not in _KINDS and token.parent is not None:
        token = token.parent
    return _KINDS.get(token, TokenKind.TEXT)


class Highlighter:
    """Colours text that grows, each finished line once.

    A string or comment that is open at the end of a line is carried into the next lines by reading
    it again with them, paid from a credit, so that the work stays linear.

    Attributes:
        characters: handed to the lexer so far.
    """

    def __init__(self, info: str) -> None:
        self.characters = 0
        self._language = language_name(info)
        self._lexer = _lexer(self._language)
        self._left: OpenConstruct | None = None
        self._done = 0
        self._open = ""
        self._open_kind = TokenKind.TEXT
        self._credit = 0
        self._partial: list[str] = []

    def feed(self, text: str) -> list[TokenSpan]:
        """The runs of the lines that ``text`` completes, in order, never overlapping."""
        end = text.rfind("\n") + 1
        if not end:
            self._partial.append(text)
            return []
        lines = "".join(self._partial) + text[:end]
        self._partial = [text[end:]]
        return list(self._colour(lines))

    def finish(self) -> list[TokenSpan]:
        """The runs of a last line without a line end."""
        rest = "".join(self._partial)
        self._partial = []
        return list(self._colour(rest)) if rest else []

    def _colour(self, text: str) -> Iterator[TokenSpan]:
        chunk: list[str] = []
        size = 0
        for line in text.splitlines(keepends=True):
            chunk.append(line)
            size += len(line)
            if size >= CHUNK:
                yield from self._chunk("".join(chunk))
                chunk, size = [], 0
        if chunk:
            yield from self._chunk("".join(chunk))

    def _chunk(self, text: str) -> Iterator[TokenSpan]:
        start = self._done
        self._done += len(text)
        if self._lexer is None or self._done > MAX_CODE:
            return
        self._credit += CREDIT * len(text)
        left = self._left
        if left is not None and left.kind != "embedded" and left.closer.search(text) is None:
            yield TokenSpan(start, len(text), _WHATS[left.kind])
            return
        if self._open and self._credit < len(self._open) + len(text):
            yield TokenSpan(start, len(text), self._open_kind)
            self._open = (self._open + text)[-LOOKBACK:]
            return
        prefix = self._open or (left.prefix if left is not None else "")
        source, skip = prefix + text, len(prefix)
        self.characters += len(source)
        self._credit -= len(source)
        self._open = ""
        runs: list[TokenSpan] = []
        held: list[tuple[int, int]] = []  # strings and comments
        for place, token, value in self._lexer.get_tokens_unprocessed(_without_long(source)):
            kind = _kind(token)
            begin, end = max(place, skip), place + len(value)
            if kind is not TokenKind.TEXT and end > begin and value.strip():
                runs.append(TokenSpan(start + begin - skip, end - begin, kind))
            if kind not in _CARRIED:
                continue
            held.append((place, end))
            if end == len(source) and value.endswith("\n") and not _LINE_COMMENT.match(value):
                self._open_kind = kind
                self._open = source if len(source) <= LOOKBACK else ""
        yield from self._leave_open(source, skip, start, runs, held)

    def _leave_open(
        self,
        source: str,
        skip: int,
        start: int,
        runs: list[TokenSpan],
        held: list[tuple[int, int]],
    ) -> list[TokenSpan]:
        """Note what stays open behind ``source``; the runs up to there."""
        self._left = None
        for left in open_constructs(self._language, source) if not self._open else ():
            if left.kind == "comment" and any(a < left.start < b for a, b in held):
                continue  # it stands in a string or behind another comment's sign
            self._left = left
            if left.kind == "embedded":
                return runs
            at = max(start + left.start - skip, start)
            kept = [run for run in runs if run.start + run.length <= at]
            rest = start + len(source) - skip - at
            return [*kept, TokenSpan(at, rest, _WHATS[left.kind])] if rest else kept
        return runs


def _without_long(source: str) -> str:
    """``source`` with the text of overlong lines blanked, at the same length."""
    if len(source) <= MAX_LINE:
        return source
    lines = source.split("\n")
    return "\n".join(" " * len(line) if len(line) > MAX_LINE else line for line in lines)


def highlight_whole(info: str, text: str) -> list[TokenSpan] | None:
    """The runs of a whole block as its lexer reads it in one go; None if that takes too long."""
    lexer = _lexer(language_name(info))
    if lexer is None:
        return []
    if len(text) > MAX_WHOLE:
        return None
    end = perf_counter() + PATIENCE
    runs: list[TokenSpan] = []
    for place, token, value in lexer.get_tokens_unprocessed(_without_long(text)):
        kind = _kind(token)
        if kind is not TokenKind.TEXT and value.strip():
            runs.append(TokenSpan(place, len(value), kind))
        if perf_counter() > end:
            return None
    return runs


def highlight(info: str, text: str) -> list[TokenSpan]:
    """The runs of a whole block, in order; none for a language that is not known."""
    runs = highlight_whole(info, text)
    if runs is None:
        highlighter = Highlighter(info)
        runs = highlighter.feed(text) + highlighter.finish()
    return runs
