"""Styled text on a terminal, wrapped at words, each word written once and never taken back."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from app.cli.streams import harmless

MIN_WIDTH = 20  # columns; a narrower terminal gets longer lines than it shows
_TAB = "    "
SOFT_BREAK = "\v"  # a line end of the source, which is a blank here
_BLANKS = frozenset((" ", SOFT_BREAK))
# Marks that do not begin a line of Chinese or Japanese (JIS X 4051, line start prohibition).
_NEVER_FIRST = frozenset("、。，．・：；？！）」』】〉》〕］｝ー々…‥")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class StyledText:
    """Some text in one style."""

    text: str
    style: Style = field(default_factory=Style)


class Paint:
    """What a style is for the terminal behind the output."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        name = self._console.color_system
        self._colours = ColorSystem[_SYSTEMS[name]] if name is not None else None
        self._plain = self._console.legacy_windows

    @property
    def width(self) -> int:
        """Columns of the terminal as it is now; one is left free, or a full line would wrap."""
        return max(MIN_WIDTH, self._console.width - 1)

    def __call__(self, text: str, style: Style) -> str:
        """``text`` harmless, in colours."""
        text = harmless(text)
        if self._plain or not text:
            return text
        if self._console.no_color:
            style = style.without_color
        return style.render(text, color_system=self._colours)


_SYSTEMS = {
    "standard": "STANDARD",
    "256": "EIGHT_BIT",
    "truecolor": "TRUECOLOR",
    "windows": "WINDOWS",
}


class WrappedText:
    """Lines that grow word by word.

    Args:
        write: Takes what is ready for the terminal.
        paint: Makes colours.
    """

    def __init__(self, write: Callable[[str], None], paint: Paint) -> None:
        self._write = write
        self._paint = paint
        self._column = 0
        self._later: tuple[StyledText, ...] = ()  # what stands before the lines after the first
        self._word: list[StyledText] = []
        self._blank: StyledText | None = None  # between the last word and this one
        self._begun = False

    def begin(self, first: Iterable[StyledText], later: Iterable[StyledText]) -> None:
        """A new paragraph with what stands before its first line and before the others."""
        self._later = tuple(later)
        self._column = 0
        self._begun = False
        self._put(first)

    def add(self, runs: Iterable[StyledText]) -> None:
        """More of the paragraph. Its last word waits for its end."""
        for run in runs:
            for character in run.text.replace("\t", _TAB):
                if character == "\n":
                    self._end_word()
                    self._break()
                elif character in _BLANKS:
                    self._end_word()
                    self._blank = StyledText(" ", run.style)
                else:
                    if self._parts_at(character):
                        self._end_word()
                    self._word.append(StyledText(character, run.style))

    def end(self) -> None:
        """The paragraph is over."""
        self._end_word()
        self._blank = None
        self._write("\n")

    def line(self, runs: Iterable[StyledText]) -> None:
        """One line as it is, however long."""
        self._write("".join(self._paint(run.text, run.style) for run in runs).rstrip(" ") + "\n")

    def _parts_at(self, character: str) -> bool:
        """Whether a line may end before ``character`` though there is no blank."""
        if not self._word:
            return False
        before = self._word[-1].text
        wide = _is_wide(character) or _is_wide(before)
        return wide and character not in _NEVER_FIRST and not _joins(character, before)

    def _end_word(self) -> None:
        word, self._word = self._word, []
        if not word:
            return
        blank = self._blank if self._begun else None
        self._blank = None
        width = cell_len("".join(one.text for one in word))
        if self._begun and self._column + (blank is not None) + width > self._paint.width:
            self._break()
            blank = None
        if blank is not None:
            self._put([blank])
        for piece in _joined(word):
            self._put_long(piece)
        self._begun = True

    def _put_long(self, piece: StyledText) -> None:
        """A part of a word; one that is longer than the line is cut where the line ends."""
        rest = piece.text
        while self._column + cell_len(rest) > self._paint.width:
            size = max(1, _fitting(rest, self._paint.width - self._column))
            self._put([StyledText(rest[:size], piece.style)])
            rest = rest[size:]
            self._break()
        self._put([StyledText(rest, piece.style)])

    def _break(self) -> None:
        self._write("\n")
        self._blank = None
        self._column = 0
        self._begun = False
        self._put(self._later)

    def _put(self, runs: Iterable[StyledText]) -> None:
        for run in runs:
            self._column += cell_len(run.text)
            self._write(self._paint(run.text, run.style))


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _joins(character: str, before: str) -> bool:
    """Whether both are one sign: combining marks, joiners, variation selectors, skin tones."""
    return (
        before == "\u200d"
        or character in "\u200d\ufe0e\ufe0f"
        or bool(unicodedata.combining(character))
        or 0x1F3FB <= ord(character) <= 0x1F3FF
        or (0x1F1E6 <= ord(character) <= 0x1F1FF and 0x1F1E6 <= ord(before) <= 0x1F1FF)
    )


def _joined(word: list[StyledText]) -> list[StyledText]:
    """Neighbours of one style as one run."""
    runs: list[StyledText] = []
    for one in word:
        if runs and runs[-1].style == one.style:
            runs[-1] = StyledText(runs[-1].text + one.text, one.style)
        else:
            runs.append(one)
    return runs


def _fitting(text: str, columns: int) -> int:
    """How many characters fit."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > columns:
            return index
    return len(text)
