"""What the sidebar asks of the window, where one word is not enough."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint

from app.services.library.date_groups import Group


@dataclass(frozen=True, slots=True)
class RenameRequest:
    """A chat was given another title."""

    conversation_id: str
    title: str


@dataclass(frozen=True, slots=True)
class MenuRequest:
    """The menu of chats is wanted at a point of the screen."""

    ids: tuple[str, ...]
    position: QPoint


@dataclass(frozen=True, slots=True)
class FilingRequest:
    """Chats were dragged under another heading."""

    ids: tuple[str, ...]
    group: Group
