"""Several downloads, one after the other, remembered across restarts."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.domain.download import (
    AccessError,
    AlreadyDownloadingError,
    BusyServerError,
    DamagedDownloadError,
    DownloadItem,
    DownloadProgress,
    DownloadState,
    FileInTheWayError,
    NetworkError,
    RemoteFile,
    UnsafeNameError,
)
from app.domain.errors import KnownError, ModelFileError, NotFoundError, OfflineError
from app.hub.api.client import HubClient
from app.hub.api.file_names import check_repository, plain_name, safe_parts
from app.hub.download.beside import ask_beside
from app.hub.download.control import DownloadControl
from app.hub.download.disk import disk_error
from app.hub.download.downloader import Downloader
from app.hub.download.rate_limit import RetryPolicy
from app.hub.local.installed_models import InstalledModels
from app.hub.queue.download_target import DownloadTarget
from app.hub.queue.queue_file import add_installed, read_queue, write_queue
from app.language import paragraph, tr, trn

_OURS = tr("Phial made a mistake here. Its log says more; what was fetched is kept. Try again.")
# These say themselves what became of the bytes; of all others that is read off the disk.
_SAY_IT_THEMSELVES = (
    AlreadyDownloadingError,
    DamagedDownloadError,
    FileInTheWayError,
    ModelFileError,
    UnsafeNameError,
)
_log = logging.getLogger(__name__)


class DownloadQueue:
    """Works off downloads on one thread. Every method may be called from any thread.

    After a restart everything that was not finished is paused: the network is touched only by an
    action of the user.
    """

    def __init__(
        self,
        client: HubClient,
        downloader: Downloader,
        library: InstalledModels,
        place: DownloadTarget,
        *,
        on_change: Callable[[DownloadItem], None] = lambda _: None,
        policy: RetryPolicy | None = None,
    ) -> None:
        """Read the remembered queue; nothing is started.

        Args:
            client: Gives sizes and hashes.
            downloader: Fetches one file.
            library: Finished models are added here.
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
            raise NotFoundError(tr("There is no such download."))
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

    def cancel(self, item_id: str, *, keep_part: bool) -> None:
        """Stop one for good and say whether its bytes stay on disk."""
        running = self._stop(
            item_id, lambda control: control.cancel(keep_part=keep_part), DownloadState.CANCELLED
        )
        item = self.get(item_id)
        if not running and not keep_part and item.state is not DownloadState.DONE:
            self._set(self._without_bytes(item))

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
        item = replace(item, state=DownloadState.QUEUED, error="", notice="", closed=False)
        with self._wake:
            if self._current is not None and self._current[0] == item.id:
                return self._items[item.id]
            self._items.pop(item.id, None)
            self._items[item.id] = item
            self._write()
            if self._thread is None or not self._thread.is_alive():
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
        with self._wake:
            item, control = self.get(item_id), None
            if self._current is not None and self._current[0] == item_id:
                control = self._current[1]
            elif item.state is DownloadState.DONE:
                return False
            else:
                item = self._stopped(item, state)
                self._keep(item)
        if control is None:
            self._on_change(item)
            return False
        wish(control)
        return True

    def _set(self, item: DownloadItem, *, write: bool = True) -> None:
        self._keep(item, write=write)
        self._on_change(item)

    def _keep(self, item: DownloadItem, *, write: bool = True) -> None:
        with self._wake:
            if item.id in self._items:
                self._items[item.id] = item
                if write:
                    self._write()

    def _write(self) -> None:
        """Keep the list on disk; a full disk must not end the thread that is about to tell it.

        What is lost with the list is little: asking for a model again goes on with its part.
        """
        try:
            write_queue(self._place.state, self._items.values())
        except KnownError as error:
            _log.warning("The list of downloads could not be kept: %s", error.what)

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
            last = replace(item, state=DownloadState.FAILED, error=_OURS)
            try:
                last = self._run(item, control)
            finally:  # a fault of ours ends this thread, and nobody is left waiting for it
                with self._wake:  # in one step, so that nothing asked for meanwhile is overwritten
                    self._current = None
                    self._keep(last)
                self._on_change(last)

    def _next(self) -> DownloadItem | None:
        queued = (one for one in self._items.values() if one.state is DownloadState.QUEUED)
        return next(queued, None)

    def _run(self, item: DownloadItem, control: DownloadControl) -> DownloadItem:
        """Fetch one item and return its last state."""
        known: KnownError
        try:
            last = self._fetch(item, control)
            return self._without_bytes(last) if control.delete_requested else last
        except OfflineError as error:
            state, known = DownloadState.PAUSED, error
        except KnownError as error:
            state, known = DownloadState.FAILED, error
        except OSError as error:  # a folder that went away, a disk that fails
            state = DownloadState.FAILED
            known = disk_error(error, self._place.folder / item.name)
        here = self._place.bytes_here(self.get(item.id))
        return replace(
            self._stopped(item, state),
            error=_told(known, here),
            done=here,
            closed=isinstance(known, AccessError),
        )

    def _fetch(self, item: DownloadItem, control: DownloadControl) -> DownloadItem:
        files = self._pin(item, control)
        if files is None:
            return self._stopped(item, _stopped_state(control))
        item = replace(item, total=sum(file.size for file in files))
        last: FileInTheWayError | None = None
        for folder in self._place.folders(files[0]):
            targets = [folder.joinpath(*safe_parts(file.path)) for file in files]
            try:
                self._place.check_room(files, targets)
                return self._fetch_into(item, files, targets, control)
            except FileInTheWayError as error:
                last = error
        raise last or FileInTheWayError(tr("No folder is free for this model."))

    def _without_bytes(self, item: DownloadItem) -> DownloadItem:
        """Delete what an item wrote, unless it is finished."""
        if item.state is DownloadState.DONE:
            return item
        self._place.discard(item)
        return replace(item, done=0, files=())

    def _stopped(self, item: DownloadItem, state: DownloadState) -> DownloadItem:
        """As it was told last, and no longer moving."""
        return replace(self.get(item.id), state=state, speed=0.0, seconds_left=None)

    def _pin(self, item: DownloadItem, control: DownloadControl) -> tuple[RemoteFile, ...] | None:
        """Ask what the files are; None when stopped while waiting to ask again."""
        self._set(replace(item, state=DownloadState.CONNECTING))
        failures = 0
        while True:
            if control.stopped:
                return None
            try:
                return ask_beside(
                    lambda: self._client.pin(item.repository, item.paths, item.revision), control
                )
            except (NetworkError, BusyServerError) as error:
                failures += 1
                if failures >= self._policy.tries:
                    raise
                asked = error.retry_after if isinstance(error, BusyServerError) else None
                wait = self._policy.wait(failures, asked)
                notice = paragraph(error.what, self._policy.announce(failures, wait))
                self._set(replace(item, state=DownloadState.WAITING, notice=notice))
                control.wait(wait)
                self._set(replace(item, state=DownloadState.CONNECTING, notice=error.what))

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
                return self._stopped(item, result.state)
            before += file.size
            results.append(result)
            if result.fetched:  # what lay there before is not ours to delete
                item = replace(item, files=(*item.files, result.path))
        add_installed(self._library, files, results)
        return replace(
            item,
            state=DownloadState.DONE,
            done=item.total,
            notice=paragraph(*notices),
            files=tuple(result.path for result in results),
            sha256=tuple(result.sha256 for result in results),
        )

    def _reporter(
        self, item: DownloadItem, before: int, notices: list[str]
    ) -> Callable[[DownloadProgress], None]:
        def report(progress: DownloadProgress) -> None:
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
                    notice=progress.notice or paragraph(*notices),
                ),
                write=False,
            )

        return report


def _told(error: KnownError, here: int) -> str:
    """A failure in sentences, with what is really here of the download."""
    if isinstance(error, _SAY_IT_THEMSELVES):
        return error.told
    kept = (
        trn(
            "The {n} byte that was fetched is kept.",
            "The {n} bytes that were fetched are kept.",
            here,
        )
        if here
        else tr("Nothing was fetched.")
    )
    return paragraph(error.what, kept, error.action)


def _stopped_state(control: DownloadControl) -> DownloadState:
    return DownloadState.PAUSED if control.pause_requested else DownloadState.CANCELLED
