"""Several downloads, one after the other, remembered across restarts."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.download import (
    BusyServerError,
    DownloadItem,
    DownloadState,
    FileInTheWayError,
    NetworkError,
    Progress,
    RemoteFile,
)
from app.domain.errors import KnownError, NotFoundError, OfflineError
from app.hub.control import DownloadControl
from app.hub.disk import SPARE, Room, disk_error, file_size, free_bytes
from app.hub.download import Downloader
from app.hub.library import Library
from app.hub.metadata import HubClient
from app.hub.names import check_repository, plain_name, safe_parts
from app.hub.pace import RetryPolicy
from app.hub.queue_file import enlist, read_queue, write_queue


@dataclass(frozen=True, slots=True)
class Place:
    """Where downloads go and what they may take.

    Attributes:
        folder: The folder for models.
        state: The file that remembers the queue.
        free_space: Bytes free in a folder.
        spare: Bytes to leave free.
    """

    folder: Path
    state: Path
    free_space: Callable[[Path], int] = free_bytes
    spare: int = SPARE


class DownloadQueue:
    """Works off downloads on one thread. Every method may be called from any thread.

    After a restart everything that was not finished is paused: the network is touched only by an
    action of the user.
    """

    def __init__(
        self,
        client: HubClient,
        downloader: Downloader,
        library: Library,
        place: Place,
        *,
        on_change: Callable[[DownloadItem], None] = lambda _: None,
        policy: RetryPolicy | None = None,
    ) -> None:
        """Read the remembered queue; nothing is started.

        Args:
            client: Tells sizes and hashes.
            downloader: Fetches one file.
            library: Is told of finished models.
            place: Folder and state file.
            on_change: Called on the queue's thread with each new state of an item.
            policy: Tries for the questions before a download.
        """
        self._client = client
        self._downloader = downloader
        self._library = library
        self._place = place
        self._on_change = on_change
        self._policy = policy or RetryPolicy()
        self._wake = threading.Condition()
        self._items: dict[str, DownloadItem] = {item.id: item for item in read_queue(place.state)}
        self._current: tuple[str, DownloadControl] | None = None
        self._closing = False
        self._thread: threading.Thread | None = None

    # --- for the user -------------------------------------------------------------------------

    def items(self) -> tuple[DownloadItem, ...]:
        """Every download, in the order they were asked for."""
        with self._wake:
            return tuple(self._items.values())

    def get(self, item_id: str) -> DownloadItem:
        """One download.

        Raises:
            NotFoundError: There is no such download.
        """
        with self._wake:
            item = self._items.get(item_id)
        if item is None:
            raise NotFoundError("There is no such download.")
        return item

    def add(
        self, repository: str, paths: tuple[str, ...], revision: str | None = None
    ) -> DownloadItem:
        """Ask for a model; one that is already in the queue goes on instead.

        Raises:
            UnsafeNameError: A name that must not reach a disk.
        """
        check_repository(repository)
        for path in paths:
            safe_parts(path)
        with self._wake:
            for item in self._items.values():
                same = (item.repository, item.paths, item.revision) == (repository, paths, revision)
                if same and item.state is not DownloadState.DONE:
                    break
            else:
                item = DownloadItem(
                    uuid.uuid4().hex, repository, plain_name(paths[0]), paths, revision
                )
        return self._enqueue(item)

    def resume(self, item_id: str) -> DownloadItem:
        """Go on with one that is paused, failed or cancelled."""
        item = self.get(item_id)
        if item.state.active or item.state in {DownloadState.QUEUED, DownloadState.DONE}:
            return item
        return self._enqueue(item)

    def pause(self, item_id: str) -> None:
        """Stop one and keep what it has."""
        self._stop(item_id, lambda control: control.pause(), DownloadState.PAUSED)

    def pause_all(self) -> None:
        """Stop everything and keep what is there."""
        for item in self.items():
            if item.state.active or item.state is DownloadState.QUEUED:
                self.pause(item.id)

    def cancel(self, item_id: str, *, keep_part: bool) -> None:
        """Stop one for good and say whether its bytes stay on disk."""
        item = self.get(item_id)
        running = self._stop(
            item_id, lambda control: control.cancel(keep_part=keep_part), DownloadState.CANCELLED
        )
        if not running and not keep_part and item.state is not DownloadState.DONE:
            self._discard_parts(item)
            self._set(replace(self.get(item_id), done=0, files=()))

    def clear(self, item_id: str) -> None:
        """Take one that is over off the list; its file stays."""
        with self._wake:
            item = self.get(item_id)
            if not item.state.active and item.state is not DownloadState.QUEUED:
                del self._items[item_id]
                self._write()

    def close(self) -> None:
        """Pause what runs and end the thread; waits for it."""
        with self._wake:
            self._closing = True
            current, thread = self._current, self._thread
            self._wake.notify_all()
        if current is not None:
            current[1].pause()
        if thread is not None:
            thread.join()

    # --- keeping the list ---------------------------------------------------------------------

    def _enqueue(self, item: DownloadItem) -> DownloadItem:
        item = replace(item, state=DownloadState.QUEUED, error="", notice="")
        with self._wake:
            if self._current is not None and self._current[0] == item.id:
                return self._items[item.id]
            self._items.pop(item.id, None)
            self._items[item.id] = item
            self._write()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="phial-downloads", daemon=True
                )
                self._thread.start()
            self._wake.notify_all()
        self._on_change(item)
        return item

    def _stop(
        self, item_id: str, wish: Callable[[DownloadControl], None], state: DownloadState
    ) -> bool:
        """Tell a running item, or change one that is not running; True when it was running."""
        self.get(item_id)
        with self._wake:
            if self._current is not None and self._current[0] == item_id:
                control = self._current[1]
            else:
                item = self._items[item_id]
                if item.state is not DownloadState.DONE:
                    self._set(replace(item, state=state, speed=0.0, seconds_left=None))
                return False
        wish(control)
        return True

    def _set(self, item: DownloadItem, *, write: bool = True) -> None:
        with self._wake:
            if item.id in self._items:
                self._items[item.id] = item
                if write:
                    self._write()
        self._on_change(item)

    def _write(self) -> None:
        write_queue(self._place.state, self._items.values())

    # --- the thread ---------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._wake:
                item = self._next()
                while item is None and not self._closing:
                    self._wake.wait()
                    item = self._next()
                if self._closing or item is None:
                    return
                control = DownloadControl()
                self._current = (item.id, control)
            try:
                last = self._run(item, control)
            finally:
                with self._wake:
                    self._current = None
            self._set(last)

    def _next(self) -> DownloadItem | None:
        queued = (one for one in self._items.values() if one.state is DownloadState.QUEUED)
        return next(queued, None)

    def _run(self, item: DownloadItem, control: DownloadControl) -> DownloadItem:
        """Fetch one item and return its last state."""
        try:
            files = self._pin(item, control)
            if files is None:
                return replace(self.get(item.id), state=_stopped_state(control))
            item = replace(item, total=sum(file.size for file in files))
            return self._fetch_all(item, files, control)
        except OfflineError as error:
            state, text = DownloadState.PAUSED, str(error)
        except KnownError as error:
            state, text = DownloadState.FAILED, str(error)
        item = self.get(item.id)
        return replace(
            item, state=state, error=text, done=self._bytes_here(item), speed=0.0, seconds_left=None
        )

    def _pin(self, item: DownloadItem, control: DownloadControl) -> tuple[RemoteFile, ...] | None:
        """Ask what the files are; None when stopped while waiting to ask again."""
        self._set(replace(item, state=DownloadState.CONNECTING))
        failures = 0
        while True:
            if control.stopped:
                return None
            try:
                return self._client.pin(item.repository, item.paths, item.revision)
            except (NetworkError, BusyServerError) as error:
                failures += 1
                if failures >= self._policy.tries:
                    raise
                asked = error.retry_after if isinstance(error, BusyServerError) else None
                self._set(replace(item, state=DownloadState.WAITING, notice=error.what))
                control.wait(self._policy.wait(failures, asked))

    def _fetch_all(
        self, item: DownloadItem, files: tuple[RemoteFile, ...], control: DownloadControl
    ) -> DownloadItem:
        last: FileInTheWayError | None = None
        for folder in self._folders(files[0]):
            targets = [folder.joinpath(*safe_parts(file.path)) for file in files]
            try:
                self._check_room(files, targets)
                return self._fetch_into(item, files, targets, control)
            except FileInTheWayError as error:
                last = error
        raise last or FileInTheWayError("No folder is free for this model.")

    def _folders(self, file: RemoteFile) -> tuple[Path, ...]:
        """The repository's folder, or one for this commit where another version lies there."""
        owner_name = file.repository.replace("/", "--")
        usual = self._place.folder / owner_name
        return (
            (usual, usual.with_name(f"{owner_name}@{file.commit[:8]}")) if file.commit else (usual,)
        )

    def _check_room(self, files: tuple[RemoteFile, ...], targets: list[Path]) -> None:
        """All parts must fit, not only the next one.

        One download runs at a time, so the room that is free now is its own.
        """
        needed = 0
        for file, target in zip(files, targets, strict=True):
            if not target.exists():
                needed += max(0, file.size - file_size(target.with_name(target.name + ".part")))
        Room(self._place.folder, self._place.free_space, self._place.spare).check(
            needed, "This download"
        )

    def _fetch_into(
        self,
        item: DownloadItem,
        files: tuple[RemoteFile, ...],
        targets: list[Path],
        control: DownloadControl,
    ) -> DownloadItem:
        before, results = 0, []
        notices: list[str] = []
        for file, target in zip(files, targets, strict=True):
            report = self._reporter(item, before, notices)
            result = self._downloader.fetch(file, target, control, report)
            notices += result.notices
            if result.state is not DownloadState.DONE:
                last = replace(self.get(item.id), state=result.state, speed=0.0, seconds_left=None)
                if control.deletes:
                    self._discard_parts(last)
                    last = replace(last, done=0, files=())
                return last
            before += file.size
            results.append(result)
            if result.fetched:  # what lay there before is not ours to delete
                item = replace(item, files=(*item.files, result.path))
        enlist(self._library, files, results)
        return replace(
            item,
            state=DownloadState.DONE,
            done=item.total,
            notice=" ".join(notices),
            files=tuple(result.path for result in results),
            sha256=tuple(result.sha256 for result in results),
        )

    def _reporter(
        self, item: DownloadItem, before: int, notices: list[str]
    ) -> Callable[[Progress], None]:
        def report(progress: Progress) -> None:
            left = None
            if progress.speed:
                left = (item.total - before - progress.done) / progress.speed
            self._set(
                replace(
                    item,
                    state=progress.state,
                    done=before + progress.done,
                    speed=progress.speed,
                    seconds_left=left,
                    notice=progress.notice or " ".join(notices),
                ),
                write=False,
            )

        return report

    def _bytes_here(self, item: DownloadItem) -> int:
        """Bytes on disk of a download that ended early; a damaged part is gone by now."""
        return sum(
            max(file_size(target), file_size(target.with_name(target.name + ".part")))
            for target in self._targets(item)
        )

    def _targets(self, item: DownloadItem) -> Iterator[Path]:
        """Where its files are or would be, for every commit it was begun with."""
        owner_name = item.repository.replace("/", "--")
        for folder in self._place.folder.glob(f"{owner_name}*"):
            if folder.name.partition("@")[0] == owner_name:
                for path in item.paths:
                    yield folder.joinpath(*safe_parts(path))

    def _discard_parts(self, item: DownloadItem) -> None:
        """Delete what this download wrote: unfinished parts, and finished ones of a split file."""
        for target in self._targets(item):
            for ending in (".part", ".part.journal", ".part.journal.new"):
                _delete(target.with_name(target.name + ending))
        for finished in item.files:
            _delete(finished)


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error, path) from error


def _stopped_state(control: DownloadControl) -> DownloadState:
    return DownloadState.PAUSED if control.pausing else DownloadState.CANCELLED
