"""What an answer through an endpoint costs beside one of the engine on this computer.

    xvfb-run -a python -m tests.benchmarks.bench_endpoint [--only processor frames] [--rate 200]

``processor``: processor time of this process for a token, through an endpoint whose server is
another process, and through the engine's process, in turns; the goal is 1 ms more at most.
``frames``: the real window over that endpoint; a timer of 4 ms beats in its thread, and the time
between two beats is what a frame waits. The goal is 16 ms at the 99th percentile.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from app.domain.endpoints.endpoint import Endpoint
from app.domain.endpoints.source import EndpointSource
from app.domain.generation import GREEDY, TextDelta
from app.domain.model import LoadRequest
from app.engine.base import Engine
from app.network.gate import NetworkGate
from app.remote.engine import EndpointEngine
from tests.benchmarks.engine_return import client, row
from tests.support.engines import load, never, request
from tests.support.gguf_factory import ModelSpec, letters, write_model

ROUNDS = 3
TOKENS = 2_000
WORDS = ("The ", "quick ", "brown ", "fox ", "jumps ", "over ", "**the** ", "lazy ", "dog.\n\n")


# --- the server, a process of its own ------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    """Sends words at a pace, each an event of its own."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        found = self.path == "/v1/models"
        data = json.dumps({"data": [{"id": "paced"}]}).encode() if found else b"{}"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        word = asked["messages"][-1]["content"].split()[0]
        rate = float(word) if word[0].isdigit() else 0.0  # a title is asked for in other words
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        began = time.perf_counter()
        for number in range(asked.get("max_tokens", TOKENS)):
            if rate:
                time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            self._send({"content": WORDS[number % len(WORDS)]}, None)
        self._send({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _send(self, delta: dict[str, str], end: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        self.wfile.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
        self.wfile.flush()


def serve() -> None:
    """Tell the port, and answer until the input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


@contextmanager
def paced() -> Iterator[Endpoint]:
    """That server."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_endpoint", "--serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        yield Endpoint("paced", "Paced", f"http://127.0.0.1:{int(child.stdout.readline())}/v1")
        child.stdin.close()


# --- processor time --------------------------------------------------------------------------


def processor(folder: Path, rate: float) -> None:
    """Processor time a token of this process, in turns."""
    model = write_model(
        folder / "flat.gguf",
        ModelSpec(script=letters("abcdefghijklmnopqrstuvwxyz"), loop=True, context=9000, layers=1),
    )
    found: dict[str, list[float]] = {"paced": [], "unpaced": [], "engine": []}
    with paced() as endpoint, client(prompt_lookup=False) as local:
        remote = EndpointEngine(NetworkGate(), find=lambda _id: endpoint, key=lambda _one: None)
        remote.load(LoadRequest(EndpointSource("paced", "paced")), lambda _done: None, never())
        load(local, model, threads=1)
        for _ in range(ROUNDS):
            found["paced"].append(_spent(remote, f"{rate} words a second"))
            found["unpaced"].append(_spent(remote, "0 for no limit"))
            found["engine"].append(_spent(local, "Hi"))
        remote.close()
    best = {name: min(times) for name, times in found.items()}
    row("processor a token, the engine's process", f"{best['engine'] * 1e3:.3f} ms")
    for name, told in (("paced", f"{rate:.0f} tokens/s"), ("unpaced", "as fast as it goes")):
        more = (best[name] - best["engine"]) * 1e3
        row(f"  an endpoint, {told}", f"{best[name] * 1e3:.3f} ms", f"{more:+.3f} ms", "limit +1")


def _spent(engine: Engine, text: str) -> float:
    """Seconds a token, from the hundredth token on."""
    tokens, began, first = 0, 0.0, 0
    for event in engine.generate(
        request(text, sampling=replace(GREEDY, max_tokens=TOKENS)), never()
    ):
        if isinstance(event, TextDelta):
            tokens += event.tokens
            if not first and tokens >= 100:
                began, first = time.process_time(), tokens
    return (time.process_time() - began) / (tokens - first)


# --- frames ------------------------------------------------------------------------------------


def frames(rate: float, seconds: float) -> None:
    """The window's thread while words come from an endpoint."""
    from app.compose import build_services
    from app.services.core.events import AnswerEnded, Event, ModelPhase
    from app.setup import prepare
    from app.ui.application import AppearanceController, make_application
    from app.ui.core.gc_scheduler import GcScheduler
    from app.ui.main_window import MainWindow
    from tests.benchmarks.bench_gui import Gap, Heart, wait

    application = make_application()
    with paced() as endpoint, prepare() as setup:
        tokens = int(rate * seconds)
        setup.settings.update(max_tokens=tokens, welcomed=True)
        services = build_services(setup)
        services.endpoints.add("paced", endpoint.address, models=("paced",))
        look = AppearanceController(application, services)
        look.apply()
        window = MainWindow(services, look.theme)
        look.add_window(window)
        window.show()
        window.begin()
        collector = GcScheduler(
            window, lambda: window.pane.transcript.idle and services.chat.active is None
        )
        services.models.choose(services.endpoints.model(EndpointSource("paced", "paced")))
        wait(lambda: services.models.state.phase is ModelPhase.READY, 30)
        wait(lambda: False, 3.0)
        ended: list[Event] = []

        def hear(event: Event) -> None:
            if isinstance(event, AnswerEnded):
                ended.append(event)

        services.bus.subscribe(hear)
        heart = Heart()
        wait(lambda: False, seconds / 2)
        heart.phase = "answering"
        window.controller.send(f"{rate} words a second")
        wait(lambda: bool(ended), seconds * 3 + 10)
        heart.phase = "afterwards"

        def told(name: str, gaps: list[Gap]) -> None:
            walls, owns = sorted(gap.wall for gap in gaps), sorted(gap.own for gap in gaps)
            at = int(0.99 * (len(gaps) - 1))
            row(name, f"{walls[at]:.1f} ms", f"own {owns[at]:.1f} ms", f"longest {walls[-1]:.0f}")

        told("between two beats, 99 %: nothing happens", heart.gaps["idle"])
        told(f"  an answer at {rate:.0f} tokens/s; limit 16", heart.gaps["answering"])
        collector.close()
        window.close()
        services.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=["processor", "frames"], default=[])
    parser.add_argument("--rate", type=float, default=200.0, help="tokens a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="of the answer in the window")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve()
        return
    wanted: Any = chosen.only or ["processor", "frames"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PHIAL_HOME"] = folder
        print(f"{platform.machine()}, {os.cpu_count()} CPUs; load {os.getloadavg()[0]:.1f}")
        if "processor" in wanted:
            processor(Path(folder), chosen.rate)
        if "frames" in wanted:
            frames(chosen.rate, chosen.seconds)


if __name__ == "__main__":
    main()
