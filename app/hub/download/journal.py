"""The journal beside an unfinished file: what its bytes belong to, and how far they are right.

One line of JSON (address, commit, ETag, SHA-256, size), then one short line for each chunk that
was written: its end, and the SHA-256 of everything up to there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from app.domain.private_files import make_file, read_file
from app.hub.download.disk import disk_error
from app.hub.network.json_records import build, parse

FORMAT = 1
_DIGEST_LENGTH = 64  # hex digits of a SHA-256
_MOST_DIGITS = 18  # of a count of bytes


@dataclass(frozen=True, slots=True)
class JournalHead:
    """What the bytes of a part belong to."""

    url: str
    commit: str
    etag: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """``end`` bytes of the part hash to ``digest``."""

    end: int
    digest: str

    def line(self) -> bytes:
        """As it stands in the file."""
        return f"{self.end} {self.digest}\n".encode()


def fresh_path(journal: Path) -> Path:
    """Where a journal is written anew before it takes the old one's place."""
    return journal.with_name(journal.name + ".new")


class DownloadJournal:
    """One journal on disk. Where it writes, errors of the disk reach the caller as ``OSError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def read(self) -> tuple[JournalHead, list[JournalEntry]] | None:
        """What is on disk; None when there is nothing that can be read.

        Raises:
            ModelFolderError: The disk refuses.
        """
        try:
            lines = read_file(self.path).split(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise disk_error(error, self.path) from error
        head = _head(lines[0])
        if head is None:
            return None
        marks = []
        for line in lines[1:-1]:  # what follows the last newline was torn by a crash
            end, _, digest = line.decode("ascii", "replace").partition(" ")
            if not end.isdigit() or len(end) > _MOST_DIGITS or len(digest) != _DIGEST_LENGTH:
                break
            marks.append(JournalEntry(int(end), digest))
        return head, marks

    def begin(self, head: JournalHead, marks: Iterable[JournalEntry] = ()) -> None:
        """Write a fresh journal in the old one's place, and stand behind its last line."""
        self.close()
        fresh = fresh_path(self.path)
        record = {"format": FORMAT, **asdict(head)}
        lines = b"".join(mark.line() for mark in marks)
        make_file(fresh)
        fresh.write_bytes(json.dumps(record).encode() + b"\n" + lines)
        fresh.replace(self.path)
        self._file = self.path.open("ab", buffering=0)

    def add(self, mark: JournalEntry) -> None:
        """Add one line."""
        if self._file is None:
            raise ValueError("The journal is not open.")
        self._file.write(mark.line())

    def delete(self) -> None:
        """Take it off the disk, if it is there."""
        self.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _head(line: bytes) -> JournalHead | None:
    try:
        first = parse(line)
        if first.get("format") != FORMAT:
            return None
        return build(JournalHead, first)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
