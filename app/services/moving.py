"""The data folder moved to another place: what it needs, what forbids it, and the move itself.

The move is made after everything was closed, by whoever holds the instance lock. One file then
says where the data is; until it is written the old folder is in force, and after it the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import KnownError, ReadOnlyStoreError
from app.language import tr
from app.language.formats import size
from app.language.system_reasons import reason_of
from app.store.database.files import write_json
from app.store.folder_copy import (
    Removed,
    Step,
    alone,
    copy_folder,
    files_of,
    is_unopened_copy,
    remove_original,
)
from app.system.hardware import disk_free
from app.system.paths import Folders

if TYPE_CHECKING:
    from app.services.chat.chat_service import ChatService
    from app.services.models.downloads import DownloadService

FOLDER_NAME = "Phial"  # not shown: a name
"""What the folder is called in the one that the user chooses."""
_SPARE = 256 * 1024 * 1024  # bytes that stay free beside what is copied


class MoveRefusedError(KnownError):
    """The data folder cannot be moved there, or not now."""

    default_data = tr("Nothing was moved; your data is where it was.")
    default_action = tr("Choose another folder.")


@dataclass(frozen=True, slots=True)
class MovePlan:
    """A move that can be made.

    Attributes:
        folders: Where the data is now.
        target: The folder that will hold it.
        needed: Bytes that are copied.
        free: Bytes that are free there.
    """

    folders: Folders
    target: Path
    needed: int
    free: int


def plan_move(folders: Folders, chosen: Path) -> MovePlan:
    """Look whether the data can be moved into a folder; reads folders, changes nothing.

    Args:
        folders: Where the data is now.
        chosen: In which folder the data's own folder is to be.

    Raises:
        MoveRefusedError: It cannot.
    """
    source, target = folders.data, chosen.absolute() / FOLDER_NAME
    if folders.pointer is None:
        raise MoveRefusedError(
            tr("This Phial is portable: its data goes with the program."),
            action=tr("Move the program's whole folder instead."),
        )
    real, there = source.resolve(), target.resolve()
    if there == real:
        raise MoveRefusedError(tr("The data is there already."))
    if there.is_relative_to(real):
        raise MoveRefusedError(tr("That folder is inside the data folder itself."))
    try:
        taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
        if not chosen.is_dir():
            raise MoveRefusedError(tr("There is no folder {folder}.", folder=str(chosen)))
        if taken and not is_unopened_copy(source, target):
            raise MoveRefusedError(
                tr("There is something in {folder} already.", folder=str(target))
            )
        needed = sum(one.size for one in files_of(source, (folders.logs, folders.cache)))
        free = disk_free(chosen)
    except OSError as error:
        told = tr("{folder} cannot be read: {reason}.", folder=str(chosen), reason=reason_of(error))
        raise MoveRefusedError(told, detail=repr(error)) from error
    if needed + _SPARE > free:
        raise MoveRefusedError(
            tr(
                "The data takes {needed}, and {free} are free in {folder}.",
                needed=size(needed),
                free=size(free),
                folder=str(chosen),
            ),
            action=tr("Choose a folder on a larger disk, or remove models that you do not use."),
        )
    return MovePlan(folders, target, needed, free)


def move_data(
    plan: MovePlan,
    tell: Callable[[float], object] = lambda _done: None,
    step: Step = lambda _name: None,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Move the data; whoever calls it holds the instance lock, and has closed everything.

    Args:
        plan: From :func:`plan_move`.
        tell: Told how far it is, 0 to 1.
        step: Told of each step; the tests stop it there.
        stopped: Asked after each piece whether the user gave it up.

    Returns:
        Whether it was moved; where it was given up, the copy is removed and all is as it was.

    Raises:
        KnownError: It was not moved: no room, another program uses it, a file cannot be read.
    """
    folders = plan.folders
    if folders.pointer is None or not folders.writable:
        raise ReadOnlyStoreError(tr("The data folder {folder} cannot be written to.",
                                    folder=str(folders.data)))  # fmt: skip
    whole = max(1, 2 * plan.needed)

    def told(done: int) -> None:
        tell(min(1.0, done / whole))
        if stopped():
            raise _Stopped

    try:
        with alone(folders.data) as held:
            step("alone")
            copy_folder(
                folders.data,
                plan.target,
                held,
                logs=folders.logs,
                cache=folders.cache,
                tell=told,
                step=step,
            )
            write_json(folders.pointer, {"folder": str(plan.target)})
            step("switched")
    except _Stopped:
        return False
    return True


class _Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The move was given up while the copy was made."""


class MovingService:
    """Says whether the data can be moved now, remembers that it is wanted, and tidies up after it.

    Args:
        folders: Where the data is.
        chat: Nothing is moved while it answers.
        downloads: Nothing is moved while they fetch.

    Attributes:
        wanted: The move to be made when everything is closed; None where none was asked for.
    """

    def __init__(self, folders: Folders, chat: ChatService, downloads: DownloadService) -> None:
        self._folders, self._chat, self._downloads = folders, chat, downloads
        self.wanted: MovePlan | None = None

    def plan(self, chosen: Path) -> MovePlan:
        """Look whether the data can be moved into a folder now; blocks.

        Raises:
            MoveRefusedError: It cannot.
        """
        plan = plan_move(self._folders, chosen)
        self.check()
        return plan

    def check(self) -> None:
        """Refuse while an answer is written or something is fetched.

        Raises:
            MoveRefusedError: It cannot be done now.
        """
        later = tr("Wait until it is done, then try again.")
        if self._chat.active is not None:
            raise MoveRefusedError(tr("An answer is being written."), action=later)
        if any(not item.state.over for item in self._downloads.items()):
            raise MoveRefusedError(tr("A model is being fetched."), action=later)

    def tidy(self) -> tuple[str, ...]:
        """Remove the old folder once the new one was opened; blocks.

        Returns:
            Sentences for the user; none where nothing was moved.

        Raises:
            StoreError: Something cannot be removed.
        """
        data = self._folders.data
        if not self._folders.moved:
            return ()
        done = remove_original(data)
        return told_removed(done, data) if done is not None else ()


def open_moved(plan: MovePlan) -> Removed:
    """Open the chats at their new place, and remove the old folder.

    Raises:
        StoreError: They cannot be opened, or something cannot be removed; the old folder is whole
            in the first case.
    """
    from app.store import open_store

    open_store(plan.target).close()
    return remove_original(plan.target) or Removed(plan.folders.data, 0)


def told_removed(done: Removed, data: Path) -> tuple[str, ...]:
    """What became of the old folder, in words."""
    if done.changed:
        return (
            tr(
                "Your data is in {folder} now. Something was changed in {old} since, so nothing "
                "was removed there.",
                folder=str(data),
                old=str(done.folder),
            ),
        )
    return (
        tr(
            "Your data is in {folder} now. The old copy was removed; {size} are free again.",
            folder=str(data),
            size=size(done.freed),
        ),
    )
