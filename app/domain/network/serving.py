"""What other programs may ask of this computer's model, and what is remembered of their requests.

Nothing here holds a word of what was asked or answered, but :class:`ServedPrompt`, which lives as
long as its answer is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from app.domain.errors import KnownError
from app.domain.generation import GenerationEvent, RawPrompt, Turn
from app.language import tr

DEFAULT_PORT = 8_377
MOST_WAITING = 16  # requests that wait for the model; the next one is told to come again


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The model that is served.

    Attributes:
        id: What clients call it.
        context_size: Tokens of its context window; None until it is loaded.
        trained_context: Tokens it was trained for; None until it is loaded.
        parameters: How many it has; None until it is loaded.
        size: Bytes of its file.
    """

    id: str
    context_size: int | None = None
    trained_context: int | None = None
    parameters: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class ServedPrompt:
    """One answer that another program wants.

    Attributes:
        turns: What the model reads, or nothing where ``raw`` is given.
        raw: A text to go on with.
        sampling: Values of :class:`app.domain.generation.Sampling` that were asked for.
        grammar: GBNF that the answer must follow; empty for none.
        whole: The client gets the answer when it is complete, so it may be begun anew.
        owner: Which client asks; it alone may use what the model works out for this.
        client: How the client calls itself.
        path: What was asked for.
        model: Which model was asked for; empty for whichever there is.
    """

    turns: tuple[Turn, ...] = ()
    raw: RawPrompt | None = None
    sampling: Mapping[str, object] = field(default_factory=dict)
    grammar: str = ""
    whole: bool = True
    owner: str = ""
    client: str = ""
    path: str = ""
    model: str = ""


class ServedStatus(Enum):
    """How far a request is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"  # the client hung up, or serving was stopped
    REFUSED = "refused"  # it was wrong, or too much waits
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """What is listed of a request.

    Attributes:
        number: Counts from 1.
        began: When it came, UTC.
        client: How the client calls itself.
        path: What was asked for.
        model: The model that answered; empty where none did.
        tokens: Tokens of the answer so far.
        seconds: From its coming to its end; 0 until then.
        status: See :class:`ServedStatus`.
    """

    number: int
    began: datetime
    client: str
    path: str
    model: str = ""
    tokens: int = 0
    seconds: float = 0.0
    status: ServedStatus = ServedStatus.WAITING


@dataclass(frozen=True, slots=True)
class ServingState:
    """Whether the model is served to other programs.

    Attributes:
        address: Where, such as ``http://127.0.0.1:8377/v1``; empty while it is not.
        error: Why it is not although it is wanted.
        requests: The newest requests, newest first.
    """

    address: str = ""
    error: KnownError | None = None
    requests: tuple[ServedRequest, ...] = ()

    @property
    def on(self) -> bool:
        """Whether other programs are listened to."""
        return bool(self.address)

    @property
    def told(self) -> str:
        """Whether it is served and where, or why not, in a sentence or three."""
        if self.error is not None:
            return str(self.error)
        if self.on:
            return tr("Other programs find the model at {at}.", at=self.address)
        return tr("The model is not served now.")


@dataclass(frozen=True, slots=True)
class ServedFailure:
    """In place of more events: nothing comes after it."""

    error: KnownError


ServedEvent = GenerationEvent | ServedFailure
