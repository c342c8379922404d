"""One seeded day through the window's services, step by step: how long each Enter was waited for.

    python -m tests.benchmarks.bench_day --model FILE [--other FILE] [--server llama-server]
                                         [--pace 1] [--read-ahead always|off]

Printed beside the floor: the tokens that nobody could have read before, over the rate at which this
run's first prompt was read. What is counted in tokens depends on no clock. With ``--server`` the
same questions are asked of a llama-server on the same file, after Phial's day, as a plain client
does it: everything is sent at Enter, it keeps the prompt, and its slot is saved and restored over
the restart. ``--pace 0.1`` makes people ten times as quick, for a try.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.domain.conversation import Message
from app.domain.parts import AttachmentPart
from app.domain.settings import ReadAheadWhen, Settings
from app.engine.base import EngineOptions
from app.engine.process.client import EngineClient
from app.services.core.events import AnswerTextAdded, Event
from app.services.documents.attached import attachment_part
from tests.benchmarks.record_greedy import Server
from tests.support.engines import never
from tests.support.harness import Harness, build

_WORDS = (
    "water stone light paper garden window bridge river winter summer number answer question "
    "table letter village market engine harbour island mountain school kitchen music history"
)
WORDS = _WORDS.split()
WORDS_A_MINUTE = 40
LOOK_SECONDS = 1.5  # as the window looks at a text that is typed without a pause
PAUSE_SECONDS = 0.5
ANSWER = 24  # tokens
CODE = "def total(values):\n    result = 0\n    for value in values:\n        result += value\n"


@dataclass(frozen=True, slots=True)
class Step:
    """What one Enter cost.

    Attributes:
        name: What was done.
        waited: Seconds from Enter to the first word.
        after: Tokens read after Enter.
        floor: Of these, those that nobody could have read before.
        cpu: Seconds of the engine's processor time from Enter to the answer's end.
        load: Of the machine's last minute.
        chat: What was asked, for the peer.
    """

    name: str
    waited: float
    after: int
    floor: int
    cpu: float
    load: float
    chat: tuple[tuple[str, str], ...]


class Day:
    """The services of a window, and somebody who uses them.

    Args:
        folder: Where everything is kept; the second part of the day finds it again.
        model: The file.
        context: Tokens of the window.
        pace: 1 is a person's; less is quicker.
        when: Whether the model reads ahead.
        seed: Of the words.
    """

    def __init__(
        self,
        folder: Path,
        model: Path,
        *,
        context: int,
        pace: float,
        when: ReadAheadWhen,
        seed: int,
    ) -> None:
        self._folder, self._context, self._pace, self._when = folder, context, pace, when
        self.chance = random.Random(seed)
        self.steps: list[Step] = []
        self.rate = 0.0  # tokens a second of the first prompt
        self._first_word = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        self.use(model)
        self.harness = self._open()

    def use(self, model: Path) -> None:
        """The file that the next start uses; the harness calls it by one name."""
        here = self._folder / "scripted.gguf"
        here.unlink(missing_ok=True)
        here.symlink_to(model.resolve())

    def _open(self) -> Harness:
        kept = self._folder / "kv"
        settings = Settings(
            welcomed=True,
            temperature=0.0,
            max_tokens=ANSWER,
            context_size=self._context,
            read_ahead=self._when,
            lookup_drafting=False,
        )
        engine = EngineClient(EngineOptions(snapshot_dir=kept, prompt_lookup=False))
        harness = build(self._folder, engine, settings)
        harness.services.bus.subscribe(self._on_event)
        harness.services.models.load()
        harness.services.executor.submit(lambda: None).result()
        return harness

    def restart(self) -> None:
        """Quit, and start again."""
        self.harness.services.close()
        self.harness = self._open()

    def close(self) -> None:
        """Quit."""
        self.harness.services.close()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AnswerTextAdded) and not self._first_word:
            self._first_word = time.perf_counter()

    # --- what a person does ----------------------------------------------------------------

    def sentence(self, words: int) -> str:
        """Words that nobody has said yet."""
        said = " ".join(self.chance.choice(WORDS) for _ in range(words))
        return f"{said[:1].upper()}{said[1:]}?"

    def wait(self, seconds: float) -> None:
        """Read, think, or look elsewhere."""
        time.sleep(seconds * self._pace)

    def look(self, chat: str, draft: str = "", given: Sequence[AttachmentPart] = ()) -> None:
        """What the window tells its services when it measures."""
        self.harness.services.context.measure(chat, draft)
        self.harness.services.ahead.wish(chat, draft, given)

    def type(self, chat: str, text: str, given: Sequence[AttachmentPart] = ()) -> None:
        """At 40 words a minute, without a pause until the end."""
        words = text.split(" ")
        typed, looked = "", 0.0
        for number, word in enumerate(words):
            typed += (" " if number else "") + word
            seconds = 60 / WORDS_A_MINUTE
            self.wait(seconds)
            looked += seconds
            if looked >= LOOK_SECONDS and number < len(words) - 1:
                self.look(chat, typed, given)
                looked = 0.0

    def enter(
        self,
        name: str,
        chat: str,
        text: str,
        *,
        unread: int | None = None,
        given: Sequence[AttachmentPart] = (),
        edited: str | None = None,
    ) -> Message:
        """Send, and note what it cost.

        Args:
            name: Of the step.
            chat: Where.
            text: What.
            unread: Tokens that could not be read before; None: the last word.
            given: Documents.
            edited: The message that is asked again in other words.
        """
        services = self.harness.services
        pid = services.engine.pid
        assert pid is not None
        process = psutil.Process(pid)
        before = sum(process.cpu_times()[:2])
        self._first_word = 0.0
        began = time.perf_counter()
        exchange = (
            services.chat.edit(edited, text) if edited else services.chat.send(chat, text, given)
        )
        ended = self.harness.ended(exchange.answer_id, after=0)
        message = ended.message
        timings = message.timings
        if timings is None or not self._first_word:
            raise SystemExit(f"{name}: there was no answer: {ended.error}")
        last = self.tokens(" " + text.rsplit(maxsplit=1)[-1])
        loaded = services.models.state.loaded
        assert loaded is not None
        markup = loaded.turn_tokens + loaded.answer_tokens
        if not self.rate:
            self.rate = timings.evaluated_tokens / max(timings.prompt_seconds, 1e-6)
        self.steps.append(
            Step(
                name,
                self._first_word - began,
                timings.evaluated_tokens,
                (last if unread is None else unread) + markup,
                sum(process.cpu_times()[:2]) - before,
                os.getloadavg()[0],
                tuple((str(t.role), t.content) for t in self._turns(chat))[:-1],
            )
        )
        self.look(chat)
        return message

    def _turns(self, chat: str) -> list[Message]:
        return [item.message for item in self.harness.services.library.chats.branch(chat)]

    def tokens(self, text: str) -> int:
        """Of a text; on the executor, as everything that is asked of the engine."""
        services = self.harness.services
        counted = services.executor.submit(lambda: services.engine.count_tokens([text]))
        return counted.result()[0]

    def ask(self, name: str, chat: str, given: Sequence[AttachmentPart] = ()) -> Message:
        """Type a short question, and send it."""
        question = self.sentence(8)
        self.type(chat, question, given)
        return self.enter(name, chat, question, given=given)

    def new_chat(self) -> str:
        """Another one; its id."""
        return self.harness.services.library.create().id

    def attach(self, path: Path) -> AttachmentPart:
        """Read a document for a chat."""
        documents = self.harness.services.documents
        return attachment_part(documents.add(path, private=False, cancel=never()))


def day(one: Day, folder: Path, *, long: int, paste: int, other: Path | None) -> None:
    """Its steps. Pauses for reading come after each answer."""
    chat = one.new_chat()
    first = one.sentence(long)
    one.enter("the first prompt, which gives the rate", chat, first, unread=0)
    one.steps.clear()
    one.wait(45)
    one.restart()
    one.look(chat)
    one.wait(45)
    one.ask("back in a long chat after a restart", chat)
    one.wait(45)
    question = one.sentence(60)
    one.type(chat, question)
    one.enter("60 words typed", chat, question)
    one.wait(45)
    text = one.sentence(paste)
    one.look(chat, text)
    one.wait(10)
    read = round(one.rate * 10 * one._pace)
    pasted = one.tokens(text)
    asked = one.enter(
        "a long text pasted, Enter 10 s later", chat, text, unread=max(1, pasted - read)
    )
    one.wait(45)
    second = one.new_chat()
    code = f"{CODE}\n{one.sentence(5)}"
    one.look(second)
    one.type(second, code)
    answer = one.enter("code, in another chat", second, code)
    one.wait(45)
    changed = code.replace("result", "total_of_all")
    one.enter(
        "the code edited in place",
        second,
        changed,
        unread=one.tokens(changed),
        edited=answer.parent_id,
    )
    one.harness.services.chat.save_state(second)
    one.look(chat)
    one.wait(45)
    one.ask("back to the first chat", chat)
    assert asked.conversation_id == chat
    path = folder / "document.txt"
    path.write_text("\n".join(one.sentence(12) for _ in range(20)), encoding="utf-8")
    third = one.new_chat()
    given = (one.attach(path),)
    one.look(third, "", given)
    one.wait(30)
    one.ask("a document attached, asked after 30 s", third, given=given)
    for turn in ("a second question to it", "a third question to it"):
        one.wait(45)
        one.ask(turn, third)
    if other is not None:
        one.close()
        one.use(other)
        one.harness = one._open()
        one.look(chat)
        one.wait(45)
        one.ask("the quantization changed", chat)


def peer(program: Path, model: Path, steps: Sequence[Step], *, context: int) -> list[float]:
    """Seconds to the first word of each step, asked of llama-server."""
    found = []
    with tempfile.TemporaryDirectory() as slots:
        arguments = ("-c", str(context), "-np", "1", "--no-webui", "--slot-save-path", slots)
        server = Server(program, model, *arguments)
        try:
            for step in steps:
                if "restart" in step.name:
                    _first_word(server, step.chat[:2])
                    server.post("/slots/0?action=save", {"filename": "day.bin"})
                    server.close()
                    server = Server(program, model, *arguments)
                    server.post("/slots/0?action=restore", {"filename": "day.bin"})
                found.append(_first_word(server, step.chat))
        finally:
            server.close()
    return found


def _first_word(server: Server, chat: Sequence[tuple[str, str]]) -> float:
    body: dict[str, Any] = {
        "messages": [{"role": role, "content": text} for role, text in chat],
        "temperature": 0,
        "max_tokens": ANSWER,
        "stream": True,
        "cache_prompt": True,
    }
    request = urllib.request.Request(
        f"{server.base}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    began, first = time.perf_counter(), 0.0
    with urllib.request.urlopen(request) as reply:
        for line in reply:
            if line.startswith(b"data: {") and not first:
                delta = json.loads(line[6:])["choices"][0]["delta"]
                first = time.perf_counter() if delta.get("content") else 0.0
    return (first or time.perf_counter()) - began


def show(steps: Sequence[Step], rate: float, served: Sequence[float]) -> None:
    """The table."""
    head = ("tokens", "floor", "waited s", "floor s", "cpu s", "server s", "load")
    print(f"{'after Enter':<42}" + "".join(f"{name:>10}" for name in head))
    for number, step in enumerate(steps):
        peer_cell = f"{served[number]:.2f}" if served else "-"
        cells = (
            f"{step.after}",
            f"{step.floor}",
            f"{step.waited:.2f}",
            f"{step.floor / rate:.2f}",
            f"{step.cpu:.1f}",
            peer_cell,
            f"{step.load:.1f}",
        )
        print(f"{step.name:<42}" + "".join(f"{cell:>10}" for cell in cells))
    totals = (
        f"{sum(s.after for s in steps)}",
        f"{sum(s.floor for s in steps)}",
        f"{sum(s.waited for s in steps):.2f}",
        f"{sum(s.floor for s in steps) / rate:.2f}",
        f"{sum(s.cpu for s in steps):.1f}",
        f"{sum(served):.2f}" if served else "-",
        "",
    )
    print(f"{'the day':<42}" + "".join(f"{cell:>10}" for cell in totals))


def main() -> int:
    """A day, and the same questions to the peer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    demo = Path(__file__).parents[2] / "models" / "demo.gguf"
    parser.add_argument("--model", type=Path, default=demo)
    parser.add_argument("--other", type=Path, help="another quantization of it")
    parser.add_argument("--server", type=Path, help="llama-server of the same build")
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--context", type=int, default=8_192)
    parser.add_argument("--long", type=int, default=2_800, help="words of the long chat")
    parser.add_argument("--paste", type=int, default=1_000, help="words that are pasted")
    parser.add_argument("--read-ahead", choices=["always", "off"], default="always")
    parser.add_argument("--seed", type=int, default=21)
    options = parser.parse_args()
    when = ReadAheadWhen(options.read_ahead)
    print(f"{options.model.name}, {os.cpu_count()} CPUs, read ahead: {when}, pace {options.pace}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = Day(
            folder / "day",
            options.model,
            context=options.context,
            pace=options.pace,
            when=when,
            seed=options.seed,
        )
        try:
            day(one, folder, long=options.long, paste=options.paste, other=options.other)
        finally:
            one.close()
        print(f"rate of the first prompt: {one.rate:.1f} tokens a second")
        served = (
            peer(options.server, options.model, one.steps, context=options.context)
            if options.server
            else []
        )
        show(one.steps, one.rate, served)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
