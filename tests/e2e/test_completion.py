"""Shells complete the words of ``phial`` with the scripts it prints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from app.cli.completion import SHELLS, script
from app.main import _parser
from tests.support.terminal import options, parsers

# As with bash 3.2, which macOS has: what came later is not there.
_BASH = """
enable -n mapfile readarray compopt
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _phial; printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def bash(tmp_path: Path) -> Path:
    if shutil.which("bash") is None:
        pytest.skip("bash")
    file = tmp_path / "phial.bash"
    file.write_text(script("bash", _parser()))
    return file


def offered(file: Path, *words: str, cwd: Path | None = None) -> set[str]:
    done = subprocess.run(
        ["bash", "-c", _BASH, "bash", str(file), "phial", *words],
        capture_output=True, text=True, check=True, cwd=cwd,
    )  # fmt: skip
    return set(done.stdout.split("\n")) - {""}


def test_bash_offers_every_command_and_every_option(bash: Path) -> None:
    for name, parser in parsers():
        path = name.split()
        found = offered(bash, *path, "-")
        assert found >= {option for option, _ in options(parser) if option.startswith("-")}, name
    assert offered(bash, "ch") == {"chat", "chats"}
    assert offered(bash, "chats", "re") == {"restore"}


def test_bash_offers_the_values_of_an_option_and_files_where_words_are_free(
    bash: Path, tmp_path: Path
) -> None:
    assert offered(bash, "chats", "export", "--format", "mark") == {"markdown"}
    assert offered(bash, "completion", "") == set(SHELLS)
    assert offered(bash, "settings", "get", "kv_") == {"kv_type", "kv_snapshots", "kv_snapshot_gb"}
    assert offered(bash, "settings", "set", "theme", "d") == {"dark", "default"}
    assert offered(bash, "ask", "--kv-type", "") == {"f16", "q8_0", "default"}
    assert offered(bash, "chat", "--lookup-drafting", "of") == {"off"}
    (tmp_path / "a model.gguf").touch()
    assert offered(bash, "ask", "--model", "a", cwd=tmp_path) == {"a model.gguf"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_its_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(shell)
    file = tmp_path / "script"
    file.write_text(script(shell, _parser()))
    done = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_fish_offers_commands_and_values(tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish")
    file = tmp_path / "phial.fish"
    file.write_text(script("fish", _parser()))

    def found(line: str) -> set[str]:
        asked = f"source {file}; complete -C '{line}'"
        done = subprocess.run(
            ["fish", "-N", "-c", asked], capture_output=True, text=True, check=True
        )
        return {row.split("\t")[0] for row in done.stdout.splitlines()}

    assert found("phial ch") == {"chat", "chats"}
    assert found("phial chats re") == {"restore"}
    assert "--private" in found("phial chat --p")
    assert found("phial chats export --format mark") == {"markdown"}
    assert found("phial settings reset kv_t") == {"kv_type"}
    assert found("phial settings set theme d") == {"dark", "default"}
