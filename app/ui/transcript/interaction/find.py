"""The search in a chat: every message, laid out or not."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

from app.domain.conversation import MessageStatus
from app.domain.parts import PlacedPart
from app.markup.document.flow import flatten
from app.markup.parts.part_block import FoldBlock
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.row_list import RowList
from app.ui.transcript.content.rows import FoldRow
from app.ui.transcript.content.runs import OBJECT, from_units, to_units
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.signals import FindState

SLICE_SECONDS = 0.008
AT_ONCE_SECONDS = 0.03
AROUND = 60
"""Characters before and behind a match's beginning that readers hear."""
_LONGEST_WORD = re.compile(r"\w+")
_MARKS = str.maketrans("", "", "*_~`\\")
# What may stand inside a word and not be seen there, beside the marks above: an entity, a link, a
# reference to a footnote or a picture. Bounded, or a hostile line would cost its square.
_INSIDE_WORDS = re.compile(r"&#?\w{1,31};|\w!?\[[^\]\n]{0,200}\]|\][(\[][^)\]\n]{0,200}[)\]]\w")


@dataclass(frozen=True, slots=True)
class FindOptions:
    """How to search."""

    match_case: bool = False
    whole_words: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a search over all chats found in one message.

    Attributes:
        message_id: The message.
        words: Texts in it that fit, as they are written there; the most telling one first.
    """

    message_id: str
    words: tuple[str, ...]


DEFAULT_OPTIONS = FindOptions()


@dataclass(frozen=True, slots=True, order=True)
class FindMatch:
    """A match: message, row, and from and to in the row's text as Qt counts.

    One in a folded part stands at the row that unfolds it, and from and to are its number there.
    """

    at: int
    row: int
    start: int
    end: int


class Finder:
    """Searches message after message, a few milliseconds at a time.

    Args:
        parent: Qt's parent.
        layout: What is searched, and brought to a match.
        unfold: Shows a folded part of a message, and has `refresh_message` called.
        changed: Called with each state of the search.
    """

    def __init__(
        self,
        parent: QObject,
        layout: Layout,
        *,
        unfold: Callable[[MessageModel, int], None],
        changed: Callable[[FindState], None],
    ) -> None:
        self._layout, self._branch = layout, layout.branch
        self._unfold, self._changed = unfold, changed
        self._text, self._options = "", DEFAULT_OPTIONS
        self._pattern: re.Pattern[str] | None = None
        self._probe = ""
        self._matches: list[FindMatch] = []
        self._by_row: dict[tuple[int, int], list[FindMatch]] = {}
        self._current: FindMatch | None = None
        self._next = 0
        self._only: int | None = None  # the one message that is searched
        self._telling: re.Pattern[str] | None = None  # its first match is to be shown
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(lambda: self._search(SLICE_SECONDS))

    @property
    def state(self) -> FindState:
        """Where the search stands."""
        current = bisect_left(self._matches, self._current) + 1 if self._current else 0
        complete = self._next >= self._end
        return FindState(current, len(self._matches), complete, self._words())

    @property
    def _end(self) -> int:
        """The number of the first message that is not searched."""
        return len(self._branch.models) if self._only is None else self._only + 1

    def _words(self) -> str:
        """The match that is shown and what stands around it."""
        match = self._current
        if match is None or match.at >= len(self._branch.models):
            return ""
        rows = self._branch.models[match.at].rows
        if match.row >= len(rows):
            return ""
        text = rows[match.row].drawn_text()
        at = from_units(text, match.start)
        return " ".join(text[max(0, at - AROUND) : at + AROUND].replace(OBJECT, " ").split())

    def find(self, text: str, options: FindOptions) -> int:
        """Begin a search; answers what a moment finds, the rest follows."""
        self.clear()
        if not text:
            self._changed(self.state)
            return 0
        self._text, self._options = text, options
        words = r"\s+".join(re.escape(word) for word in text.split()) or re.escape(text)
        if options.whole_words:
            words = rf"(?<!\w){words}(?!\w)"
        self._pattern = re.compile(words, 0 if options.match_case else re.IGNORECASE)
        self._probe = max(_LONGEST_WORD.findall(text.translate(_MARKS)), key=len, default="")
        self._search(AT_ONCE_SECONDS)
        self._layout.widgets.repaint()
        return len(self._matches)

    def mark(self, found: Found) -> None:
        """Mark what was found in a message, and come to the most telling of it."""
        self.clear()
        patterns = [words for text in found.words if (words := _loosely(text))]
        at = self._branch.by_id.get(found.message_id)
        if at is None or not patterns:
            return
        self._telling = re.compile(patterns[0], re.IGNORECASE)
        self._pattern = re.compile("|".join(sorted(patterns, key=len, reverse=True)), re.IGNORECASE)
        self._next = self._only = at
        self._search(AT_ONCE_SECONDS)
        self._layout.widgets.repaint()

    def unmark(self) -> bool:
        """Forget what was marked; whether anything was."""
        if self._only is None:
            return False
        self.clear()
        return True

    def restart(self) -> None:
        """Search again after the messages changed; what was marked has been seen by then."""
        if self._only is not None:
            self.clear()
        elif self._text:
            self.find(self._text, self._options)

    def refresh_message(self, at: int) -> None:
        """A message has other rows now: what was found in it stands elsewhere."""
        if self._pattern is None or at >= self._next or self._only not in {None, at}:
            return
        self._matches = [match for match in self._matches if match.at != at]
        self._by_row = {key: found for key, found in self._by_row.items() if key[0] != at}
        self._search_message(at, self._pattern)
        self._matches.sort()
        if self._current is not None and self._current not in self._matches:
            self._current = None
        self._layout.widgets.repaint()
        self._changed(self.state)

    def clear(self) -> None:
        """Forget the search."""
        shown = bool(self._matches)
        self._timer.stop()
        self._text, self._pattern, self._current, self._next = "", None, None, 0
        self._matches, self._by_row = [], {}
        self._only = self._telling = None
        if shown:
            self._layout.widgets.repaint()

    def _search(self, seconds: float) -> None:
        pattern, chat = self._pattern, self._branch
        if pattern is None:
            return
        end = perf_counter() + seconds
        while self._next < self._end and perf_counter() < end:
            at = self._next
            if self._only is not None or self._may_match(chat.models[at]):
                if not self._is_read(at):
                    continue
                self._search_message(at, pattern)
            self._next += 1
        if self._next < self._end:
            self._timer.start()
        elif self._telling is not None and self._matches:
            self._current = next(
                (one for one in self._matches if self._fits(one, self._telling)), self._matches[0]
            )
            self._telling = None
            self._show(self._current)
        self._changed(self.state)

    def _fits(self, match: FindMatch, pattern: re.Pattern[str]) -> bool:
        """Whether the text of a match is one of a pattern's."""
        text = self._branch.models[match.at].rows[match.row].drawn_text()
        found = text[from_units(text, match.start) : from_units(text, match.end)]
        return pattern.fullmatch(found) is not None

    def _may_match(self, model: MessageModel) -> bool:
        """Whether a message is worth being parsed: one without the longest word is not."""
        content = model.message.content
        if model.message.placed:
            content = "\n".join((content, *_words_of(model.message.placed)))
        if model.message.status is MessageStatus.STREAMING:
            return True
        words = content.translate(_MARKS)
        if self._probe in words or self._probe.casefold() in words.casefold():
            return True
        return not model.is_user and _INSIDE_WORDS.search(content) is not None

    def _is_read(self, at: int) -> bool:
        """Read a little more of a long message; whether all of it has been read."""
        model = self._branch.open(at)
        if model.has_unparsed:
            self._branch.parse_slice(at)
            if model.message.id in self._branch.in_view:
                self._layout.relayout()
        return not model.has_unparsed

    def _search_message(self, at: int, pattern: re.Pattern[str]) -> None:
        model = self._branch.open(at)
        for number, row in enumerate(model.rows):
            if isinstance(row, FoldRow) and not row.open:
                inside = _folded(model, row.fold)
                hidden = sum(len(_spans(one, pattern)) for one in inside)
                for count in range(hidden):
                    self._keep(FindMatch(at, number, count, count))
            for start, end in _spans(row, pattern):
                self._keep(FindMatch(at, number, start, end))

    def _keep(self, match: FindMatch) -> None:
        self._matches.append(match)
        self._by_row.setdefault((match.at, match.row), []).append(match)

    def step(self, by: int) -> None:
        """Go to the next match (1) or the one before (-1), round the ends."""
        if not self._matches:
            return
        if self._current is None:
            here = self._layout.flow.anchor
            first = bisect_left(self._matches, FindMatch(here.at, here.row, 0, 0))
            index = first if by > 0 else first - 1
        else:
            index = bisect_left(self._matches, self._current) + by
        self._current = self._matches[index % len(self._matches)]
        self._show(self._current)
        self._changed(self.state)

    def _show(self, match: FindMatch) -> None:
        """Bring a match into view, out of a folded part if need be."""
        layout, model = self._layout, self._branch.open(match.at)
        row = model.rows[match.row]
        if isinstance(row, FoldRow):
            layout.widgets.widget_of(model)  # it may be far away
            self._unfold(model, row.fold)
            inside = [m for m in self._matches if m.at == match.at and m.row > match.row]
            match = self._current = inside[match.start]
            self._changed(self.state)
        place = layout.widgets.lay_out(match.at, match.row).caret_rect(match.start)
        layout.show_row(match.at, match.row, place.y(), place.height())
        layout.widgets.repaint()

    def matches_in(
        self, at: int, row: int
    ) -> tuple[tuple[tuple[int, int], ...], tuple[int, int] | None]:
        """The matches in a row, and the current one if it is there."""
        found = self._by_row.get((at, row))
        if not found:
            return (), None
        here = self._current if self._current in found else None
        return tuple((m.start, m.end) for m in found), (here.start, here.end) if here else None


