"""No password of an address is read by anybody: not in logs, errors, or the offline report."""

from __future__ import annotations

import base64
import logging

import pytest

from app.domain.download import NetworkError, WrongAddressError
from app.domain.endpoints.endpoint import endpoint_address
from app.domain.errors import InvalidValueError, KnownError
from app.domain.network.secrets import hidden, without_passwords
from app.hub.api.token import RedactingFilter
from app.hub.network.network_environment import check_endpoint
from app.network.connector import Connector, Interrupter
from app.network.gate import NetworkGate
from app.network.proxies import proxy_for
from app.services.privacy.offline_report import variables
from tests.support.endpoint_server import EndpointServer

SECRET = "pa55word"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"see http://me:{SECRET}@host:80/a?b=c now", "see http://…@host:80/a?b=c now"),
        (f"http://me:{SECRET}/x@host/", "http://…@host/"),
        (f"http://me:{SECRET}@x@host/", "http://…@host/"),
        (f"('https://{SECRET}@host/')", "('https://…@host/')"),
        (f"a socks5h://me:{SECRET}@h:1, http://b:{SECRET}@i", "a socks5h://…@h:1, http://…@i"),
        ("https://host/a@main and me@host", "https://host/a@main and me@host"),
        ("nothing at all", "nothing at all"),
    ],
)
def test_passwords_are_taken_out_of_addresses_and_nothing_else_is(text: str, told: str) -> None:
    assert without_passwords(text) == told
    assert SECRET not in hidden(f"{text} {SECRET}", SECRET)


def test_no_technical_text_of_an_error_has_one() -> None:
    assert SECRET not in KnownError("No.", detail=f"to http://me:{SECRET}@host: refused").detail


def test_the_log_has_none() -> None:
    record = logging.LogRecord(
        "x", 20, "", 1, "HTTP Request: GET %s", (f"http://me:{SECRET}@host/",), None
    )
    RedactingFilter().filter(record)
    assert record.getMessage() == "HTTP Request: GET http://…@host/"


@pytest.mark.parametrize("typed", ["http://me:{}@host:99999", "ftp://me:{}@host", "http://me:{}@h"])
def test_an_address_that_is_refused_is_said_without_it(typed: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        endpoint_address(typed.format(SECRET))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("typed", ["ftp://me:{}@host", "http://me:{}@host:0", "http://me:{}/@h"])
def test_the_environments_addresses_are_said_without_it(
    typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = typed.format(SECRET)
    with pytest.raises(WrongAddressError) as caught:
        check_endpoint(address)
    assert SECRET not in str(caught.value)
    monkeypatch.setenv("http_proxy", address)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(WrongAddressError) as caught:
        proxy_for("http://models.example/")
    assert SECRET not in str(caught.value)
    told = dict(variables({"HF_ENDPOINT": address, "no_proxy": f"a,{address}"}.get))
    assert SECRET not in str(told)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:9/", {"Authorization": f"Bearer {SECRET}\nmore"}),
        ("http://127.0.0.1:9/", {"Authorization": f"Bearer {SECRET}ключ"}),
        (f"http://me:{SECRET}@127.0.0.1:9/", {}),
    ],
)
def test_a_request_that_cannot_be_sent_is_told_without_it(
    url: str, headers: dict[str, str]
) -> None:
    with pytest.raises(NetworkError) as caught:
        Connector(NetworkGate()).open(url, headers, Interrupter(5))
    assert SECRET not in f"{caught.value} {caught.value.detail}"


def test_a_name_and_a_password_are_sent_to_the_server_and_looked_up_nowhere() -> None:
    with EndpointServer() as server:
        address = server.address.replace("://", f"://me%40work:{SECRET}@")
        Connector(NetworkGate()).open(f"{address}/models", {}, Interrupter(5)).close()
        (request,) = server.requests
    sent = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
    assert sent == f"me@work:{SECRET}"
    assert request.headers["Host"] == f"127.0.0.1:{server.port}"
