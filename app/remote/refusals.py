"""What a server's refusal means, in the words of people: a typed error for each."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping
from typing import Any

from app.domain.download import InsecureConnectionError, StalledError, WrongAddressError
from app.domain.endpoints.endpoint import (
    Endpoint,
    EndpointAnswerError,
    EndpointBusyError,
    EndpointError,
    EndpointKeyError,
    EndpointModelError,
    EndpointMovedError,
    EndpointTooLongError,
    EndpointUnreachableError,
)
from app.domain.errors import HubError
from app.domain.network.secrets import hidden
from app.language import tr
from app.language.formats import duration
from app.network.replies import asked_wait

_LONGEST = 300  # characters of what a server says that are shown
_LONGEST_WAIT = 86_400.0  # seconds that are told as they are asked for
_TOO_LONG = re.compile(  # not shown
    r"context[ _](length|size|window)|n_ctx|too long|too many tokens|maximum.*tokens", re.IGNORECASE
)
_MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)
_OF_A_KEY = {"no_db_connection"}  # LiteLLM's word for a key that is not its master's, with 400
_REDIRECTS = {301, 302, 303, 307, 308}


def refusal(
    endpoint: Endpoint, status: int, headers: Mapping[str, str], body: bytes, key: str | None
) -> EndpointError:
    """The error for a reply that is none of success.

    Args:
        endpoint: Who was asked.
        status: Of the reply.
        headers: Of the reply; names in any case.
        body: Its first bytes.
        key: What was sent, which is told to nobody.
    """
    known = {name.lower(): value for name, value in headers.items()}
    error = _error_of(body)
    return described(
        endpoint,
        status,
        error,
        key,
        wait=known.get("retry-after", ""),
        location=known.get("location", ""),
    )


def described(
    endpoint: Endpoint,
    status: int,
    error: object,
    key: str | None,
    *,
    wait: str = "",
    location: str = "",
) -> EndpointError:
    """The error for a status and what the server says of it, also in the middle of an answer."""
    said = shown(_message(error), key)
    name, code = endpoint.name, str(status)
    detail = f"HTTP {code} {said}".strip()  # not shown: technical
    if status in _REDIRECTS:
        return EndpointMovedError(
            tr(
                "{name} sends to another address: {address}.",
                name=name,
                address=hidden(location, key)[:200],
            ),
            data=tr("Nothing was sent there."),
        )
    if status in {401, 403} or (isinstance(error, dict) and error.get("type") in _OF_A_KEY):
        return _no_key(endpoint, key, detail)
    if _is_too_long(status, error):
        return _too_long(endpoint, error, detail)
    if status in {400, 404} and _names_the_model(error):
        return EndpointModelError(
            tr("{name} has no such model: {said}", name=name, said=_ended(said, status)),
            detail=detail,
        )
    if status in {408, 425, 429} or status >= 500:
        return _busy(endpoint, status, said, detail, wait)
    if status in {404, 405}:
        return EndpointAnswerError(
            tr("{name} knows nothing of this address (HTTP {code}).", name=name, code=code),
            detail=detail,
        )
    return EndpointError(
        tr("{name} refuses: {said}", name=name, said=_ended(said, status)), detail=detail
    )


def _no_key(endpoint: Endpoint, key: str | None, detail: str) -> EndpointKeyError:
    name, variable = endpoint.name, endpoint.key_variable
    if key:
        return EndpointKeyError(tr("{name} does not accept the key.", name=name), detail=detail)
    if variable:
        return EndpointKeyError(
            tr(
                "{name} wants a key, and the environment variable {variable}, which is to hold it, "
                "is not set.",
                name=name,
                variable=variable,
            ),
            action=tr("Set it where Phial is started from, and start Phial again."),
            detail=detail,
        )
    return EndpointKeyError(tr("{name} wants a key.", name=name), detail=detail)


def _ended(said: str, status: int) -> str:
    """What a server says, or its status, as the end of a sentence: others follow it."""
    said = said or f"HTTP {status}"  # not shown: the same in every language
    return said if said.endswith((".", "!", "?", "…", "。")) else f"{said}."


def _busy(endpoint: Endpoint, status: int, said: str, detail: str, wait: str) -> EndpointBusyError:
    what = (
        tr("{name} has a problem: {said}", name=endpoint.name, said=_ended(said, status))
        if status in {500, 502, 504}
        else tr("{name} has too much to do.", name=endpoint.name)
    )
    seconds = asked_wait(wait) if wait else None
    return EndpointBusyError(what, action=_when(seconds) if seconds else None, detail=detail)


def _when(seconds: float) -> str:
    """When a server that asks to be left alone for so long may be asked again."""
    if seconds > _LONGEST_WAIT:
        return tr(
            "It asks to be left alone for more than a day. That is seldom meant: ask again in a "
            "while, or look at what that server says in its own log."
        )
    return tr("It asks to be left alone for {time}; then ask again.", time=duration(seconds))


def _is_too_long(status: int, error: object) -> bool:
    if status not in {400, 413, 422, 500}:
        return False
    if isinstance(error, dict):
        kinds = {error.get("type"), error.get("code")}
        if kinds & {"exceed_context_size_error", "context_length_exceeded"}:
            return True
    return status == 413 or bool(_TOO_LONG.search(_message(error)))


def _too_long(endpoint: Endpoint, error: object, detail: str) -> EndpointTooLongError:
    values = error if isinstance(error, dict) else {}
    tokens, limit = values.get("n_prompt_tokens"), values.get("n_ctx")
    if type(tokens) is int and type(limit) is int:
        what = tr(
            "The chat has {tokens} tokens, and {name} reads {limit}.",
            tokens=tokens,
            name=endpoint.name,
            limit=limit,
        )
    else:
        what = tr("The chat is longer than what {name} reads.", name=endpoint.name)
    return EndpointTooLongError(what, detail=detail)


def _names_the_model(error: object) -> bool:
    if isinstance(error, dict) and error.get("code") == "model_not_found":
        return True
    return bool(_MODEL.search(_message(error)))


def refused_field(body: bytes, fields: Mapping[str, object]) -> str:
    """The field of a request that a server will not have, where it names one; else empty."""
    error = _error_of(body)
    if isinstance(error, dict) and error.get("param") in fields:
        return str(error["param"])
    message = _message(error)
    return next((name for name in fields if re.search(rf"\b{name}\b", message)), "")


def _error_of(body: bytes) -> object:
    """What stands for the error in a reply: of OpenAI, FastAPI, or plain text."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        text = body[: 4 * _LONGEST].decode("utf-8", "replace").strip()
        return "" if text.startswith("<") else text
    if isinstance(value, dict):
        for name in ("error", "detail", "message"):
            if value.get(name):
                return value[name]
    return value


