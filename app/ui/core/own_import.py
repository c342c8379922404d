"""Python's own import statement, which importing PySide6 replaces by a hook of its own."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_import() -> Iterator[None]:
    """Around the first import of PySide6: Python's own import is in force again after it.

    The hook is there for ``from __feature__ import …``, which Phial does not use, and reads and
    keeps the source of every module that is imported after it: a seventh of the time that the
    window's modules take to be imported, and nine megabytes.
    """
    own = builtins.__import__
    try:
        yield
    finally:
        builtins.__import__ = own
