"""The socket: listens on loopback, in both of IP's versions, until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn

from app.domain.errors import KnownError
from app.language import tr
from app.serving.access import AccessRules, Gate, read_origins
from app.serving.answers import Answers
from app.serving.application import make_application
from app.serving.bounded import BoundedProtocol

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_LAST_SECONDS = 2  # for clients to read what they were sent, once it is over
_BACKLOG = 128
_TRIES = 20  # for a port that is free in both versions


class ServingError(KnownError):
    """Nothing can be listened to."""

    default_data = tr("Other programs cannot use the model.")
    default_action = tr("Choose another port in Settings, or end the program that uses this one.")


class Server:
    """Listens from :meth:`run` to :meth:`stop`; once.

    Args:
        answers: Who answers.
        port: Where; 0 is any that is free.
        origins: Pages that may ask, as the setting has them.
        key: Tells the key in force.

    Raises:
        RefusedError: ``origins`` are none.
    """

    def __init__(self, answers: Answers, port: int, origins: str, key: Callable[[], str]) -> None:
        self._answers = answers
        self._port = port
        self._origins = read_origins(origins)
        self._key = key
        self._stopped = False
        self._server: uvicorn.Server | None = None

    def run(self, ready: Callable[[int], None]) -> None:
        """Listen until :meth:`stop`.

        Args:
            ready: Called with the port once clients can come.

        Raises:
            ServingError: The port is in use, or may not be used, or the system lacks something.
        """
        with ExitStack() as sockets:
            listening = [sockets.enter_context(one) for one in listen(self._port)]
            port = listening[0].getsockname()[1]
            rules = AccessRules(self._key, self._origins, port)
            gate = Gate(make_application(self._answers), rules, self._answers.refuse)
            self._server = server = uvicorn.Server(_config(gate))
            server.should_exit = self._stopped
            try:
                asyncio.run(_serve(server, listening, lambda: ready(port)))
            except OSError as error:  # as where no more files may be opened
                raise ServingError(
                    tr("The system does not let Phial serve other programs."),
                    action=tr("Switch it off and on again."),
                    detail=str(error),
                ) from error

    def stop(self) -> None:
        """Listen no more. From any thread; the answers under way must be stopped too."""
        self._stopped = True
        if self._server is not None:
            self._server.should_exit = True


async def _serve(
    server: uvicorn.Server, listening: list[socket.socket], ready: Callable[[], None]
) -> None:
    """Serve, and let nobody stay who does not read."""
    asyncio.get_running_loop().call_soon(ready)
    await server.serve(listening)
    for connection in tuple(server.server_state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)  # for what the aborted ones have to say


def _config(app: Gate) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )


def listen(port: int) -> list[socket.socket]:
    """Sockets bound to a port of loopback, in each version of IP that this computer has.

    In both, since "localhost" may mean either: in the other one a stranger could wait for the key.

    Raises:
        ServingError: It is in use, or may not be used.
    """
    tries = 1 if port else _TRIES
    for left in reversed(range(tries)):
        with ExitStack() as undo:
            found: list[socket.socket] = []
            try:
                for family, host in LOOPBACK:
                    one = _bind(family, host, found[0].getsockname()[1] if found else port)
                    if one is not None:
                        found.append(undo.enter_context(one))
            except OSError as error:
                if left:
                    continue
                raise _no_port(port, error) from error
            if found:
                undo.pop_all()
                return found
    raise ServingError(tr("This computer has no loopback to listen on."), action="")


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket | None:
    """A socket on one address; None where this computer has no such address."""
    try:
        # Its protocol is named: asyncio sends small pieces at once (TCP_NODELAY) only then.
        one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError:  # a computer without that version
        return None
    with ExitStack() as undo:
        undo.enter_context(one)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # else others could listen in on Windows
            one.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:  # a port that was left a moment ago is free
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            one.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                return None
            raise
        one.listen(_BACKLOG)
        undo.pop_all()
    return one


def _no_port(port: int, error: OSError) -> ServingError:
    if error.errno in {errno.EACCES, errno.EPERM}:
        told = tr("Port {port} may not be used by Phial.", port=str(port))
    else:
        told = tr("Port {port} is in use by another program.", port=str(port))
    return ServingError(told, detail=str(error))
