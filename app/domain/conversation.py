"""Conversations and their messages: a tree, of which one branch is active."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.generation import Role, Sampling, StopReason, Timings
from app.domain.model import ModelRef
from app.domain.parts import Part, PlacedPart, ReasoningPart, parts_of
from app.domain.presets.preset import NO_OPTIONS, ChatOptions


class MessageStatus(StrEnum):
    """The state of a message. Questions are always complete."""

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"  # by the user
    CUT = "cut"  # by the token limit or the end of the context window
    INTERRUPTED = "interrupted"  # by a crash of the app or the engine
    FAILED = "failed"  # nothing could be generated; ``error`` says why

    @property
    def can_continue(self) -> bool:
        """Whether Continue is offered."""
        return self in {
            MessageStatus.STOPPED,
            MessageStatus.CUT,
            MessageStatus.INTERRUPTED,
            MessageStatus.FAILED,
        }


@dataclass(frozen=True, slots=True)
class Message:
    """One question or answer. Siblings (same parent and role) are its versions.

    Attributes:
        id: Unique, 32 hex digits.
        conversation_id: The conversation it belongs to.
        parent_id: The message before it; None for the first.
        role: Who wrote it.
        content: The text, verbatim: what is searched, counted and copied. Reasoning and other
            parts are not in it.
        status: See :class:`MessageStatus`.
        created_at: When it was begun, UTC.
        model: The file that made an answer.
        sampling: How its tokens were drawn.
        seed: The seed that was used.
        stop_reason: Why an answer ended.
        timings: What it cost.
        error: Why it failed, for people.
        left_out: Ids of messages the model did not see when it wrote this answer.
        placed: The parts that are no text, with their places in ``content``, in order.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    content: str
    status: MessageStatus
    created_at: datetime
    model: ModelRef | None = None
    sampling: Sampling | None = None
    seed: int | None = None
    stop_reason: StopReason | None = None
    timings: Timings | None = None
    error: str = ""
    left_out: tuple[str, ...] = ()
    placed: tuple[PlacedPart, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts in their order, text included."""
        return tuple(parts_of(self.content, self.placed))

    @property
    def reasoning(self) -> str:
        """What the model thought; empty where it did not."""
        found = (one.part for one in self.placed)
        return "\n\n".join(part.text for part in found if isinstance(part, ReasoningPart))


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat as the sidebar and the header know it, without its messages.

    Attributes:
        id: Unique, 32 hex digits.
        title: Shown in sidebar and header; may be empty for a new chat.
        title_by_user: Whether the user chose the title, so that nothing else changes it.
        created_at: UTC.
        updated_at: When the last message was added, UTC.
        system_prompt: What precedes the first turn; may be empty.
        head_id: The last message of the active branch; None for an empty chat.
        draft: Text typed but not sent.
        pinned: Kept on top.
        archived: Hidden from the usual list.
        folder: The folder it is filed in; empty for none.
        deleted_at: When it was moved to the trash; None outside it.
        private: Lives in memory only.
        scroll_message_id: The first visible message when the chat was left; None for the end.
        scroll_offset: Length of that message's text before the first visible line, as Qt counts;
            -1 for the message with all that stands above its text.
        scroll_y: Pixels from the top of the view to the top of that line, negative where it is cut.
        activity: Its place in the order of use, the higher the later; does not trust the clock.
            It means something among the chats of one library only, and makes none another chat.
        options: What it has of its own: its preset, its sampling, its messages in waiting.
    """

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    title_by_user: bool = False
    system_prompt: str = ""
    head_id: str | None = None
    draft: str = ""
    pinned: bool = False
    archived: bool = False
    folder: str = ""
    deleted_at: datetime | None = None
    private: bool = False
    scroll_message_id: str | None = None
    scroll_offset: int = 0
    scroll_y: int = 0
    activity: int = dataclasses.field(default=0, compare=False)
    options: ChatOptions = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Edit:
    """What a question is to say instead, typed and not sent yet.

    Attributes:
        message_id: The question.
        text: As it was typed last.
        open: It stood in the composer; otherwise it was put away and waits for the next edit.
    """

    message_id: str
    text: str
    open: bool


@dataclass(frozen=True, slots=True)
class Version:
    """Where a message stands among its siblings: ``index`` of ``count``, from 1, oldest first."""

    index: int
    count: int


@dataclass(frozen=True, slots=True)
class BranchMessage:
    """A message on the active branch, together with its versions."""

    message: Message
    version: Version


@dataclass(frozen=True, slots=True)
class TrashedMessage:
    """A deleted message; what followed it is hidden with it and comes back with it.

    Attributes:
        message: The message itself.
        title: The title of its conversation, which is not in the trash.
        deleted_at: When it was deleted, UTC.
    """

    message: Message
    title: str
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One message (or title) that matches a search.

    Attributes:
        conversation_id: Where.
        message_id: Which message; None when the title matches.
        title: The conversation's title.
        snippet: Text around the match.
        highlights: (start, length) of the matches inside ``snippet``, in characters.
        created_at: When the message was written, UTC.
        role: Who wrote it; None for a title.
    """

    conversation_id: str
    message_id: str | None
    title: str
    snippet: str
    highlights: tuple[tuple[int, int], ...]
    created_at: datetime
    role: Role | None

    @property
    def words(self) -> tuple[str, ...]:
        """What matched, as it is written there, the longest first."""
        found = {self.snippet[start : start + length] for start, length in self.highlights}
        return tuple(sorted(found, key=lambda one: (-len(one), one)))
