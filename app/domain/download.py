"""What is fetched from a model hub, how far it is, and every way that it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.domain.errors import HubError
from app.language import tr


class DownloadState(StrEnum):
    """Where a download stands."""

    QUEUED = "queued"
    CHECKING = "checking"  # bytes that were fetched before are read and hashed again
    CONNECTING = "connecting"
    DOWNLOADING = "downloading"
    WAITING = "waiting"  # for the next try
    PAUSED = "paused"
    VERIFYING = "verifying"  # everything is here; the last bytes are hashed and made durable
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        """Whether work is being done on it now."""
        return self in {
            DownloadState.CHECKING,
            DownloadState.CONNECTING,
            DownloadState.DOWNLOADING,
            DownloadState.WAITING,
            DownloadState.VERIFYING,
        }

    @property
    def over(self) -> bool:
        """Whether nothing more will happen without the user."""
        return not self.active and self is not DownloadState.QUEUED


@dataclass(frozen=True, slots=True)
class Release:
    """A published version of Phial.

    Attributes:
        version: Its number, such as "1.2.0".
        address: Its page.
    """

    version: str
    address: str


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a repository, pinned: these bytes and no others.

    Attributes:
        repository: "owner/name".
        path: Path inside the repository, as the server tells it. Not yet fit for a disk.
        size: Bytes.
        sha256: Hash of the content, lower-case hex; empty where the server does not know it.
        commit: The commit it was seen in; empty where unknown.
    """

    repository: str
    path: str
    size: int
    sha256: str = ""
    commit: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model as a person chooses it: one GGUF file, or all parts of a split one.

    Attributes:
        repository: "owner/name".
        name: File name without the part number.
        quantization: "Q4_K_M", from the name; empty where it does not say.
        parts: The files in order; one for a file that is not split.
        complete: Whether every part the names promise is there.
        text: Whether its name is a text model's, and not that of a projector or of measurements.
    """

    repository: str
    name: str
    quantization: str
    parts: tuple[RemoteFile, ...]
    complete: bool = True
    text: bool = True

    @property
    def path(self) -> str:
        """Its name with its folder, as a person asks for it."""
        folder, slash, _ = self.parts[0].path.rpartition("/")
        return f"{folder}{slash}{self.name}"

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class Repository:
    """What a repository holds.

    Attributes:
        name: "owner/name".
        commit: The commit that was listed.
        models: The GGUF files, smallest first.
        refused: Names that are no safe file names and are not offered.
        licence: As its card says; empty where it does not.
        gated: Whether access must be asked for.
        downloads: Downloads the hub counts.
    """

    name: str
    commit: str
    models: tuple[RemoteModel, ...]
    refused: tuple[str, ...] = ()
    licence: str = ""
    gated: bool = False
    downloads: int = 0


@dataclass(frozen=True, slots=True)
class RepositoryHit:
    """One result of a search."""

    name: str
    downloads: int = 0
    gated: bool = False


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A repository's README without its header, in Markdown."""

    repository: str
    text: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far one download is.

    Attributes:
        state: What is happening.
        done: Bytes that are here (while checking: bytes read again).
        total: Bytes in all.
        speed: Bytes a second over the last seconds; 0 where unknown.
        seconds_left: None where unknown.
        notice: One sentence worth telling, such as why it began again; empty mostly.
    """

    state: DownloadState
    done: int
    total: int
    speed: float = 0.0
    seconds_left: float | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class DownloadResult:
    """How a call to the downloader ended without an error.

    Attributes:
        state: DONE, PAUSED or CANCELLED.
        path: The finished file; meaningful when DONE.
        sha256: Its hash when DONE.
        fetched: Bytes that came over the network in this call.
        verified: Whether the hash was compared with one the server had told.
        notices: What was worth telling on the way.
    """

    state: DownloadState
    path: Path
    sha256: str = ""
    fetched: int = 0
    verified: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DownloadItem:
    """One entry of the queue: a model with all its parts.

    Attributes:
        id: Unique, 32 hex digits.
        repository: "owner/name".
        name: For people: the file's name.
        paths: Paths of the parts inside the repository.
        revision: Branch, tag or commit that was asked for; None follows the main branch.
        state: Where it stands.
        done: Bytes that are here, all parts together.
        total: Bytes of all parts; 0 while unknown.
        speed: Bytes a second; 0 where unknown.
        seconds_left: None where unknown.
        notice: The last thing worth telling.
        error: Why it failed, as sentences; empty otherwise.
        files: The finished files, once DONE.
        sha256: Their hashes, in the same order.
        closed: Whether it failed because the hub asks who wants it.
    """

    id: str
    repository: str
    name: str
    paths: tuple[str, ...]
    revision: str | None = None
    state: DownloadState = DownloadState.QUEUED
    done: int = 0
    total: int = 0
    speed: float = 0.0
    seconds_left: float | None = None
    notice: str = ""
    error: str = ""
    files: tuple[Path, ...] = ()
    sha256: tuple[str, ...] = ()
    closed: bool = False


# --- errors ---------------------------------------------------------------------------------


class NetworkError(HubError):
    """The server could not be reached, or the connection broke. Tried again by itself first."""

    default_action = tr("Check your connection and try again.")


class StalledError(NetworkError):
    """The connection stood open and nothing came."""


class BusyServerError(HubError):
    """429 or 5xx: the server cannot serve us now.

    Attributes:
        retry_after: Seconds the server asked us to wait; None where it did not say.
    """

    default_action = tr("Wait a while and try again.")

    def __init__(
        self,
        what: str,
        *,
        data: str | None = None,
        action: str | None = None,
        detail: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, data=data, action=action, detail=detail)
        self.retry_after = retry_after


class InsecureConnectionError(HubError):
    """The server's identity could not be proven, or it asked us to go on without encryption."""

    default_action = tr("Check the clock of this computer and your proxy; nothing was sent.")


