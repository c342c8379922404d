"""Chat templates, at token level: markup becomes control tokens, a user's text never does.

Phi-4's template is ours, because older files carry a wrong one. Other files bring their own as
jinja, see :mod:`app.engine.templates.file_template`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.answers.reasoning import SPELLINGS, Marks, answer_key, answer_pieces
from app.domain.generation import Role, Turn

REMEMBERED_TOKENS = 2_000_000  # token ids kept for texts seen before, about 60 MB
# The smallest vocabulary of a Phi-4-mini file; Phi-3 has the same control tokens, 32,064 tokens
# and another template.
MINI_VOCABULARY = 200_000
# Phi-4's template as most files carry it. It has no system prompt of its own, so jinja need not be
# imported to learn that.
PLAIN = (  # not shown: a template
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '<|im_sep|>' + "
    "message['content'] + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
)


class Vocabulary(Protocol):
    """What a template needs of a tokenizer."""

    size: int

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of ``text``."""

    def control_token(self, text: str) -> int | None:
        """The id of a control token, or None."""

    def bos_token(self) -> list[int]:
        """The begin-of-text token, where the model wants one."""

    def marks(self) -> tuple[str, str]:
        """Texts of the tokens that begin a text and end a turn; empty where there is none."""


@dataclass(frozen=True, slots=True)
class PromptLayout:
    """A prompt.

    Attributes:
        tokens: Token ids.
        starts: Where the text of each turn begins; None where that cannot be told.
        lost: Indices of turns that the template leaves out.
        inside: The marks whose begin it ends with: the model goes on thinking. None otherwise.
    """

    tokens: list[int]
    starts: tuple[int | None, ...]
    lost: tuple[int, ...] = ()
    inside: Marks | None = None


class Template(Protocol):
    """Turns into tokens.

    ``chat`` is the conversation's id: its own answers are read with the tokens they were written
    with, see :class:`TokenCache`.

    Attributes:
        name: "phi-4", "phi-4-mini", or "file".
        ends: Tokens that end the model's turn, beside those the model itself calls so.
        system: The model's own system prompt, where :func:`opened` has to put it in.
    """

    name: str
    ends: frozenset[int]
    system: str

    def costs(self, turns: Sequence[Turn], chat: str = "") -> tuple[list[int], int]:
        """Tokens of each turn with its markup, and of the rest of the prompt."""

    def lay_out(self, turns: Sequence[Turn], *, continuing: bool, chat: str = "") -> PromptLayout:
        """The whole prompt. With ``continuing`` the last turn is an answer left open."""


class TokenCache:
    """Token ids of texts seen before, least recently used out.

    An answer is remembered with the tokens the model really wrote, so that the next prompt
    matches the KV cache even where the tokenizer would have cut the text differently. That holds
    for answers of that chat: the same text elsewhere is cut as the tokenizer cuts it, or what one
    chat said would decide what another one reads.

    Args:
        vocabulary: The model's tokenizer.
        marks: How the model marks its reasoning.
    """

    def __init__(self, vocabulary: Vocabulary, marks: Marks = SPELLINGS[0]) -> None:
        self._vocabulary = vocabulary
        self._marks = marks
        self._known: OrderedDict[tuple[str, str], list[int]] = OrderedDict()
        self._held = 0

    def ids(self, text: str) -> list[int]:
        """Token ids of ``text`` as plain text."""
        known = self._find("", text)
        if known is None:
            known = self._vocabulary.tokenize(text)
            self._keep("", text, known)
        return known

    def turn(self, turn: Turn, chat: str) -> list[int]:
        """Token ids of a turn's text; an answer's as they were written, where that is known."""
        if turn.reasoning:
            return self.continued(turn, chat)
        written = self._find(chat, turn.content) if chat and turn.role is Role.ASSISTANT else None
        return self.ids(turn.content) if written is None else written

    def continued(self, turn: Turn, chat: str, *, begun: bool = False) -> list[int]:
        """Token ids of an answer that is gone on with, its reasoning too.

        Args:
            turn: The answer.
            chat: Its conversation.
            begun: The prompt before it ends with the begin of reasoning.
        """
        written = self._find(chat, answer_key(turn)) if chat else None
        if written is not None:
            return written
        ids: list[int] = []
        for text, mark in answer_pieces(turn, self._marks, begun=begun):
            ids += self._vocabulary.tokenize(text, special=True) if mark else self.ids(text)
        return ids

    def remember(self, chat: str, answer: Turn, ids: list[int]) -> None:
        """The answer in ``chat`` was written as ``ids``, its reasoning too."""
        if chat:
            self._keep(chat, answer_key(answer), ids)

    def _find(self, chat: str, text: str) -> list[int] | None:
        known = self._known.get((chat, text))
        if known is not None:
            self._known.move_to_end((chat, text))
        return known

    def _keep(self, chat: str, text: str, ids: list[int]) -> None:
        self._held += len(ids) - len(self._known.pop((chat, text), ()))
        self._known[chat, text] = ids
        while self._held > REMEMBERED_TOKENS and len(self._known) > 1:
            _, gone = self._known.popitem(last=False)
            self._held -= len(gone)


@dataclass(frozen=True, slots=True)
class Markup:
    """Tokens around each role's text."""

    before: dict[Role, list[int]]
    after: list[int]


class MarkupTemplate:
    """A template that puts fixed tokens before and after each turn: Phi-4 and Phi-4-mini."""

    def __init__(
        self,
        name: str,
        vocabulary: Vocabulary,
        memory: TokenCache,
        markup: Markup,
        ends: frozenset[int],
        system: str = "",
    ) -> None:
        self.name = name
        self.ends = ends
        self.system = system
        self._begin = vocabulary.bos_token()
        self._memory = memory
        self._markup = markup

    def costs(self, turns: Sequence[Turn], chat: str = "") -> tuple[list[int], int]:
        """See :class:`Template`."""
        markup = self._markup
        costs = [
            len(markup.before[turn.role]) + len(self._memory.turn(turn, chat)) + len(markup.after)
            for turn in turns
        ]
        return costs, len(self._begin) + len(markup.before[Role.ASSISTANT])

    def lay_out(self, turns: Sequence[Turn], *, continuing: bool, chat: str = "") -> PromptLayout:
        """See :class:`Template`."""
        markup = self._markup
        ids = list(self._begin)
        starts = []
        for turn in turns:
            ids += markup.before[turn.role]
            starts.append(len(ids))
            ids += self._memory.turn(turn, chat)
            ids += markup.after
        if continuing:
            del ids[len(ids) - len(markup.after) :]
        else:
            ids += markup.before[Role.ASSISTANT]
        return PromptLayout(ids, tuple(starts))


def opened(turns: Sequence[Turn], system: str, *, replacing: bool = False) -> tuple[Turn, ...]:
    """``turns`` behind a model's own system prompt, which the chat's own follows.

    Phi-4-reasoning and its kin reason as published only with it.

    Args:
        turns: Of the chat.
        system: The model's own; empty where it has none.
        replacing: The chat's own system prompt, where it has one, stands in its place.
    """
    turns = tuple(turns)
    if not system:
        return turns
    if not turns or turns[0].role is not Role.SYSTEM:
        return (Turn(Role.SYSTEM, system), *turns)
    if replacing:
        return turns
    return (replace(turns[0], content=f"{system}\n\n{turns[0].content}"), *turns[1:])
