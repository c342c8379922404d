"""Tools that a model asks for though it was offered none: what it asked, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.endpoints.endpoint import EndpointAnswerError
from app.domain.parts import ToolCallPart
from app.language import tr
from app.language.formats import listed, quoted
from app.remote.chunks import CallPiece

_MOST_CALLS = 32  # of an answer; a server may send as many as it likes
_MOST_NAMED = 3
_LONGEST_NAME = 60  # characters


class ToolCalls:
    """The calls of one answer, joined of their pieces."""

    def __init__(self) -> None:
        self._found: dict[int, list[CallPiece]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def take(self, pieces: Iterable[CallPiece]) -> int:
        """Take more of them; how many characters that was."""
        size = 0
        for piece in pieces:
            size += len(piece.name) + len(piece.arguments) + 1
            if piece.number in self._found or len(self._found) < _MOST_CALLS:
                self._found.setdefault(piece.number, []).append(piece)
        return size

    def parts(self) -> Iterator[ToolCallPart]:
        """The calls, in their order, as parts of the answer."""
        for number in sorted(self._found):
            pieces = self._found[number]
            key = next((piece.id for piece in pieces if piece.id), "")
            name = "".join(piece.name for piece in pieces)
            yield ToolCallPart(name, "".join(piece.arguments for piece in pieces), key)

    def instead_of_words(self, server: str) -> EndpointAnswerError:
        """The error for an answer that is nothing but calls.

        Args:
            server: Who answered.
        """
        names = dict.fromkeys(_printable(part.name) for part in self.parts())
        told = [quoted(name) for name in names if name][:_MOST_NAMED]
        what = tr("{name} asked for a tool instead of answering in words.", name=server)
        if told:
            what = tr(
                "{name} asked for a tool instead of answering in words: {tools}.",
                name=server,
                tools=listed(told),
            )
        return EndpointAnswerError(
            what,
            data=tr("What it asked for is kept with the answer."),
            action=tr(
                "Phial offers that server no tools. Ask in other words, or take the tools away "
                "in the settings of that server."
            ),
        )


def _printable(name: str) -> str:
    clean = "".join(char for char in name[:_LONGEST_NAME] if char.isprintable())
    return clean.strip()
