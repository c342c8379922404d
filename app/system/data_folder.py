"""Where Phial's data is: asked first of all, before anything that speaks is imported."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.domain.private_files import read_file
from app.language import tr

HOME_VARIABLE = "PHIAL_HOME"
PORTABLE_MARKER = "portable"
POINTER = "moved-to.json"
"""In the folder that would be used: where the data is since the user moved it."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder of conversations and settings.

    Attributes:
        path: Absolute.
        reason: Why it is this one, for ``phial doctor``.
        given: Whether the user chose it; models, cache and logs are then below it.
        pointer: The file that says that the data was moved, which need not be there; None where
            it is not moved, because it goes with the program.
        moved: Whether it was moved here.
    """

    path: Path
    reason: str
    given: bool
    pointer: Path | None = None
    moved: bool = False


def program_folder() -> Path:
    """The folder that holds the program: the executable's when frozen, else the source tree."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]


def platform_folders() -> platformdirs.PlatformDirs:
    """This platform's own folders for Phial."""
    return platformdirs.PlatformDirs("phial", appauthor=False, roaming=False)


def data_folder() -> DataFolder:
    """Choose it: ``PHIAL_HOME``, a ``portable`` marker beside the program, platformdirs.

    Where the user moved the data from there, it is the folder it was moved to.

    Raises:
        RuntimeError: ``PHIAL_HOME`` names a user who is not there.
        OSError, ValueError: The file that says where it was moved to cannot be read.
    """
    home = os.environ.get(HOME_VARIABLE)
    if home:
        path = Path(home).expanduser().absolute()
        return _followed(path, tr("{variable} is set", variable=HOME_VARIABLE), given=True)
    if getattr(sys, "frozen", False) and (program_folder() / PORTABLE_MARKER).exists():
        reason = tr("portable: a marker stands beside the program")
        return DataFolder(program_folder() / "data", reason, given=True)
    return _followed(platform_folders().user_data_path, tr("this platform's own"), given=False)


def _followed(folder: Path, reason: str, *, given: bool) -> DataFolder:
    """The folder, or the one that the data was moved to from there."""
    pointer = folder / POINTER
    if not pointer.exists():
        return DataFolder(folder, reason, given, pointer)
    found = json.loads(read_file(pointer))
    target = found.get("folder") if isinstance(found, dict) else None
    if not isinstance(target, str) or not Path(target).is_absolute():
        raise ValueError("it names no folder")
    moved = tr("you moved it there; {file} says so", file=str(pointer))
    return DataFolder(Path(target), moved, given, pointer, moved=True)
