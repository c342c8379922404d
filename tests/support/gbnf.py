"""Whether a grammar has a text, by following all its ways at once: slow, and plain to read."""

from __future__ import annotations

import re
from functools import cache

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<set>\[(?:[^\]\\]|\\.)*\])|(?P<name>[a-z][\w-]*)'
    r"|(?P<sign>[()|*+?])|\{(?P<low>\d+)(?P<to>,?)(?P<high>\d*)\})"
)
_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|U(.{8})|(.))", re.DOTALL)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}


class Gbnf:
    """A grammar.

    Args:
        text: Its rules, ``root`` among them.
    """

    def __init__(self, text: str) -> None:
        lines = (line.split(" ::= ", 1) for line in text.splitlines())
        self._rules = {name: _choices([*_tokens(rule)], [0]) for name, rule in lines}

    def accepts(self, text: str) -> bool:
        """Whether the whole text is one of the grammar's."""

        @cache
        def rule(name: str, at: int) -> frozenset[int]:
            return ends(self._rules[name], frozenset({at}))

        def ends(node: tuple, starts: frozenset[int]) -> frozenset[int]:  # type: ignore[type-arg]
            kind, *inner = node
            if kind == "text":
                word = inner[0]
                return frozenset(s + len(word) for s in starts if text.startswith(word, s))
            if kind == "set":
                fits = inner[0].match
                return frozenset(s + 1 for s in starts if s < len(text) and fits(text[s]))
            if kind == "name":
                return frozenset().union(*(rule(inner[0], start) for start in starts))
            if kind == "either":
                return frozenset().union(*(ends(one, starts) for one in inner[0]))
            if kind == "all":
                for one in inner[0]:
                    starts = ends(one, starts)
                return starts
            node, low, high = inner
            for _ in range(low):
                starts = ends(node, starts)
            found, new, times = starts, starts, low
            while new and (high is None or times < high):
                new = ends(node, new) - found
                found, times = found | new, times + 1
            return found

        return len(text) in rule("root", 0)


def _tokens(rule: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    at = 0
    while rule[at:].strip():
        match = _TOKEN.match(rule, at)
        assert match, rule[at:]
        if match["low"] is not None:
            low = int(match["low"])
            high = int(match["high"]) if match["high"] else None if match["to"] else low
            found.append(("times", (low, high)))
        else:
            kind = str(match.lastgroup)
            found.append((kind, match[kind]))
        at = match.end()
    return found


def _choices(tokens: list[tuple[str, object]], at: list[int]) -> tuple:  # type: ignore[type-arg]
    choices, parts = [], []
    while at[0] < len(tokens):
        kind, said = tokens[at[0]]
        at[0] += 1
        if said == ")" and kind == "sign":
            break
        if said == "|" and kind == "sign":
            choices.append(("all", parts))
            parts = []
        elif kind == "times":
            low, high = said  # type: ignore[misc]
            parts[-1] = ("times", parts[-1], low, high)
        elif kind == "sign" and said != "(":
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[str(said)]
            parts[-1] = ("times", parts[-1], low, high)
        else:
            parts.append(_choices(tokens, at) if kind == "sign" else _leaf(kind, str(said)))
    return ("either", [*choices, ("all", parts)])


def _leaf(kind: str, said: str) -> tuple:  # type: ignore[type-arg]
    if kind == "text":
        return ("text", _ESCAPE.sub(_sign, said[1:-1]))
    if kind == "set":  # Python writes sets the same way, but for the length of escapes
        return ("set", re.compile(said))
    return ("name", said)


def _sign(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(int(code, 16)) if code else _SIGNS.get(match[4], match[4])
