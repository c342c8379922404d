"""A local hub with the faults of the real ones: the subset of the Hugging Face API Phial uses.

Two servers on two ports: the hub answers metadata and redirects to signed, expiring addresses on
the storage host, as the real one does. Each fault is a switch on :class:`Faults`, read at every
request. Everything that arrives is kept in ``requests``.
"""

from __future__ import annotations

import hashlib
import json
import os
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

PIECE = 64 * 1024


@dataclass
class Faults:
    """What goes wrong. Lists are consumed, one entry a request of the file's bytes."""

    drop_after: list[int] = field(default_factory=list)  # cut the connection after so many bytes
    stall_after: list[int] = field(default_factory=list)  # go silent after so many bytes
    size_error: int = 0  # added to the size the storage host tells
    flip_at: int | None = None  # this byte of the file arrives with one bit flipped
    ignore_range: bool = False
    ignore_if_range: bool = False
    refuse_range: int = 0  # answer 416 to so many range requests
    wrong_range: bool = False  # 206 that begins elsewhere
    etag_salt: str = ""  # the storage host tags the same bytes differently
    no_etag: bool = False
    no_hash: bool = False  # the hub knows no SHA-256 (a mirror)
    hub_answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # for bytes
    store_answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    api_answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    api_bodies: list[bytes] = field(default_factory=list)  # sent as JSON in the place of the answer
    api_hangs: bool = False  # no answer to any question
    told_size: int | None = None  # what the listing says of every file
    unsized_page: bytes = b""  # sent by the storage host without a type or a length
    redirect_to: str = ""  # send the client there instead of to the storage host
    redirect_loop: bool = False
    slow_bytes: int = 0  # bytes a pause-punctuated piece has; 0 sends at full speed
    slow_seconds: float = 0.0


@dataclass
class Repo:
    """One repository: files by path, each bytes or a file on disk."""

    files: dict[str, bytes | Path] = field(default_factory=dict)
    commit: str = "c" * 40
    gated: bool = False
    private: bool = False  # needs the token
    card: str | None = None
    licence: str = "mit"
    downloads: int = 7


@dataclass(frozen=True)
class Seen:
    """One request that arrived."""

    server: str  # "hub" or "store"
    method: str
    path: str
    headers: dict[str, str]


