"""The endpoints the user added: trying, adding, changing, removing, and what they offer."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.endpoints.endpoint import (
    Endpoint,
    EndpointGoneError,
    TriedEndpoint,
    endpoint_address,
    endpoint_id,
)
from app.domain.endpoints.source import EndpointSource, endpoint_source
from app.domain.errors import InvalidValueError, KnownError, LoadCancelledError, NotFoundError
from app.domain.model import EndpointModel
from app.engine.base import Cancel
from app.hub.api.token import TokenStore
from app.language import tr
from app.services.core.events import ModelPhase, ModelState

if TYPE_CHECKING:
    from app.remote.engine import EndpointEngine
    from app.store import EndpointStore

_log = logging.getLogger(__name__)


class EndpointKeys:
    """A key for each endpoint. Thread-safe; the keyring is asked when a key is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, TokenStore] = {}

    def key_of(self, endpoint: Endpoint) -> str | None:
        """Its key; None where it has none.

        Raises:
            InvalidValueError: What its variable holds is no key; nothing of it is in the message.
        """
        if endpoint.key_variable:
            key = key_in(endpoint.key_variable)
            return self._lent(endpoint.id, key, endpoint.key_variable) if key else None
        return self._store(endpoint.id).get()

    def checked(self, key: str) -> str:
        """A key that is tried before its endpoint is on the list, for the log to leave out.

        Raises:
            InvalidValueError: It is no key; nothing of it is in the message.
        """
        return self._lent("", key)

    def keep(self, endpoint_id: str, key: str) -> str:
        """Keep a key; returns one sentence that says where.

        Raises:
            InvalidValueError: It is no key; nothing of it is in the message.
        """
        return self._store(endpoint_id).set(key)

    def forget(self, endpoint_id: str) -> None:
        """Delete a key; no error where there is none.

        Raises:
            TokenKeptError: The keyring would not delete it.
        """
        self._store(endpoint_id).forget()

    def secrets(self) -> tuple[str, ...]:
        """Those that were asked for, for the log to leave out."""
        with self._lock:
            return tuple(key for store in self._kept.values() for key in store.secrets())

    def _lent(self, endpoint_id: str, key: str, variable: str = "") -> str:
        """A key that is kept in memory only, with blanks around it taken off."""
        key, store = key.strip(), self._store(endpoint_id)
        if key != store.cached:
            try:
                store.lend(key)
            except InvalidValueError as error:
                if not variable:
                    raise
                raise InvalidValueError(
                    tr("The environment variable {name} holds no key.", name=variable),
                    action=tr("A key is one word of letters, digits and signs."),
                ) from error
        return key

    def _store(self, endpoint_id: str) -> TokenStore:
        with self._lock:
            if endpoint_id not in self._kept:
                self._kept[endpoint_id] = TokenStore(f"endpoint-key {endpoint_id}")  # not shown
            return self._kept[endpoint_id]


def key_in(variable: str) -> str | None:
    """The key that an environment variable holds; None where it holds none."""
    return os.environ.get(variable, "").strip() or None


