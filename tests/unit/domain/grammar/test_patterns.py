"""Patterns and bounds of schemas: what the grammar has is what the check lets pass, and no more."""

from __future__ import annotations

import json
import random
import re
import time

import pytest

from app.domain.errors import InvalidValueError
from app.domain.grammar.json_schema import grammar_for
from app.domain.grammar.patterns import (
    Chars,
    Edge,
    Either,
    Node,
    Ranges,
    Repeat,
    parse_pattern,
)
from app.domain.grammar.schema_check import fits
from tests.support.gbnf import Gbnf

_EMPTY = "(a|b|)"
_PIECES = (
    "a", "b", "ab", "[a-c]", "[^a]", r"\d", r"\w", r"\s", ".", "é", r"\.", r"\"", r"\\", "[0-9a]",
    r"[^\d\s]", "-", "(?:ab|b)", _EMPTY, "[a-c]-", r"\n",
)  # fmt: skip
_TIMES = ("", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}", "+?")
_FEW = ("", "", "?", "{2}")  # inside groups: Python's own reader is slow where endless ones nest
_SIGNS = 'aaabbbcc01  \n"\\.-é_,X'


def pattern(draw: random.Random, depth: int = 0) -> str:
    """A pattern that answers can be held to."""
    parts = []
    for _ in range(draw.randint(1, 4 - depth)):
        if depth < 2 and draw.random() < 0.25:
            inner = f"({pattern(draw, depth + 1)})"
        else:
            inner = draw.choice(_PIECES)
        if len(inner) > 1 and inner[0] not in "[(\\":
            inner = f"(?:{inner})"
        times = draw.choice(_FEW if depth else _TIMES)
        parts.append(inner + ("" if inner == _EMPTY else times))
    text = "".join(parts)
    if draw.random() < 0.2:
        text += "|" + draw.choice(_PIECES)
    if depth:
        return text
    begin, end = draw.choice(("^", "^", "")), draw.choice(("$", "$", ""))
    return f"{begin}(?:{text}){end}" if draw.random() < 0.5 else f"{begin}{text}{end}"


def one_of(node: Node, draw: random.Random) -> str:
    """A text that a part of a pattern fits."""
    match node:
        case Chars(ranges):
            return draw.choice([one for one in _SIGNS if _inside(ord(one), ranges)] or ["?"])
        case Edge():
            return ""
        case Either(choices):
            return one_of(draw.choice(choices), draw)
        case Repeat(inner, least, most):
            times = draw.randint(least, min(least + 2, most if most is not None else 99))
            return "".join(one_of(inner, draw) for _ in range(times))
    return "".join(one_of(part, draw) for part in node.parts)


def _inside(code: int, ranges: Ranges) -> bool:
    return any(low <= code <= high for low, high in ranges)


def by_python(text: str) -> re.Pattern[str]:
    """The pattern as Python's own expression, which knows nothing of ours."""
    ends = re.sub(r"(?<!\\)\$", lambda _: r"\Z", text)
    outside = re.sub(r"(?<!\\)\.", lambda _: "[^\n\r\u2028\u2029]", ends)
    return re.compile(outside, re.ASCII)


def test_three_readers_of_a_pattern_agree() -> None:
    draw = random.Random(20)
    told = {True: 0, False: 0}
    longest = 0
    for _ in range(300):
        asked = pattern(draw)
        schema = {"type": "string", "pattern": asked}
        if draw.random() < 0.3:
            schema |= {"minLength": draw.randint(0, 3), "maxLength": draw.randint(3, 8)}
        try:
            grammar = grammar_for(schema)
        except InvalidValueError as error:
            assert "no text fits" in error.what, (asked, error.what)  # noqa: PT017
            continue
        longest = max(longest, len(grammar))
        reader, python = Gbnf(grammar), by_python(asked)
        tree = parse_pattern(asked)
        for number in range(7):
            text = "".join(draw.choice(_SIGNS) for _ in range(draw.randint(0, 7)))
            text = one_of(tree, draw)[:12] if number % 2 else text
            right = fits(text, schema)
            low, high = schema.get("minLength", 0), schema.get("maxLength", 99)
            assert right is (bool(python.search(text)) and low <= len(text) <= high), (asked, text)
            assert reader.accepts(json.dumps(text, ensure_ascii=False)) is right, (schema, text)
            told[right] += 1
    assert min(told.values()) > 300, told
    assert longest < 60_000


