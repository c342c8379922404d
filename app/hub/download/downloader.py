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
    DamagedDownloadError,
    DownloadResult,
    DownloadState,
    FileInTheWayError,
    NetworkError,
    RemoteFile,
    WrongRangeError,
)
from app.domain.errors import KnownError
from app.domain.private_files import FILE_MODE, make_folder
from app.hub.download.beside import ask_beside
from app.hub.download.control import DownloadCommand, DownloadControl
from app.hub.download.disk import DiskSpace, disk_error
from app.hub.download.environment import DownloadEnvironment
from app.hub.download.hashing import hash_file
from app.hub.download.journal import JournalHead
from app.hub.download.partial_file import PartialFile
from app.hub.download.progress_reporter import ProgressCallback, ProgressReporter
from app.hub.download.rate_limit import BandwidthLimit
from app.hub.download.resume_validator import Decision, ResumeValidator
from app.hub.network.http_response import RangeRefusedError, SignedAddressExpiredError
from app.hub.network.transport import Transfer, Transport
from app.language import tr
from app.network.gate import NetworkGate
from app.network.reasons import fetching


class Downloader:
    """Fetches files. Thread-safe: each call holds its own state."""

    def __init__(
        self,
        transport: Transport,
        gate: NetworkGate,
        *,
        address: Callable[[RemoteFile], str],
        token: Callable[[], str | None],
        tools: DownloadEnvironment | None = None,
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
        self._tools = tools or DownloadEnvironment()

    def fetch(
        self,
        file: RemoteFile,
        destination: Path,
        control: DownloadControl,
        report: ProgressCallback,
    ) -> DownloadResult:
        """Bring ``file`` to ``destination``, going on from what an earlier call left there.

        Blocks; ``report`` is called on this thread, at most ten times a second.

        Args:
            file: What to fetch.
            destination: Where it shall be; its folder is made.
            control: Pause and cancel.
            report: Called with how far it is.

        Raises:
            HubError: One of :mod:`app.domain.download`'s; what was fetched is kept unless the
                error says otherwise.
            DiskFullError: No room; the part is kept.
            OfflineError: Offline is or went on.
        """
        try:
            make_folder(destination.parent)
            beside = destination.with_name(destination.name + ".part.lock")
            lock = FileLock(beside, mode=FILE_MODE)
            lock.acquire(blocking=False)
        except Timeout as error:
            raise AlreadyDownloadingError(
                tr("Another Phial is downloading {name} right now.", name=destination.name)
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
        report: ProgressCallback,
    ) -> None:
        # Two classes, one thing: the downloader is the configured half of a job.
        self._transport, self._gate = owner._transport, owner._gate
        self._token, self._tools = owner._token, owner._tools
        self._url = owner._address(file)
        self._file, self._control = file, control
        self._part = PartialFile(
            destination,
            chunk=self._tools.chunk,
            reserve=self._tools.reserve,
        )
        self._room = DiskSpace(destination.parent, self._tools.free_space, self._tools.spare)
        self._identity = ResumeValidator(file)
        self._teller = ProgressReporter(report, file.size, self._tools.clock)
        self._throttle = BandwidthLimit(self._tools.limit, self._tools.clock)
        self._fetched = 0
        self._skip = 0  # bytes of the reply that are here already
        self._buffer: bytearray | None = None

    def close(self) -> None:
        self._control.register_wake(None)
        with suppress(KnownError):  # whatever ends the job is the error to tell
            self._part.flush()
            if not self._part.offset:  # an empty part is nothing to go on from
                self._part.discard()
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
                soon = self._tools.policy.announce(failures, wait)
                self._report(DownloadState.WAITING, f"{error.what} {soon}")
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
            raise FileInTheWayError(
                tr("{path} exists and is not the file that was asked for.", path=str(path))
            )
        self._part.discard()
        return DownloadResult(DownloadState.DONE, path, digest, 0, verified=True)

    def _checking(self, done: int) -> None:
        if self._teller.due:
            self._teller.report(DownloadState.CHECKING, done)

    def _pick_up(self) -> bool:
        """Open the part, old or new; False when stopped while reading it."""
        head = self._part.head()
        if head is not None and self._continues(head):
            self._identity.etag = head.etag
            if not self._part.resume(
                lambda: self._control.stopped, lambda done, _: self._checking(done)
            ):
                return False
            self._check_room()
            return True
        if head is not None and not self._cannot_be_told(head):
            self._teller.report_notice(ResumeValidator.changed_before_start(), 0)
        self._check_room()
        self._begin()
        return True

    def _continues(self, head: JournalHead) -> bool:
        """Whether the part on disk holds bytes of the file that is wanted."""
        if head.size != self._file.size or self._cannot_be_told(head):
            return False
        return head.sha256 == self._file.sha256 or not self._file.sha256

    def _cannot_be_told(self, head: JournalHead) -> bool:
        """Whether a part of that size was begun when the hub told no hash, and now it does."""
        return head.size == self._file.size and not head.sha256 and bool(self._file.sha256)

    def _begin(self) -> None:
        file = self._file
        self._buffer = None  # it belongs to the part as it was
        self._part.start(
            JournalHead(self._url, file.commit, self._identity.etag, file.sha256, file.size)
        )

    def _check_room(self) -> None:
        self._room.check(self._file.size - self._part.offset, self._file.name)

    # --- one connection -----------------------------------------------------------------------

    def _once(self) -> None:
        self._report(DownloadState.CONNECTING)
        identity, held = self._identity, self._part.offset
        start, if_range = identity.first_wanted(held), identity.if_range
        try:
            transfer = self._open(start, if_range)
        except RangeRefusedError as error:
            self._apply_command(identity.check_refused(error, start))
            return
        except WrongRangeError as error:
            self._apply_command(identity.rule_wrong_range(error))
            return
        if transfer is None:
            return
        with transfer:
            if self._apply_command(identity.check(transfer.response, start, if_range, held)):
                self._receive(transfer)

    def _open(self, start: int, if_range: str) -> Transfer | None:
        """Connect and ask; None when stopped meanwhile, however long the server is silent."""
        return ask_beside(
            lambda: self._transport.open(
                self._url,
                reason=fetching(self._file.name),
                token=self._token(),
                start=start,
                if_range=if_range,
                interrupt=self._control.register_wake,
            ),
            self._control,
            late=Transfer.close,
        )

    def _apply_command(self, ruling: Decision) -> bool:
        """Do what was ruled; return whether to read the reply."""
        self._teller.report_notice(ruling.notice, self._part.offset)
        if ruling.restart:
            self._begin()
        return ruling.accept

    def _receive(self, transfer: Transfer) -> None:
        left = self._file.size - transfer.response.start
        self._skip = self._part.offset - transfer.response.start
        while left > 0 and not self._control.stopped:
            self._gate.check()
            if self._buffer is None:
                self._buffer = self._part.buffer()
            most = self._throttle.read_size(min(len(self._buffer), left))
            count = transfer.read_into(memoryview(self._buffer)[:most])
            if not count:
                raise NetworkError(tr("The connection ended before the file did."))
            left -= count
            if not self._part.offset:
                view = memoryview(self._buffer)[:count]
                self._identity.check_beginning(view, transfer.response.size)
            self._take(self._buffer, count)

    def _take(self, buffer: bytearray, count: int) -> None:
        self._fetched += count
        self._teller.count(count)
        skipped = min(self._skip, count)
        if skipped:
            here = self._part.held(self._part.offset - self._skip, skipped)
            self._identity.check_repeated(memoryview(buffer)[:skipped], here)
        self._skip -= skipped
        if skipped < count:
            self._buffer = None  # the part has it until it is hashed
            self._part.append(memoryview(buffer)[skipped:count], buffer)
        if self._teller.due:
            self._room.check_remaining(self._file.size - self._part.offset)
            self._report(DownloadState.DOWNLOADING)
        debt = self._throttle.delay_after(count)
        if debt:
            self._control.wait(debt)

    def _report(self, state: DownloadState, notice: str = "") -> None:
        self._teller.report(state, self._part.offset, notice)

    # --- ending -------------------------------------------------------------------------------

    def _ended(self) -> DownloadResult:
        """Stopped by the user, as the command says."""
        wish = self._control.command
        if wish is DownloadCommand.CANCEL_DELETE:
            self._part.discard()
        else:
            self._part.flush()
        state = DownloadState.PAUSED if wish is DownloadCommand.PAUSE else DownloadState.CANCELLED
        return DownloadResult(
            state, self._part.destination, "", self._fetched, notices=self._teller.notices
        )

    def _verify(self) -> DownloadResult:
        self._report(DownloadState.VERIFYING)
        self._part.flush()
        digest = self._part.digest()
        if self._file.sha256 and digest != self._file.sha256:
            self._part.discard()
            raise DamagedDownloadError(
                tr(
                    "{name} arrived damaged: its SHA-256 is not the one the hub tells.",
                    name=self._file.name,
                ),
                detail=tr(
                    "expected {told}, received {digest}", told=self._file.sha256, digest=digest
                ),
            )
        if os.path.lexists(self._part.destination):
            raise FileInTheWayError(
                tr(
                    "{path} appeared during the download.",
                    path=str(self._part.destination),
                )
            )
        self._part.publish()
        return DownloadResult(
            DownloadState.DONE,
            self._part.destination,
            digest,
            self._fetched,
            verified=bool(self._file.sha256),
            notices=self._teller.notices,
        )
