"""The grammar of questions: templates with alternatives, their expansions, and how people type.

A template is text with `[one|two|]` for a choice (it may nest, and may be empty) and `<name>` for a
shared rule. `Phrases` draws from templates; a fixed tenth of the combinations of each template is
held out of training for the evaluation, chosen by hash so that every run agrees on it.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

HELD_OUT_SHARE = 26 / 256
# A template with fewer combinations is all idiom ("hello", "bye"): nothing could be inferred.
SMALLEST_SPLIT = 8

_TOKEN = re.compile(r"[\[\]|]|<[a-z_]+>|[^\[\]|<]+")
_WORDS = re.compile(r"\w+")
_QUESTION = re.compile(
    r"(what|whats|what's|how|where|wheres|where's|which|who|whose|why|when|is|are|am|do|does|did|"
    r"can|could|will|would|should|may|has|have)\b"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences of parts."""

    options: tuple[tuple[str | Choice, ...], ...]

    def count(self) -> int:
        """Number of different paths through the choice."""
        return sum(sequence_count(option) for option in self.options)

    def draw(self, random: Random) -> str:
        """One path, each option as likely as the others."""
        return "".join(
            part if isinstance(part, str) else part.draw(random)
            for part in random.choice(self.options)
        )

    def expand(self) -> Iterator[str]:
        """Every path."""
        for option in self.options:
            parts = [(p,) if isinstance(p, str) else tuple(p.expand()) for p in option]
            for combination in itertools.product(*parts):
                yield "".join(combination)


def sequence_count(parts: Sequence[str | Choice]) -> int:
    """Number of different paths through a sequence."""
    total = 1
    for part in parts:
        if isinstance(part, Choice):
            total *= part.count()
    return total


def parse(template: str, rules: Mapping[str, str]) -> Choice:
    """Read a template.

    Raises:
        KeyError: it names a rule that is not in `rules`.
        ValueError: a bracket is not closed, or closed twice.
    """
    stack: list[list[list[str | Choice]]] = [[[]]]
    for token in _TOKEN.findall(template):
        if token == "[":
            stack.append([[]])
        elif token == "|" and len(stack) > 1:
            stack[-1].append([])
        elif token == "]":
            if len(stack) == 1:
                raise ValueError(f"bracket closed twice: {template}")
            options = stack.pop()
            stack[-1][-1].append(Choice(tuple(tuple(option) for option in options)))
        elif token.startswith("<"):
            stack[-1][-1].append(parse(rules[token[1:-1]], rules))
        else:
            stack[-1][-1].append(token)
    if len(stack) > 1:
        raise ValueError(f"bracket not closed: {template}")
    return Choice(tuple(tuple(option) for option in stack[0]))


def tidy(text: str) -> str:
    """One space between words, none before punctuation."""
    return re.sub(r" ([,.?!])", r"\1", " ".join(text.split()))


def normal(text: str) -> str:
    """What stays of a question without case and punctuation: the key of the split."""
    return " ".join(_WORDS.findall(text.lower()))


def falls_out(key: str) -> bool:
    """Whether a key belongs to the held-out tenth."""
    return hashlib.sha256(key.encode()).digest()[0] < HELD_OUT_SHARE * 256


@dataclass(frozen=True)
class Phrases:
    """All the ways to ask one thing."""

    templates: tuple[Choice, ...]

    @classmethod
    def of(cls, templates: Sequence[str], rules: Mapping[str, str]) -> Phrases:
        """Parse each template."""
        return cls(tuple(parse(template, rules) for template in templates))

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Combinations of each template."""
        return tuple(template.count() for template in self.templates)

    @cached_property
    def idioms(self) -> frozenset[str]:
        """Normal forms of the templates too small to split."""
        small = (t for t, n in zip(self.templates, self.counts, strict=True) if n < SMALLEST_SPLIT)
        return frozenset(normal(text) for template in small for text in template.expand())

    def expand(self) -> Iterator[str]:
        """Every phrase of every template."""
        return (tidy(text) for template in self.templates for text in template.expand())

    def draw(self, random: Random, *, held_out: bool) -> str:
        """A phrase of one side of the split."""
        weights = [min(n, 64) ** 0.5 if n >= SMALLEST_SPLIT or not held_out else 0
                   for n in self.counts]  # fmt: skip
        while True:
            text = tidy(random.choices(self.templates, weights)[0].draw(random))
            key = normal(text)
            if held_out == (falls_out(key) and key not in self.idioms):
                return text

    @property
    def splits(self) -> bool:
        """Whether any template is large enough to hold something out."""
        return max(self.counts) >= SMALLEST_SPLIT


def as_typed(text: str, random: Random) -> str:
    """The phrase as someone might type it: case, punctuation, politeness, a slip of the finger."""
    question = _QUESTION.match(text) is not None
    if random.random() < 0.12:
        text = random.choice(_OPENERS) + text
    if random.random() < 0.10:
        text += random.choice((" please", ", please", " pls", ", thanks", " thank you"))
    if random.random() < 0.03:
        text = _slip(text, random)
    style = random.random()
    if style < 0.62:
        text = text[:1].upper() + text[1:]
    elif style < 0.92:
        pass
    elif style < 0.97:
        text = text.lower()
    elif style < 0.985:
        text = text.upper()
    else:
        text = text.title()
    if question:
        return text + random.choices(("?", "", " ?", "??", ".", "?!"), (66, 24, 4, 3, 2, 1))[0]
    return text + random.choices(("", ".", "!", "?", "..."), (52, 30, 7, 9, 2))[0]


_OPENERS = (
    "hi, ", "hello, ", "hey, ", "hello! ", "hi. ", "please ", "ok, ", "okay, ", "so ", "so, ",
    "and ", "well, ", "um, ", "now ", "quick question: ", "one question: ", "excuse me, ",
    "sorry, ", "also, ", "great, ", "thanks. ", "i wonder, ", "tell me, ", "hey there, ",
)  # fmt: skip


def _slip(text: str, random: Random) -> str:
    """Swap, drop or double one letter inside a word; digits and short texts stay."""
    places = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
    if len(places) < 6:
        return text
    at = random.choice(places)
    match random.randrange(3):
        case 0:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        case 1:
            return text[:at] + text[at + 1 :]
        case _:
            return text[:at] + text[at] + text[at:]
