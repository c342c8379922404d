"""A model file's own chat template as tokens: the reference's text, and no message is markup.

The template is rendered with the messages in it, so what it does with them (trimming, cutting a
thought away, writing JSON) comes out as its makers mean it. A second rendering, with marks around
each message, tells which part of the text are a message's words: these are read as plain text, so
that ``<|im_end|>`` in a message ends no turn, and with the tokens they were written with. Marks
stand inside of the blanks at a message's ends, where trimming finds what it looks for.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.domain.answers.reasoning import left_open
from app.domain.errors import LoadCancelledError, ModelFileError
from app.domain.generation import Role, Turn
from app.engine.prompt import PromptLayout, TokenCache, Vocabulary
from app.engine.templates.chat_template import ChatTemplate, TemplateFailedError
from app.language import tr

REMEMBERED_TEXTS = 2_048  # of which it is known where control tokens are written in them
LONGEST_CONTROL = 64  # characters of a control token; the longest known have 40
WIDEST_WINDOW = 4_096  # characters looked at together
_PRIVATE = range(0xF0000, 0xFFFFD)  # a plane for private use; most texts hold none of it
_PROBE = "Is this read? 7391"  # not shown: no template says so itself
_APART = "\n\n"  # between messages that a template wants as one


@dataclass(frozen=True, slots=True)
class _Message:
    """What a template is given as one message: one turn, or several joined."""

    role: Role
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a rendered prompt.

    Attributes:
        text: Of it.
        words: Whether it is a message's, and no markup.
        turn: Whose words, where that is known.
    """

    text: str
    words: bool = False
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A rendered prompt, and the turns whose words are not in it."""

    pieces: list[_Piece]
    lost: tuple[int, ...]


class FileTemplate:
    """The file's own jinja template.

    Args:
        source: jinja.
        vocabulary: The model's tokenizer.
        memory: Token ids of texts seen before.
        stopped: Whether the user has stopped what is laid out.

    Raises:
        ModelFileError: It is no template, or leaves out what is asked.
    """

    name = "file"
    system = ""  # what the template puts in itself is in its text

    def __init__(
        self,
        source: str,
        vocabulary: Vocabulary,
        memory: TokenCache,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.ends: frozenset[int] = frozenset()
        self._vocabulary = vocabulary
        self._memory = memory
        self._stopped = stopped
        begin, end = vocabulary.marks()
        self._template = ChatTemplate(source, begin=begin, end=end, stopped=stopped)
        self._places = lru_cache(REMEMBERED_TEXTS)(self._find_controls)
        self.lay_out([Turn(Role.USER, _PROBE)], continuing=False)

    def costs(self, turns: Sequence[Turn], chat: str = "") -> tuple[list[int], int]:
        """See :class:`~app.engine.prompt.Template`.

        Markup is spread evenly: a template need not be additive.
        """
        contents = [len(self._memory.turn(turn, chat)) for turn in turns]
        whole = self.lay_out(turns, continuing=False, chat=chat)
        shown = sum(len(self._memory.turn(replace(turn, reasoning=""), chat)) for turn in turns)
        markup = len(whole.tokens) - shown
        each = -(-max(0, markup) // max(1, len(turns)))
        return [count + each for count in contents], 0

    def lay_out(self, turns: Sequence[Turn], *, continuing: bool, chat: str = "") -> PromptLayout:
        """See :class:`~app.engine.prompt.Template`.

        Raises:
            ModelFileError: The template does not take this chat, or loses what is asked.
            LoadCancelledError: The user stopped it.
        """
        shown = turns[:-1] if continuing else turns
        self._template.settle()
        rendered = self._rendered(shown)
        head = rendered.pieces[:1]
        starts_itself = bool(head) and not head[0].words and self._begins(head[0].text)
        ids: list[int] = [] if starts_itself else self._vocabulary.bos_token()
        starts: list[int | None] = [None] * len(turns)
        for piece in rendered.pieces:
            if not piece.words:
                ids += self._vocabulary.tokenize(piece.text, special=True)
            elif piece.turn is None or piece.text != shown[piece.turn].content:
                ids += self._memory.ids(piece.text)
            else:
                if starts[piece.turn] is None:
                    starts[piece.turn] = len(ids)
                ids += self._memory.turn(shown[piece.turn], chat)
        tail = rendered.pieces[-1:]
        inside = left_open(tail[0].text) if tail and not tail[0].words else None
        if continuing:
            starts[-1] = len(ids)
            ids += self._memory.continued(turns[-1], chat, begun=inside is not None)
        return PromptLayout(ids, tuple(starts), rendered.lost, inside)

    def _begins(self, head: str) -> bool:
        begin = self._vocabulary.bos_token()
        return bool(begin) and self._vocabulary.tokenize(head, special=True)[:1] == begin

    # --- what the template is given ---------------------------------------------------------

    def _rendered(self, turns: Sequence[Turn]) -> _Rendered:
        """The prompt, as the template takes these turns.

        As they are, where it does. Else with neighbours of one role as one message, as after an
        answer that was stopped before its first word: many templates want questions and answers
        in turn. Some know no system role: the model then reads it before the first question.
        """
        asked = max((n for n, turn in enumerate(turns) if turn.role is Role.USER), default=-1)
        reason = ""
        second: _Rendered | None = None
        for messages in _ways(turns):
            try:
                rendered = self._render(turns, messages)
            except TemplateFailedError as error:
                reason = reason or str(error)
                continue
            if asked in rendered.lost:
                reason = reason or tr("it leaves out what is asked")
            elif 0 in rendered.lost and turns[0].role is Role.SYSTEM:
                second = second or rendered
            else:
                return rendered
        if second is not None:
            return second
        raise ModelFileError(
            tr("The model file's chat template does not take this chat: {reason}.", reason=reason),
            data=tr("Your message is kept."),
            action=tr("Start a new chat, or choose another model file."),
            detail=reason,
        )

    def _render(self, turns: Sequence[Turn], messages: Sequence[_Message]) -> _Rendered:
        """Pieces whose texts together are what the template makes of the messages."""
        texts = [turn.content for turn in turns]
        plain = self._fill(messages, texts)
        begin, end, cut = _marks(texts)
        # Control tokens that are written in a message are cut through, so that none comes of them
        # wherever the template puts them.
        safe = [self._cut_controls(text, cut) for text in texts]
        marked = [
            _marked(text, f"{begin}{n}{begin}", f"{end}{n}{end}") for n, text in enumerate(safe)
        ]
        shown = self._fill(messages, marked)
        pieces = _read(shown, (begin, end, cut), texts)
        if "".join(piece.text for piece in pieces) != plain:  # it looks at a message's first letter
            pieces = _read(self._fill(messages, safe), (begin, end, cut), texts)
        lost = (
            n
            for n, text in enumerate(texts)
            if text.strip()
            and f"{begin}{n}{begin}" not in shown
            and f"{end}{n}{end}" not in shown
            and text.strip() not in plain
        )
        return _Rendered(pieces, tuple(lost))

    def _fill(self, messages: Sequence[_Message], texts: Sequence[str]) -> str:
        return self._template.render(
            [
                (str(message.role), _APART.join(texts[turn] for turn in message.turns))
                for message in messages
            ]
        )

    def _cut_controls(self, text: str, mark: str) -> str:
        """``text`` with a mark behind the first letter of each control token written in it."""
        places = self._places(text)
        ends = [0, *(place + 1 for place in places), len(text)]
        return mark.join(text[at:end] for at, end in itertools.pairwise(ends))

    def _find_controls(self, text: str) -> tuple[int, ...]:
        """Where control tokens begin in a text that is not read as plain."""
        if not self._has_control(text):
            return ()
        found: list[int] = []
        at, width = 0, LONGEST_CONTROL
        while at < len(text):
            if self._stopped():
                raise LoadCancelledError(tr("It was stopped."))
            if not self._has_control(text[at : at + width]):
                # Larger windows where nothing is; the next one begins before this one's end.
                if at + width >= len(text):
                    break
                at += max(1, width - LONGEST_CONTROL)
                width = min(width * 2, WIDEST_WINDOW)
                continue
            end = self._end_of_first(text, at, width)
            start = at
            while self._has_control(text[start + 1 : end]):
                start += 1
            found.append(start)
            at, width = end, LONGEST_CONTROL
        return tuple(found)

    def _end_of_first(self, text: str, at: int, width: int) -> int:
        """Where the first control token behind ``at`` ends; one does within ``width``."""
        ends = range(at + 1, at + width + 1)
        return ends[bisect_left(ends, True, key=lambda end: self._has_control(text[at:end]))]

    def _has_control(self, text: str) -> bool:
        return self._vocabulary.tokenize(text, special=True) != self._vocabulary.tokenize(text)


def _ways(turns: Sequence[Turn]) -> Iterable[list[_Message]]:
    """What a template may be given of the same turns, the plainest first; none twice."""
    single = [_Message(turn.role, (n,)) for n, turn in enumerate(turns)]
    tried = [single, _merged(single)]
    if single and single[0].role is Role.SYSTEM:
        told = [_Message(Role.USER, (0,)), *single[1:]]
        tried.append(_merged(told))
    for number, way in enumerate(tried):
        if way not in tried[:number]:
            yield way


def _merged(messages: Sequence[_Message]) -> list[_Message]:
    """Neighbours of one role as one message."""
    found: list[_Message] = []
    for message in messages:
        if found and found[-1].role is message.role:
            found[-1] = _Message(message.role, found[-1].turns + message.turns)
        else:
            found.append(message)
    return found


# --- marks ----------------------------------------------------------------------------------


def _marks(texts: Sequence[str]) -> tuple[str, str, str]:
    """Three characters that are in none of the texts."""
    used = set().union(*map(set, texts)) if texts else set[str]()
    one, two, three = itertools.islice((chr(n) for n in _PRIVATE if chr(n) not in used), 3)
    return one, two, three


def _marked(text: str, begin: str, end: str) -> str:
    core = text.strip()
    if not core:
        return text
    before, _, after = text.partition(core)
    return f"{before}{begin}{core}{end}{after}"


def _read(text: str, marks: tuple[str, str, str], texts: Sequence[str]) -> list[_Piece]:
    """The pieces of a rendering with marks.

    What stands between the two marks of one message are its words; where the template has cut one
    of them off, the rest is read as markup, in which no control token of a message is whole.
    """
    begin, end, cut = marks
    found: list[_Piece] = []
    at, opened = 0, -1
    for match in re.finditer(f"{begin}(\\d+){begin}|{end}(\\d+){end}", text):
        between, at = text[at : match.start()], match.end()
        if match[1]:
            found += _as_markup(between, cut)
            opened = int(match[1])
        elif opened == int(match[2]):
            found.append(_Piece(between.replace(cut, ""), True, opened))
            opened = -1
        else:
            found += _as_markup(between, cut)
            opened = -1
    found += _as_markup(text[at:], cut)
    return _with_blanks(found if cut in text else _joined(found), texts)


def _as_markup(text: str, cut: str) -> list[_Piece]:
    return [_Piece(part) for part in text.split(cut)]


def _joined(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Neighbouring pieces of markup as one: the tokenizer shall see them so."""
    found: list[_Piece] = []
    for piece in pieces:
        if not piece.words and found and not found[-1].words:
            found[-1] = _Piece(found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def _with_blanks(pieces: list[_Piece], texts: Sequence[str]) -> list[_Piece]:
    """Let the blanks at a message's ends, where the template left them, be part of its words."""
    pieces = [_Piece(""), *pieces, _Piece("")]
    for index, piece in enumerate(pieces):
        if piece.turn is None:
            continue
        ahead, behind = pieces[index - 1], pieces[index + 1]
        whole = texts[piece.turn]
        if whole.strip() != piece.text or ahead.words or behind.words:
            continue
        before, _, after = whole.partition(piece.text)
        if ahead.text.endswith(before) and behind.text.startswith(after):
            pieces[index - 1] = _Piece(ahead.text.removesuffix(before))
            pieces[index] = _Piece(whole, True, piece.turn)
            pieces[index + 1] = _Piece(behind.text.removeprefix(after))
    return [piece for piece in pieces if piece.text]
