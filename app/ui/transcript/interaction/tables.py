"""A table of a message as text for elsewhere."""

from __future__ import annotations

import csv
import io

from app.domain.grammar.form_check import sheet_cell
from app.markup.parse import parse
from app.markup.text import plain_text, to_rich_html
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.rows import Cells, TableRow
from app.ui.transcript.content.runs import plain, runs_markdown
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.content.wide_blocks import TableState

_RULES = {None: "---", "left": ":---", "center": ":---:", "right": "---:"}


def lines_of(model: MessageModel, state: TableState) -> list[Cells]:
    """The lines of a table, its head first."""
    rows = (row for row in model.rows if isinstance(row, TableRow) and row.state is state)
    return [line for row in rows for line in row.lines]


def table_csv(model: MessageModel, state: TableState) -> str:
    """Values between commas, without markup; what a sheet would take for a formula stays text."""
    file = io.StringIO()
    writer = csv.writer(file)
    for line in lines_of(model, state):
        writer.writerow([sheet_cell(plain(cell).replace("\n", " ")) for cell in line])
    return file.getvalue()


def table_markdown(model: MessageModel, state: TableState) -> str:
    """Markdown, marks included."""
    lines = [[_cell(runs_markdown(cell)) for cell in line] for line in lines_of(model, state)]
    lines.insert(1, [_RULES[one] for one in state.alignments])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table_as(model: MessageModel, state: TableState, form: CopyAs) -> str:
    """A table alone in a form of copies."""
    written = table_markdown(model, state)
    if form is CopyAs.MARKDOWN:
        return written
    blocks = parse(written)
    return to_rich_html(blocks) if form is CopyAs.RICH else plain_text(blocks)


def _cell(text: str) -> str:
    return text.replace("  \n", " ").replace("\n", " ").replace("|", "\\|")
