"""One seeded day through the window's services, step by step: how long each Enter was waited for.

    python -m tests.benchmarks.bench_day --model FILE [--other FILE] [--server llama-server]
                                         [--rounds 1] [--pace 1] [--read-ahead always|off]
                                         [--letters] [--chart day.svg]

Printed beside the floor: the tokens that nobody could have read before, over the rate at which this
run's first prompt was read at the same depth (each token attends to those before it). What is
counted in tokens depends on no clock. With ``--server`` the very turns that the engine was given
are asked of a llama-server on the same file, in turns with Phial's day, as a plain client does it
at its best: everything is sent at Enter, prompts of other chats stay in its memory, its slot is
saved before the restart and restored after it, and it drafts by its own lookup. ``--pace 0.1``
makes people ten times as quick, for a try or for a model that is as much quicker than 14 B.
``--letters`` is for a vocabulary in which each letter is a token: words are letters then, so that
40 words a minute are 80 tokens, and not six times what Phi-4's vocabulary makes of them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from app.domain.conversation import Message
from app.domain.generation import GenerationEvent, GenerationRequest, PromptProgress
from app.domain.model import ModelFile
from app.domain.parts import AttachmentPart
from app.domain.settings import ReadAheadWhen, Settings
from app.engine.base import Cancel, EngineOptions
from app.engine.process.client import EngineClient
from app.services.core.events import AnswerEnded, AnswerTextAdded, Event
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
QUESTION = 8  # words of a short one
RESTART = "back in a long chat after a restart"
QUANTIZATION = "the quantization changed"
CODE = "def total(values):\n    result = 0\n    for value in values:\n        result += value\n"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CODE_OF_LETTERS = "def f(v):\n result = 0\n for x in v:\n  result += x\n"


@dataclass(frozen=True, slots=True)
class Step:
    """What one Enter cost.

    Attributes:
        name: What was done.
        waited: Seconds from Enter to the first word.
        after: Tokens read after Enter.
        floor: Of these, those that nobody could have read before.
        least: Seconds that those take.
        cpu: Seconds of the engine's processor time since the step before.
        load: Of the machine's last minute.
        turns: What the engine was asked, for the peer.
        said: The answer.
    """

    name: str
    waited: float
    after: int
    floor: int
    least: float
    cpu: float
    load: float
    turns: tuple[tuple[str, str], ...]
    said: str


@dataclass(frozen=True, slots=True)
class Served:
    """What the same Enter cost at the peer: as :class:`Step`."""

    waited: float
    cpu: float
    said: str


@dataclass(frozen=True, slots=True)
class ReadingRate:
    """What reading a token takes, by the tokens before it.

    Attributes:
        first: Seconds of a token at the beginning.
        more: Seconds that each token before it adds.
    """

    first: float
    more: float

    @classmethod
    def of(cls, told: Sequence[tuple[int, float]]) -> ReadingRate:
        """From how far a long prompt was at what time: of both halves, so that noise is small."""
        begin, middle, end = told[0], told[len(told) // 2], told[-1]
        parts = []
        for (before, began), (after, ended) in ((begin, middle), (middle, end)):
            parts.append(((before + after) / 2, (ended - began) / max(1, after - before)))
        (at, low), (later, high) = parts
        more = max(0.0, (high - low) / max(1.0, later - at))
        return cls(max(1e-9, low - more * at), more)

    def seconds(self, tokens: int, depth: int) -> float:
        """Of so many tokens behind ``depth`` others."""
        return tokens * (self.first + self.more * (depth + tokens / 2))

    def tokens(self, seconds: float, depth: int) -> int:
        """What can be read in a time behind ``depth`` others, at the rate there."""
        return round(seconds / (self.first + self.more * depth))


class ListeningClient(EngineClient):
    """The engine's client, the turns it was asked last, and how far it was at what time."""

    turns: tuple[tuple[str, str], ...] = ()
    told: tuple[tuple[int, float], ...] = ()

    def generate(self, request: GenerationRequest, cancel: Cancel) -> Iterator[GenerationEvent]:
        self.turns = tuple((str(turn.role), turn.content) for turn in request.turns)
        self.told = ()
        for event in super().generate(request, cancel):
            if isinstance(event, PromptProgress):
                self.told = (*self.told, (event.done, time.perf_counter()))
            yield event


