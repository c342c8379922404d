"""Our own small files with something else in them: counted as empty or set aside, never a crash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.hub.download.journal import FORMAT as JOURNAL
from app.hub.download.journal import DownloadJournal
from app.hub.local.installed_models import InstalledModels
from app.hub.queue.queue_file import read_queue
from app.services.core.events import EventBus
from app.services.models.speeds import SpeedRecorder
from app.store import LadderStore, SpeedStore

pytestmark = pytest.mark.may_warn("The list of models cannot be read")

HUGE = "1" + "0" * 400
DAMAGE = {
    "nested": "[" * 100_000,
    "nested objects": '{"a":' * 100_000,
    "more digits than are read": "9" * 5_000,
    "a number": HUGE,
    "a list": "[1, 2]",
    "nothing": "null",
    "text": '"text"',
    "no JSON": "{",
    "empty": "",
    "infinite": "1e999",
    "not a number": "NaN",
    "no text": "\0\0\0",
}
VALUES = ["null", HUGE, "-1e999", "NaN", '"x"', "[1]", "[[1]]", "{}", "true", "1.5", '[["a"]]']


@pytest.mark.parametrize("text", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_counts_as_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    assert read_queue(path) == []
    assert DownloadJournal(path).read() is None
    path.write_text(text)
    assert list(InstalledModels(path).models()) == []
    path.write_text(text)
    assert LadderStore(path).get("x") == 0
    path.write_text(text)
    assert SpeedStore(path).get("x").answers == 0
    SpeedStore(path).record("x", 1, 1)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "key",
    ["paths", "name", "size", "sha256", "owned", "modified", "context_length", "verified"],
)
def test_no_value_in_the_list_of_models_ends_the_start(
    tmp_path: Path, key: str, value: str
) -> None:
    path = tmp_path / "models.json"
    entry = f'{{"paths": ["/nowhere/m.gguf"], "name": "M", "size": 5, "{key}": {value}}}'
    path.write_text(f'{{"format": 1, "models": [{entry}]}}')
    for model in InstalledModels(path).models():
        assert isinstance(model.name, str)
        assert abs(model.size) < 2**63
        assert all(isinstance(one, Path) for one in model.paths)
        assert all(isinstance(one, str) for one in model.sha256)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", ["id", "paths", "state", "done", "total", "files", "error"])
def test_no_value_in_the_list_of_downloads_ends_the_start(
    tmp_path: Path, key: str, value: str
) -> None:
    path = tmp_path / "downloads.json"
    entry = {"id": "a", "repository": "o/n", "name": "M", "paths": ["m.gguf"], "state": "failed"}
    text = json.dumps(entry)[:-1] + f', "{key}": {value}}}'
    path.write_text(f'{{"format": 1, "downloads": [{text}]}}')
    for item in read_queue(path):
        assert abs(item.done) < 2**63
        assert abs(item.total) < 2**63
        assert isinstance(item.id, str)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", ["url", "commit", "etag", "sha256", "size"])
def test_no_value_in_a_journal_ends_a_download(tmp_path: Path, key: str, value: str) -> None:
    path = tmp_path / "journal"
    head = {"format": JOURNAL, "url": "u", "commit": "c", "etag": "e", "sha256": "s", "size": 1}
    path.write_text(json.dumps(head)[:-1] + f', "{key}": {value}}}\n')
    found = DownloadJournal(path).read()
    if found is not None:
        assert abs(found[0].size) < 2**63


def test_a_mark_with_more_digits_than_any_file_has_bytes_is_the_end_of_a_journal(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal"
    head = {"format": JOURNAL, "url": "u", "commit": "c", "etag": "e", "sha256": "s", "size": 1}
    good, bad = f"1 {'a' * 64}\n", f"{'9' * 5000} {'a' * 64}\n"
    path.write_text(json.dumps(head) + "\n" + good + bad + good)
    found = DownloadJournal(path).read()
    assert found is not None
    assert [mark.end for mark in found[1]] == [1]


@pytest.mark.warns("speeds.json is not a file")
def test_speeds_that_cannot_be_read_are_not_known(tmp_path: Path) -> None:
    path = tmp_path / "speeds.json"
    path.mkdir()
    assert SpeedRecorder(SpeedStore(path), EventBus()).speed_of("x") == 0


@pytest.mark.llama  # which phial doctor asks for
@pytest.mark.parametrize("name", ["ladder.json", "models.json", "speeds.json", "downloads.json"])
@pytest.mark.parametrize("how", ["nested", "a folder"])
def test_no_file_of_ours_ends_a_command_in_a_traceback(home: Path, name: str, how: str) -> None:
    home.mkdir()
    if how == "a folder":
        (home / name).mkdir()
    else:
        (home / name).write_text("[" * 100_000)
    for words in (["doctor"], ["models", "list"]):
        done = subprocess.run(
            [sys.executable, "-m", "app", *words], capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == 0, done.stderr
