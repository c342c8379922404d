"""KV snapshots on disk: which segments there are, and which of them go when room is needed.

A snapshot is a chain of segments (:mod:`app.engine.segments`) that chats can share: a chat that
grows writes only its new segments, and a system prompt is stored once. They are written from a
thread of their own, and the least recently used go first.

Beside them stands a file for each chat, with the names of its segments. Token ids are words, so
what belongs to no chat that is still there is removed (:func:`remove_others`); and where a chat's
file was removed meanwhile, nothing more of it is written.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.domain.private_files import make_file, make_folder, read_file
from app.engine.segments import (
    BufferPool,
    OtherVersionError,
    SegmentRange,
    SnapshotError,
    StoredSegment,
    make_header,
    read_entry,
    read_state,
)

log = logging.getLogger(__name__)

SUFFIX = ".kv"
OWNER_SUFFIX = ".chat"
QUEUED = 2  # segments in memory that wait for the disk
DISK_SHARE = 0.25  # of the free disk at most, whatever the cap


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


def remove_others(folder: Path, chats: Iterable[str]) -> int:
    """Remove every snapshot that belongs to none of ``chats``; a running engine notices.

    Args:
        folder: Where snapshots are.
        chats: Ids of the conversations that may keep theirs.

    Returns:
        Bytes freed.

    Raises:
        OSError: One could not be removed, or what belongs to a chat not be read.
    """
    kept = {_owner_name(chat) for chat in chats}
    wanted: set[str] = set()
    for path in folder.glob(f"*{OWNER_SUFFIX}"):
        if path.name in kept:
            wanted.update(read_file(path).decode("ascii", "replace").split())
        else:
            path.unlink(missing_ok=True)
    freed = 0
    for path in folder.glob(f"*{SUFFIX}"):
        if path.stem not in wanted:
            freed += path.stat().st_size
            path.unlink(missing_ok=True)
    return freed


def _owner_name(chat: str) -> str:
    return f"{hashlib.sha256(chat.encode()).hexdigest()[:32]}{OWNER_SUFFIX}"


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
        self._children: dict[str, dict[str, StoredSegment]] = defaultdict(dict)
        self._queue: queue.Queue[tuple[SegmentRange, tuple[int, ...], bytes] | None] = queue.Queue(
            QUEUED
        )
        self._thread: threading.Thread | None = None
        self._off = False
        self._scan()

    # --- reading ------------------------------------------------------------------------------

    def find(self, prompt: Sequence[int], root: str) -> list[StoredSegment]:
        """The segments that ``prompt`` begins with; the last may agree only in part."""
        self._look()
        found: list[StoredSegment] = []
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

    def has(self, piece: SegmentRange) -> bool:
        """Whether that segment is on disk."""
        with self._lock:
            known = piece.digest in self._children.get(piece.parent, {})
        return known and self._path(piece.digest).exists()

    def read(self, entry: StoredSegment, buffers: BufferPool | None = None) -> memoryview:
        """The state of a segment, verified.

        Args:
            entry: Which.
            buffers: Memory to read into; the caller gives the view's back when it is done with it.

        Raises:
            SnapshotError: It is damaged or gone; it is also removed.
        """
        path = self._path(entry.digest)
        try:
            state = read_state(path, entry, buffers or BufferPool())
        except (OSError, SnapshotError) as error:
            log.warning("A KV snapshot is ignored: %s", error)
            self._forget(entry)
            raise SnapshotError(str(error)) from error
        self._touch(path)
        return state

    def set_cap(self, cap_bytes: int) -> None:
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

    # --- whose they are -----------------------------------------------------------------------

    def admit(self, chat: str) -> None:
        """Let segments of a chat be written from now on, until its file is removed."""
        try:
            make_folder(self._folder)
            make_file(self._folder / _owner_name(chat))
        except OSError as error:
            log.warning("No KV snapshots of a chat are written: %s", error)

    def own(self, chat: str, pieces: Sequence[SegmentRange]) -> bool:
        """Note that a chat has these segments, before they are written.

        Returns:
            Whether they may be written: False where the chat was not admitted, or is gone.
        """
        digests = {piece.digest for piece in pieces}
        try:
            # Whoever removes it meanwhile takes the open file's name away, and it stays removed.
            path = self._folder / _owner_name(chat)
            with path.open("r+", encoding="ascii", errors="replace") as file:
                known = set(file.read().split())
                if digests <= known:
                    return True
                kept = {digest for digest in known if self._path(digest).exists()} | digests
                file.seek(0)
                file.write("".join(f"{digest}\n" for digest in sorted(kept)))
                file.truncate()
        except FileNotFoundError:
            return False
        except OSError as error:
            log.warning("No KV snapshots of a chat are written: %s", error)
            return False
        return True

    # --- writing ------------------------------------------------------------------------------

    def write(
        self, piece: SegmentRange, tokens: Sequence[int], state: bytes, timeout: float
    ) -> bool:
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
    def is_disabled(self) -> bool:
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

    def _store(self, piece: SegmentRange, tokens: tuple[int, ...], state: bytes) -> None:
        make_folder(self._folder)
        head = make_header(piece.parent, tokens, state)
        size = len(head) + len(state)
        if not self._make_room(size, piece.parent):
            return
        path = self._path(piece.digest)
        part = path.with_suffix(".part")
        try:
            make_file(part)
            with part.open("wb") as file:
                file.write(head)
                file.write(state)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        entry = StoredSegment(piece.digest, piece.parent, tokens, size)
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

    def _age(self, entry: StoredSegment) -> tuple[float, int, str]:
        """Sorts the least recently used first, and the end of a chain before its beginning."""
        try:
            used = self._path(entry.digest).stat().st_mtime
        except OSError:
            used = 0.0
        return used, -len(self._ancestors(entry.digest)), entry.digest

    # --- the folder ---------------------------------------------------------------------------

    def _scan(self) -> None:
        """Learn what is there from headers and token ids; states are not read.

        What another version wrote goes unread: what it means by a segment need not be what this
        one does.
        """
        if not self._folder.is_dir():
            return
        others = 0
        for path in self._folder.iterdir():
            if path.suffix == ".part":
                _remove(path)  # the engine was ended while it wrote this
            elif path.suffix == SUFFIX:
                try:
                    entry = read_entry(path)
                except OtherVersionError:
                    others += 1
                    _remove(path)
                except (OSError, SnapshotError) as error:
                    log.warning("A KV snapshot is ignored: %s", error)
                    _remove(path)
                else:
                    self._children[entry.parent][entry.digest] = entry
        if others:
            log.info("%d KV snapshots of another version of Phial were removed", others)

    def _forget(self, entry: StoredSegment) -> None:
        with self._lock:
            self._children.get(entry.parent, {}).pop(entry.digest, None)
        _remove(self._path(entry.digest))

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}{SUFFIX}"

    @staticmethod
    def _touch(path: Path) -> None:
        try:
            os.utime(path, (time.time(), time.time()))
        except OSError as error:
            log.debug("The age of a KV snapshot could not be noted: %s", error)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("A KV snapshot could not be removed: %s", error)


def _agreement(tokens: tuple[int, ...], prompt: Sequence[int], start: int) -> int:
    """How many of ``tokens`` the prompt has from ``start`` on."""
    for index, token in enumerate(tokens):
        if start + index >= len(prompt) or prompt[start + index] != token:
            return index
    return len(tokens)
