"""The document of running text: made once, then changed only where the text changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextOption

from app.language.formats import text_direction
from app.ui.transcript.content.rows import TextRow
from app.ui.transcript.content.runs import Run
from app.ui.transcript.items.row_document import RowDocument, clinging
from app.ui.transcript.items.style import Style


@dataclass(frozen=True, slots=True)
class _Written:
    """A run as it was written: where it begins, and what stood before it.

    Attributes:
        run: The run.
        clings: What stays in its line, if it is a formula.
        position: Of its first character, in the document.
        drawn: Formulas before it.
        pending: Of these, formulas that are waited for.
        spelled: Formulas before it that are longer in the document.
    """

    run: Run
    clings: tuple[Run, ...]
    position: int
    drawn: int
    pending: int
    spelled: int


class TextDocument(RowDocument):
    """A paragraph, a heading or a label.

    Args:
        row: What it says.
        style: How it looks.
        width: Of its lines, pixels.
    """

    def __init__(self, row: TextRow, style: Style, width: float) -> None:
        super().__init__(style, row.marks)
        self._written: list[_Written] = []
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        if row.place.rtl and text_direction(row.text) is None:
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)  # numbers stand at their marker
        self.setDefaultTextOption(option)
        self.setTextWidth(width)
        cursor = QTextCursor(self)
        cursor.beginEditBlock()  # laid out once, at its end
        cursor.setBlockFormat(style.block)
        if not row.runs:
            cursor.setBlockCharFormat(style.format_of(Run(""), row.level, quiet=row.place.quiet))
        self._write(cursor, row, 0)
        self.add_chips()
        cursor.endEditBlock()

    def _write(self, cursor: QTextCursor, row: TextRow, first: int) -> None:
        for at, run in enumerate(row.runs[first:], first):
            drawn = len(self.formulas.drawn) if self.formulas is not None else 0
            clings, pending, spelled = clinging(row.runs, at), len(self.pending), len(self.spelled)
            self._written.append(_Written(run, clings, cursor.position(), drawn, pending, spelled))
            self.insert_run(cursor, run, row.level, clings, quiet=row.place.quiet)

    def change(self, row: TextRow) -> float:
        """Say what another row says that looks the same; what both begin with stays as it stands.

        Returns:
            The top of the first line that looks different now, pixels.
        """
        same = self._common(row.runs)
        cursor = QTextCursor(self)
        cursor.beginEditBlock()  # laid out once, at its end
        cursor.movePosition(QTextCursor.MoveOperation.End)
        more = self._continuation(row.runs, same)
        if more or same == len(self._written):
            position = cursor.position()
        else:
            position = self._written[same].position
        start = self.firstBlock().layout().lineForTextPosition(position).textStart()
        if more:
            # The usual case: the last run goes on.
            run = row.runs[same]
            cursor.insertText(more, self.style.format_of(run, row.level, quiet=row.place.quiet))
            self._written[same] = replace(self._written[same], run=run)
            same += 1
        else:
            self._cut(cursor, same)
        self._write(cursor, row, same)
        cursor.endEditBlock()
        return self._changed_from(position, start)

    def _common(self, runs: Sequence[Run]) -> int:
        """How many runs the text begins with already."""
        same = 0
        for known, run in zip(self._written, runs, strict=False):
            if known.run is not run and known.run != run:
                break
            if known.clings != clinging(runs, same):
                break
            same += 1
        return same

    def _continuation(self, runs: Sequence[Run], at: int) -> str:
        """What is new of run ``at``, if it is the last one written, and only grew."""
        if at != len(self._written) - 1 or at >= len(runs):
            return ""
        old, new = self._written[at].run, runs[at]
        grew = new.math is None and new.text.startswith(old.text)
        return new.text[len(old.text) :] if grew and replace(new, text=old.text) == old else ""

    def _cut(self, cursor: QTextCursor, kept: int) -> None:
        """Take back all runs but the first ``kept``."""
        if kept == len(self._written):
            return
        first = self._written[kept]
        cursor.setPosition(first.position, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        del self._written[kept:], self.pending[first.pending :], self.spelled[first.spelled :]
        if self.formulas is not None:
            self.formulas.forget(first.drawn, first.position)

    def _changed_from(self, position: int, start: int) -> float:
        """The top of the first line that looks different since the text changed.

        Args:
            position: Of the change.
            start: Where the line of that position began before.
        """
        layout = self.firstBlock().layout()
        line = layout.lineForTextPosition(position)
        if not line.isValid() or line.lineNumber() == 0:
            return 0.0
        if line.textStart() == start:
            return line.y()
        # A word that grew moved to the next line, or one that shrank moved back.
        return layout.lineAt(line.lineNumber() - 1).y()
