"""A disk that loses power: what may be left of everything that was not synced.

``recording_disk.c`` wrote down what a process asked of a folder. Played back up to any point, a
file holds for certain only what it held at its last sync. Of what came after, each write may be
there, not be there, or be there in some of its sectors; a file may have grown without its content,
or not yet have been cut; and a name that was made, changed or removed is certain only once its
folder was synced (POSIX promises no more). Names change in order, as file systems journal them.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_HEAD = struct.Struct("=IIQq")
Image = dict[str, bytes]  # what a folder holds, by names below it


class Left(Enum):
    """What a power cut leaves of what was not synced."""

    NOTHING = "nothing"
    ALL = "all"
    IN_ORDER = "in order"  # everything up to some moment
    SECTORS = "sectors of 512"
    PAGES = "sectors of 4,096"


_SECTOR = {Left.SECTORS: 512, Left.PAGES: 4_096}


@dataclass(frozen=True, slots=True)
class Op:
    """One operation; see ``recording_disk.c`` for what its fields mean with each kind."""

    kind: str
    inode: int
    at: int
    data: bytes


def read_log(path: Path) -> Iterator[Op]:
    """What was written down."""
    log, at = path.read_bytes(), 0
    while at < len(log):
        kind, size, inode, where = _HEAD.unpack_from(log, at)
        at += _HEAD.size
        yield Op(chr(kind), inode, where, log[at : at + size])
        at += size


@dataclass(slots=True)
class _File:
    synced: bytes = b""
    pending: list[Op] = field(default_factory=list)

    def sync(self) -> None:
        self.synced = _after(self.synced, self.pending)
        self.pending.clear()

    def left(self, what: Left, rng: random.Random) -> bytes:
        match what:
            case Left.NOTHING:
                return self.synced
            case Left.ALL:
                return _after(self.synced, self.pending)
            case Left.IN_ORDER:
                return _after(self.synced, self.pending[: rng.randint(0, len(self.pending))])
        kept: list[Op] = []
        for op in self.pending:
            kept += _torn(op, _SECTOR[what], rng)
        return _after(self.synced, kept)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that changes: ``file`` is what it stands for from then on, None for nothing."""

    path: str
    file: _File | None
    gone: str = ""  # the name it had before


class Disk:
    """What is on it while it is played back.

    Args:
        folder: The folder that was recorded, as absolute paths name it.
        before: What it held when the recording began: inode, name below the folder, content.
    """

    def __init__(self, folder: Path, before: list[tuple[int, str, bytes]]) -> None:
        self._root = f"{folder}/"
        self._inodes = {inode: _File(content) for inode, _, content in before}
        self._names = {name: self._inodes[inode] for inode, name, _ in before}
        self._shown = dict(self._names)  # as the running process sees them
        self._renaming: list[_Name] = []
        self._folders = {""}
        self._new_folders: set[str] = set()
        self.mark = 0

    def play(self, op: Op) -> None:
        """Do what was done."""
        match op.kind:
            case "m":
                self.mark = op.at
            case "w" | "t":
                self._inodes[op.inode].pending.append(op)
            case "s":
                self._inodes[op.inode].sync()
            case "c":
                self._inodes[op.inode] = _File()
                self._rename(_Name(self._below(op.data), self._inodes[op.inode]))
            case "u":
                self._rename(_Name(self._below(op.data), None))
            case "r":
                old, new = map(self._below, op.data.split(b"\0"))
                self._rename(_Name(new, self._shown[old], old))
            case "f":
                self._new_folders.add(self._below(op.data))
            case "d":
                self._sync_folder(self._below(op.data + b"/").rstrip("/"))

    def after_power_loss(self, what: Left, rng: random.Random) -> Image:
        """What the next start may find."""
        renamed = {Left.NOTHING: 0, Left.ALL: len(self._renaming)}.get(what)
        if renamed is None:
            renamed = rng.randint(0, len(self._renaming))
        names = dict(self._names)
        for name in self._renaming[:renamed]:
            _apply(names, name)
        return {
            path: file.left(what, rng)
            for path, file in names.items()
            if _parent(path) in self._folders and not path.endswith("-shm")
        }

    @property
    def folders(self) -> frozenset[str]:
        """The folders that are certain to be there."""
        return frozenset(self._folders)

    def _below(self, path: bytes) -> str:
        return path.decode().removeprefix(self._root)

    def _rename(self, name: _Name) -> None:
        self._renaming.append(name)
        _apply(self._shown, name)

    def _sync_folder(self, folder: str) -> None:
        self._folders |= {new for new in self._new_folders if _parent(new) == folder}
        later: list[_Name] = []
        for name in self._renaming:
            if _parent(name.path) == folder:
                _apply(self._names, name)
            else:
                later.append(name)
        self._renaming = later


def _apply(names: dict[str, _File], name: _Name) -> None:
    names.pop(name.gone, None)
    if name.file is None:
        names.pop(name.path, None)
    else:
        names[name.path] = name.file


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _after(content: bytes, ops: list[Op]) -> bytes:
    if not ops:
        return content
    data = bytearray(content)
    for op in ops:
        end = op.at + len(op.data)
        if op.kind == "t":
            del data[op.at :]
        if len(data) < end:
            data.extend(bytes(end - len(data)))
        data[op.at : end] = op.data
    return bytes(data)


def _torn(op: Op, sector: int, rng: random.Random) -> list[Op]:
    """What is left of one write: all, nothing, room without content, or some sectors."""
    fate = rng.random()
    if fate < 0.3:
        return [op]
    if fate < 0.6 or op.kind == "t":
        return []
    if fate < 0.7:
        return [Op("w", op.inode, op.at + len(op.data), b"")]
    kept, at, end = [], op.at, op.at + len(op.data)
    while at < end:
        upto = min(end, (at // sector + 1) * sector)
        if rng.random() < 0.5:
            kept.append(Op("w", op.inode, at, op.data[at - op.at : upto - op.at]))
        at = upto
    return kept
