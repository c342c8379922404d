"""The line machine reads CommonMark and GitHub's tables as markdown-it does."""

from __future__ import annotations

import os
import re

import pytest
from markdown_it import MarkdownIt

from app.markup.document.blocks import Paragraph
from app.markup.document.spans import Strong, Text
from app.markup.parse import parse
from app.markup.text import plain_text
from tests.unit.markup.following import check
from tests.unit.markup.markdown.commonmark_sections import (
    AS_CMARK,
    SECTIONS,
    documents,
)
from tests.unit.markup.markdown.commonmark_sections import (
    ODDITIES as SECTION_ODDITIES,
)
from tests.unit.markup.markdown.html_of import html_of
from tests.unit.markup.markdown_samples import COMMON, document

ROUNDS = int(os.environ.get("PHIAL_FUZZ", "500"))
ODDITIES = (
    "- a\n\n  b\n- c",
    "- a\n- b\n\n- c",
    "- a\n  > b\n  ```\n  c\n  ```\n- d",
    "1.  A\n\n        code\n\n    > q",
    "- foo\n\n      bar",
    "-\n  foo\n-\n  ```\n  bar\n  ```",
    "- \n\n  foo",
    "> - a\n> - b\n\n> c",
    "> a\nlazy\n> b",
    "> ```\nnot code",
    "> # H\n> text\n---",
    "* a\n*\n\n* c",
    "- a\n - b\n  - c\n   - d\n    - e",
    "1. a\n\n  2. b\n\n    3. c",
    "3. a\n1. b\n2) c",
    "text\n14. not a list",
    "text\n- a list",
    "- a\n+ b\n* c",
    "\tcode\n\n  \tmore",
    "-\t\tfoo",
    ">\t\tfoo",
    "a\n===\nb\n---\nc\n***",
    "- a\n---\n- b",
    "`` foo ` bar ``",
    "*foo**bar**baz*",
    "***foo** bar*",
    "**foo*",
    "*foo _bar* baz_",
    "[link [foo]](/url)",
    "![foo *bar*](u 'title')",
    "[foo](<b c>)",
    "[a](b\nc)",
    "&nbsp; &copy; &#35; &bogus;",
    "\\*not\\* \\\nbreak",
    "foo  \nbar",
    "####### seven",
    "# foo #\n## bar \\##\n###",
    "~~~ aa ``` ~~~\naaa\n~~~",
    "````\n```\naaa\n````",
    "   ```\n   aaa\n  aaa\n```",
    "<div>\n*x*\n</div>",
    "<a href='**'>x**</a>",
    "| a |\n| - |\n| b \\| c |\nd\n\ne",
    "a | b\n-|-\n1 | 2 | 3\n4",
    "text\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n> q",
    "> | a |\n> |---|\n> | b |",
    "- | a |\n  |---|\n  | b |",
    "*a `*` b*",
    "~~a~~ ~b~ ~~~c~~~",
    "<http://x.y/?q=1&r=2> <a@b.c>",
    "    a\n\n\n    b\n\nc",
    "- a\n\n\n- b",
    "0. a\n1. b",
    "123456789. a\n\n1234567890. b",
)


def reference(text: str) -> str:
    engine = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    return str(engine.enable(["table", "strikethrough"]).render(text))


def squeezed(html: str) -> str:
    return re.sub(r"\s+", "", html)


@pytest.mark.parametrize("text", ODDITIES)
def test_an_oddity_reads_as_markdown_it_reads_it(text: str) -> None:
    assert squeezed("".join(map(html_of, parse(text)))) == squeezed(reference(text))


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_of_the_specification_reads_as_markdown_it_reads_it(section: str) -> None:
    for text in documents(section):
        ours = squeezed("".join(map(html_of, parse(text))))
        assert ours == AS_CMARK.get(text, squeezed(reference(text))), text


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_reads_alike_whole_and_in_pieces(section: str) -> None:
    """Each document a character at a time, each oddity also in two pieces at every place."""
    for text in documents(section):
        check(text, list(text))
    for text in SECTION_ODDITIES.get(section, ()):
        for cut in range(1, len(text)):
            check(text, [text[:cut], text[cut:]])


