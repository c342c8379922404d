"""Which sums of an answer are marked."""

from __future__ import annotations

from enum import Enum, auto


class CheckedSums(Enum):
    """Which sums of an answer are marked."""

    NONE = auto()
    WRONG = auto()
    ALL = auto()  # right ones with a tick
