"""Folders and files of earlier versions, which others could read, made their user's alone.

The folders come first: a folder that others cannot enter covers everything below it, so files are
looked at only when their folder was open, which is once. Files right in the data folder are few
and looked at each time, since the user may have named a folder that was closed already; so are
those that bear a name of Phial's in the folders of one that others share.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from app.domain.private_files import OTHERS
from app.system.paths import Folders

_FOLDERS = ("models", "cache", "logs", "backups", "kv", "instance", "documents")
_FILES = (
    "phial.db*", "phial.lock*", "instance.*", "settings.json*", "ladder.json*", "speeds.json*",
    "models.json*", "models.damaged.json", "downloads*.json*", ".phial-*.part", "portable",
    "documents*.db*", "connections.jsonl*", "endpoints.json*", "presets.json*", "serving.key*",
    "terminal_history.jsonl*", "phial-*.db*", "check.part*", "phial.log*", "crash.log", "*.kv",
    "*.chat", "*.part",
)  # fmt: skip


@dataclass(slots=True)
class Tightened:
    """What was done.

    Attributes:
        changed: Files and folders that others could read.
        failed: What could not be changed, with its reason.
    """

    changed: int = 0
    failed: list[str] = field(default_factory=list)


def tighten(where: Folders) -> Tightened:
    """Take every right of others off what Phial has made.

    A folder that the user named stays as it is unless nothing but Phial's own lies in it: others
    may share it. What belongs to another user, and what a link leads to, is left alone.
    """
    done = Tightened()
    if sys.platform == "win32":
        return done  # the access control list of the user's profile keeps others out
    ours = not where.given or _holds_only_ours(where.data)
    if ours:
        _restrict(where.data, stat.S_ISDIR, done)
    for path in _files_in(where.data):
        _restrict(path, stat.S_ISREG, done)
    own = (where.data / name for name in ("backups", "instance", "documents"))
    for folder in (*own, where.logs, where.cache, where.cache / "kv"):
        if ours or _holds_only_ours(folder):
            _tighten_below(folder, done)
        for path in _files_in(folder) if not ours else ():
            _restrict(path, stat.S_ISREG, done)
    if not where.given and where.logs.parent.name == where.data.name:
        _restrict(where.logs.parent, stat.S_ISDIR, done)  # "phial" of a system with one for logs
    if ours:
        _tighten_below(where.models, done)
    return done


def _tighten_below(folder: Path, done: Tightened) -> None:
    """A folder that was open, and everything below it."""
    if not _restrict(folder, stat.S_ISDIR, done):
        return
    for base, folders, files in os.walk(folder):
        for name in folders:
            _restrict(Path(base, name), stat.S_ISDIR, done)
        for name in files:
            _restrict(Path(base, name), stat.S_ISREG, done)


def _restrict(path: Path, kind: Callable[[int], bool], done: Tightened) -> bool:
    """Whether ``path`` was open to others, and no longer is; its owner keeps the rights it has."""
    try:
        found = path.lstat()
        mine = found.st_uid == os.geteuid() and kind(found.st_mode)
        if not mine or not found.st_mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except FileNotFoundError:
        return False
    except OSError as error:
        done.failed.append(f"{path}: {error}")
        return False
    done.changed += 1
    return True


def _holds_only_ours(folder: Path) -> bool:
    return all(name in _FOLDERS or _is_ours(name) for name in _names(folder))


def _files_in(folder: Path) -> Iterator[Path]:
    return (folder / name for name in _names(folder) if _is_ours(name))


def _is_ours(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _FILES)


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []  # not there, or closed to us: then nothing in it is ours
