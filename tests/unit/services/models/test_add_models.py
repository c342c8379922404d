"""Files that are here already: looked at, compared with the hash that is told, used or copied."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import ModelFileError
from app.hub.download.control import DownloadControl
from app.hub.local.local_files import Origin
from app.services.core.events import ErrorReported, Notice
from tests.support.harness import Harness, build
from tests.support.hub_kit import gguf

BODY = gguf(b"weights" * 100)
HASH = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


def put(folder: Path, told: str = "", name: str = "mine-Q4_K_M.gguf") -> Path:
    path = folder / name
    path.write_bytes(BODY)
    if told:
        path.with_name(f"{name}.sha256").write_text(f"{told}  {name}\n")
    return path


def listed(harness: Harness) -> list[Path]:
    return [model.path for model in harness.services.models._installed.models()]


def test_a_file_is_looked_at_without_being_listed(harness: Harness, tmp_path: Path) -> None:
    found = harness.services.add_models.inspect(put(tmp_path, HASH))
    assert (found.hash_file, found.has_hash, found.parts) == ("mine-Q4_K_M.gguf.sha256", True, 1)
    assert (found.file.name, found.file.quantization, found.file.size) == (
        "mine (Phi-4)", "Q4_K_M", len(BODY),
    )  # fmt: skip
    assert listed(harness) == []


def test_a_told_hash_is_compared_before_the_terminal_says_added(
    harness: Harness, tmp_path: Path
) -> None:
    adding, control = harness.services.add_models, DownloadControl()
    good = adding.use_and_compare(put(tmp_path, HASH), control)
    assert good is not None
    assert good.sha256 == HASH
    bad = put(tmp_path, "0" * 64, "bad.gguf")
    with pytest.raises(ModelFileError, match="is damaged"):
        adding.use_and_compare(bad, control)
    assert listed(harness) == [good.path]
    assert bad.read_bytes() == BODY


def test_in_the_window_the_hash_is_compared_meanwhile_and_said(
    harness: Harness, tmp_path: Path
) -> None:
    adding = harness.services.add_models
    adding.use_in_place(put(tmp_path, HASH))
    notice = harness.heard.wait_for(lambda event: isinstance(event, Notice))
    assert isinstance(notice, Notice)
    assert "is whole" in notice.text
    adding.use_in_place(put(tmp_path, "0" * 64, "bad.gguf"))
    problem = harness.heard.wait_for(lambda event: isinstance(event, ErrorReported))
    assert isinstance(problem, ErrorReported)
    assert "bad.gguf is damaged" in problem.error.what
    assert [path.name for path in listed(harness)] == ["mine-Q4_K_M.gguf"]


def test_a_blob_without_a_name_is_copied_under_the_name_its_program_gives_it(
    harness: Harness, tmp_path: Path
) -> None:
    blob = put(tmp_path, name=f"sha256-{HASH}")
    origin = Origin("phi4:14b-q4", "", HASH)
    copied = harness.services.add_models.copy(blob, DownloadControl(), origin=origin)
    assert copied is not None
    assert copied.path == harness.services.data_folder / "models" / "phi4-14b-q4.gguf"
    assert (copied.owned, copied.sha256, blob.exists()) == (True, HASH, True)
