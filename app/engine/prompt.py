"""Chat templates, at token level: markup becomes control tokens, a user's text never does.

Phi-4's template is ours, because older files carry a wrong one. Other files bring their own as
jinja, which is rendered in a sandbox with placeholders where the messages stand.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.errors import ModelFileError
from app.domain.generation import Role, Turn

REMEMBERED_TOKENS = 2_000_000  # token ids kept for texts seen before, about 60 MB
# The smallest vocabulary of a Phi-4-mini file; Phi-3 has the same control tokens, 32,064 tokens
# and another template.
MINI_VOCABULARY = 200_000


class Vocabulary(Protocol):
    """What a template needs of a tokenizer."""

    size: int

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of ``text``."""

    def control_token(self, text: str) -> int | None:
        """The id of a control token, or None."""

    def bos_token(self) -> list[int]:
        """The begin-of-text token, where the model wants one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A prompt.

    Attributes:
        tokens: Token ids.
        starts: Where the text of each turn begins; None where the template leaves it out.
    """

    tokens: list[int]
    starts: tuple[int | None, ...]


class Template(Protocol):
    """Turns into tokens.

    ``chat`` is the conversation's id: its own answers are read with the tokens they were written
    with, see :class:`TokenCache`.

    Attributes:
        name: "phi-4", "phi-4-mini", or "file".
        ends: Tokens that end the model's turn, beside those the model itself calls so.
    """

    name: str
    ends: frozenset[int]

    def costs(self, turns: Sequence[Turn], chat: str = "") -> tuple[list[int], int]:
        """Tokens of each turn with its markup, and of the rest of the prompt."""

    def lay_out(self, turns: Sequence[Turn], *, continuing: bool, chat: str = "") -> Layout:
        """The whole prompt. With ``continuing`` the last turn is an answer left open."""


