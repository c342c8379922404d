"""Styled text on a terminal, wrapped at words, each word written once and never taken back."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.cells import cell_len

from app.cli.streams import harmless
from app.system.terminal import obeys_sequences

MIN_WIDTH = 20  # columns; a narrower terminal gets longer lines than it shows
_TAB = "    "
SOFT_BREAK = "\v"  # a line end of the source, which is a blank here
_BLANKS = frozenset((" ", SOFT_BREAK))
# Marks that do not begin a line of Chinese or Japanese (JIS X 4051, line start prohibition).
_NEVER_FIRST = frozenset("、。，．・：；？！）」』】〉》〕］｝ー々…‥")  # noqa: RUF001


# Select Graphic Rendition, ECMA-48 8.3.117.
_COLOURS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


@dataclass(frozen=True, slots=True)
class TerminalStyle:
    """How letters look; ``colour`` is a name in the terminal's own palette."""

    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    colour: str = ""

    def __add__(self, other: TerminalStyle) -> TerminalStyle:
        """Both together; the colour of the second."""
        return TerminalStyle(
            self.bold or other.bold,
            self.dim or other.dim,
            self.italic or other.italic,
            self.underline or other.underline,
            self.strike or other.strike,
            other.colour or self.colour,
        )

    def parameters(self, *, colours: bool) -> str:
        """What stands in the escape sequence that begins it."""
        flags = ((self.bold, 1), (self.dim, 2), (self.italic, 3), (self.underline, 4))
        found = [code for on, code in (*flags, (self.strike, 9)) if on]
        if colours and self.colour:
            found.append(_COLOURS[self.colour])
        return ";".join(map(str, found))


@dataclass(frozen=True, slots=True)
class StyledText:
    """Some text in one style."""

    text: str
    style: TerminalStyle = field(default_factory=TerminalStyle)


class Paint:
    """What a style is for the terminal behind the output.

    rich's ``Console`` finds out the same; it takes longer to import than all else here.

    Args:
        columns: Width of the terminal; None for what it is whenever it is asked for.
        sequences: Whether it obeys escape sequences; None to find out.
        colours: Whether colours are welcome; None for what ``NO_COLOR`` says (no-color.org).
    """

    def __init__(
        self, columns: int | None = None, *, sequences: bool | None = None,
        colours: bool | None = None,
    ) -> None:  # fmt: skip
        self._columns = columns
        self._sequences = obeys_sequences() if sequences is None else sequences
        self._colours = not os.environ.get("NO_COLOR") if colours is None else colours

    @property
    def width(self) -> int:
        """Columns of the terminal as it is now; one is left free, or a full line would wrap."""
        columns = self._columns or shutil.get_terminal_size().columns
        return max(MIN_WIDTH, columns - 1)

    def __call__(self, text: str, style: TerminalStyle) -> str:
        """``text`` harmless, in colours."""
        text = harmless(text)
        look = style.parameters(colours=self._colours) if self._sequences and text else ""
        return f"\x1b[{look}m{text}\x1b[0m" if look else text


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
