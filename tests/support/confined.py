"""Whether a process of ours has given its network away, as the kernel tells it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def has_no_network(pid: int | None) -> bool:
    """By the filter of its calls, or by a network namespace of its own; true where none can."""
    if sys.platform != "linux":
        return True
    filtered = "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    return filtered or os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
