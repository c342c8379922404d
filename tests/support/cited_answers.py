"""Passages with planted facts, and sentences about them: true ones, and ones with a planted error.

Names, places and numbers are made up from a seed, so none of them is in a list of ours. Paraphrases
are written with other words than the passage's, dates and numbers in other forms.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

FORMS = ("number", "name", "quotation", "page", "swapped", "misplaced")
_ONSET_WORDS = "b br d dr f g h k kl l m n p r s st t tr v w z"
_MONTH_WORDS = (
    "January February March April May June July August September October November December"
)
_ONSETS = _ONSET_WORDS.split()
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ei", "ou"]
_CODAS = ["", "n", "r", "l", "s", "nd", "rt", "m"]
_MONTHS = _MONTH_WORDS.split()

# passage; true restatements; one with the two names or numbers in each other's place, or none
_FACTS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "{A} sold the {thing} to {B} on {date} for {n} euros.",
        (
            "On {date2}, {B} bought the {thing} from {A} for {n2} euros.",
            "{B} acquired the {thing} in {month_year}; the seller was {A}.",
            "The price that {B} paid was {n2} euros.",
            "Ownership of the {thing} passed to {B} on {date2}.",
        ),
        "{B} sold the {thing} to {A} on {date} for {n} euros.",
    ),
    (
        "The board of {A} appointed {B} as its chair in {year}; the term is {k} years.",
        (
            "Since {year}, {B} has chaired the board of {A}.",
            "{B} was made chair of {A} for a period of {k} years.",
        ),
        "The board of {B} appointed {A} as its chair in {year}; the term is {k} years.",
    ),
    (
        "Output at the {A} works rose from {k} to {m} tonnes between {year} and {year2}.",
        (
            "The {A} works produced {m} tonnes in {year2}, up from {k} in {year}.",
            "Production at {A} went up to {m} tonnes by {year2}.",
            "Growth was strong: {A} reached {m} tonnes in {year2}.",
        ),
        "Output at the {A} works rose from {m} to {k} tonnes between {year} and {year2}.",
    ),
    (
        "According to {A}, the {thing} must be inspected every {k} months by {B}.",
        (
            "{B} has to check the {thing} each {k} months, says {A}.",
            "Inspection of the {thing} falls to {B} and is due every {k} months.",
            "Checks by {B} take place every {k} months.",
        ),
        "According to {B}, the {thing} must be inspected every {k} months by {A}.",
    ),
    (
        "The agreement between {A} and {B} ends on {date} unless either side renews it.",
        (
            "Unless renewed, the agreement of {A} with {B} runs out on {date2}.",
            "{A} and {B} are bound until {date2}.",
            "Renewal aside, nothing binds {A} to {B} after {date2}.",
        ),
        "",
    ),
    (
        "Dr {A} found that {p} % of the {thing} failed within {k} weeks of delivery.",
        (
            "Within {k} weeks, {p} percent of the {thing} had failed, as {A} found.",
            "{A} reports a failure rate of {p} %.",
            "Faults showed up in {p} % of cases, which {A} found out.",
        ),
        "",
    ),
    (
        "A deposit of {n} euros is held by {A} until the {thing} has been returned in good order.",
        (
            "{A} keeps {n2} euros as a deposit until the {thing} comes back.",
            "The deposit, held by {A}, amounts to {n2} euros.",
            "Money to the amount of {n2} euros stays with {A} for now.",
        ),
        "",
    ),
    (
        "The {thing} was designed by {A} in {year} and built by {B}, who needed {k} workers.",
        (
            "{A} drew the plans for the {thing} in {year}; {B} built it with {k} workers.",
            "{B} employed {k} people to build the {thing}.",
            "Construction of the {thing} by {B} took {k} workers.",
            "Plans came from {A} and are of {year}.",
        ),
        "The {thing} was designed by {B} in {year} and built by {A}, who needed {k} workers.",
    ),
)
_THINGS = (
    "pump", "bridge", "archive", "engine", "warehouse", "turbine", "printing press", "vineyard",
    "water tower", "ferry", "observatory", "quarry",
)  # fmt: skip
_FILLERS = (
    "Details are given in the annex, which forms part of this document.",
    "Nothing in this section limits the rights of third parties.",
    "The figures were checked by hand and are rounded where that is said.",
    "Earlier versions of this text are no longer valid.",
    "Comments may be sent in writing to the address on the first page.",
)
_OPENINGS = ("", "", "", "According to the document, ", "In short, ", "As stated, ", "However, ")


@dataclass(frozen=True)
class Planted:
    """A sentence of an answer.

    Attributes:
        passages: What can be cited, by number.
        text: The sentence with its mark.
        error: What was planted; empty for a true sentence.
        form: How a true sentence says it: "verbatim", "quotation" or "paraphrase".
    """

    passages: dict[int, str]
    text: str
    error: str = ""
    form: str = ""


def planted(seed: int, count: int) -> Iterator[Planted]:
    """Sentences of each kind about ``count`` facts."""
    rng = random.Random(seed)
    for _ in range(count):
        fact = rng.choice(_FACTS)
        values = _values(rng)
        others = [(_fact[0]).format(**_values(rng)) for _fact in rng.sample(_FACTS, 2)]
        place = rng.randrange(3)
        sources = [*others[:place], fact[0].format(**values), *others[place:]]
        passages = {n: _around(rng, text) for n, text in enumerate(sources, 1)}
        yield from _about(rng, fact, values, passages, place + 1)


def misplaced(seed: int, count: int) -> Iterator[Planted]:
    """Sentences about passages of two facts: true ones, and ones with the other's name or number.

    Half of the passages say the same of two, as lists do; the others say something else of each.
    """
    rng = random.Random(seed)
    for number in range(count):
        one = rng.choice(_FACTS)
        other = one if number % 2 else rng.choice(_FACTS)
        values, others = _values(rng), _values(rng)
        facts = [one[0].format(**values), other[0].format(**others)]
        rng.shuffle(facts)
        passages = {1: _around(rng, " ".join(facts))}
        for said, known in ((one, values), (other, others)):
            text = _opened(rng, rng.choice(said[1]).format(**known), known)
            yield Planted(passages, _cited(text, 1), form="paraphrase")
        form = rng.choice([one[0], *one[1]])
        keys = [
            key
            for key in ("A", "B", "n", "k", "m", "p", "year")
            if any(f"{{{name}}}" in form for name in (key, f"{key}2"))
            and any(f"{{{name}}}" in other[0] for name in (key, f"{key}2"))
        ]
        if keys:
            taken = {
                name: others[name]
                for key in [rng.choice(keys)]
                for name in (key, f"{key}2")
                if name in others
            }
            yield Planted(
                passages, _cited(form.format(**{**values, **taken}), 1), error="misplaced"
            )


def _about(
    rng: random.Random,
    fact: tuple[str, tuple[str, ...], str],
    values: dict[str, str],
    passages: dict[int, str],
    mark: int,
) -> Iterator[Planted]:
    said, restated, swapped = fact
    whole = said.format(**values)
    yield Planted(passages, _cited(whole, mark), form="verbatim")
    for form in restated:
        text = _opened(rng, form.format(**values), values)
        yield Planted(passages, _cited(text, mark), form="paraphrase")
    quoted = _quotation(rng, whole)
    yield Planted(passages, _cited(f"It says that “{quoted}”.", mark), form="quotation")
    words = quoted.split()
    at = rng.randrange(1, len(words) - 1)
    words[at] = rng.choice(["green", "never", "seven", "almost", "Rilke"])
    yield Planted(passages, _cited(f"It says that “{' '.join(words)}”.", mark), error="quotation")
    form = rng.choice([said, *restated])
    for kind, keys in (("number", "n k m p year"), ("name", "A B")):
        used = [key for key in keys.split() if f"{{{key}}}" in form or f"{{{key}2}}" in form]
        if used:
            changed = _changed(rng, values, rng.choice(used))
            yield Planted(passages, _cited(form.format(**changed), mark), error=kind)
    wrong = mark % 3 + 1
    yield Planted(
        passages, _cited(rng.choice([said, *restated]).format(**values), wrong), error="page"
    )
    if swapped:
        yield Planted(passages, _cited(swapped.format(**values), mark), error="swapped")


def _values(rng: random.Random) -> dict[str, str]:
    year = rng.randrange(1890, 2020)
    day, month = rng.randrange(1, 28), rng.randrange(12)
    amount = rng.choice([rng.randrange(1_000, 99_999), rng.randrange(100_000, 9_000_000)])
    few, many = sorted(rng.sample(range(3, 980), 2))
    return {
        "A": _name(rng),
        "B": _name(rng),
        "thing": rng.choice(_THINGS),
        "date": f"{day} {_MONTHS[month]} {year}",
        "date2": rng.choice([f"{_MONTHS[month]} {day}, {year}", f"{year}-{month + 1:02}-{day:02}"]),
        "month_year": f"{_MONTHS[month]} {year}",
        "n": f"{amount:,}",
        "n2": rng.choice([f"{amount}", f"{amount:,}", f"{amount:,}".replace(",", " ")]),
        "k": str(few),
        "m": str(many),
        "p": str(rng.randrange(2, 98)),
        "year": str(year),
        "year2": str(year + rng.randrange(2, 9)),
    }


def _changed(rng: random.Random, values: dict[str, str], key: str) -> dict[str, str]:
    changed = dict(values)
    if key in "AB":
        changed[key] = _name(rng)
        return changed
    other = values
    while other[key] in {values[k] for k in ("k", "m", "p", "year", "n")} or (
        key == "year" and other["year2"] == values["year2"]  # it would be true
    ):
        other = _values(rng)
    changed[key] = other[key]
    if key in {"n", "year"}:
        changed[f"{key}2"] = other[f"{key}2"]
    return changed


def _name(rng: random.Random) -> str:
    def word(parts: int) -> str:
        made = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(parts))
        return (made + rng.choice(_CODAS)).capitalize()

    return rng.choice([word(2), word(3), f"{word(2)} {word(2)}", f"{word(2)} {word(3)}"])


def _around(rng: random.Random, text: str) -> str:
    """A passage as a page has it: other sentences around, lines broken, a word divided."""
    sentences = [*rng.sample(_FILLERS, 3), text]
    rng.shuffle(sentences)
    words = " ".join(sentences).split(" ")
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 60:
            if word.isalpha() and word.islower() and len(word) > 8 and rng.random() < 0.3:
                lines.append(f"{line} {word[:4]}-".strip())
                line = word[4:]
                continue
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def _quotation(rng: random.Random, sentence: str) -> str:
    words = sentence.rstrip(".").split()
    length = min(len(words), rng.randrange(5, 10))
    start = rng.randrange(0, len(words) - length + 1)
    return " ".join(words[start : start + length])


def _opened(rng: random.Random, text: str, values: dict[str, str]) -> str:
    opening = rng.choice(_OPENINGS)
    keeps = any(text.startswith(values[key].split()[0]) for key in "AB")
    if opening and not keeps and not text.startswith("Dr"):
        text = text[0].lower() + text[1:]
    return opening + text


def _cited(text: str, mark: int) -> str:
    return f"{text[:-1]} [{mark}]." if text.endswith(".") else f"{text} [{mark}]"
