"""What Phial's engine costs beside llama.cpp itself, in one run on one machine.

    python tests/benchmarks/bench_engine.py [--model PATH] [--bin BUILD/bin] [--only SECTION ...]

Sections: overhead, rates, return, drafting, stop. README.md beside this file says how to build
llama-bench from the source that llama-cpp-python vendors, and how to make a model of Phi-4's shape.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import psutil

from app.domain.generation import GREEDY, Finished, PromptProgress, TextDelta
from app.engine import frames
from app.engine.base import EngineOptions
from app.engine.client import EngineClient
from app.engine.host import Host
from app.engine.llama import backend as llama_backend
from tests.support.engines import Said, ask, load, never, request, turns
from tests.support.gguf_factory import ModelSpec, letters, write_model

ROUNDS = 3


def row(name: str, *cells: str) -> None:
    """One line of the table."""
    print(f"{name:<46}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


@contextmanager
def client(**options: Any) -> Iterator[EngineClient]:
    """An engine process."""
    made = EngineClient(EngineOptions(**options))
    try:
        yield made
    finally:
        made.close()


def words(tokens: int) -> str:
    """A text of about so many tokens in a byte vocabulary, nowhere the same."""
    text = "".join(f"{number * 7919 % 100003:05d} " for number in range(tokens // 6 + 1))
    return text[:tokens]


# --- overhead ---------------------------------------------------------------------------------


def overhead(folder: Path) -> None:
    """Processor time per token beyond ``llama_decode``, host and client's end together."""
    model = write_model(
        folder / "flat.gguf",
        ModelSpec(script=letters("abcdefghijklmnopqrstuvwxyz"), loop=True, context=9000, layers=1),
    )
    early, late = _overhead(model, 100, 1100), _overhead(model, 7000, 8000)
    row("overhead per token, tokens 100 to 1100", f"{early * 1e3:.3f} ms", "limit 0.15")
    row("overhead per token, tokens 7000 to 8000", f"{late * 1e3:.3f} ms", f"x{late / early:.2f}")


def _overhead(model: Path, first: int, last: int) -> float:
    """The host runs in threads of this process, so that one clock sees all of it."""
    spent = [0.0]
    original = llama_backend.Backend.__init__

    def timed_init(self: llama_backend.Backend, *arguments: Any) -> None:
        original(self, *arguments)
        decode = self.c.llama_decode

        def timed(*arguments: Any) -> int:
            began = time.thread_time()
            code: int = decode(*arguments)
            spent[0] += time.thread_time() - began
            return code

        self.c = _Patched(self.c, timed)

    llama_backend.Backend.__init__ = timed_init  # type: ignore[method-assign]
    to_host, from_host = os.pipe(), os.pipe()
    host = Host(os.fdopen(to_host[0], "rb"), os.fdopen(from_host[1], "wb"), time.time())
    thread = threading.Thread(target=host.run)
    thread.start()
    commands, events = os.fdopen(to_host[1], "wb"), os.fdopen(from_host[0], "rb")

    def send(command: object) -> None:
        commands.write(frames.encode(command))
        commands.flush()

    send(frames.Configure(EngineOptions(drafting=False)))
    send(frames.Load(1, _load_request(model), 0))
    asked = request("Hi", sampling=replace(GREEDY, max_tokens=last + 50))
    send(frames.Generate(2, asked))
    tokens, marks = 0, []
    while line := events.readline():
        frame = frames.decode(line)
        if isinstance(frame, frames.Done):
            break
        if isinstance(frame, frames.Emitted) and isinstance(frame.event, TextDelta):
            tokens += frame.event.tokens
            if (tokens >= first and not marks) or (tokens >= last and len(marks) == 1):
                marks.append((tokens, time.process_time() - spent[0]))
    send(frames.Quit())
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


def _load_request(model: Path) -> Any:
    from app.domain.model import LoadRequest

    return LoadRequest(model)


# --- rates ------------------------------------------------------------------------------------


def rates(model: Path, tools: Path, threads: int, prompt: int, answer: int) -> None:
    """Prompt and answer rate at the client's end against llama-bench, taking turns."""
    ours: dict[str, list[float]] = {"prompt": [], "answer": []}
    theirs: dict[str, list[float]] = {"prompt": [], "answer": []}
    with client(drafting=False) as engine:
        load(engine, model, threads=threads, context_size=prompt + answer + 512)
        for turn in range(ROUNDS):
            read, written = _rates_of(engine, f"{turn} {words(prompt)}", answer)
            ours["prompt"].append(read)
            ours["answer"].append(written)
            for kind, rate in _llama_bench(tools, model, threads, prompt, answer).items():
                theirs[kind].append(rate)
    for kind in ("prompt", "answer"):
        mine, other = max(ours[kind]), max(theirs[kind])
        row(
            f"{kind} rate, best of {ROUNDS}, tokens a second",
            f"{mine:.2f}",
            f"bench {other:.2f}",
            f"ratio {mine / other:.3f}",
        )


def _rates_of(engine: EngineClient, text: str, answer: int) -> tuple[float, float]:
    """As seen by the client's clock."""
    asked = request(text, sampling=replace(GREEDY, max_tokens=answer))
    began = first = time.perf_counter()
    fitted, last = 0, first
    total = 0
    for event in engine.generate(asked, never()):
        now = time.perf_counter()
        if isinstance(event, PromptProgress):
            fitted, first = event.total, now
        elif isinstance(event, TextDelta):
            total += event.tokens
            last = now
    return fitted / (first - began), total / (last - first)