@pytest.mark.parametrize(
    ("asked", "text"), [("^(ab|c)+$", "abcab" * 4), (r"\d$", "a1" * 20), ("^(a|bb)*!", "abba!" * 3)]
)
def test_a_text_of_a_pattern_that_could_go_on_for_ever_has_an_end(asked: str, text: str) -> None:
    grammar = grammar_for({"type": "string", "pattern": asked})
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines())
    leads = {name: set(re.findall(r"p\d+-\d+", rule)) for name, rule in rules.items()}
    while ends := {name for name, ahead in leads.items() if not ahead}:
        leads = {name: ahead - ends for name, ahead in leads.items() if name not in ends}
    assert leads == {}, "rules come back to themselves"
    assert Gbnf(grammar).accepts(f'"{text}"')


@pytest.mark.parametrize(
    "hostile",
    ["(a+)+$", "^(a|a)*$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*){8}x", "^(a?){60}a{60}$"],
)
def test_a_catastrophic_pattern_is_bounded_or_refused(hostile: str) -> None:
    began = time.process_time()
    try:
        assert len(grammar_for({"type": "string", "pattern": hostile})) < 60_000
    except InvalidValueError as error:
        assert "pattern" in error.what  # noqa: PT017
    fits("a" * 2_000 + "!", {"pattern": hostile})
    assert time.process_time() - began < 8


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (r"(?=a)", "(?= is not supported"),
        (r"(?<!a)b", "(?<! is not supported"),
        (r"(a)\1", r"\1 is not supported"),
        (r"\bword\b", r"\b is not supported"),
        (r"\p{L}", r"\p is not supported"),
        ("a{2000}", "more than 1,000 times"),
        ("(a", "not closed"),
        ("a)", "not opened"),
        ("[b-a]", "runs backwards"),
        ("*a", "* cannot stand there"),
        ("a^", "no text fits"),
        ("(a|b)*a(a|b){14}", "too large"),
    ],
)
def test_what_of_a_pattern_cannot_be_held_to_is_named(asked: str, why: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        grammar_for({"type": "string", "pattern": asked})
    assert why in refused.value.what


def test_numbers_are_within_their_bounds() -> None:
    draw = random.Random(7)
    for _ in range(150):
        low = draw.choice([draw.randint(-30, 30), round(draw.uniform(-3, 3), draw.randint(1, 3))])
        high = low + draw.choice([0.25, 1, 7, round(draw.uniform(0.01, 40), 2)])
        schema: dict[str, object] = {"type": "number"}
        schema |= draw.choice([{"minimum": low}, {"exclusiveMinimum": low}, {}])
        schema |= draw.choice([{"maximum": round(high, 6)}, {"exclusiveMaximum": round(high, 6)}])
        reader = Gbnf(grammar_for(schema))
        near = [low, high, low + 0.001, high - 0.001, low - 0.001, high + 0.01, 0, (low + high) / 2]
        for number in (*(round(one, 4) for one in near), round(draw.uniform(-60, 60), 3)):
            for value in {number, int(number)}:
                text = json.dumps(value)
                if text not in {"-0.0", "-0"}:
                    assert reader.accepts(text) is fits(value, schema), (schema, text)


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        ({"minimum": 2, "maximum": 1}, "within its bounds"),
        ({"exclusiveMinimum": 1, "exclusiveMaximum": 1}, "within its bounds"),
        ({"minimum": 1e40}, "at most 15 digits"),
        ({"exclusiveMinimum": True}, "at most 15 digits"),
        ({"multipleOf": 0.1}, "multipleOf is not supported"),
    ],
)
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_bounds_that_cannot_be_held_to_are_named(
    kind: str, bounds: dict[str, object], why: str
) -> None:
    with pytest.raises(InvalidValueError, match=why):
        grammar_for({"type": kind, **bounds})
