"""The application log and the crash log."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from app.domain.private_files import make_file
from app.language import tr
from app.language.system_reasons import reason_of

LOG_BYTES = 2_000_000
LOG_FILES = 3
_log = logging.getLogger(__name__)
FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class _PrivateFileHandler(RotatingFileHandler):
    """A rotating log that only its user reads."""

    def _open(self) -> TextIOWrapper:
        make_file(Path(self.baseFilename))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging names it
        """Leave out what a full disk does not take; there is nowhere better to say so."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        """Close it, whether or not the disk takes the rest."""
        with suppress(OSError):
            super().close()


class Logs:
    """Writes every log record to ``folder/phial.log`` and every crash to ``folder/crash.log``.

    The texts of messages are never logged.

    Args:
        folder: Where; what cannot be written there is not kept.
        level: Least severe level of Phial's own records; of other packages it is INFO, since at
            DEBUG some log what passes through them.

    Attributes:
        path: The log.
        problem: A sentence where it cannot be written; empty otherwise.
    """

    def __init__(self, folder: Path, level: int = logging.INFO) -> None:
        self.path = folder / "phial.log"
        self.problem = ""
        self._crashes: TextIOWrapper | None = None
        self._handler: logging.Handler = logging.NullHandler()
        try:
            self._handler = _PrivateFileHandler(
                self.path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
            )
            # Stays open while we run: faulthandler writes to it from a signal handler.
            make_file(folder / "crash.log")
            self._crashes = (folder / "crash.log").open("a", encoding="utf-8")
            faulthandler.enable(self._crashes)
        except OSError as error:
            self.problem = tr(
                "The log in {folder} cannot be written: {reason}. Phial works without it.",
                folder=str(folder),
                reason=reason_of(error),
            )
        self._handler.setFormatter(logging.Formatter(FORMAT))
        root = logging.getLogger()
        self._level = root.level
        root.setLevel(logging.INFO)
        logging.getLogger("app").setLevel(level)
        root.addHandler(self._handler)
        self._open = True
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook, threading.excepthook = _on_main, _on_thread

    def add_filter(self, redact: logging.Filter) -> None:
        """Let every record pass ``redact`` before it is written."""
        self._handler.addFilter(redact)

    def close(self) -> None:
        """Stop writing. May be called twice."""
        if not self._open:
            return
        self._open = False
        sys.excepthook, threading.excepthook = self._hooks
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level)
        self._handler.close()


def _on_main(
    kind: type[BaseException], value: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, value, traceback)
        return
    _log.critical("A bug of ours reached the top.", exc_info=(kind, value, traceback))
    told = tr("a bug of ours: {kind}; the log has the details.", kind=kind.__name__)
    sys.stderr.write(f"phial: {told}\n")  # not shown


def _on_thread(args: threading.ExceptHookArgs) -> None:
    value = args.exc_value or args.exc_type()
    name = args.thread.name if args.thread else "a thread"  # not shown: for the log
    _log.critical(
        "A bug of ours ended %s.", name, exc_info=(args.exc_type, value, args.exc_traceback)
    )
