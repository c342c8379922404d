"""Files and folders that are their user's alone, from the moment they are made.

The mode is given when they are made, so there is no moment at which others can open them, whatever
the umask. On Windows the access control list of the user's profile says the same, and modes say
nothing. Exports are the user's own files and follow the umask.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
OTHERS = 0o077  # the bits of a mode that are not the owner's


def make_folder(folder: Path, mode: int = FOLDER_MODE) -> tuple[Path, ...]:
    """Make a folder and those above it that are missing; it may be there already.

    Returns:
        The folders that were missing, the innermost first.

    Raises:
        OSError: One cannot be made, or is a file.
    """
    missing = tuple(one for one in (folder, *folder.parents) if not one.exists())
    for one in reversed(missing):
        one.mkdir(mode=mode, exist_ok=True)
    folder.mkdir(mode=mode, exist_ok=True)
    return missing


def make_file(path: Path) -> None:
    """Make an empty file, to be opened by its name afterwards; it may be there already.

    A file that is there is not opened: closing it would take SQLite's locks off it, see
    https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_

    Raises:
        OSError: It cannot be made.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        return
