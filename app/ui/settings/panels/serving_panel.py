"""What other programs need to use the model: the address, and the key that they must show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from app.domain.errors import KnownError
from app.domain.network.serving import ServingState
from app.language import tr
from app.services.serving.serving_service import ServingService
from app.ui.style.dialogs import push_button
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel, announce

_DOTS = "•" * 24


class ServingPanel(QFrame):
    """Where the model is served, with buttons for address and key.

    Args:
        serving: Serves it.
        show_requests: Opens the list of requests.
    """

    def __init__(self, serving: ServingService, show_requests: Callable[[], object]) -> None:
        super().__init__()
        self._serving = serving
        self._line = StyledLabel("", "muted")
        self._key = QLineEdit(_DOTS, readOnly=True)
        self._key.setAccessibleName(tr("Key for other programs"))
        self._reveal = push_button(tr("Show key"))
        self._reveal.clicked.connect(self._on_reveal)
        copy, renew = push_button(tr("Copy key")), push_button(tr("New key"))
        address, requests = push_button(tr("Copy address")), push_button(tr("Who asked…"))
        copy.clicked.connect(self._on_copy)
        renew.clicked.connect(self._on_renew)
        address.clicked.connect(self._on_address)
        requests.clicked.connect(lambda _checked: show_requests())
        self._address = address
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE // 2, 0, SPACE // 2)
        column.setSpacing(SPACE)
        column.addWidget(self._line)
        column.addWidget(StackingRow(address, requests))
        column.addWidget(self._key)
        column.addWidget(StackingRow(self._reveal, copy, renew))
        for button in (self._reveal, copy, renew, address, requests):
            button.setAutoDefault(False)
        self._told = StyledLabel("", "small")
        self._told.hide()
        column.addWidget(self._told)
        self.show_state(serving.state)

    def show_state(self, state: ServingState) -> None:
        """Say whether other programs are listened to."""
        self._line.setText(state.told)
        self._address.setEnabled(state.on)

    def _on_reveal(self) -> None:
        if self._key.text() == _DOTS:
            self._with_key(self._key.setText, self._serving.key_file.key)
            self._reveal.setText(tr("Hide key"))
        else:
            self._key.setText(_DOTS)
            self._reveal.setText(tr("Show key"))

    def _on_copy(self) -> None:
        self._with_key(_to_clipboard, self._serving.key_file.key, tr("The key is copied."))

    def _on_renew(self) -> None:
        told = tr("There is a new key. Programs with the old one are let in no more.")
        self._with_key(self._show_again, self._serving.key_file.renew, told)

    def _on_address(self) -> None:
        _to_clipboard(self._serving.state.address)
        self._say(tr("The address is copied."))

    def _show_again(self, key: str) -> None:
        if self._key.text() != _DOTS:
            self._key.setText(key)

    def _with_key(
        self, act: Callable[[str], object], read: Callable[[], str], told: str = ""
    ) -> None:
        try:
            key = read()
        except KnownError as error:
            self._say(str(error))
            return
        act(key)
        if told:
            self._say(told)

    def _say(self, text: str) -> None:
        self._told.setText(text)
        self._told.show()
        announce(self._told, text)


def _to_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
