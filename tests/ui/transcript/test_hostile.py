from __future__ import annotations

import random

import pytest
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.ui.transcript.content.selection import CopyAs, select_all, selected_text
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import entry

NASTY = {
    "deep quotes": ">" * 1000 + " deep",
    "deep list": "".join("  " * i + "- item\n" for i in range(200)),
    "open emphasis": "*a **b _c __d " * 1500,
    "open links": "[a](<" * 3000,
    "open images": "![" * 3000,
    "backticks": "`" * 5000 + "a" + "`" * 4999,
    "open fence": "```python\n" + "x = '''\n" * 2000,
    "one line of code": "```\n" + "x" * 60_000,
    "one word": "x" * 60_000,
    "one cell": "| a |\n|---|\n| " + "y" * 30_000 + " |",
    "many columns": "|" + " a |" * 300 + "\n|" + "---|" * 300 + "\n|" + " b |" * 300,
    "dollars": "$" * 20_000,
    "open formula": "$$\n" + "x_{1} + \n" * 4000,
    "long formula": "$$" + "x_{1}+" * 10_000 + "$$",
    "a loop of definitions": r"$\def\a{\b}\def\b{\a}\a$ and $$\newcommand{\x}{\x\x}\x$$",
    "deep braces": "$" + "{" * 2000 + "x" + "}" * 2000 + "$",
    "deep fractions": "$" + r"\frac{1}{" * 300 + "x" + "}" * 300 + "$",
    "raw HTML": "<script>alert(1)</script><img src=x onerror=y>" * 300,
    "thinking in thinking": "<think>" * 500 + "x" + "</think>" * 500,
    "Qt's own marks": "a\ufdd0b\ufdd1c\u2029d\ufffce\x00f\u2028g\ufeffh\r\ni",
    "combining marks": "e" + "\u0301" * 20_000,
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 " * 4000,
    "directions": "\u202e\u2067abc\u2069\u05d0\u0628 " * 2000,
    "a footnote in itself": "[^a]\n\n[^a]: see [^a] and [^b]\n\n[^b]: [^a]",
    "nothing": "",
    "spaces": " " * 30_000,
    "line ends": "\n" * 30_000,
}


def show(view: TranscriptView, qtbot: QtBot, text: str) -> None:
    view.set_branch([entry(0, text), entry(1, text)])
    qtbot.waitUntil(lambda: view.idle, timeout=60_000)
    for _ in range(6):
        view._layout.scroll_by(-900)
        view.grab()
    assert sum(len(widget.items) for widget in view._layout.widgets.widgets.values()) < 150


@pytest.mark.parametrize("name", NASTY)
def test_a_hostile_text_is_shown_selected_and_found(
    view: TranscriptView, qtbot: QtBot, name: str
) -> None:
    show(view, qtbot, NASTY[name])
    selection = select_all(view._layout.branch)
    assert selection is not None
    for form in CopyAs:
        assert isinstance(selected_text(view._layout.branch, selection, form), str)
    view.find("a")
    view.find_next()


PIECES = (
    *("**", "*", "_", "`", "```\n", "~~", "$", "$$", "\\(", "\\]", "[", "](", ")", "![", "<", ">"),
    *("# ", "- ", "1. ", "> ", "| ", "|---|", "\n", "\n\n", "    ", "\t", "[^1]", "[^1]: ", "---"),
    *("<think>", "</think>", "\\frac{", "}", "\\begin{align}", "\\end{align}", "&", "\\\\", "word"),
    *(
        "\u05e9\u05dc\u05d5\u05dd",
        "\u65e5\u672c",
        "\U0001f389",
        "http://a.b",
        "x^2",
        "\u0301",
        "\x00",
    ),
)


def test_random_texts_stream_as_they_open(view: TranscriptView, qtbot: QtBot) -> None:
    chance = random.Random(2026)
    for _ in range(60):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(5, 120)))
        answer = entry(1, "", status=MessageStatus.STREAMING)
        view.set_branch([entry(0, text), answer])
        view.begin_answer(answer.message.id)
        at = 0
        while at < len(text):
            step = chance.randrange(1, 30)
            view.feed(answer.message.id, text[at : at + step])
            at += step
        view.finish(entry(1, text).message)
        view.grab()
    qtbot.waitUntil(lambda: view.idle, timeout=60_000)
