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
FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def start_logging(folder: Path, *, to_screen: bool = False) -> Path:
    """Write every log record to ``folder/phial.log`` and every crash to ``folder/crash.log``.

    Message texts are never logged; see STYLE in the contributor notes.

    Args:
        folder: An existing folder.
        to_screen: Also write warnings to standard error.

    Returns:
        The log file.
    """
    path = folder / "phial.log"
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [
        RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    ]
    if to_screen:
        screen = logging.StreamHandler(sys.stderr)
        screen.setLevel(logging.WARNING)
        handlers.append(screen)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
        root.addHandler(handler)
    _watch_crashes(folder / "crash.log")
    return path


def _watch_crashes(path: Path) -> None:
    # Stays open for the life of the process: faulthandler writes to it from a signal handler.
    crash_file = path.open("a", encoding="utf-8")
    faulthandler.enable(crash_file)
    log = logging.getLogger("phial.crash")

    def on_main(
        kind: type[BaseException], value: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, value, traceback)
            return
        log.critical("A bug of ours reached the top.", exc_info=(kind, value, traceback))

    def on_thread(args: threading.ExceptHookArgs) -> None:
        value = args.exc_value or args.exc_type()
        name = args.thread.name if args.thread else "a thread"
        log.critical(
            "A bug of ours ended %s.", name, exc_info=(args.exc_type, value, args.exc_traceback)
        )

    sys.excepthook = on_main
    threading.excepthook = on_thread
