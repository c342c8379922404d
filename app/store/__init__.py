"""Every byte the user would miss: conversations, settings, backups, search.

``open_library(folder)`` opens the conversations; ``open_private_library()`` makes a library that
lives in memory only. Both give a :class:`Library`: its writes return futures that resolve when the
change is on the disk, its reads return values.
"""

from __future__ import annotations

from app.store.conversations import Library, open_private_library
from app.store.opening import OpenedLibrary, OpenReport, open_library

__all__ = ["Library", "OpenReport", "OpenedLibrary", "open_library", "open_private_library"]
