"""The event trace of ``phial --debug``: a log line for each event, without texts of messages."""

from __future__ import annotations

import logging
import threading

from app.services.core.events import AnswerProgressed, Event, ModelStateChanged

_log = logging.getLogger(__name__)


def trace(event: Event) -> None:
    """Log the kind of an event, its chat, and the thread that published it."""
    match event:
        case AnswerProgressed(step=step):
            kind = f"AnswerProgressed {type(step).__name__}"  # not shown
        case ModelStateChanged(state=state):
            kind = f"ModelStateChanged {state.phase.value}"  # not shown
        case _:
            kind = type(event).__name__
    chat = getattr(event, "conversation_id", "-")
    _log.debug("%s chat=%s thread=%s", kind, chat, threading.current_thread().name)
