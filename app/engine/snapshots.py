"""KV snapshots on disk: what was read of a chat, in segments that chats can share.

A snapshot is a chain of segments. Each holds the KV state of up to :data:`SEGMENT` tokens and is
named by a hash over the model, the engine and every token up to its end, so that a chat that grows
writes only its new segments, a system prompt is stored once, and a segment of another model, of
another engine version, or after other words can never be taken for this one.

File: magic, length of the header, header (JSON), token ids, state. The header carries a CRC-32 of
the token ids and the state: damage is what it is for, and SHA-256 would take as long as the disk
(1.05 GB/s against 3.7 GB/s, measured). Files appear by renaming, never half written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import mmap
import os
import queue
import shutil
import struct
import threading
import time
import zlib
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("phial.engine.snapshots")

SEGMENT = 256  # tokens; 50 MiB of Phi-4's state, copied in less than a tenth of a second
MAGIC = b"PHIALKV2"
SUFFIX = ".kv"
QUEUED = 2  # segments in memory that wait for the disk
DISK_SHARE = 0.25  # of the free disk at most, whatever the cap
MAX_HEADER = 4_096


@dataclass(frozen=True, slots=True)
class Entry:
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
class Piece:
    """A segment to be written: tokens ``start`` to ``end`` after ``parent``."""

    start: int
    end: int
    parent: str
    digest: str


class Buffers:
    """Memory that segments are read into, one after another.

    Fresh memory is given page by page, which took five times as long as reading what the system
    had in its cache (0.8 s for 308 MB against 0.17 s); so it is used again, and asked for in large
    pages where the system has them.
    """

    def __init__(self) -> None:
        self._free: queue.SimpleQueue[mmap.mmap] = queue.SimpleQueue()

    def take(self, size: int) -> memoryview:
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

    def give_back(self, view: memoryview) -> None:
        """What :meth:`take` gave is needed no longer."""
        memory = view.obj
        view.release()
        if isinstance(memory, mmap.mmap):
            self._free.put(memory)


class SnapshotError(Exception):
    """A segment is damaged or belongs to something else. It is ignored, and logged."""


def root_digest(*parts: object) -> str:
    """The parent of a first segment: everything that must agree for a state to be usable."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def chain_digest(parent: str, tokens: Sequence[int]) -> str:
    """The name of the segment of ``tokens`` after ``parent``."""
    return hashlib.sha256(parent.encode() + array("i", tokens).tobytes()).hexdigest()[:32]


def effective_cap(cap_bytes: int, disk_free: int, used: int) -> int:
    """The cap in force: what the user set, less where the disk is small.

    Args:
        cap_bytes: As set.
        disk_free: Bytes free on the disk.
        used: Bytes that snapshots take already.
    """
    return min(cap_bytes, int((disk_free + used) * DISK_SHARE))


def stored_bytes(folder: Path) -> int:
    """What snapshots take in a folder, by looking at it."""
    try:
        return sum(path.stat().st_size for path in folder.glob(f"*{SUFFIX}"))
    except OSError:
        return 0


def remove_all(folder: Path) -> int:
    """Remove every snapshot of a folder; a running engine notices.

    Returns:
        Bytes freed.

    Raises:
        OSError: One could not be removed.
    """
    freed = 0
    for path in folder.glob(f"*{SUFFIX}"):
        freed += path.stat().st_size
        path.unlink(missing_ok=True)
    return freed


def pieces(tokens: Sequence[int], root: str) -> list[Piece]:
    """Cut ``tokens`` into segments."""
    found = []
    parent = root
    for start in range(0, len(tokens), SEGMENT):
        end = min(start + SEGMENT, len(tokens))
        digest = chain_digest(parent, tokens[start:end])
        found.append(Piece(start, end, parent, digest))
        parent = digest
    return found


