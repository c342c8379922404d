"""The Markdown that readers make of what other apps keep beside the text of a message."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import Enum

from app.language import tr, trn
from app.language.formats import listed

_RUN = re.compile(r"`+")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_IN_NAME = re.compile(r"([\\\[\]*_`<>])")
_IN_ADDRESS = re.compile(r"[\s<>]")


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

    def words(self, count: int) -> str:
        """So many of them: "2 thoughts"."""
        match self:
            case Loss.THOUGHT:
                return trn("{n} thought", "{n} thoughts", count)
            case Loss.TOOL:
                return trn("{n} step of a tool", "{n} steps of tools", count)
            case Loss.PICTURE:
                return trn("{n} picture", "{n} pictures", count)
            case Loss.SOUND:
                return trn("{n} recording", "{n} recordings", count)
            case Loss.FILE:
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


def losses_told(losses: Iterable[Loss]) -> tuple[str, ...]:
    """What was left out, as a note for people; none where nothing was."""
    counted = Counter(losses)
    told = [loss.words(counted[loss]) for loss in Loss if counted[loss]]
    return (tr("Left out: {things}.", things=listed(told)),) if told else ()


def fenced(language: str, code: str) -> str:
    """A block of code that nothing in the code ends."""
    longest = max((len(run) for run in _RUN.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def mark(kind: str, name: str = "") -> str:
    """Where something was that is no text: ``*[picture: cat.png]*``."""
    shown = plain(name)
    return f"*[{kind}: {shown}]*" if shown else f"*[{kind}]*"


def plain(words: str) -> str:
    """Words of one line in which nothing is Markdown."""
    return _IN_NAME.sub(r"\\\1", " ".join(words.split()))


def link(title: str, address: str) -> str:
    """A link of Markdown, whatever stands in its title and address."""
    shown = plain(title) or address
    target = _IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", address)
    if "(" in target or ")" in target:
        target = f"<{target}>"
    return f"[{shown}]({target})"


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


def thought(reasoning: str, answer: str) -> str:
    """An answer with its reasoning where Phial looks for it: at the very start."""
    if not reasoning.strip():
        return answer
    return f"<think>\n{reasoning.strip()}\n</think>\n\n{answer}"
