"""What is this computer, and what only looks like it."""

from __future__ import annotations

import pytest

from app.domain.endpoints.endpoint import Endpoint
from app.domain.network.hosts import is_this_computer


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "ip6-localhost", "127.0.0.1", "127.8.8.8", "::1"]
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
        "0.0.0.0",
        "10.0.0.1",
        "::2",
    ],
)
def test_what_looks_like_it_is_another(host: str) -> None:
    assert not is_this_computer(host)


def test_words_for_a_host_that_looks_like_this_computer_are_said_to_leave_it() -> None:
    assert not Endpoint("a", "A", "http://127.example.com/v1").on_this_computer
