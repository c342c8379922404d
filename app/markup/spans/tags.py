"""The tags of HTML that answers use in text: ``<br>``, ``<sub>`` and ``<sup>``.

All other HTML is shown as it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

MAX_SCRIPT = 200
"""Characters of a script; behind more of them a tag is text."""
_BREAK = re.compile(r"</?br[ \t]{0,8}/?>[ \t]*\n?[ \t]*", re.IGNORECASE)
_SCRIPT = re.compile(r"<(su[bp])>", re.IGNORECASE)


def tag(state: StateInline, silent: bool) -> bool:
    """A rule of markdown-it: a line break, or spans above or below the line."""
    if state.src[state.pos] != "<":
        return False
    found = _BREAK.match(state.src, state.pos, state.posMax)
    if found is not None:
        if not silent:
            state.pending = state.pending.rstrip(" ")
            state.push("hardbreak", "br", 0)
        state.pos = found.end()
        return True
    found = _SCRIPT.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    name, start = found[1].lower(), found.end()
    limit = min(state.posMax, start + MAX_SCRIPT)
    closing = re.compile(rf"</?{name}>", re.IGNORECASE).search(state.src, start, limit)
    if closing is None or closing[0][1] != "/" or not state.src[start : closing.start()].strip():
        return False
    if not silent:
        last = state.posMax
        state.push(f"{name}_open", name, 1)
        state.pos, state.posMax = start, closing.start()
        state.md.inline.tokenize(state)
        state.push(f"{name}_close", name, -1)
        state.posMax = last
    state.pos = closing.end()
    return True
