"""Seeded sessions with the demo: somebody types, pastes, deletes and sends; every key is a moment.

Each is played twice, with and without reading ahead, and must give the same tokens.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.generation import GREEDY, GenerationRequest, ReadAheadRequest, Role, Turn
from app.engine.llama.engine import LlamaEngine
from tests.support.engines import Said, ask, never

QUESTIONS = (
    "Hello",
    "How do I download Phi-4?",
    "What is 17 + 25?",
    "Where does Phial keep my chats?",
    "Please write a function in Python that adds two numbers, and say how it is used.",
    "Make a table of three fruits and their colours.",
    "Do you need the internet?",
    "Can I delete a chat, and is it gone then?\nAnd what of its attachments?",
)
TAKEN_BACK = ("xylophone quartz ", "my password is zebra-crossing-88, ", "never mind ")
SYSTEMS = ("", "", "Answer in one short sentence.")
LIMIT = 24  # tokens of an answer


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and what stood in the composer in each pause before it.

    Attributes:
        chat: The conversation's id.
        turns: What the answer is asked for, the question last.
        drafts: What was typed so far, pause by pause; the last is the whole question.
        private: The chat is.
    """

    chat: str
    turns: tuple[Turn, ...]
    drafts: tuple[str, ...]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, with what the cache held when it was complete."""

    said: Said
    tokens: tuple[int, ...]
    after_last_word: int


def run_session(seed: int, answer: Callable[[Sent], str]) -> None:
    """A session; ``answer`` gives what was answered, for the next question in that chat."""
    chance = random.Random(seed)
    chats: list[list[Turn]] = []
    for _number in range(2):
        system = chance.choice(SYSTEMS)
        chats.append([Turn(Role.SYSTEM, system)] if system else [])
    for at in range(chance.randint(2, 4)):
        which = chance.randrange(len(chats))
        chat = chats[which]
        question = chance.choice(QUESTIONS)
        asked = Turn(Role.USER, question, f"c{which}q{at}")
        sent = Sent(f"chat{which}", (*chat, asked), (*pauses(chance, question), question))
        said = answer(sent)
        if chance.random() < 0.2:  # another version of the question
            question = chance.choice(QUESTIONS)
            asked = Turn(Role.USER, question, f"c{which}e{at}")
            sent = Sent(f"chat{which}", (*chat, asked), (*pauses(chance, question), question))
            said = answer(sent)
        chat += [asked, Turn(Role.ASSISTANT, said, f"c{which}a{at}")]


def pauses(chance: random.Random, question: str) -> list[str]:
    """What stands in the composer while a question is written: typed, taken back, pasted."""
    found = [""]
    typed = ""
    while len(typed) < len(question):
        step = chance.choice((1, 3, 8, len(question)))
        if chance.random() < 0.25:
            wrong = typed + chance.choice(TAKEN_BACK)
            found += [wrong[: len(typed) + chance.randint(1, len(wrong) - len(typed))], typed]
        typed = question[: len(typed) + step]
        found.append(typed)
    return found


def request_of(sent: Sent, turns: tuple[Turn, ...] | None = None) -> GenerationRequest:
    """What the engine is asked."""
    turns = sent.turns if turns is None else turns
    return GenerationRequest(sent.chat, turns, GREEDY.with_limit(LIMIT), private=sent.private)


def read_ahead(engine: LlamaEngine, sent: Sent) -> None:
    """Each pause of somebody who types."""
    for draft in sent.drafts:
        asked = ReadAheadRequest(request_of(sent, sent.turns[:-1]), draft)
        for _progress in engine.read_ahead(asked, never()):
            pass


def play(engine: LlamaEngine, seed: int, *, ahead: bool) -> list[Heard]:
    """Play a session; its answers."""
    heard: list[Heard] = []

    def answer(sent: Sent) -> str:
        if ahead:
            read_ahead(engine, sent)
        said = ask(engine, request_of(sent))
        held = engine._session
        assert held is not None
        word = sent.turns[-1].content.split()[-1]
        rest = len(held.memory.ids(" " + word)) + sum(held.markup()) + 1
        heard.append(Heard(said, tuple(held.decoder.kv.tokens), rest))
        return said.text

    run_session(seed, answer)
    return heard