class HubServer:
    """Both servers, as a context manager."""

    def __init__(
        self, *, token: str = "hf_test_token", certificate: tuple[Path, Path] | None = None
    ):
        self.token = token
        self.repos: dict[str, Repo] = {}
        self.faults = Faults()
        self.requests: list[Seen] = []
        self.sent = 0  # bytes of files that left the storage host
        self.released = threading.Event()  # ends all stalls
        self.valid_signatures: set[str] = set()
        self.lock = threading.Lock()
        self._hashes: dict[object, str] = {}
        self._signatures = 0
        self.scheme = "https" if certificate else "http"
        self._servers = [self._server(_HubHandler), self._server(_StoreHandler)]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            for server in self._servers:
                server.socket = context.wrap_socket(server.socket, server_side=True)
        self._threads: list[threading.Thread] = []

    def _server(self, handler: type[BaseHTTPRequestHandler]) -> _Server:
        return _Server(self, handler)

    @property
    def endpoint(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self._servers[0].server_address[1]}"

    @property
    def store(self) -> str:
        # Another name as well as another port, as in real life.
        return f"{self.scheme}://localhost:{self._servers[1].server_address[1]}"

    def __enter__(self) -> HubServer:
        for server in self._servers:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def add(self, repository: str, files: dict[str, bytes | Path], **options: Any) -> Repo:
        repo = Repo(dict(files), **options)
        self.repos[repository] = repo
        return repo

    def expire_signatures(self) -> None:
        self.valid_signatures.clear()

    def of_bytes(self, server: str = "store") -> list[Seen]:
        """Requests for bytes of files."""
        return [
            seen
            for seen in self.requests
            if seen.server == server and (server == "store" or "/resolve/" in seen.path)
        ]

    # --- used by the handlers -----------------------------------------------------------------

    def sha256(self, content: bytes | Path) -> str:
        key = content if isinstance(content, Path) else id(content)
        with self.lock:
            if key not in self._hashes:
                data = content.read_bytes() if isinstance(content, Path) else content
                self._hashes[key] = hashlib.sha256(data).hexdigest()
            return self._hashes[key]

    def sign(self, repository: str, path: str) -> str:
        with self.lock:
            self._signatures += 1
            signature = f"sig{self._signatures}"
            self.valid_signatures.add(signature)
        return f"{self.store}/{repository}/{quote(path)}?signature={signature}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def __init__(self, hub: HubServer, handler: type[BaseHTTPRequestHandler]) -> None:
        self.hub = hub
        super().__init__(("127.0.0.1", 0), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken pipes are the point of half of these tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    name = ""
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet."""

    @property
    def hub(self) -> HubServer:
        return self.server.hub

    def note(self) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        with self.hub.lock:
            self.hub.requests.append(Seen(self.name, self.command, self.path, headers))

    def answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = True

    def json(self, value: object) -> None:
        with self.hub.lock:
            bodies = self.hub.faults.api_bodies
            body = bodies.pop(0) if bodies else json.dumps(value).encode()
        if self.hub.faults.api_hangs:
            self.hub.released.wait(60)
        self.answer(200, {"Content-Type": "application/json"}, body)

    def next_answer(self, queue: list[tuple[int, dict[str, str]]]) -> bool:
        with self.hub.lock:
            if not queue:
                return False
            status, headers = queue.pop(0)
        self.answer(status, headers, b"{}")
        return True


class _HubHandler(_Handler):
    name = "hub"

    def do_GET(self) -> None:
        self.note()
        path = urlsplit(self.path).path
        if path == "/api/models":
            self.search()
        elif path.startswith("/api/models/"):
            self.model_info(path.removeprefix("/api/models/"))
        elif "/resolve/" in path:
            self.resolve(path)
        else:
            self.answer(404)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self.note()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        name, _, revision = path.removeprefix("/api/models/").partition("/paths-info/")
        repo = self.allowed(name)
        if repo is None:
            return
        if unquote(revision) not in {"main", repo.commit}:
            self.answer(404, {"X-Error-Code": "RevisionNotFound"})
            return
        wanted = parse_qs(body.decode()).get("paths", [])
        self.json([self.entry(path, repo.files[path]) for path in wanted if path in repo.files])

    def allowed(self, name: str) -> Repo | None:
        if self.next_answer(self.hub.faults.api_answers):
            return None
        repo = self.hub.repos.get(name)
        authorised = self.headers.get("Authorization") == f"Bearer {self.hub.token}"
        if repo is None or (repo.private and not authorised):
            self.answer(401 if repo else 404, {"X-Error-Code": "RepoNotFound"})
            return None
        return repo

    def entry(self, path: str, content: bytes | Path) -> dict[str, object]:
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        if self.hub.faults.told_size is not None:
            size = self.hub.faults.told_size
        record: dict[str, object] = {"type": "file", "path": path, "size": size, "oid": "0" * 40}
        if not self.hub.faults.no_hash:
            record["lfs"] = {"oid": self.hub.sha256(content), "size": size, "pointerSize": 130}
        return record

    def search(self) -> None:
        if self.next_answer(self.hub.faults.api_answers):
            return
        query = parse_qs(urlsplit(self.path).query).get("search", [""])[0].lower()
        self.json(
            [
                {"id": name, "downloads": repo.downloads, "gated": repo.gated}
                for name, repo in self.hub.repos.items()
                if query in name.lower() and not repo.private
            ]
        )

    def model_info(self, rest: str) -> None:
        name, _, revision = rest.partition("/revision/")
        repo = self.allowed(name)
        if repo is None:
            return
        if revision and unquote(revision) not in {"main", repo.commit}:
            self.answer(404, {"X-Error-Code": "RevisionNotFound"})
            return
        siblings = []
        for path, content in repo.files.items():
            entry = self.entry(path, content)
            sibling = {"rfilename": path, "size": entry["size"], "blobId": "0" * 40}
            if "lfs" in entry:
                lfs: Any = entry["lfs"]
                sibling["lfs"] = {"sha256": lfs["oid"], "size": lfs["size"], "pointerSize": 130}
            siblings.append(sibling)
        self.json(
            {
                "id": name,
                "sha": repo.commit,
                "gated": "manual" if repo.gated else False,
                "downloads": repo.downloads,
                "cardData": {"license": repo.licence},
                "siblings": siblings,
            }
        )

    def resolve(self, path: str) -> None:
        name, _, rest = path.lstrip("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        file, faults = unquote(file), self.hub.faults
        repo = self.hub.repos.get(name)
        authorised = self.headers.get("Authorization") == f"Bearer {self.hub.token}"
        if self.next_answer(faults.hub_answers):
            return
        if repo is None or (repo.private and not authorised):
            self.answer(404 if repo is None else 401, {"X-Error-Code": "RepoNotFound"})
        elif repo.gated and not authorised:
            self.answer(403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is gated."})
        elif unquote(revision) not in {"main", repo.commit}:
            self.answer(404, {"X-Error-Code": "RevisionNotFound"})
        elif file == "README.md" and repo.card is not None:
            self.answer(200, {"Content-Type": "text/plain"}, repo.card.encode())
        elif file not in repo.files:
            self.answer(404, {"X-Error-Code": "EntryNotFound"})
        elif faults.redirect_loop:
            self.answer(302, {"Location": self.path})
        else:
            content = repo.files[file]
            headers = {"Location": faults.redirect_to or self.hub.sign(name, file)}
            headers["X-Repo-Commit"] = repo.commit
            if not faults.no_hash:
                headers["X-Linked-Etag"] = f'"{self.hub.sha256(content)}"'
            self.answer(302, headers)


class _StoreHandler(_Handler):
    name = "store"

    def do_GET(self) -> None:
        self.note()
        split = urlsplit(self.path)
        signature = parse_qs(split.query).get("signature", [""])[0]
        owner, name, file = unquote(split.path).lstrip("/").split("/", 2)
        if self.next_answer(self.hub.faults.store_answers):
            return
        if page := self.hub.faults.unsized_page:
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            self.wfile.write(page)
            return
        repo = self.hub.repos.get(f"{owner}/{name}")
        if signature not in self.hub.valid_signatures or repo is None:
            self.answer(403)
            return
        self.send_file(repo.files[file])

    def send_file(self, content: bytes | Path) -> None:
        faults = self.hub.faults
        real = content.stat().st_size if isinstance(content, Path) else len(content)
        size = real + faults.size_error
        tag = f'"{hashlib.md5((self.hub.sha256(content) + faults.etag_salt).encode()).hexdigest()}"'
        start = self.wanted_start(tag)
        if start is not None and faults.refuse_range:
            faults.refuse_range -= 1
            self.answer(416, {"Content-Range": f"bytes */{size}"})
            return
        if start is not None and start >= size:
            self.answer(416, {"Content-Range": f"bytes */{size}"})
            return
        first = start or 0
        self.send_response(200 if start is None else 206)
        if start is not None:
            told = first + 1 if faults.wrong_range else first
            self.send_header("Content-Range", f"bytes {told}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - first))
        if not faults.no_etag:
            self.send_header("ETag", tag)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.stream(content, first, real)

    def wanted_start(self, tag: str) -> int | None:
        wanted = self.headers.get("Range")
        if wanted is None or self.hub.faults.ignore_range:
            return None
        condition = self.headers.get("If-Range")
        if condition and condition != tag and not self.hub.faults.ignore_if_range:
            return None
        return int(wanted.removeprefix("bytes=").rstrip("-"))

    def stream(self, content: bytes | Path, start: int, size: int) -> None:
        faults, start_of_reply = self.hub.faults, start
        with self.hub.lock:
            drop = faults.drop_after.pop(0) if faults.drop_after else None
            stall = faults.stall_after.pop(0) if faults.stall_after else None
        end = size
        for limit in (drop, stall):
            if limit is not None:
                end = min(end, start + limit)
        if isinstance(content, Path) and faults.flip_at is None and not faults.slow_bytes:
            self.send_from_disk(content, start, end)
        else:
            data = content.read_bytes() if isinstance(content, Path) else content
            self.send_from_memory(data, start, end)
        self.wfile.flush()
        if stall is not None and end == start_of_reply + stall:
            self.hub.released.wait(60)

    def send_from_disk(self, path: Path, start: int, end: int) -> None:
        with path.open("rb") as file:
            while start < end:
                count = os.sendfile(
                    self.connection.fileno(), file.fileno(), start, min(1 << 24, end - start)
                )
                start += count
                self.hub.sent += count

    def send_from_memory(self, data: bytes, start: int, end: int) -> None:
        faults = self.hub.faults
        while start < end:
            piece = data[start : min(end, start + (faults.slow_bytes or PIECE))]
            flip = faults.flip_at
            if flip is not None and start <= flip < start + len(piece):
                changed = bytearray(piece)
                changed[flip - start] ^= 1
                piece = bytes(changed)
            self.wfile.write(piece)
            start += len(piece)
            self.hub.sent += len(piece)
            if faults.slow_bytes and self.hub.released.wait(faults.slow_seconds):
                return


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody trusts, and its key, made by the openssl tool."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key