def _llama_bench(
    tools: Path, model: Path, threads: int, prompt: int, answer: int
) -> dict[str, float]:
    shown = subprocess.run(
        [
            *(tools / "llama-bench", "-m", model, "-t", str(threads), "-r", "1", "-o", "json"),
            *("-p", str(prompt), "-n", str(answer)),
        ],
        check=True,
        capture_output=True,
    )
    return {
        "prompt" if test["n_prompt"] else "answer": test["avg_ts"]
        for test in json.loads(shown.stdout)
    }


# --- return -----------------------------------------------------------------------------------


def come_back(model: Path, folder: Path, lengths: list[int]) -> None:
    """First token after a restart of the app, against reading the chat again."""
    for length in lengths:
        options = {"snapshot_dir": folder / f"kv-{length}", "snapshot_min_gain": -1e9}
        asked = request(turns(words(length)), sampling=replace(GREEDY, max_tokens=1))
        with client(**options) as engine:
            load(engine, model, context_size=length + 512)
            cold, _ = _first_token(engine, asked)
            engine.park("chat")
        with client(**options) as engine:
            load(engine, model, context_size=length + 512)
            warm, said = _first_token(engine, asked)
        size = sum(path.stat().st_size for path in (folder / f"kv-{length}").iterdir())
        disk = _read_seconds(folder / f"kv-{length}")
        timings = said.finished.timings
        row(
            f"return to {timings.prompt_tokens} tokens ({size / 1e6:.0f} MB)",
            f"{warm:.2f} s",
            f"reading {cold:.2f} s",
            f"x{cold / warm:.0f}",
            f"disk {disk:.2f} s",
        )


def _first_token(engine: EngineClient, asked: Any) -> tuple[float, Said]:
    began = time.perf_counter()
    said = ask(engine, asked)
    return time.perf_counter() - began, said


def _read_seconds(folder: Path) -> float:
    began = time.perf_counter()
    for path in folder.iterdir():
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass
    return time.perf_counter() - began


# --- drafting and stop ------------------------------------------------------------------------


def drafting(model: Path, folder: Path) -> None:
    """With and without, where an answer repeats its prompt and where it does not."""
    line = "abcdefghijklmnopqrstuvwxyz"
    repeats = write_model(folder / "repeats.gguf", ModelSpec(script=letters(line), loop=True))
    for name, path, text in (
        ("answers that repeat their prompt", repeats, line * 4),
        ("answers that do not", model, words(200)),
    ):
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(ROUNDS):
            for on in (True, False):
                with client(drafting=on) as engine:
                    load(engine, path)
                    asked = request(text, sampling=replace(GREEDY, max_tokens=200))
                    ask(engine, asked)
                    seconds[on].append(ask(engine, asked).finished.timings.completion_seconds)
        gain = min(seconds[False]) / min(seconds[True])
        row(f"drafting, {name}", f"x{gain:.2f}")


def stop(model: Path) -> None:
    """From the click to silence, in each phase."""
    with client() as engine:
        waits = []
        for _ in range(ROUNDS):
            cancel = threading.Event()
            pressed = [0.0]

            def press(fraction: float, flag: Any = cancel, at: list[float] = pressed) -> None:
                if fraction > 0 and not flag.is_set():
                    at[0] = time.perf_counter()
                    flag.set()

            try:
                engine.load(_load_request(model), press, cancel)
            except Exception as error:  # noqa: BLE001  # a cancelled load is what is measured
                print(f"  ({type(error).__name__})")
            waits.append(time.perf_counter() - pressed[0])
        row("stop while loading", f"{max(waits) * 1e3:.0f} ms")
        load(engine, model)
        for name, kind, text in (
            ("reading the prompt", PromptProgress, words(1500)),
            ("answering", TextDelta, "Hi"),
        ):
            waits = [_stop_once(engine, kind, f"{n} {text}") for n in range(ROUNDS)]
            row(f"stop while {name}", f"{max(waits) * 1e3:.0f} ms")


def _stop_once(engine: EngineClient, kind: type, text: str) -> float:
    cancel = threading.Event()
    pressed = 0.0
    for event in engine.generate(request(text), cancel):
        if isinstance(event, kind) and not pressed:
            time.sleep(0.05)  # into the middle of a pass
            pressed = time.perf_counter()
            cancel.set()
        if isinstance(event, Finished):
            return time.perf_counter() - pressed
    return 0.0


def main() -> int:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--bin", type=Path, help="folder of llama-bench")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--answer", type=int, default=64)
    parser.add_argument("--lengths", type=int, nargs="*", default=[2000])
    parser.add_argument("--threads", type=int, default=psutil.cpu_count(logical=False) or 1)
    chosen = parser.parse_args()
    wanted = set(chosen.only) or {"overhead", "rates", "return", "drafting", "stop"}
    load_average = statistics.mean(os.getloadavg()) if hasattr(os, "getloadavg") else 0.0
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, {platform.system()}"
    )
    print(f"load of other programs at the start: {load_average:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = chosen.model or write_model(
            folder / "tiny.gguf", ModelSpec(depends_on_history=True, context=16_384)
        )
        if "overhead" in wanted:
            overhead(folder)
        if "rates" in wanted and chosen.bin is not None:
            rates(model, chosen.bin, chosen.threads, chosen.prompt, chosen.answer)
        if "return" in wanted:
            come_back(model, folder, chosen.lengths)
        if "drafting" in wanted:
            drafting(model, folder)
        if "stop" in wanted:
            stop(model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
