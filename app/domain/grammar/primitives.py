"""Rules of GBNF for what JSON is made of, where a schema says nothing more. Pure.

Between what JSON is made of stands one blank at most, or a new line as deep as what it begins:
small models like blanks so much that they write little else. How deep a value may nest of which a
schema says nothing is bounded too: a model that goes astray comes to an end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST_TEXT = 1_000  # characters of a text, where the schema names no bound
MOST_ITEMS = 100  # of an array or object, likewise
MOST_NESTED = 8  # objects and arrays in one another, where a schema does not say it word by word

ONE_BLANK = '" "?'  # not shown: GBNF
DATE = (  # not shown: GBNF
    r'[12] [0-9] [0-9] [0-9] "-" ('
    r'("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
    r' | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30")'
    r' | "02-" ("0" [1-9] | "1" [0-9] | "2" [0-8]))'
    r' | [12] [0-9] ("0" [48] | [2468] [048] | [13579] [26]) "-02-29"'
)
"""GBNF of the days from 1000 to 2999, as YYYY-MM-DD."""
_RULES: Mapping[str, str] = {  # not shown: GBNF
    "char": r'[^"\\\x00-\x1f\x7f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] '
    r"[0-9a-fA-F] [0-9a-fA-F])",
    "string": rf'"\"" char{{0,{LONGEST_TEXT}}} "\""',
    "integer": r'"-"? ("0" | [1-9] [0-9]{0,15})',
    "number": r'integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?',
    "boolean": r'"true" | "false"',
    "null": r'"null"',
    "scalar": "string | number | boolean | null",
    "date": DATE,
    "time": r'([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,9})? '
    r'("Z" | [-+] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9])',
}
_NEEDS = {
    "string": ("char",),
    "number": ("integer",),
    "scalar": ("string", "number", "boolean", "null"),
}


def blanks(level: int) -> str:
    """The name of the rule of what parts two values inside so many objects and arrays."""
    return f"ws{min(level, MOST_NESTED)}"


def in_one_line(rules: Mapping[str, str]) -> dict[str, str]:
    """The rules with a blank where they allow a new line: for programs, which read no lines."""
    return {
        name: ONE_BLANK if re.fullmatch(r"ws\d", name) else rule for name, rule in rules.items()
    }


def value(level: int) -> str:
    """The name of the rule of any value inside so many objects and arrays."""
    return f"value{level}" if level < MOST_NESTED else "scalar"


def rules_for(name: str) -> dict[str, str]:
    """The rule of a name, and those that it refers to.

    Args:
        name: ``string``, ``integer``, ``number``, ``boolean``, ``null``, ``date``, ``time``; or of
            any value, object or array, or of blanks, with the level behind it.
    """
    found: dict[str, str] = {}
    _add(name, found)
    return found


def _add(name: str, found: dict[str, str]) -> None:
    if name in found:
        return
    rule, needed = _rule(name)
    found[name] = rule
    for one in needed:
        _add(one, found)


def _rule(name: str) -> tuple[str, tuple[str, ...]]:
    if name in _RULES:
        return _RULES[name], _NEEDS.get(name, ())
    kind = name.rstrip("0123456789")
    level = int(name[len(kind) :])
    inside, ws, end, more = value(level + 1), blanks(level + 1), blanks(level), MOST_ITEMS - 1
    match kind:
        case "ws":
            return rf'(" " | "\n{"  " * level}")?', ()
        case "value":
            named = (f"object{level}", f"array{level}", "scalar")
            return " | ".join(named), named
        case "object":
            member = f"member{level}"
            members = f'({member} ("," {ws} {member}){{0,{more}}})?'  # not shown
            return f'"{{" {ws} {members} {end} "}}"', (member, ws, end)
        case "member":
            return f'string ":" {ONE_BLANK} {inside}', ("string", inside)  # not shown
        case _:
            items = f'({inside} ("," {ws} {inside}){{0,{more}}})?'  # not shown
            return f'"[" {ws} {items} {end} "]"', (inside, ws, end)
