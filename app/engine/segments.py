"""One segment of a KV snapshot: how it is named, and how its file looks.

A segment holds the KV state of up to :data:`SEGMENT` tokens. It is named by a hash over the model,
the engine and every token up to its end, so that a segment of another model, of another engine
version, or after other words can never be taken for this one.

File: magic, length of the header, header (JSON), token ids, state. The header carries a CRC-32 of
the token ids and the state: damage is what it is for, and SHA-256 would take as long as the disk
(1.05 GB/s against 3.7 GB/s, measured).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
import queue
import struct
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEGMENT = 256  # tokens; 50 MiB of Phi-4's state, copied in less than a tenth of a second
# 3: no cells that were moved. 2 wrote them under the name of words that they had not only seen.
MAGIC = b"PHIALKV3"
FAMILY = 7  # bytes of the magic that every version has
MAX_HEADER = 4_096


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment on disk.

    Attributes:
        digest: Its name: hash of the parent and its tokens.
        parent: Digest of the segment before, or of the model and engine.
        tokens: Token ids.
        size: Bytes of the file.
    """

    digest: str
    parent: str
    tokens: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class SegmentRange:
    """A segment to be written: tokens ``start`` to ``end`` after ``parent``."""

    start: int
    end: int
    parent: str
    digest: str


class BufferPool:
    """Memory that segments are read into, one after another.

    Fresh memory is given page by page, which took five times as long as reading what the system
    had in its cache (0.8 s for 308 MB against 0.17 s); so it is used again, and asked for in large
    pages where the system has them.
    """

    def __init__(self) -> None:
        self._free: queue.SimpleQueue[mmap.mmap] = queue.SimpleQueue()

    def acquire(self, size: int) -> memoryview:
        """``size`` bytes of writable memory."""
        try:
            memory = self._free.get_nowait()
        except queue.Empty:
            memory = mmap.mmap(-1, max(1, size))
        if len(memory) < size:
            memory = mmap.mmap(-1, size)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            with contextlib.suppress(OSError):  # a system without large pages
                memory.madvise(mmap.MADV_HUGEPAGE)
        return memoryview(memory)[:size]

    def release(self, view: memoryview) -> None:
        """What :meth:`take` gave is needed no longer."""
        memory = view.obj
        view.release()
        if isinstance(memory, mmap.mmap):
            self._free.put(memory)


class SnapshotError(Exception):
    """A segment is damaged or belongs to something else. It is ignored, and logged."""


class OtherVersionError(SnapshotError):
    """A segment that another version of Phial wrote."""


def root_digest(*parts: object) -> str:
    """The parent of a first segment: everything that must agree for a state to be usable."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def chain_digest(parent: str, tokens: Sequence[int]) -> str:
    """The name of the segment of ``tokens`` after ``parent``."""
    return hashlib.sha256(parent.encode() + array("i", tokens).tobytes()).hexdigest()[:32]


def split_segments(tokens: Sequence[int], root: str) -> list[SegmentRange]:
    """Cut ``tokens`` into segments."""
    found = []
    parent = root
    for start in range(0, len(tokens), SEGMENT):
        end = min(start + SEGMENT, len(tokens))
        digest = chain_digest(parent, tokens[start:end])
        found.append(SegmentRange(start, end, parent, digest))
        parent = digest
    return found


def make_header(parent: str, tokens: Sequence[int], state: bytes) -> bytes:
    """Everything in the file of a segment that comes before its state."""
    ids = array("i", tokens).tobytes()
    header = {
        "parent": parent,
        "tokens": len(tokens),
        "state": len(state),
        "crc32": zlib.crc32(state, zlib.crc32(ids)),
    }
    text = json.dumps(header).encode()
    return MAGIC + struct.pack("<I", len(text)) + text + ids


def read_state(  # not shown: its errors are logged
    path: Path, entry: StoredSegment, buffers: BufferPool
) -> memoryview:
    """The state in a segment's file, verified; its memory is the caller's to give back.

    Raises:
        SnapshotError: The file is damaged, or not what ``entry`` says.
        OSError: It cannot be read.
    """
    with path.open("rb", buffering=0) as file:
        head = file.read(len(MAGIC) + 4 + MAX_HEADER)
        header = _read_header(head[: len(MAGIC) + 4], head[len(MAGIC) + 4 :])
        ids = array("i", entry.tokens).tobytes()
        file.seek(len(MAGIC) + 4 + header.length)
        if file.read(len(ids)) != ids:
            raise SnapshotError(f"{path.name} does not hold what its name says")
        if header.state != entry.size - len(MAGIC) - 4 - header.length - len(ids):
            raise SnapshotError(f"{path.name} is not of the size it was")
        state = buffers.acquire(header.state)
        try:
            filled = 0
            while filled < len(state) and (count := file.readinto(state[filled:])):
                filled += count
            if filled < len(state) or file.read(1):
                raise SnapshotError(f"{path.name} does not hold what its name says")
            if hasattr(os, "posix_fadvise"):
                # It goes into the model's own cache now; in the system's it would take the room of
                # weights where memory is short.
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            if zlib.crc32(state, zlib.crc32(ids)) != header.checksum:
                raise SnapshotError(f"the checksum of {path.name} is wrong")
        except (OSError, SnapshotError):
            buffers.release(state)
            raise
    return state


@dataclass(frozen=True, slots=True)
class _Header:
    length: int
    parent: str
    tokens: int
    state: int
    checksum: int


def _read_header(fixed: bytes, rest: bytes) -> _Header:  # not shown: its errors are logged
    if fixed[: len(MAGIC)] != MAGIC and fixed[:FAMILY] == MAGIC[:FAMILY]:
        raise OtherVersionError("another version of Phial wrote it")
    if fixed[: len(MAGIC)] != MAGIC or len(fixed) != len(MAGIC) + 4:
        raise SnapshotError("not a snapshot")
    (length,) = struct.unpack("<I", fixed[len(MAGIC) :])
    if length > len(rest):
        raise SnapshotError("its header is cut short")
    try:
        values = json.loads(rest[:length])
        header = _Header(
            length,
            str(values["parent"]),
            int(values["tokens"]),
            int(values["state"]),
            int(values["crc32"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise SnapshotError("its header is damaged") from error
    if not 0 < header.tokens <= SEGMENT or header.state < 0:
        raise SnapshotError("its header is damaged")
    return header


def read_entry(path: Path) -> StoredSegment:  # not shown: its errors are logged
    """What a file of a segment holds, by its header and token ids; its state is not read.

    Raises:
        SnapshotError: The file is damaged, or not what its name says.
        OSError: It cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = _read_header(file.read(len(MAGIC) + 4), file.read(MAX_HEADER))
        file.seek(len(MAGIC) + 4 + header.length)
        ids = array("i")
        data = file.read(header.tokens * ids.itemsize)
    if size != len(MAGIC) + 4 + header.length + len(data) + header.state:
        raise SnapshotError(f"{path.name} is cut short")
    ids.frombytes(data)
    tokens = tuple(ids)
    if chain_digest(header.parent, tokens) != path.stem:
        raise SnapshotError(f"{path.name} does not hold what its name says")
    return StoredSegment(path.stem, header.parent, tokens, size)
