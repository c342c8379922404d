"""What the source of `app` says to people: in the catalogue, or not yet.

A text of the source reads as if it were for people when it has two words with a space between (a
placeholder of an f-string counts as a word), is one word with a capital and small letters, or is a
word before an ellipsis. It must be the first argument of :func:`app.language.tr`, or of one of its
neighbours, unless it is

- a docstring, an annotation, part of a comparison, a pattern of ``match``, a key of a subscript,
- an argument of a logger, or of an exception that only programmers read (:data:`BUGS`),
- SQL, a regular expression, a style sheet or a tag of HTML: see :data:`_NOT_WORDS`,
- marked by a comment ``# not shown`` on one of its lines, or on the first line of a statement
  around it (a table, a function, a class): nobody reads it as a sentence of the program's.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
MARK = "# not shown"
MAKERS = {"tr": 1, "trn": 2, "trc": 2}
"""How many of the first arguments are literals."""
BUGS = {
    "ValueError", "TypeError", "RuntimeError", "AssertionError", "NotImplementedError", "KeyError",
    "AttributeError", "FrameError",
}  # fmt: skip
_LOGGERS = {"log", "_log", "logging", "logger", "_logger"}
_TWO_WORDS = re.compile(r"[^\W\d_][.,;:!?)”\u2019\"']*\s+[(“\"'„]*[^\W\d_]")
_PLACE = re.compile(r"\{\w*\}")
_LABEL = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)*|.*\w…|.*[a-z]{2}[.?!]", re.DOTALL)
_NOT_WORDS = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE FROM|CREATE|DROP|ALTER|PRAGMA|WHERE|JOIN|ORDER BY|GROUP BY"
    r"|VALUES|RETURNING|IS NULL|IS NOT NULL|BEGIN|PRIMARY KEY|REFERENCES)\b|= \?"  # SQL
    r"|\(\?[:P=!<#]|\\[bdswWSD]|\[\^"  # regular expressions
    r"|^\s*[\w .#:*>,\[\]=\"-]*\{\s*[a-z-]+:|[a-z-]+:\s?[^;]{1,60};"  # style sheets
    r"|^\s*<[!/?a-zA-Z][^>]*>?\s*$|^[-\w]+/[-\w.+]+(;.*)?$"  # tags, media types
)


@dataclass(frozen=True, order=True, slots=True)
class Found:
    """A text of the source.

    Attributes:
        path: Below ``app``.
        line: Its first.
        text: As it stands there; ``{x}`` is what an f-string puts in.
    """

    path: str
    line: int
    text: str


@dataclass(frozen=True, order=True, slots=True)
class Message:
    """A text of the catalogue: its English forms, and what tells it from its like."""

    message: str
    plural: str = ""
    context: str = ""


@cache
def sources() -> dict[str, str]:
    """Every module's text by its path below ``app``."""
    return {
        path.relative_to(APP).as_posix(): path.read_text("utf-8")
        for path in sorted(APP.rglob("*.py"))
    }


def room_of(path: str) -> str:
    """The room whose catalogue has a module's sentences."""
    parts = path.split("/")
    if len(parts) == 1:
        return "start"
    return f"ui-{parts[1]}" if parts[0] == "ui" and len(parts) > 2 else parts[0]


def messages() -> dict[str, dict[Message, set[str]]]:
    """By room: each message, with the modules that say it."""
    rooms: dict[str, dict[Message, set[str]]] = {}
    for path, text in sources().items():
        for call in _makers(ast.parse(text)):
            if (message := message_of(call)) is not None:
                rooms.setdefault(room_of(path), {}).setdefault(message, set()).add(path)
    return rooms


def message_of(call: ast.Call) -> Message | None:
    """What a call of tr, trn or trc says; None where its words are no literals."""
    name = _name(call.func)
    said = [one.value for one in call.args[: MAKERS[name]] if isinstance(one, ast.Constant)]
    if len(said) != MAKERS[name] or not all(isinstance(one, str) for one in said):
        return None
    match name, said:
        case "trn", [str(one), str(several)]:
            return Message(one, several)
        case "trc", [str(context), str(one)]:
            return Message(one, context=context)
        case _, [str(one)]:
            return Message(one)
    return None


