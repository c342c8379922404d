"""Records greedy answers of llama.cpp's own server, for tests/unit/engine/llama/test_greedy.py.

    python tests/benchmarks/record_greedy.py --server BUILD/bin/llama-server [--model PATH]

Run it again whenever models/demo.gguf changes. tests/benchmarks/README.md says how to build the
server from the source that llama-cpp-python vendors. The server also renders the file's own chat
template; the script stops where Phial's token-level prompt differs from it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
OUT = ROOT / "tests" / "data" / "greedy_demo.json"
CHATS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("user", "Hello"),),
    (("user", "How do I download Phi-4?"),),
    (("user", "Where are my chats stored?"),),
    (("user", "Show me a table"),),
    (("user", "Write a code block in Python"),),
    (("user", "What is 12 + 30?"),),
    (("user", "Show me a formula"),),
    (("system", "You are Phial."), ("user", "Who are you?")),
    (("user", "What is the capital of France?"),),
)
TOKENS = 120


class Server:
    """llama-server on a port of its own, on this machine only."""

    def __init__(self, program: Path, model: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [program, "-m", model, "--host", "127.0.0.1", "--port", str(port), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            if self._process.poll() is not None:
                raise SystemExit("llama-server ended while it loaded the model")
            try:
                with urllib.request.urlopen(f"{self.base}/health") as reply:
                    if reply.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)

    def processor(self) -> float:
        """Seconds of processor it has spent."""
        return sum(psutil.Process(self._process.pid).cpu_times()[:2])

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """One request."""
        request = urllib.request.Request(
            self.base + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def stream_rate(self, text: str, tokens: int) -> float:
        """Tokens a second of a streamed answer, from its first to its last piece."""
        body = {"prompt": text, "n_predict": tokens, "temperature": 0, "stream": True}
        body |= {"ignore_eos": True, "cache_prompt": False}
        request = urllib.request.Request(
            f"{self.base}/completion",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        first, count = 0.0, 0
        with urllib.request.urlopen(request) as reply:
            for line in reply:
                if line.startswith(b"data: "):
                    first = first or time.perf_counter()
                    count += 1
        return (count - 1) / (time.perf_counter() - first)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def record(server: Server, model: Path) -> dict[str, Any]:
    """Prompt and answer token ids of every chat."""
    cases = []
    for chat in CHATS:
        messages = [{"role": role, "content": text} for role, text in chat]
        rendered = server.post("/apply-template", {"messages": messages})["prompt"]
        prompt = server.post("/tokenize", {"content": rendered, "parse_special": True})["tokens"]
        answer = server.post(
            "/completion",
            {
                "prompt": prompt,
                "n_predict": TOKENS,
                "temperature": 0,
                "cache_prompt": False,
                "return_tokens": True,
            },
        )
        cases.append({"chat": chat, "prompt": prompt, "answer": answer["tokens"]})
        print(f"{chat[-1][1]!r}: {answer['content'][:60]!r}")
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    return {"sha256": digest, "tool": "llama-server", "max_tokens": TOKENS, "cases": cases}


def main() -> int:
    """Record and write the fixture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "demo.gguf")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    server = Server(arguments.server, arguments.model, "-c", "2048", "-t", "1", "--no-webui")
    try:
        recorded = record(server, arguments.model)
    finally:
        server.close()
    arguments.out.write_text(json.dumps(recorded, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{arguments.out.name}: {len(recorded['cases'])} answers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
