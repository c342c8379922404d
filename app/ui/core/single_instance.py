"""The local channel on which a second start asks the first copy for something.

A request is a line of JSON: a list of files to open, or an object with ``files``, ``quick`` (open
the quick question) and ``token`` (what a Wayland desktop gave the second start, without which it
lets no window come forward). A copy that knows less comes forward.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

TIMEOUT_MS = 2_000
_log = logging.getLogger(__name__)
_MAX_REQUEST = 2**20  # bytes; more is not a list of files
_ACTIVATION = "XDG_ACTIVATION_TOKEN"  # not shown: Qt takes it from there for the next window


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What a second start asks for.

    Attributes:
        files: Absolute paths to open.
        quick: Whether the quick question is wanted, not the window.
        token: Of the desktop, with which a window may come forward.
    """

    files: tuple[str, ...] = ()
    quick: bool = False
    token: str = ""


class SingleInstanceServer(QObject):
    """Listens for second starts.

    Signals:
        activation_requested: (files) The window is to come forward and to open these.
        quick_requested: The quick question is to be opened.
    """

    activation_requested = Signal(list)
    quick_requested = Signal()

    def __init__(self, channel: str, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer

        super().__init__(parent)
        self._asking: list[QLocalSocket] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        # We hold the instance lock, so a socket of that name was left by a copy that died.
        QLocalServer.removeServer(channel)
        if not self._server.listen(channel):
            _log.warning("A second start will not be heard: %s", self._server.errorString())

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _on_connection(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            self._asking.append(socket)
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(self._read)
        self._read()

    def _read(self) -> None:
        """Answer whoever has asked, and let go of whoever has left."""
        from PySide6.QtNetwork import QLocalSocket

        for socket in tuple(self._asking):
            asked = socket.canReadLine()
            gone = socket.state() is QLocalSocket.LocalSocketState.UnconnectedState
            if not asked and not gone and socket.bytesAvailable() < _MAX_REQUEST:
                continue
            self._asking.remove(socket)
            line = bytes(socket.readLine(_MAX_REQUEST).data()) if asked else b""
            socket.readyRead.disconnect(self._read)
            socket.disconnected.disconnect(self._read)
            socket.disconnectFromServer()
            socket.deleteLater()
            if asked:
                self._obey(read_request(line))

    def _obey(self, request: StartRequest) -> None:
        if request.token:
            os.environ[_ACTIVATION] = request.token
        if request.files or not request.quick:
            self.activation_requested.emit(list(request.files))
        if request.quick:
            self.quick_requested.emit()


def read_request(line: bytes) -> StartRequest:
    """What a second start asks for; what is no request asks for nothing but the window."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return StartRequest()
    asked = read if isinstance(read, dict) else {"files": read}
    named, token = asked.get("files"), asked.get("token")
    files = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    return StartRequest(
        tuple(files), asked.get("quick") is True, token if isinstance(token, str) else ""
    )


def request_activation(channel: str, files: Sequence[str] = (), *, quick: bool = False) -> bool:
    """Ask the running copy to raise a window of its own; False when nobody answers.

    Args:
        channel: Of the running copy.
        files: Absolute paths to open.
        quick: Whether the quick question is wanted.
    """
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(channel)
    if not socket.waitForConnected(TIMEOUT_MS):
        return False
    request = asdict(StartRequest(tuple(files), quick, os.environ.get(_ACTIVATION, "")))
    socket.write(json.dumps(request).encode("ascii") + b"\n")
    socket.flush()
    if socket.state() is QLocalSocket.LocalSocketState.ConnectedState:
        socket.waitForDisconnected(TIMEOUT_MS)
    return True