def not_literal() -> list[Found]:
    """Calls of tr, trn and trc whose words no catalogue can know, as f-strings and variables."""
    return [
        Found(path, call.lineno, ast.unparse(call))
        for path, text in sources().items()
        if not path.startswith("language/")  # where they are made
        for call in _makers(ast.parse(text))
        if message_of(call) is None
    ]


def values_of(call: ast.Call) -> set[str] | None:
    """The placeholders a call fills; None where it is given a mapping."""
    if any(one.arg is None for one in call.keywords):
        return None
    return {str(one.arg) for one in call.keywords} | ({"n"} & {_n(call)})


def _n(call: ast.Call) -> str:
    return "n" if _name(call.func) == "trn" else ""


def calls() -> Iterator[tuple[str, ast.Call, Message]]:
    """Every call that makes a sentence: module, call, message."""
    for path, text in sources().items():
        for call in _makers(ast.parse(text)):
            if (message := message_of(call)) is not None:
                yield path, call, message


def uncaught(path: str, text: str) -> list[Found]:
    """The texts of a module that read as if they were for people and are in no catalogue."""
    tree = ast.parse(text)
    marked = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and token.string.startswith(MARK)
    }
    return sorted(_Reader(path, marked).read(tree))


def all_uncaught() -> dict[str, list[Found]]:
    """By module, where there are any."""
    found = {path: uncaught(path, text) for path, text in sources().items()}
    return {path: texts for path, texts in found.items() if texts}


def reads_like_words(text: str) -> bool:
    """Whether a text of the source reads as if it were for people."""
    if _NOT_WORDS.search(text):
        return False
    if "\\" not in text:  # LaTeX has braces too
        text = _PLACE.sub("{x}", text)  # of str.format
    if "“{x}”" in text:
        return True  # other languages have other quotation marks
    outside = text.replace("{x}", " ")
    if not any(one.isalpha() for one in outside):
        return False
    return bool(_TWO_WORDS.search(text.replace("{x}", "x")) or _LABEL.fullmatch(text))


class _Reader:
    """Goes through one module."""

    def __init__(self, path: str, marked: set[int]) -> None:
        self._path = path
        self._marked = marked

    def read(self, tree: ast.AST) -> Iterator[Found]:
        """Every text that should be in the catalogue."""
        for node in _shown(tree):
            if isinstance(node, ast.stmt) and node.lineno in self._marked:
                continue
            if isinstance(node, ast.Constant | ast.JoinedStr):
                yield from self._text(node)
                if isinstance(node, ast.Constant):
                    continue
            yield from self.read(node)

    def _text(self, node: ast.Constant | ast.JoinedStr) -> Iterator[Found]:
        text = _template(node)
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if reads_like_words(text) and self._marked.isdisjoint(lines):
            yield Found(self._path, node.lineno, text)


def _template(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{x}" for part in node.values
    )


def _shown(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node in which texts for people may stand."""
    match node:
        case ast.JoinedStr():
            yield from (one.value for one in node.values if isinstance(one, ast.FormattedValue))
        case ast.Compare() | ast.MatchValue() | ast.MatchMapping() | ast.Assert():
            return
        case ast.Call() if _name(node.func) in MAKERS:
            yield from (*node.args[MAKERS[_name(node.func)] :], *node.keywords)
        case ast.Call() if _is_log(node) or _name(node.func) in BUGS:
            return
        case ast.Subscript():
            yield node.value
        case ast.arg():
            return
        case ast.AnnAssign():
            yield from filter(None, (node.value,))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Module():
            returned = getattr(node, "returns", None)
            for child in ast.iter_child_nodes(node):
                if child is not returned and not _is_docstring(child):
                    yield child
        case _:
            yield from (one for one in ast.iter_child_nodes(node) if not _is_docstring(one))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_log(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and _name(call.func.value) in _LOGGERS


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return getattr(node, "id", "")


def _makers(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in MAKERS:
            yield node
