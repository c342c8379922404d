"""A cursor that reads one line from left to right, with tabs counted as columns."""

from __future__ import annotations

import re

_INDENT = re.compile(r"[ \t]*")
TAB = 4


class Cursor:
    """A position in a line.

    Attributes:
        text: the line without its end.
        pos: how many characters were read.
        nonspace: position of the next character that is neither blank nor tab.
        indent: columns from ``pos`` to there.
        blank: only blanks are left.
    """

    __slots__ = (
        "_col",
        "_nonspace_col",
        "_split_tab",
        "blank",
        "indent",
        "nonspace",
        "pos",
        "text",
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self._col = 0
        self._split_tab = False
        self.nonspace = -1
        self._nonspace_col = 0
        self.indent = 0
        self.blank = False
        self.find_nonspace()

    def find_nonspace(self) -> None:
        """Find the next character that is not blank."""
        if self.nonspace < self.pos:
            match = _INDENT.match(self.text, self.pos)
            self.nonspace = match.end() if match else self.pos
            self._nonspace_col = self._column(self.nonspace)
            self.blank = self.nonspace >= len(self.text)
        self.indent = self._nonspace_col - self._col

    def _column(self, end: int) -> int:
        blanks = self.text[self.pos : end]
        if "\t" not in blanks:
            return self._col + len(blanks)
        column = self._col
        for char in blanks:
            column += TAB - column % TAB if char == "\t" else 1
        return column

    @property
    def char(self) -> str:
        """The next character that is not blank, or nothing."""
        return self.text[self.nonspace : self.nonspace + 1]

    def skip(self, count: int) -> None:
        """Read ``count`` characters, none of them a tab."""
        self.pos += count
        self._col += count
        self._split_tab = False
        self.find_nonspace()

    def skip_columns(self, count: int) -> None:
        """Read ``count`` columns of white space; a tab may be read in part."""
        while count > 0 and self.pos < len(self.text):
            if self.text[self.pos] == "\t":
                width = TAB - self._col % TAB
                self._split_tab = width > count
                taken = min(width, count)
                self._col += taken
                self.pos += 0 if self._split_tab else 1
                count -= taken
            else:
                self._split_tab = False
                self._col += 1
                self.pos += 1
                count -= 1
        self.find_nonspace()

    def skip_blanks(self) -> None:
        """Read up to the next character that is not blank."""
        self.pos = self.nonspace
        self._col = self._nonspace_col
        self._split_tab = False
        self.indent = 0

    def at_blank(self) -> bool:
        """Whether the next character is a blank or a tab."""
        return self.text[self.pos : self.pos + 1] in (" ", "\t")

    def rest(self) -> str:
        """What is left, with blanks in place of a tab that was read in part."""
        if self._split_tab:
            return " " * (TAB - self._col % TAB) + self.text[self.pos + 1 :]
        return self.text[self.pos :]
