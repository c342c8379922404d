"""What is written wrongly is refused in words, with exit code 2, and changes nothing."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_USAGE
from app.domain.settings import SPECS
from app.engine.base import Engine
from app.engine.scripted import ScriptedEngine
from app.main import main
from app.store import open_store
from tests.support.terminal import options, parsers
from tests.unit.markup.transfer.making import conversation_of


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said about a command that must be refused as wrong usage."""
    try:
        code: object = main(words)
    except SystemExit as stopped:  # argparse
        code = stopped.code
    said = capsys.readouterr()
    assert (code, said.out) == (EXIT_USAGE, ""), said.err
    assert "Traceback" not in said.err
    return said.err.splitlines()[-1]


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here comes as far as asking an engine."""

    def none(*_: object, **__: object) -> Engine:
        return ScriptedEngine(_nobody_asks)

    monkeypatch.setattr("app.compose.make_engine", none)


def _nobody_asks(_request: object) -> str:
    raise AssertionError("an engine was asked")


BOUNDS = {
    "--temperature": "between 0 and 5",
    "--top-k": "between 0 and 1,000,000",
    "--top-p": "between 0.0001 and 1",
    "--min-p": "between 0 and 1",
    "--repeat-penalty": "between 0.5 and 2",
    "--seed": "between 0 and 4,294,967,294",
    "--max-tokens": "between 1 and 131,072",
    "--ctx": "between 256 and 131,072",
}
NO_NUMBERS = (
    "nan", "inf", "-inf", "", " ", "1_0", "0x10", "9" * 5_000, "½", "1.2.3", "-", "true",
)  # fmt: skip
OUT_OF_RANGE = {
    "--temperature": ("-1", "9.5", "5.01", "99999999"),
    "--top-k": ("-5", "1000001", "99999999999999999999"),
    "--top-p": ("0", "0.0", "1.01", "7", "-0.5"),
    "--min-p": ("-0.1", "2"),
    "--repeat-penalty": ("0", "2.5", "-1"),
    "--seed": ("-1", "4294967295", "99999999999999999999"),
    "--max-tokens": ("0", "-1", "131073", "2147483648"),
    "--ctx": ("1", "3", "100", "255", "0", "-5", "131073", "99999999"),
}


@pytest.mark.parametrize("option", sorted(BOUNDS))
def test_what_is_no_number_is_refused_with_the_bounds(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    for text in NO_NUMBERS:
        said = refused(capsys, "ask", f"{option}={text}", "Hi")
        assert f"argument {option}: " in said
        assert BOUNDS[option] in said, text


@pytest.mark.parametrize("option", sorted(BOUNDS))
def test_a_number_out_of_range_is_refused_with_the_bounds(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    for text in OUT_OF_RANGE[option]:
        said = refused(capsys, "ask", option, text, "Hi")
        assert f" cannot be “{text}”." in said
        assert BOUNDS[option] in said


@pytest.mark.parametrize("option", ["--top-k", "--seed", "--max-tokens", "--ctx"])
def test_a_fraction_is_no_whole_number(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert "must be a whole number" in refused(capsys, "ask", option, "400.5", "Hi")


@pytest.mark.parametrize(
    "words",
    [
        ("ask", ""),
        ("ask", "  "),
        ("ask", "--model", "", "Hi"),
        ("bench", "--model", ""),
        ("chat", "--model", ""),
        ("doctor", "--model", ""),
        ("--model", ""),
        ("--open", ""),
        ("chats", "show", ""),
        ("chats", "search", " "),
        ("chats", "export", ""),
        ("chats", "export", "--all", "--out", ""),
        ("chats", "export", "--all", "--format", ""),
        ("chats", "import", ""),
        ("chats", "import", "--preview", ""),
        ("chats", "trash", ""),
        ("chats", "restore", ""),
        ("chats", "backup", "--restore", ""),
        ("models", "search", ""),
        ("models", "show", ""),
        ("models", "download", ""),
        ("models", "download", "phi-4", ""),
        ("models", "download", "phi-4", "--quant", ""),
        ("models", "verify", ""),
        ("models", "add", ""),
        ("models", "remove", "", "--yes"),
    ],
)
def test_an_empty_word_stands_for_nothing_else(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    refused(capsys, *words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chats", "export"), "Name chats, or give --all."),
        (("chats", "export", "--all", "Sky"), "Name chats, or give --all."),
        (("chats", "export", "--all", "--format", "docx"), "markdown"),
        (("chats", "import", "--preview", "--again", "x.md"), "not allowed with"),
        (("chats", "trash", "--empty", "Sky"), "takes no chats"),
        (("chats", "trash", "--yes", "Sky"), "--yes goes with --empty"),
        (("chats", "backup", "--list", "--restore", "1"), "not allowed with"),
        (("chats", "backup", "--yes"), "--yes goes with --restore"),
        (("chats", "backup", "--restore", "0"), "not a number of the list"),
        (("chats", "backup", "--restore=-1"), "not a number of the list"),
        (("models", "download", "phi-4"), "Which Phi-4 is not said"),
        (("models", "download", "phi-4", "x.gguf", "--quant", "Q8_0"), "name two things"),
        (("models", "add", "~nobody-of-that-name/x.gguf"), "home folder of nobody"),
        (("ask", "--model", "~nobody-of-that-name/x.gguf", "Hi"), "home folder of nobody"),
        (("chats", "import", "~nobody-of-that-name/x.md"), "home folder of nobody"),
        (("chats",), "ACTION"),
        (("models",), "ACTION"),
        (("sing",), "COMMAND"),
        (("--demo", "--model", "x.gguf"), "not allowed with"),
        (("--demo", "ask", "Hi"), "stand behind it"),
        (("--model", "x.gguf", "chat"), "stand behind it"),
        (("--self-test", "doctor"), "stand behind it"),
    ],
)
def test_words_that_do_not_go_together_are_refused(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert told in refused(capsys, *words)


def test_a_value_at_its_bound_is_kept_as_it_was_written() -> None:
    (ask,) = [parser for name, parser in parsers() if name == "ask"]
    settings = {spec.option.flag: spec.name for spec in SPECS.values()}
    for option, (low, high) in {
        "--temperature": ("0", "5"),
        "--top-p": ("0.0001", "1"),
        "--repeat-penalty": (".5", "2."),
        "--seed": ("0", "4294967294"),
        "--max-tokens": ("1", "131072"),
        "--ctx": ("256", "131072"),
    }.items():
        for text in (low, high):
            given = vars(ask.parse_args(["Hi", option, text]))[settings[option]]
            assert given == float(text)
    assert str(ask.parse_args(["Hi", "--temperature=-0"]).temperature) == "0.0"


def test_every_option_has_a_text_of_help() -> None:
    for name, parser in parsers():
        assert parser.format_help()  # and no text of help is taken for a format
        without = [option for option, action in options(parser) if not action.help]
        assert not without, (name, without)
        assert all(
            choice.help
            for action in parser._actions
            if isinstance(action, argparse._SubParsersAction)
            for choice in action._choices_actions
        ), name


def test_the_name_of_a_file_says_the_format_where_no_option_does(home: Path) -> None:
    opened = open_store(home)
    chat = conversation_of("Why?", "Because.", title="Sky")
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()
    for suffix, begins in {
        ".md": "---", ".HTML": "<!doctype html", ".json": "{", ".phial": "{",
        ".txt": "sky", ".none": "---",
    }.items():  # fmt: skip
        target = home / f"out{suffix}"
        assert main(["chats", "export", "Sky", "--out", str(target)]) == EXIT_DONE
        assert target.read_bytes().lower().startswith(begins.encode()), suffix


def test_no_answer_to_a_question_is_no_and_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_store(home)
    chat = conversation_of("Why?", "Because.", title="Sky")
    opened.repository.add_conversation(
        chat.conversation, chat.messages, chat.selected_children
    ).result()
    opened.close()
    assert main(["chats", "trash", "Sky"]) == EXIT_DONE
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["chats", "trash", "--empty"]) == EXIT_FAILED
    assert "Nothing was changed." in capsys.readouterr().err
    opened = open_store(home)
    assert len(opened.repository.conversations.trashed_conversations()) == 1
    opened.close()


@pytest.mark.parametrize("command", [("ask", "Hi"), ("bench",), ("chat",)])
def test_a_path_that_the_system_refuses_is_a_sentence(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert main([*command, "--model", "a" * 5_000]) == EXIT_FAILED
    assert "could not be read" in capsys.readouterr().err
