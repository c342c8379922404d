"""Titles by the model itself, made when it has nothing else to do."""

from __future__ import annotations

import logging
import re
import threading

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.errors import KnownError
from app.domain.generation import GREEDY, GenerationRequest, Role, TextDelta, Turn
from app.domain.model import is_demo
from app.engine.base import Engine
from app.services.chat.prompt_messages import wrote
from app.services.core.events import AnswerEnded, AnswerStarted, Event, EventBus
from app.services.core.first_words import title_from
from app.services.core.serial_executor import SerialExecutor
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService

QUESTION = (  # not shown: read by the model
    "Give this conversation a title of at most six words, in its own language. "
    "Answer with the title only."
)
WRAPPING = " \t*_#.\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"  # marks and quotes around a title
MAX_TOKENS = 24
EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")  # *so*, **so** or `so`
EXCHANGE_CHARACTERS = 4_000  # enough to know the subject, quick to read
_log = logging.getLogger(__name__)


class TitleService:
    """After a chat's first answer, asks the model for a title; gives way to any new message.

    The demo model is not asked: it has learned to talk about Phial, not to name chats. A chat is
    named once, and again when its first message was put into other words; a title that the user
    chose is never replaced.
    """

    def __init__(
        self,
        engine: Engine,
        lane: SerialExecutor,
        models: ModelService,
        library: LibraryService,
        bus: EventBus,
    ) -> None:
        self._engine = engine
        self._executor = lane
        self._models = models
        self._library = library
        self._give_way = threading.Event()
        self._unsubscribe = bus.subscribe(self._on_event)

    def close(self) -> None:
        """Ask for no more titles, and stop one being made. May be called twice."""
        self._unsubscribe()
        self._give_way.set()

    def _on_event(self, event: Event) -> None:
        match event:
            case AnswerStarted():
                self._give_way.set()
            case AnswerEnded(message) if message.status is MessageStatus.COMPLETE:
                model = self._models.state.model
                if not is_demo(model):
                    give_way = self._give_way = threading.Event()
                    self._executor.submit(lambda: self._make(message, give_way))

    def _make(self, answer: Message, give_way: threading.Event) -> None:
        try:
            title = self._title(answer, give_way)
        except KnownError as error:
            _log.info("No title was made: %s", error.what)
            return
        if title and not give_way.is_set():
            self._library.rename(answer.conversation_id, title, by_user=False)

    def _title(self, answer: Message, give_way: threading.Event) -> str:
        if not wrote(self._models.state.loaded, answer):
            return ""  # its words go to nobody who did not have them already
        conversation = self._library.chats.get(answer.conversation_id)
        messages = [item.message for item in self._library.chats.branch(conversation.id)]
        if give_way.is_set() or len(messages) != 2 or self._has_title(conversation, messages[0]):
            return ""
        turns = [
            Turn(message.role, message.content[:EXCHANGE_CHARACTERS], message.id)
            for message in messages
        ]
        request = GenerationRequest(
            conversation_id=conversation.id,
            turns=(*turns, Turn(Role.USER, QUESTION)),
            sampling=GREEDY.with_limit(MAX_TOKENS),
            private=True,  # no snapshot for the sake of a title
        )
        events = self._engine.generate(request, give_way)
        return clean_title("".join(e.text for e in events if isinstance(e, TextDelta)))

    def _has_title(self, conversation: Conversation, question: Message) -> bool:
        """Whether it was named already, by the user or a model, and not just by its first words."""
        asked = self._library.chats.versions(question.id)
        return conversation.title_by_user or conversation.title not in {
            "",
            *(title_from(version.content) for version in asked),
        }


def clean_title(text: str) -> str:
    """The first line of what a model said, without marks, quotes and the word "Title".

    At most 60 characters, cut between words.
    """
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = re.sub(r"^\W*(title\s*:)?\s*", "", EMPHASIS.sub(r"\2", line), flags=re.IGNORECASE)
    return title_from(line.strip(WRAPPING))
