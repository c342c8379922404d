"""What a hub knows about its repositories: search, files, sizes, hashes, cards. No bytes of models.

``huggingface_hub`` reads its switches when it is imported, so they are set here, above the import,
and no other module imports it.
"""

from __future__ import annotations

import os

from app.language import tr
from app.network.replies import certificate_error

os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # else a GET that nobody asked for
os.environ["HF_HUB_DISABLE_XET"] = "1"  # cannot be cancelled: it swallows callback exceptions
os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"  # noqa: S105 - a switch

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote

import httpx2
from huggingface_hub import HfApi, set_client_factory
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo, RepoFile
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import get_session, hf_raise_for_status

from app import __version__
from app.domain.download import (
    AccessError,
    MissingRemoteError,
    ModelCard,
    NetworkError,
    RemoteFile,
    RemoteModel,
    Repository,
    RepositoryHit,
    ServerAnswerError,
    StalledError,
)
from app.domain.errors import HubError, OfflineError
from app.hub.api.file_names import (
    SPLIT,
    is_safe,
    names_a_model,
    quantization_of,
    shown,
)
from app.hub.network.http_response import busy_error, intercepted
from app.network.connection_log import OpenConnection
from app.network.gate import NetworkGate
from app.network.reasons import SEARCHING, describing, listing
from app.network.route import Route

TIMEOUT = httpx2.Timeout(30.0, connect=15.0)
MAX_CARD_BYTES = 1024 * 1024  # a card is text; more than this is not one
_FRONT_MATTER = re.compile(r"\A﻿?---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
# What reading an answer of another shape ends in, inside the package or here.
_OTHER_SHAPE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)
_LICENCE = re.compile(r"^license\s*:\s*[\"']?([^\"'\n#]+)", re.MULTILINE)


# The package has one client for all of the program, so a request is told by its thread what for.
_OPENING: ContextVar[Callable[[str, str], OpenConnection]] = ContextVar("opening")


def _client() -> httpx2.Client:
    # The package's own client has no timeouts at all.
    return httpx2.Client(follow_redirects=True, timeout=TIMEOUT, transport=Route(_opening))


def _opening(url: str, via: str) -> OpenConnection:
    return _OPENING.get()(url, via)


set_client_factory(_client)


def request_headers(token: str | None) -> dict[str, str]:
    """Headers for one request; the token is explicit, so none is ever found on its own."""
    return dict(
        build_hf_headers(token=token or False, library_name="phial", library_version=__version__)
    )


class Metadata:
    """What one hub answers; each method blocks and can raise any ``HubError``.

    Args:
        endpoint: The hub's address.
        token: The access token now; None for none.
        gate: Asked for each connection.
    """

    def __init__(self, endpoint: str, token: Callable[[], str | None], gate: NetworkGate) -> None:
        self._endpoint, self._token, self._gate = endpoint, token, gate
        self._api = HfApi(endpoint=endpoint, token=False)

    def search(self, text: str, limit: int) -> tuple[RepositoryHit, ...]:
        """GGUF repositories whose name holds ``text``, most downloaded first."""
        params = {
            "search": text,
            "filter": "gguf",
            "sort": "downloads",
            "direction": "-1",
            "limit": str(limit),
        }
        with self._asking(text, SEARCHING) as token:
            reply = get_session().get(
                f"{self._endpoint}/api/models", params=params, headers=request_headers(token)
            )
            hf_raise_for_status(reply)
            rows = reply.json()
            if not isinstance(rows, list):
                raise ServerAnswerError(
                    tr("The hub answered a search with something that is no list.")
                )
            return tuple(
                _hit(row) for row in rows[:limit] if isinstance(row, dict) and row.get("id")
            )

    def repository(self, name: str, revision: str | None = None) -> Repository:
        """The GGUF files of a repository, split files as one, with sizes and hashes."""
        with self._asking(name, listing(name)) as token:
            info = self._api.model_info(
                name, revision=revision, timeout=30.0, files_metadata=True, token=token or False
            )
            return _repository(name, info)

    def pin(
        self, repository: str, paths: tuple[str, ...], revision: str | None = None
    ) -> tuple[RemoteFile, ...]:
        """Exact size, hash and commit of some files, in the order of ``paths``.

        Raises:
            MissingRemoteError: One of them is not there.
            HubError: Anything else.
        """
        with self._asking(repository, listing(repository)) as token:
            info = self._api.model_info(
                repository, revision=revision, timeout=30.0, token=token or False
            )
            commit = _text(info.sha)
            entries = self._api.get_paths_info(
                repository, list(paths), revision=commit or revision, token=token or False
            )
            found = {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}
            for path in paths:
                if path not in found:
                    raise MissingRemoteError(
                        tr(
                            "{repository} has no file “{file}”.",
                            repository=repository,
                            file=shown(path),
                        )
                    )
            return tuple(_remote(repository, found[path], commit) for path in paths)

    def card(self, repository: str, revision: str | None = None) -> ModelCard:
        """The repository's README; an empty text where it has none."""
        url = (
            f"{self._endpoint}/{repository}/resolve/{quote(revision or 'main', safe='')}/README.md"
        )
        with self._asking(repository, describing(repository)) as token:
            try:
                text = _read_text(url, token)
            except EntryNotFoundError:
                text = ""
        head = _FRONT_MATTER.match(text)
        licence = _LICENCE.search(head[1]) if head else None
        return ModelCard(
            repository,
            text[head.end() :].lstrip("\n") if head else text,
            licence[1].strip() if licence else "",
        )

    @contextmanager
    def _asking(self, what: str, reason: str) -> Iterator[str | None]:
        """Lend the token, say what for, and turn the packages' errors into ours."""
        before = _OPENING.set(lambda url, via: self._gate.connection(url, reason, via=via))
        try:
            yield self._token()
        except (HFValidationError, OfflineModeIsEnabled, httpx2.HTTPError, *_OTHER_SHAPE) as error:
            raise _translate(error, shown(what)) from error
        finally:
            _OPENING.reset(before)


