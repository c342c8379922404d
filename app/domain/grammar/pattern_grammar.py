"""The texts that a pattern finds something in, as GBNF: a rule for each state of an automaton.

The automaton is deterministic, so the sampler never follows two ways at once, and no pattern,
nested as it may be, makes it slow. A pattern whose automaton would be large is refused. States from
which no end is reached are left out: an answer never stands where nothing can follow.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from app.domain.grammar.patterns import (
    ANY,
    Chars,
    Edge,
    Either,
    Node,
    PatternError,
    Ranges,
    Repeat,
    merged,
    parse_pattern,
)
from app.language import tr

_MOST_PIECES = 4_000  # of the pattern, written out
_MOST_STATES = 2_000
_MOST_WORK = 400_000  # pieces looked at
_LONGEST_RUN = 100  # characters that one state may take without an end of its own
_MOST_IN_RUNS = 3_000  # of all such states: llama.cpp writes each out
_MOST_ROUNDS = 25  # in which an automaton comes back to where it was
_LEAST_ROUNDS = 12  # one that is so large that it has fewer is left as it is
_MOST_IN_ROUNDS = 150  # states
_ALWAYS, _BEGINNING, _END = 0, 1, 2
_SHORT = {0x22: '"', 0x5C: "\\", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f", 0x0D: "r"}
"""The letters behind a backslash in JSON."""
_RAW = ((0x20, 0x21), (0x23, 0x5B), (0x5D, 0x7E), (0x80, 0xD7FF), (0xE000, 0x10FFFF))
"""What stands in a text of JSON as it is."""
_State = tuple[frozenset[int], bool, int]  # pieces, at the beginning, characters counted


def pattern_rules(pattern: str, least: int, most: int | None, prefix: str) -> dict[str, str]:
    """GBNF rules of a JSON text, with its marks, that a pattern fits; the first is where it begins.

    Args:
        pattern: As the schema has it.
        least: Characters at least.
        most: Characters at most; None for no bound but that of each run.
        prefix: Of the rules' names. They refer to a rule ``char``.

    Raises:
        PatternError: It cannot be held to; says why.
    """
    pieces = _Pieces()
    first, last = pieces.state(), pieces.state()
    begin, end = pieces.add(parse_pattern(pattern))
    pieces.step(first, ANY, first)
    pieces.pass_to(first, begin)
    pieces.pass_to(end, last)
    pieces.step(last, ANY, last)
    made = _automaton(pieces, first, last, least, most)
    return _written(made if most is not None else _bounded(made), prefix)


class _Pieces:
    """The pattern as an automaton that may be in several states at once (Thompson, 1968)."""

    def __init__(self) -> None:
        self.passes: list[list[tuple[int, int]]] = []  # to, and when
        self.steps: list[list[tuple[Ranges, int]]] = []

    def state(self) -> int:
        """A new one."""
        if len(self.passes) >= _MOST_PIECES:
            raise PatternError(tr("it is too large for a grammar"))
        self.passes.append([])
        self.steps.append([])
        return len(self.passes) - 1

    def pass_to(self, start: int, end: int, when: int = _ALWAYS) -> None:
        """From one to another without a character."""
        self.passes[start].append((end, when))

    def step(self, start: int, ranges: Ranges, end: int) -> None:
        """From one to another with a character."""
        self.steps[start].append((ranges, end))

    def add(self, node: Node) -> tuple[int, int]:
        """A part of the pattern: where it begins and ends."""
        if isinstance(node, Repeat):
            return self._repeat(node)
        begin = self.state()
        match node:
            case Chars(ranges):
                end = self.state()
                self.step(begin, ranges, end)
            case Edge(at_end):
                end = self.state()
                self.pass_to(begin, end, _END if at_end else _BEGINNING)
            case Either(choices):
                end = self.state()
                for choice in choices:
                    inner, after = self.add(choice)
                    self.pass_to(begin, inner)
                    self.pass_to(after, end)
            case _:
                end = begin
                for part in node.parts:
                    inner, after = self.add(part)
                    self.pass_to(end, inner)
                    end = after
        return begin, end

    def _repeat(self, node: Repeat) -> tuple[int, int]:
        begin = end = self.state()
        for _ in range(node.least):
            inner, after = self.add(node.inner)
            self.pass_to(end, inner)
            end = after
        if node.most is None:
            inner, after = self.add(node.inner)
            self.pass_to(end, inner)
            self.pass_to(after, end)
            return begin, end
        last = self.state()
        for _ in range(node.most - node.least):
            self.pass_to(end, last)
            inner, after = self.add(node.inner)
            self.pass_to(end, inner)
            end = after
        self.pass_to(end, last)
        return begin, last


@dataclass(slots=True)
class _Automaton:
    """One state at a time; 0 is the first.

    Attributes:
        ways: By state, the characters that lead to another.
        ends: States in which the text may end.
    """

    ways: list[dict[int, list[tuple[int, int]]]] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)

    def reached(self, start: int) -> set[int]:
        """States that one leads to."""
        found, ahead = {start}, [start]
        while ahead:
            new = self.ways[ahead.pop()].keys() - found
            found |= new
            ahead += new
        return found

    def distances(self) -> dict[int, int]:
        """How many characters each state is from an end; not those from which none is reached."""
        before: dict[int, list[int]] = defaultdict(list)
        for state, ways in enumerate(self.ways):
            for to in ways:
                before[to].append(state)
        far, ahead = dict.fromkeys(self.ends, 0), deque(self.ends)
        while ahead:
            state = ahead.popleft()
            new = [one for one in before[state] if one not in far]
            far |= dict.fromkeys(new, far[state] + 1)
            ahead += new
        return far


def _automaton(pieces: _Pieces, first: int, last: int, least: int, most: int | None) -> _Automaton:
    alphabet = _alphabet(one for steps in pieces.steps for one, _ in steps)
    work = 0

    def closed(some: Iterable[int], *, beginning: bool, end: bool = False) -> frozenset[int]:
        nonlocal work
        found, ahead = set(some), list(some)
        while ahead:
            for to, when in pieces.passes[ahead.pop()]:
                allowed = when == _ALWAYS or (end if when == _END else beginning)
                if allowed and to not in found:
                    found.add(to)
                    ahead.append(to)
        work += len(found)
        if work > _MOST_WORK:
            raise PatternError(tr("it is too large for a grammar"))
        # Once it has found what it looks for, whatever follows fits.
        return frozenset({last}) if last in found and not end else frozenset(found)

    made = _Automaton()
    start: _State = (closed({first}, beginning=True), True, 0)
    numbers, ahead = {start: 0}, [start]
    made.ways.append({})
    while ahead:
        state = ahead.pop()
        some, beginning, count = state
        number = numbers[state]
        if count >= least and last in closed(some, beginning=beginning, end=True):
            made.ends.add(number)
        if most is not None and count >= most:
            continue
        counted = count + 1 if most is not None else min(count + 1, least)
        for symbols, signature in alphabet:
            to = {end for one in some for ranges, end in pieces.steps[one] if ranges in signature}
            work += len(some)
            if not to:
                continue
            after: _State = (closed(to, beginning=False), False, counted)
            if after not in numbers:
                if len(numbers) >= _MOST_STATES:
                    raise PatternError(tr("it is too large for a grammar"))
                numbers[after] = len(numbers)
                made.ways.append({})
                ahead.append(after)
            made.ways[number].setdefault(numbers[after], []).extend(symbols)
    return made


def _bounded(made: _Automaton) -> _Automaton:
    """The same for so many rounds, so that a text has an end: (ab|c)+ is ab or c 25 times.

    What can come back and is no nearer to an end leads into the next round; the last one has no
    such way, and every other one leads to an end.
    """
    far = made.distances()
    rounds = min(_MOST_ROUNDS, _MOST_IN_ROUNDS // max(1, len(far)))
    if rounds < _LEAST_ROUNDS or 0 not in far:
        return made
    reached = {state: made.reached(state) for state in far}
    back = {
        (state, to)
        for state in far
        for to in made.ways[state]
        if state != to and to in far and far[to] >= far[state] and state in reached[to]
    }
    if not back:
        return made
    numbers = {state: number for number, state in enumerate(sorted(far))}
    found = _Automaton()
    for turn in range(rounds):
        for state, number in numbers.items():
            ways: dict[int, list[tuple[int, int]]] = {}
            for to, ranges in made.ways[state].items():
                ahead = turn + ((state, to) in back)
                if to in far and ahead < rounds:
                    ways[ahead * len(numbers) + numbers[to]] = ranges
            found.ways.append(ways)
            if state in made.ends:
                found.ends.add(turn * len(numbers) + number)
    return found


def _alphabet(used: Iterable[Ranges]) -> list[tuple[Ranges, frozenset[Ranges]]]:
    """Characters that no part of the pattern tells apart, and the classes that they are in."""
    classes = set(used)
    cuts = {edge for one in classes for low, high in one for edge in (low, high + 1)}
    edges = sorted({0, 0x110000, *cuts})
    found: dict[frozenset[Ranges], list[tuple[int, int]]] = defaultdict(list)
    for low, after in pairwise(edges):
        inside = frozenset(one for one in classes if any(a <= low <= b for a, b in one))
        found[inside].append((low, after - 1))
    return [(tuple(ranges), inside) for inside, ranges in found.items()]


def _written(made: _Automaton, prefix: str) -> dict[str, str]:
    living = made.distances()
    if 0 not in living:
        raise PatternError(tr("no text fits it"))
    classes: dict[str, str] = {}
    runs = sum(state in ways for state, ways in enumerate(made.ways) if state in living)
    longest = max(8, min(_LONGEST_RUN, _MOST_IN_RUNS // max(1, runs)))
    rules = {prefix: f'"\\"" {prefix}-0'}  # not shown: GBNF
    for state in sorted(living):
        name, ways = f"{prefix}-{state}", made.ways[state]
        choices = [
            f"{_named(merged(ranges), classes, prefix)} {prefix}-{to}"
            for to, ranges in ways.items()
            if to in living and to != state
        ]
        if state in made.ends:
            choices.append('"\\""')
        after = " | ".join(choices)
        if state in ways:
            run = _named(merged(ways[state]), classes, prefix)
            after = f"{run}{{0,{longest}}} ({after})"  # not shown
        rules[name] = after
    return rules | {name: rule for rule, name in classes.items()}


def _named(ranges: Ranges, classes: dict[str, str], prefix: str) -> str:
    """The rule of a class of characters."""
    if ranges == ANY:
        return "char"
    return classes.setdefault(_class(ranges), f"{prefix}-c{len(classes)}")


def _class(ranges: Ranges) -> str:
    """GBNF of one of these characters in a text of JSON."""
    choices = []
    raw = _common(ranges, _RAW)
    if raw:
        choices.append("[" + "".join(_range(low, high) for low, high in raw) + "]")
    short = [sign for code, sign in _SHORT.items() if _has(ranges, code)]
    if short:
        signs = "".join(_sign(ord(sign)) for sign in short)
        choices.append(f'"\\\\" [{signs}]')
    for tens in "01":
        units = "".join(
            f"{one:x}" + (f"{one:X}" if one > 9 else "")
            for one in range(16)
            if (code := int(tens) * 16 + one) not in _SHORT and _has(ranges, code)
        )
        if units:
            choices.append(f'"\\\\u00{tens}" [{units}]')
    return " | ".join(choices) or '"\\\\u007f"'


def _has(ranges: Ranges, code: int) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _common(one: Ranges, other: Ranges) -> list[tuple[int, int]]:
    both = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(low, high) for low, high in both if low <= high]


def _range(low: int, high: int) -> str:
    return _sign(low) if low == high else f"{_sign(low)}-{_sign(high)}"


def _sign(code: int) -> str:
    """A character within brackets of GBNF."""
    if code < 0x80 and chr(code).isalnum():
        return chr(code)
    return f"\\x{code:02X}" if code < 0x100 else f"\\U{code:08X}"
