"""The signals of the transcript, with one value each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QAbstractScrollArea

from app.ui.transcript.content.marks import Mark


class ActionKind(StrEnum):
    """What can be asked for at a message."""

    COPY = "copy"  # done already: the text is on the clipboard
    EDIT = "edit"
    REGENERATE = "regenerate"
    CONTINUE = "continue"
    ANSWER_AGAIN = "answer_again"  # as regenerate, after choosing other settings
    COMPARE = "compare"  # the versions of an answer side by side
    CHANGE = "change"  # the values of an answer in a form
    UNCHANGE = "unchange"  # back to what the model had written
    COPY_CSV = "copy_csv"  # what an answer in a form says
    COPY_JSON = "copy_json"
    BRANCH = "branch"  # a new chat from here
    DELETE = "delete"
    VERSION = "version"  # payload: "previous" or "next"


@dataclass(frozen=True, slots=True)
class MessageAction:
    """Something was asked for at a message."""

    kind: ActionKind
    message_id: str
    payload: str = ""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A link was activated; the shell shows the address and asks before it opens anything.

    Only http, https and mailto addresses are ever sent.
    """

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkRequest:
    """A mark was chosen.

    Attributes:
        message_id: Of the message that it is in.
        mark: The mark.
        area: Where it is seen, on the screen.
    """

    message_id: str
    mark: Mark
    area: QRect


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value of an answer in a form was typed.

    Attributes:
        message_id: The answer.
        text: The answer with it; empty where the form has no place for it.
        problem: Why the form has none.
        before: The answer without it.
    """

    message_id: str
    text: str
    problem: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class CodeToSave:
    """A block of code that is to be saved.

    Attributes:
        text: The code.
        language: As its fence names it; empty where it names none.
    """

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class FindState:
    """Where the search stands.

    Attributes:
        current: The match that is shown, from 1; 0 for none.
        total: Matches found so far.
        complete: Whether all messages were searched.
        words: The match that is shown with the words around it; empty for none.
    """

    current: int
    total: int
    complete: bool
    words: str = ""


class TranscriptSignals(QAbstractScrollArea):
    """The signals of the transcript; the last says that its button to the end was pressed."""

    action_requested = Signal(MessageAction)
    link_activated = Signal(LinkRequest)
    find_changed = Signal(FindState)
    end_requested = Signal()