def _loosely(text: str) -> str:
    """A pattern for words of a message's Markdown as they are drawn; empty where it has none."""
    return r"[\W_]*".join(re.escape(word) for word in re.findall(r"[^\W_]+", text))


def _spans(row: Row, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """The matches in a row, from and to as Qt counts."""
    text = row.drawn_text()
    spans = [found.span() for found in pattern.finditer(text)]
    if OBJECT in text:
        spans = sorted(spans + _in_formulas(row, text, pattern))
    return [(to_units(text, start), to_units(text, end)) for start, end in spans if start < end]


def _folded(model: MessageModel, fold: int) -> list[Row]:
    """The rows that a folded part hides, in their order."""
    folds = [block for block in model.settled_blocks() if isinstance(block, FoldBlock)]
    inside = RowList({0})
    inside.extend(flatten(folds[fold : fold + 1]))
    return inside.rows


def _words_of(placed: Sequence[PlacedPart]) -> Iterator[str]:
    """What may be found of parts that are no text."""
    for one in placed:
        yield from (str(getattr(one.part, field.name)) for field in fields(one.part))


def _in_formulas(row: Row, text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """The places of formulas whose source matches."""
    places = [i for i, char in enumerate(text) if char == OBJECT]
    sources = row.formulas()
    return [
        (i, i + 1) for i, source in zip(places, sources, strict=False) if pattern.search(source)
    ]
