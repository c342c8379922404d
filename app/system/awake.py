"""Keeping the computer from going to sleep, by the means of each system.

Windows: ``SetThreadExecutionState`` (``winbase.h``), which holds for the thread that calls it.
macOS: an assertion of IOKit's power management (``IOPMLib.h``). Elsewhere the desktop is asked over
the session bus (:mod:`app.ui.desktop.awake`), which needs Qt.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import byref, c_uint32, c_void_p
from typing import Protocol


class SleepBlocker(Protocol):
    """A way to keep the computer awake; called on one thread."""

    def hold(self, reason: str) -> None:
        """Keep it awake until `release`; ``reason`` is shown by the system where it shows one."""

    def release(self) -> None:
        """Let it sleep again; nothing where it was not held."""


if sys.platform == "win32":
    _CONTINUOUS, _SYSTEM_REQUIRED = 0x8000_0000, 0x0000_0001  # ES_… of winbase.h

    class WindowsSleepBlocker:
        """``SetThreadExecutionState`` of the calling thread."""

        def hold(self, reason: str) -> None:  # noqa: ARG002 - Windows shows none
            """Keep the system awake; the screen may go dark."""
            ctypes.windll.kernel32.SetThreadExecutionState(c_uint32(_CONTINUOUS | _SYSTEM_REQUIRED))

        def release(self) -> None:
            """Let the system sleep again."""
            ctypes.windll.kernel32.SetThreadExecutionState(c_uint32(_CONTINUOUS))

    def sleep_blocker() -> SleepBlocker | None:
        """This system's own way; None where the desktop has to be asked."""
        return WindowsSleepBlocker()

elif sys.platform == "darwin":
    _ON = 255  # kIOPMAssertionLevelOn
    _UTF8 = 0x0800_0100  # kCFStringEncodingUTF8
    _IDLE_SLEEP = b"PreventUserIdleSystemSleep"  # kIOPMAssertionTypePreventUserIdleSystemSleep

    class MacSleepBlocker:
        """An assertion of IOKit that the system is not idle."""

        def __init__(self) -> None:
            frameworks = "/System/Library/Frameworks"
            self._kit = ctypes.CDLL(f"{frameworks}/IOKit.framework/IOKit")
            self._strings = ctypes.CDLL(f"{frameworks}/CoreFoundation.framework/CoreFoundation")
            self._strings.CFStringCreateWithCString.restype = c_void_p
            self._held: c_uint32 | None = None

        def hold(self, reason: str) -> None:
            """Keep the system awake; the screen may go dark."""
            if self._held is not None:
                return
            kind, name = (self._string(text) for text in (_IDLE_SLEEP, reason.encode()))
            held = c_uint32()
            if not self._kit.IOPMAssertionCreateWithName(kind, c_uint32(_ON), name, byref(held)):
                self._held = held
            for text in (kind, name):
                self._strings.CFRelease(text)

        def release(self) -> None:
            """Let the system sleep again."""
            if self._held is not None:
                self._kit.IOPMAssertionRelease(self._held)
                self._held = None

        def _string(self, text: bytes) -> c_void_p:
            return c_void_p(self._strings.CFStringCreateWithCString(None, text, c_uint32(_UTF8)))

    def sleep_blocker() -> SleepBlocker | None:
        """This system's own way; None where the desktop has to be asked."""
        return MacSleepBlocker()

else:

    def sleep_blocker() -> SleepBlocker | None:
        """None: the desktop has to be asked, over the session bus."""
        return None


def has_session_bus() -> bool:
    """Whether there is a desktop that can be asked over a bus."""
    linux = sys.platform.startswith("linux")
    return linux and bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))
