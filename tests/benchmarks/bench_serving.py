"""What lending the model costs: rate and first byte of served answers beside the engine's own.

    python -m tests.benchmarks.bench_serving --model MODEL.gguf [--bin BUILD/bin] [--threads 2]

The engine is asked directly, then by another program over HTTP, then llama-server is asked in the
same way on the same file; in turns, each time with another question, so that nothing is known from
before. What is counted is the second of two questions, one right behind the other: a virtual
machine that rested for a moment is slow at first (one of 2026 takes 0.03 ms to read a request, 2 ms
after 0.1 s of rest and 7 after 1 s, without a page fault of its own), and whoever is asked without
having rested would look the quicker for it. The goals: 0.97 of the engine's own rate, and the first
byte 5 ms later at most. Without --model a scripted file of 2 MB is used, of which each token takes
a fraction of a millisecond: it shows what the server itself can pass on. A file of Phi-4's shape:
make_phi4_shaped.py --layers 2.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from app.domain.generation import GREEDY, TextDelta
from app.domain.settings import Settings
from app.engine.base import Engine
from tests.benchmarks.engine_return import client, row
from tests.benchmarks.record_greedy import Server
from tests.support.engines import never, request
from tests.support.gguf_factory import ModelSpec, letters, write_model
from tests.support.serving import serving

CONTEXT = 2_048
FIRST = "Before"  # marks the question that is not counted
Measured = tuple[float, float]  # seconds to the first word, tokens a second


def question(number: int) -> str:
    """Another one each time, of the same length."""
    return f"{number:04d} Tell me something."


def of_engine(engine: Engine, text: str, tokens: int) -> Measured:
    """At the client's end of the engine's pipe."""
    _of_engine(engine, f"{FIRST} {text}", tokens)
    return _of_engine(engine, text, tokens)


def _of_engine(engine: Engine, text: str, tokens: int) -> Measured:
    began = time.perf_counter()
    first = last = 0.0
    count = before = 0
    asked = request(text, sampling=replace(GREEDY, max_tokens=tokens), owner=text)
    for event in engine.generate(asked, never()):
        if isinstance(event, TextDelta):
            last = time.perf_counter()
            count += event.tokens
            if not first:
                first, before = last, event.tokens
    return first - began, (count - before) / (last - first)


def of_server(base: str, key: str, text: str, tokens: int) -> Measured:
    """At the end of a program of its own that streams."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_serving", "--ask"]
    told = subprocess.run(
        [*command, base, key, text, str(tokens)], check=True, capture_output=True, text=True
    )
    first, rate = json.loads(told.stdout)
    return first, rate


def ask(base: str, key: str, text: str, tokens: str) -> None:
    """Be that program: print what was measured. The end tells how many tokens there were.

    As programs do it asks for the list of models first, on the connection that it keeps.
    """
    where = urlsplit(base)
    connection = http.client.HTTPConnection(str(where.hostname), where.port)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("GET", "/v1/models", headers=headers)
    connection.getresponse().read()
    _ask(connection, headers, f"{FIRST} {text}", int(tokens))
    connection.close()  # llama-server does after a stream
    print(json.dumps(_ask(connection, headers, text, int(tokens))))


def _ask(
    connection: http.client.HTTPConnection, headers: dict[str, str], text: str, tokens: int
) -> Measured:
    body: dict[str, object] = {
        "messages": [{"role": "user", "content": text}],
        "max_tokens": tokens,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if headers["Authorization"] == "Bearer ":  # llama-server's names: read anew, never stop early
        body |= {"cache_prompt": False, "ignore_eos": True}
    began = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
    first = last = 0.0
    count = 0
    for line in connection.getresponse():
        if line.startswith(b"data: {"):
            now, told = time.perf_counter(), json.loads(line[6:])
            choices = told.get("choices") or [{}]
            if choices[0].get("delta", {}).get("content"):
                first, last = first or now, now
            count = (told.get("usage") or {}).get("completion_tokens", count)
    return first - began, (count - 1) / (last - first)


def measure(model: Path, tools: Path | None, threads: int, tokens: int, rounds: int) -> None:
    """All three, in turns."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "scripted.gguf").symlink_to(model.resolve())
        engine = stack.enter_context(client(prompt_lookup=False))
        settings = Settings(threads=threads, context_size=CONTEXT, welcomed=True)
        running = stack.enter_context(serving(home, engine, settings))
        base = f"http://127.0.0.1:{running.client.port}"
        asks: dict[str, Callable[[str], Measured]] = {
            "the engine": lambda text: of_engine(engine, text, tokens),
            "served": lambda text: of_server(base, running.client.key, text, tokens),
        }
        if tools is not None:
            sizes = ("-c", str(CONTEXT), "-t", str(threads), "-np", "1")
            other = Server(tools / "llama-server", model, *sizes)
            stack.callback(other.close)
            asks["llama-server"] = lambda text: of_server(other.base, "", text, tokens)
        asks["served"](question(0))  # the model is loaded
        found: dict[str, list[Measured]] = {name: [] for name in asks}
        names = list(asks)
        for turn in range(rounds):
            for place in range(len(names)):
                name = names[(turn + place) % len(names)]
                found[name].append(asks[name](question(1 + turn * len(names) + place)))
    firsts = {name: [one[0] for one in all_] for name, all_ in found.items()}
    rates = {name: [one[1] for one in all_] for name, all_ in found.items()}
    for how, choose in (("best", max), ("median", statistics.median)):
        own = choose(rates["the engine"])
        for name in names:
            rate = choose(rates[name])
            row(f"rate, {how} of {rounds}, {name}", f"{rate:.2f} tokens/s", f"x{rate / own:.3f}")
    for how, choose in (("best", min), ("median", statistics.median)):
        own = choose(firsts["the engine"])
        for name in names:
            first = choose(firsts[name])
            later = f"{(first - own) * 1e3:+.1f} ms"
            row(f"first word, {how} of {rounds}, {name}", f"{first * 1e3:.1f} ms", later)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--bin", type=Path, help="folder of llama-server")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ask", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.ask:
        ask(*chosen.ask)
        return
    with tempfile.TemporaryDirectory() as folder:
        model = chosen.model or write_model(
            Path(folder) / "flat.gguf",
            ModelSpec(
                script=letters("abcdefghijklmnopqrstuvwxyz"), loop=True, context=4096, layers=1
            ),
        )
        print(f"{platform.machine()}, {os.cpu_count()} CPUs; load {os.getloadavg()[0]:.1f}")
        print(f"{model.name}, {chosen.threads} threads, answers of {chosen.tokens} tokens")
        measure(model, chosen.bin, chosen.threads, chosen.tokens, chosen.rounds)


if __name__ == "__main__":
    main()
