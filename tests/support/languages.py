"""Another language than English for a part of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.language import spoken


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Sentences made in this block are made in a language; those made before stay what they are."""
    before = spoken.IN_FORCE
    spoken.IN_FORCE = spoken.language(code)
    try:
        yield
    finally:
        spoken.IN_FORCE = before
