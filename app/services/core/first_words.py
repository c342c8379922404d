"""The title of a chat that nobody gave one: its first words."""

from __future__ import annotations

import re

TITLE_CHARACTERS = 60
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # control, letters' order


def title_from(text: str) -> str:
    """A title from a message's first words, at most 60 characters, cut between words."""
    line = " ".join(_UNSEEN.sub("", " ".join(text.split())).split())
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
