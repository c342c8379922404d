"""Adding or changing an endpoint: address and key, tried before it is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.endpoints.endpoint import Endpoint, TriedEndpoint, endpoint_address
from app.domain.errors import KnownError
from app.language import tr
from app.services.models.endpoints import EndpointService
from app.ui.core.operations import Operation, Operations
from app.ui.style.dialogs import Dialog, confirm, push_button, text_label
from app.ui.style.text_fields import LineField

_ABOUT = tr(
    "A server that speaks the protocol of /v1/chat/completions, such as llama-server, vLLM or "
    "Ollama. A chat that uses it is sent there; no other chat is."
)


class EndpointDialog(Dialog):
    """Asks for an endpoint, tries it, and puts it on the list.

    Args:
        parent: The window.
        service: The list.
        operations: For asking the server.
        endpoint: The one to change; None adds one.

    Signals:
        kept: It is on the list, as it is now.
    """

    kept = Signal()

    def __init__(
        self,
        parent: QWidget,
        service: EndpointService,
        operations: Operations,
        endpoint: Endpoint | None = None,
    ) -> None:
        title = tr("Change endpoint") if endpoint is not None else tr("Add endpoint")
        super().__init__(parent, title, 520)
        self._service, self._operations, self._endpoint = service, operations, endpoint
        self._task: Operation | None = None
        self.column.addWidget(text_label(_ABOUT, "muted"))
        self._address = self._field(tr("Address"), endpoint.address if endpoint else "")
        self._address.setPlaceholderText("http://localhost:8080")  # not shown: an address
        self._name = self._field(tr("Name"), endpoint.name if endpoint else "")
        self._key = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._label(tr("Key, where it wants one; the system's keyring keeps it"), self._key)
        self._answer = text_label("", "error")
        self._answer.hide()
        self.column.addWidget(self._answer)
        self._go = push_button(tr("Try and keep"), "accent")
        cancel = push_button(tr("Cancel"))
        self._go.clicked.connect(self._try)
        cancel.clicked.connect(self.reject)
        self.add_buttons(self._go, cancel, default=self._go)
        self._address.setFocus()

    def _field(self, label: str, text: str) -> LineField:
        field = LineField()
        field.setText(text)
        self._label(label, field)
        return field

    def _label(self, label: str, field: QLineEdit) -> None:
        field.setAccessibleName(label)
        self.column.addWidget(text_label(label, "small"))
        self.column.addWidget(field)

    def _try(self) -> None:
        try:
            address = endpoint_address(self._address.finished_text())
        except KnownError as error:
            self._refuse(error)
            return
        at = Endpoint("", "", address)
        if at.unencrypted and not confirm(
            self,
            tr("Not encrypted"),
            tr("Everybody on the way to {host} can read what you send.", host=at.host),
            tr("That is so with http beyond this computer; the key can be read too."),
            tr("Use it all the same"),
        ):
            return
        self._say(tr("Asking {host}…", host=at.host), "muted")
        self._set_asking(asking=True)
        service, key, endpoint = self._service, self._key.text(), self._endpoint
        name = self._name.finished_text()
        known = endpoint is not None and endpoint.address == address and not key.strip()

        def ask(task: Operation) -> TriedEndpoint:
            if known and endpoint is not None:
                return service.try_again(endpoint, task.cancel)
            return service.try_address(address, key, task.cancel)

        def keep(tried: TriedEndpoint) -> None:
            if not task.cancel.is_set():  # given up between its answer and this
                self._keep(tried, name, address, key)

        task = self._task = self._operations.run(self, ask, keep, self._refuse)

    def _set_asking(self, *, asking: bool) -> None:
        """What is asked about is what is kept: it cannot be changed meanwhile."""
        for field in (self._address, self._name, self._key):
            field.setReadOnly(asking)
        self._go.setEnabled(not asking)

    def _keep(self, tried: TriedEndpoint, name: str, address: str, key: str) -> None:
        models = tuple(model.id for model in tried.models)
        try:
            if self._endpoint is None:
                self._service.add(name, address, key=key, models=models)
            else:
                self._service.change(
                    self._endpoint, name=name, address=address, key=key, models=models
                )
        except KnownError as error:
            self._refuse(error)
            return
        self.kept.emit()
        self.accept()

    def _refuse(self, error: KnownError) -> None:
        self._set_asking(asking=False)
        self._say(str(error), "error")

    def _say(self, text: str, role: str) -> None:
        self._answer.setText(text)
        self._answer.setProperty("role", role)
        self._answer.show()
        self.adjustSize()

    def reject(self) -> None:
        """Esc and Cancel stop asking."""
        if self._task is not None:
            self._task.cancel.set()
        super().reject()
