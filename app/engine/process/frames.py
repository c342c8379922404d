"""The frames between client and engine process; what is in all such frames is in app.process."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass

from app.domain import generation, model, parts
from app.domain.network import connections
from app.engine.base import EngineOptions
from app.process.codec import FrameCodec
from app.process.messages import MESSAGES

# --- commands -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigureCommand:
    """The first command, and whenever options change."""

    options: EngineOptions
    id: int = 0


@dataclass(frozen=True, slots=True)
class StartBackendCommand:
    """Load llama.cpp's library, where that was not done yet."""

    id: int


@dataclass(frozen=True, slots=True)
class LoadCommand:
    """Load a model at a step of the ladder."""

    id: int
    request: model.LoadRequest
    step: int


@dataclass(frozen=True, slots=True)
class GenerateCommand:
    """Write an answer."""

    id: int
    request: generation.GenerationRequest


@dataclass(frozen=True, slots=True)
class ReadAheadCommand:
    """Read what may be asked soon."""

    id: int
    asked: generation.ReadAheadRequest


@dataclass(frozen=True, slots=True)
class CountTokensCommand:
    """Count tokens."""

    id: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListDevicesCommand:
    """List compute devices."""

    id: int


@dataclass(frozen=True, slots=True)
class SaveStateCommand:
    """A chat was left."""

    id: int
    conversation_id: str


# --- events ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadyReply:
    """The process is up; llama.cpp's library is not in it yet.

    Attributes:
        seconds: Time since the process began.
        confinement: What keeps it from the network; None where nobody asked for that.
    """

    seconds: float
    confinement: connections.Confinement | None = None


@dataclass(frozen=True, slots=True)
class BackendReply:
    """llama.cpp is up.

    Attributes:
        build: Identifies its build.
        machine: Identifies the devices it runs on.
    """

    id: int
    build: str
    machine: str


@dataclass(frozen=True, slots=True)
class PlanReply:
    """What llama.cpp is about to be asked for, and the ladder's useful steps."""

    id: int
    plan: model.LoadPlan
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgressReply:
    """Loading went on."""

    id: int
    fraction: float


@dataclass(frozen=True, slots=True)
class EventReply:
    """An event of an answer."""

    id: int
    event: generation.GenerationEvent


@dataclass(frozen=True, slots=True)
class ReadAheadReply:
    """Reading ahead went on."""

    id: int
    progress: generation.ReadAheadProgress


@dataclass(frozen=True, slots=True)
class LoadedReply:
    """A model is ready."""

    id: int
    model: model.LoadedModel


@dataclass(frozen=True, slots=True)
class TokenCountsReply:
    """Tokens of each text."""

    id: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DevicesReply:
    """Compute devices."""

    id: int
    devices: tuple[model.Device, ...]


_MODULES = (connections, generation, model, parts)
CODEC = FrameCodec(
    kind
    for source in (*(vars(module) for module in _MODULES), dict(globals()))
    for kind in (*source.values(), *MESSAGES)
    if isinstance(kind, type) and is_dataclass(kind)
)
encode = CODEC.encode
decode = CODEC.decode
