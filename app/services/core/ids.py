"""Fresh identifiers and the time, as every service takes them."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time now, with its zone."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh identifier, 32 hex digits."""
    return os.urandom(16).hex()
