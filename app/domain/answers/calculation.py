"""Computations that a model asks for in its answer: how they are spelled and found. Pure.

A model that was told of the calculator writes ``<calc>17*23</calc>``; the result is put in before
the end of that, and the model goes on behind ``<calc>17*23 = 391</calc>``. In a message that is a
part, no text; :func:`with_calculations` is the message as a model reads it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.answers.reasoning import overlap
from app.domain.parts import Part, PlacedPart, TextPart, ToolResultPart, parts_of

CALCULATOR = "calc"  # not shown: the name of the tool, as it is stored
STEPS = "steps"  # not shown: the name of the check of a question's steps
ROUNDED = "\N{ALMOST EQUAL TO}"  # before a result that is not all of the number
MOST_CALLS = 64  # in one answer; what is asked beyond them is refused
MOST_ASKED = 300  # characters of one computation
BEGIN = "<calc>"  # not shown
END = "</calc>"  # not shown
# The control tokens by which Phi-4-mini, trained to use tools, calls one.
TOOL_TOKENS = {"<|tool_call|>": BEGIN, "<|/tool_call|>": END}  # not shown

OFFER = (  # not shown: read by the model
    "You have a calculator. Never work out a number yourself: on a line of its own write, for "
    "example, <calc>12.5*(3+4)</calc> and stop; the result is put in, and you go on with it. It "
    "knows + - * / ^ ( ) sqrt, %, comparisons such as 9.11 > 9.9, units as in 5 km in miles, and "
    "dates as in days between 2024-01-31 and 2024-03-01. No variables."
)

_SIGN = re.compile(r"([\\*_`<\[])")  # what Markdown would take for its own
_TIMES = re.compile(r"\s*\*\s*")
_COMPARES = re.compile(r"[<>≤≥≠]|[!=]=")
_JSON = frozenset("[{")  # begin a call as those write it that were trained to
# The sign of equality ends what is asked, unless it is one of a comparison: <=, >=, !=, ==.
_ASKED = re.compile(r"(?<![<>!=])=(?!=)|</")


def is_computed(part: Part) -> bool:
    """Whether a part is a computation with its result."""
    return isinstance(part, ToolResultPart) and part.name == CALCULATOR and bool(part.asked)


def is_check(part: Part) -> bool:
    """Whether a part is what checking the steps of a question found."""
    return isinstance(part, ToolResultPart) and part.name == STEPS


def spelled(part: ToolResultPart) -> str:
    """A computation and its result as a model reads them."""
    said = f"error: {part.text}" if part.failed else part.text  # not shown: read by the model
    sign = " " if said.startswith(ROUNDED) else " = "
    return f"{BEGIN}{part.asked}{sign}{said}{END}"


def equation(part: ToolResultPart) -> str:
    """A computation and its result in one line, as people read it."""
    asked = _TIMES.sub(" \N{MULTIPLICATION SIGN} ", part.asked.replace("**", "^"))
    if part.failed:
        return f"{asked}: {part.text}"
    if part.text.startswith(ROUNDED):
        return f"{asked} {part.text}"
    return f"{asked} {'→' if _COMPARES.search(asked) else '='} {part.text}"


def computed_line(part: Part) -> str:
    """The line of a computation for people, as Markdown; empty for any other part."""
    if not isinstance(part, ToolResultPart) or not is_computed(part):
        return ""
    return _SIGN.sub(r"\\\1", equation(part))


def with_calculations(text: str, placed: Sequence[PlacedPart]) -> str:
    """A message's text with the computations in it, as a model wrote and reads them.

    Args:
        text: The text alone.
        placed: Its parts; those that are no computations are passed over.
    """
    return _with_computed(text, placed, spelled)


def with_computed_lines(text: str, placed: Sequence[PlacedPart]) -> str:
    """The same for people, as Markdown."""
    return _with_computed(text, placed, computed_line)


def _with_computed(
    text: str, placed: Sequence[PlacedPart], written: Callable[[ToolResultPart], str]
) -> str:
    computed = [one for one in placed if is_computed(one.part)]
    if not computed:
        return text
    return "".join(
        part.text if isinstance(part, TextPart) else written(part)
        for part in parts_of(text, computed)
        if isinstance(part, TextPart | ToolResultPart)
    )


@dataclass(frozen=True, slots=True)
class AskedComputation:
    """A computation that an answer asks for.

    Attributes:
        expression: What is to be computed.
        written: Everything since its begin mark, that included, as the model wrote it.
    """

    expression: str
    written: str


class CallFilter:
    """Feeds an answer's text through and finds the computations that are asked in it.

    Text is held back as long as it may belong to one. What is none in the end is text.

    Attributes:
        half: The answer was cut within one, which was dropped.
    """

    def __init__(self) -> None:
        self._held = ""
        self.half = False

    def feed(self, text: str) -> tuple[str, AskedComputation | None]:
        """What may be shown now, and what is asked; what comes behind that is dropped."""
        self._held += text
        told: list[str] = []
        while (begin := self._held.find(BEGIN)) >= 0:
            told.append(self._held[:begin])
            self._held = self._held[begin:]
            inside = self._held[len(BEGIN) :]
            found = _end_of(inside)
            if found is not None and (expression := _expression(inside[:found])):
                asked = AskedComputation(expression, self._held)
                self._held = ""
                return "".join(told), asked
            if found is None and _may_be_asked(inside):
                return "".join(told), None
            told.append(BEGIN)  # it is none
            self._held = inside
        keep = overlap(self._held, BEGIN)
        told.append(self._held[: len(self._held) - keep])
        self._held = self._held[len(self._held) - keep :]
        return "".join(told), None

    def asked_last(self) -> AskedComputation | None:
        """What is asked by a call whose end mark never came, when the turn ends: JSON only."""
        inside = self._held.removeprefix(BEGIN)
        if inside == self._held or inside.lstrip()[:1] not in _JSON:
            return None
        expression = _expression(inside)
        if not expression:
            return None
        asked = AskedComputation(expression, self._held)
        self._held = ""
        return asked

    def end(self, *, cut: bool) -> str:
        """What is left when nothing more comes.

        Args:
            cut: The answer was stopped or met a limit. Half a computation is dropped then, so that
                who goes on with the answer may write all of it.
        """
        held, self._held = self._held, ""
        self.half = cut and held.startswith(BEGIN)
        return "" if self.half else held


def _end_of(inside: str) -> int | None:
    """Where what is asked ends; None where it does not yet."""
    if inside.lstrip()[:1] in _JSON:  # a tool's call as JSON
        at = inside.find(END)
        return at if at >= 0 else None
    found = _ASKED.search(inside)
    return found.start() if found is not None else None


def _may_be_asked(inside: str) -> bool:
    """Whether more of it may make a computation of it: one line that is not too long."""
    return len(inside) <= MOST_ASKED and "\n" not in inside.strip()


def _expression(inside: str) -> str:
    """What is to be computed; empty for nothing."""
    asked = inside.strip()
    if asked[:1] not in _JSON:
        return asked if len(asked) <= MOST_ASKED and "\n" not in asked else ""
    try:
        call = json.loads(asked)
    except (ValueError, RecursionError):
        return ""
    found = max(_texts(call), key=len, default="")
    return found if len(found) <= MOST_ASKED and "\n" not in found else ""


def _texts(call: object) -> Iterator[str]:
    """The texts among a call's arguments, whatever these are named."""
    if isinstance(call, list):
        for one in call[:1]:
            yield from _texts(one)
    elif isinstance(call, dict):
        given = call.get("arguments", call.get("parameters", call.get("function")))
        if isinstance(given, dict):
            inner = "arguments" in given or "parameters" in given
            if inner:
                yield from _texts(given)
            else:
                yield from (value.strip() for value in given.values() if isinstance(value, str))
        elif isinstance(given, str):
            yield given.strip()
