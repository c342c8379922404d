"""The offline report: what an administrator reads, with nothing in it that asks for more."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import app
from app.domain.network.connections import (
    Confinement,
    ConfinementKind,
    Connection,
    ConnectionList,
    Outcome,
)
from app.services.privacy import offline_report
from app.services.privacy.offline_report import HashedFile, OfflineReport, hash_note, model_files
from app.services.privacy.protection import Protection
from app.services.privacy.report_page import offline_page
from app.system import licences
from app.system.hardware import Machine

ROOT = Path(__file__).resolve().parents[4]
MACHINE = Machine("Linux 6.1", "x86_64", "A processor", 4, 8, 2**34, 2**33, ())
ASKED = Connection(1e9, "huggingface.co", 443, "search for models", "", 300, 5_000, Outcome.DONE)
REFUSED = Connection(1e9 + 1, "evil.example", 80, "<b>why</b>", outcome=Outcome.REFUSED)


def report(*rows: Connection, dropped: int = 0, offline: bool = False) -> OfflineReport:
    return OfflineReport(
        made=datetime(2026, 11, 29, 20, 0, tzinfo=UTC),
        machine=MACHINE,
        protection=Protection(offline, True, Confinement(ConfinementKind.SECCOMP)),
        settings=(("Offline", "off"),),
        variables=(("https_proxy", "http://…@proxy:3128"),),
        connections=ConnectionList(rows, 1e9 - 5, dropped),
        packages=(("PySide6-Essentials", "6.11.3"),),
        program=(HashedFile("main.py", 10, "ab" * 32),),
        models=(HashedFile("/models/phi-4.gguf", 9_050_000_000, "cd" * 32, "as it was listed"),),
    )


def test_the_page_has_each_fact() -> None:
    page = offline_page(report(ASKED, REFUSED))
    for words in (
        f"Phial {app.__version__}: offline report",
        "29 November 2026, 20:00 (UTC)",
        "Linux 6.1, x86_64",
        "Offline is off",
        "1 connection was opened since",
        "1 connection was refused.",
        "refuses it (seccomp)",
        "http://…@proxy:3128",
        "huggingface.co:443",
        "search for models",
        "5.00 kB",
        "evil.example:80",
        "6.11.3",
        "ab" * 32,
        "cd" * 32,
        "9.05 GB",
    ):
        assert words in page, words


def test_bytes_that_nobody_wrote_down_are_not_called_none() -> None:
    cut = replace(ASKED, sent=0, received=0, outcome=Outcome.CUT_OFF)
    page = offline_page(report(cut))
    assert page.count("not known") == 2
    assert ">0 bytes<" not in page
    assert ">0 bytes<" in offline_page(report(replace(cut, outcome=Outcome.FAILED)))


def test_where_there_was_none_the_page_says_so() -> None:
    page = offline_page(report(offline=True))
    assert "Offline is on: every connection is refused." in page
    assert "There was no connection since" in page
    assert "Nothing had to be refused." in page


def test_what_was_left_out_of_the_list_is_told() -> None:
    assert "The oldest 7 are left out of the list." in offline_page(report(ASKED, dropped=7))


def test_the_page_stands_alone_and_holds_no_strangers_markup() -> None:
    page = offline_page(report(REFUSED))
    assert "default-src 'none'" in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page
    assert not any(asked in page for asked in ("<b>", "<script", "<link", "<img", "src=", "url("))


def test_what_an_installed_phial_stands_on_is_listed_with_what_that_stands_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    direct = {re.split(r"[<>=~! ;\[]", line)[0].lower() for line in project["dependencies"]}
    assert direct == {name.lower() for name in licences.DIRECT}
    found = {re.sub("[-_.]+", "-", name).lower() for name, _ in offline_report.packages()}
    assert direct | {"shiboken6", "h11", "anyio", "markupsafe"} <= found
    assert not found & {"phial", "pytest", "ruff", "mypy", "hypothesis"}


def test_every_file_of_the_program_is_hashed() -> None:
    files = {file.name: file for file in offline_report.program_files()}
    main = Path(app.__file__).parent / "main.py"
    assert files["main.py"].sha256 == hashlib.sha256(main.read_bytes()).hexdigest()
    assert not any("__pycache__" in name for name in files)


@pytest.mark.skipif(sys.platform == "win32", reason="asks sha256sum")
def test_the_hash_of_all_can_be_reckoned_again_with_the_systems_own_tools(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(name)
    files = tuple(offline_report.hashed(tmp_path / name, name) for name in ("a.py", "b.py"))
    lines = subprocess.check_output(["sha256sum", "a.py", "b.py"], cwd=tmp_path)
    assert replace(report(), program=files).program_hash == hashlib.sha256(lines).hexdigest()


def test_a_model_that_is_another_than_was_listed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(b"GGUF")
    real = hashlib.sha256(b"GGUF").hexdigest()
    gone = tmp_path / "gone.gguf"
    found = list(model_files([(path, real), (path, "00"), (path, ""), (gone, real)], hash_note))
    assert [file.note for file in found[:3]] == [
        "as it was listed",
        "another file than was listed",
        "added by hand",
    ]
    assert (found[3].sha256, found[3].note) == ("", "there is no such file or folder")


def test_the_environment_is_told_without_passwords() -> None:
    environment = {
        "http_proxy": "me:secret@proxy:3128",
        "HTTPS_PROXY": "http://me:secret@proxy:3128",
        "HF_HUB_OFFLINE": "1",
        "no_proxy": "localhost",
    }
    assert dict(offline_report.variables(environment.get)) == {
        "HF_HUB_OFFLINE": "1",
        "http_proxy": "…@proxy:3128",
        "https_proxy": "http://…@proxy:3128",
        "no_proxy": "localhost",
    }
