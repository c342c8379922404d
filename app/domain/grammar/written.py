"""Texts as GBNF: one that stands for itself, and several as a tree. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_CHARACTERS = 60_000
"""Of a grammar; the engine takes 64 KiB."""


def literal(text: str) -> str:
    """A text of GBNF that stands for ``text`` itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escape(character) for character in escaped) + '"'


def _escape(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def grammar_of_choices(choices: Sequence[str]) -> str:
    """GBNF of one of several texts."""
    rules = text_rules(sorted(choices), "root")
    return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())


def text_rules(texts: Sequence[str], name: str) -> dict[str, str]:
    """Rules of these texts, as a tree: with a thousand of them only one branch is looked at.

    Args:
        texts: At least one.
        name: Of the rule that stands for all of them, which comes first; the others' begin with it.
    """
    rules: dict[str, str] = {name: ""}

    def expression(some: Sequence[str]) -> str:
        groups: dict[str, list[str]] = {}
        for text in dict.fromkeys(some):
            groups.setdefault(text[:1], []).append(text[1:])
        made = []
        for first, rests in groups.items():
            if len(rests) == 1:
                made.append(literal(first + rests[0]))
                continue
            head = _common(rests)
            inner = f"{name}-c{len(rules)}"
            rules[inner] = ""  # its place is before those in it
            rules[inner] = expression([rest[len(head) :] for rest in rests])
            made.append(f"{literal(first + head)} {inner}")
        return " | ".join(made)

    rules[name] = expression(texts)
    return rules


def _common(texts: Sequence[str]) -> str:
    """With what all of them begin."""
    low, high = min(texts), max(texts)
    length = next((n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[:length]


_IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]')
_BOUND = re.compile(r"\{(\d+)(?:,(\d+))?\}")


def repeated(rule: str) -> int:
    """How many repetitions the bounds of a rule write out."""
    return sum(int(most or least) for least, most in _BOUND.findall(_IN_QUOTES.sub("", rule)))
