"""The Markdown that readers make of what other apps keep beside the text of a message."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import Enum

from app.domain.parts import PlacedPart, ReasoningPart
from app.language import tr, trn
from app.language.formats import listed
from app.markup.text import one_line

_FENCE = re.compile(r" {0,3}(```|~~~)")


OPEN, CLOSE = "<think>", "</think>"


class Loss(Enum):
    """What a chat had and Phial has no place for."""

    THOUGHT = "thought"
    TOOL = "tool"
    PICTURE = "picture"
    SOUND = "sound"
    FILE = "file"
    SYSTEM = "system"
    MEMORY = "memory"
    PART = "part"
    MESSAGE = "message"
    NAMED_PICTURE = "named picture"  # not shown
    NAMED_SOUND = "named recording"  # not shown
    NAMED_FILE = "named file"  # not shown

    @property
    def named(self) -> Loss:
        """The same of something that is named in the chat, with its kind and size."""
        return _NAMED.get(self, self)

    def words(self, count: int) -> str:
        """So many of them: "2 thoughts"."""
        match self:
            case Loss.THOUGHT:
                return trn("{n} thought", "{n} thoughts", count)
            case Loss.TOOL:
                return trn("{n} step of a tool", "{n} steps of tools", count)
            case Loss.PICTURE | Loss.NAMED_PICTURE:
                return trn("{n} picture", "{n} pictures", count)
            case Loss.SOUND | Loss.NAMED_SOUND:
                return trn("{n} recording", "{n} recordings", count)
            case Loss.FILE | Loss.NAMED_FILE:
                return trn("{n} file", "{n} files", count)
            case Loss.SYSTEM:
                return trn("{n} message of the system", "{n} messages of the system", count)
            case Loss.MEMORY:
                return trn("{n} note of the app's memory", "{n} notes of the app's memory", count)
            case Loss.PART:
                return trn("{n} part of an unknown kind", "{n} parts of unknown kinds", count)
            case Loss.MESSAGE:
                return trn(
                    "{n} message that cannot be read", "{n} messages that cannot be read", count
                )


_NAMED = {
    Loss.PICTURE: Loss.NAMED_PICTURE,
    Loss.SOUND: Loss.NAMED_SOUND,
    Loss.FILE: Loss.NAMED_FILE,
}


def losses_told(losses: Iterable[Loss]) -> tuple[str, ...]:
    """What was left out, as notes for people; none where nothing was."""
    counted = Counter(losses)
    found = {loss: loss.words(counted[loss]) for loss in Loss if counted[loss]}
    named = [words for loss, words in found.items() if loss in _NAMED.values()]
    gone = [words for loss, words in found.items() if loss not in _NAMED.values()]
    notes: list[str] = []
    if named:
        notes.append(
            tr("Named where they stood, but not copied into Phial: {things}.", things=listed(named))
        )
    if gone:
        notes.append(tr("Left out: {things}.", things=listed(gone)))
    return tuple(notes)


def mark(kind: str, name: str = "") -> str:
    """Where something was that is no text: ``*[picture: cat.png]*``."""
    shown = one_line(name)
    return f"*[{kind}: {shown}]*" if shown else f"*[{kind}]*"


def joined(blocks: Iterable[str]) -> str:
    """Blocks that may be parts of one sentence, as one text in which every fence stays one."""
    text = ""
    for block in blocks:
        touching = text and block and not text.endswith("\n") and not block.startswith("\n")
        last = text.rpartition("\n")[2]
        if touching and (_FENCE.match(last) or _FENCE.match(block)):
            text += "\n\n"
        text += block
    return text


def split_thinking(text: str) -> tuple[str, tuple[PlacedPart, ...]]:
    """An answer without its reasoning, and the reasoning as a part.

    Reasoning that was never closed, because the answer was cut, is all of the text.
    """
    start = text.lstrip()
    if not start.startswith(OPEN):
        return text, ()
    thought, closed, rest = start[len(OPEN) :].partition(CLOSE)
    if not closed:
        return "", (PlacedPart(0, ReasoningPart(thought.lstrip(), closed=False)),)
    part = ReasoningPart(thought.strip())
    return rest.lstrip("\r\n"), (PlacedPart(0, part),) if part.text else ()
