"""The second question to a whole document, beside llama-server: seconds to the first word.

    python -m tests.benchmarks.bench_second_question --model FILE [--server llama-server]
                                                     [--tokens 8000] [--rounds 3]

Phial reads a document of so many tokens once, for a first question. Then it is ended and started
again, and another chat asks another question about the document: with nothing read ahead, from
Enter to the first word, whatever has to be restored included. With ``--server`` a llama-server on
the same file is asked the same, as a plain client does it: started anew it reads all of it, and
started anew with the slot that it saved before it restores that, which counts. Loading the model
counts for neither. Any file will do; a model of two or eight layers of Phi-4's shape, as
make_phi4_shaped.py writes with ``--script``, is to other models what it is to itself.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.generation import Timings
from app.domain.parts import Part
from app.domain.settings import ReadAheadWhen, Settings
from app.engine.base import EngineOptions
from app.engine.process.client import EngineClient
from app.services.core.events import AnswerEnded, AnswerTextAdded, Event
from app.services.documents.attached import attachment_part
from app.services.documents.reading_plan import (
    ReadingChoice,
    ReadingMode,
    choice_part,
    whole_plan,
)
from tests.benchmarks.bench_day import WORDS
from tests.benchmarks.record_greedy import Server
from tests.support.engines import never
from tests.support.harness import Harness, build

QUESTIONS = (
    "What stands at the beginning of it?",
    "Who is named in the middle?",
    "How does it end?",
    "Which number is the largest?",
    "Where did all of this happen?",
    "What is said of the winter?",
    "Who wrote the letter?",
    "Why was the bridge closed?",
)
ANSWER = 4  # tokens
HOURS = 2.0  # after which no answer is waited for
TIMES = 100.0  # sooner than a server that reads all of it anew


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question cost.

    Attributes:
        seconds: From Enter to the first word.
        prompt: Tokens of its prompt.
        read: Tokens of it that were read for it.
    """

    seconds: float
    prompt: int
    read: int


