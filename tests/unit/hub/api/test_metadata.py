"""What the hub tells, and how it is asked."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.domain.download import (
    AccessError,
    BusyServerError,
    MissingRemoteError,
    UnsafeNameError,
)
from app.hub.api.client import HubClient
from app.hub.api.metadata import request_headers
from app.hub.network.network_environment import endpoint_from_environment
from tests.support.hub_kit import FILE, REPO, Kit


def test_search_finds_repositories_by_name(kit: Kit) -> None:
    kit.hub.add("acme/other", {})
    assert [hit.name for hit in kit.client.search("PHI-4")] == [REPO]


def test_a_repository_lists_its_models_with_sizes_hashes_and_licence(
    kit: Kit, content: bytes
) -> None:
    kit.hub.repos[REPO].files["README.md"] = b"x"
    listed = kit.client.repository(REPO)
    (model,) = listed.models
    assert (model.name, model.quantization, model.size) == (FILE, "Q4_K_M", len(content))
    assert model.parts[0].sha256 == kit.hub.sha256(content)
    assert model.parts[0].commit == listed.commit == "c" * 40
    assert listed.licence == "mit"


def test_a_pin_follows_the_branch_and_then_stays(kit: Kit) -> None:
    (file,) = kit.client.pin(REPO, (FILE,))
    assert file.commit == "c" * 40
    assert f"/resolve/{'c' * 40}/{FILE}" in kit.client.address(file)
    with pytest.raises(MissingRemoteError):
        kit.client.pin(REPO, (FILE,), "f" * 40)


def test_a_card_comes_without_its_header(kit: Kit) -> None:
    card = kit.client.card(REPO)
    assert (card.text, card.licence) == ("# Phi-4\n", "mit")
    kit.hub.repos[REPO].card = "no header\n---\nlicense: no\n---\n"
    assert kit.client.card(REPO).text.startswith("no header")
    kit.hub.repos[REPO].card = None
    assert kit.client.card(REPO).text == ""


def test_a_private_repository_needs_the_token(kit: Kit) -> None:
    kit.hub.repos[REPO].private = True
    with pytest.raises(MissingRemoteError, match="private"):
        kit.client.repository(REPO)
    kit.token = kit.hub.token
    assert kit.client.repository(REPO).models


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (403, {"X-Error-Code": "GatedRepo"}, AccessError),
        (403, {}, AccessError),
        (404, {}, MissingRemoteError),
        (429, {"Retry-After": "7"}, BusyServerError),
        (500, {}, BusyServerError),
    ],
)
def test_each_refusal_has_its_type(
    kit: Kit, status: int, headers: dict[str, str], error: type[Exception]
) -> None:
    kit.hub.faults.api_answers = [(status, headers)]
    with pytest.raises(error) as caught:
        kit.client.repository(REPO)
    if isinstance(caught.value, BusyServerError) and headers:
        assert caught.value.retry_after == 7


def test_no_token_is_ever_found_by_itself(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_from_the_environment")
    kit.client.repository(REPO)
    kit.client.search("x")
    kit.client.card(REPO)
    kit.fetch()
    assert kit.hub.requests
    assert not any("authorization" in seen.headers for seen in kit.hub.requests)


def test_requests_name_phial_and_nothing_of_this_computer() -> None:
    headers = request_headers(None)
    assert set(headers) == {"user-agent"}
    assert headers["user-agent"].startswith("phial/")
    assert "authorization" in request_headers("hf_x")


def test_the_endpoint_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert endpoint_from_environment() == "https://mirror.example"
    monkeypatch.setenv("HF_ENDPOINT", " ")
    assert endpoint_from_environment() == "https://huggingface.co"


def test_names_are_checked_before_anything_is_sent(kit: Kit) -> None:
    for ask in (kit.client.repository, kit.client.card, lambda name: kit.client.pin(name, (FILE,))):
        with pytest.raises(UnsafeNameError):
            ask("../../etc")
    assert kit.hub.requests == []


def test_making_a_client_sends_nothing(kit: Kit) -> None:
    HubClient(kit.gate, token=lambda: None, endpoint=kit.hub.endpoint)
    assert kit.hub.requests == []


def test_telemetry_xet_and_implicit_tokens_are_off_before_the_package_is_read() -> None:
    code = (
        "import app.hub.api.metadata\n"
        "from huggingface_hub import constants as c\n"
        "assert c.HF_HUB_DISABLE_TELEMETRY and c.HF_HUB_DISABLE_XET\n"
        "assert c.HF_HUB_DISABLE_IMPLICIT_TOKEN\n"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    subprocess.run([sys.executable, "-c", code], check=True, env=clean)
