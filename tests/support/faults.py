"""What the tests of download faults share: the content, the table of results."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

from tests.support.hub_kit import FILE, Kit, gguf

SIZE = 1_300_000
CONTENT = gguf(random.Random(4).randbytes(SIZE))
HASH = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Row:
    """One line of the table."""

    fault: str
    rounds: int
    outcome: str
    requests: int
    extra_bytes: int


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def right_file(kit: Kit) -> None:
    """The file is there, whole, and nothing else is left."""
    assert hashlib.sha256(kit.target.read_bytes()).hexdigest() == HASH
    assert names_in(kit.target.parent) == [FILE]


def nothing_usable(kit: Kit) -> None:
    assert not kit.target.exists()


def note(table: list[Row], kit: Kit, fault: str, outcome: str, rounds: int = 1) -> None:
    extra = max(0, kit.hub.sent - rounds * len(CONTENT))
    table.append(Row(fault, rounds, outcome, len(kit.hub.of_bytes()), extra))
