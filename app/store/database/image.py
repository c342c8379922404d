"""A database as one image in memory: its file with what is committed in the WAL put over it.

For reading where SQLite cannot: a WAL needs a ``-shm`` file beside it, which a full or read-only
disk does not take, and without the WAL the newest messages would be missing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADER, _FRAME = 32, 24  # bytes, https://sqlite.org/fileformat2.html#the_write_ahead_log
_MAGIC_LITTLE, _MAGIC_BIG = 0x377F0682, 0x377F0683
_MASK = 0xFFFFFFFF
_JOURNAL_VERSIONS = slice(18, 20)  # of the database's header: 1 for a rollback journal, 2 for WAL


@dataclass(frozen=True, slots=True)
class _Commit:
    pages: dict[int, bytes]
    count: int  # pages of the database after it


def read_image(path: Path) -> bytes:
    """The database at ``path`` as it would be after a checkpoint; nothing is written.

    Raises:
        OSError: The file cannot be read.
    """
    data = bytearray(path.read_bytes() if path.exists() else b"")
    wal = path.with_name(f"{path.name}-wal")
    for commit in _commits(wal.read_bytes() if wal.exists() else b""):
        size = len(next(iter(commit.pages.values())))
        length = commit.count * size
        data = data[:length] + bytes(max(0, length - len(data)))
        for number, page in commit.pages.items():
            data[(number - 1) * size : number * size] = page
    data[_JOURNAL_VERSIONS] = b"\1\1"
    return bytes(data)


def _commits(wal: bytes) -> Iterator[_Commit]:
    """The transactions of a WAL up to the first frame that is not whole."""
    if len(wal) < _HEADER:
        return
    magic, _, size = struct.unpack_from(">III", wal)
    if magic not in {_MAGIC_LITTLE, _MAGIC_BIG}:
        return
    order = ">" if magic == _MAGIC_BIG else "<"
    salts, sums = wal[16:24], _add(order, wal[:24], (0, 0))
    if sums != struct.unpack_from(">II", wal, 24):
        return
    pages: dict[int, bytes] = {}
    for at in range(_HEADER, len(wal) - _FRAME - size + 1, _FRAME + size):
        number, count = struct.unpack_from(">II", wal, at)
        page = wal[at + _FRAME : at + _FRAME + size]
        sums = _add(order, page, _add(order, wal[at : at + 8], sums))
        if wal[at + 8 : at + 16] != salts or sums != struct.unpack_from(">II", wal, at + 16):
            return
        pages[number] = page
        if count:
            yield _Commit(pages, count)
            pages = {}


def _add(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for index in range(0, len(words), 2):
        first = (first + words[index] + second) & _MASK
        second = (second + words[index + 1] + first) & _MASK
    return first, second
