"""Downloads of models: the queue, and searching the Hub.

The network is touched only from here, only by what the user asked for, and never while the Offline
switch is on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.domain.catalog import Catalog, CatalogEmbedding
from app.domain.download import (
    DownloadItem,
    DownloadState,
    ModelCard,
    RemoteModel,
    Repository,
    RepositoryHit,
)
from app.domain.errors import KnownError, ModelFileError, NotFoundError
from app.domain.gguf.model_kind import finds_by_meaning
from app.domain.model import DEMO, ModelFile
from app.language import tr
from app.network.gate import NetworkGate
from app.network.reasons import fetching
from app.services.core.events import (
    DownloadChanged,
    ErrorReported,
    EventBus,
)
from app.services.core.hub_questions import GiveUp, Questions
from app.services.core.settings import SettingsService
from app.services.models.model_files import model_file
from app.services.models.model_service import ModelService
from app.system.reserve import reserve_space

if TYPE_CHECKING:
    from app.hub.api.client import HubClient
    from app.hub.api.token import TokenStore
    from app.hub.local.installed_models import InstalledModels as ModelShelf
    from app.hub.queue.download_queue import DownloadQueue

MEGABYTE = 1_000_000
OnFailed = Callable[[KnownError], None]


class DownloadService:
    """Everything about model files that are not here yet.

    Args:
        catalog: Models known by name.
        shelf: Models on this computer.
        models: Models that arrived are given to it.
        settings: The Offline switch and the bandwidth limit.
        bus: Every step is published here.
        tokens: The access token for gated models.
        gate: Asked for each connection.
        folder: Where models go.
        state: The file that remembers the queue.
        endpoint: The hub's address; None reads ``HF_ENDPOINT``.
        arrived: Given a model that came while none but the demo was in use; None chooses it.
    """

    def __init__(
        self,
        catalog: Catalog,
        shelf: ModelShelf,
        models: ModelService,
        settings: SettingsService,
        bus: EventBus,
        tokens: TokenStore,
        *,
        gate: NetworkGate,
        folder: Path,
        state: Path,
        endpoint: str | None = None,
        arrived: Callable[[ModelFile], object] | None = None,
    ) -> None:
        self._arrived = arrived or models.choose
        self.catalog = catalog
        self._installed = shelf
        self._settings = settings
        self._bus = bus
        self._folder = folder
        self._gate = gate
        self._token = tokens
        self._hub = endpoint
        self._state = state
        self._making = threading.RLock()
        self._client: HubClient | None = None
        self._made: DownloadQueue | None = None
        self._questions = Questions()

    # --- the queue ----------------------------------------------------------------------

    def items(self) -> tuple[DownloadItem, ...]:
        """Every download, in the order they were asked for."""
        if self._made is None and not self._state.exists():
            return ()
        return self._queue.items()

    def start(
        self, repository: str, files: tuple[str, ...], revision: str | None = None
    ) -> DownloadItem:
        """Ask for a model's files; one that is in the queue goes on.

        Raises:
            OfflineError: The Offline switch is on.
            HubError: A name that must not reach a disk.
        """
        from app.hub.api.file_names import shown

        self.client.check(fetching(", ".join(shown(file) for file in files)))
        return self._queue.add(repository, files, revision)

    def find(self, repository: str, file: str = "", quantization: str = "") -> RemoteModel:
        """The model of a repository that is meant. Blocks: the hub is asked for its files.

        Args:
            repository: "owner/name".
            file: Its name or path, or those of a part; empty where it is not said.
            quantization: Such as "Q4_K_M"; empty where it is not said. Without both the repository
                must hold one model.

        Raises:
            MissingRemoteError: There is none, or not one alone; says which there are.
            HubError: The hub cannot be asked.
        """
        from app.hub.api.choice import by_file, by_quantization, only_one

        listed = self.client.repository(repository)
        if file:
            return by_file(listed, file)
        return by_quantization(listed, quantization) if quantization else only_one(listed)

    def start_named(self, family: str, quantization: str) -> DownloadItem:
        """Ask for a file of the catalogue, such as ``phi-4`` at ``Q4_K_M``.

        Raises:
            NotFoundError: The catalogue has none of that name.
            OfflineError: The Offline switch is on.
        """
        known = self.catalog.family(family)
        embedding = self.catalog.embedding(family)
        if embedding is not None:
            return self.start_embedding(embedding)
        if known is None:
            names = ", ".join(one.id for one in self.catalog.families)
            raise NotFoundError(
                tr("The catalogue has no model named {name}.", name=family),
                action=tr("It has: {names}. A repository is written owner/name.", names=names),
            )
        file = known.file(quantization)
        if file is None:
            names = ", ".join(one.quantization for one in known.files)
            raise NotFoundError(
                tr(
                    "{name} is not listed at {quantization}.",
                    name=known.name,
                    quantization=quantization,
                ),
                action=tr("There is: {names}.", names=names),
            )
        return self.start(file.repository, file.files, file.revision)

    def start_embedding(self, embedding: CatalogEmbedding) -> DownloadItem:
        """Ask for the model that finds passages by meaning.

        Raises:
            OfflineError: The Offline switch is on.
        """
        file = embedding.file
        return self.start(file.repository, file.files, file.revision)

    def pause(self, item_id: str) -> None:
        """Stop one and keep what it has."""
        self._queue.pause(item_id)

    def resume(self, item_id: str) -> DownloadItem:
        """Go on with one that is paused or failed.

        Raises:
            OfflineError: The Offline switch is on.
        """
        names = (one.name for one in self._queue.items() if one.id == item_id)
        self.client.check(fetching(next(names, item_id)))
        return self._queue.resume(item_id)

    def cancel(self, item_id: str, *, keep_part: bool) -> None:
        """Stop one for good; ``keep_part`` says whether its bytes stay on disk."""
        self._queue.cancel(item_id, keep_part=keep_part)

    def clear(self, item_id: str) -> None:
        """Take one that is over off the list; its file stays."""
        self._queue.clear(item_id)

    # --- browsing -----------------------------------------------------------------------

    # Each calls ``done`` or ``failed`` on a worker thread, and returns what gives the question up.

    def search(
        self, text: str, done: Callable[[tuple[RepositoryHit, ...]], None], failed: OnFailed
    ) -> GiveUp:
        """Find repositories with GGUF files."""
        return self._questions.ask(lambda: self.client.search(text), done, failed)

    def repository(self, name: str, done: Callable[[Repository], None], failed: OnFailed) -> GiveUp:
        """List a repository's GGUF files."""
        return self._questions.ask(lambda: self.client.repository(name), done, failed)

    def card(self, name: str, done: Callable[[ModelCard], None], failed: OnFailed) -> GiveUp:
        """Fetch a repository's model card."""
        return self._questions.ask(lambda: self.client.card(name), done, failed)

    @property
    def host(self) -> str:
        """The host that is connected to when the user asks for it: the Hub, or a mirror."""
        from app.hub.network.network_environment import endpoint_from_environment

        endpoint = (self._hub or endpoint_from_environment()).rstrip("/")
        try:
            return urlsplit(endpoint).hostname or endpoint
        except ValueError:  # HF_ENDPOINT may be anything; asking says so
            return endpoint

    @property
    def folder(self) -> Path:
        """Where models go."""
        return self._folder

    def origin(self, model: ModelFile) -> str:
        """The repository that a file on this computer came from; empty where it is not known."""
        listed = self._installed.get(model.path)
        return listed.repository if listed is not None else ""

    @property
    def client(self) -> HubClient:
        """For callers that may block, as terminal commands; made when the hub is first meant."""
        from app.hub.api.client import HubClient

        with self._making:
            if self._client is None:
                self._client = HubClient(self._gate, token=self._token.get, endpoint=self._hub)
            return self._client

    @property
    def _queue(self) -> DownloadQueue:
        """The queue, read when it is first needed: most starts have nothing to download."""
        from app.hub.download.downloader import Downloader
        from app.hub.download.environment import DownloadEnvironment
        from app.hub.queue.download_queue import DownloadQueue
        from app.hub.queue.download_target import DownloadTarget

        with self._making:
            if self._made is None:
                downloader = Downloader(
                    self.client.transport(),
                    self._gate,
                    address=self.client.address,
                    token=self._token.get,
                    tools=DownloadEnvironment(limit=self._limit, reserve=reserve_space),
                )
                self._made = DownloadQueue(
                    self.client,
                    downloader,
                    self._installed,
                    DownloadTarget(self._folder, self._state),
                    on_change=self._on_change,
                )
            return self._made

    def lend_token(self, token: str) -> None:
        """Send an access token for as long as this copy runs; it is kept nowhere.

        Raises:
            InvalidValueError: It is no token.
        """
        self._token.lend(token)

    def set_token(self, token: str) -> str:
        """Keep an access token; returns a sentence that says where."""
        return self._token.set(token)

    def forget_token(self) -> None:
        """Forget the access token.

        Raises:
            HubError: The system's keyring kept it.
        """
        self._token.forget()

    # --- inside -------------------------------------------------------------------------

    def close(self) -> None:
        """Pause what runs and end the threads. May be called twice."""
        with self._making:
            if self._made is not None:
                self._made.close()
        self._questions.close()  # a hub that hangs must not hold the program

    def _limit(self) -> float | None:
        limit = self._settings.current.download_limit_mb
        return limit * MEGABYTE if limit is not None else None

    def _on_change(self, item: DownloadItem) -> None:
        self._bus.publish(DownloadChanged(item))
        if item.state is not DownloadState.DONE or not item.files:
            return
        listed = self._installed.get(item.files[0])
        if listed is None:
            return
        if finds_by_meaning(listed.architecture):
            return  # whoever finds passages looks for it
        arrived = model_file(listed)
        if arrived.problem:
            data = tr("It is whole, and on the list of models so that it can be removed.")
            self._bus.publish(ErrorReported(ModelFileError(arrived.problem, data=data)))
        elif self._settings.current.model_path in {"", DEMO}:
            self._arrived(arrived)
