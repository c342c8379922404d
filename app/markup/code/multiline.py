"""What a line of code can leave open that its lexer cannot tell: comments, here-documents.

Code is coloured a few lines at a time, and a lexer that sees only the first line of a comment
takes it for operators. So the usual openers are looked for here; while one is open, lines are of
its kind, or are read behind a prefix that puts the lexer into the right state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ConstructKind = Literal["comment", "string", "embedded"]


@dataclass(frozen=True, slots=True)
class OpenConstruct:
    """Something left open.

    Attributes:
        start: where in the text it begins.
        prefix: puts a lexer into its state.
        closer: ends it; a pattern.
        kind: it is, as a whole; ``embedded`` text is of another language.
    """

    start: int
    prefix: str
    closer: re.Pattern[str]
    kind: ConstructKind


_C_LIKE = frozenset(
    ("c", "cpp", "csharp", "css", "dart", "go", "groovy", "java", "javascript", "kotlin", "less",
     "objective-c", "php", "protobuf", "rust", "scala", "scss", "sql", "swift", "typescript")
)  # fmt: skip
_COMMENTS: tuple[tuple[frozenset[str], str, str], ...] = (
    (_C_LIKE, "/*", "*/"),
    (frozenset(("html", "xml", "svg", "markdown")), "<!--", "-->"),
    (frozenset(("haskell",)), "{-", "-}"),
    (frozenset(("lua",)), "--[[", "]]"),
    (frozenset(("powershell",)), "<#", "#>"),
    (frozenset(("ocaml", "pascal", "fsharp")), "(*", "*)"),
)
_EMBEDDED: tuple[tuple[frozenset[str], re.Pattern[str], str], ...] = (
    (frozenset(("html",)), re.compile(r"<(?:script|style)\b[^<>]{0,200}>"), r"</(?:script|style)>"),
    (frozenset(("css", "less", "scss")), re.compile(r"\{"), r"\}"),
    (frozenset(("php",)), re.compile(r"<\?(?:php|=)"), r"\?>"),
)
_HERE = re.compile(r"<<[-~]?(['\"]?)([A-Za-z_]\w{0,30})\1")
_HERE_LANGUAGES = frozenset(("bash", "sh", "shell", "zsh", "ruby", "perl"))


def open_constructs(language: str, text: str) -> list[OpenConstruct]:
    """What ``text`` may leave open, the most likely first; the caller knows what is a string."""
    found: list[OpenConstruct] = []
    for languages, opener, closer in _COMMENTS:
        at = text.rfind(opener) if language in languages else -1
        if at != -1 and closer not in text[at + len(opener) :]:
            found.append(OpenConstruct(at, opener, re.compile(re.escape(closer)), "comment"))
    if language in _HERE_LANGUAGES:
        for match in _HERE.finditer(text):
            end = re.compile(rf"(?m)^[ \t]*{match.group(2)}[ \t]*;?$")
            line_end = text.find("\n", match.end())
            if line_end != -1 and end.search(text, line_end + 1) is None:
                start = text.rfind("\n", 0, match.start()) + 1
                found.append(OpenConstruct(line_end + 1, text[start : line_end + 1], end, "string"))
    for languages, pattern, closing in _EMBEDDED:
        if language in languages:
            openers = list(pattern.finditer(text))
            end = re.compile(closing)
            if openers and end.search(text, openers[-1].end()) is None:
                # A rule of a style sheet needs a selector before its brace.
                prefix = ("a " if language.endswith("ss") else "") + openers[-1].group() + "\n"
                found.append(OpenConstruct(openers[-1].end(), prefix, end, "embedded"))
    return found
