"""A 1 GB download with hashing against curl, from the same local hub server, in turns.

    python -m tests.benchmarks.bench_download [--megabytes 1000] [--rounds 5] [--folder DIR]
        [--window]

Prints one table: throughput and its ratio to curl's, both as curl ends (bytes handed to the system)
and durable (after fsync), the growth of memory, and how long another thread had to wait. With
``--window`` the real window fetches the file as well, and the beats of a timer on its GUI thread
are measured meanwhile; without a display it is drawn off screen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from app.domain.download import DownloadState, RemoteFile
from app.hub.api.client import HubClient
from app.hub.download.control import DownloadControl
from app.hub.download.downloader import Downloader
from app.hub.download.environment import DownloadEnvironment
from app.hub.download.partial_file import PartialFile
from app.network.gate import NetworkGate
from app.system.reserve import reserve_space
from tests.support.hub_kit import gguf

REPO, FILE = "acme/bench", "bench.gguf"
SERVER = """
import sys
from pathlib import Path
from tests.support.hub_server import HubServer
with HubServer() as hub:
    hub.add({repo!r}, {{{file!r}: Path({path!r})}})
    print(hub.endpoint, flush=True)
    sys.stdin.read()
"""


class Watcher(threading.Thread):
    """Samples this process's memory, and how late a thread that wants to run each 5 ms runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()
        self.most_memory = 0
        self.longest_wait = 0.0

    def run(self) -> None:
        process = psutil.Process()
        before = time.perf_counter()
        while not self._ended.wait(0.005):
            now = time.perf_counter()
            self.longest_wait = max(self.longest_wait, now - before - 0.005)
            self.most_memory = max(self.most_memory, process.memory_info().rss)
            before = time.perf_counter()

    def end(self) -> None:
        self._ended.set()
        self.join()


def make_file(path: Path, size: int) -> str:
    """A header and random bytes, which nothing on the way can compress; returns the SHA-256."""
    head = gguf()
    digest = hashlib.sha256(head)
    with path.open("wb") as file:
        file.write(head)
        left = size - len(head)
        while left:
            block = os.urandom(min(left, 8 << 20))
            file.write(block)
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def settle_disk() -> None:
    """Let earlier writes reach the disk, so that no run pays for the one before it."""
    if hasattr(os, "sync"):
        os.sync()


def with_curl(url: str, target: Path) -> tuple[float, float]:
    """Seconds until curl ends, and until its file is durable."""
    start = time.perf_counter()
    subprocess.run(["curl", "-sfL", "-o", str(target), url], check=True)
    ended = time.perf_counter() - start
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return ended, time.perf_counter() - start


def with_phial(
    client: HubClient, gate: NetworkGate, file: RemoteFile, target: Path
) -> tuple[float, float]:
    """Seconds until every byte is written and hashed, and until the file is durable."""
    hashed = 0.0
    real = PartialFile.publish

    def publish(part: PartialFile) -> None:
        nonlocal hashed
        hashed = time.perf_counter()
        real(part)

    PartialFile.publish = publish  # type: ignore[method-assign]
    downloader = Downloader(
        client.transport(),
        gate,
        address=client.address,
        token=lambda: None,
        tools=DownloadEnvironment(spare=0, reserve=reserve_space),
    )
    start = time.perf_counter()
    try:
        result = downloader.fetch(file, target, DownloadControl(), lambda _: None)
    finally:
        PartialFile.publish = real  # type: ignore[method-assign]
    assert result.state is DownloadState.DONE
    assert result.verified
    return hashed - start, time.perf_counter() - start


def main() -> None:
    """Measure in turns and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, default=None)
    options.add_argument("--window", action="store_true")
    chosen = options.parse_args()
    size = chosen.megabytes * 1_000_000
    folder = Path(tempfile.mkdtemp(dir=chosen.folder))
    try:
        source = folder / "source.bin"
        sha256 = make_file(source, size)
        code = SERVER.format(repo=REPO, file=FILE, path=str(source))
        server = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        endpoint = server.stdout.readline().strip()
        gate = NetworkGate()
        client = HubClient(gate, token=lambda: None, endpoint=endpoint)
        (file,) = client.pin(REPO, (FILE,))
        assert file.sha256 == sha256
        rows = measure(client, gate, file, folder, chosen.rounds)
        beats = in_window(endpoint, folder) if chosen.window else None
        server.communicate("")
    finally:
        shutil.rmtree(folder)
    show(rows, size)
    if beats is not None:
        show_window(beats)


def in_window(endpoint: str, folder: Path) -> dict[str, float]:
    """The same file, fetched by the real window."""
    environment = {**os.environ, "HF_ENDPOINT": endpoint}
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "tests.benchmarks.download_window"]
    done = subprocess.run(
        [*command, str(folder / "home"), REPO, FILE],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert found["state"] == "done", found
    return found


def show_window(found: dict[str, float]) -> None:
    """Print what the GUI thread felt."""
    print(
        f"window: {found['bytes'] / found['seconds'] / 1e6:.0f} MB/s from the click to the verified"
        f" file; GUI thread: {found['beats']:.0f} beats, longest wait {found['longest_ms']:.0f} ms,"
        f" 99 % under {found['p99_ms']:.1f} ms, {found['over_50_ms']:.0f} over 50 ms; memory"
        f" {found['memory_grew'] / 1e6:+.1f} MB"
    )


def measure(
    client: HubClient, gate: NetworkGate, file: RemoteFile, folder: Path, rounds: int
) -> list[tuple[float, ...]]:
    """Rounds of (curl, curl durable, Phial, Phial durable, memory growth, longest wait)."""
    rows = []
    url = client.address(file)
    memory = psutil.Process().memory_info().rss
    for number in range(rounds + 1):
        target = folder / FILE
        settle_disk()
        curl = with_curl(url, target)
        target.unlink()
        settle_disk()
        watcher = Watcher()
        watcher.start()
        phial = with_phial(client, gate, file, target)
        watcher.end()
        target.unlink()
        if number:  # the first round warms caches
            rows.append((*curl, *phial, watcher.most_memory - memory, watcher.longest_wait))
        else:
            memory = max(memory, watcher.most_memory)
    return rows


def show(rows: list[tuple[float, ...]], size: int) -> None:
    """Print the table."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
          f"Python {platform.python_version()}, {size / 1e6:.0f} MB{load}")  # fmt: skip
    print(f"{'round':>5} {'curl':>9} {'Phial':>9} {'ratio':>6} {'curl+fsync':>11} "
          f"{'Phial+fsync':>11} {'ratio':>6} {'memory':>9} {'thread waits':>12}")  # fmt: skip
    for number, (curl, curl_durable, phial, phial_durable, memory, wait) in enumerate(rows, 1):
        print(
            f"{number:5} {size / curl / 1e6:5.0f} MB/s {size / phial / 1e6:5.0f} MB/s "
            f"{curl / phial:6.2f} {size / curl_durable / 1e6:6.0f} MB/s "
            f"{size / phial_durable / 1e6:6.0f} MB/s {curl_durable / phial_durable:6.2f} "
            f"{memory / 1e6:+6.1f} MB {wait * 1000:9.0f} ms"
        )
    plain = statistics.median(row[0] / row[2] for row in rows)
    durable = statistics.median(row[1] / row[3] for row in rows)
    print(f"median ratio {plain:.2f}, durable {durable:.2f}")


if __name__ == "__main__":
    main()
