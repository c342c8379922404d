"""How a person names a chat: its number in the list, its id or the beginning of it, its title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.conversation import Conversation
from app.domain.errors import InvalidValueError, NotFoundError
from app.language import tr, trn

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def find_chat(
    text: str, listed: Sequence[Conversation], others: Sequence[Conversation] = ()
) -> Conversation:
    """The one chat that is meant.

    Args:
        text: As it was written.
        listed: In the order in which the list numbers them.
        others: That have no number, such as archived ones.

    Raises:
        InvalidValueError: Several could be meant.
        NotFoundError: None is.
    """
    chats = [*listed, *others]
    wanted = text.casefold()
    found = [chat for chat in chats if chat.title.casefold() == wanted]
    if not found and _NUMBER.fullmatch(text) and int(text) <= len(listed):
        return listed[int(text) - 1]
    found = found or [chat for chat in chats if chat.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidValueError(
            trn(
                "“{text}” could be {n} chat.", "“{text}” could be {n} chats.", len(found), text=text
            ),
            action=tr("Give more digits of the id, or the number; 'phial chats list' shows them."),
        )
    raise NotFoundError(
        tr("There is no chat “{text}”.", text=text), action=tr("'phial chats list' shows them.")
    )
