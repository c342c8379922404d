"""What opening the chats found, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.streams import complain, tell
from app.language import tr
from app.services.core import formatting
from app.store import Lost


def report_opening(sentences: Sequence[str], lost: Lost | None) -> None:
    """Tell on the error output what opening the chats found.

    Args:
        sentences: Each in a line of its own.
        lost: The backup with messages that the chats never had; None where there is none.
    """
    for sentence in sentences:
        complain(sentence)
    if lost is not None:
        todo = tr(
            "'phial chats backup --restore {number}' brings them back; "
            "'phial chats backup --keep' leaves it as it is.",
            number=str(lost.backup.number),
        )
        tell(f"phial: {formatting.missing(lost)} {todo}")  # not shown: each is
