"""Chats under headings: pinned, folders, and the days they were last written to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from operator import itemgetter

from app.domain.conversation import Conversation
from app.language import tr
from app.language.formats import month


@dataclass(frozen=True, slots=True)
class _Span:
    """The days under one heading, from ``first`` to before ``end``."""

    heading: str
    first: datetime
    end: datetime

    @classmethod
    def around(cls, moment: datetime, today: date, zone: tzinfo | None) -> _Span:
        day = moment.astimezone(zone).date()
        yesterday, week_ago = today - timedelta(days=1), today - timedelta(days=7)
        if day >= today:  # a clock that went backwards must not make a chat look old
            return cls(tr("Today"), _midnight(today, zone), _FAR)
        if day == yesterday:
            return cls(tr("Yesterday"), _midnight(day, zone), _midnight(today, zone))
        if day >= week_ago:
            return cls(tr("Previous 7 days"), _midnight(week_ago, zone), _midnight(yesterday, zone))
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        heading = month(day)
        return cls(heading, _midnight(first, zone), _midnight(min(after, week_ago), zone))


_FAR = datetime.max.replace(tzinfo=UTC)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)  # compared ten thousand times


class GroupKind(IntEnum):
    """What a heading stands for, in the order of the sidebar."""

    PINNED = 0
    FOLDER = 1
    DAYS = 2


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A heading of the sidebar. Groups are ordered as they are shown.

    Attributes:
        kind: See :class:`GroupKind`.
        place: Orders groups of days, newest first.
        name: Orders folders.
        heading: Its words.
    """

    kind: GroupKind
    place: float
    name: str
    heading: str


_PINNED = Group(GroupKind.PINNED, 0, "", tr("Pinned"))


class ChatGrouping:
    """Which heading each chat stands under: Pinned, its folder, or the days of its last message.

    Args:
        today: The reader's date.
        zone: The reader's time zone; None is the system's.
    """

    def __init__(self, today: date, zone: tzinfo | None = None) -> None:
        self.today = today
        self._zone = zone
        # Neighbours mostly share a heading; ten thousand chats are quick.
        self._span = _Span("", _FAR, _FAR)
        self._days = _PINNED

    def group_of(self, conversation: Conversation) -> Group:
        """The one group the chat belongs to."""
        if conversation.pinned:
            return _PINNED
        if conversation.folder:
            return Group(GroupKind.FOLDER, 0, conversation.folder.casefold(), conversation.folder)
        moment = conversation.updated_at
        if not self._span.first <= moment < self._span.end:
            self._span = span = _Span.around(moment, self.today, self._zone)
            self._days = Group(GroupKind.DAYS, -span.first.timestamp(), "", span.heading)
        return self._days


def group_conversations(
    conversations: Sequence[Conversation], headings: ChatGrouping
) -> dict[Group, list[Conversation]]:
    """Chats under their headings, in the order of the groups.

    Every chat stands under exactly one heading, and within one the given order is kept.
    """
    groups: dict[Group, list[Conversation]] = {}
    last, chats = None, list[Conversation]()
    for conversation in conversations:
        group = headings.group_of(conversation)
        if group is not last:
            last, chats = group, groups.setdefault(group, [])
        chats.append(conversation)
    return dict(sorted(groups.items(), key=itemgetter(0)))
