"""The local channel on which a second start asks the first copy to come forward and open files."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

TIMEOUT_MS = 2_000
_log = logging.getLogger(__name__)
_MAX_REQUEST = 2**20  # bytes; more is not a list of files


class SingleInstanceServer(QObject):
    """Listens for second starts; ``activation_requested`` is emitted for each, with its files."""

    activation_requested = Signal(list)

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
            files = _files(bytes(socket.readLine(_MAX_REQUEST).data())) if asked else []
            socket.readyRead.disconnect(self._read)
            socket.disconnected.disconnect(self._read)
            socket.disconnectFromServer()
            socket.deleteLater()
            if asked:
                self.activation_requested.emit(files)


def _files(line: bytes) -> list[str]:
    """The paths in a request; what is no request holds none."""
    try:
        named = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def request_activation(channel: str, files: Sequence[str] = ()) -> bool:
    """Ask the running copy to raise its window and open files; False when nobody answers.

    Args:
        channel: Of the running copy.
        files: Absolute paths.
    """
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(channel)
    if not socket.waitForConnected(TIMEOUT_MS):
        return False
    socket.write(json.dumps(list(files)).encode("ascii") + b"\n")
    socket.flush()
    if socket.state() is QLocalSocket.LocalSocketState.ConnectedState:
        socket.waitForDisconnected(TIMEOUT_MS)
    return True
