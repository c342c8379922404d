"""What Phial's engine costs beside llama.cpp itself, in one run on one machine.

    python tests/benchmarks/bench_engine.py [--model PATH] [--bin BUILD/bin] [--only SECTION ...]

Sections: overhead, small, rates, return, stop, drafting, greedy, and gui in a file of its own.
``--only prepare`` builds the state that "return" needs (once; long), and ``--only cold`` reads one
chat for real. README.md beside this file says how to build llama-bench and llama-server from the
source that llama-cpp-python vendors, and how to make models of Phi-4's shape.
Without --model a scripted model of 2 MB is used, on which rates mean little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import psutil

from app.domain.endpoints.source import FileSource
from app.domain.generation import (
    GREEDY,
    PromptProgress,
    TextDelta,
    Turn,
)
from app.domain.model import LoadRequest
from app.engine.base import EngineOptions
from app.engine.llama import backend as llama_backend
from app.engine.process import frames
from app.engine.process.client import EngineClient
from app.engine.process.host import EngineHost
from app.process import messages
from tests.benchmarks.engine_return import client, cold, come_back, prepare, row, words
from tests.benchmarks.engine_stop import stop
from tests.support.engines import ask, load, never, request, turns
from tests.support.gguf_factory import ModelSpec, letters, write_model

ROUNDS = 3
LEAST_ANSWER = 64  # tokens


# --- overhead ---------------------------------------------------------------------------------


def overhead(folder: Path) -> None:
    """Processor time per token beyond ``llama_decode``, host and client's end together."""
    model = write_model(
        folder / "flat.gguf",
        ModelSpec(script=letters("abcdefghijklmnopqrstuvwxyz"), loop=True, context=9000, layers=1),
    )
    first = min(_overhead(model, "Hi", 100, 1100) for _ in range(ROUNDS))
    row("overhead per token, tokens 100 to 1100", f"{first * 1e3:.3f} ms", "limit 0.15")
    # A pass deep in a chat takes longer, so fewer tokens share a frame and the interpreter finds
    # its caches cold. What grows with the answer is told apart by a prompt of the same depth.
    deep = min(_overhead(model, words(6900), 100, 1100) for _ in range(ROUNDS))
    late = min(_overhead(model, "Hi", 7000, 8000) for _ in range(ROUNDS))
    row("  the same after a prompt of 6,900 tokens", f"{deep * 1e3:.3f} ms")
    row("  tokens 7000 to 8000", f"{late * 1e3:.3f} ms", f"x{late / deep:.2f}", "limit 0.15")


