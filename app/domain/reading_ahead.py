"""What the engine may read before it is asked: the chat that is shown, and what is typed in it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.generation import GenerationRequest


@dataclass(frozen=True, slots=True)
class ReadAheadRequest:
    """A chat as it would be asked about, with the question so far.

    Attributes:
        request: The chat, without the question. Its turns may be none.
        draft: What is typed; blank where nothing is. It is read up to the last word's beginning,
            stays in memory, and is gone from there when the words are.
    """

    request: GenerationRequest
    draft: str = ""


@dataclass(frozen=True, slots=True)
class ReadAheadProgress:
    """How far the reading is.

    Attributes:
        done: Tokens that need no reading any more.
        total: Tokens that can be read by now.
        restored: How many of them came back from disk.
    """

    done: int
    total: int
    restored: int = 0
