"""What is this computer, and what only looks like it."""

from __future__ import annotations

import pytest

from app.domain.endpoints.endpoint import Endpoint, endpoint_address
from app.domain.network.hosts import is_this_computer
from app.network.proxies import proxy_for


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost",
        "localhost.",
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1",
        "::ffff:7f08:808",
    ],
)
def test_this_computer_is_told_by_its_names_and_addresses(host: str) -> None:
    assert is_this_computer(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.example.com",
        "127.0.0.1.example.com",
        "localhost.example",
        "localhost..",
        "ip6-localhost",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "::2",
    ],
)
def test_what_looks_like_it_is_another(host: str) -> None:
    assert not is_this_computer(host)


def test_words_for_a_host_that_looks_like_this_computer_are_said_to_leave_it() -> None:
    assert not Endpoint("a", "A", "http://127.example.com/v1").on_this_computer


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("[::1]", "http://[::1]/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("[::ffff:127.0.0.1]:8080", "http://[::ffff:127.0.0.1]:8080/v1"),
        ("localhost.:8080", "http://localhost.:8080/v1"),
        ("127.0.0.2", "http://127.0.0.2/v1"),
        ("ip6-localhost:8080", "https://ip6-localhost:8080/v1"),
        ("models.example/v1/models", "https://models.example/v1"),
    ],
)
def test_an_address_without_a_scheme_is_unencrypted_here_only(typed: str, kept: str) -> None:
    assert endpoint_address(typed) == kept


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_what_stays_here_goes_past_every_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for(f"http://{host}:8080/v1") is None
    assert proxy_for(f"https://{host}/v1") is None
    assert proxy_for("http://127.example.com/v1") == "http://proxy.example:3128"
