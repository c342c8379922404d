"""What of a chat an export shows: one branch or all versions, with or without reasoning.

What is exact carries everything; this is for what people read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.conversation import Message, Version
from app.domain.generation import Role
from app.domain.parts import ReasoningPart
from app.language import tr
from app.markup.document.blocks import Block
from app.markup.parse import Each
from app.markup.parts.registry import blocks_of, shown_parts
from app.markup.transfer.values import Chat, ExportOptions, ExportStep


@dataclass(frozen=True, slots=True)
class ExportedTurn:
    """One message as it is shown.

    Attributes:
        message: With the content that is shown.
        version: Its place among its versions, where all are shown and there are several.
    """

    message: Message
    version: Version | None = None

    @property
    def place(self) -> str:
        """The place in words; empty where there is one version only."""
        return version_told(self.version) if self.version else ""


def version_told(version: Version) -> str:
    """The place of a message among its versions, in words."""
    return tr("version {number} of {count}", number=version.index, count=version.count)


def system_prompt(chat: Chat, options: ExportOptions) -> str:
    """What is shown of the system prompt."""
    return chat.conversation.system_prompt if options.system_prompt else ""


def turns(chat: Chat, options: ExportOptions) -> Iterator[ExportedTurn]:
    """The messages in the order of reading; other versions stand beside the walked one."""
    versions = chat.versions() if options.versions else {}
    families: dict[tuple[str | None, Role], list[Message]] = {}
    for message in chat.messages if options.versions else ():
        families.setdefault((message.parent_id, message.role), []).append(message)
    for walked in chat.branch():
        for message in families.get((walked.parent_id, walked.role), [walked]):
            version = versions.get(message.id)
            several = version is not None and version.count > 1
            yield ExportedTurn(_shown(message, options), version if several else None)


@dataclass(frozen=True, slots=True)
class TurnBeingWritten:
    """A message on its way into a file, and how far the file is.

    Attributes:
        turn: The message.
        before: Characters of the messages above it.
        total: Of all of them.
        step: Told how many are done.
    """

    turn: ExportedTurn
    before: int
    total: int
    step: ExportStep

    def blocks(self) -> Iterator[Block]:
        """What a page shows of it, one after the other; each is done when the next is asked for."""
        shown = message_blocks(self.turn.message, lambda done: self._tell(done / 2))
        for at, block in enumerate(shown, 1):
            yield block
            self._tell((1 + at / len(shown)) / 2)

    def _tell(self, done: float) -> None:
        """Say how much is done of the message: half when it is read, all when it is written."""
        self.step(self.before + int(len(self.turn.message.content) * done), self.total)


def stepping(chat: Chat, options: ExportOptions, step: ExportStep) -> Iterator[TurnBeingWritten]:
    """The same, and before each ``step`` is told how many characters are done."""
    listed = tuple(turns(chat, options))
    total = sum(len(turn.message.content) for turn in listed)
    done = 0
    for turn in listed:
        step(done, total)
        yield TurnBeingWritten(turn, done, total, step)
        done += len(turn.message.content)


def _shown(message: Message, options: ExportOptions) -> Message:
    if options.reasoning or message.role is not Role.ASSISTANT:
        return message
    placed = (one for one in message.placed if not isinstance(one.part, ReasoningPart))
    return replace(message, placed=tuple(placed))


def message_blocks(message: Message, each: Each) -> tuple[Block, ...]:
    """A message as a page shows it.

    Args:
        message: The message.
        each: Called again and again while it is read.
    """
    return blocks_of(shown_parts(message.content, message.placed), each=each)


class Steps:
    """How far an export is, told once more where something takes long within a step."""

    def __init__(self, step: ExportStep) -> None:
        self._step = step
        self._last = (0, 0)

    def tell(self, done: int, total: int) -> None:
        """So many characters of so many are done."""
        self._last = (done, total)
        self._step(done, total)

    def again(self) -> None:
        """As many as before."""
        self._step(*self._last)


class Budget:
    """How much may still be drawn in a file; what goes beyond stands there as its source.

    A page of 330,000 formulas is 69 MB that no browser opens.
    """

    def __init__(self, left: int) -> None:
        self._left = left

    @property
    def spent(self) -> bool:
        """Whether nothing more may be drawn."""
        return self._left < 0

    def allows(self, cost: int) -> bool:
        """Whether something may still be drawn, which is then counted."""
        self._left -= cost
        return self._left >= 0