def _overhead(model: Path, text: str, first: int, last: int) -> float:
    """The host runs in threads of this process, so that one clock sees all of it."""
    spent = [0.0]
    original = llama_backend.Backend.__init__

    def timed_init(self: llama_backend.Backend, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        decode = self.c.llama_decode

        def timed(*arguments: Any) -> int:
            began = time.thread_time()
            code: int = decode(*arguments)
            spent[0] += time.thread_time() - began
            return code

        self.c = _Patched(self.c, timed)

    llama_backend.Backend.__init__ = timed_init  # type: ignore[method-assign]
    to_host, from_host = os.pipe(), os.pipe()
    host = EngineHost(os.fdopen(to_host[0], "rb"), os.fdopen(from_host[1], "wb"), time.time())
    thread = threading.Thread(target=host.run)
    thread.start()
    commands, events = os.fdopen(to_host[1], "wb"), os.fdopen(from_host[0], "rb")

    def send(command: object) -> None:
        commands.write(frames.encode(command))
        commands.flush()

    send(frames.ConfigureCommand(EngineOptions(prompt_lookup=False)))
    # With one thread the caller's processor time is all of llama_decode's: a second one that spins
    # at its barriers would be counted as ours.
    send(frames.LoadCommand(1, LoadRequest(FileSource(model), threads=1), 0))
    asked = request(text, sampling=replace(GREEDY, max_tokens=last + 50))
    send(frames.GenerateCommand(2, asked))
    tokens, marks = 0, []
    while line := events.readline():
        frame = frames.decode(line)
        if isinstance(frame, messages.DoneReply):
            break
        if isinstance(frame, frames.EventReply) and isinstance(frame.event, TextDelta):
            tokens += frame.event.tokens
            if (tokens >= first and not marks) or (tokens >= last and len(marks) == 1):
                marks.append((tokens, time.process_time() - spent[0]))
    send(messages.QuitCommand())
    thread.join()
    llama_backend.Backend.__init__ = original  # type: ignore[method-assign]
    (before, start), (after, end) = marks
    return (end - start) / (after - before)


class _Patched:
    """The binding with another ``llama_decode``."""

    def __init__(self, c: Any, decode: Callable[..., int]) -> None:
        self._c = c
        self.llama_decode = decode

    def __getattr__(self, name: str) -> Any:
        return getattr(self._c, name)


# --- rates ------------------------------------------------------------------------------------


def small(folder: Path, tools: Path | None) -> None:
    """The whole path on a small file, beside llama-server's, at the client's end of each pipe."""
    from tests.benchmarks.record_greedy import Server

    model = write_model(
        folder / "small.gguf",
        ModelSpec(script=letters("abcdefghijklmnopqrstuvwxyz"), loop=True, context=9000, layers=1),
    )
    ours, theirs = [], []
    server = None
    if tools is not None:
        server = Server(tools / "llama-server", model, "-c", "4096", "-t", "1", "-np", "1")
    try:
        with client(prompt_lookup=False) as engine:
            load(engine, model, threads=1)
            for _ in range(ROUNDS):
                ours.append(_rates_of(engine, turns("Hi"), 2000)[1])
                if server is not None:
                    theirs.append(server.stream_rate("Hi", 2000))
    finally:
        if server is not None:
            server.close()
    cells = [f"{max(ours):.0f} tokens/s"]
    if theirs:
        cells += [f"server {max(theirs):.0f}", f"ratio {max(ours) / max(theirs):.2f}"]
    row(f"small file, streamed answer, best of {ROUNDS}", *cells)


def rates(
    model: Path,
    tools: Path,
    threads: int,
    prompt: int,
    answer: int,
    rounds: int = ROUNDS,
    library: Path | None = None,
    depth: int = 0,
) -> None:
    """Prompt and answer rate at the client's end against llama-bench, taking turns.

    Each turn loads the file anew, on both sides, so that a file of half the memory can be measured.
    Both are warmed: llama-bench by its own first run, ours by a prompt of as many tokens that is
    not counted. Both read behind ``depth`` tokens that the cache holds, and write behind these and
    the prompt. What is counted are evaluations: the first token of an answer needs none, it comes
    with the prompt.
    """
    if answer < LEAST_ANSWER:
        raise SystemExit(f"--answer {answer}: fewer than {LEAST_ANSWER} tokens say little")
    ours: dict[str, list[float]] = {"prompt": [], "answer": []}
    theirs: dict[str, list[float]] = {"prompt": [], "answer": []}
    for turn in range(rounds):
        if turn % 2:  # so that neither always comes after the other has warmed the machine
            other = _llama_bench(tools, model, threads, prompt, answer, depth)
        with client(prompt_lookup=False, library_dir=library) as engine:
            load(engine, model, threads=threads, context_size=depth + prompt + answer + 512)
            _rates_of(engine, turns(f"warm {words(min(prompt, 128))}"), 4)
            chat = [f"{turn} {words(prompt)}"]
            if depth:
                chat = [f"{turn} {words(depth)}", "So.", *chat]
                _rates_of(engine, turns(chat[0]), 4)
            read, written = _rates_of(engine, turns(*chat), answer)
        ours["prompt"].append(read)
        ours["answer"].append(written)
        if not turn % 2:
            other = _llama_bench(tools, model, threads, prompt, answer, depth)
        for kind, rate in other.items():
            theirs[kind].append(rate)
            cells = f"{ours[kind][-1]:.3f}", f"bench {rate:.3f}", f"{ours[kind][-1] / rate:.3f}"
            row(f"  {kind} rate, round {turn + 1}", *cells)
    for kind in ("prompt", "answer"):
        for name, choose in (("best", max), ("median", statistics.median)):
            mine, other = choose(ours[kind]), choose(theirs[kind])
            row(
                f"{kind} rate, {name} of {rounds}, tokens a second",
                f"{mine:.3f}",
                f"bench {other:.3f}",
                f"ratio {mine / other:.3f}",
            )


def _rates_of(engine: EngineClient, chat: Sequence[Turn], answer: int) -> tuple[float, float]:
    """Tokens evaluated a second, of the prompt and of the answer, by the client's clock."""
    asked = request(chat, sampling=replace(GREEDY, max_tokens=answer))
    began = first = time.perf_counter()
    known: int | None = None  # tokens of the prompt that the cache held
    read, last = 0, first
    total = 0
    for event in engine.generate(asked, never()):
        now = time.perf_counter()
        if isinstance(event, PromptProgress):
            known = event.done if known is None else known
            read, first = event.total - known, now
        elif isinstance(event, TextDelta):
            total += event.tokens
            last = now
    return read / (first - began), (total - 1) / (last - first)


def _llama_bench(
    tools: Path, model: Path, threads: int, prompt: int, answer: int, depth: int
) -> dict[str, float]:
    """The prompt behind ``depth`` tokens, the answer behind both."""
    behind = ("-p", "0", "-n", str(answer), "-d", str(depth + prompt))
    read = ("-p", str(prompt), "-n", "0", "-d", str(depth))
    return {
        "prompt": _measured(tools, model, threads, *read),
        "answer": _measured(tools, model, threads, *behind),
    }


def _measured(tools: Path, model: Path, threads: int, *asked: str) -> float:
    shown = subprocess.run(
        [
            *(tools / "llama-bench", "-m", model, "-t", str(threads), "-r", "1", "-o", "json"),
            *asked,
        ],
        check=True,
        capture_output=True,
    )
    (test,) = json.loads(shown.stdout)
    return float(test["avg_ts"])


# --- drafting, greedy -------------------------------------------------------------------


def drafting(repeats: Path, other: Path, threads: int, answer: int, rounds: int) -> None:
    """With and without, where an answer repeats its prompt and where it does not.

    One engine does both by turns, so that a file of half the memory can be measured.
    """
    line = "abcdefghijklmnopqrstuvwxyz"
    for name, path, text in (
        ("an answer that repeats its prompt", repeats, line * 3),
        ("an answer that does not", other, words(78)),
        ("another that does not, of a prompt full of repeats", other, "the same words again " * 4),
    ):
        gains, texts = [], set()
        row(f"drafting, {name}")
        with client() as engine:
            load(engine, path, threads=threads, context_size=2048)
            asked = request(text, sampling=replace(GREEDY, max_tokens=answer))
            ask(engine, replace(asked, sampling=replace(GREEDY, max_tokens=1)))
            for number in range(rounds):
                rates = {}
                for on in (True, False) if number % 2 else (False, True):
                    engine.configure(EngineOptions(prompt_lookup=on))
                    said = ask(engine, asked)
                    rates[on] = said.finished.timings.tokens_per_second
                    texts.add(said.text)
                    if on:
                        timings = said.finished.timings
                gains.append(rates[True] / rates[False])
                row(
                    f"  round {number + 1}",
                    f"x{gains[-1]:.2f}",
                    f"{rates[True]:.2f}",
                    f"plain {rates[False]:.2f}",
                    f"came true {timings.accepted_tokens}/{timings.drafted_tokens}",
                )
        row(
            f"  median of {rounds}",
            f"x{statistics.median(gains):.2f}",
            # Random weights have near ties, which passes of another size may round the other way.
            "same tokens" if len(texts) == 1 else "a tie differs",
        )


def greedy(tools: Path, model: Path) -> None:
    """Tokens against llama-server's, recorded anew, by the tests of greedy answers."""
    with tempfile.TemporaryDirectory() as name:
        fixture = Path(name) / "greedy.json"
        here = Path(__file__).parent
        record = [sys.executable, here / "record_greedy.py", "--server", tools / "llama-server"]
        subprocess.run(
            [*record, "--model", model, "--out", fixture], check=True, stdout=subprocess.DEVNULL
        )
        environment = {
            **os.environ,
            "PHIAL_GREEDY_MODEL": str(model),
            "PHIAL_GREEDY_FIXTURE": str(fixture),
        }
        tests = here.parent / "unit" / "engine" / "test_greedy.py"
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        cases = len(json.loads(fixture.read_text(encoding="utf-8"))["cases"])
    verdict = "the same tokens" if ended.returncode == 0 else "NOT the same tokens"
    row(f"greedy, {cases} chats against llama-server", verdict)
    row("  drafting on/off, after restart from snapshots", ended.stdout.strip().splitlines()[-1])


def main() -> int:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--repeats", type=Path, help="scripted model for drafting")
    parser.add_argument("--bin", type=Path, help="folder of llama-bench and llama-server")
    parser.add_argument(
        "--library", type=Path, help="llama.cpp's libraries for Phial's 'rates' too"
    )
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--state", type=Path, help="folder of the state that 'prepare' builds")
    parser.add_argument("--prompt", type=int, default=256)
    parser.add_argument("--depth", type=int, default=0, help="tokens before it, for 'rates'")
    parser.add_argument("--answer", type=int, default=LEAST_ANSWER)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--lengths", type=int, nargs="*", default=[2000])
    parser.add_argument("--longest", type=int, default=8000, help="sets the context of 'return'")
    parser.add_argument("--threads", type=int, default=psutil.cpu_count(logical=False) or 1)
    chosen = parser.parse_args()
    wanted = set(chosen.only) or {"overhead", "small", "rates", "stop", "drafting", "greedy"}
    load_average = statistics.mean(os.getloadavg()) if hasattr(os, "getloadavg") else 0.0
    print(f"{_processor()}, {os.cpu_count()} CPUs, {platform.system()}, {chosen.threads} threads")
    print(f"load average at the start: {load_average:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = chosen.model or write_model(
            folder / "tiny.gguf", ModelSpec(depends_on_history=True, context=16_384)
        )
        _run(wanted, chosen, model, folder)
    return 0


def _run(wanted: set[str], chosen: argparse.Namespace, model: Path, folder: Path) -> None:
    tools: Path | None = chosen.bin
    threads: int = chosen.threads
    state = chosen.state or folder / "state"
    if "overhead" in wanted:
        overhead(folder)
    if "small" in wanted:
        small(folder, tools)
    if "rates" in wanted and tools is not None:
        asked = chosen.prompt, chosen.answer, chosen.rounds
        rates(model, tools, threads, *asked, chosen.library, chosen.depth)
    if "prepare" in wanted:
        prepare(model, state, chosen.lengths, chosen.longest, threads)
    if "cold" in wanted:
        cold(model, chosen.lengths[0], chosen.longest, threads)
    if "return" in wanted:
        come_back(model, state, chosen.lengths, chosen.longest, threads, chosen.rounds)
    if "drafting" in wanted:
        line = letters("abcdefghijklmnopqrstuvwxyz")
        repeats = chosen.repeats or write_model(
            folder / "repeats.gguf", ModelSpec(script=line, loop=True)
        )
        drafting(repeats, model, threads, chosen.answer, chosen.rounds)
    if "stop" in wanted:
        stop(model, threads, chosen.rounds, chosen.state, chosen.longest)
    if "greedy" in wanted and tools is not None:
        greedy(tools, Path(__file__).parents[2] / "models" / "demo.gguf")


def _processor() -> str:
    """The processor's name, where the system tells it."""
    source = Path("/proc/cpuinfo")
    if source.exists():
        for line in source.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
