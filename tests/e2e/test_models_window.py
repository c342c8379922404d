"""Getting a model in a real window: first start, download, quit in the middle, resume, chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hub.api.catalog import load_catalog
from app.system.bundled import bundled
from tests.e2e.desktop import Start, missing, until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.hub_server import HubServer

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]

ANSWER = "A phial is a small bottle, mostly made of glass."


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub that has every file of the catalogue; each is the same small model."""
    model = write_model(tmp_path / "hub.gguf", ModelSpec(script=pieces_of(ANSWER)))
    files: dict[str, dict[str, bytes | Path]] = {}
    for _family, file in load_catalog(bundled("models", "catalog.json")).entries():
        files.setdefault(file.repository, {}).update(dict.fromkeys(file.files, model))
    with HubServer() as server:
        for repository, its in files.items():
            server.add(repository, its, card="---\nlicense: mit\n---\n# A model\n")
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


def test_from_the_first_start_to_an_answer_with_a_quit_in_the_middle(
    start: Start, hub: HubServer, tmp_path: Path
) -> None:
    hub.faults.drop_after = [30_000]  # the network fails once, and it goes on by itself
    hub.faults.slow_bytes, hub.faults.slow_seconds = 4_000, 0.05
    window = start()
    window.reads("Phial runs Phi-4 on this computer")
    download = window.name_like(r"Download Phi-4.*")
    window.press(download)
    window.reads("left")  # how long it takes
    (part,) = until(lambda: list((tmp_path / "home").rglob("*.part")), "a part")
    until(lambda: part.stat().st_size > 100_000, "some bytes")
    file = re.sub(r"\.part$", "", part.name)
    named = download.partition(" ")[2]
    window.press(f"Pause {named}")  # on the card itself
    window.control(f"Resume {named}")
    assert window.close() == 0
    had = part.stat().st_size
    assert part.exists()

    again = start()
    hub.faults.slow_bytes = 0
    asked = len(hub.of_bytes())
    again.press("Downloads", "push button")  # the line in the sidebar
    again.press(f"Resume {file}")
    again.reads("verified and ready")
    resumed = hub.of_bytes()[asked]
    assert resumed.headers["range"] == f"bytes={had}-"  # not a byte twice
    again.keys("Escape")
    again.write("Message", "What is a phial?")
    again.press("Send")
    again.reads(ANSWER)
    assert again.close() == 0