class TokenCache:
    """Token ids of texts seen before, least recently used out.

    An answer is remembered with the tokens the model really wrote, so that the next prompt
    matches the KV cache even where the tokenizer would have cut the text differently. That holds
    for answers of that chat: the same text elsewhere is cut as the tokenizer cuts it, or what one
    chat said would decide what another one reads.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
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
        written = self._find(chat, turn.content) if chat and turn.role is Role.ASSISTANT else None
        return self.ids(turn.content) if written is None else written

    def remember(self, chat: str, text: str, ids: list[int]) -> None:
        """The answer ``text`` in ``chat`` was written as ``ids``."""
        if chat:
            self._keep(chat, text, ids)

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
class _Markup:
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
        markup: _Markup,
        ends: frozenset[int],
    ) -> None:
        self.name = name
        self.ends = ends
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

    def lay_out(self, turns: Sequence[Turn], *, continuing: bool, chat: str = "") -> Layout:
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
        return Layout(ids, tuple(starts))


class FileTemplate:
    """The file's own jinja template, rendered in a sandbox."""

    name = "file"

    def __init__(self, source: str, vocabulary: Vocabulary, memory: TokenCache) -> None:
        # Only files that need it pay for the import.
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self.ends: frozenset[int] = frozenset()
        self._vocabulary = vocabulary
        self._memory = memory
        self._error: type[Exception] = TemplateError
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda _format: ""
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise ModelFileError(
                "The model file's chat template is damaged.", detail=str(error)
            ) from error

    def costs(self, turns: Sequence[Turn], chat: str = "") -> tuple[list[int], int]:
        """See :class:`Template`. Markup is spread evenly: a template need not be additive."""
        contents = [len(self._memory.turn(turn, chat)) for turn in turns]
        whole = self.lay_out(turns, continuing=False, chat=chat)
        markup = len(whole.tokens) - sum(contents)
        each = -(-max(0, markup) // max(1, len(turns)))
        return [count + each for count in contents], 0

    def lay_out(self, turns: Sequence[Turn], *, continuing: bool, chat: str = "") -> Layout:
        """See :class:`Template`.

        Raises:
            ModelFileError: The template does not work.
        """
        shown = turns[:-1] if continuing else turns
        rendered = self._render(shown)
        ids: list[int] = [] if self._starts_itself(rendered) else self._vocabulary.bos_token()
        starts: list[int | None] = [None] * len(turns)
        rest = rendered
        while rest:
            markup, found, rest = rest.partition(_OPEN)
            if markup:
                ids += self._vocabulary.tokenize(markup, special=True)
            if found:
                number, _, rest = rest.partition(_CLOSE)
                starts[int(number)] = len(ids)
                ids += self._memory.turn(shown[int(number)], chat)
        if continuing:
            starts[-1] = len(ids)
            ids += self._memory.turn(turns[-1], chat)
        return Layout(ids, tuple(starts))

    def _starts_itself(self, rendered: str) -> bool:
        begin = self._vocabulary.bos_token()
        head = rendered.partition(_OPEN)[0]
        return bool(begin) and self._vocabulary.tokenize(head, special=True)[:1] == begin

    def _render(self, turns: Sequence[Turn]) -> str:
        try:
            return self._fill(turns, list(range(len(turns))))
        except self._error as error:
            if not turns or turns[0].role is not Role.SYSTEM:
                raise self._broken(error) from error
        # Some templates know no system role: the model then reads it before the first question.
        merged = [replace(turns[0], role=Role.USER), *turns[2:]]
        try:
            return self._fill(merged, [0, *range(2, len(turns))], joined=len(turns) > 1)
        except self._error as error:
            raise self._broken(error) from error

    def _fill(self, turns: Sequence[Turn], numbers: list[int], *, joined: bool = False) -> str:
        messages = [
            {"role": str(turn.role), "content": f"{_OPEN}{number}{_CLOSE}"}
            for turn, number in zip(turns, numbers, strict=True)
        ]
        if joined:
            messages[0]["content"] += f"\n\n{_OPEN}1{_CLOSE}"
        return self._template.render(
            messages=messages, add_generation_prompt=True, bos_token="", eos_token="", tools=None
        )

    @staticmethod
    def _broken(error: Exception) -> ModelFileError:
        return ModelFileError("The model file's chat template does not work.", detail=str(error))


_OPEN, _CLOSE = "\ue000phial:", "\ue001"  # private use: in no template


def _refuse(message: str) -> str:
    from jinja2 import TemplateError

    raise TemplateError(message)


def choose_template(source: str, vocabulary: Vocabulary, memory: TokenCache) -> Template:
    """The template for a model.

    Args:
        source: The file's own jinja template; empty where it has none.
        vocabulary: The model's tokenizer.
        memory: Token ids of texts seen before.

    Raises:
        ModelFileError: The file has no usable template.
    """
    end_of_text = vocabulary.control_token("<|endoftext|>")
    ends = {end_of_text} if end_of_text is not None else set[int]()
    start, separator, end = (
        vocabulary.control_token(text) for text in ("<|im_start|>", "<|im_sep|>", "<|im_end|>")
    )
    if start is not None and separator is not None and end is not None:
        before = {role: [start, *vocabulary.tokenize(str(role)), separator] for role in Role}
        markup = _Markup(before, [end])
        return MarkupTemplate("phi-4", vocabulary, memory, markup, frozenset({end, *ends}))
    end = vocabulary.control_token("<|end|>")
    roles = {role: vocabulary.control_token(f"<|{role}|>") for role in Role}
    known = {role: [token] for role, token in roles.items() if token is not None}
    if end is not None and len(known) == len(Role) and vocabulary.size >= MINI_VOCABULARY:
        markup = _Markup(known, [end])
        return MarkupTemplate("phi-4-mini", vocabulary, memory, markup, frozenset({end, *ends}))
    if not source:
        raise ModelFileError(
            "The model file has no chat template, so Phial cannot talk to it.",
            action="Choose a file of an instruction-tuned model.",
        )
    return FileTemplate(source, vocabulary, memory)
