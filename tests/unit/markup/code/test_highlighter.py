"""Code is coloured line by line, at linear cost, into a few kinds of runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from app.markup.code.highlighter import (
    CREDIT,
    MAX_LINE,
    MAX_WHOLE,
    Highlighter,
    TokenKind,
    TokenSpan,
    highlight,
    highlight_whole,
    language_label,
    language_name,
)
from tests.unit.markup.code.code_samples import CODE
from tests.unit.markup.markdown_samples import pieces_of

PYTHON = 'def f(x):\n    """doc\n    don\'t\n    more\n    """\n    return f"{x}" + \'a\'  # c\n'


def kinds(text: str, runs: list[TokenSpan]) -> dict[int, TokenKind]:
    return {
        place: run.kind
        for run in runs
        for place in range(run.start, run.start + run.length)
        if not text[place].isspace()
    }


def in_pieces(language: str, text: str, size: int) -> list[TokenSpan]:
    highlighter = Highlighter(language)
    runs = [
        run for at in range(0, len(text), size) for run in highlighter.feed(text[at : at + size])
    ]
    return runs + highlighter.finish()


def test_a_docstring_is_a_string_to_its_end_however_the_text_arrives() -> None:
    whole = kinds(PYTHON, highlight("python", PYTHON))
    assert whole[PYTHON.index("more")] is TokenKind.STRING
    assert whole[PYTHON.index("return")] is TokenKind.KEYWORD
    assert whole[PYTHON.index("# c")] is TokenKind.COMMENT
    for size in (1, 3, 11, 200):
        assert kinds(PYTHON, in_pieces("python", PYTHON, size)) == whole


def test_diffs_have_inserted_and_deleted_lines() -> None:
    text = "@@ -1 +1 @@\n-old\n+new\n same\n"
    found = set(kinds(text, highlight("diff", text)).values())
    assert {TokenKind.INSERTED, TokenKind.DELETED, TokenKind.HEADING} <= found


@pytest.mark.parametrize("language", ["", "text", "no-such-language", "\0", "{.weird}"])
def test_an_unknown_language_is_plain(language: str) -> None:
    assert highlight(language, PYTHON) == []


@settings(deadline=None, max_examples=60)
@given(
    text=st.text(st.sampled_from("ab\"'`#/*<>{}()\\\n \té"), max_size=200),
    language=st.sampled_from(["python", "javascript", "c", "html", "bash", "diff", "json"]),
    size=st.integers(1, 30),
)
def test_runs_are_in_order_inside_the_text_and_never_overlap(
    text: str, language: str, size: int
) -> None:
    end = 0
    for run in in_pieces(language, text, size):
        assert run.start >= end
        assert run.length > 0
        end = run.start + run.length
    assert end <= len(text)


@pytest.mark.parametrize("line", ["x = 1\n", '"""\n', "/* don't\n", "`${\n"])
@pytest.mark.parametrize("language", ["python", "javascript", "c"])
def test_the_lexer_reads_each_character_a_bounded_number_of_times(language: str, line: str) -> None:
    highlighter = Highlighter(language)
    for _ in range(600):
        highlighter.feed(line)
    assert highlighter.characters <= (CREDIT + 1) * 600 * len(line)


def test_an_overlong_line_is_plain_and_its_neighbours_are_not() -> None:
    text = "x = 1\n" + "(" * (MAX_LINE + 1) + "\ny = 2\n"
    found = kinds(text, highlight("python", text))
    assert 10 not in found
    assert found[len(text) - 2] is TokenKind.NUMBER


@pytest.mark.parametrize(
    ("info", "name", "label"),
    [
        ("py", "py", "Python"),
        ("C++", "cpp", "C++"),
        ("{.python .numberLines}", "python", "Python"),
        ("js title=x", "js", "JavaScript"),
        ("tsx", "typescript", "TSX"),
        ("golang", "go", "Go"),
        ("Frobnicate", "frobnicate", "Frobnicate"),
        ("", "", ""),
    ],
)
def test_languages_have_a_name_and_a_label(info: str, name: str, label: str) -> None:
    assert language_name(info) == name
    assert language_label(info) == label


