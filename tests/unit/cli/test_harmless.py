"""What titles, messages and file names hold never commands the terminal, watched or piped."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import app
from app.cli.streams import harmless, one_line
from app.store import open_store
from tests.support.gguf_factory import ModelSpec, write_model
from tests.support.terminal import phial
from tests.unit.markup.transfer.making import conversation_of

CLIPBOARD = "\x1b]52;c;cm0gLXJmIC8=\x07"
NASTY = f"a{CLIPBOARD}b\x9b2Jc\x7fd\u202egpj.exe\u2066e"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def quiet(text: str) -> bool:
    return not OBEYED.search(text)


@pytest.fixture
def nasty(home: Path) -> Path:
    """A home whose one chat is full of escape sequences."""
    opened = open_store(home)
    chat = conversation_of(f"x{NASTY}y", f"p\tq\r\nr{NASTY}", title=f"Title {NASTY}\nfake line")
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()
    return home


def test_controls_are_shown_and_tabs_and_line_ends_stay() -> None:
    assert harmless("a\x1b[31mb\tc\r\nd\re\x00\x7f\x85\u202e") == (
        "a␛[31mb\tc\nd␍e␀␡<U+0085><U+202E>"
    )
    assert one_line("a\r\nb\u2028c\x1b") == "a b c␛"
    usual = "Grüße, 你好, שלום \u200f, e\u0301, 👩\u200d🔬"
    assert harmless(usual) == usual


@pytest.mark.parametrize(
    "words", [("list",), ("show", "c0c0"), ("search", "gpj"), ("trash", "c0c0"), ("trash",)]
)
def test_no_title_and_no_message_reaches_the_terminal_as_a_command(
    nasty: Path, words: tuple[str, ...]
) -> None:
    ran = phial("chats", *words)
    assert ran.out
    assert quiet(ran.out + ran.err)
    assert not any(line.startswith("fake line") for line in ran.out.splitlines())


def test_a_shown_message_keeps_its_lines_and_tabs(nasty: Path) -> None:
    assert "p\tq\nr" in phial("chats", "show", "c0c0").out


def test_plain_data_is_exact_and_harmless(nasty: Path) -> None:
    out = phial("chats", "show", "c0c0", "--json").out
    assert quiet(out)
    assert json.loads(out)["messages"][0]["content"] == f"x{NASTY}y"


def test_names_of_files_and_archives_are_shown_harmless(home: Path, tmp_path: Path) -> None:
    file = tmp_path / f"n{CLIPBOARD.replace('/', '')}\u202e.json"
    file.write_text("{", encoding="utf-8")
    for words in (("import", file), ("import", "--preview", file)):
        ran = phial("chats", *words, code=None)
        assert "␛]52" in ran.out + ran.err
        assert quiet(ran.out + ran.err)


def test_wrong_words_are_repeated_harmless(home: Path) -> None:
    for words in ((f"x{NASTY}",), ("chats", "export", "--format", NASTY), ("chats", "show", NASTY)):
        ran = phial(*words, code=None)
        assert ran.code
        assert quiet(ran.out + ran.err)


def test_models_and_their_details_are_shown_harmless(home: Path, tmp_path: Path) -> None:
    model = tmp_path / f"m{CLIPBOARD.replace('/', '')}.gguf"
    write_model(model, ModelSpec(name=f"Name {NASTY}\nfake line"))
    for words in (
        ("models", "add", model),
        ("models", "list"),
        ("models", "verify", model),
        ("doctor", "--model", model),
        ("models", "remove", f"{model}x"),
    ):
        ran = phial(*words, code=None)
        assert quiet(ran.out + ran.err), words
        assert not any(line.startswith("fake line") for line in ran.out.splitlines())


OURS = {
    "cli/streams.py",
    "ui/self_test.py",
    "ui/start_failure.py",
    "system/logs.py",
    "main.py",
}


def test_only_one_module_writes_to_the_terminal() -> None:
    writing = []
    root = Path(str(app.__file__)).parent
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called == "print" or re.fullmatch(r"sys\.std(out|err)(\.buffer)?\.write", called):
                writing.append(path.relative_to(root).as_posix())
    # The self-test and the hook for bugs print words of ours alone; main's two are such too.
    assert set(writing) <= OURS
