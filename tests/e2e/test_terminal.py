"""``phial chat`` at a real terminal (a pty): what is typed and pasted there arrives whole."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.talk.lines import HISTORY
from app.domain.generation import Role
from app.store import open_store
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

if sys.platform == "win32":
    pytest.skip("ptys", allow_module_level=True)

from tests.support.pty_terminal import PROMPT, Terminal, terminal_with

pytestmark = pytest.mark.llama

ANSWER = "Hello from a tiny model."


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny.gguf", ModelSpec(pieces_of(ANSWER)))


@pytest.fixture
def terminal(model: Path) -> Iterator[Terminal]:
    with terminal_with("chat", "--model", model) as opened:
        opened.wait_for(PROMPT)
        yield opened


def questions(home: Path) -> list[str]:
    opened = open_store(home)
    chats = opened.repository.conversations.list_all()
    found = [m.content for chat in chats for m in opened.repository.tree(chat.id)
             if m.role is Role.USER]  # fmt: skip
    opened.close()
    return found


def test_a_line_longer_than_a_terminals_own_arrives_whole(terminal: Terminal, home: Path) -> None:
    line = "eine lange Zeile, Wörter, 漢字 und\u00a0mehr " * 300
    terminal.ask(f"{line}end")
    assert terminal.leave() == terminal.before
    assert questions(home) == [f"{line}end"]


def test_what_is_pasted_with_its_line_breaks_is_one_message(terminal: Terminal, home: Path) -> None:
    pasted = "def f():\n\treturn 1\n" + "x = 1  # a line\n" * 400
    terminal.ask(f"Explain:\x1b[200~{pasted}\x1b[201~")
    terminal.leave()
    assert questions(home) == [f"Explain:{pasted}"]


def test_lines_that_are_typed_ahead_wait_whole(terminal: Terminal, home: Path) -> None:
    lines = [letter * 6_000 for letter in "abc"]
    terminal.type("".join(f"{line}\n" for line in lines))
    for _ in lines:
        terminal.wait_for(PROMPT)
    terminal.leave()
    assert questions(home) == lines


def test_a_line_can_be_corrected(terminal: Terminal, home: Path) -> None:
    terminal.type("漢x\x7f\x7f字 wrong word\x17\x17all\x15\x1b[Aight\x01r\x05\x04\n")
    terminal.wait_for(ANSWER)
    terminal.wait_for(PROMPT)
    terminal.leave()
    assert questions(home) == ["right"]


def test_what_was_typed_comes_back_also_the_next_time(
    terminal: Terminal, model: Path, home: Path
) -> None:
    terminal.ask("First, with an ä")
    terminal.leave()
    assert stat.S_IMODE((home / HISTORY).stat().st_mode) == 0o600
    with terminal_with("chat", "--model", model) as other:
        other.wait_for(PROMPT)
        other.type("\x1b[A again\n")
        other.wait_for(ANSWER)
        other.wait_for(PROMPT)
        other.leave()
    assert sorted(questions(home)) == ["First, with an ä", "First, with an ä again"]


def test_of_what_is_typed_in_a_private_chat_nothing_is_kept(model: Path, home: Path) -> None:
    with terminal_with("chat", "--private", "--model", model) as private:
        private.wait_for(PROMPT)
        private.ask("A secret")
        private.leave()
    assert not (home / HISTORY).exists()
    assert not [p for p in home.rglob("*") if p.is_file() and b"A secret" in p.read_bytes()]


def test_ctrl_c_at_the_prompt_asks_and_gives_the_line_back(terminal: Terminal, home: Path) -> None:
    terminal.type("half a line\x03")
    terminal.wait_for("[y/N]")
    terminal.type("n\n")
    terminal.wait_for(PROMPT)
    terminal.type(" and the rest\n")
    terminal.wait_for(ANSWER)
    terminal.wait_for(PROMPT)
    terminal.type("\x03")
    terminal.wait_for("[y/N]")
    terminal.type("y\n")
    assert terminal.ends() == terminal.before
    assert questions(home) == ["half a line and the rest"]


def test_a_word_is_completed(terminal: Terminal) -> None:
    terminal.type("/se\t temperat\t\n")
    terminal.wait_for("It may be between 0 and 5")
    terminal.leave()


def test_progress_leaves_no_trace_beside_the_answer(terminal: Terminal) -> None:
    terminal.type("Hi\n")
    terminal.wait_for(ANSWER)
    terminal.wait_for(PROMPT)
    terminal.leave()
    (line,) = [line for line in terminal.raw.split("\n") if ANSWER in line]
    assert line.rpartition("\x1b[K")[2].strip() == ANSWER


def test_help_and_notices_are_wrapped_at_words(model: Path) -> None:
    with terminal_with("chat", "--model", model, columns=44) as narrow:
        narrow.wait_for(PROMPT)
        narrow.type("/help\n")
        narrow.wait_for("typed before.")
        narrow.wait_for(PROMPT)
        narrow.leave()
    lines = narrow.shown.split("\n")
    assert "Phial with Tiny scripted F32. /help lists" in lines
    at = lines.index("/continue              go on with an answer")
    assert lines[at + 1] == "    that was cut or stopped"
