"""Sees each call by which Python code of this process would reach another computer.

An audit hook (PEP 578) cannot be removed once it is there, and libraries cannot go round it with
Python's own sockets. It hears of most calls before a name is looked up; sockets are asked before
those of which it hears after that. It does not see what native code does: the engine, which is
native code, is kept from the network by the kernel (:mod:`app.system.isolation.confinement`).
"""

from __future__ import annotations

import functools
import socket
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeGuard

from app.domain.network.connections import Attempt
from app.domain.network.hosts import is_address, is_this_computer

_BY_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}  # (socket, address)
_BY_NAME = {"socket.getaddrinfo", "socket.gethostbyname"}  # (name, …)
# Whose name an address has is asked of a name server, also for most addresses of this computer.
_OF_ADDRESS = "socket.getnameinfo"  # (address)
_OF_HOST = "socket.gethostbyaddr"  # (name or number)
# What looks a name up below Python before its audit event comes, and where its address stands.
_LOOK_UP = {"connect": 0, "connect_ex": 0, "bind": 0, "sendto": -1, "sendmsg": 3}


class NetworkGuard:
    """Refuses what may not be, and tells of each attempt.

    Until :meth:`obey` says otherwise everything is refused: a command that never needs a network
    never has one. A process may talk with itself, as event loops on Windows do, and with sockets
    that are no network's; it may listen on this computer's loopback only, whatever the settings.
    """

    def __init__(self) -> None:
        self.installed = False
        self._refuses: Callable[[], bool] = lambda: True
        self._told: Callable[[Attempt], object] = lambda _attempt: None
        self._lock = threading.Lock()
        self._own: weakref.WeakSet[Any] = weakref.WeakSet()  # sockets that were given an address

    def install(self) -> None:
        """Watch this process until it ends."""
        judge = self.judge

        def hear(event: str, arguments: tuple[Any, ...]) -> None:  # called for every file opened
            if event.startswith("socket."):  # not shown
                judge(event, arguments)

        sys.addaudithook(hear)
        for name, place in _LOOK_UP.items():
            setattr(socket.socket, name, self._after_names(getattr(socket.socket, name), place))
        self.installed = True

    def obey(self, refuses: Callable[[], bool], told: Callable[[Attempt], object]) -> None:
        """From now on ask whether to refuse.

        Args:
            refuses: Whether connections may not be opened, asked at each attempt.
            told: Told of each attempt, on the thread that makes it.
        """
        self._refuses, self._told = refuses, told

    def judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Let a call pass or refuse it.

        Args:
            event: An audit event of :mod:`socket`.
            arguments: Its own.

        Raises:
            OfflineError: It would reach another computer, and may not.
            PermissionError: It would let other computers reach this one.
        """
        if event in _BY_ADDRESS:
            self._on_address(arguments[1])
        elif event in _BY_NAME:
            host = _text(arguments[0])
            if host and not is_this_computer(host):
                self._decide(host, _port(arguments[1:2]))
        elif event == _OF_HOST:
            self._decide(_text(arguments[0]), 0)
        elif event == _OF_ADDRESS and _is_network(arguments[0]):
            self._decide(_text(arguments[0][0]), _port(arguments[0][1:2]))
        elif event == "socket.bind":
            self._on_bind(*arguments[:2])

    def _after_names(self, call: Callable[..., Any], place: int) -> Callable[..., Any]:
        """A method of sockets that has the name in its address judged before it is looked up."""
        judge = self.judge

        @functools.wraps(call)
        def judged(sock: Any, *arguments: Any) -> Any:
            address = arguments[place] if -len(arguments) <= place < len(arguments) else None
            if _is_network(address):
                host = _text(address[0])
                if not is_address(host):
                    judge("socket.getaddrinfo", (host, *address[1:2]))  # not shown
            return call(sock, *arguments)

        return judged

    def _on_address(self, address: object) -> None:
        if not _is_network(address):
            return
        host, port = _text(address[0]), _port(address[1:2])
        if not ((not host or is_this_computer(host)) and self._listens(port)):
            self._decide(host, port)

    def _on_bind(self, sock: Any, address: object) -> None:
        if not _is_network(address):
            return
        host = _text(address[0])
        if not is_this_computer(host):
            told = f"Phial listens on this computer alone, not on {host!r}."  # not shown: a bug
            raise PermissionError(told)
        with self._lock:
            self._own.add(sock)

    def _listens(self, port: int) -> bool:
        """Whether this process itself listens there."""
        with self._lock:
            own = [one for one in self._own if one.fileno() >= 0]
        return any(one.getsockname()[1] == port for one in own)

    def _decide(self, host: str, port: int) -> None:
        refused = self._refuses()
        self._told(Attempt(host, port, refused))
        if refused:
            from app.domain.errors import OfflineError
            from app.language import tr

            raise OfflineError(
                tr("A part of Phial tried to connect to {host}, and was refused.", host=host)
            )


def _is_network(address: object) -> TypeGuard[tuple[Any, ...]]:
    """Whether an address names a host: those of other processes and of the kernel do not."""
    if not isinstance(address, tuple) or len(address) < 2:
        return False
    return isinstance(address[0], str | bytes | bytearray)


def _text(host: object) -> str:
    return (
        host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host or "")
    )


def _port(found: tuple[object, ...]) -> int:
    port = found[0] if found else 0
    text = _text(port)
    return int(text) if text.isascii() and text.isdigit() else 0
