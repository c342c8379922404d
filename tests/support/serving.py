"""A client of the server, and the server over a scripted engine."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.settings import Settings
from app.engine.base import Engine
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ServingChanged
from tests.support.harness import Harness, build

PATIENCE = 20.0
QUESTION = [{"role": "user", "content": "Hi"}]


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for an effect."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.data["error"]

    @property
    def events(self) -> list[Any]:
        """The JSON of a stream's events, without the last, which must be ``[DONE]``."""
        lines = [one for one in self.body.decode().split("\n\n") if one and one[0] != ":"]
        assert lines[-1] == "data: [DONE]", lines[-1:]
        return [json.loads(one.removeprefix("data: ")) for one in lines[:-1]]

    @property
    def text(self) -> str:
        """The text of a stream's events."""
        choices = [one["choices"][0] for one in self.events if one["choices"]]
        return "".join(c.get("text") or c.get("delta", {}).get("content", "") for c in choices)


@dataclass
class Client:
    """A program that asks."""

    port: int
    key: str = ""
    host: str = "127.0.0.1"
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        path: str,
        body: object = None,
        *,
        method: str = "",
        raw: bytes | None = None,
        **headers: str | None,
    ) -> Answer:
        """Ask once; a header of None is left out, and underscores stand for hyphens."""
        sent: dict[str, str | None] = {"User-Agent": "a-test/1", **self.headers}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            given = {name: value for name, value in sent.items() if value is not None}
            connection.request(method or ("POST" if data is not None else "GET"), path, data, given)
            response = connection.getresponse()
            return Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        finally:
            connection.close()

    def chat(self, messages: object = QUESTION, **more: object) -> Answer:
        """Ask for a chat completion."""
        return self.ask("/v1/chat/completions", {"messages": messages, **more})

    def complete(self, prompt: object, **more: object) -> Answer:
        """Ask for a completion."""
        return self.ask("/v1/completions", {"prompt": prompt, **more})

    def open(self, path: str = "/v1/chat/completions", body: object = None) -> socket.socket:
        """Send a request and give its socket, for who hangs up or does not read."""
        data = json.dumps(body or {"messages": QUESTION, "stream": True}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        one = socket.create_connection((self.host, self.port), timeout=PATIENCE)
        one.sendall(head.encode() + data)
        return one


@dataclass
class Serving:
    """A running server with all that is behind it."""

    harness: Harness
    client: Client

    @property
    def service(self) -> Any:
        return self.harness.services.serving

    def statuses(self) -> list[str]:
        """How its requests ended, oldest first."""
        return [one.status.value for one in reversed(self.service.state.requests)]


@contextmanager
def serving(
    folder: Path,
    engine: Engine | None = None,
    settings: Settings | None = None,
    *,
    origins: str = "",
    chosen: bool = True,
) -> Iterator[Serving]:
    """A server on a free port, over a scripted engine."""
    harness = build(folder, engine or ScriptedEngine(), settings, chosen=chosen)
    service = harness.services.serving
    service.start(0, origins)
    try:
        event = harness.heard.wait_for(
            lambda one: isinstance(one, ServingChanged) and (one.state.on or bool(one.state.error))
        )
        assert isinstance(event, ServingChanged)
        assert event.state.error is None, event.state.error
        port = int(event.state.address.rpartition(":")[2].partition("/")[0])
        yield Serving(harness, Client(port, service.key_file.key()))
    finally:
        harness.services.close()
