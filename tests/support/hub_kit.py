"""A hub, a client and a downloader wired together for tests, quick and small."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.download import DownloadProgress, DownloadResult, RemoteFile
from app.hub.api.client import HubClient
from app.hub.download.control import DownloadControl
from app.hub.download.downloader import Downloader
from app.hub.download.environment import DownloadEnvironment
from app.hub.download.rate_limit import RetryPolicy
from app.hub.local.installed_models import InstalledModels
from app.hub.queue.download_queue import DownloadQueue
from app.hub.queue.download_target import DownloadTarget
from app.network.connection_log import ConnectionLog
from app.network.gate import NetworkGate
from app.system.reserve import reserve_space
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session

REPO = "acme/phi-4-GGUF"
FILE = "phi-4-Q4_K_M.gguf"
CHUNK = 64 * 1024
POLICY = RetryPolicy(first=0.001, longest=0.005, tries=4, progress=1)
PLENTY = 10**15


def gguf(
    padding: bytes = b"",
    *,
    name: str = "Phi-4",
    architecture: str = "phi3",
    kind: str = "",
    pooling: int | None = None,
    file_type: int = 15,
) -> bytes:
    """The smallest file with a readable header, followed by ``padding`` as its one tensor.

    ``file_type`` is llama.cpp's number of the quantization; 15 is Q4_K_M.
    """

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    def value(key: str, kind: int, data: bytes) -> bytes:
        return text(key) + struct.pack("<i", kind) + data

    values = [
        value("general.architecture", 8, text(architecture)),
        value("general.name", 8, text(name)),
        value("general.file_type", 4, struct.pack("<I", file_type)),
        value(f"{architecture}.context_length", 4, struct.pack("<I", 16_384)),
    ]
    if kind:
        values.append(value("general.type", 8, text(kind)))
    if pooling is not None:
        values.append(value(f"{architecture}.pooling_type", 4, struct.pack("<I", pooling)))
    tensor = text("t") + struct.pack("<IqiQ", 1, len(padding), 24, 0)  # 24: one byte a value
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + b"".join(values) + tensor
    return head + b"\0" * (-len(head) % 32) + padding


@dataclass
class Kit:
    """Everything a test of a download needs."""

    hub: HubServer
    folder: Path
    token: str | None = None
    free: int = PLENTY
    spare: int = 0
    limit: float | None = None
    policy: RetryPolicy = POLICY
    stall_seconds: float = 0.3
    gate: NetworkGate = field(default_factory=NetworkGate)
    reports: list[DownloadProgress] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = HubClient(self.gate, token=lambda: self.token, endpoint=self.hub.endpoint)

    def ask_elsewhere(self) -> None:
        """From now on the hub is another computer, to which a proxy alone could lead."""
        self.client = HubClient(self.gate, token=lambda: self.token, endpoint="http://hub.invalid")

    @property
    def target(self) -> Path:
        return self.folder / "models" / FILE

    @property
    def part(self) -> Path:
        return self.target.with_name(FILE + ".part")

    def pin(self) -> RemoteFile:
        return self.client.pin(REPO, (FILE,))[0]

    def tools(self) -> DownloadEnvironment:
        return DownloadEnvironment(
            free_space=lambda _: self.free,
            policy=self.policy,
            limit=lambda: self.limit,
            chunk=CHUNK,
            spare=self.spare,
            reserve=reserve_space,
        )

    def downloader(self) -> Downloader:
        return Downloader(
            self.client.transport(stall_seconds=self.stall_seconds, connect_seconds=2.0),
            self.gate,
            address=self.client.address,
            token=lambda: self.token,
            tools=self.tools(),
        )

    def control(self) -> DownloadControl:
        """A control whose waits are noted and are short."""

        def wait(event: threading.Event, seconds: float) -> bool:
            self.waits.append(seconds)
            return event.wait(min(seconds, 0.01))

        return DownloadControl(wait)

    def fetch(
        self, file: RemoteFile | None = None, control: DownloadControl | None = None
    ) -> DownloadResult:
        return self.downloader().fetch(
            file or self.pin(), self.target, control or self.control(), self.reports.append
        )

    def queue(self, **options: object) -> DownloadQueue:
        folder = self.folder / "models"
        place = DownloadTarget(folder, self.folder / "queue.json", lambda _: self.free, 0)
        return DownloadQueue(
            self.client,
            self.downloader(),
            InstalledModels(self.folder / "library.json"),
            place,
            policy=self.policy,
            **options,  # type: ignore[arg-type]
        )


PATIENCE = 20  # seconds; less than any question to a hub may take


def ends_by_itself(hub: HubServer, action: Callable[[], object]) -> bool:
    """Whether something ends while the hub hangs on; the hub is freed either way."""
    thread = threading.Thread(target=action, name="test-ending")
    thread.start()
    thread.join(PATIENCE)
    ended = not thread.is_alive()
    hub.released.set()
    thread.join()
    return ended


@contextmanager
def make_kit(
    folder: Path, content: bytes | Path, *, log: ConnectionLog | None = None, **server: object
) -> Iterator[Kit]:
    """A running hub with one repository holding ``content``; ``log`` notes the connections."""
    with HubServer(**server) as hub:  # type: ignore[arg-type]
        hub.add(REPO, {FILE: content}, card="---\nlicense: mit\n---\n# Phi-4\n")
        try:
            yield Kit(hub, folder, gate=NetworkGate(log=log))
        finally:
            close_session()  # its sockets must not outlive the server