class EndpointService:
    """Everything about endpoints but asking them for answers.

    Args:
        store: The list.
        keys: Their keys.
        engine: Gives what reaches them and asks them for answers, made when it is first needed.
    """

    def __init__(
        self, store: EndpointStore, keys: EndpointKeys, engine: Callable[[], EndpointEngine]
    ) -> None:
        self._store = store
        self._keys = keys
        self._engine = engine

    def all(self) -> tuple[Endpoint, ...]:
        """Every endpoint, in the order in which they were added; none where the list is damaged."""
        try:
            return self._store.all()
        except KnownError as error:
            _log.warning("%s", error)
            return ()

    def find(self, named: str) -> Endpoint:
        """The endpoint of that id or name.

        Raises:
            NotFoundError: There is none.
        """
        known = self.all()
        wanted = named.casefold()
        for one in known:
            if wanted in {one.id.casefold(), one.name.casefold()}:
                return one
        raise NotFoundError(
            tr("There is no endpoint “{name}”.", name=named),
            action=tr("There is: {names}.", names=", ".join(one.id for one in known) or tr("none")),
        )

    def try_address(self, address: str, key: str, cancel: Cancel) -> TriedEndpoint:
        """Try an address that is not on the list. Blocks.

        Raises:
            InvalidValueError: It is no address.
            EndpointError: It cannot be reached, refuses, or is no server of the protocol.
            OfflineError: Offline is on.
            LoadCancelledError: ``cancel`` was set.
        """
        address = endpoint_address(address)
        unnamed = Endpoint("", "", address)
        return self._try(replace(unnamed, name=unnamed.host), cancel, key)

    def try_again(self, endpoint: Endpoint, cancel: Cancel) -> TriedEndpoint:
        """Try an endpoint of the list with its own key, and keep the names of its models. Blocks.

        Raises:
            As :meth:`try_address`.
        """
        tried = self._try(endpoint, cancel, "")
        names = tuple(one.id for one in tried.models)
        if names != endpoint.models:
            self._store.put(replace(endpoint, models=names))
        return tried

    def add(
        self,
        name: str,
        address: str,
        *,
        key: str = "",
        key_variable: str = "",
        models: Sequence[str] = (),
    ) -> tuple[Endpoint, str]:
        """Put an endpoint on the list.

        Args:
            name: For people; empty takes the address.
            address: As it was typed.
            key: Its key, which the keyring keeps; empty for none.
            key_variable: The environment variable that has it instead.
            models: Those it listed when it was tried.

        Returns:
            The endpoint, and a sentence on where its key is kept; empty where it has none.

        Raises:
            InvalidValueError: The address or the key is none.
            StoreError, DiskFullError, ReadOnlyStoreError: The list cannot be written.
        """
        address = endpoint_address(address)
        host = Endpoint("", "", address).host
        taken = {one.id for one in self.all()}
        name = " ".join(name.split()) or host
        endpoint = Endpoint(endpoint_id(name, taken), name, address, key_variable, tuple(models))
        told = self._keys.keep(endpoint.id, key) if key.strip() else ""
        self._store.put(endpoint)
        return endpoint, told

    def change(
        self,
        endpoint: Endpoint,
        *,
        name: str,
        address: str,
        key: str = "",
        models: Sequence[str] = (),
    ) -> str:
        """Call an endpoint otherwise, or give it another address or key; its id stays.

        A key is only ever sent to the address it was given for: with another address it is
        forgotten unless it is given anew.

        Returns:
            A sentence on where the key is kept; empty where it was not given.

        Raises:
            As :meth:`add`.
        """
        address = endpoint_address(address)
        changed = replace(
            endpoint,
            name=" ".join(name.split()) or endpoint.name,
            address=address,
            models=tuple(models),
        )
        moved = changed.address != endpoint.address
        if moved and not key.strip():
            self._keys.forget(endpoint.id)
            changed = replace(changed, key_variable="")
        told = ""
        if key.strip():
            told = self._keys.keep(endpoint.id, key)
            changed = replace(changed, key_variable="")
        self._store.put(changed)
        return told

    def remove(self, endpoint: Endpoint) -> None:
        """Take an endpoint off the list, and its key out of the keyring. Chats stay.

        Raises:
            NotFoundError: It is not on it.
            TokenKeptError: The keyring kept the key; the endpoint is off the list.
        """
        self._store.remove(endpoint.id)
        self._keys.forget(endpoint.id)

    # --- models -------------------------------------------------------------------------------

    def offered(self) -> list[EndpointModel]:
        """Every model of every endpoint, as it listed them last; nothing is asked."""
        return [_model(one, model) for one in self.all() for model in one.models]

    def model(self, source: EndpointSource) -> EndpointModel:
        """A model as the chip shows it.

        Raises:
            EndpointGoneError: Its endpoint is not on the list any more.
        """
        for endpoint in self.all():
            if endpoint.id == source.endpoint:
                return _model(endpoint, source.model)
        raise EndpointGoneError(
            tr("The endpoint “{id}” is not on the list any more.", id=source.endpoint)
        )

    def state(self, source: EndpointSource) -> ModelState:
        """A model that was chosen before; failed where its endpoint is not on the list any more."""
        try:
            return ModelState(ModelPhase.UNLOADED, self.model(source))
        except EndpointGoneError as error:
            gone = EndpointModel(source, source.endpoint, "")
            return ModelState(ModelPhase.FAILED, gone, error=error)

    def named(self, text: str) -> EndpointModel | None:
        """The model that ``ENDPOINT/MODEL`` means; None where no endpoint is called so.

        The name of an endpoint alone means its only model.

        Raises:
            InvalidValueError: It has several.
        """
        source = endpoint_source(text)
        wanted = (source.endpoint if source else text.strip("/")).casefold()
        for endpoint in self.all():
            if wanted not in {endpoint.id.casefold(), endpoint.name.casefold()}:
                continue
            if source is not None:
                return _model(endpoint, source.model)
            if len(endpoint.models) == 1:
                return _model(endpoint, endpoint.models[0])
            raise InvalidValueError(
                tr("{name} has several models, or has told none.", name=endpoint.name),
                data="",
                action=tr("Write it like {example}.", example=f"{endpoint.id}/MODEL"),
            )
        return None

    def _try(self, endpoint: Endpoint, cancel: Cancel, key: str) -> TriedEndpoint:
        from app.remote.probe import try_endpoint
        from app.remote.server_reply import CancelledError

        key = self._keys.checked(key) if key.strip() else ""
        server = self._engine().server(endpoint, key or None)
        try:
            return try_endpoint(server, cancel)
        except CancelledError as error:
            raise LoadCancelledError(tr("It was stopped.")) from error


def _model(endpoint: Endpoint, model: str) -> EndpointModel:
    return EndpointModel(
        EndpointSource(endpoint.id, model),
        endpoint.name,
        endpoint.host,
        endpoint.on_this_computer,
    )
