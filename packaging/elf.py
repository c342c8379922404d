"""Reads what Linux libraries want from the system: names of libraries, versions of symbols."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.MULTILINE)
_SONAME = re.compile(r"^\s+SONAME\s+(\S+)", re.MULTILINE)
_SEARCHED = re.compile(r"^\s+(?:RPATH|RUNPATH)\s+(\S+)", re.MULTILINE)
Version = tuple[int, ...]


def programs(folder: Path) -> Iterator[Path]:
    """Every program and library below ``folder``, links left out, sorted."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def needed(path: Path) -> set[str]:
    """Names of the libraries it is linked against."""
    return set(_NEEDED.findall(_objdump("-p", path)))


def provided(path: Path) -> set[str]:
    """The names under which others find it."""
    return {path.name, *_SONAME.findall(_objdump("-p", path))}


def searched(path: Path) -> set[str]:
    """The folders in which it looks for other libraries, before the system's."""
    return {
        folder for line in _SEARCHED.findall(_objdump("-p", path)) for folder in line.split(":")
    }


def newest(path: Path, prefix: str) -> Version:
    """The newest version of ``prefix`` (``GLIBC``, ``GLIBCXX``) that it asks for; () for none."""
    versions = re.findall(rf"\b{prefix}_(\d+(?:\.\d+)+)", _objdump("-T", path))
    return max((tuple(map(int, version.split("."))) for version in versions), default=())


def _objdump(flag: str, path: Path) -> str:
    done = subprocess.run(["objdump", flag, str(path)], capture_output=True, text=True, check=True)
    return done.stdout


def has_symbols(path: Path) -> bool:
    """Whether it carries a symbol table that running it does not need."""
    return "no symbols" not in _objdump("-t", path)
