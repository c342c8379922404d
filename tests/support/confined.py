"""Whether a process of ours has given its network away, as the kernel tells it."""

from __future__ import annotations

import sys
from pathlib import Path


def has_no_network(pid: int | None) -> bool:
    """By the filter of its calls, or by a network namespace of its own; true where none can."""
    if sys.platform != "linux":
        return True
    its, ours = Path(f"/proc/{pid}"), Path("/proc/self")
    filtered = "Seccomp:\t2" in (its / "status").read_text()
    return filtered or (its / "ns/net").readlink() != (ours / "ns/net").readlink()
