"""Where Phial keeps things on each platform."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import ReadOnlyStoreError
from app.domain.private_files import make_folder
from app.language import tr
from app.language.system_reasons import reason_of
from app.system.data_folder import (
    HOME_VARIABLE,
    POINTER,
    PORTABLE_MARKER,
    data_folder,
    platform_folders,
    program_folder,
)

__all__ = ["HOME_VARIABLE", "PORTABLE_MARKER", "Folders", "folders", "program_folder"]  # not shown


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
        pointer: Where it is written down that the data was moved; None where it cannot be moved,
            because it goes with the program.
    """

    data: Path
    models: Path
    cache: Path
    logs: Path
    reason: str
    given: bool = False
    pointer: Path | None = None

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
                _cannot_make(self.data, error),
                action=tr(
                    "Make its parent writable, or set {variable} to another folder.",
                    variable=HOME_VARIABLE,
                ),
                detail=repr(error),
            ) from error
        return tuple(filter(None, map(_problem_making, (self.models, self.cache, self.logs))))

    @property
    def moved(self) -> bool:
        """Whether the user moved the data here from where it would be."""
        return self.pointer is not None and self.pointer.parent != self.data

    @property
    def writable(self) -> bool:
        """Whether the data folder lets this user write; a full disk counts as writable."""
        return os.access(self.data, os.W_OK)


def _problem_making(folder: Path) -> str:
    """A sentence where the folder cannot be made; empty where it is there."""
    try:
        make_folder(folder)
    except OSError as error:
        return _cannot_make(folder, error)
    return ""


def _cannot_make(folder: Path, error: OSError) -> str:
    return tr(
        "The folder {folder} cannot be made: {reason}.",
        folder=str(folder),
        reason=reason_of(error),
    )


def folders() -> Folders:
    """Choose the folders: ``PHIAL_HOME``, a ``portable`` marker beside the program, platformdirs.

    Nothing is created; see :meth:`Folders.create`.

    Raises:
        ReadOnlyStoreError: ``PHIAL_HOME`` names a user who is not there, or the data was moved to
            a place that is not there now.
    """
    try:
        data = data_folder()
    except (OSError, ValueError) as error:
        raise ReadOnlyStoreError(
            tr("The file {file}, which says where your data is, cannot be read.", file=POINTER),
            data=tr("Your data is where it was moved to; nothing was changed."),
            action=tr("Check the file, or remove it to begin without that data."),
            detail=repr(error),
        ) from error
    except RuntimeError as error:
        raise ReadOnlyStoreError(
            tr(
                "{variable} is {folder}, in the home folder of nobody.",
                variable=HOME_VARIABLE,
                folder=os.environ.get(HOME_VARIABLE, ""),
            ),
            action=tr("Set {variable} to another folder.", variable=HOME_VARIABLE),
        ) from error
    root, dirs = data.path, platform_folders()
    if data.moved and not root.is_dir():  # to make it anew would look as if all chats were lost
        raise ReadOnlyStoreError(
            tr("Your data was moved to {folder}, which is not there now.", folder=str(root)),
            data=tr("Nothing was changed; it is on the disk that you moved it to."),
            action=tr(
                "Connect that disk and start Phial again. To begin without that data, remove "
                "{file}.",
                file=str(data.pointer),
            ),
        )
    cache, logs = dirs.user_cache_path, dirs.user_log_path
    if data.given:
        cache, logs = root / "cache", root / "logs"
    return Folders(root, root / "models", cache, logs, data.reason, data.given, data.pointer)
