"""What every process of ours is told and answers, whatever it is for."""

from __future__ import annotations

from dataclasses import dataclass

import app.domain.errors
from app.domain.errors import KnownError


@dataclass(frozen=True, slots=True)
class StopCommand:
    """Stop the request of that id; obeyed at once."""

    id: int


@dataclass(frozen=True, slots=True)
class QuitCommand:
    """Finish what must be finished, and end."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A record for the app's log."""

    level: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class DoneReply:
    """The command was carried out."""

    id: int


@dataclass(frozen=True, slots=True)
class FailedReply:
    """The command failed.

    Attributes:
        id: Which command.
        kind: Name of the error's type.
        values: Its attributes.
    """

    id: int
    kind: str
    values: dict[str, str | int]

    @classmethod
    def of(cls, number: int, error: KnownError) -> FailedReply:
        """Pack an error."""
        values = {key: value for key, value in vars(error).items() if isinstance(value, str | int)}
        return cls(number, type(error).__name__, values)

    def error(self) -> KnownError:
        """Unpack it as its own type."""
        kind = getattr(app.domain.errors, self.kind, KnownError)
        error: KnownError = kind.__new__(kind)
        error.args = (self.values.get("what", ""),)
        vars(error).update(self.values)
        return error


MESSAGES = (StopCommand, QuitCommand, LogLine, DoneReply, FailedReply)
