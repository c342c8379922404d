"""Uncaught exceptions of slots, events, timers and threads: logged and shown.

Qt calls our code and cannot pass our exceptions on; Python hands them to its hooks, which would
print them where nobody looks who clicked an icon.

What C code raises (``int("x")``, a call of a widget that is gone) is a type and a text until
somebody looks at it, in Python before 3.12. Where it leaves a method that Qt calls
(``resizeEvent``) during a call of ours (``window.show()``), PySide 6.11 puts words before its
message, takes the text for an exception, and the process ends by SIGSEGV. While another exception
is handled, Python makes such errors whole as they are raised (``_PyErr_SetObject``), so the
window's program runs inside of a handler: :func:`with_whole_exceptions`.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.domain.errors import BugError, KnownError
from app.language import paragraph, tr, trn
from app.ui.style.dialogs import ErrorDialog

T = TypeVar("T")
_log = logging.getLogger(__name__)
QUIET_SECONDS = 3.0
"""After a dialog was closed, its error opens none for so long, times how often it was shown, and is
told in a sentence at the bottom: one that comes from a timer would open dialogs as fast as one
closes them.
"""

KINDS_IN_DETAIL = 5
"""Tracebacks that one dialog holds; of further ones it has their number, and the log has all."""


class UnderneathError(Exception):
    """Is being handled while the window's program runs; it is nobody's failure."""


def with_whole_exceptions(run: Callable[[], T]) -> T:
    """Call ``run`` so that no exception of C code in a method of ours ends the process.

    What it raises has :class:`UnderneathError` behind it, see :func:`stand_alone`.
    """
    if sys.version_info >= (3, 12):
        return run()
    try:
        raise UnderneathError
    except UnderneathError as underneath:
        underneath.__traceback__ = None
        return run()


def stand_alone(error: BaseException) -> None:
    """Take :class:`UnderneathError` out of what came before an exception: nobody need read it."""
    seen = error
    while seen.__context__ is not None:
        if isinstance(seen.__context__, UnderneathError):
            seen.__context__ = None
            return
        seen = seen.__context__


@dataclass(frozen=True, slots=True)
class Caught:
    """An error that reached the top, without the frames that its traceback would keep alive.

    Attributes:
        kind: What makes two of them the same: the type, and the line that raised it.
        error: What is said of it.
        text: Its traceback.
    """

    kind: tuple[str, str, int]
    error: KnownError
    text: str


@dataclass(slots=True)
class _Seen:
    """How often one kind came and was shown, when its dialog closed, whether it was noted since."""

    times: int = 0
    dialogs: int = 0
    closed: float = 0.0
    told: bool = False


class TopErrors(QObject):
    """Takes Python's three hooks while the window's program runs; one dialog at a time.

    An exception that ends the program itself is logged; it is shown by whoever started the window.
    """

    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._window: QWidget | None = None
        self._tell: Callable[[str], object] | None = None
        self._dialog: ErrorDialog | None = None
        self._shown: list[Caught] = []
        self._others = 0  # further errors while the dialog is open
        self._seen: dict[tuple[str, str, int], _Seen] = {}
        self._building = False
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def __enter__(self) -> TopErrors:
        sys.excepthook, threading.excepthook = self._on_main, self._on_thread
        sys.unraisablehook = self._on_unraisable
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        if value is not None:
            stand_alone(value)
        if kind and isinstance(value, Exception) and not isinstance(value, KnownError):
            _log.critical("The window's program ended.", exc_info=(kind, value, trace))

    def show_over(self, window: QWidget, tell: Callable[[str], object]) -> None:
        """Dialogs belong to this window from now on; ``tell`` says a sentence in it."""
        self._window, self._tell = window, tell

    # --- from whichever thread ----------------------------------------------------------------

    def _on_main(
        self, kind: type[BaseException], value: BaseException, trace: TracebackType | None
    ) -> None:
        stand_alone(value)
        self._before[0](kind, value, trace)  # writes it to the log
        self._report(value, trace)

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        self._before[1](args)
        if args.exc_value is not None:
            self._report(args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        value = args.exc_value
        if value is None:
            return
        stand_alone(value)
        trace = (type(value), value, args.exc_traceback)
        _log.critical("A bug of ours reached the top: %s", args.err_msg or "", exc_info=trace)
        self._report(value, args.exc_traceback)

    def _report(self, value: BaseException, trace: TracebackType | None) -> None:
        if isinstance(value, Exception):
            self._arrived.emit(caught_of(value, trace))

    # --- in the window's thread ---------------------------------------------------------------

    def _take(self, caught: Caught) -> None:
        seen = self._seen.setdefault(caught.kind, _Seen())
        seen.times += 1
        if self._dialog is not None and isValid(self._dialog):
            self._add(self._dialog, caught)
        elif self._building:
            return
        elif monotonic() - seen.closed > QUIET_SECONDS * seen.dialogs:
            self._open(caught, seen)
        elif self._tell is not None and not seen.told:
            seen.told = True
            self._tell(tr("It happened again: {error}", error=caught.error.what))

    def _open(self, caught: Caught, seen: _Seen) -> None:
        self._building = True  # and stays so if the dialog is what fails: the log is left then
        self._shown, self._others = [caught], 0
        seen.dialogs += 1
        seen.told = False
        dialog = ErrorDialog(self._parent(), caught.error, patient=True)
        dialog.finished.connect(self._on_closed)
        self._dialog = dialog
        self._tell_times(dialog)
        dialog.open()
        self._building = False

    def _parent(self) -> QWidget | None:
        modal = QApplication.activeModalWidget()
        window = self._window
        return modal or (window if window is not None and isValid(window) else None)

    def _add(self, dialog: ErrorDialog, caught: Caught) -> None:
        known = any(one.kind == caught.kind for one in self._shown)
        if not known and len(self._shown) < KINDS_IN_DETAIL:
            self._shown.append(caught)
            dialog.add_detail(f"{caught.error}\n\n{caught.text}")
        elif not known:
            self._others += 1
        self._tell_times(dialog)

    def _tell_times(self, dialog: ErrorDialog) -> None:
        times = self._seen[self._shown[0].kind].times
        others = len(self._shown) - 1 + self._others
        said = [tr("This happened {count} times.", count=times)] if times > 1 else []
        if others:
            said.append(
                trn(
                    "Since then {n} other error came.",
                    "Since then {n} other errors came.",
                    others,
                )
            )
        dialog.say_more(paragraph(*said))

    def _on_closed(self) -> None:
        self._dialog = None
        for one in self._shown:
            self._seen[one.kind].closed = monotonic()


def caught_of(value: Exception, trace: TracebackType | None) -> Caught:
    """An error as it is shown; a known one with its own sentences."""
    text = "".join(traceback.format_exception(type(value), value, trace))
    frames = traceback.extract_tb(trace)
    where = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
    if isinstance(value, KnownError):
        detail = "\n\n".join(part for part in (value.detail, text) if part)
        error: KnownError = KnownError(
            value.what, data=value.data, action=value.action, detail=detail
        )
    else:
        error = BugError(type(value).__name__, detail=text)
    return Caught((type(value).__name__, *where), error, text)
