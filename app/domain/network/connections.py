"""What is known of one connection, and of what keeps a process from opening any."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a connection."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"  # by Offline, before anything was sent
    CUT_OFF = "cut off"  # not shown: the program ended before the connection did


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection that was opened, or refused.

    Attributes:
        at: When, in seconds since 1970.
        host: Whom it was opened to, by name.
        port: Of that host; 0 where unknown.
        reason: What for, for people.
        via: The proxy between, ``host:port``; empty where there was none.
        sent: Bytes of requests with their heads, before encryption.
        received: Bytes of replies with their heads, after decryption.
        outcome: See :class:`Outcome`.
    """

    at: float
    host: str
    port: int
    reason: str
    via: str = ""
    sent: int = 0
    received: int = 0
    outcome: Outcome = Outcome.OPEN


@dataclass(frozen=True, slots=True)
class ConnectionList:
    """The connections that are remembered, the newest last.

    Attributes:
        rows: Each of them.
        since: When the list began, in seconds since 1970.
        dropped: How many older ones were left out of it since, for lack of room.
    """

    rows: tuple[Connection, ...]
    since: float
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call by which code of this process would reach another computer.

    Attributes:
        host: As it was given: a name or a number.
        port: 0 where none was given.
        refused: Whether it was not let through.
    """

    host: str
    port: int
    refused: bool


class ConfinementKind(StrEnum):
    """What keeps a process from the network."""

    SECCOMP = "seccomp"  # the kernel refuses to make sockets
    NAMESPACE = "namespace"  # the process has network devices of its own: none
    HOOK = "hook"  # only the interpreter's own calls are refused


@dataclass(frozen=True, slots=True)
class Confinement:
    """What keeps one process from the network.

    Attributes:
        kind: The strongest that is in force.
        problem: Why it is not a stronger one, as the system says it; empty where there is none.
    """

    kind: ConfinementKind
    problem: str = ""
