"""Chats under headings: pinned, folders, and the days they were last written to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from app.domain.conversation import Conversation
from app.services.words import MONTHS


def day_group(moment: datetime, today: date, zone: tzinfo | None = None) -> str:
    """The heading a chat stands under: Today, Yesterday, Previous 7 days, or its month.

    Args:
        moment: When the chat was last written to; aware.
        today: The reader's date.
        zone: The reader's time zone; None is the system's.
    """
    return _Span.around(moment, today, zone).heading


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
            return cls("Today", _midnight(today, zone), _FAR)
        if day == yesterday:
            return cls("Yesterday", _midnight(day, zone), _midnight(today, zone))
        if day >= week_ago:
            return cls("Previous 7 days", _midnight(week_ago, zone), _midnight(yesterday, zone))
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        heading = f"{MONTHS[day.month - 1]} {day.year}"
        return cls(heading, _midnight(first, zone), _midnight(min(after, week_ago), zone))


_FAR = datetime.max.replace(tzinfo=UTC)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    local = datetime.combine(day, time.min, zone)
    return local if zone is not None else local.astimezone()


def grouped(
    conversations: Sequence[Conversation], today: date, zone: tzinfo | None = None
) -> list[tuple[str, list[Conversation]]]:
    """Chats under their headings: Pinned, folders by name, then days, newest first.

    Every chat stands under exactly one heading, and within one the given order is kept.
    """
    pinned: list[Conversation] = []
    folders: dict[str, list[Conversation]] = {}
    days: dict[str, list[Conversation]] = {}
    span: _Span | None = None  # neighbours mostly share a heading; ten thousand chats are quick
    for conversation in conversations:
        if conversation.pinned:
            pinned.append(conversation)
        elif conversation.folder:
            folders.setdefault(conversation.folder, []).append(conversation)
        else:
            moment = conversation.updated_at
            if span is None or not span.first <= moment < span.end:
                span = _Span.around(moment, today, zone)
            days.setdefault(span.heading, []).append(conversation)
    groups = [("Pinned", pinned)] if pinned else []
    groups += sorted(folders.items(), key=lambda item: item[0].casefold())
    # A clock that went backwards, or an import, may leave the given order at odds with the days.
    groups += sorted(
        days.items(), key=lambda item: max(c.updated_at for c in item[1]), reverse=True
    )
    return groups
