"""A local server for ``/v1/chat/completions`` with the habits and the faults of the real ones.

What it is like and what goes wrong are switches, read at every request. Everything that arrives is
kept in ``requests``. Answers are words of ``answer``, each a piece of its own.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KINDS = ("llama-server", "vllm", "ollama", "other")


@dataclass
class EndpointFaults:
    """What goes wrong, and how the reply is cut into packets."""

    refusals: list[tuple[int, dict[str, str], object]] = field(default_factory=list)  # consumed
    kind: str = "text/event-stream"  # the content type of an answer
    body: bytes | None = None  # sent in place of an answer
    packets: Callable[[bytes], Iterable[bytes]] | None = None  # how the bytes are cut
    drop_after: int | None = None  # pieces after which the connection breaks
    no_done: bool = False  # the stream ends without [DONE]
    no_finish: bool = False  # no reason is told
    endless: bool = False  # it never ends by itself
    silent: bool = False  # nothing comes before it is released
    questions: dict[str, str] = field(default_factory=dict)  # path: "silent", "drips" or "cut"
    field_refused: str = ""  # a field of the request that it will not have
    headers: dict[str, str] = field(default_factory=dict)  # more of them, of an answer


@dataclass(frozen=True)
class SeenRequest:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class EndpointServer:
    """The server, as a context manager.

    Args:
        kind: Whose habits it has.
        key: What it wants to be given; empty for nothing.
        models: Those it has.
        context: Tokens of their window, where a server of that kind tells.
        certificate: Files of a certificate and its key; None speaks without encryption.
    """

    def __init__(
        self,
        kind: str = "other",
        *,
        key: str = "",
        models: tuple[str, ...] = ("small",),
        context: int = 4096,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        assert kind in KINDS
        self.kind, self.key, self.models, self.context = kind, key, models, context
        self.faults = EndpointFaults()
        self.answer: list[str] = ["Hello", " there", "."]
        self.reasoning: list[str] = []
        self.requests: list[SeenRequest] = []
        self.hung_up = threading.Event()  # somebody did not want the rest
        self.released = threading.Event()
        self.sent = 0  # pieces of answers
        server = self

        class Handler(_Handler):
            owner = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._scheme = "http"
        if certificate is not None:
            context_ = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context_.load_cert_chain(*certificate)
            self._http.socket = context_.wrap_socket(self._http.socket, server_side=True)
            self._scheme = "https"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> EndpointServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Nothing answers any more. May be called twice."""
        self.released.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/v1"

    def asked(self) -> list[Any]:
        """The bodies of what was asked for answers."""
        return [one.body for one in self.requests if one.path == "/v1/chat/completions"]

    # --- what it says -------------------------------------------------------------------------

    def told(self, path: str, body: Any) -> object | None:
        """The answer to a question; None where it has no such address."""
        owner = {"llama-server": "llamacpp", "vllm": "vllm"}.get(self.kind, "library")
        if path == "/v1/models":
            more = {"max_model_len": self.context} if self.kind == "vllm" else {}
            data = [{"id": name, "object": "model", "owned_by": owner, **more}
                    for name in self.models]  # fmt: skip
            return {"object": "list", "data": data}
        match self.kind, path:
            case "llama-server", "/props":
                return {"default_generation_settings": {"n_ctx": self.context}, "total_slots": 1}
            case "llama-server", "/tokenize":
                return {"tokens": list(range(len(body["content"].split())))}
            case "llama-server", "/apply-template":
                said = " ".join(f"<{m['role']}> {m['content']} <end>" for m in body["messages"])
                return {"prompt": f"{said} <assistant>"}
            case "vllm", "/tokenize":
                if "prompt" in body:
                    return {"count": len(body["prompt"].split())}
                return {"count": sum(len(m["content"].split()) + 2 for m in body["messages"]) + 1}
            case "ollama", "/api/version":
                return {"version": "0.12.0"}
            case "ollama", "/api/ps":
                return {"models": [{"name": self.models[0], "context_length": self.context}]}
        return None

    def pieces(self, body: Any) -> Iterator[dict[str, object]]:
        """The pieces of an answer, as JSON values."""
        for text in self.reasoning:
            yield {"choices": [{"index": 0, "delta": {"reasoning_content": text}}]}
        words: Iterable[str] = self.answer
        if self.faults.endless:
            words = _for_ever(self.answer)
        for text in words:
            yield {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        if not self.faults.no_finish:
            yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        if body.get("stream_options", {}).get("include_usage"):
            words_read = sum(len(str(m["content"]).split()) for m in body["messages"])
            usage = {"prompt_tokens": words_read, "completion_tokens": len(self.answer)}
            yield {"choices": [], "usage": usage}


def _for_ever(words: list[str]) -> Iterator[str]:
    while True:
        yield from words


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with chunks, as the real ones do."""

    protocol_version = "HTTP/1.1"
    owner: EndpointServer

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._serve(json.loads(self.rfile.read(length)))

    def _serve(self, body: Any) -> None:
        owner, path = self.owner, urlsplit(self.path).path  # a proxy is told the whole address
        owner.requests.append(SeenRequest(self.command, self.path, dict(self.headers), body))
        self.close_connection = True
        if owner.key and self.headers.get("Authorization") != f"Bearer {owner.key}":
            self._json(401, {"error": {"message": "Incorrect key", "code": "invalid_api_key"}})
        elif owner.faults.refusals and path == "/v1/chat/completions":
            status, headers, said = owner.faults.refusals.pop(0)
            self._json(status, said, headers)
        elif path == "/v1/chat/completions":
            self._answer(body)
        else:
            told = owner.told(path, body)
            if told is None:
                self._json(404, {"error": {"message": "Not Found"}})
            else:
                self._json(200, told)

    def _json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        match self.owner.faults.questions.get(self.path):
            case "silent":
                self.owner.released.wait(30)
            case "drips":
                for byte in data:
                    self.wfile.write(bytes([byte]))
                    if self.owner.released.wait(0.1):
                        return
            case "cut":
                self.wfile.write(data[:-1])
            case _:
                self.wfile.write(data)

    def _answer(self, body: Any) -> None:
        owner, faults = self.owner, self.owner.faults
        if body.get("model") not in owner.models:
            message = f"The model `{body.get('model')}` does not exist."
            self._json(404, {"error": {"message": message, "code": "model_not_found"}})
            return
        if faults.field_refused in body:
            message = f"Unsupported parameter: '{faults.field_refused}'"
            self._json(400, {"error": {"message": message, "param": faults.field_refused}})
            return
        if faults.silent:
            owner.released.wait(30)
        try:
            self.send_response(200)
            self.send_header("Content-Type", faults.kind)
            for name, text in faults.headers.items():
                self.send_header(name, text)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for data in self._bytes(body):
                self._chunk(data)
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            owner.hung_up.set()

    def _bytes(self, body: Any) -> Iterator[bytes]:
        owner, faults = self.owner, self.owner.faults
        if faults.body is not None:
            yield from faults.packets(faults.body) if faults.packets else [faults.body]
            return
        whole = bytearray()
        for number, piece in enumerate(owner.pieces(body)):
            if faults.drop_after is not None and number >= faults.drop_after:
                raise ConnectionResetError
            owner.sent += 1
            event = b"data: " + json.dumps(piece, ensure_ascii=False).encode() + b"\n\n"
            if faults.packets is None:
                yield event
            else:
                whole += event
        if not faults.no_done:
            whole += b"data: [DONE]\n\n"
        yield from faults.packets(bytes(whole)) if faults.packets else [bytes(whole)]

    def _chunk(self, data: bytes) -> None:
        if data:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
