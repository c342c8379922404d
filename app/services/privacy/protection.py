"""What keeps Phial's processes from the network on this computer, in words for people."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.network.connections import Confinement, ConfinementKind, Connection, Outcome
from app.language import paragraph, tr
from app.language.formats import size

REFUSED_BY_OFFLINE = (
    tr("searching for models, and the lists and descriptions of models"),
    tr("downloading models, also one that is running or was paused"),
    tr("the check for a newer Phial"),
    tr("questions to models at endpoints, also to those on this computer"),
    tr("whatever else a part of Phial would connect to"),
)
OUTCOMES = {
    Outcome.OPEN: tr("open"),
    Outcome.DONE: tr("done"),
    Outcome.FAILED: tr("not finished"),
    Outcome.REFUSED: tr("refused by Offline"),
    Outcome.CUT_OFF: tr("Phial ended before it did"),
}


@dataclass(frozen=True, slots=True)
class Protection:
    """What is in force.

    Attributes:
        offline: Whether Offline is on.
        hook: Whether this process watches itself.
        engine: What keeps the engine's process from the network; None while none runs.
    """

    offline: bool
    hook: bool
    engine: Confinement | None

    @property
    def switch(self) -> str:
        """The Offline switch."""
        if self.offline:
            return tr("Offline is on: every connection is refused.")
        return tr("Offline is off: Phial connects when you ask for it, and never otherwise.")

    @property
    def program(self) -> str:
        """What holds for the program itself."""
        if not self.hook:
            return tr("The program does not watch its own connections here.")
        return tr(
            "The program watches its own connections by an audit hook, which cannot be taken out "
            "while it runs; with Offline on, the hook refuses them."
        )

    @property
    def engine_process(self) -> str:
        """What holds for the process in which the model runs."""
        return (
            _TOLD[self.engine.kind](self.engine.problem)
            if self.engine
            else tr("The process in which the model runs has not been started yet.")
        )


def _hook_only(problem: str) -> str:
    return paragraph(
        tr(
            "The process in which the model runs is kept from the network by an audit hook alone, "
            "which native code could go round."
        ),
        tr("The system does not do more: {reason}.", reason=problem) if problem else "",
    )


_TOLD = {
    ConfinementKind.SECCOMP: lambda _problem: tr(
        "The process in which the model runs has no network, whatever the settings: the system's "
        "kernel refuses it (seccomp)."
    ),
    ConfinementKind.NAMESPACE: lambda problem: paragraph(
        tr(
            "The process in which the model runs has no network, whatever the settings: it is in a "
            "network of its own, without any device (namespace)."
        ),
        tr("The other means was refused: {reason}.", reason=problem) if problem else "",
    ),
    ConfinementKind.HOOK: _hook_only,
}


def amount(connection: Connection, count: int) -> str:
    """A number of its bytes; they are written down when it ends, and not known before."""
    unknown = connection.outcome in {Outcome.OPEN, Outcome.CUT_OFF} and not count
    return tr("not known") if unknown else size(count)


def whom(connection: Connection) -> str:
    """Host and port, and the proxy between."""
    host = f"{connection.host}:{connection.port}" if connection.port else connection.host
    return tr("{host} through {proxy}", host=host, proxy=connection.via) if connection.via else host
