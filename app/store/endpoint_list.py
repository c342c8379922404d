"""The endpoints the user added: a small file beside the settings. No key is ever in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from app.domain.endpoints.endpoint import Endpoint, endpoint_address
from app.domain.errors import InvalidValueError, NotFoundError
from app.language import tr
from app.store.database.files import read_json, write_json
from app.store.kept_entries import kept_entries

_LIST = "endpoints"  # not shown
_TEXTS = ("id", "name", "address", "key_variable")
_FIELDS = (*_TEXTS, "models")


class EndpointStore:
    """Reads the list each time it is asked: the terminal may have changed it. Thread-safe.

    Args:
        path: A JSON file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def all(self) -> tuple[Endpoint, ...]:
        """Every endpoint, in the order in which they were added.

        Raises:
            StoreError: The file is there and cannot be read.
        """
        with self._lock:
            return self._read()

    def get(self, endpoint_id: str) -> Endpoint | None:
        """The endpoint of that id; None where there is none."""
        return next((one for one in self.all() if one.id == endpoint_id), None)

    def put(self, endpoint: Endpoint) -> None:
        """Add an endpoint, or keep what is said of it now.

        Raises:
            DiskFullError, ReadOnlyStoreError, StoreError: The list cannot be written.
        """
        with self._lock:
            known = {one.id: one for one in self._read()}
            self._write((known | {endpoint.id: endpoint}).values())

    def remove(self, endpoint_id: str) -> None:
        """Take an endpoint off the list.

        Raises:
            NotFoundError: It is not on it.
            DiskFullError, ReadOnlyStoreError, StoreError: The list cannot be written.
        """
        with self._lock:
            known = {one.id: one for one in self._read()}
            if known.pop(endpoint_id, None) is None:
                raise NotFoundError(tr("There is no endpoint “{id}”.", id=endpoint_id))
            self._write(known.values())

    def _read(self) -> tuple[Endpoint, ...]:
        listed = read_json(self._path)[0].get(_LIST)
        found = (_endpoint(one) for one in (listed if isinstance(listed, list) else []))
        return tuple(one for one in found if one is not None)

    def _write(self, endpoints: Iterable[Endpoint]) -> None:
        stored, _ = read_json(self._path)
        wanted = [asdict(one) for one in endpoints]
        stored[_LIST] = kept_entries(stored.get(_LIST), wanted, _FIELDS, _key)
        write_json(self._path, stored)


def _key(value: object) -> str | None:
    found = _endpoint(value)
    return None if found is None else found.id


def _endpoint(value: object) -> Endpoint | None:
    """An entry of the file, which may have been edited by hand; None where it cannot be used."""
    if not isinstance(value, dict):
        return None
    texts = {name: value.get(name, "") for name in _TEXTS}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["id"]:
        return None
    listed = value.get("models", [])
    listed = listed if isinstance(listed, list) else []
    models = tuple(one for one in listed if isinstance(one, str))
    try:
        texts["address"] = endpoint_address(texts["address"])
    except InvalidValueError:
        return None
    return Endpoint(**{**texts, "name": texts["name"] or texts["id"]}, models=models)
