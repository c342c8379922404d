"""The application log and the crash log."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

LOG_BYTES = 2_000_000
LOG_FILES = 3
_log = logging.getLogger("phial.crash")
FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class Logs:
    """Writes every log record to ``folder/phial.log`` and every crash to ``folder/crash.log``.

    The texts of messages are never logged.

    Args:
        folder: An existing folder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "phial.log"
        self._handler = RotatingFileHandler(
            self.path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        self._handler.setFormatter(logging.Formatter(FORMAT))
        root = logging.getLogger()
        root.setLevel(logging.INFO)
        root.addHandler(self._handler)
        # Stays open while we run: faulthandler writes to it from a signal handler.
        self._crashes = (folder / "crash.log").open("a", encoding="utf-8")
        faulthandler.enable(self._crashes)
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook, threading.excepthook = _on_main, _on_thread

    def add_filter(self, redact: logging.Filter) -> None:
        """Let every record pass ``redact`` before it is written."""
        self._handler.addFilter(redact)

    def close(self) -> None:
        """Stop writing. May be called twice."""
        if self._crashes.closed:
            return
        sys.excepthook, threading.excepthook = self._hooks
        faulthandler.disable()
        self._crashes.close()
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()


def _on_main(
    kind: type[BaseException], value: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, value, traceback)
        return
    _log.critical("A bug of ours reached the top.", exc_info=(kind, value, traceback))
    sys.stderr.write(f"phial: a bug of ours: {kind.__name__}; the log has the details.\n")


def _on_thread(args: threading.ExceptHookArgs) -> None:
    value = args.exc_value or args.exc_type()
    name = args.thread.name if args.thread else "a thread"
    _log.critical(
        "A bug of ours ended %s.", name, exc_info=(args.exc_type, value, args.exc_traceback)
    )
