"""The local channel on which a second start asks the first copy to come forward."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

TIMEOUT_MS = 2_000
_REQUEST = b"come forward\n"


class Activation(QObject):
    """Listens for second starts; ``asked`` is emitted for each."""

    asked = Signal()

    def __init__(self, channel: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        # We hold the instance lock, so a socket of that name was left by a copy that died.
        QLocalServer.removeServer(channel)
        self._server.listen(channel)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
            self.asked.emit()


def ask_to_come_forward(channel: str) -> bool:
    """Ask the running copy to raise its window; False when nobody answers."""
    socket = QLocalSocket()
    socket.connectToServer(channel)
    if not socket.waitForConnected(TIMEOUT_MS):
        return False
    socket.write(_REQUEST)
    socket.flush()
    if socket.state() is QLocalSocket.LocalSocketState.ConnectedState:
        socket.waitForDisconnected(TIMEOUT_MS)
    return True
