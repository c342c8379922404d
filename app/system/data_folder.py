"""Where Phial's data is: asked first of all, before anything that speaks is imported."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.language import tr

HOME_VARIABLE = "PHIAL_HOME"
PORTABLE_MARKER = "portable"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The folder of conversations and settings.

    Attributes:
        path: Absolute.
        reason: Why it is this one, for ``phial doctor``.
        given: Whether the user chose it; models, cache and logs are then below it.
    """

    path: Path
    reason: str
    given: bool


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

    Raises:
        RuntimeError: ``PHIAL_HOME`` names a user who is not there.
    """
    home = os.environ.get(HOME_VARIABLE)
    if home:
        path = Path(home).expanduser().absolute()
        return DataFolder(path, tr("{variable} is set", variable=HOME_VARIABLE), given=True)
    if getattr(sys, "frozen", False) and (program_folder() / PORTABLE_MARKER).exists():
        reason = tr("portable: a marker stands beside the program")
        return DataFolder(program_folder() / "data", reason, given=True)
    own = platform_folders().user_data_path
    return DataFolder(own, tr("this platform's own"), given=False)
