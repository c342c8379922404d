"""The title of a chat that nobody gave one: its first words."""

from __future__ import annotations

import re

TITLE_CHARACTERS = 60
_READ = 20_000  # characters that are looked at
_FENCED = re.compile(r"(?ms)^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)")
_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,}).*$", re.MULTILINE)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # control, letters' order


def title_from(text: str) -> str:
    """A title from a message's first words, at most 60 characters, cut between words.

    Words count more than code that stands above them, and code more than nothing.
    """
    read = text[:_READ]
    words = next(filter(str.strip, (_FENCED.sub("", read), _FENCE.sub("", read))), read)
    line = " ".join(_UNSEEN.sub("", " ".join(words.split())).split())
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
