"""Fetching one pinned file so that it always ends as a verified file or as a reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from app.domain.download import (
    AlreadyDownloadingError,
    BusyServerError,
    ChangedOnServerError,
    DamagedDownloadError,
    DownloadResult,
    DownloadState,
    FileInTheWayError,
    NetworkError,
    Progress,
    RemoteFile,
    ServerAnswerError,
    WrongSizeError,
)
from app.domain.errors import DiskFullError, KnownError
from app.hub.control import DownloadControl, Wish
from app.hub.gate import NetworkGate
from app.hub.pace import SpeedMeter, Throttle
from app.hub.part import JournalHead, PartFile, disk_error, hash_file
from app.hub.tools import Tools
from app.hub.transport import Answer, RangeRefusedError, SignedAddressExpiredError, Transport

REPORT_SECONDS = 0.1
_SHA256_DIGITS = 64

Report = Callable[[Progress], None]


class Downloader:
    """Fetches files. Thread-safe: each call holds its own state."""

    def __init__(
        self,
        transport: Transport,
        gate: NetworkGate,
        *,
        address: Callable[[RemoteFile], str],
        token: Callable[[], str | None],
        tools: Tools | None = None,
    ) -> None:
        """Prepare.

        Args:
            transport: Opens connections.
            gate: The Offline switch; going offline interrupts a transfer.
            address: The hub's own address of a file.
            token: The access token now; None for none.
            tools: Clock, disk, retry policy and limits.
        """
        self._transport = transport
        self._gate = gate
        self._address = address
        self._token = token
        self._tools = tools or Tools()

    def fetch(
        self, file: RemoteFile, destination: Path, control: DownloadControl, report: Report
    ) -> DownloadResult:
        """Bring ``file`` to ``destination``, going on from what an earlier call left there.

        Blocks; ``report`` is called on this thread, at most ten times a second.

        Args:
            file: What to fetch.
            destination: Where it shall be; its folder is made.
            control: Pause and cancel.
            report: Told how far it is.

        Raises:
            HubError: One of :mod:`app.domain.download`'s; what was fetched is kept unless the
                error says otherwise.
            DiskFullError: No room; the part is kept.
            OfflineError: Offline is or went on.
        """
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(destination.with_name(destination.name + ".part.lock"))
            lock.acquire(blocking=False)
        except Timeout as error:
            raise AlreadyDownloadingError(
                f"Another Phial is downloading {destination.name} right now."
            ) from error
        except OSError as error:
            raise disk_error(error, destination) from error
        forget = self._gate.on_offline(control.interrupt)
        try:
            job = _Job(self, file, destination, control, report)
            try:
                return job.run()
            finally:
                job.close()
        finally:
            forget()
            lock.release()
            with suppress(OSError):  # another process may hold it open by now
                Path(lock.lock_file).unlink(missing_ok=True)


class _Job:
    """One call of :meth:`Downloader.fetch`."""

    def __init__(
        self,
        owner: Downloader,
        file: RemoteFile,
        destination: Path,
        control: DownloadControl,
        report: Report,
    ) -> None:
        # Two classes, one thing: the downloader is the configured half of a job.
        self._transport, self._gate = owner._transport, owner._gate
        self._token, self._tools = owner._token, owner._tools
        self._url = owner._address(file)
        self._file, self._control, self._report = file, control, report
        self._part = PartFile(
            destination,
            chunk=self._tools.chunk,
            piece=self._tools.piece,
            reserve=self._tools.reserve,
        )
        self._etag = ""
        self._sha256 = file.sha256
        self._fetched = 0
        self._skip = 0  # bytes of the reply that are here already
        self._buffer: bytearray | None = None
        self._guard = True  # send If-Range
        self._refused = False
        self._notices: list[str] = []
        self._told = 0.0
        self._meter = SpeedMeter(self._tools.clock)
        self._throttle = Throttle(self._tools.limit, self._tools.clock)

    def close(self) -> None:
        self._control.hold(None)
        with suppress(KnownError):  # whatever ends the job is the error to tell
            self._part.settle()
        self._part.close()

    def run(self) -> DownloadResult:
        found = self._already_there()
        if found is not None:
            return found
        if not self._pick_up():
            return self._ended()
        failures = 0
        while self._part.offset < self._file.size:
            before = self._fetched
            wait = 0.0
            try:
                self._once()
            except SignedAddressExpiredError:
                failures += 1
                if failures >= self._tools.policy.tries:
                    raise
            except (NetworkError, BusyServerError) as error:
                self._gate.check()  # an interruption by Offline tells itself
                if self._control.stopped:
                    break
                gained = self._fetched - before
                failures = 1 if gained >= self._tools.policy.progress else failures + 1
                if failures >= self._tools.policy.tries:
                    raise
                asked = error.retry_after if isinstance(error, BusyServerError) else None
                wait = self._tools.policy.wait(failures, asked)
                self._tell(DownloadState.WAITING, f"{error.what} Trying again.", force=True)
            if self._control.stopped or (wait and self._control.wait(wait)):
                break
        if self._control.stopped:
            return self._ended()
        return self._verify()

    # --- beginning ----------------------------------------------------------------------------

    def _already_there(self) -> DownloadResult | None:
        path = self._part.destination
        try:
            if not path.exists():
                return None
            size = path.stat().st_size
            digest = None
            if path.is_file() and size == self._file.size and self._file.sha256:
                digest = hash_file(path, lambda: self._control.stopped, self._checking)
                if digest is None:
                    return self._ended()
        except OSError as error:
            raise disk_error(error, path) from error
        if digest is None or digest != self._file.sha256:
            raise FileInTheWayError(f"{path} exists and is not the file that was asked for.")
        self._part.discard()
        return DownloadResult(DownloadState.DONE, path, digest, 0, verified=True)

    def _checking(self, done: int) -> None:
        self._tell(DownloadState.CHECKING, done=done)

    def _pick_up(self) -> bool:
        """Open the part, old or new; False when stopped while reading it."""
        head = self._part.head()
        fits = head is not None and head.size == self._file.size
        if head is not None and fits:
            same = head.sha256 == self._file.sha256 or not (head.sha256 and self._file.sha256)
            if same and not head.sha256 and self._file.sha256:
                head = None  # cannot be told to be the same: begin again
            elif same:
                self._etag = head.etag
                if not self._part.resume(
                    lambda: self._control.stopped, lambda done, _: self._checking(done)
                ):
                    return False
                self._check_room()
                return True
        if head is not None:
            self._notice("The file has changed on the server, so the download began again.")
        self._check_room()
        self._begin()
        return True

    def _begin(self) -> None:
        head = JournalHead(
            self._url, self._file.commit, self._etag, self._file.sha256, self._file.size
        )
        self._buffer = None  # it belongs to the part as it was
        self._part.start(head)

    def _check_room(self) -> None:
        needed = self._file.size - self._part.offset
        free = self._tools.free_space(self._part.destination.parent)
        if needed + self._tools.spare > free:
            short = needed + self._tools.spare - free
            raise DiskFullError(
                f"{self._file.name} needs {needed / 1e9:.2f} GB more, and the disk that holds "
                f"{self._part.destination.parent} has {free / 1e9:.2f} GB free "
                f"({self._tools.spare / 1e9:.2f} GB of them stay free for the system).",
                data="The part that was fetched is kept.",
                action=f"Free at least {short / 1e9:.2f} GB, or choose a smaller quantization.",
            )

    # --- one connection -----------------------------------------------------------------------

    def _once(self) -> None:
        self._tell(DownloadState.CONNECTING, force=True)
        start = self._part.offset
        if_range = self._etag if self._guard else ""
        try:
            transfer = self._transport.open(
                self._url,
                token=self._token(),
                start=start,
                if_range=if_range,
                interrupt=self._control.hold,
            )
        except RangeRefusedError as error:
            self._range_refused(error)
            return
        with transfer:
            if not self._accept(transfer.answer, start, if_range):
                return
            left = self._file.size - transfer.answer.start
            self._skip = self._part.offset - transfer.answer.start
            while left > 0 and not self._control.stopped:
                self._gate.check()
                if self._buffer is None:
                    self._buffer = self._part.buffer()
                most = self._throttle.piece(min(len(self._buffer), left))
                count = transfer.read_into(memoryview(self._buffer)[:most])
                if not count:
                    raise NetworkError("The connection ended before the file did.")
                left -= count
                self._take(self._buffer, count)

    def _take(self, buffer: bytearray, count: int) -> None:
        self._fetched += count
        self._meter.add(count)
        skipped = min(self._skip, count)
        self._skip -= skipped
        if skipped < count:
            self._buffer = None  # the part has it until it is hashed
            self._part.append(memoryview(buffer)[skipped:count], buffer)
        self._tell(DownloadState.DOWNLOADING)
        debt = self._throttle.debt(count)
        if debt:
            self._control.wait(debt)

    def _accept(self, answer: Answer, start: int, if_range: str) -> bool:
        """Judge the head of a reply; False asks again at once."""
        linked = answer.linked_etag.lower()
        if len(linked) == _SHA256_DIGITS and self._sha256 not in {"", linked}:
            self._part.discard()
            raise ChangedOnServerError(
                f"{self._file.name} has changed on the server since the download began.",
                data="The bytes of the old file were deleted.",
            )
        if answer.size is not None and answer.size != self._file.size:
            self._part.discard()
            raise WrongSizeError(
                f"The server offers {answer.size:,} bytes for {self._file.name}, "
                f"and its own listing says {self._file.size:,}."
            )
        if start and not answer.start:
            return self._whole_file_again(answer, if_range)
        if start and self._etag and answer.etag and answer.etag != self._etag and not self._sha256:
            # The server honours ranges and ignored If-Range.
            self._restart(answer.etag)
            return False
        if not start and answer.etag != self._etag:
            self._etag = answer.etag
            self._begin()
        return True

    def _whole_file_again(self, answer: Answer, if_range: str) -> bool:
        """A range was asked for and the whole file is coming."""
        differs = bool(if_range and answer.etag and answer.etag != if_range)
        if differs and self._sha256 and self._guard:
            # Storage hosts tag the same bytes differently; the hub has just told the same SHA-256
            # for this file, so ask for the range without the tag. The final hash still decides.
            self._guard = False
            return False
        if differs and not self._sha256:
            self._restart(answer.etag)
            return True
        self._notice("The server cannot continue a download, so it sends the file from its start.")
        return True

    def _restart(self, etag: str) -> None:
        self._notice("The file has changed on the server, so the download began again.")
        self._etag = etag
        self._begin()

    def _range_refused(self, error: RangeRefusedError) -> None:
        if error.size is not None and error.size != self._file.size:
            self._part.discard()
            raise WrongSizeError(
                f"The server has {error.size:,} bytes of {self._file.name}, "
                f"and its own listing says {self._file.size:,}."
            ) from error
        if self._refused or not self._part.offset:
            raise ServerAnswerError(
                "The server refuses to send the rest of the file.", detail=str(error)
            ) from error
        self._refused = True
        self._notice("The server refused to continue, so the download began again.")
        self._begin()

    # --- telling ------------------------------------------------------------------------------

    def _notice(self, text: str) -> None:
        if text not in self._notices:
            self._notices.append(text)
        self._tell(DownloadState.CONNECTING, text, force=True)

    def _tell(
        self,
        state: DownloadState,
        notice: str = "",
        *,
        done: int | None = None,
        force: bool = False,
    ) -> None:
        now = self._tools.clock()
        if not force and now - self._told < REPORT_SECONDS:
            return
        self._told = now
        if state is DownloadState.DOWNLOADING:
            self._watch_disk()
        here = self._part.offset if done is None else done
        speed = self._meter.speed() if state is DownloadState.DOWNLOADING else 0.0
        left = (self._file.size - here) / speed if speed else None
        self._report(Progress(state, here, self._file.size, speed, left, notice))

    def _watch_disk(self) -> None:
        free = self._tools.free_space(self._part.destination.parent)
        if free < min(self._tools.spare, self._file.size - self._part.offset):
            raise DiskFullError(
                f"The disk that holds {self._part.destination.parent} has only "
                f"{free / 1e6:,.0f} MB left; something else is filling it.",
                data="The part that was fetched is kept.",
                action="Free some space and choose Resume.",
            )

    # --- ending -------------------------------------------------------------------------------

    def _ended(self) -> DownloadResult:
        """Stopped by the user, as the wish says."""
        wish = self._control.wish
        if wish is Wish.CANCEL_DELETE:
            self._part.discard()
        else:
            self._part.settle()
        state = DownloadState.PAUSED if wish is Wish.PAUSE else DownloadState.CANCELLED
        return DownloadResult(
            state, self._part.destination, "", self._fetched, notices=tuple(self._notices)
        )

    def _verify(self) -> DownloadResult:
        self._tell(DownloadState.VERIFYING, force=True)
        self._part.settle()
        digest = self._part.digest()
        if self._sha256 and digest != self._sha256:
            self._part.discard()
            raise DamagedDownloadError(
                f"{self._file.name} arrived damaged: its SHA-256 is not the one the hub tells.",
                detail=f"expected {self._sha256}, received {digest}",
            )
        if os.path.lexists(self._part.destination):
            raise FileInTheWayError(f"{self._part.destination} appeared during the download.")
        self._part.publish()
        return DownloadResult(
            DownloadState.DONE,
            self._part.destination,
            digest,
            self._fetched,
            verified=bool(self._sha256),
            notices=tuple(self._notices),
        )
