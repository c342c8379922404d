"""What is kept when the display goes away: its server ends, or a window is killed from outside.

Qt writes a warning then and ends the program where it stands, from inside its event loop, while
threads run on: that is a crash half of the time. The warning is the only sign that comes before.
"""

from __future__ import annotations

import os
from collections.abc import Callable

_SIGNS = ("The X11 connection broke", "The Wayland connection broke")  # not shown: Qt's words


def is_lost(message: str) -> bool:
    """Whether a message of Qt's says that there is no display any more."""
    return message.startswith(_SIGNS)


class LostDisplay:
    """Ends the program in order once the display is gone.

    Args:
        keep: Keeps what is typed and closes what is open; called on the GUI thread.
        end: Ends the process with a code, without going back into Qt.
    """

    def __init__(self, keep: Callable[[], object], end: Callable[[int], object] = os._exit) -> None:
        self._keep, self._end = keep, end
        self._ending = False

    def hear(self, message: str) -> None:
        """Qt said something; what is said while it ends is not heard."""
        if self._ending or not is_lost(message):
            return
        self._ending = True
        try:
            self._keep()
        finally:
            self._end(1)