class Day:
    """The services of a window, and somebody who uses them.

    Args:
        folder: Where everything is kept; the second part of the day finds it again.
        model: The file.
        context: Tokens of the window.
        pace: 1 is a person's; less is quicker.
        when: Whether the model reads ahead.
        letters: Whether words are single letters.
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
        letters: bool,
        seed: int,
    ) -> None:
        self._folder, self._context, self._pace, self._when = folder, context, pace, when
        self._words: Sequence[str] = LETTERS if letters else WORDS
        self.code = CODE_OF_LETTERS if letters else CODE
        self.chance = random.Random(seed)
        self.steps: list[Step] = []
        self.rate: ReadingRate | None = None  # of the first prompt
        self.depth = 0  # tokens of the chat that was asked last
        self._first_word = 0.0
        self._spent = 0.0
        self.first: Step | None = None  # which builds the long chat, and is not counted
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
        )
        self._engine = ListeningClient(EngineOptions(snapshot_dir=kept))
        harness = build(self._folder, self._engine, settings)
        harness.services.bus.subscribe(self._on_event)
        harness.services.models.load()
        harness.services.executor.submit(lambda: None).result()
        self._spent = 0.0
        return harness

    def switch(self, other: Path) -> None:
        """Choose another file of the model while the program runs."""
        used = self.harness.services.models.state.model
        assert isinstance(used, ModelFile)
        self.harness.services.models.choose(replace(used, path=other, sha256="5d" * 32))

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
        said = " ".join(self.chance.choice(self._words) for _ in range(words))
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
        self._first_word = 0.0
        began = time.perf_counter()
        exchange = (
            services.chat.edit(edited, text) if edited else services.chat.send(chat, text, given)
        )
        ended = self._ended(exchange.answer_id)
        message = ended.message
        timings = message.timings
        if timings is None or not self._first_word:
            raise SystemExit(f"{name}: there was no answer: {ended.error}")
        last = self.tokens(" " + text.rsplit(maxsplit=1)[-1])
        loaded = services.models.state.loaded
        assert loaded is not None
        markup = loaded.turn_tokens + loaded.answer_tokens
        if self.rate is None:
            self.rate = ReadingRate.of(self._engine.told)
        floor = (last if unread is None else unread) + markup
        self.depth = timings.prompt_tokens + timings.completion_tokens
        self.steps.append(
            Step(
                name,
                self._first_word - began,
                timings.evaluated_tokens,
                floor,
                self.rate.seconds(floor, max(0, timings.prompt_tokens - floor)),
                self._processor(),
                os.getloadavg()[0],
                self._engine.turns,
                message.content,
            )
        )
        self.look(chat)
        return message

    def _ended(self, answer_id: str) -> AnswerEnded:
        """Wait, as long as it takes."""
        ends = (e for e in self.harness.heard.of(AnswerEnded) if isinstance(e, AnswerEnded))
        while not (ended := next((e for e in ends if e.message.id == answer_id), None)):
            time.sleep(0.05)
            ends = (e for e in self.harness.heard.of(AnswerEnded) if isinstance(e, AnswerEnded))
        return ended

    def _processor(self) -> float:
        """Seconds that the engine spent since this was asked last."""
        pid = self.harness.services.engine.pid
        assert pid is not None
        before, self._spent = self._spent, sum(psutil.Process(pid).cpu_times()[:2])
        return self._spent - before

    def tokens(self, text: str) -> int:
        """Of a text; on the executor, as everything that is asked of the engine."""
        services = self.harness.services
        counted = services.executor.submit(lambda: services.engine.count_tokens([text]))
        return counted.result()[0]

    def ask(
        self, name: str, chat: str, given: Sequence[AttachmentPart] = (), unread: int = 0
    ) -> Message:
        """Type a short question, and send it.

        Args:
            name: Of the step.
            chat: Where.
            given: Documents.
            unread: Tokens of them that could not be read before the question was typed.
        """
        question = self.sentence(QUESTION)
        self.type(chat, question, given)
        left = unread - self.could_read(QUESTION * 60 / WORDS_A_MINUTE, anew=True)
        return self.enter(name, chat, question, given=given, unread=left if left > 0 else None)

    def could_read(self, seconds: float, *, anew: bool = False) -> int:
        """Tokens that anybody could have read in a pause, in the last chat or a new one."""
        assert self.rate is not None
        return self.rate.tokens(seconds * self._pace, 0 if anew else self.depth)

    def new_chat(self) -> str:
        """Another one; its id."""
        return self.harness.services.library.create().id

    def attach(self, path: Path) -> AttachmentPart:
        """Read a document for a chat."""
        documents = self.harness.services.documents
        return attachment_part(documents.add(path, private=False, cancel=never()))


def day(
    one: Day, folder: Path, *, long: int, paste: int, document: int, other: Path | None
) -> None:
    """Its steps. Pauses for reading come after each answer."""
    chat = one.new_chat()
    first = one.sentence(long)
    one.enter("the first prompt, which gives the rate", chat, first, unread=0)
    one.first = one.steps.pop()
    one.wait(45)
    one.restart()
    one.look(chat)
    one.wait(45)
    one.ask(RESTART, chat)
    one.wait(45)
    question = one.sentence(60)
    one.type(chat, question)
    one.enter("60 words typed", chat, question)
    one.wait(45)
    text = one.sentence(paste)
    one.look(chat, text)
    one.wait(10)
    left = max(1, one.tokens(text) - one.could_read(10))
    asked = one.enter("a long text pasted, Enter 10 s later", chat, text, unread=left)
    one.wait(45)
    second = one.new_chat()
    code = f"{one.code}\n{one.sentence(5)}"
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
    path.write_text("\n".join(one.sentence(12) for _ in range(document // 12)), encoding="utf-8")
    third = one.new_chat()
    given = (one.attach(path),)
    one.look(third, "", given)
    one.wait(30)
    left = one.tokens(path.read_text(encoding="utf-8")) - one.could_read(30, anew=True)
    one.ask("a document attached, asked after 30 s", third, given, left)
    for turn in ("a second question to it", "a third question to it"):
        one.wait(45)
        one.ask(turn, third)
    if other is not None:
        one.wait(45)
        one.switch(other)
        one.look(third)
        left = one.depth - one.could_read(45, anew=True)
        one.wait(45)
        one.ask(QUANTIZATION, third, unread=left)


class Peer:
    """llama-server, asked what Phial's engine was asked.

    Args:
        program: Its file.
        model: The model's.
        other: Another quantization of it.
        context: Tokens of its window.
    """

    def __init__(self, program: Path, model: Path, other: Path | None, *, context: int) -> None:
        self._program, self._model, self._other, self._context = program, model, other, context

    def day(self, first: Step, steps: Sequence[Step]) -> list[Served]:
        """What each step cost."""
        with tempfile.TemporaryDirectory() as slots:
            server = self._start(self._model, slots)
            try:
                _served(server, first.turns)
                found = []
                for step in steps:
                    if step.name == RESTART:
                        server.post("/slots/0?action=save", {"filename": "day.bin"})
                        server.close()
                        server = self._start(self._model, slots)
                        server.post("/slots/0?action=restore", {"filename": "day.bin"})
                    if step.name == QUANTIZATION and self._other is not None:
                        server.close()
                        server = self._start(self._other, slots)
                    found.append(_served(server, step.turns))
            finally:
                server.close()
        return found

    def _start(self, model: Path, slots: str) -> Server:
        threads = str(psutil.cpu_count(logical=False) or 1)
        return Server(
            self._program,
            model,
            *("-c", str(self._context), "-np", "1", "-t", threads, "--no-webui"),
            *("--slot-save-path", slots, "--spec-type", "ngram-simple"),
        )


def _served(server: Server, turns: Sequence[tuple[str, str]]) -> Served:
    body: dict[str, Any] = {
        "messages": [{"role": role, "content": text} for role, text in turns],
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
    spent = server.processor()
    began, first, said = time.perf_counter(), 0.0, ""
    with urllib.request.urlopen(request) as reply:
        for line in reply:
            if line.startswith(b"data: {"):
                delta = json.loads(line[6:])["choices"][0]["delta"]
                said += delta.get("content") or ""
                first = first or (time.perf_counter() if said else 0.0)
    return Served((first or time.perf_counter()) - began, server.processor() - spent, said)


def show(steps: Sequence[Step], served: Sequence[Served]) -> None:
    """The table."""
    head = ("tokens", "floor", "waited s", "floor s", "cpu s", "server s", "its cpu", "load")
    print(f"{'after Enter':<42}" + "".join(f"{name:>10}" for name in head))
    for number, step in enumerate(steps):
        their = served[number] if served else None
        cells = (
            f"{step.after}",
            f"{step.floor}",
            f"{step.waited:.2f}",
            f"{step.least:.2f}",
            f"{step.cpu:.1f}",
            f"{their.waited:.2f}" if their else "-",
            f"{their.cpu:.1f}" if their else "-",
            f"{step.load:.1f}",
        )
        print(f"{step.name:<42}" + "".join(f"{cell:>10}" for cell in cells))
    totals = (
        f"{sum(s.after for s in steps)}",
        f"{sum(s.floor for s in steps)}",
        f"{sum(s.waited for s in steps):.2f}",
        f"{sum(s.least for s in steps):.2f}",
        f"{sum(s.cpu for s in steps):.1f}",
        f"{sum(s.waited for s in served):.2f}" if served else "-",
        f"{sum(s.cpu for s in served):.1f}" if served else "-",
        "",
    )
    print(f"{'the day':<42}" + "".join(f"{cell:>10}" for cell in totals))
    if served:
        same = sum(step.said == their.said for step, their in zip(steps, served, strict=True))
        print(f"answers equal to the server's, letter for letter: {same} of {len(steps)}")


def energy() -> float | None:
    """Joules the processor has used, where the machine tells (Linux, powercap)."""
    counters = sorted(Path("/sys/class/powercap").glob("intel-rapl:*/energy_uj"))
    try:
        return sum(int(counter.read_text()) for counter in counters) / 1e6 if counters else None
    except OSError:  # only root may read them
        return None


def chart(steps: Sequence[Step], served: Sequence[Served]) -> str:
    """The day's waiting as an SVG: a bar of Phial's, of the server's, and a line at the floor."""
    left, width, row = 270, 420, 44
    longest = max([step.waited for step in steps] + [their.waited for their in served])
    high = row * len(steps) + 58
    style = "font-family='sans-serif' font-size='13' fill='#777'"
    box, label = f"0 0 {left + width + 90} {high}", "aria-label='Seconds waited after Enter'"
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{box}' {style} role='img' {label}>",
        f"<text x='{left}' y='18' font-size='14'>Seconds from Enter to the first word</text>",
    ]
    for number, (step, their) in enumerate(zip(steps, served, strict=True)):
        top = 32 + row * number
        lines.append(f"<text x='{left - 10}' y='{top + 19}' text-anchor='end'>{step.name}</text>")
        for shift, seconds, colour in ((0, step.waited, "#4c8bf5"), (14, their.waited, "#b9bec7")):
            long = max(1.0, width * seconds / longest)
            lines.append(
                f"<rect x='{left}' y='{top + shift}' width='{long:.1f}' height='12' rx='2' "
                f"fill='{colour}'/><text x='{left + long + 6:.1f}' y='{top + shift + 11}' "
                f"font-size='11'>{seconds:.2f}</text>"
            )
        floor = left + width * step.least / longest
        lines.append(f"<path d='M{floor:.1f} {top - 2}v30' stroke='#d9822b' stroke-width='2'/>")
    told = (
        ("#4c8bf5", "Phial"),
        ("#b9bec7", "llama-server"),
        ("#d9822b", "nobody could be sooner"),
    )
    for number, (colour, name) in enumerate(told):
        at = left + 130 * number
        lines.append(
            f"<rect x='{at}' y='{high - 18}' width='10' height='10' fill='{colour}'/>"
            f"<text x='{at + 16}' y='{high - 9}' font-size='12'>{name}</text>"
        )
    return "\n".join([*lines, "</svg>", ""])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    demo = Path(__file__).parents[2] / "models" / "demo.gguf"
    parser.add_argument("--model", type=Path, default=demo)
    parser.add_argument("--other", type=Path, help="another quantization of it")
    parser.add_argument("--server", type=Path, help="llama-server of the same build")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--context", type=int, default=8_192)
    parser.add_argument("--letters", action="store_true", help="a letter is a token")
    parser.add_argument("--long", type=int, help="words of the long chat (4,000 tokens)")
    parser.add_argument("--paste", type=int, help="words that are pasted (1,500 tokens)")
    parser.add_argument("--document", type=int, help="words of the document (1,300 tokens)")
    parser.add_argument("--read-ahead", choices=["always", "off"], default="always")
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--chart", type=Path, help="where the last round's picture goes (SVG)")
    return parser.parse_args()