class AccessError(HubError):
    """401 or 403: the repository is gated or private, or the token is not accepted."""

    default_data = tr("Nothing was fetched.")
    default_action = tr(
        "Ask for access on the model's page, then give Phial an access token: in Settings under "
        "Privacy and network, or with --token in the terminal."
    )


class MissingRemoteError(HubError):
    """404: no such repository, revision or file (or it is private)."""

    default_data = tr("Nothing was changed.")
    default_action = tr(
        "Check the spelling. A private repository needs an access token: in Settings under "
        "Privacy and network, or with --token in the terminal."
    )


class ServerAnswerError(HubError):
    """The server answered something that no hub answers."""


class InterceptedError(HubError):
    """Something on the way answered in the server's place: a network's login page, a proxy."""

    default_action = tr(
        "Open a web page in a browser: your network may want you to log in. Then try again."
    )


class WrongAddressError(HubError):
    """The environment names a hub or a proxy that cannot be used; nothing was sent."""

    default_data = tr("Nothing was sent.")


class WrongRangeError(ServerAnswerError):
    """206 with other bytes than the ones that were asked for."""


class ChangedOnServerError(HubError):
    """The file on the server is not the one that was pinned."""

    default_action = tr("Start the download again to fetch the new file.")


class WrongSizeError(HubError):
    """The server offers another number of bytes than its own listing says."""

    default_action = tr("Try again later; the repository may be changing just now.")


class DamagedDownloadError(HubError):
    """Everything arrived, and the SHA-256 is not the one the hub tells."""

    default_data = tr("The damaged file was deleted, so that nothing can load it.")
    default_action = tr("Start it again to fetch the file anew.")


class UnsafeNameError(HubError):
    """A file name from a repository that must not reach a disk."""

    default_data = tr("Nothing was written.")
    default_action = tr("Choose another repository.")


class AlreadyDownloadingError(HubError):
    """Another process is fetching the same file."""

    default_data = tr("Its download goes on.")
    default_action = tr("Wait for it to finish.")


class FileInTheWayError(HubError):
    """Another file already has the name the download would get."""

    default_data = tr("That file was left as it is.")
    default_action = tr("Move it away and try again.")


class ModelFolderError(HubError):
    """The folder for models cannot be written to."""

    default_data = tr("Nothing was changed.")
    default_action = tr("Make the folder writable and try again.")
