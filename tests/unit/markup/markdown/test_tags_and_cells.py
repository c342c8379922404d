"""Tags for breaks and scripts, pipes in cells, fences in fences, formulas beside words."""

from __future__ import annotations

import pytest

from app.markup.document.blocks import MathBlock, Paragraph
from app.markup.document.spans import Code, LineBreak, Math, Script, Spans, Strong, Text
from app.markup.kinds.code import CodeBlock
from app.markup.kinds.heading import Heading
from app.markup.kinds.table import Table
from app.markup.parse import parse
from app.markup.text import plain_text, to_rich_html
from tests.unit.markup.following import check

HEAD = "| a | b |\n|---|---|\n"
WATER = (Text("H"), Script((Text("2"),), raised=False), Text("O"))


def spans_of(text: str) -> Spans:
    (block,) = parse(text)
    assert isinstance(block, Paragraph | Heading)
    return block.spans


def cells_of(row: str) -> tuple[Spans, ...]:
    (block,) = parse(HEAD + row)
    assert isinstance(block, Table)
    return block.rows[0]


# ------------------------------------------------------------------------------------------- tags


def test_scripts_stand_above_and_below_the_line() -> None:
    assert spans_of("H<sub>2</sub>O") == WATER
    assert spans_of("# H<SUB>2</SUB>O") == WATER
    assert cells_of("| H<sub>2</sub>O | |")[0] == WATER
    assert spans_of("x<sup>**n**+1</sup>") == (
        Text("x"),
        Script((Strong((Text("n"),)), Text("+1")), raised=True),
    )
    assert plain_text(parse("H<sub>2</sub>O")) == "H\u2082O"
    assert to_rich_html(parse("x<sup>2</sup>")) == "<p>x<sup>2</sup></p>"


@pytest.mark.parametrize("tag", ["<br>", "<br/>", "<br />", "<BR>", "</br>", " <br> ", "<br>\n"])
def test_a_break_is_one_in_text_and_in_cells(tag: str) -> None:
    assert spans_of(f"a{tag}b") == (Text("a"), LineBreak(), Text("b"))
    if "\n" not in tag:
        assert cells_of(f"| a{tag}`b` | c |")[0] == (Text("a"), LineBreak(), Code("b"))


@pytest.mark.parametrize(
    "text",
    [
        "`<br>`", "\\<br>", "<sub>", "a</sub>b", "<sub></sub>", "<b>x</b>",
        "<sup>" + "x" * 300 + "</sup>", "<brx>", "<sub class=x>2</sub>",
    ],
)  # fmt: skip
def test_other_tags_stay_text(text: str) -> None:
    assert not any(isinstance(span, LineBreak | Script) for span in spans_of(text))


# ------------------------------------------------------------------------------------------ cells


def test_a_pipe_in_a_formula_or_in_code_parts_no_cells() -> None:
    assert cells_of("| abs | $|x| + 1$ |")[1] == (Math("|x| + 1"),)
    assert cells_of("| code | `a | b` and more |")[1] == (Code("a | b"), Text(" and more"))
    assert cells_of(r"| norm | \(|v|\) and $P(A|B)$ |")[1][0] == Math("|v|", False, "\\(")


def test_a_norm_in_a_cell_is_a_norm_and_an_escaped_pipe_a_pipe() -> None:
    assert cells_of(r"| norm | $\|v\|$ |")[1] == (Math(r"\|v\|"),)
    assert cells_of(r"| b \| c | `d \| e` |") == ((Text("b | c"),), (Code("d | e"),))


def test_where_only_parting_gives_the_columns_the_pipes_part() -> None:
    assert cells_of("| `a | b` |") == ((Text("`a"),), (Text("b`"),))
    assert cells_of("| costs $x | y$ |") == ((Text("costs $x"),), (Text("y$"),))
    assert len(cells_of("| $5 | $6 |")) == 2


# ----------------------------------------------------------------------------------------- fences


def test_a_fence_with_an_info_string_inside_markdown_opens() -> None:
    text = "```markdown\n# Title\n\n```bash\nls\n```\n\nmore\n```\n\nEnd."
    code, end = parse(text)
    assert isinstance(code, CodeBlock)
    assert code.text == "# Title\n\n```bash\nls\n```\n\nmore\n"
    assert end == Paragraph((Text("End."),), end.span)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("~~~md\n~~~python\nx\n~~~\n~~~\n\nEnd", 2),
        ("````markdown\n```python\nx\n```\n````\n\nEnd", 2),
        ("````markdown\n```python\nx\n````\n\nEnd", 2),
        ("```mdx\n```js\nx\n```\n```\n\nEnd", 2),
        ("```Rmd\n```{r}\nx\n```\n```\n\nEnd", 2),
        ("```markdown\n```a\n```b\nx\n```\n```\n```\n\nEnd", 2),
        ("- ```md\n  ```sh\n  ls\n  ```\n  ```\n\nEnd", 2),
        ("```python\n```bash\n```\n\nEnd", 2),
        ("```markdown\nx\n```\n\n```python\ny\n```\n\nEnd", 3),
    ],
)
def test_each_fence_ends_what_it_opened(text: str, blocks: int) -> None:
    found = parse(text)
    assert len(found) == blocks
    assert plain_text(found[-1:]) == "End"


def test_a_fence_called_math_is_a_formula() -> None:
    block, rest = parse("```math\nE = mc^2\n```\n\nInline $`a^2`$.")
    assert isinstance(block, MathBlock)
    assert block.source == "E = mc^2"
    assert block.markdown == "```math\nE = mc^2\n```"
    assert isinstance(rest, Paragraph)
    assert rest.spans[1] == Math("a^2", False, "$`")
    assert rest.spans[1].markdown == "$`a^2`$"
    assert isinstance(parse("```math\n```")[0], CodeBlock)


def test_an_escaped_bracket_of_a_link_ends_no_paragraph() -> None:
    (block,) = parse("Note\n\\[not a link](/foo) here")
    assert plain_text((block,)) == "Note\n[not a link](/foo) here"
    for text in ('Note\n\\[foo]: /url "no reference"\nmore', "Note\n\\[text\\](/foo)\nmore"):
        assert len(parse(text)) == 1
    assert len(parse("Note\n\\[ a[1] =\n2 \\]\nmore")) == 3


# ------------------------------------------------------------------------------------- cut plans

DOCUMENTS = (
    "H<sub>2</sub>O and x<sup>2</sup><br>next <sub>open",
    HEAD
    + "| abs | $|x| + 1$ |\n| code | `a | b` and more |\n| n | $\\|v\\|$ |\n| x<br>y | `z` |\n",
    "```markdown\n# T\n\n```bash\nls\n```\n\nmore\n```\n\nEnd.",
    "```math\nE = mc^2\n\n\\alpha\n```\n\nInline $`a^2`$ and $ \\pi r^2 $.",
    "- ```math\n  a\n  ```\n- b\n\n```math\nunclosed",
    "> ```math\n> x\n> ```\n> text",
    "CO$_2$ and H$_2$O, 5 m$^2$, 90$^\\circ$C, $^{14}$C, Na$^+$; it costs $5 and $6.",
    "Note\n\\[not a link](/foo) here\n\\[ x \\]\nand",
)


@pytest.mark.parametrize("text", DOCUMENTS)
def test_wherever_a_document_is_cut_the_end_is_the_whole(text: str) -> None:
    for cut in range(1, len(text)):
        check(text, [text[:cut], text[cut:]])
    for step in (1, 2, 3, 7):
        check(text, [text[at : at + step] for at in range(0, len(text), step)])
