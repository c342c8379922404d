"""The page of endpoints: servers the user added, and their models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt

from app.domain.endpoints.endpoint import Endpoint
from app.domain.endpoints.source import EndpointSource
from app.domain.errors import KnownError
from app.domain.model import EndpointModel
from app.language import tr, trn
from app.services.models.endpoints import EndpointService
from app.services.models.model_service import ModelService
from app.ui.core.operations import Operations
from app.ui.models.cards.model_cards import Card
from app.ui.models.endpoint_dialog import EndpointDialog
from app.ui.style.dialogs import confirm, push_button, text_label
from app.ui.style.scrolling_page import CardPage

_SHOWN = 30  # models of an endpoint


class EndpointsPage(CardPage):
    """A card for each endpoint, and below it one for each of its models.

    Args:
        service: The list.
        models: Which one is in use.
        operations: For asking servers.
        choose: Uses a model from the next answer on.
    """

    def __init__(
        self,
        service: EndpointService,
        models: ModelService,
        operations: Operations,
        choose: Callable[[EndpointModel], object],
    ) -> None:
        super().__init__()
        self._service, self._models, self._operations = service, models, operations
        self._choose = choose
        self.refresh()

    def refresh(self) -> None:
        """Show anew what is on the list; nothing is asked."""
        self.clear()
        endpoints = self._service.all()
        if not endpoints:
            self.add(text_label(tr("There is no endpoint."), "muted"))
        for endpoint in endpoints:
            self.add(self._card(endpoint))
            for model in endpoint.models[:_SHOWN]:
                self.add(self._model_card(endpoint, model))
        add = push_button(tr("Add endpoint…"))
        add.setAutoDefault(False)
        add.clicked.connect(lambda _checked: self.add_endpoint())
        self.column.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        self.end()

    def add_endpoint(self) -> None:
        """Ask for another one."""
        self._open(None)

    def _card(self, endpoint: Endpoint) -> Card:
        card = Card(endpoint.name)
        card.add_line(endpoint.address)
        count = len(endpoint.models)
        card.add_line(trn("{n} model", "{n} models", count), "small")
        card.add_button(tr("Change…"), partial(self._open, endpoint))
        card.add_button(tr("Remove…"), partial(self._remove, endpoint))
        return card

    def _model_card(self, endpoint: Endpoint, name: str) -> Card:
        model = self._service.model(EndpointSource(endpoint.id, name))
        used = self._models.state.model
        card = Card(name)
        if used is not None and used.source == model.source:
            card.add_line(tr("In use."), "")
        else:
            card.add_button(tr("Use"), partial(self._use, model))
        return card

    def _use(self, model: EndpointModel) -> None:
        self._choose(model)
        self.refresh()

    def _open(self, endpoint: Endpoint | None) -> None:
        dialog = EndpointDialog(self.window(), self._service, self._operations, endpoint)
        dialog.kept.connect(self.refresh)
        dialog.open()

    def _remove(self, endpoint: Endpoint) -> None:
        if not confirm(
            self,
            tr("Remove endpoint?"),
            tr("Remove {name}?", name=endpoint.name),
            tr("Its key is forgotten. Chats stay; those that use it cannot go on there."),
            tr("Remove"),
        ):
            return
        try:
            self._service.remove(endpoint)
        except KnownError as error:
            self.refresh()
            self.add(text_label(str(error), "error"))
            return
        self.refresh()
