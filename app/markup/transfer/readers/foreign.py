"""Building a chat from what another app exported: ids, order, and a tree that holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.generation import Role, Timings
from app.domain.model import ModelRef
from app.domain.parts import Part, PlacedPart, ReasoningPart
from app.language import tr
from app.markup.transfer.readers.beside_text import Loss, losses_told, split_thinking
from app.markup.transfer.readers.json_values import EPOCH, EmptyChatError, ShapeError
from app.markup.transfer.values import Chat

MAX_MESSAGES = 200_000  # in one chat


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """One message as found, before it has ids of ours.

    Attributes:
        key: Its name in the file; unique there.
        parent: The key of the message before it; None for the first.
        role: Who wrote it; None for what is no message, such as a tool call: its children move
            up, and its parts stand at the start of the answer below it.
        content: The text.
        placed: The parts that are no text, with their places in it.
        created_at: When; None takes the time of the message before it.
        model: The name of the model that wrote it.
        status: How it ended.
        timings: What it cost, where the file says so.
        error: Why it failed, where the file says so.
        lost: What stood there and Phial has no place for.
    """

    key: str
    parent: str | None
    role: Role | None
    content: str
    created_at: datetime | None = None
    model: str = ""
    status: MessageStatus = MessageStatus.COMPLETE
    timings: Timings | None = None
    error: str = ""
    lost: tuple[Loss, ...] = ()
    placed: tuple[PlacedPart, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.content.strip() or self.placed)


@dataclass(frozen=True, slots=True)
class ForeignChat:
    """One conversation as found.

    Attributes:
        source: The format's name; part of the ids.
        key: Its id there; empty to derive one from the content.
        title: May be empty.
        nodes: The messages, in any order.
        head: The key of the last message of the active branch; None takes the newest.
        created_at: None takes the first message's.
        updated_at: None takes the last message's.
        system_prompt: May be empty.
        archived: Whether it was archived there.
        pinned: Whether it was pinned there.
        folder: Where it was filed.
        notes: What is not as it was, beside what the nodes lost.
    """

    source: str
    key: str
    title: str
    nodes: tuple[ForeignMessage, ...] = ()
    head: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    system_prompt: str = ""
    archived: bool = False
    pinned: bool = False
    folder: str = ""
    notes: tuple[str, ...] = ()

    def told(self) -> tuple[str, ...]:
        """What is not as it was, for people."""
        return (*self.notes, *losses_told(loss for node in self.nodes for loss in node.lost))


def to_chat(found: ForeignChat) -> Chat:
    """The chat. The same file always gives the same ids, so that a duplicate is recognised.

    Raises:
        EmptyChatError: There are no messages.
        ShapeError: They do not form a tree, or none is of a person or a model.
    """
    if len(found.nodes) > MAX_MESSAGES:
        raise ShapeError(tr("It has more than {most} messages.", most=MAX_MESSAGES))
    ordered = _parents_first(found.nodes)
    kept, moved_to = _without_hidden(ordered)
    if not kept and any(node.says_something for node in found.nodes):
        raise ShapeError(tr("Nothing in it was said by a person or a model."))
    if not kept:
        raise EmptyChatError(tr("It holds no messages."))
    start = found.created_at or next((n.created_at for n in kept if n.created_at), None) or EPOCH
    identity = found.key or _fingerprint(kept)
    conversation_id = _hex(found.source, identity)
    ids = {node.key: _hex(found.source, identity, node.key) for node in kept}
    messages: list[Message] = []
    times: dict[str | None, datetime] = {None: start}
    for node in kept:
        times[node.key] = node.created_at or times[node.parent]
        messages.append(_message(node, conversation_id, ids, times[node.key]))
    head_key = moved_to.get(found.head) if found.head is not None else None
    newest = max(range(len(messages)), key=lambda at: (messages[at].created_at, at))
    head = ids[head_key] if head_key is not None else messages[newest].id
    return Chat(
        Conversation(
            id=conversation_id,
            title=" ".join(found.title.split()),
            title_by_user=bool(found.title.strip()),
            created_at=start,
            updated_at=found.updated_at or max(message.created_at for message in messages),
            system_prompt=found.system_prompt,
            head_id=head,
            archived=found.archived,
            pinned=found.pinned,
            folder=found.folder,
        ),
        tuple(messages),
        _chosen(messages, head),
    )


def in_order(
    nodes: Iterable[ForeignMessage], children: Iterable[Iterable[str]]
) -> tuple[ForeignMessage, ...]:
    """The nodes with siblings as the files list them below their parent.

    Args:
        nodes: In the order of the file.
        children: For each message the keys of those below it, oldest first.
    """
    ranks = {key: rank for keys in children for rank, key in enumerate(keys)}
    return tuple(sorted(nodes, key=lambda node: ranks.get(node.key, len(ranks))))


def chained(nodes: Iterable[ForeignMessage]) -> tuple[ForeignMessage, ...]:
    """The nodes one below the other, in the order given."""
    chain: list[ForeignMessage] = []
    for node in nodes:
        chain.append(replace(node, parent=chain[-1].key if chain else None))
    return tuple(chain)


def _message(
    node: ForeignMessage, conversation_id: str, ids: dict[str, str], at: datetime
) -> Message:
    assert node.role is not None  # noqa: S101  # hidden ones were left out
    answer = node.role is Role.ASSISTANT
    content, placed = node.content, node.placed
    if answer and not placed:  # many programs keep what a model wrote as it came
        content, placed = split_thinking(content)
    return Message(
        id=ids[node.key],
        conversation_id=conversation_id,
        parent_id=None if node.parent is None else ids[node.parent],
        role=node.role,
        content=content,
        placed=placed,
        status=node.status if answer else MessageStatus.COMPLETE,
        created_at=at,
        model=ModelRef(node.model) if answer and node.model else None,
        timings=node.timings if answer else None,
        error=node.error if answer else "",
    )


def _parents_first(nodes: tuple[ForeignMessage, ...]) -> list[ForeignMessage]:
    # Siblings keep the order of the file. A node below nothing known is a first message.
    keys = {node.key for node in nodes}
    if len(keys) != len(nodes):
        raise ShapeError(tr("Two messages in it have the same id."))
    children: dict[str | None, list[ForeignMessage]] = {}
    for node in nodes:
        parent = node.parent if node.parent in keys else None
        children.setdefault(parent, []).append(replace(node, parent=parent))
    ordered: list[ForeignMessage] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting.extend(reversed(children.get(node.key, [])))
    if len(ordered) != len(nodes):
        raise ShapeError(tr("Its messages answer each other in a circle."))
    return ordered


def _without_hidden(
    ordered: list[ForeignMessage],
) -> tuple[list[ForeignMessage], dict[str, str | None]]:
    kept: list[ForeignMessage] = []
    moved_to: dict[str, str | None] = {}  # key -> the nearest shown message at or above it
    carried: dict[str | None, tuple[Part, ...]] = {}  # key -> parts that wait for an answer
    place: dict[str | None, int] = {}  # key -> where it is in ``kept``
    goes_on = _goes_on(ordered)
    for node in ordered:
        above = carried.get(node.parent, ())
        parent = None if node.parent is None else moved_to[node.parent]
        shown = node
        if node.role is None:
            parts = (*above, *(one.part for one in node.placed))
            last = kept[place[parent]] if parent in place else None
            if not parts or node.key in goes_on:
                moved_to[node.key], carried[node.key] = parent, parts
                continue
            if last is not None and last.role is Role.ASSISTANT:
                placed = (*last.placed, *_placed(parts, len(last.content)))
                kept[place[last.key]] = replace(last, placed=placed)
                moved_to[node.key] = parent
                continue
            shown = replace(node, role=Role.ASSISTANT, content="", placed=_placed(parts, 0))
        elif above and node.role is Role.ASSISTANT:
            content, own = node.content, node.placed
            content, own = (content, own) if own else split_thinking(content)
            shown = replace(node, content=content, placed=(*_placed(above, 0), *own))
        moved_to[node.key], place[node.key] = node.key, len(kept)
        kept.append(replace(shown, parent=parent))
    return kept, moved_to


def _placed(parts: tuple[Part, ...], at: int) -> tuple[PlacedPart, ...]:
    """Parts in one place; reasoning that other reasoning follows is one, as long as both."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, ReasoningPart) and isinstance(last, ReasoningPart):
            text = "\n\n".join(filter(None, (last.text, part.text)))
            joined[-1] = replace(last, text=text, seconds=part.seconds or last.seconds)
        elif not isinstance(part, ReasoningPart) or part.text:
            joined.append(part)
    return tuple(PlacedPart(at, part) for part in joined)


def _goes_on(ordered: list[ForeignMessage]) -> set[str | None]:
    """The keys of messages below which an answer stands, or what is no message."""
    return {node.parent for node in ordered if node.role is not Role.USER}


def _chosen(messages: list[Message], head: str) -> dict[str | None, str]:
    parents = {message.id: message.parent_id for message in messages}
    chosen: dict[str | None, str] = {}
    at: str | None = head
    while at is not None:
        chosen[parents[at]] = at
        at = parents[at]
    return chosen


def _fingerprint(nodes: list[ForeignMessage]) -> str:
    return _hex(*(f"{node.key}\0{node.parent}\0{node.content}" for node in nodes))


def _hex(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]
