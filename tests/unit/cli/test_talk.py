"""A conversation in the terminal, where something goes wrong."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest

from app.cli.chat import Talk
from app.domain.errors import DiskFullError
from tests.support.harness import build


class Given:
    """Lines as if they were typed."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = iter(lines)

    def read(self, prompt: str, default: str = "") -> str:
        return next(self._lines)


@pytest.mark.timeout(30)
def test_a_question_that_cannot_be_stored_is_told_and_the_talk_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    harness = build(tmp_path / "data")
    refused: Future[None] = Future()
    refused.set_exception(DiskFullError("The disk is full."))
    monkeypatch.setattr(harness.services.library, "add_exchange", lambda *_a, **_k: refused)
    Talk(harness.services, private=False).run(Given(["Hi", "/again", "/quit"]))
    said = capsys.readouterr().out
    assert "The disk is full." in said
    assert "There is no answer yet." in said
    harness.services.close()
