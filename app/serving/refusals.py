"""Errors as OpenAI's protocol tells them: a status, and ``{"error": {…}}``."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import (
    ContextFullError,
    EngineBusyError,
    InvalidValueError,
    KnownError,
    ModelNotLoadedError,
    NotFoundError,
    PromptTooLongError,
)
from app.language import paragraph

WRONG, FAILED = "invalid_request_error", "server_error"


class RefusedError(InvalidValueError):
    """A request that is not answered.

    Args:
        what: Why.
        status: Of HTTP.
        param: The member of the request that is wrong.
        code: A word for programs.
    """

    default_data = ""
    default_action = ""

    def __init__(self, what: str, *, status: int = 400, param: str = "", code: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class WireError:
    """An error on the wire.

    Attributes:
        status: Of HTTP.
        body: What is sent as JSON.
    """

    status: int
    body: dict[str, object]


_KNOWN: tuple[tuple[type[KnownError], int, str, str | None], ...] = (
    (PromptTooLongError, 400, WRONG, "context_length_exceeded"),
    (ContextFullError, 400, WRONG, "context_length_exceeded"),
    (NotFoundError, 404, WRONG, "model_not_found"),
    (InvalidValueError, 400, WRONG, None),
    (EngineBusyError, 503, FAILED, "overloaded"),
    (ModelNotLoadedError, 503, FAILED, "no_model"),
)


def wire_error(error: KnownError) -> WireError:
    """How an error is told to a client."""
    if isinstance(error, RefusedError):
        kind = WRONG if error.status < 500 else FAILED
        return _error(error.status, error.what, kind, error.param, error.code or None)
    for known, status, kind, code in _KNOWN:
        if isinstance(error, known):
            return _error(status, paragraph(error.what, error.action), kind, "", code)
    return _error(500, paragraph(error.what, error.action), FAILED, "", None)


def _error(status: int, what: str, kind: str, param: str, code: str | None) -> WireError:
    error = {"message": str(what), "type": kind, "param": param or None, "code": code}
    return WireError(status, {"error": error})
