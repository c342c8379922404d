"""What takes the space, what it may take, and the checksums of what is shipped."""

from __future__ import annotations

import hashlib
from pathlib import Path

TREE = 230_000_000  # bytes of the Linux tree
PACKAGE = 75_000_000  # bytes of a compressed package
# NVIDIA's libraries alone are more than that; that package is for those who ask for it.
WITHOUT_BUDGET = {"cuda"}

# What a part is called in the table; the first that fits the path below _internal/.
_PARTS = (
    ("Qt's libraries", "PySide6/Qt/lib/"),
    ("Qt's plugins", "PySide6/Qt/plugins/"),
    ("Qt's translations", "PySide6/Qt/translations/"),
    ("Qt for Python", ("PySide6/", "shiboken6/")),
    ("llama.cpp: processor variants", "llama_cpp/lib/libggml-cpu"),
    ("llama.cpp", "llama_cpp/"),
    ("the demo model", "models/demo.gguf"),
    ("Python", ("libpython", "python3", "base_library.zip")),
    ("cryptography (keyring)", "cryptography/"),
    ("OpenSSL and SQLite", ("libssl", "libcrypto", "libsqlite3")),
    ("formulas and their fonts", ("ziamath/", "ziafont/", "latex2mathml/")),
    ("licences", "licences/"),
)
_OTHER = "everything else"
_PROGRAM = "the program (Phial and its pure-Python packages)"


def files(folder: Path) -> dict[str, int]:
    """Bytes of every file below ``folder``, by its place; links count nothing."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def part(name: str) -> str:
    """Which part of the table a file belongs to."""
    if "/" not in name and name.lower().startswith("phial"):
        return _PROGRAM
    inside = name.removeprefix("_internal/")
    return next((title for title, start in _PARTS if inside.startswith(start)), _OTHER)


def table(folder: Path) -> str:
    """A table of what takes the space, largest first."""
    sums: dict[str, list[int]] = {}
    for name, size in files(folder).items():
        row = sums.setdefault(part(name), [0, 0])
        row[0] += size
        row[1] += 1
    lines = [f"{'what':50} {'MB':>7} {'files':>6}"]
    for title, (size, count) in sorted(sums.items(), key=lambda pair: -pair[1][0]):
        lines.append(f"{title:50} {size / 1e6:7.1f} {count:6}")
    total, count = (sum(column) for column in zip(*sums.values(), strict=True))
    lines.append(f"{'all':50} {total / 1e6:7.1f} {count:6}")
    return "\n".join(lines)


def check_tree(folder: Path, flavour: str) -> None:
    """Refuse a tree over the budget.

    Raises:
        SystemExit: It is larger.
    """
    total = sum(files(folder).values())
    if total > TREE and flavour not in WITHOUT_BUDGET:
        raise SystemExit(f"The tree has {total / 1e6:.1f} MB; the budget is {TREE / 1e6:.0f}.")


def check_package(path: Path, flavour: str) -> None:
    """Refuse a package over the budget.

    Raises:
        SystemExit: It is larger.
    """
    size = path.stat().st_size
    print(f"{path.name}: {size / 1e6:.1f} MB")
    if size > PACKAGE and flavour not in WITHOUT_BUDGET:
        raise SystemExit(f"{path.name} is over the budget of {PACKAGE / 1e6:.0f} MB.")


def checksums(folder: Path) -> str:
    """Write ``SHA256SUMS`` over the files of ``folder``; returns its text."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != "SHA256SUMS":
            with path.open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}")
    text = "\n".join(lines) + "\n"
    (folder / "SHA256SUMS").write_text(text, "utf-8")
    return text
