"""Keys of endpoints, wherever they come from: checked, in no log, sent to their server only."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from app.domain.endpoints.endpoint import EndpointUnreachableError
from app.domain.errors import InvalidValueError
from app.hub.api.token import RedactingFilter
from app.network.gate import NetworkGate
from app.remote.engine import EndpointEngine
from app.services.models.endpoints import EndpointKeys, EndpointService
from app.store import EndpointStore
from tests.support.endpoint_server import EndpointServer

VARIABLE = "PHIAL_TEST_KEY"
KEY = "s3cret-key"
NONE_OF_THEM = [f"{KEY} and more", f"{KEY}\nX-More: 1", f"{KEY}ключ", f"{KEY}\x7f"]


@pytest.fixture
def keys() -> EndpointKeys:
    return EndpointKeys()


@pytest.fixture
def service(tmp_path: Path, keys: EndpointKeys) -> EndpointService:
    store = EndpointStore(tmp_path / "endpoints.json")
    engine = EndpointEngine(NetworkGate(), find=store.get, key=keys.key_of)
    return EndpointService(store, keys, lambda: engine)


def logged(keys: EndpointKeys, text: str) -> str:
    record = logging.LogRecord("x", 20, "", 1, text, (), None)
    RedactingFilter(keys).filter(record)
    return record.getMessage()


def test_a_key_of_the_environment_is_sent_and_in_no_log(
    service: EndpointService, keys: EndpointKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f" {KEY} ")
    with EndpointServer(key=KEY) as server:
        endpoint, _ = service.add("Box", server.address, key_variable=VARIABLE)
        assert service.try_again(endpoint, threading.Event()).models
    assert logged(keys, f"it said {KEY}") == "it said [hidden]"


@pytest.mark.parametrize("value", NONE_OF_THEM)
def test_what_is_no_key_is_sent_nowhere_and_in_no_error(
    service: EndpointService, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with EndpointServer() as server:
        monkeypatch.setenv(VARIABLE, value)
        endpoint, _ = service.add("Box", server.address, key_variable=VARIABLE)
        with pytest.raises(InvalidValueError, match=VARIABLE) as caught:
            service.try_again(endpoint, threading.Event())
        assert KEY not in f"{caught.value} {caught.value.detail}"
        with pytest.raises(InvalidValueError) as caught:  # one that was typed
            service.try_address(server.address, value, threading.Event())
        assert KEY not in f"{caught.value} {caught.value.detail}"
        assert server.requests == []


def test_a_key_that_is_tried_is_in_no_log(service: EndpointService, keys: EndpointKeys) -> None:
    with EndpointServer() as gone:
        address = gone.address
    with pytest.raises(EndpointUnreachableError):
        service.try_address(address, KEY, threading.Event())
    assert KEY not in logged(keys, f"Invalid header value b'{KEY}'")
