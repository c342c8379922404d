"""What the files of the hub keep for people is told in the language of whoever reads it."""

from __future__ import annotations

from pathlib import Path

from app.domain.download import DownloadItem, DownloadState
from app.domain.errors import KnownError
from app.hub.local.installed_models import InstalledModel, InstalledModels
from app.hub.queue.queue_file import read_queue, write_queue
from app.language import tr
from tests.support.languages import speaking


def test_why_a_download_failed_is_told_in_the_language_of_now(tmp_path: Path) -> None:
    error = KnownError(tr("{label} has no value.", label="x"), action="").told
    notice = tr("Nothing was changed.")
    item = DownloadItem(
        "1", "a/b", "b.gguf", ("b.gguf",), state=DownloadState.FAILED, error=error, notice=notice
    )
    path = tmp_path / "downloads.json"
    write_queue(path, [item])
    (same,) = read_queue(path)
    assert (same.error, same.notice) == (error, notice)
    with speaking("de"):
        (told,) = read_queue(path)
    assert told.notice == "Es wurde nichts geändert."
    assert "Ihre Unterhaltungen" in told.error or "Ihre Chats" in told.error


def test_why_a_model_cannot_be_used_is_told_in_the_language_of_now(tmp_path: Path) -> None:
    index = tmp_path / "models.json"
    model = InstalledModel((tmp_path / "b.gguf",), "b", 1, problem=tr("Nothing was changed."))
    InstalledModels(index).put(model)
    assert InstalledModels(index).models()[0].problem == "Nothing was changed."
    with speaking("de"):
        assert InstalledModels(index).models()[0].problem == "Es wurde nichts geändert."
