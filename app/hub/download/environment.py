"""What a download works with: clock, disk, limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.hub.download.disk import SPARE, free_bytes
from app.hub.download.partial_file import CHUNK
from app.hub.download.rate_limit import RetryPolicy


@dataclass(frozen=True, slots=True)
class DownloadEnvironment:
    """What a downloader works with, each replaceable by a test.

    Attributes:
        clock: Monotonic seconds.
        free_space: Bytes free in a folder.
        policy: When to try again.
        limit: Bytes a second allowed now; None for no limit.
        chunk: Bytes that are fetched twice after a crash, at most.
        spare: Bytes of the disk to leave free.
        reserve: Keeps room for an open file of so many bytes; False where that is impossible.
    """

    clock: Callable[[], float] = time.monotonic
    free_space: Callable[[Path], int] = free_bytes
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    limit: Callable[[], float | None] = lambda: None
    chunk: int = CHUNK
    spare: int = SPARE
    reserve: Callable[[int, int], bool] = lambda _handle, _size: False