def _repository(name: str, info: ModelInfo) -> Repository:
    files, refused, commit = [], [], _text(info.sha)
    for sibling in info.siblings or []:
        path = sibling.rfilename
        if not path.lower().endswith(".gguf"):
            continue
        if not is_safe(path):
            refused.append(shown(path))
            continue
        sha256 = _text(sibling.lfs.sha256).lower() if sibling.lfs else ""
        files.append(RemoteFile(name, path, _count(sibling.size), sha256, commit))
    licence = info.card_data.get("license") if info.card_data else ""
    return Repository(
        name,
        commit,
        join_split_files(files),
        tuple(refused),
        shown(str(licence or "")),
        bool(info.gated),
        _count(info.downloads),
    )


def _remote(repository: str, entry: RepoFile, commit: str) -> RemoteFile:
    size = _count(entry.size)
    if not size:
        raise ServerAnswerError(
            tr("The hub says that “{file}” is empty: 0 bytes.", file=shown(entry.path))
        )
    sha256 = _text(entry.lfs.sha256).lower() if entry.lfs else ""
    return RemoteFile(repository, entry.path, size, sha256, commit)


def _count(value: object) -> int:
    """A number of things in the hub's words; 0 where it says none."""
    if value is None:
        return 0
    if not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r} where a number belongs")
    return value


def _text(value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r} where a text belongs")
    return value or ""


def _read_text(url: str, token: str | None) -> str:
    with get_session().stream("GET", url, headers=request_headers(token)) as reply:
        if reply.status_code >= 400:
            reply.read()
        hf_raise_for_status(reply)
        if page := intercepted(reply.status_code, reply.headers.get("Content-Type", "")):
            raise page
        held = bytearray()
        for piece in reply.iter_bytes():
            held += piece
            if len(held) >= MAX_CARD_BYTES:
                break
    return bytes(held[:MAX_CARD_BYTES]).decode("utf-8", "replace")


def _hit(row: Mapping[str, object]) -> RepositoryHit:
    return RepositoryHit(
        shown(str(row["id"])),
        _count(row.get("downloads")),
        bool(row.get("gated")),
    )


def join_split_files(files: list[RemoteFile]) -> tuple[RemoteModel, ...]:
    """Files as a person chooses them: the parts of a split file are one model. Smallest first."""
    models = []
    groups: dict[tuple[str, int], dict[int, RemoteFile]] = defaultdict(dict)
    for file in files:
        split = SPLIT.fullmatch(file.path)
        if split:
            groups[split["stem"], int(split["count"])][int(split["number"])] = file
        else:
            models.append(
                RemoteModel(
                    file.repository,
                    file.name,
                    quantization_of(file.path),
                    (file,),
                    text=names_a_model(file.name),
                )
            )
    for (stem, count), numbered in groups.items():
        parts = tuple(numbered[number] for number in sorted(numbered))
        models.append(
            RemoteModel(
                parts[0].repository,
                f"{stem.rsplit('/', 1)[-1]}.gguf",
                quantization_of(stem),
                parts,
                complete=sorted(numbered) == list(range(1, count + 1)),
                text=names_a_model(parts[0].name),
            )
        )
    return tuple(sorted(models, key=lambda model: (model.size, model.name)))


def _translate(error: Exception, what: str) -> HubError:
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, OfflineModeIsEnabled):
        return OfflineError(tr("The hub's package is set to offline, so Phial did not connect."))
    if isinstance(error, GatedRepoError):
        return AccessError(
            tr("{what} is gated: its owner decides who may see its files.", what=what),
            detail=detail,
        )
    if isinstance(error, RevisionNotFoundError):
        return MissingRemoteError(tr("{what} has no such revision.", what=what), detail=detail)
    if isinstance(error, RepositoryNotFoundError | EntryNotFoundError):
        return MissingRemoteError(
            tr("The hub has no {what}, or it is private.", what=what), detail=detail
        )
    if isinstance(error, HfHubHTTPError):
        return _translate_status(error, what, detail)
    if isinstance(error, httpx2.TimeoutException):
        return StalledError(tr("The hub does not answer."), detail=detail)
    if isinstance(error, httpx2.HTTPError):
        if unproven := certificate_error(error, tr("the hub")):
            return unproven
        return NetworkError(tr("The hub cannot be reached."), detail=detail)
    return ServerAnswerError(
        tr("What answered is not a hub, or speaks another way: its answer cannot be read."),
        action=tr("Check HF_ENDPOINT and your network's login page, then try again."),
        detail=detail,
    )


def _translate_status(error: HfHubHTTPError, what: str, detail: str) -> HubError:
    status = error.response.status_code
    if page := intercepted(status, ""):
        return page
    if status in {401, 403}:
        return AccessError(tr("The hub refuses access to {what}.", what=what), detail=detail)
    if status == 404:
        return MissingRemoteError(tr("The hub has no {what}.", what=what), detail=detail)
    wait = error.response.headers.get("Retry-After", "")
    if busy := busy_error(status, wait, detail, hub=True):
        return busy
    return ServerAnswerError(
        tr("The hub gave an answer that was not expected (HTTP {status}).", status=str(status)),
        detail=detail,
    )
