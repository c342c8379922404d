"""Where Phial keeps things on each platform."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.domain.errors import ReadOnlyStoreError
from app.domain.private_files import make_folder

HOME_VARIABLE = "PHIAL_HOME"
PORTABLE_MARKER = "portable"


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one installation.

    Attributes:
        data: Conversations, settings, backups.
        models: Downloaded model files.
        cache: KV snapshots; safe to delete.
        logs: The application log and the crash log.
        reason: Why they are here, for ``phial doctor``.
        given: Whether the user named the data folder, so that it may hold other things too.
    """

    data: Path
    models: Path
    cache: Path
    logs: Path
    reason: str
    given: bool = False

    def create(self) -> tuple[str, ...]:
        """Make the folders.

        Returns:
            A sentence for each that cannot be made and can be done without.

        Raises:
            ReadOnlyStoreError: The data folder cannot be made.
        """
        try:
            make_folder(self.data)
        except OSError as error:
            raise ReadOnlyStoreError(
                f"The folder {self.data} cannot be made: {error.strerror or error}.",
                action=f"Make its parent writable, or set {HOME_VARIABLE} to another folder.",
                detail=repr(error),
            ) from error
        return tuple(filter(None, map(_problem_making, (self.models, self.cache, self.logs))))

    @property
    def writable(self) -> bool:
        """Whether the data folder lets this user write; a full disk counts as writable."""
        return os.access(self.data, os.W_OK)


def _problem_making(folder: Path) -> str:
    """A sentence where the folder cannot be made; empty where it is there."""
    try:
        make_folder(folder)
    except OSError as error:
        return f"The folder {folder} cannot be made: {error.strerror or error}."
    return ""


def program_folder() -> Path:
    """The folder that holds the program: the executable's when frozen, else the source tree."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]


def folders() -> Folders:
    """Choose the folders: ``PHIAL_HOME``, a ``portable`` marker beside the program, platformdirs.

    Nothing is created; see :meth:`Folders.create`.

    Raises:
        ReadOnlyStoreError: ``PHIAL_HOME`` names a user who is not there.
    """
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return _below(_home(home), f"{HOME_VARIABLE} is set")
    if getattr(sys, "frozen", False) and (program_folder() / PORTABLE_MARKER).exists():
        return _below(program_folder() / "data", "portable: a marker stands beside the program")
    dirs = platformdirs.PlatformDirs("phial", appauthor=False, roaming=False)
    data = dirs.user_data_path
    return Folders(
        data, data / "models", dirs.user_cache_path, dirs.user_log_path, "this platform's own"
    )


def _home(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise ReadOnlyStoreError(
            f"{HOME_VARIABLE} is {text}, in the home folder of nobody.",
            action=f"Set {HOME_VARIABLE} to another folder.",
        ) from error


def _below(root: Path, reason: str) -> Folders:
    return Folders(root, root / "models", root / "cache", root / "logs", reason, given=True)