def main() -> int:
    """A day, and the same questions to the peer, in turns."""
    options = _arguments()
    long, paste, document = (1_950, 750, 660) if options.letters else (2_800, 1_000, 900)
    long, paste = options.long or long, options.paste or paste
    when = ReadAheadWhen(options.read_ahead)
    print(f"{options.model.name}, {os.cpu_count()} CPUs, read ahead: {when}, pace {options.pace}")
    for number in range(options.rounds):
        before = energy()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            one = Day(
                folder / "day",
                options.model,
                context=options.context,
                pace=options.pace,
                when=when,
                letters=options.letters,
                seed=options.seed + number,
            )
            try:
                day(
                    one,
                    folder,
                    long=long,
                    paste=paste,
                    document=options.document or document,
                    other=options.other,
                )
            finally:
                one.close()
        after = energy()
        assert one.rate is not None
        told = " and ".join(
            f"{1 / (one.rate.first + one.rate.more * depth):.1f} behind {depth:,}"
            for depth in (0, 4_000)
        )
        print(f"rate of the first prompt, tokens a second: {told}")
        if before is not None and after is not None:
            print(f"energy of the machine's processor in Phial's day: {after - before:.0f} J")
        served: list[Served] = []
        if options.server and one.first is not None:
            peer = Peer(options.server, options.model, options.other, context=options.context)
            served = peer.day(one.first, one.steps)
        show(one.steps, served)
        if options.chart and served:
            options.chart.write_text(chart(one.steps, served), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
