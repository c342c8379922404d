"""Code that was written line by line ends with the colours of the whole block."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.markup.code.highlighter import highlight
from app.ui.transcript.content.wide_blocks import GROWTH, CodeRow, CodeState
from app.ui.transcript.items.text_items import CodeItem
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import entry
from tests.unit.markup.code.code_samples import CODE
from tests.unit.markup.markdown_samples import pieces_of

LANGUAGES = ("python", "yaml", "tex", "go", "sql", "csharp", "rust", "ruby", "php", "html", "perl")


def wanted(language: str, text: str) -> list[str]:
    """The kind of each character that is no white space."""
    kinds = [""] * len(text)
    for run in highlight(language, text):
        kinds[run.start : run.start + run.length] = [run.kind.value] * run.length
    return [kind for kind, char in zip(kinds, text, strict=True) if not char.isspace()]


def shown(view: TranscriptView) -> list[str]:
    """The same, as the rows in view have it."""
    found = []
    for row in view._layout.branch.models[1].rows:
        if isinstance(row, CodeRow):
            for kind, text in row.state.tokens_of(row) or ():
                found += [kind for char in text if not char.isspace()]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [1, 17])
def test_a_streamed_block_ends_as_its_lexer_reads_the_whole(
    view: TranscriptView, qtbot: QtBot, language: str, size: int
) -> None:
    answer = entry(1, "", status=MessageStatus.STREAMING)
    view.set_branch([entry(0, "Go."), answer])
    view.begin_answer(answer.message.id)
    code = CODE[language] * 3
    for piece in pieces_of(f"So:\n\n```{language}\n{code}```\n\nDone.", size):
        view.feed(answer.message.id, piece)
    qtbot.waitUntil(lambda: view.idle, timeout=60_000)
    assert shown(view) == wanted(language, code)
    items = [
        item for widget in view._layout.widgets.widgets.values() for item in widget.items.values()
    ]
    assert not any(item.stale for item in items if isinstance(item, CodeItem))


def test_a_stored_block_has_the_colours_of_the_whole_on_rows_not_yet_seen(
    view: TranscriptView, qtbot: QtBot
) -> None:
    code = "x = 1\n" * 30 + 's = """\n' + "if def 1\n" * 200 + '"""\n' + "y = 2\n" * 200
    view.set_branch([entry(0, "Go."), entry(1, f"```python\n{code}```")])
    qtbot.waitUntil(lambda: view.idle, timeout=60_000)
    assert shown(view) == wanted("python", code)


def test_a_growing_block_is_read_again_only_when_it_has_grown_by_half() -> None:
    state = CodeState("python")
    read = 0
    text = ""
    for number in range(600):
        text += f"x = {number}\n"
        row = CodeRow(state, place=None, text=text, first=0)  # type: ignore[arg-type]
        state.colour(row)
        if state.wants_reading:
            read += len(state.read([row]))
    assert len(text) < read < len(text) * GROWTH / (GROWTH - 1)
    state.closed = True
    assert state.wants_reading
    assert state.read([row]) == text
    assert not state.wants_reading