class SnapshotStore:
    """The folder of segments, kept under its cap, written to from a thread of its own.

    Args:
        folder: Where; made when first written to.
        cap_bytes: What all segments may take together.
    """

    def __init__(self, folder: Path, cap_bytes: int) -> None:
        self._folder = folder
        self._cap = cap_bytes
        self._lock = threading.Lock()
        self._children: dict[str, dict[str, Entry]] = defaultdict(dict)
        self._queue: queue.Queue[tuple[Piece, tuple[int, ...], bytes] | None] = queue.Queue(QUEUED)
        self._thread: threading.Thread | None = None
        self._off = False
        self._scan()

    # --- reading ------------------------------------------------------------------------------

    def find(self, prompt: Sequence[int], root: str) -> list[Entry]:
        """The segments that ``prompt`` begins with; the last may agree only in part."""
        self._look()
        found: list[Entry] = []
        parent, position = root, 0
        with self._lock:
            while position < len(prompt):
                best, agreed = None, 0
                for entry in self._children.get(parent, {}).values():
                    same = _agreement(entry.tokens, prompt, position)
                    if same > agreed:
                        best, agreed = entry, same
                if best is None:
                    break
                found.append(best)
                if agreed < len(best.tokens):
                    break
                parent, position = best.digest, position + agreed
        return found

    def has(self, piece: Piece) -> bool:
        """Whether that segment is on disk."""
        with self._lock:
            known = piece.digest in self._children.get(piece.parent, {})
        return known and self._path(piece.digest).exists()

    def read(self, entry: Entry, buffers: Buffers | None = None) -> memoryview:
        """The state of a segment, verified.

        Args:
            entry: Which.
            buffers: Memory to read into; the caller gives the view's back when it is done with it.

        Raises:
            SnapshotError: It is damaged or gone; it is also removed.
        """
        path = self._path(entry.digest)
        try:
            with path.open("rb", buffering=0) as file:
                head = file.read(len(MAGIC) + 4 + MAX_HEADER)
                header = _read_header(head[: len(MAGIC) + 4], head[len(MAGIC) + 4 :])
                ids = array("i", entry.tokens).tobytes()
                file.seek(len(MAGIC) + 4 + header.length)
                if file.read(len(ids)) != ids:
                    raise SnapshotError(f"{path.name} does not hold what its name says")
                if header.state != entry.size - len(MAGIC) - 4 - header.length - len(ids):
                    raise SnapshotError(f"{path.name} is not of the size it was")
                state = (buffers or Buffers()).take(header.state)
                filled = 0
                while filled < len(state) and (count := file.readinto(state[filled:])):
                    filled += count
                if filled < len(state) or file.read(1):
                    raise SnapshotError(f"{path.name} does not hold what its name says")
            if zlib.crc32(state, zlib.crc32(ids)) != header.checksum:
                raise SnapshotError(f"the checksum of {path.name} is wrong")
        except (OSError, SnapshotError) as error:
            log.warning("A KV snapshot is ignored: %s", error)
            self._forget(entry)
            raise SnapshotError(str(error)) from error
        self._touch(path)
        return state

    def limit(self, cap_bytes: int) -> None:
        """Another cap; what is over it goes with the next segment that is written."""
        self._cap = cap_bytes

    def _look(self) -> None:
        """Notice files that were removed from outside: the user cleared them."""
        try:
            names = {path.stem for path in self._folder.iterdir()}
        except OSError:
            names = set()
        with self._lock:
            for group in self._children.values():
                for digest in [digest for digest in group if digest not in names]:
                    del group[digest]

    def used_bytes(self) -> int:
        """What all segments take together."""
        with self._lock:
            return sum(e.size for group in self._children.values() for e in group.values())

    # --- writing ------------------------------------------------------------------------------

    def write(self, piece: Piece, tokens: Sequence[int], state: bytes, timeout: float) -> bool:
        """Hand a segment to the writing thread.

        Args:
            piece: Which.
            tokens: Its token ids.
            state: Its KV state.
            timeout: Seconds to wait while two others wait for the disk.

        Returns:
            Whether it was taken.
        """
        if self._off:
            return False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)
            self._thread.start()
        try:
            self._queue.put((piece, tuple(tokens), state), timeout=timeout)
        except queue.Full:
            return False
        return True

    @property
    def is_off(self) -> bool:
        """Whether writing failed, so that nothing more is taken."""
        return self._off

    def close(self) -> None:
        """Write what is queued."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            piece, tokens, state = item
            try:
                self._store(piece, tokens, state)
            except OSError as error:
                # A full or read-only disk: the chat goes on, it is only read again next time.
                log.warning("KV snapshots are switched off until the next start: %s", error)
                self._off = True

    def _store(self, piece: Piece, tokens: tuple[int, ...], state: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        ids = array("i", tokens).tobytes()
        header = {
            "parent": piece.parent,
            "tokens": len(tokens),
            "state": len(state),
            "crc32": zlib.crc32(state, zlib.crc32(ids)),
        }
        text = json.dumps(header).encode()
        size = len(MAGIC) + 4 + len(text) + len(ids) + len(state)
        if not self._make_room(size, piece.parent):
            return
        path = self._path(piece.digest)
        part = path.with_suffix(".part")
        try:
            with part.open("wb") as file:
                file.write(MAGIC + struct.pack("<I", len(text)) + text + ids)
                file.write(state)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        entry = Entry(piece.digest, piece.parent, tokens, size)
        with self._lock:
            siblings = self._children[piece.parent]
            siblings[entry.digest] = entry
            # A shorter end of the same chat is part of this one.
            stale = [
                other
                for other in siblings.values()
                if other is not entry and entry.tokens[: len(other.tokens)] == other.tokens
            ]
        for other in stale:
            self._forget(other)

    def _make_room(self, size: int, parent: str) -> bool:
        """Remove the least recently used until ``size`` fits; False where it never will."""
        free = shutil.disk_usage(self._folder).free
        cap = effective_cap(self._cap, free, self.used_bytes())
        if size > cap:
            return False
        excess = self.used_bytes() + size - cap
        if excess <= 0:
            return True
        keep = self._ancestors(parent)
        with self._lock:
            entries = [e for group in self._children.values() for e in group.values()]
        aged = sorted((self._age(entry), entry) for entry in entries if entry.digest not in keep)
        for _, entry in aged:
            if excess <= 0:
                break
            self._forget(entry)
            excess -= entry.size
        return excess <= 0

    def _ancestors(self, parent: str) -> set[str]:
        """The segments before one that is being written: useless apart from each other."""
        with self._lock:
            parents = {e.digest: e.parent for g in self._children.values() for e in g.values()}
        found = set()
        while parent in parents:
            found.add(parent)
            parent = parents[parent]
        return found

    def _age(self, entry: Entry) -> tuple[float, int, str]:
        """Sorts the least recently used first, and the end of a chain before its beginning."""
        try:
            used = self._path(entry.digest).stat().st_mtime
        except OSError:
            used = 0.0
        return used, -len(self._ancestors(entry.digest)), entry.digest

    # --- the folder ---------------------------------------------------------------------------

    def _scan(self) -> None:
        """Learn what is there from headers and token ids; states are not read."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            if path.suffix == ".part":
                path.unlink(missing_ok=True)  # the engine was ended while it wrote this
            elif path.suffix == SUFFIX:
                try:
                    entry = _read_entry(path)
                except (OSError, SnapshotError) as error:
                    log.warning("A KV snapshot is ignored: %s", error)
                    path.unlink(missing_ok=True)
                    continue
                self._children[entry.parent][entry.digest] = entry

    def _forget(self, entry: Entry) -> None:
        with self._lock:
            self._children.get(entry.parent, {}).pop(entry.digest, None)
        try:
            self._path(entry.digest).unlink(missing_ok=True)
        except OSError as error:
            log.warning("A KV snapshot could not be removed: %s", error)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}{SUFFIX}"

    @staticmethod
    def _touch(path: Path) -> None:
        try:
            os.utime(path, (time.time(), time.time()))
        except OSError as error:
            log.debug("The age of a KV snapshot could not be noted: %s", error)


@dataclass(frozen=True, slots=True)
class _Header:
    length: int
    parent: str
    tokens: int
    state: int
    checksum: int


def _read_header(fixed: bytes, rest: bytes) -> _Header:
    if fixed[: len(MAGIC)] != MAGIC or len(fixed) != len(MAGIC) + 4:
        raise SnapshotError("not a snapshot of this version")
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
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError("its header is damaged") from error
    if not 0 < header.tokens <= SEGMENT or header.state < 0:
        raise SnapshotError("its header is damaged")
    return header


def _read_entry(path: Path) -> Entry:
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
    return Entry(path.stem, header.parent, tokens, size)


def _agreement(tokens: tuple[int, ...], prompt: Sequence[int], start: int) -> int:
    """How many of ``tokens`` the prompt has from ``start`` on."""
    for index, token in enumerate(tokens):
        if start + index >= len(prompt) or prompt[start + index] != token:
            return index
    return len(tokens)
