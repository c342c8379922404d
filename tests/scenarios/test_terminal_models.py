"""``phial models``: every action and option, over a hub on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.process.frames import ListDevicesCommand
from app.main import main
from tests.scenarios.registry import scenario
from tests.support.hub_kit import gguf
from tests.support.hub_server import HubServer
from tests.support.terminal import asked, phial

REPO, FILE, LARGER = "bartowski/phi-4-GGUF", "phi-4-Q4_K_M.gguf", "phi-4-Q8_0.gguf"
BODY, LARGER_BODY = gguf(b"weights" * 1_000), gguf(b"weights" * 2_000)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub with two repositories."""
    with HubServer() as server:
        server.add(REPO, {FILE: BODY, LARGER: LARGER_BODY}, card="# Phi-4, small\n")
        server.add("acme/llama", {"llama.gguf": BODY})
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        yield server


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A model file that is not Phial's."""
    path = tmp_path / "stick" / FILE
    path.parent.mkdir()
    path.write_bytes(BODY)
    return path


def listed() -> dict[str, bool]:
    """The models in the list beside the demo, and whether Phial owns each."""
    rows = phial("models", "list", "--json").data
    return {row["path"]: row["owned"] for row in rows if not row["demo"]}


def added(stick: Path, *options: str) -> None:
    """Add the file first, where that is not what a scenario is about."""
    assert main(["models", "add", str(stick), *options]) == 0


# --- the hub ---------------------------------------------------------------------------------


@scenario("option", "models search")
@scenario("option", "models search TEXT")
@scenario("option", "models search --json")
def test_repositories_are_found_by_a_part_of_their_name(hub: HubServer) -> None:
    assert [hit["name"] for hit in phial("models", "search", "phi-4", "--json").data] == [REPO]


@scenario("option", "models show")
@scenario("option", "models show REPOSITORY")
@scenario("option", "models show --json")
def test_a_repository_is_shown_with_its_files_and_its_card(hub: HubServer) -> None:
    told = phial("models", "show", REPO, "--json").data
    assert {file["name"] for file in told["models"]} == {FILE, LARGER}
    assert told["card"] == "# Phi-4, small\n"


@scenario("option", "models download")
@scenario("option", "models download NAME")
@scenario("option", "models download FILE")
@scenario("option", "models download --json")
def test_a_file_of_a_repository_is_fetched(hub: HubServer, home: Path) -> None:
    told = phial("models", "download", REPO, LARGER, "--json").data
    assert Path(told["path"]).is_relative_to(home)
    assert Path(told["path"]).read_bytes() == LARGER_BODY
    assert listed() == {told["path"]: True}


@scenario("option", "models download --quant")
def test_a_quantization_of_the_catalogue_is_fetched(hub: HubServer) -> None:
    told = phial("models", "download", "phi-4", "--quant", "Q8_0", "--json").data
    assert Path(told["path"]).read_bytes() == LARGER_BODY


def closed(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """A repository that only a token opens, which lies in the environment."""
    hub.add("acme/closed", {FILE: BODY}, private=True)
    monkeypatch.setenv("HF_TOKEN", hub.token)
    return "acme/closed"


@scenario("option", "models show --token")
def test_a_closed_repository_is_shown_to_a_token(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = closed(hub, monkeypatch)
    assert phial("models", "show", name, "--token", "--json").data["models"]


@scenario("option", "models download --token")
def test_a_file_of_a_closed_repository_is_fetched_with_a_token(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = closed(hub, monkeypatch)
    told = phial("models", "download", name, FILE, "--token", "--json").data
    assert Path(told["path"]).read_bytes() == BODY


@scenario("option", "models search --token")
def test_a_search_carries_the_token(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(hub, monkeypatch)
    phial("models", "search", "phi", "--token")
    assert [seen.headers.get("authorization") for seen in hub.requests] == [f"Bearer {hub.token}"]


# --- the list --------------------------------------------------------------------------------


@scenario("option", "models list")
@scenario("option", "models list --json")
def test_models_are_listed(stick: Path) -> None:
    added(stick)
    assert listed() == {str(stick): False}


@scenario("option", "models add")
@scenario("option", "models add PATH")
@scenario("option", "models add --json")
def test_a_file_is_listed_where_it_is(stick: Path) -> None:
    assert phial("models", "add", stick, "--json").data["path"] == str(stick)
    assert listed() == {str(stick): False}


@scenario("option", "models add --copy")
def test_a_file_is_copied_into_the_folder(stick: Path, home: Path) -> None:
    phial("models", "add", stick, "--copy")
    ((path, owned),) = listed().items()
    assert owned
    assert Path(path).is_relative_to(home)
    assert Path(path).read_bytes() == stick.read_bytes() == BODY


@scenario("option", "models verify")
@scenario("option", "models verify PATH")
@scenario("option", "models verify --json")
def test_a_file_that_changed_is_told(stick: Path) -> None:
    added(stick, "--copy")
    (copy,) = listed()
    changed = bytearray(BODY)
    changed[-1] ^= 1
    Path(copy).write_bytes(changed)
    assert phial("models", "verify", copy, "--json", code=1).data["good"] is False


@scenario("option", "models remove")
@scenario("option", "models remove PATH")
@scenario("option", "models remove --yes")
@scenario("option", "models remove --json")
def test_a_model_is_removed_without_a_question(stick: Path) -> None:
    added(stick, "--copy")
    (copy,) = listed()
    told = phial("models", "remove", copy, "--yes", "--json").data
    assert told == {"freed": len(BODY), "removed": True}
    assert not Path(copy).exists()
    assert listed() == {}


@scenario("option", "models recommend")
@scenario("option", "models recommend --json")
def test_what_suits_this_computer_is_told(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    offers = phial("models", "recommend", "--json", log=log).data
    assert asked(log).of(ListDevicesCommand)
    assert any(offer["family"] == "phi-4" and offer["sentence"] for offer in offers)
