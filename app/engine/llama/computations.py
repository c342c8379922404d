"""The computations that an answer asks for: found in its text, and put in as tokens."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers.calculation import MOST_ASKED, AskedComputation, CallFilter, spelled
from app.domain.parts import ToolResultPart
from app.engine.calculator import Calculator
from app.engine.llama.tokenizer import Tokenizer
from app.engine.reuse import common_prefix

_RECENT = 4 * MOST_ASKED  # characters: a computation, and what a token may hold before it


@dataclass(frozen=True, slots=True)
class Insertion:
    """A computation with its result, as it is put into an answer.

    Attributes:
        text: Both, as the model reads them.
        kept: Tokens of the answer so far that stay.
        tokens: What follows them.
        part: Both, as they are told.
    """

    text: str
    kept: int
    tokens: tuple[int, ...]
    part: ToolResultPart


class Computations:
    """Which tokens of an answer are which of its characters, and what is to be computed.

    What a model writes behind the sign of equality in one token with it, and a call by the control
    tokens of tools, is taken back: what stands there in the end is always spelled the same way.

    Args:
        tokenizer: The model's.

    Attributes:
        half: The answer was cut within one, which was dropped.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._filter = CallFilter()
        self._calculator = Calculator()
        self.half = False
        self._length = 0
        self._recent = ""  # the end of the text
        self._ends: list[int] = []  # by token: characters behind it; -1 within one
        self._marked = False  # the computation that has begun did so with a control token

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for, a control token of tools the mark it means."""
        mark = self._tokenizer.call_marks.get(token)
        self._marked = self._marked or mark is not None
        return self._tokenizer.piece(token) if mark is None else mark

    def feed(
        self, text: str, *, whole: bool, thinking: bool
    ) -> tuple[str, AskedComputation | None]:
        """What may be shown of the text that one more token brought, and what it asks.

        Args:
            text: Of the token and of those before it that were no whole character.
            whole: It ends with a whole character.
            thinking: It is reasoning, in which nothing is asked.
        """
        self._length += len(text)
        self._recent = (self._recent + text)[-_RECENT:]
        self._ends.append(self._length if whole else -1)
        return (text, None) if thinking else self._filter.feed(text)

    def asked_last(self) -> AskedComputation | None:
        """What is asked though its end mark never came, when the model ends its turn."""
        return self._filter.asked_last()

    def end(self, rest: str, *, cut: bool) -> str:
        """What is left to show when nothing more comes.

        Args:
            rest: Text of the last token.
            cut: See :meth:`CallFilter.end`.
        """
        told, asked = self._filter.feed(rest)
        if asked is not None:
            return told
        left = self._filter.end(cut=cut)
        self.half = self._filter.half
        return told + left

    def put_in(self, asked: AskedComputation) -> Insertion:
        """Compute what is asked. The tokens of the answer are from now on those of the result."""
        part = self._calculator.answer(asked.expression)
        text = spelled(part)
        begin = self._length - len(asked.written)
        same = 0 if self._marked else common_prefix(asked.written, text)
        kept = len(self._ends)
        while kept and not 0 <= self._ends[kept - 1] <= begin + same:
            kept -= 1
        stays = self._ends[kept - 1] if kept else 0
        before = self._recent[: len(self._recent) - len(asked.written)]
        self._recent = before + text
        self._length = begin + len(text)
        # From the first character that does not stay; a token may hold words before the mark too.
        tokens = self._tokenizer.tokenize(self._recent[len(self._recent) - self._length + stays :])
        self._ends[kept:] = [*([-1] * (len(tokens) - 1)), self._length]
        self._marked = False
        return Insertion(text, kept, tuple(tokens), part)
