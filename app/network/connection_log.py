"""The list of every connection: a small file beside the chats, of which nobody else reads.

Each line is a JSON object: the beginning of a connection, written before anything is sent, or its
end. So a program that is killed leaves what it opened. Several programs append to one file; when it
is too long, one of them writes it anew with the newest connections.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.errors import OfflineError
from app.domain.network.connections import Attempt, Connection, ConnectionList, Outcome
from app.domain.private_files import FILE_MODE, append_lines, make_file, make_folder, read_file
from app.language import tr
from app.language.sentence import from_stored, to_stored

MOST = 2_000  # connections that are kept
MOST_BYTES = 1_000_000  # of the file; then it is written anew
_LOCK_SECONDS = 2.0  # another Phial appends for microseconds
_log = logging.getLogger(__name__)
UNDECLARED = tr("not said: a part of Phial connected without a reason")


class OpenConnection:
    """A connection that is being opened or is open. Thread-safe.

    ``with`` it around all that is done on one thread. Where a reply is read on another than the one
    that connects, :meth:`connecting` goes around connecting and :meth:`end` is called in the end.

    Args:
        connection: Whom to and what for.
        log: Where it is noted; None for nowhere.
    """

    def __init__(self, connection: Connection, log: ConnectionLog | None) -> None:
        self._connection, self._log = connection, log
        self._number = log.begin(connection) if log is not None else ""
        self._declared = log.declared if log is not None else threading.local()
        self._lock = threading.Lock()
        self._sent = self._received = 0
        self._over = False

    def sent(self, count: int) -> None:
        """So many bytes of a request were sent, its head too."""
        with self._lock:
            self._sent += count

    def received(self, count: int) -> None:
        """So many bytes of a reply came, its head too."""
        with self._lock:
            self._received += count

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """What this thread opens in this block is this connection; an error in it is its end."""
        before = getattr(self._declared, "depth", 0)
        self._declared.depth = before + 1
        outcome = Outcome.FAILED
        try:
            yield
            outcome = Outcome.OPEN
        except OfflineError:
            outcome = Outcome.REFUSED
            raise
        finally:
            self._declared.depth = before
            if outcome is not Outcome.OPEN:
                self.end(outcome)

    def end(self, outcome: Outcome = Outcome.DONE) -> None:
        """It is over; the first call counts."""
        with self._lock:
            over, self._over = self._over, True
            sent, received = self._sent, self._received
        if self._log is not None and not over:
            ended = replace(self._connection, sent=sent, received=received, outcome=outcome)
            self._log.end(self._number, ended)

    def __enter__(self) -> OpenConnection:
        self._entered = ExitStack()
        self._entered.enter_context(self.connecting())
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        self._entered.__exit__(kind, *rest)
        self.end()


class ConnectionLog:
    """The list, in a file. Thread-safe; several processes may have it.

    What the disk does not take is remembered until the program ends, and said in the log.

    Args:
        path: The file.
        clock: Seconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        self._unwritten: list[dict[str, Any]] = []
        self._changed: Callable[[], object] = lambda: None
        self.declared = threading.local()

    def on_change(self, changed: Callable[[], object]) -> None:
        """Call ``changed`` after each change, on the thread that made it."""
        self._changed = changed

    # --- writing ------------------------------------------------------------------------------

    def begin(self, connection: Connection) -> str:
        """Note one that is being opened, or was refused; returns its number."""
        number = os.urandom(8).hex()
        record = {
            "id": number,
            "at": connection.at,
            "host": connection.host,
            "port": connection.port,
            "reason": to_stored(connection.reason),
            "via": connection.via,
            "outcome": connection.outcome,
            "pid": os.getpid(),
        }
        self._append(record)
        self._changed()
        return number

    def end(self, number: str, connection: Connection) -> None:
        """Note what became of it."""
        record = {
            "id": number,
            "sent": connection.sent,
            "received": connection.received,
            "outcome": connection.outcome,
        }
        self._append(record)
        self._changed()

    def note_attempt(self, attempt: Attempt) -> None:
        """Note what a guard saw, unless this thread has said that it connects."""
        if getattr(self.declared, "depth", 0):
            return  # it is noted with its reason; where it is refused, the error ends it
        outcome = Outcome.REFUSED if attempt.refused else Outcome.OPEN
        self.begin(
            Connection(self._clock(), attempt.host, attempt.port, UNDECLARED, outcome=outcome)
        )

    def start(self) -> None:
        """Begin the list where there is none, so that it can say since when there was none."""
        if not self._path.exists():
            self._append()

    def clear(self) -> None:
        """Forget every connection; the list begins anew."""
        with self._lock:
            self._unwritten.clear()
            try:
                with self._alone():
                    self._write([self._head(0)])
            except OSError as error:
                _log.warning("The list of connections is not cleared: %s", error)
        self._changed()

    def _append(self, *records: dict[str, Any]) -> None:
        with self._lock:
            waiting = [*self._unwritten, *records]
            try:
                with self._alone():
                    if not self._path.exists():
                        waiting.insert(0, self._head(0))
                    append_lines(self._path, b"".join(map(_line, waiting)))
                    if self._path.stat().st_size > MOST_BYTES:
                        self._shorten()
            except OSError as error:
                _log.warning("The list of connections is not written: %s", error)
                self._unwritten = waiting[-MOST:]
                return
            self._unwritten = []

    def _shorten(self) -> None:
        records, head = self._records()
        kept = list(records.values())[-MOST // 2 :]
        dropped = int(head.get("dropped", 0)) + len(records) - len(kept)
        self._write([self._head(dropped, float(head["since"])), *kept])

    def _write(self, records: list[dict[str, Any]]) -> None:
        beside = self._path.with_name(self._path.name + ".new")
        beside.unlink(missing_ok=True)
        make_file(beside)
        with beside.open("wb") as file:
            file.write(b"".join(map(_line, records)))
        beside.replace(self._path)

    def _head(self, dropped: int, since: float | None = None) -> dict[str, Any]:
        return {"since": self._clock() if since is None else since, "dropped": dropped}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes the list in this block.

        Raises:
            OSError: The folder cannot be written to, or another Phial does not let go.
        """
        from filelock import FileLock, Timeout  # not where nothing is connected to

        make_folder(self._path.parent)
        lock = FileLock(f"{self._path}.lock", timeout=_LOCK_SECONDS, mode=FILE_MODE)
        with ExitStack() as held:
            try:
                held.enter_context(lock)
            except Timeout as error:
                raise OSError("another Phial holds it") from error  # not shown: for the log
            yield

    # --- reading ------------------------------------------------------------------------------

    def read(self) -> ConnectionList:
        """Every connection that is remembered."""
        with self._lock:
            records, head = self._records()
        rows = [found for one in records.values() if (found := _connection(one)) is not None]
        return ConnectionList(
            tuple(rows[-MOST:]),
            float(head["since"]),
            int(head.get("dropped", 0)) + max(0, len(rows) - MOST),
        )

    def _records(self) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
        """By number, the lines of each connection as one; and what the list says of itself.

        A line that is damaged is left out: the others stand by themselves.
        """
        try:
            lines = read_file(self._path).splitlines()
        except OSError:
            lines = []
        head = self._head(0)
        found: dict[str, dict[str, Any]] = {}
        for line in [*lines, *map(_line, self._unwritten)]:
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if not isinstance(record, dict):
                continue
            if type(record.get("since")) in {int, float}:
                head = {**head, **{k: v for k, v in record.items() if type(v) in {int, float}}}
            elif isinstance(record.get("id"), str):
                found.setdefault(record["id"], {}).update(record)
        return found, head


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def _connection(record: dict[str, Any]) -> Connection | None:
    """What the lines of one connection say; None where its beginning is lost."""
    import psutil

    try:
        outcome = Outcome(record["outcome"])
        if outcome is Outcome.OPEN and not psutil.pid_exists(int(record["pid"])):
            outcome = Outcome.CUT_OFF
        return Connection(
            float(record["at"]),
            str(record["host"]),
            int(record["port"]),
            from_stored(str(record["reason"])),
            str(record.get("via", "")),
            int(record.get("sent", 0)),
            int(record.get("received", 0)),
            outcome,
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
