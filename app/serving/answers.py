"""What the room that listens needs of whoever answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.domain.network.serving import ServedEvent, ServedModel, ServedPrompt


class Ticket(Protocol):
    """An answer that was asked for."""

    def cancel(self) -> None:
        """Nobody wants it any more. May be called twice."""


class Answers(Protocol):
    """Answers prompts, one after another."""

    def model(self) -> ServedModel | None:
        """The model that answers; None where none of this computer is chosen."""

    def ask(self, prompt: ServedPrompt, deliver: Callable[[ServedEvent], None]) -> Ticket:
        """Have a prompt answered when it is its turn.

        Args:
            prompt: What is asked.
            deliver: Called with each event, on other threads.

        Raises:
            KnownError: It will not be answered.
        """

    def refuse(self, client: str, path: str) -> None:
        """Take note of a request that was refused before it became a prompt."""

    def answered(self, client: str, path: str) -> None:
        """Take note of a question that was answered without the model, as for its name."""

    def wait_seconds(self) -> int:
        """How long whoever is refused for too many others should wait."""
