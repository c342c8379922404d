"""What the clipboard gets is complete and safe."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.parts import ReasoningPart, TextPart
from app.markup.document.spans import is_openable
from app.markup.parse import parse
from app.markup.parts.registry import blocks_of
from app.markup.text import markdown_of, plain_text, to_rich_html
from tests.unit.markup.markdown_samples import EXTENDED

MESSAGE = """# Title

A **bold** [link](http://a.b) with $x^2$ & `code`<b>.

1. one
   - [x] done
2. two

> quoted

| a | b |
|---|--:|
| 1 | 2 |

```py
x < 1
```

$$
y = 1
$$
"""


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        assert tag not in ("script", "img", "iframe", "style", "object", "link")
        if tag not in ("hr", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_plain_text_keeps_the_words_and_drops_the_markup() -> None:
    assert plain_text(parse(MESSAGE)) == (
        "Title\n\nA bold link with $x^2$ & code<b>.\n\n1. one\n   - [x] done\n2. two\n\n"
        "> quoted\n\na\tb\n1\t2\n\nx < 1\n\n$$y = 1$$"
    )


def test_rich_text_is_well_formed_html() -> None:
    html = to_rich_html(parse(MESSAGE))
    assert "<strong>bold</strong>" in html
    assert '<a href="http://a.b">link</a>' in html
    assert "&lt;b&gt;" in html
    assert '<td style="text-align:right">2</td>' in html
    read(html)


@settings(deadline=None, max_examples=100)
@given(parts=st.lists(st.sampled_from((*EXTENDED, "<img src=x onerror=y>")), max_size=25))
def test_rich_text_of_any_message_is_balanced_and_loads_nothing(parts: list[str]) -> None:
    for name, value in read(to_rich_html(parse("".join(parts)))).attributes:
        assert name in ("href", "style", "class", "start", "border")
        assert name != "href" or is_openable(value or "")


def test_reasoning_is_left_out_unless_asked_for() -> None:
    blocks = blocks_of([ReasoningPart("hm"), TextPart("Yes.")])
    assert plain_text(blocks) == "Yes."
    assert "hm" not in to_rich_html(blocks)


def test_each_block_gives_back_its_markdown() -> None:
    for block in parse(MESSAGE):
        assert markdown_of(MESSAGE, block) in MESSAGE
        assert markdown_of(MESSAGE, block).strip()


@pytest.mark.parametrize(
    ("href", "allowed"),
    [
        ("https://a.b", True),
        ("MAILTO:a@b.c", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("//a.b", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_web_and_mail_addresses_may_be_opened(href: str, allowed: bool) -> None:
    assert is_openable(href) is allowed


def test_rich_text_keeps_the_lines_of_a_formula_and_a_footnote_in_one_piece() -> None:
    html = to_rich_html(
        parse("A[^1]\n\n$$\na &= b \\\\\nc &= d\n$$\n\n[^1]: The *note*.\n\n    More.")
    )
    assert "<code>a &amp;= b \\\\<br>c &amp;= d</code>" in html
    assert "<p><sup>1</sup> The <em>note</em>.</p><p>More.</p>" in html
