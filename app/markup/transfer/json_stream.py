"""Reading a long JSON text value by value, so that memory follows one chat, not the file.

The values are those of the list at the top, of the list of chats in Phial's own object, or the
texts themselves where several stand one after the other. The decoder is the standard library's;
what ends in the middle of what was read so far is tried again with twice as much.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.language import tr
from app.markup.transfer.readers.json_values import NESTED, NOT_TEXT, Json, ShapeError

MAX_VALUE = 2**28  # characters of one value; the longest chats known have a hundredth of it
_WINDOW = 2**20  # characters read at once
_NEAR = 16  # characters: an error this close to the end may only mean that more is to be read
_SPACE = " \t\n\r"
CUT = tr("It ends in the middle; the file is cut off or damaged.")


@dataclass(frozen=True, slots=True)
class Piece:
    """One value of a text.

    Attributes:
        value: The value.
        within: The members before the list that holds it, where that list is one of an object.
    """

    value: object
    within: Json | None = None


def pieces(chunks: Iterable[bytes], listed: str) -> Iterator[Piece]:
    """The values of a text.

    Args:
        chunks: Its bytes.
        listed: The member of an object whose list is read item by item.

    Raises:
        ShapeError: It is not JSON; what was given before is sound.
    """
    text = _Text(iter(chunks))
    while text.peek():
        match text.peek():
            case "[":
                for value in text.items():
                    yield Piece(value)
            case "{":
                yield from _members(text, listed)
            case _:
                yield Piece(text.value())


def _members(text: _Text, listed: str) -> Iterator[Piece]:
    text.take("{")
    found: dict[str, object] = {}
    streamed = False
    if text.peek() == "}":
        text.take("}")
        yield Piece(found)
        return
    while True:
        key = text.value()
        text.take(":")
        if not isinstance(key, str):
            raise ShapeError(tr("It is not sound JSON (a name that is no text)."))
        if key == listed and text.peek() == "[" and "format" in found:
            streamed = True
            for value in text.items():
                yield Piece(value, found)
        else:
            found[key] = text.value()
        if text.peek() == "}":
            break
        text.take(",")
    text.take("}")
    if not streamed:
        yield Piece(found)


@dataclass(slots=True)
class _Text:
    """The text from where it was read to; what stands before is forgotten."""

    chunks: Iterator[bytes]
    text: str = ""
    at: int = 0
    ended: bool = False
    decoder: json.JSONDecoder = field(default_factory=json.JSONDecoder)
    codec: codecs.IncrementalDecoder | None = None

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self.more()

    def take(self, wanted: str) -> None:
        """Go past one character."""
        found = self.peek()
        if found != wanted:
            missing = tr("It is not sound JSON (“{sign}” is missing).", sign=wanted)
            raise ShapeError(missing if found else CUT)
        self.at += 1

    def items(self) -> Iterator[object]:
        """The items of the list that begins here."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                break
            self.take(",")
        self.take("]")

    def value(self) -> object:
        """The value that begins here."""
        self.peek()
        while True:
            try:
                found, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise ShapeError(NESTED) from None
            except json.JSONDecodeError as error:
                self._judge(error)
            except ValueError as error:  # a number of thousands of digits
                raise ShapeError(tr("It is not sound JSON ({error}).", error=str(error))) from error
            else:
                if end < len(self.text) or self.ended:  # a number could go on
                    self.at = end
                    return found
            self.more()

    def _judge(self, error: json.JSONDecodeError) -> None:
        """Whether more text could mend an error; raises what it means where it could not."""
        near = 0 if self.ended else _NEAR
        unterminated = error.msg.startswith("Unterminated")  # not shown: words of json
        open_end = unterminated or error.pos >= len(self.text) - near
        if self.ended and open_end:
            raise ShapeError(CUT) from error
        if not open_end:
            raise ShapeError(tr("It is not sound JSON ({error}).", error=error.msg)) from error

    def more(self) -> None:
        """Read on: at least as much as there is, so that a long value is not tried too often."""
        rest = self.text[self.at :]
        if len(rest) > MAX_VALUE:
            raise ShapeError(tr("One chat in it is too large."))
        wanted = max(_WINDOW, len(rest))
        got: list[str] = []
        while wanted > 0 and not self.ended:
            chunk = next(self.chunks, b"")
            self.ended = not chunk
            got.append(self._decoded(chunk))
            wanted -= len(got[-1])
        self.text, self.at = rest + "".join(got), 0

    def _decoded(self, chunk: bytes) -> str:
        if self.codec is None:
            # Begins with a mark or with zeros where it is not UTF-8 (json.detect_encoding).
            name = json.detect_encoding(chunk)
            self.codec = codecs.getincrementaldecoder(name)("surrogatepass")
        try:
            return self.codec.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise ShapeError(NOT_TEXT) from error