def _message(error: object) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or error.get("msg") or "")
    if isinstance(error, list):
        return "; ".join(_message(one) for one in error[:3])
    return str(error) if isinstance(error, str) else ""


def shown(text: str, key: str | None) -> str:
    """What somebody else says, in one short line that hides the key."""
    text = hidden(text, key)
    clean = "".join(char if char.isprintable() else " " for char in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def unreachable(endpoint: Endpoint, error: HubError, key: str | None = None) -> EndpointError:
    """The error for a connection that did not come to be; the key is not in it."""
    host, detail = endpoint.host, hidden(error.detail, key)
    causes = set(_causes(error))
    if isinstance(error, WrongAddressError):  # of a proxy; it says what to do
        return EndpointUnreachableError(error.what, action=error.action, detail=detail)
    if isinstance(error, InsecureConnectionError):
        return EndpointUnreachableError(
            error.what,
            data=tr("Nothing was sent."),
            action=tr(
                "If the server is yours and its certificate too, name the file of your authority "
                "in the environment variable SSL_CERT_FILE."
            ),
            detail=detail,
        )
    if ConnectionRefusedError in causes:
        what = tr("Nothing answers at {host}.", host=host)
    elif socket.gaierror in causes:
        what = tr("No computer named {host} is known.", host=host)
    elif isinstance(error, StalledError):
        what = tr("{host} does not answer.", host=host)
    else:
        what = tr("{host} cannot be reached.", host=host)
    return EndpointUnreachableError(what, detail=detail)


def _causes(error: BaseException) -> list[type]:
    found: list[type] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 10:
        found.append(type(cause))
        reason = getattr(cause, "reason", None)
        if isinstance(reason, BaseException):
            found.append(type(reason))
        cause = cause.__cause__ or cause.__context__
    return found