SEAMS = {
    "python": 'def f():\n    """Doc\n    "q" here\n    """\n    return x\ns = \'\'\'a\nb\'\'\'\n',
    "c": "/* a\n * b\n */\nint main(void) { return 0; /* x */ }\n// see /* not open\nint y;\n",
    "java": "/** doc\n * x\n */\nclass A { int x; }\n",
    "go": "var s = 1\n/* c\nd */\nfunc f() {}\n",
    "rust": "/* outer\n comment */\nfn main() { let s = 1; }\n",
    "css": "/* a\n b */\nbody {\n  color: red;\n}\np { margin: 0 }\n",
    "html": "<script>\nlet x = 1; // c\n</script>\n<!-- a\n b -->\n<b>x</b>\n",
    "php": "<?php\nfunction f($x) {\n  // c\n  return 1;\n}\n?>\n<b>x</b>\n",
    "haskell": '{- a\n b -}\nmain = putStrLn "x"\n',
    "lua": "--[[ a\nb ]]\nlocal s = 1\n",
    "powershell": "<# a\nb #>\n$x = 1\n",
    "ruby": "puts 1\nx = 2 # c\n",
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
}


def painted(language: str, text: str, size: int) -> list[TokenKind]:
    """The kind of each character, coloured in pieces of this size."""
    kinds = [TokenKind.TEXT] * len(text)
    highlighter = Highlighter(language)
    runs = [run for piece in pieces_of(text, size) for run in highlighter.feed(piece)]
    for run in runs + highlighter.finish():
        kinds[run.start : run.start + run.length] = [run.kind] * run.length
    return [kind for kind, char in zip(kinds, text, strict=True) if not char.isspace()]


@pytest.mark.parametrize("language", SEAMS)
def test_a_stream_is_coloured_as_the_whole_block_is(language: str) -> None:
    text = SEAMS[language]
    whole = painted(language, text, len(text))
    assert painted(language, text, 7) == whole
    assert painted(language, text, 1) == whole


def kinds_of(language: str, text: str) -> dict[int, str]:
    """What Pygments itself makes of the whole text."""
    lexer = get_lexer_by_name(language_name(language), stripnl=False, ensurenl=False)
    found: dict[int, str] = {}
    for place, token, value in lexer.get_tokens_unprocessed(text):
        for at in range(place, place + len(value)):
            found[at] = str(token)
    return found


@pytest.mark.parametrize("language", CODE)
def test_a_whole_block_is_coloured_as_its_lexer_reads_it(language: str) -> None:
    text = CODE[language]
    ours, theirs = kinds(text, highlight(language, text)), kinds_of(language, text)
    of_token: dict[str, set[TokenKind]] = {}
    for at in theirs:
        if not text[at].isspace():
            of_token.setdefault(theirs[at], set()).add(ours.get(at, TokenKind.TEXT))
    assert all(len(found) == 1 for found in of_token.values()), of_token
    assert len({kind for found in of_token.values() for kind in found}) > 1


def test_a_block_beyond_the_measure_is_not_read_in_one_go() -> None:
    assert highlight_whole("python", "x = 1\n" * (MAX_WHOLE // 6 + 1)) is None
    assert len(highlight("python", "x = 1\n" * (MAX_WHOLE // 6 + 1))) > MAX_WHOLE // 6
    assert highlight_whole("no-such-language", "x") == []


def test_a_here_document_is_text_to_its_end() -> None:
    kinds = painted("bash", "cat <<EOF\nif then\nEOF\necho done # c\n", 5)
    text = "cat<<EOFifthenEOFechodone#c"
    assert set(kinds[text.index("if") : text.index("then") + 4]) == {TokenKind.STRING}
    assert kinds[-1] is TokenKind.COMMENT


def test_twenty_thousand_lines_cost_what_they_are_long() -> None:
    line = "value = compute(1, 'text')  # note\n"
    highlighter = Highlighter("python")
    for _ in range(20_000):
        highlighter.feed(line)
    assert highlighter.characters <= len(line) * 20_000


def test_a_comment_without_an_end_is_not_read_again_with_each_line() -> None:
    highlighter = Highlighter("java")
    highlighter.feed("/* begins\n")
    for _ in range(2_000):
        runs = highlighter.feed(" * and goes on\n")
    assert [run.kind for run in runs] == [TokenKind.COMMENT]
    assert highlighter.characters < 100


def test_a_language_is_named_without_loading_its_lexer(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object, **__: object) -> None:
        raise AssertionError("a lexer takes up to 60 ms to load")

    monkeypatch.setattr("pygments.lexers.get_lexer_by_name", load)
    assert [language_label(name) for name in ("kotlin", "hs", "no-such-language", "")] == [
        "Kotlin",
        "Haskell",
        "no-such-language",
        "",
    ]


@pytest.mark.parametrize(
    ("info", "label"),
    [
        ("r", "R"), ("R", "R"), ("{r}", "R"), ("c", "C"), ("latex", "LaTeX"), ("nim", "Nim"),
        ("postgres", "PostgreSQL"), ("erl", "Erlang"), ("vue", "Vue"), ("verilog", "Verilog"),
    ],
)  # fmt: skip
def test_a_language_is_called_as_people_call_it(info: str, label: str) -> None:
    assert language_label(info) == label
