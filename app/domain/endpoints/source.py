"""Where a model is: a file on this computer, or an endpoint that was added by the user."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileSource:
    """A GGUF file: its first part, where it is split."""

    path: Path


@dataclass(frozen=True, slots=True)
class EndpointSource:
    """A model at an endpoint.

    Attributes:
        endpoint: The endpoint's id, as the list of endpoints knows it.
        model: The model's name, as the server calls it.
    """

    endpoint: str
    model: str

    def __str__(self) -> str:
        return f"{self.endpoint}/{self.model}"


ModelSource = FileSource | EndpointSource


def endpoint_source(text: str) -> EndpointSource | None:
    """What ``ENDPOINT/MODEL`` names; None where it is not written like that.

    The names of models may hold slashes themselves; an endpoint's id holds none.
    """
    endpoint, slash, model = text.partition("/")
    return EndpointSource(endpoint, model) if endpoint and slash and model else None