class Phial:
    """The services of a window on one file.

    Args:
        folder: Where everything is kept.
        model: The file.
        context: Tokens of the window.
    """

    def __init__(self, folder: Path, model: Path, context: int) -> None:
        self._folder, self._context = folder, context
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scripted.gguf").symlink_to(model.resolve())  # as the harness calls its model
        self._first, self._ended, self._timings = 0.0, threading.Event(), Timings()
        self.harness = self._open()

    def _open(self) -> Harness:
        settings = Settings(
            welcomed=True,
            temperature=0.0,
            max_tokens=ANSWER,
            context_size=self._context,
            read_ahead=ReadAheadWhen.OFF,
            lookup_drafting=False,
        )
        options = EngineOptions(snapshot_dir=self._folder / "kv", prompt_lookup=False)
        harness = build(self._folder, EngineClient(options), settings)
        harness.services.bus.subscribe(self._on_event)
        harness.services.models.load()
        harness.services.executor.submit(lambda: None).result()
        return harness

    def restart(self) -> None:
        """Quit, and start again."""
        self.close()
        self.harness = self._open()

    def close(self) -> None:
        """Quit."""
        self.harness.services.close()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AnswerTextAdded) and event.text and not self._first:
            self._first = time.perf_counter()
        if isinstance(event, AnswerEnded):
            self._timings = event.message.timings or Timings()
            self._ended.set()

    def document(self, path: Path, tokens: int) -> tuple[Part, ...]:
        """Write and read a text of about so many tokens; what goes with a question about it."""
        chance = random.Random(19)
        said: list[str] = []
        while self._tokens(" ".join(said)) < tokens - 150:
            said += (chance.choice(WORDS) for _ in range(max(10, tokens // 60)))
        lines = (" ".join(said[at : at + 12]) + "." for at in range(0, len(said), 12))
        path.write_text("\n".join(lines), encoding="utf-8")
        documents = self.harness.services.documents
        read = documents.add(path, private=False, cancel=never())
        whole = choice_part(ReadingChoice(ReadingMode.WHOLE))
        assert whole is not None
        return attachment_part(read), whole

    def _tokens(self, text: str) -> int:
        services = self.harness.services
        counted = services.executor.submit(lambda: services.engine.count_tokens([text]))
        return counted.result()[0]

    def ask(self, question: str, given: tuple[Part, ...]) -> Asked:
        """Ask in a chat of its own."""
        services = self.harness.services
        chat = services.library.create().id
        self._first = 0.0
        self._ended.clear()
        began = time.perf_counter()
        services.chat.send(chat, question, given)
        if not self._ended.wait(HOURS * 3600) or not self._first:
            raise SystemExit("there was no answer")
        spent = self._timings
        return Asked(self._first - began, spent.prompt_tokens, spent.evaluated_tokens)

    def system(self) -> str:
        """What stands before every question."""
        library = self.harness.services.documents.library(private=False)
        documents = library.documents()
        pages = [library.pages(one.id) for one in documents]
        preset = self.harness.services.settings.current.system_prompt
        return whole_plan(documents, pages).system_prompt(preset)


def served(server: Server, system: str, question: str) -> Asked:
    """The same of a llama-server."""
    body: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": question},
        ],
        "temperature": 0,
        "max_tokens": ANSWER,
        "stream": True,
        "cache_prompt": True,
        "timings_per_token": True,
    }
    request = urllib.request.Request(
        f"{server.base}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    began, first, read, cached = time.perf_counter(), 0.0, 0, 0
    with urllib.request.urlopen(request) as reply:
        for line in reply:
            if not line.startswith(b"data: {"):
                continue
            found = json.loads(line[6:])
            delta = found["choices"][0]["delta"] if found["choices"] else {}
            if delta.get("content") and not first:
                first = time.perf_counter()
            timings = found.get("timings", {})
            read, cached = timings.get("prompt_n", read), timings.get("cache_n", cached)
    return Asked((first or time.perf_counter()) - began, read + cached, read)


def peer(
    program: Path, model: Path, system: str, context: int, rounds: int
) -> tuple[list[Asked], list[Asked]]:
    """A server that is started anew, and servers that restore what that one saved."""
    with tempfile.TemporaryDirectory() as slots:
        arguments = ("-c", str(context), "-np", "1", "--no-webui", "--slot-save-path", slots)
        server = Server(program, model, *arguments)
        try:
            anew = served(server, system, QUESTIONS[0])
            server.post("/slots/0?action=save", {"filename": "second.bin"})
        finally:
            server.close()
        restored = []
        for number in range(rounds):
            server = Server(program, model, *arguments)
            try:
                began = time.perf_counter()
                server.post("/slots/0?action=restore", {"filename": "second.bin"})
                took = time.perf_counter() - began
                asked = served(server, system, QUESTIONS[-1 - number % 4])
                restored.append(Asked(took + asked.seconds, asked.prompt, asked.read))
            finally:
                server.close()
    return [anew], restored


def row(name: str, asked: list[Asked]) -> float:
    """A line of the table; the median of its seconds."""
    seconds = [one.seconds for one in asked]
    middle = statistics.median(seconds)
    told = f"{middle:10.3f} ({min(seconds):.3f} to {max(seconds):.3f})"
    print(f"{name:<52}{asked[-1].prompt:>8}{asked[-1].read:>8}  {told}", flush=True)
    return middle


def main() -> int:
    """Both, and how they compare; 1 where Phial is later than it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--server", type=Path, help="llama-server of the same build")
    parser.add_argument("--tokens", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    context = -(-(options.tokens + 1_000) // 1_024) * 1_024
    print(f"{options.model.name}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    print(f"{'until the first word':<52}{'prompt':>8}{'read':>8}  {'seconds':>10} (least to most)")
    with tempfile.TemporaryDirectory() as name:
        phial = Phial(Path(name) / "phial", options.model, context)
        try:
            given = phial.document(Path(name) / "document.txt", options.tokens)
            row("Phial: the first question, all is read", [phial.ask(QUESTIONS[0], given)])
            beside = [phial.ask(one, given) for one in QUESTIONS[1:4][: options.rounds]]
            row("Phial: another chat, another question", beside)
            again = []
            for number in range(options.rounds):
                phial.restart()
                again.append(phial.ask(QUESTIONS[-1 - number % 4], given))
            second = row("Phial: started again, another chat and question", again)
            system = phial.system()
        finally:
            phial.close()
    if options.server is None:
        return 0
    fresh, kept = peer(options.server, options.model, system, context, options.rounds)
    anew = row("llama-server: started anew", fresh)
    restored = row("llama-server: started anew, its slot restored", kept)
    print(f"sooner than started anew: {anew / second:.0f} times (wanted {TIMES:.0f})")
    print(f"beside its own slot: {second / restored:.2f} of its time (wanted 1 at most)")
    return 0 if anew / second >= TIMES and second <= restored else 1


if __name__ == "__main__":
    raise SystemExit(main())
