"""An engine of endpoints over a server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.endpoints.endpoint import Endpoint
from app.domain.endpoints.source import EndpointSource
from app.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    Role,
    Sampling,
    TextDelta,
    Turn,
)
from app.domain.model import LoadedModel, LoadRequest
from app.network.connection_log import ConnectionLog
from app.network.gate import NetworkGate
from app.remote.engine import EndpointEngine
from tests.support.endpoint_server import EndpointServer


@dataclass
class Asked:
    """An engine that has one endpoint, called "here"."""

    engine: EndpointEngine
    gate: NetworkGate
    listed: dict[str, Endpoint]
    keys: dict[str, str]

    def load(self, model: str = "small") -> LoadedModel:
        request = LoadRequest(EndpointSource("here", model))
        return self.engine.load(request, lambda _fraction: None, threading.Event())

    def events(
        self, *turns: str, cancel: threading.Event | None = None, **options: object
    ) -> Iterator[GenerationEvent]:
        roles = (Role.USER, Role.ASSISTANT)
        said = tuple(
            Turn(roles[number % 2], text, f"m{number}")
            for number, text in enumerate(turns or ("Hello?",))
        )
        request = GenerationRequest("c", said, **options)  # type: ignore[arg-type]
        return self.engine.generate(request, cancel or threading.Event())

    def answer(self, *turns: str, **options: object) -> tuple[str, Finished]:
        text, finished = "", None
        for event in self.events(*turns, **options):  # type: ignore[arg-type]
            if isinstance(event, TextDelta):
                text += event.text
            elif isinstance(event, Finished):
                finished = event
        assert finished is not None
        return text, finished


def asked(
    server: EndpointServer, key: str = "", address: str = "", log: ConnectionLog | None = None
) -> Asked:
    gate = NetworkGate(log=log)
    endpoint = Endpoint("here", "Here", address or server.address)
    listed, keys = {"here": endpoint}, {"here": key} if key else {}
    engine = EndpointEngine(gate, find=listed.get, key=lambda endpoint: keys.get(endpoint.id))
    return Asked(engine, gate, listed, keys)


def thought(events: Iterator[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


GREEDY = Sampling(temperature=0)
