"""Answers that are no hub's, and an environment that cannot be used: a sentence, no more."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.domain.download import (
    DownloadState,
    InterceptedError,
    NetworkError,
    ServerAnswerError,
    WrongAddressError,
)
from app.domain.errors import HubError, OfflineError
from app.hub.api.client import HubClient
from app.hub.api.releases import ReleasePage
from app.network.gate import NetworkGate
from app.network.proxies import proxy_for, without_password
from tests.support.hub_kit import FILE, REPO, Kit, ends_by_itself
from tests.support.serving import wait_until
from tests.unit.hub.queue.test_queue import running

INFO = {"id": REPO, "sha": "c" * 40, "siblings": [{"rfilename": FILE, "size": 5}]}
ENTRY = {"type": "file", "path": FILE, "size": 5, "oid": "0" * 40}
Ask = Callable[[HubClient], object]


def pins(client: HubClient) -> object:
    return client.pin(REPO, (FILE,))


def lists(client: HubClient) -> object:
    return client.repository(REPO)


def searches(client: HubClient) -> object:
    return client.search("phi")


def reads(client: HubClient) -> object:
    return client.card(REPO)


ASKS: list[Ask] = [pins, lists, searches, reads]


@pytest.mark.parametrize("ask", [pins, lists])
@pytest.mark.parametrize(
    "body",
    [
        b"[]", b"null", b"7", b'"x"', b"{}", b'{"id": 5}', b"not json", b"",
        b"<html>Log in</html>", b"[" * 100_000,
        json.dumps({**INFO, "siblings": 7}).encode(),
        json.dumps({**INFO, "siblings": [7]}).encode(),
        json.dumps({**INFO, "siblings": [{"rfilename": 7}]}).encode(),
        json.dumps({**INFO, "siblings": [{"size": 7}]}).encode(),
        json.dumps({**INFO, "siblings": [{"rfilename": FILE, "size": "5"}]}).encode(),
        json.dumps({**INFO, "siblings": [{"rfilename": FILE, "size": -5}]}).encode(),
        json.dumps({**INFO, "siblings": [{"rfilename": FILE, "lfs": "x"}]}).encode(),
        json.dumps({**INFO, "siblings": [{"rfilename": FILE, "lfs": {}}]}).encode(),
        json.dumps({**INFO, "sha": {"x": 1}}).encode(),
        json.dumps({**INFO, "cardData": 7}).encode(),
        json.dumps({**INFO, "downloads": "many"}).encode(),
    ],
)  # fmt: skip
def test_information_of_another_shape_is_one_sentence(kit: Kit, ask: Ask, body: bytes) -> None:
    kit.hub.faults.api_bodies = [body]
    said = ""
    try:
        ask(kit.client)  # what is not asked for may have any shape
    except HubError as error:
        said = str(error)
    assert not said or "cannot be read" in said or "has no file" in said
    assert "fetched is kept" not in said


@pytest.mark.parametrize(
    "body",
    [
        b"{}", b"7", b'["x"]', b"not json", b"[" * 100_000,
        json.dumps([{**ENTRY, "size": None}]).encode(),
        json.dumps([{**ENTRY, "size": "5"}]).encode(),
        json.dumps([{**ENTRY, "size": -1}]).encode(),
        json.dumps([{**ENTRY, "lfs": "x"}]).encode(),
        json.dumps([{**ENTRY, "lfs": {"oid": 7, "size": 5, "pointerSize": 1}}]).encode(),
        json.dumps([{"type": "file"}]).encode(),
    ],
)  # fmt: skip
def test_sizes_of_another_shape_are_one_sentence(kit: Kit, body: bytes) -> None:
    kit.hub.faults.api_bodies = [json.dumps(INFO).encode(), body]
    with pytest.raises(HubError):
        pins(kit.client)


@pytest.mark.parametrize(
    "body",
    [
        b"{}", b"null", b"not json", b'[{"id": "a/b", "downloads": "many"}]',
        b'[{"id": "a/b", "downloads": [1]}]', b'[{"id": "a/b", "downloads": -1}]',
    ],
)  # fmt: skip
def test_hits_of_another_shape_are_one_sentence(kit: Kit, body: bytes) -> None:
    kit.hub.faults.api_bodies = [body]
    with pytest.raises(ServerAnswerError):
        searches(kit.client)


def test_a_card_that_is_a_login_page_is_no_card(kit: Kit) -> None:
    kit.hub.faults.hub_answers = [(200, {"Content-Type": "text/html"})]
    with pytest.raises(InterceptedError):
        reads(kit.client)


@pytest.mark.parametrize(
    "address",
    ["huggingface.co", "ftp://x", "http://", "http://host:port", "http://[bad", "file:///etc",
     "https://a b", "http://x\n.y", "javascript:alert(1)", "http://x:99999", "socks5://x"],
)  # fmt: skip
@pytest.mark.parametrize("ask", ASKS)
def test_a_hub_that_is_no_address_is_named(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, address: str, ask: Ask
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    with pytest.raises(WrongAddressError, match="HF_ENDPOINT") as told:
        ask(HubClient(kit.gate, token=lambda: None))
    assert "Nothing was sent" in str(told.value)


PROXIES = ["socks5://127.0.0.1:9", "socks4://u:secret@h:9", "socks5h://h", "ftp://h", "http://h:x"]


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "http_proxy"])
@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("ask", ASKS)
def test_a_proxy_that_cannot_be_used_is_named_and_not_gone_round(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, name: str, proxy: str, ask: Ask
) -> None:
    file = kit.pin()
    asked = len(kit.hub.requests)
    kit.ask_elsewhere()
    monkeypatch.setenv(name, proxy)
    with pytest.raises(WrongAddressError, match="prox") as told:
        ask(kit.client)
    assert "secret" not in str(told.value)
    with pytest.raises(WrongAddressError, match="prox"):
        kit.fetch(file)
    assert len(kit.hub.requests) == asked


def test_a_socks_proxy_for_other_addresses_is_no_trouble(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    for ask in ASKS:
        ask(kit.client)
    assert kit.fetch().state is DownloadState.DONE
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    assert proxy_for("https://huggingface.co/x") == "http://proxy:3128"


def test_this_computer_is_asked_without_a_proxy(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "")
    for ask in ASKS:
        ask(kit.client)
    assert proxy_for("http://[::1]:8080/v1") is None
    assert proxy_for("http://127.example.com/v1") == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:secret@proxy:3128", "http://…@proxy:3128"),
        ("me:secret@proxy:3128", "…@proxy:3128"),
        ("http://me:sec@ret@proxy", "http://…@proxy"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("proxy:3128", "proxy:3128"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_looking_for_a_newer_phial_names_the_proxy_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(WrongAddressError, match="SOCKS"):
        ReleasePage(NetworkGate(), "http://example.org").newest()


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
@pytest.mark.parametrize("value", ["1", "true", "ON"])
def test_an_environment_that_forbids_the_hub_is_obeyed(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    file = kit.pin()
    asked = len(kit.hub.requests)
    monkeypatch.setenv(name, value)
    for ask in (*ASKS, lambda _: kit.fetch(file)):
        with pytest.raises(OfflineError, match=name):
            ask(kit.client)
    assert len(kit.hub.requests) == asked
    monkeypatch.setenv(name, "0")
    assert kit.client.repository(REPO)


def test_an_empty_file_is_refused_and_leaves_none(kit: Kit) -> None:
    kit.hub.faults.told_size = 0
    with running(kit) as (queue, watch):
        failed = watch.state(queue.add(REPO, (FILE,)), DownloadState.FAILED)
    assert "is empty" in failed.error
    assert [path for path in kit.folder.rglob("*") if ".gguf" in path.name] == []


def test_what_is_kept_is_said_only_where_something_is(kit: Kit, content: bytes) -> None:
    kit.hub.faults.hub_answers = [(503, {})] * 10
    with running(kit) as (queue, watch):
        failed = watch.state(queue.add(REPO, (FILE,)), DownloadState.FAILED)
    assert "Nothing was fetched." in failed.error
    assert "kept" not in failed.error
    kit.hub.faults.hub_answers = []
    kit.hub.faults.drop_after = [200_000] + [0] * 9
    with running(kit) as (queue, watch):
        queue.resume(failed.id)
        failed = watch.state(failed, DownloadState.FAILED)
    assert "The 200,000 bytes that were fetched are kept." in failed.error
    assert failed.done == 200_000
    assert isinstance(NetworkError("x").action, str)
    assert "Resume" not in failed.error  # there is no such button in a terminal


def test_a_wait_says_why_how_long_and_how_often(kit: Kit) -> None:
    kit.hub.faults.api_answers = [(503, {"Retry-After": "1"})]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        waiting = watch.state(item, DownloadState.WAITING)
        assert waiting.notice == (
            "The hub has a problem (HTTP 503). Trying again in 1 s, try 2 of 4."
        )


def test_a_hub_that_hangs_holds_no_pause(kit: Kit) -> None:
    kit.hub.faults.api_hangs = True
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        watch.state(item, DownloadState.CONNECTING)
        wait_until(lambda: bool(kit.hub.requests))  # and not before it is asked
        queue.pause(item.id)
        watch.state(item, DownloadState.PAUSED)
        kit.hub.released.set()


def test_a_hub_that_hangs_does_not_hold_the_end(kit: Kit) -> None:
    kit.hub.faults.api_hangs = True
    with running(kit) as (queue, watch):
        watch.state(queue.add(REPO, (FILE,)), DownloadState.CONNECTING)
        wait_until(lambda: bool(kit.hub.requests))
        assert ends_by_itself(kit.hub, queue.close)


@pytest.mark.parametrize("server", ["hub_answers", "store_answers"])
@pytest.mark.parametrize(
    "place",
    ["http://[bad", "http://127.0.0.1:99999/x", "http://x:0/", "http://x/\xfc"],
)
def test_a_redirect_to_no_address_is_the_servers_fault_in_words(
    kit: Kit, server: str, place: str
) -> None:
    setattr(kit.hub.faults, server, [(302, {"Location": place})] * 9)
    with pytest.raises(ServerAnswerError, match="redirects"):
        kit.fetch()


def test_a_wait_in_digits_that_are_no_number_is_not_read(kit: Kit) -> None:
    kit.hub.faults.store_answers = [(503, {"Retry-After": "\xb2"})]
    kit.fetch()
    assert kit.target.exists()
