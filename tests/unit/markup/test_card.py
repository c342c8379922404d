"""Cards without HTML: what tags mean stays, tags go, code and what is no tag stay as they are."""

from __future__ import annotations

import time

import pytest

from app.markup.card import readable, without_html


@pytest.mark.parametrize(
    ("card", "right"),
    [
        ('<div align="center">\n    <b>Phi</b> <i>4</i>\n</div>\nText', "Phi 4\n\nText\n"),
        ("a<br>b<br/>c", "a  \nb  \nc\n"),
        ('<a href="https://x.y/z?a=1&amp;b">go\n there</a>', "[go there](<https://x.y/z?a=1&b>)\n"),
        ('<a href="javascript:x">go</a>', "go\n"),
        ("<a href='https://x'><img src='q.png' alt='Discord [us]'/></a>", "[Discord (us)](<https://x>)\n"),
        ('<a href="https://x"><img src="q.png"></a>Text', "Text\n"),
        ("<h2 id='a'>Usage</h2>\nText", "## Usage\n\nText\n"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n\n- two\n"),
        ("a <!-- hidden\n<b> --> b", "a  b\n"),
        ("a <!-- for ever", "a \n"),
        ("<style>\n.x > y {}\n</style>Text<script>if (a<b) {}</script>", "Text\n"),
        ("<details><summary>More</summary>\n\nText **b**\n</details>", "More\n\nText **b**\n"),
        (
            "<table><tr><th>Q<th>Size</tr>\n <tr><td>Q4|x</td><td>9<br>GB</td></tr></table>",
            "| Q | Size |\n| --- | --- |\n| Q4\\|x | 9 GB |\n",
        ),
        ("<table><tr><td>a<td>b<tr><td>c", "| a | b |\n| --- | --- |\n| c |  |\n"),
        ("<table><tr><td><p>one</p></td></tr></table>", "one\n"),
        ("H<sub>2</sub>O &lt;b&gt;", "H2O &lt;b&gt;\n"),
        ("<P ALIGN=center>x</P>", "x\n"),
    ],
)  # fmt: skip
def test_html_is_said_in_markdown(card: str, right: str) -> None:
    assert without_html(card) == right


@pytest.mark.parametrize(
    "card",
    [
        "`<b>` and ``<br>``\n",
        "```html\n<div>x</div>\n```\n",
        "~~~\n<p>\n\n\n\n  x\n~~~\n",
        "hf auth <your-token> List<int> 1 < 2 > 0\n",
        "<https://x.y>\n",
        "<|im_start|>system<think>\n",
        "no tags at all\n",
    ],
)
def test_code_and_what_is_no_tag_stay(card: str) -> None:
    assert without_html(card) == card


def test_markdown_behind_a_fence_is_freed_of_html() -> None:
    assert without_html("```\n<b>\n```\n<b>x</b>\n") == "```\n<b>\n```\nx\n"


def test_a_terminal_is_not_steered_by_a_card() -> None:
    assert readable("a\x1b[31mb\r\nc\x07\x9b") == "a[31mb\nc"


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "`", "```\n", '<a href="', "<table><td>", "<div>"]
)
def test_a_hostile_card_takes_no_longer_than_it_is(piece: str) -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        without_html(piece * count)
        return time.process_time() - began

    seconds(1_000)
    assert seconds(40_000) < 40 * max(seconds(4_000), 0.004)
