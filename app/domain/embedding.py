"""Embeddings: lists of numbers that lie close together where texts mean alike.

A vector is kept in a byte a number, with its length before them. Which of two vectors is closer to
a third is told exactly by :func:`likeness`, and roughly, but a hundred times quicker, by how many
of their signs differ.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import mul
from pathlib import Path

from app.domain.errors import KnownError

MOST_DIMENSIONS = 8_192  # numbers of a vector; a file that claims more is none of the kind
_LENGTH = struct.Struct("<f")
_MOST = 127  # of a number in one byte
# A byte that holds a number above 0 becomes the digit 1, any other 0.
_DIGITS = bytes(ord("1") if 0 < one < 128 else ord("0") for one in range(256))  # not shown


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A file that turns text into vectors.

    Attributes:
        path: The file.
        name: For people.
        sha256: Of the file: vectors of another file mean something else.
    """

    path: Path
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class QuestionVector:
    """A question as a vector.

    Attributes:
        sha256: Of the model's file that made it.
        vector: As :func:`packed` makes it.
    """

    sha256: str
    vector: bytes


class MeaningPhase(StrEnum):
    """What is being done about vectors."""

    NO_MODEL = "no_model"  # or it is not wanted
    IDLE = "idle"
    WORKING = "working"
    STOPPED = "stopped"  # by the user, until it is wanted again
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MeaningState:
    """How far a library of documents is.

    Attributes:
        phase: What is being done.
        model: Name of the model; empty for none.
        done: Passages that can be found by meaning.
        total: Passages there are.
        error: Why it failed, in phase FAILED.
    """

    phase: MeaningPhase = MeaningPhase.NO_MODEL
    model: str = ""
    done: int = 0
    total: int = 0
    error: KnownError | None = None


@dataclass(frozen=True, slots=True)
class MeaningCare:
    """How vectors are made by themselves.

    Attributes:
        busy: Whether the computer has better to do now.
        tell: Told how far it is, on any thread.
    """

    busy: Callable[[], bool]
    tell: Callable[[MeaningState], None]


def packed(values: Sequence[float]) -> bytes:
    """A vector as it is sent and kept: its length (4 bytes), then a byte for each number.

    The numbers are scaled so that the largest fits; the direction of a vector is all that counts.
    """
    largest = max(map(abs, values), default=0.0)
    scale = _MOST / largest if math.isfinite(largest) and largest > 0 else 0.0
    numbers = array("b", [round(one * scale) if scale else 0 for one in values])
    return _LENGTH.pack(math.sqrt(sum(map(mul, numbers, numbers)))) + numbers.tobytes()


def dimensions(vector: bytes) -> int:
    """How many numbers a vector has."""
    return len(vector) - _LENGTH.size


def signs(vector: bytes) -> bytes:
    """Which of a vector's numbers are above 0: a bit each, eight a byte."""
    digits = vector[_LENGTH.size :].translate(_DIGITS)
    return int(digits or b"0", 2).to_bytes(-(-len(digits) // 8), "big")


def likeness(one: bytes, other: bytes) -> float:
    """The cosine between two vectors, from -1 to 1; 0 where one of them is no direction."""
    lengths = _LENGTH.unpack_from(one)[0] * _LENGTH.unpack_from(other)[0]
    if not lengths:
        return 0.0
    first, second = array("b", one[_LENGTH.size :]), array("b", other[_LENGTH.size :])
    return float(sum(map(mul, first, second)) / lengths)
