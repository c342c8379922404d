"""Progress on the program's button in Windows' taskbar, which Qt 6 no longer wraps.

``ITaskbarList3`` is a COM interface: a pointer to a table of functions, called here through
``ctypes``. The numbers below are those of Microsoft's ``shobjidl.h``. Nothing but
:func:`taskbar_list` needs Windows, so the calls are tested with a table made in memory.
"""

from __future__ import annotations

import ctypes
import sys
import uuid
from ctypes import POINTER, byref, c_int, c_long, c_ubyte, c_ulonglong, c_void_p
from typing import Any

if sys.platform == "win32":
    _PROTOTYPE = ctypes.WINFUNCTYPE
else:
    _PROTOTYPE = ctypes.CFUNCTYPE

_CLASS = uuid.UUID("56fdf344-fd6d-11d0-958a-006097c9a090")  # CLSID_TaskbarList
_INTERFACE = uuid.UUID("ea1afb91-9e28-4b86-90e9-9e9f8a5eefaf")  # IID_ITaskbarList3
_IN_PROCESS = 1  # CLSCTX_INPROC_SERVER
_INITIALISE, _SET_VALUE, _SET_STATE = 3, 9, 10  # places in the table; three are IUnknown's
_NO_PROGRESS = 0  # TBPF_NOPROGRESS


class TaskbarList:
    """One ``ITaskbarList3``. Errors of the taskbar are nobody's concern and are not told.

    Args:
        pointer: Address of the interface.
    """

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer
        self._call(_INITIALISE)

    def show(self, window: int, done: int, total: int) -> None:
        """Show on the button of ``window`` (its ``HWND``) that ``done`` of ``total`` are done."""
        self._call(_SET_VALUE, c_void_p(window), c_ulonglong(done), c_ulonglong(total))

    def clear(self, window: int) -> None:
        """Show nothing."""
        self._call(_SET_STATE, c_void_p(window), c_int(_NO_PROGRESS))

    def _call(self, place: int, *arguments: Any) -> None:
        table = ctypes.cast(self._pointer, POINTER(POINTER(c_void_p))).contents
        types = [type(argument) for argument in arguments]
        _PROTOTYPE(c_long, c_void_p, *types)(table[place] or 0)(self._pointer, *arguments)


if sys.platform == "win32":

    def taskbar_list() -> TaskbarList | None:
        """The taskbar of this desktop; None where there is none. On the GUI thread only."""
        pointer = c_void_p()
        # Qt has set up COM on this thread.
        failed = ctypes.windll.ole32.CoCreateInstance(
            _guid(_CLASS), None, _IN_PROCESS, _guid(_INTERFACE), byref(pointer)
        )
        return TaskbarList(pointer.value) if not failed and pointer.value else None

else:

    def taskbar_list() -> TaskbarList | None:
        """None: this is no Windows."""
        return None


def _guid(value: uuid.UUID) -> ctypes.Array[c_ubyte]:
    """As Windows keeps it in memory."""
    return (c_ubyte * 16).from_buffer_copy(value.bytes_le)
