"""What a server's reply means: a piece of the wanted file, or a typed error. Opens nothing."""

from __future__ import annotations

import http
import http.client
import re
from dataclasses import dataclass

from app.domain.download import (
    AccessError,
    BusyServerError,
    InterceptedError,
    MissingRemoteError,
    NetworkError,
    ServerAnswerError,
    WrongRangeError,
)
from app.domain.errors import HubError
from app.language import tr
from app.network.replies import retry_after

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_PAGES = {"text/html", "application/xhtml+xml"}
_UNSATISFIED = re.compile(r"bytes \*/(\d+)")


class SignedAddressExpiredError(NetworkError):
    """The storage host no longer accepts the signed address; the hub gives out a fresh one."""


class RangeRefusedError(HubError):
    """416: the server has no bytes from there on.

    Attributes:
        size: The size it says the file has; None where it does not.
    """

    def __init__(self, what: str, size: int | None) -> None:
        super().__init__(what)
        self.size = size

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.what, self.size))


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The head of a reply that carries bytes of the file.

    Attributes:
        start: Position in the file of the first byte that will be read.
        size: Bytes of the whole file; None where the server does not say.
        etag: Strong entity tag of the final host, with its quotes; empty where there is none.
        linked_etag: What the hub itself says about the file (its SHA-256); empty where unknown.
    """

    start: int
    size: int | None
    etag: str
    linked_etag: str


def header(response: http.client.HTTPResponse, name: str) -> str:
    """A header's value; empty where it is missing."""
    return response.getheader(name) or ""


def parse_response(
    response: http.client.HTTPResponse, start: int, *, at_home: bool, linked_etag: str
) -> HttpResponse:
    """Read the head of a reply to a request for the bytes from ``start`` on.

    Args:
        response: The reply; it is no redirect.
        start: First byte that was asked for.
        at_home: Whether it comes from the hub itself, and not from a storage host.
        linked_etag: What the hub said of the file on the way.

    Raises:
        HubError: It carries no bytes that are wanted; the type says why.
    """
    status = response.status
    if page := intercepted(status, header(response, "Content-Type")):
        raise page
    etag = header(response, "ETag")
    if etag.startswith("W/"):
        etag = ""  # a weak tag may not guard a range: RFC 9110, 13.1.5
    if status == http.HTTPStatus.OK:
        if header(response, "Content-Encoding") not in {"", "identity"}:
            raise ServerAnswerError(
                tr("The server sent the file in a form that was not asked for.")
            )
        length = header(response, "Content-Length")
        known = length.isascii() and length.isdigit() and len(length) < 20
        return HttpResponse(0, int(length) if known else None, etag, linked_etag)
    if status == http.HTTPStatus.PARTIAL_CONTENT:
        found = _CONTENT_RANGE.fullmatch(header(response, "Content-Range").strip())
        if not found or int(found[1]) != start:
            raise WrongRangeError(tr("The server sent another range than the one asked for."))
        size = None if found[3] == "*" else int(found[3])
        return HttpResponse(start, size, etag, linked_etag)
    raise _failure(response, at_home=at_home)


def _failure(response: http.client.HTTPResponse, *, at_home: bool) -> HubError:
    status, code = response.status, header(response, "X-Error-Code")
    detail = f"HTTP {status} {response.reason} {code}".strip()  # not shown: for the log
    if status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        found = _UNSATISFIED.fullmatch(header(response, "Content-Range").strip())
        return RangeRefusedError(
            tr("The server has no more bytes."), int(found[1]) if found else None
        )
    kind = header(response, "Content-Type")
    if not at_home and status in {401, 403} and (page := intercepted(http.HTTPStatus.OK, kind)):
        return page  # storage hosts refuse in XML; a proxy that forbids them, with a page
    if not at_home and status in {400, 401, 403, 404, 410}:
        return SignedAddressExpiredError(tr("The address of the file has expired."), detail=detail)
    if code == "GatedRepo":
        return AccessError(
            tr("This repository is gated: its owner decides who may."), detail=detail
        )
    if status in {401, 403}:
        return AccessError(tr("The server refuses access to this file."), detail=detail)
    if status in {404, 410}:
        return MissingRemoteError(tr("The server has no such file."), detail=detail)
    if busy := busy_error(status, header(response, "Retry-After"), detail, hub=False):
        return busy
    return ServerAnswerError(
        tr("The server gave an answer that was not expected (HTTP {status}).", status=str(status))
    )


def intercepted(status: int, kind: str) -> InterceptedError | None:
    """The error for a reply that is no hub's: a page to be read, in place of a file or of data.

    Only what answers as if all were well is one: a hub's own refusals may be pages as well.

    Args:
        status: Of the reply.
        kind: Its ``Content-Type``.
    """
    if status == http.HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:  # RFC 6585, 6
        return InterceptedError(
            tr("This network wants you to log in before it lets anything through.")
        )
    if status == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return InterceptedError(
            tr("The proxy on the way asks for a name and a password."),
            action=tr("Add them to the proxy's address (http://name:password@host) and try again."),
        )
    if status < 300 and kind.partition(";")[0].strip().lower() in _PAGES:
        return InterceptedError(
            tr(
                "A web page came in place of what was asked for: the login page of a network, or a "
                "proxy's."
            )
        )
    return None


def busy_error(status: int, wait: str, detail: str, *, hub: bool) -> BusyServerError | None:
    """The error for a status that will pass by itself; None where it will not.

    Args:
        status: Of the reply.
        wait: Its ``Retry-After`` header, or an empty string.
        detail: For the log.
        hub: Whether the hub itself was asked, and not a server that has its files.
    """
    if status not in {408, 425, 429} and status < 500:
        return None
    code = str(status)
    too_often = (
        tr("The hub says that we ask too often.")
        if hub
        else tr("The server says that we ask too often.")
    )
    problem = (
        tr("The hub has a problem (HTTP {status}).", status=code)
        if hub
        else tr("The server has a problem (HTTP {status}).", status=code)
    )
    return BusyServerError(
        too_often if status == 429 else problem, detail=detail, retry_after=retry_after(wait)
    )
