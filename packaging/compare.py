"""Compares two builds file by file: ``compare.py ONE OTHER``, each a frozen program's folder.

Says which files are in one only and which differ, and for those that differ how many bytes do.
"""

from __future__ import annotations

import stat
import sys
from pathlib import Path


def differences(one: Path, other: Path) -> list[str]:
    """What differs: places, kinds, modes, targets of links, contents; times do not count."""
    first, second = _places(one), _places(other)
    found = [f"only in the first: {name}" for name in sorted(first - second)]
    found += [f"only in the second: {name}" for name in sorted(second - first)]
    for name in sorted(first & second):
        if words := _unlike(one / name, other / name):
            found.append(f"{name}: {words}")
    return found


def _places(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def _unlike(one: Path, other: Path) -> str:
    modes = [path.lstat().st_mode for path in (one, other)]
    if modes[0] != modes[1]:
        return " and ".join(stat.filemode(mode) for mode in modes)
    if one.is_symlink():
        targets = [path.readlink() for path in (one, other)]
        return "" if targets[0] == targets[1] else f"leads to {targets[0]} and {targets[1]}"
    if one.is_dir():
        return ""
    before, after = one.read_bytes(), other.read_bytes()
    if before == after:
        return ""
    if len(before) != len(after):
        return f"{len(before)} and {len(after)} bytes"
    places = [at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    return f"{len(places)} of {len(before)} bytes differ, the first at {places[0]}"


def main() -> int:
    """Compare what the command line names; 0 when nothing differs."""
    one, other = map(Path, sys.argv[1:])
    found = differences(one, other)
    print("\n".join(found) or f"all {len(_places(one))} files and folders are the same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
