"""One server: what it is asked, with its key, and its refusals as typed errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import app
from app.domain.endpoints.endpoint import (
    Endpoint,
    EndpointAnswerError,
    EndpointUnreachableError,
)
from app.domain.errors import HubError, KnownError, OfflineError
from app.domain.network.secrets import hidden
from app.language import tr
from app.network.connector import Connector
from app.network.reasons import answering, trying
from app.remote.refusals import refusal, shown, unreachable
from app.remote.server_reply import (
    BrokenOffError,
    CancelledError,
    Flag,
    ReplyHead,
    ServerReply,
    WentOfflineError,
    WronglyPackedError,
)

JSON = "application/json"
MOST_JSON = 8 * 2**20  # bytes of an answer to a question
MOST_REFUSAL = 64 * 1024
ASK_SECONDS = 30.0  # for a server that is asked something short
ANSWER_SECONDS = 900.0  # a long chat on a slow server: nothing comes before it is read
_AGENT = f"phial/{app.__version__}"


class NotThereError(Exception):
    """The server knows no such address: it is another kind of server."""


class _Until:
    """A flag that is also set once a time is over.

    Args:
        cancel: The flag it goes by until then.
        seconds: From now on.
    """

    def __init__(self, cancel: Flag, seconds: float) -> None:
        self._cancel, self._end = cancel, time.monotonic() + seconds

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._cancel.is_set() or time.monotonic() >= self._end


class EndpointServer:
    """Asks one server.

    Args:
        endpoint: Its address.
        key: Sent to it and to nobody else; None sends none.
        connector: Opens connections, behind the gate.
    """

    def __init__(self, endpoint: Endpoint, key: str | None, connector: Connector) -> None:
        self.endpoint = endpoint
        self._key = key
        self._connector = connector

    def ask(
        self,
        url: str,
        cancel: Flag,
        body: Mapping[str, object] | None = None,
        seconds: float = ASK_SECONDS,
    ) -> Any:
        """Ask something short, and give what its JSON says.

        Args:
            url: At this server.
            cancel: Ends the waiting.
            body: What is posted; None gets.
            seconds: In which the whole answer must have come.

        Raises:
            NotThereError: It has no such address.
            CancelledError: ``cancel`` was set.
            EndpointError: It cannot be reached, refuses, or answers no JSON.
            OfflineError: Offline is on.
        """
        reason, until = trying(self.endpoint.name), _Until(cancel, seconds)
        try:
            # It is the time in all that counts, not the silence between two bytes.
            with self._open(url, until, body, 2 * seconds, reason) as (head, reply):
                data = reply.body(MOST_JSON)
        except CancelledError:
            if cancel.is_set():
                raise
            raise EndpointUnreachableError(
                tr("{host} does not answer.", host=self.endpoint.host)
            ) from None
        except BrokenOffError as error:
            raise self._ended(error) from error
        if head.status in {404, 405, 501}:
            raise NotThereError(url)
        self.check(head, data)
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self.no_answer(head.kind) from error

    @contextmanager
    def stream(
        self, body: Mapping[str, object], cancel: Flag
    ) -> Iterator[tuple[ReplyHead, ServerReply]]:
        """Ask for an answer; the reply's status is not looked at yet.

        Raises:
            CancelledError: ``cancel`` was set.
            EndpointError: The server cannot be reached.
            OfflineError: Offline is on.
        """
        url = f"{self.endpoint.address}/chat/completions"
        reason = answering(self.endpoint.name)
        with self._open(url, cancel, body, ANSWER_SECONDS, reason) as opened:
            yield opened

    def check(self, head: ReplyHead, data: bytes) -> None:
        """See that a reply is no refusal.

        Raises:
            EndpointError: It is one; which.
        """
        if not 200 <= head.status < 300:
            raise refusal(self.endpoint, head.status, head.headers, data, self._key)

    def no_answer(self, kind: str) -> EndpointAnswerError:
        """The error for a reply of another content type, or of none that can be read."""
        name = self.endpoint.name
        if kind in {"text/html", "application/xhtml+xml"}:
            return EndpointAnswerError(tr("{name} answers with a web page.", name=name))
        return EndpointAnswerError(
            tr("What {name} answers cannot be read.", name=name), detail=kind
        )

    @property
    def key(self) -> str | None:
        """What must not be told."""
        return self._key

    @contextmanager
    def _open(
        self,
        url: str,
        cancel: Flag,
        body: Mapping[str, object] | None,
        patience: float,
        reason: str,
    ) -> Iterator[tuple[ReplyHead, ServerReply]]:
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"User-Agent": _AGENT, "Accept": f"text/event-stream, {JSON}"}  # not shown
        if data is not None:
            headers["Content-Type"] = JSON
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"  # not shown
        connect = partial(self._connector.open, url, headers, body=data, reason=reason)
        try:
            with ServerReply(connect, cancel, patience, self._connector.on_offline) as reply:
                yield self._head(reply), reply
        except WentOfflineError:
            raise OfflineError(
                tr(
                    "Offline was switched on, so Phial ended the connection to {name}.",
                    name=self.endpoint.name,
                ),
                data=tr("Your message is kept."),
            ) from None

    def _head(self, reply: ServerReply) -> ReplyHead:
        try:
            head = reply.head()
        except OfflineError:
            raise
        except HubError as error:
            raise unreachable(self.endpoint, error, self._key) from error
        except BrokenOffError as error:
            raise self._ended(error) from error
        if head.packed and 200 <= head.status < 300:  # of a refusal the status says enough
            raise self._packed(head.packed)
        return head

    def _packed(self, how: str) -> EndpointAnswerError:
        """The error for a reply in a form that nobody asked for."""
        return EndpointAnswerError(
            tr(
                "{name} sends its answers compressed in a way that Phial does not read ({how}).",
                name=self.endpoint.name,
                how=shown(how, self._key),
            ),
            action=tr("Switch that off in the server, or in the proxy before it, then ask again."),
        )

    def wrongly_packed(self, error: WronglyPackedError) -> EndpointAnswerError:
        """The error for a reply that says it is compressed and is not, or not wholly."""
        return EndpointAnswerError(
            tr("What {name} sends is compressed and cannot be unpacked.", name=self.endpoint.name),
            action=tr("Switch that off in the server, or in the proxy before it, then ask again."),
            detail=hidden(str(error), self._key),
        )

    def _ended(self, error: BrokenOffError) -> KnownError:
        if isinstance(error, WronglyPackedError):
            return self.wrongly_packed(error)
        return EndpointUnreachableError(
            tr("{host} ended the connection.", host=self.endpoint.host),
            detail=hidden(str(error), self._key),
        )
