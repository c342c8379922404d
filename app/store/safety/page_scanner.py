"""Reading rows out of a database file that SQLite itself refuses to read.

Looks at every page by itself, after the file format at https://sqlite.org/fileformat2.html: a row
is found when its own leaf page (and overflow pages) are whole, whatever happened to the header,
the schema or the inner pages. Rows deleted for good do not come back: ``secure_delete`` zeroes
them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.store.database.connect import PAGE_SIZE

_TABLE_LEAF = 0x0D
_WAL_HEADER, _FRAME_HEADER = 32, 24
_MAX_COLUMNS = 32_767  # of any table, https://sqlite.org/limits.html
_INTEGER_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

Value = int | float | bytes | str | None


@dataclass(frozen=True, slots=True)
class CarvedRow:
    """A row as it lies in the file: its rowid, and its columns in the table's order."""

    rowid: int
    values: tuple[Value, ...]


class _DamagedRowError(Exception):
    """What looked like a row is none."""


def carve(path: Path) -> Iterator[CarvedRow]:
    """Every row of every table that can still be read, in no particular order.

    Args:
        path: The database; a ``-wal`` file beside it is read too, as SQLite would, and alone where
            the database is missing or empty.

    Raises:
        OSError: The file cannot be read at all.
    """
    data = _read(path)
    wal = path.with_name(f"{path.name}-wal")
    size = _page_size(data) or _wal_page_size(wal) or PAGE_SIZE
    pages = _wal_pages(wal, size)
    file = _Pages(data, size, size - _reserved_bytes(data), pages)
    for number in range(1, file.count + 1):
        yield from _leaf_rows(file, number)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _reserved_bytes(data: bytes) -> int:
    """Bytes at the end of each page that SQLite does not use, by the file's header."""
    return data[20] if len(data) > 20 and data[20] < 64 else 0


@dataclass(frozen=True, slots=True)
class _Pages:
    data: bytes
    size: int
    usable: int
    newer: dict[int, bytes]

    @property
    def count(self) -> int:
        in_file = (len(self.data) + self.size - 1) // self.size
        return max(in_file, *self.newer, 0) if self.newer else in_file

    def page(self, number: int) -> bytes:
        if number in self.newer:
            return self.newer[number]
        return self.data[(number - 1) * self.size : number * self.size]


def _page_size(data: bytes) -> int:
    if data[:16] == b"SQLite format 3\0":
        size = int.from_bytes(data[16:18], "big")
        size = 65_536 if size == 1 else size
        if size >= 512 and size & (size - 1) == 0:
            return size
    return 0


def _wal_page_size(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        head = file.read(_WAL_HEADER)
    size = int.from_bytes(head[8:12], "big")
    return size if 512 <= size <= 65_536 and size & (size - 1) == 0 else 0


def _wal_pages(path: Path, size: int) -> dict[int, bytes]:
    """The newest committed version of each page in the WAL."""
    try:
        wal = path.read_bytes()
    except FileNotFoundError:
        return {}
    committed: dict[int, bytes] = {}
    if len(wal) < _WAL_HEADER:
        return committed
    salts = wal[16:24]
    pending: dict[int, bytes] = {}
    step = _FRAME_HEADER + size
    for at in range(_WAL_HEADER, len(wal) - step + 1, step):
        number, commit = struct.unpack_from(">II", wal, at)
        if wal[at + 8 : at + 16] != salts:
            break  # left over from before the last checkpoint
        pending[number] = wal[at + _FRAME_HEADER : at + step]
        if commit:
            committed.update(pending)
            pending.clear()
    return committed


def _leaf_rows(file: _Pages, number: int) -> Iterator[CarvedRow]:
    page = file.page(number)
    start = 100 if number == 1 else 0  # the first page begins with the file's header
    if len(page) < start + 8 or page[start] != _TABLE_LEAF:
        return
    cells = int.from_bytes(page[start + 3 : start + 5], "big")
    for index in range(min(cells, (len(page) - start - 8) // 2)):
        at = int.from_bytes(page[start + 8 + 2 * index : start + 10 + 2 * index], "big")
        try:
            yield _row(file, page, at)
        except _DamagedRowError:
            continue


def _row(file: _Pages, page: bytes, at: int) -> CarvedRow:
    length, at = _varint(page, at)
    rowid, at = _varint(page, at)
    if rowid >= 2**63:
        rowid -= 2**64
    return CarvedRow(rowid, _record(_payload(file, page, at, length)))


def _payload(file: _Pages, page: bytes, at: int, length: int) -> bytes:
    if length > len(file.data) + sum(map(len, file.newer.values())):
        raise _DamagedRowError
    most = file.usable - 35
    if length <= most:
        payload = page[at : at + length]
    else:
        least = (file.usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (file.usable - 4)
        local = local if local <= most else least
        payload = page[at : at + local] + _overflow(file, page, at + local, length - local)
    if len(payload) != length:
        raise _DamagedRowError
    return payload


def _overflow(file: _Pages, page: bytes, at: int, length: int) -> bytes:
    number = int.from_bytes(page[at : at + 4], "big")
    parts: list[bytes] = []
    while length > 0:
        if not 1 < number <= file.count:
            raise _DamagedRowError
        page = file.page(number)
        part = page[4 : 4 + min(length, file.usable - 4)]
        if not part:
            raise _DamagedRowError
        parts.append(part)
        length -= len(part)
        number = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def _record(payload: bytes) -> tuple[Value, ...]:
    header, at = _varint(payload, 0)
    if not 0 < header <= len(payload):
        raise _DamagedRowError
    kinds: list[int] = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
        if len(kinds) > _MAX_COLUMNS:
            raise _DamagedRowError
    values: list[Value] = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise _DamagedRowError
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in _INTEGER_SIZES:
        end = at + _INTEGER_SIZES[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        if at + 8 > len(payload):
            raise _DamagedRowError
        return struct.unpack_from(">d", payload, at)[0], at + 8
    if kind in {0, 8, 9}:
        return (None if kind == 0 else kind - 8), at
    if kind < 12:
        raise _DamagedRowError
    end = at + (kind - 12) // 2
    blob = payload[at:end]
    if kind % 2 == 0:
        return blob, end
    try:
        return blob.decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise _DamagedRowError from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(9):
        if at + index >= len(data):
            raise _DamagedRowError
        byte = data[at + index]
        if index == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    raise _DamagedRowError
