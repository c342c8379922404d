"""A sentence: its text in the language in force, and what it was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.language import numbers, spoken

Value = str | int | float
"""What stands in a sentence: numbers are written as the language has it."""


class Sentence(str):
    """A text for people that can be told again in another language.

    It is its text, so whoever has it may show it. Pickled, sent to another process or stored, it
    goes as its id and its values, and is made anew where it arrives.

    Attributes:
        message: The English text with its placeholders, which is its id in the catalogue.
        values: By placeholder.
        plural: The English text for several; empty where nothing is counted.
        context: Tells two meanings of one English text apart.
    """

    __slots__ = ("context", "message", "plural", "values")
    message: str
    values: dict[str, Value]
    plural: str
    context: str

    def __new__(
        cls, message: str, values: Mapping[str, Value], plural: str = "", context: str = ""
    ) -> Sentence:
        """A sentence; :func:`tr` and its neighbours make them."""
        count = values.get("n") if plural else None
        n = count if isinstance(count, int) else None
        text = spoken.IN_FORCE.catalogue.text(message, plural, n, context) if message else ""
        made = super().__new__(cls, _filled(text, values) if values else text)
        made.message, made.plural, made.context = message, plural, context
        made.values = dict(values)
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return (Sentence, (self.message, self.values, self.plural, self.context))

    def data(self) -> dict[str, Any]:
        """What it is made of, as JSON has it."""
        values = {
            name: value.data() if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        made = {"message": self.message, "values": values}
        if self.plural:
            made["plural"] = self.plural
        if self.context:
            made["context"] = self.context
        return made


def sentence_from(data: Mapping[str, Any]) -> Sentence:
    """The sentence of :meth:`Sentence.data`, in the language in force.

    Raises:
        KeyError: Something is missing.
        TypeError: It is no such data.
        ValueError: The values do not fit the text.
    """
    values = {
        str(name): sentence_from(value) if isinstance(value, dict) else value
        for name, value in data["values"].items()
    }
    if not all(isinstance(one, str | int | float) for one in values.values()):
        raise TypeError("a value that is none")  # not shown
    return Sentence(str(data["message"]), values, data.get("plural", ""), data.get("context", ""))


def tr(message: str, **values: Value) -> Sentence:
    """A sentence in the language in force: ``tr("{name} is missing.", name=path.name)``.

    Args:
        message: English, a literal. Braces are placeholders where there are values.
        values: By placeholder. Whole numbers are written with groups; a number that is no amount
            (a year, a code) goes as a text.
    """
    return Sentence(message, values)


def trc(context: str, message: str, **values: Value) -> Sentence:
    """As :func:`tr`, for a text that means different things in different places: "Open"."""
    return Sentence(message, values, context=context)


def trn(one: str, several: str, n: int, **values: Value) -> Sentence:
    """A sentence that counts: ``trn("{n} chat", "{n} chats", len(chats))``.

    Args:
        one: For 1, in English, a literal; ``{n}`` is the number.
        several: For every other number.
        n: How many.
        values: Of the other placeholders.
    """
    return Sentence(one, {"n": n, **values}, several)


def paragraph(*parts: str) -> Sentence:
    """Sentences one after the other, of which each stays what it is; empty ones are left out."""
    said = {f"part{number}": part for number, part in enumerate(filter(None, parts), 1)}
    return Sentence(" ".join(f"{{{name}}}" for name in said), said)


# --- stored ---------------------------------------------------------------------------------

_BEHIND = "\x1f"  # a unit separator
_NO_SENTENCE = f"{_BEHIND}{{}}"  # behind a text that holds a separator itself


def to_stored(text: str) -> str:
    """A text to store: a sentence with what it is made of behind it, any other as it is."""
    if not isinstance(text, Sentence):
        return text + _NO_SENTENCE if _BEHIND in text else text
    return f"{text}{_BEHIND}{json.dumps(text.data(), ensure_ascii=False, separators=(',', ':'))}"


def from_stored(stored: str) -> str:
    """What was stored, in the language in force where it is known what it is made of."""
    text, behind, data = stored.rpartition(_BEHIND)
    if not behind or not data.startswith("{"):
        return stored
    try:
        return sentence_from(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError):
        return text  # a newer version may write more than is known here


def _filled(text: str, values: Mapping[str, Value]) -> str:
    return text.format_map(
        {
            name: value if isinstance(value, str) else numbers.write(value)
            for name, value in values.items()
        }
    )
