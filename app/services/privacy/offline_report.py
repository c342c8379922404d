"""What an administrator wants to know before Phial may run: facts of this copy on this computer."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import app
from app.domain.network.connections import Connection, ConnectionList, Outcome
from app.domain.network.secrets import without_password
from app.domain.private_files import open_file
from app.language import tr
from app.language.system_reasons import reason_of
from app.services.privacy.protection import Protection
from app.system.data_folder import program_folder
from app.system.hardware import Machine
from app.system.licences import third_party_packages

_CACHES = {"__pycache__", ".git"}
_VARIABLES = (
    "HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy",
)  # fmt: skip
_LIST = "no_proxy"  # of addresses, apart by commas


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file and what is in it.

    Attributes:
        name: Its path, or what it is called.
        size: Bytes.
        sha256: Hexadecimal; empty where it cannot be read.
        note: What else is known, for people.
    """

    name: str
    size: int
    sha256: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OfflineReport:
    """The facts.

    Attributes:
        made: When.
        machine: The computer.
        protection: What is in force.
        settings: Names and values of what matters to the network.
        variables: Those of the environment, likewise; without passwords.
        connections: The list.
        packages: Names and versions of what Phial stands on.
        program: Its files.
        models: Model files on this computer.
    """

    made: datetime
    machine: Machine
    protection: Protection
    settings: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, str], ...]
    connections: ConnectionList
    packages: tuple[tuple[str, str], ...]
    program: tuple[HashedFile, ...]
    models: tuple[HashedFile, ...]

    @property
    def version(self) -> str:
        """Phial's."""
        return app.__version__

    @property
    def refused(self) -> tuple[Connection, ...]:
        """The connections that Offline refused."""
        return tuple(row for row in self.connections.rows if row.outcome is Outcome.REFUSED)

    @property
    def opened(self) -> tuple[Connection, ...]:
        """The others."""
        return tuple(row for row in self.connections.rows if row.outcome is not Outcome.REFUSED)

    @property
    def program_hash(self) -> str:
        """One hash for all of the program: of the lines that ``sha256sum`` prints for its files."""
        lines = (f"{file.sha256}  {file.name}\n" for file in self.program)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def program_files() -> tuple[HashedFile, ...]:
    """Every file of the program, by its path below the program's folder, in order."""
    frozen = getattr(sys, "frozen", False)
    root = program_folder() if frozen else Path(app.__file__).resolve().parent
    paths = sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix())
    return tuple(
        hashed(path, path.relative_to(root).as_posix())
        for path in paths
        if path.is_file() and not _CACHES & set(path.parts)
    )


def hashed(path: Path, name: str, note: str = "") -> HashedFile:
    """A file with its SHA-256; what cannot be read says why in its note."""
    try:
        with open_file(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return HashedFile(name, path.stat().st_size, digest, note)
    except OSError as error:
        return HashedFile(name, 0, "", reason_of(error))


def packages() -> tuple[tuple[str, str], ...]:
    """What Phial stands on."""
    return tuple((part.name, part.version) for part in third_party_packages())


def variables(read: Callable[[str], str | None] = os.environ.get) -> Iterator[tuple[str, str]]:
    """What the environment says of the network, in either case of letters.

    Args:
        read: Reads one variable.
    """
    for name in _VARIABLES:
        value = read(name) or read(name.upper())
        if value:
            several = value.split(",") if name == _LIST else [value]
            yield name, ",".join(map(without_password, several))


def model_files(
    paths: Sequence[tuple[Path, str]], note: Callable[[str, str], str]
) -> Iterator[HashedFile]:
    """Model files, each hashed when it is asked for: a large one takes seconds.

    Args:
        paths: Files, and what the list of models holds of their hashes; empty where nothing.
        note: Says what the listed hash and the real one mean together.
    """
    for path, listed in paths:
        found = hashed(path, str(path))
        told = found.note or note(listed, found.sha256)
        yield HashedFile(found.name, found.size, found.sha256, told)


def hash_note(listed: str, real: str) -> str:
    """What two hashes mean together."""
    if not listed:
        return tr("added by hand")
    return tr("as it was listed") if listed == real else tr("another file than was listed")