def test_random_documents_read_as_markdown_it_reads_them() -> None:
    for seed in range(ROUNDS):
        text = document(seed, COMMON, 14)
        if "]:" in text or re.search(r"(?m)^ {4,}[>#|~*]|^ {3,}.*\n {4,}", text):
            continue  # places where markdown-it and CommonMark's reference parser differ
        if re.search("\u5b57[*~]|[*~]\u6f22", text):
            continue  # emphasis beside letters without blanks is ours
        ours = squeezed("".join(map(html_of, parse(text))))
        assert ours == squeezed(reference(text)), (seed, text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[a]: /u 'T'\n\n[a] [A][] [x][a]", 3),
        ("[a]:\n/u\n'two\nlines'\n\n[a]", 1),
        ("[a]: /u\n[b]: /v\n\n[a] [b]", 2),
        ("[a]: /u bad\n\n[a]", 0),
        ("[a]: javascript:x\n\n[a]", 0),
        ("> [a]: /u\n\n[a]", 1),
    ],
)
def test_link_definitions_are_found_wherever_they_stand(text: str, wanted: int) -> None:
    assert repr(parse(text)).count("Link(") == wanted


def test_raw_html_is_text() -> None:
    for text in ("<script>alert(1)</script>", "<b>x</b>", "<!-- x -->", "<img src=x onerror=y>"):
        assert f"Text(text={text!r})" in repr(parse(text))


def test_tasks_are_items_with_a_box() -> None:
    shown = repr(parse("- [ ] a\n- [x] b\n- [y] c\n- [ ]\n"))
    assert [shown.count(f"checked={state}") for state in ("False", "True", "None")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("text", "hrefs"),
    [
        ("see https://a.b/c_d_e.", ["https://a.b/c_d_e"]),
        ("(https://a.b/c(d))", ["https://a.b/c(d)"]),
        (
            "www.example.com, or me@example.com!",
            ["http://www.example.com", "mailto:me@example.com"],
        ),
        ("https://a.b/\u8def\uff0c\u7136\u540e", ["https://a.b/%E8%B7%AF"]),
        ("[https://a.b](http://c.d)", ["http://c.d"]),
        ("`https://a.b` file://x javascript://x", []),
    ],
)
def test_bare_addresses_become_links(text: str, hrefs: list[str]) -> None:
    assert re.findall(r"href='([^']*)'", repr(parse(text))) == hrefs


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("**\u6ce8\u610f\uff1a**\u8fd9\u662f", "\u6ce8\u610f\uff1a"),
        ("\u8fd9\u662f**\u201c\u91cd\u8981\u201d**\u7684", "\u201c\u91cd\u8981\u201d"),
        ("\u3053\u308c\u306f**\u91cd\u8981\u3002**\u3067\u3059", "\u91cd\u8981\u3002"),
        ("**\uc911\uc694(a)**\uc740", "\uc911\uc694(a)"),
    ],
)
def test_bold_works_where_no_blanks_part_the_words(text: str, strong: str) -> None:
    block = parse(text)[0]
    assert isinstance(block, Paragraph)
    assert Strong((Text(strong),)) in block.spans


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 and \U0001f3f3\ufe0f\u200d\U0001f308",
        "e\u0301 n\u0303 \u0e01\u0e33 \u0915\u094d\u0937",
        "\u05e9\u05dc\u05d5\u05dd **\u05e2\u05d5\u05dc\u05dd** 123 \u0645\u0631\u062d\u0628\u0627",
        "w" * 20_000,
        "\u6f22" * 9_000,
    ],
)
def test_every_letter_of_every_script_is_kept(text: str) -> None:
    assert plain_text(parse(text)) == text.replace("*", "")
