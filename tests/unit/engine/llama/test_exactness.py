"""What an answer is computed from: its own words, whatever the engine was asked before.

Keys and values in the cache are compared with those of an engine that has never been asked
anything. The model's blocks are random, so that a word more or less before a token moves them far.
"""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.generation import (
    GREEDY,
    GenerationRequest,
    PromptProgress,
    Role,
    Turn,
)
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from app.engine.llama.kv_cache import KvCache
from app.engine.prompt import TokenCache
from tests.support.engines import Said, ask, load, never, request, turns
from tests.support.gguf_factory import HEAD, ModelSpec, write_model

pytestmark = pytest.mark.llama

# Mean distance of a token's keys and values, whose mean size is 6.7, where it is largest. Rounding,
# which differs between passes over one token and over many, comes to 0.05; one other letter at the
# beginning to more than 7.
CLOSE = 0.5
RECURRING = "Phial keeps chats in a library on this disk, and models in a folder. " * 2
SPEC = ModelSpec(depends_on_history=True, context=8192)
SECRET = "the code of the safe is nine one seven and the alarm is off at noon, "


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("m") / "m.gguf", SPEC)


@dataclass
class Pair:
    """An engine that is asked one thing after another, and one that is fresh each time."""

    model: Path
    folder: Path
    context: int = 4096
    asked: LlamaEngine = field(init=False)
    fresh: LlamaEngine = field(init=False)

    def __post_init__(self) -> None:
        self.start()
        self.fresh = LlamaEngine(EngineOptions(prompt_lookup=False))

    def start(self) -> None:
        options = EngineOptions(snapshot_dir=self.folder, snapshot_min_gain=-1e9)
        self.asked = LlamaEngine(options)
        load(self.asked, self.model, context_size=self.context)

    def restart(self) -> None:
        self.asked.close()
        self.start()

    def close(self) -> None:
        self.asked.close()
        self.fresh.close()

    def ask(self, wanted: GenerationRequest) -> Said:
        """The first token is drawn and not evaluated: the cache holds the prompt."""
        return ask(self.asked, replace(wanted, sampling=GREEDY.with_limit(1)))

    def difference(self, wanted: GenerationRequest) -> float:
        """How far the cache is from a fresh engine's, for what was asked last."""
        return float(self.differences(wanted).max())

    def differences(self, wanted: GenerationRequest) -> NDArray[np.float32]:
        """The same for each token."""
        load(self.fresh, self.model, context_size=self.context)
        ask(self.fresh, replace(wanted, sampling=GREEDY.with_limit(1)))
        found = np.abs(cells(self.asked) - cells(self.fresh))
        return found.mean(axis=(0, 2))

    def check(self, wanted: GenerationRequest) -> Said:
        """Ask, and hold that the answer comes from these words alone."""
        said = self.ask(wanted)
        assert self.difference(wanted) < CLOSE, wanted.turns
        return said


def cells(engine: LlamaEngine) -> NDArray[np.float32]:
    """Keys and values in the cache, by position; the layout is that of llama-kv-cache.cpp."""
    session = engine._session
    assert session is not None
    c, context = engine.backend.c, session.loaded.context
    size = c.llama_state_seq_get_size(context, 0)
    buffer = (ctypes.c_uint8 * size)()
    assert c.llama_state_seq_get_data(context, buffer, size, 0) == size
    count, blocks = len(session.decoder.kv.tokens), 2 * session.header.layers
    head, row, block = 16 + 12 * count + 8, 2 * HEAD, 12 + 2 * HEAD * count
    assert size == head + blocks * block
    data = bytes(buffer)
    places = np.frombuffer(data[16 : 16 + 12 * count], np.int32)[::3]
    assert sorted(places) == list(range(count))
    found = [
        np.frombuffer(data[at + 12 : at + block], np.float16).reshape(count, row // 2)
        for at in range(head, size, block)
    ]
    return np.stack(found)[:, np.argsort(places)].astype(np.float32)


def cache(engine: LlamaEngine) -> KvCache:
    session = engine._session
    assert session is not None
    return session.decoder.kv


@pytest.fixture
def make(model: Path, tmp_path: Path) -> Iterator[Callable[..., Pair]]:
    made: list[Pair] = []

    def begin(context: int = 4096, path: Path = model) -> Pair:
        made.append(Pair(path, tmp_path / f"kv{len(made)}", context))
        return made[-1]

    yield begin
    for pair in made:
        pair.close()


# --- one chat after another -------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        request(turns(SECRET + RECURRING), conversation="other"),
        request(turns(SECRET + RECURRING), conversation="other", private=True),
        request(turns(SECRET + RECURRING), conversation=""),
        request(turns("One", "Two", SECRET + RECURRING, "Three"), conversation="other"),
        request(turns("One", system=SECRET + RECURRING), conversation="other"),
        request(turns(SECRET, RECURRING, RECURRING), conversation="other"),
    ],
    ids=["chat", "private", "no chat", "later", "system", "answer"],
)
@pytest.mark.parametrize(
    "this",
    [
        request(turns(RECURRING + "Hello"), conversation="this"),
        request(turns(RECURRING + "Hello"), conversation="this", private=True),
        request(turns(RECURRING + "Hello"), conversation=""),
        request(turns("Two", RECURRING + "Hello", RECURRING), conversation="this"),
        request(turns("Hello", system=RECURRING), conversation="this"),
        request(turns("New words first. " * 3 + RECURRING * 2), conversation="this"),
    ],
    ids=["chat", "private", "no chat", "later", "system", "after new words"],
)
def test_text_that_another_chat_held_is_read_anew(
    make: Callable[..., Pair], other: GenerationRequest, this: GenerationRequest
) -> None:
    pair = make()
    pair.ask(other)
    pair.check(this)
    pair.asked.save_state(this.conversation_id)
    pair.restart()
    said = pair.check(this)
    if this.private:
        assert said.finished.timings.restored_tokens < 100  # what it shares with the chat before


def test_a_common_beginning_is_used_by_any_chat(make: Callable[..., Pair]) -> None:
    pair = make()
    pair.ask(request(turns("One", system=RECURRING), conversation="other"))
    said = pair.check(request(turns("Other", system=RECURRING), conversation="this"))
    assert said.fitted.reused_tokens >= len(RECURRING)


# --- words that the user took away ------------------------------------------------------------

LONG = RECURRING * 2
CHANGED = [
    (turns(SECRET + LONG), turns(LONG)),
    (turns(SECRET + LONG, "Fine", "Go on"), turns(LONG, "Fine", "Go on")),
    (turns("One", SECRET + LONG, "Go on"), turns("One", LONG, "Go on")),
    (turns("One", SECRET, LONG + "on"), turns(LONG + "on")),
    (turns(SECRET, "Oh", LONG, "Fine", LONG), turns("Hi", "Oh", LONG, "Fine", LONG)),
    (turns(LONG, system=SECRET), turns(LONG)),
    (turns(LONG, system=SECRET + LONG), turns(LONG, system=LONG)),
    (turns(LONG), turns(LONG, system="A new system prompt, which is long enough. " * 2)),
    (turns("One", "Two", SECRET + LONG), turns("One", "Two", LONG)),
    (turns(LONG), turns("Words at the beginning. " + LONG)),
]


@pytest.mark.parametrize(("before", "after"), CHANGED)
@pytest.mark.parametrize("renamed", [False, True], ids=["same ids", "new ids"])
def test_an_edit_leaves_nothing_of_the_words_it_took_away(
    make: Callable[..., Pair],
    before: tuple[Turn, ...],
    after: tuple[Turn, ...],
    renamed: bool,
) -> None:
    if renamed:  # an edit makes another version of the message, and of all that follow
        after = tuple(replace(t, message_id=t.message_id and "new-" + t.message_id) for t in after)
    pair = make()
    pair.ask(request(before))
    pair.check(request(after))
    pair.check(request(before))
    pair.asked.on_idle()
    pair.restart()
    pair.check(request(after))


def test_reasoning_that_is_left_out_of_an_answer_leaves_nothing_behind(
    make: Callable[..., Pair],
) -> None:
    pair = make()
    pair.ask(request(turns("One", f"<think>{SECRET * 2}</think>{LONG}", "Two")))
    pair.check(request(turns("One", LONG, "Two")))


# --- a chat that outgrew its window (app/decisions/0007) --------------------------------------


def outgrown(first: str = SECRET, system: str = "Short.") -> list[tuple[Turn, ...]]:
    """A chat, question by question, until its first exchanges do not fit 1,024 tokens."""
    texts = [first]
    chats = []
    for number in range(9):
        chats.append(turns(*texts, system=system))
        texts += [f"answer {number} " + "efgh " * 14, f"question {number} " + "abcd " * 14]
    return chats


def outgrow(pair: Pair, chats: Sequence[tuple[Turn, ...]], **changes: str) -> Said:
    for chat in chats:
        said = pair.ask(request(chat, **changes))
    assert said.fitted.left_out
    assert said.finished.timings.evaluated_tokens < 400
    assert cache(pair.asked).moved is not None
    return said


def test_turns_left_out_for_lack_of_room_are_still_seen_by_those_that_stay(
    make: Callable[..., Pair], tmp_path: Path
) -> None:
    """What decision 7 allows. With one layer nothing is seen but token and place."""
    chats = outgrown()
    deep = make(1024)
    outgrow(deep, chats)
    assert deep.difference(request(chats[-1])) > CLOSE
    path = write_model(tmp_path / "one.gguf", replace(SPEC, layers=1))
    shallow = make(1024, path)
    outgrow(shallow, chats)
    assert shallow.difference(request(chats[-1])) < CLOSE


PLAIN = "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}\n{% endfor %}[assistant] "
WITHOUT_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + PLAIN
)


@pytest.mark.parametrize("template", [PLAIN, WITHOUT_SYSTEM], ids=["system", "no system"])
def test_a_files_own_template_tells_where_turns_begin_too(
    make: Callable[..., Pair], tmp_path: Path, template: str
) -> None:
    spec = replace(SPEC, layers=1, template=template, controls=("<s>", "</s>"))
    spec = replace(spec, end="</s>", start="<s>")
    pair = make(1024, write_model(tmp_path / "own.gguf", spec))
    outgrow(pair, outgrown())
    assert pair.difference(request(outgrown()[-1])) < CLOSE
    pair.check(request(outgrown()[-1], conversation="other"))
    pair.check(request(outgrown(system="")[-1], conversation="other"))


AFTER_OUTGROWN = {
    "another chat": request(outgrown()[-1], conversation="other"),
    "another chat from there": request(outgrown()[-1][5:], conversation="other"),
    "no chat": request(outgrown()[-1], conversation=""),
    "the first message edited": request(outgrown("Nothing. ")[-1]),
    "its words taken away": request((outgrown()[-1][0], *outgrown()[-1][3:])),
    "another system prompt": request(outgrown(system="Short. Kind.")[-1]),
    "no system prompt": request(outgrown(system="")[-1]),
    "a short version": request(outgrown()[1]),
}


@pytest.mark.parametrize("name", AFTER_OUTGROWN)
def test_what_left_out_turns_left_behind_serves_nothing_but_that_chat(
    make: Callable[..., Pair], name: str
) -> None:
    pair = make(1024)
    outgrow(pair, outgrown())
    pair.check(AFTER_OUTGROWN[name])


@pytest.mark.parametrize("other", ["other", ""])
def test_a_chat_that_outgrew_its_window_goes_on_from_its_own_cells_alone(
    make: Callable[..., Pair], other: str
) -> None:
    """The same messages under the same ids, as a branch that became a chat of its own has them."""
    pair = make(1024)
    before: tuple[Turn, ...] = ()
    for chat in outgrown():
        said = pair.ask(request(chat, conversation=other))
        if said.fitted.left_out:
            break
        before = chat
    pair.ask(request(before, conversation=other))
    pair.check(request(chat))


def test_cells_that_were_moved_are_never_written(make: Callable[..., Pair]) -> None:
    pair = make(1024)
    chats = outgrown(system="Short, and long enough to be found on disk again. " * 2)
    outgrow(pair, chats)
    moved = cache(pair.asked).moved
    assert moved is not None
    pair.asked.save_state("chat")
    pair.restart()
    said = pair.check(request(chats[-1]))
    assert said.finished.timings.restored_tokens <= moved.start
    pair.restart()
    # Behind them the chat goes on, on cells of its own; nor are those.
    pair.check(request((chats[-1][0], *chats[-1][5:])))


def test_a_summary_keeps_the_turns_behind_it_and_an_edited_one_does_not(
    make: Callable[..., Pair],
) -> None:
    pair = make()
    whole = turns(SECRET, LONG, LONG, LONG, "And?", system="Base.")
    pair.ask(request(whole))
    first = Turn(Role.SYSTEM, "Base.\n\nSummary: secrets.")
    shorter = request((first, *whole[3:]), summarised=whole[:3])
    assert pair.ask(shorter).finished.timings.evaluated_tokens < 60
    assert cache(pair.asked).moved is not None
    # The next question of that chat goes on from there, and a second summary builds on it.
    longer = (*whole, Turn(Role.ASSISTANT, LONG, "m5"), Turn(Role.USER, "So?", "m6"))
    said = pair.ask(replace(shorter, turns=(first, *longer[3:])))
    assert said.finished.timings.evaluated_tokens < len(LONG) + 40
    second = Turn(Role.SYSTEM, "Base.\n\nSummary: they spoke on.")
    again = request((second, *longer[5:]), summarised=(*longer[:5], first))
    assert pair.ask(again).finished.timings.evaluated_tokens < 60
    pair.check(replace(again, summarised=longer[:5]))  # the first one is no longer the chat's
    edited = Turn(Role.SYSTEM, "Base.\n\nSummary: nothing.")
    pair.ask(shorter)
    pair.check(request((edited, *whole[3:]), summarised=whole[:3]))


# --- the tokens of an answer ------------------------------------------------------------------


class Letters:
    """A vocabulary that cuts a text into letters."""

    size = 256

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        return list(text.encode())

    def control_token(self, text: str) -> int | None:
        return None

    def bos_token(self) -> list[int]:
        return []


def test_the_tokens_an_answer_was_written_with_are_those_of_that_answer_alone() -> None:
    memory = TokenCache(Letters())
    memory.remember("chat", Turn(Role.ASSISTANT, "he"), [999])
    answer, question = Turn(Role.ASSISTANT, "he"), Turn(Role.USER, "he")
    assert memory.turn(answer, "chat") == [999]
    assert memory.turn(question, "chat") == list(b"he")
    assert memory.turn(answer, "other") == memory.turn(answer, "") == list(b"he")
    memory.remember("", Turn(Role.ASSISTANT, "oh"), [998])
    assert memory.turn(Turn(Role.ASSISTANT, "oh"), "") == list(b"oh")


# --- sequences --------------------------------------------------------------------------------

FRAGMENTS = (
    RECURRING,
    SECRET,
    "Hello",
    "In short: ",
    "a table, a formula, and a list of names. " * 2,
)
SYSTEMS = ("", "Short.", RECURRING)
STEPS = ("say", "say", "say", "edit", "cut", "retry", "back", "system", "title", "park", "restart")


@dataclass
class Chat:
    """A chat as a person makes it, with versions of its messages.

    Attributes:
        name: Its id.
        private: Whether it is.
        system: Its system prompt.
        messages: The branch that is shown.
        left: Branches that were left.
        made: Messages made, for their ids.
    """

    name: str
    private: bool = False
    system: str = ""
    messages: list[Turn] = field(default_factory=list)
    left: list[list[Turn]] = field(default_factory=list)
    made: int = 0

    def turn(self, role: Role, text: str) -> Turn:
        self.made += 1
        return Turn(role, text, f"m{self.made}")  # the same ids in every chat, on purpose

    def request(self) -> GenerationRequest:
        head = (Turn(Role.SYSTEM, self.system),) if self.system else ()
        return request((*head, *self.messages), conversation=self.name, private=self.private)

    def fork(self, at: int) -> None:
        self.left.append(self.messages)
        self.messages = self.messages[:at]


def text_of(chance: random.Random) -> str:
    return "".join(chance.choices(FRAGMENTS, k=chance.randint(1, 4)))


class Person:
    """Does a step in one of a few chats; ``ask`` is told each request, and gives the answer."""

    def __init__(self, pair: Pair, ask: Callable[[GenerationRequest], None]) -> None:
        self.pair = pair
        self.ask = ask
        self.chats = [Chat("a"), Chat("b"), Chat("c", private=True)]

    def step(self, step: str, number: int, seed: int) -> None:
        chat, chance = self.chats[number], random.Random(seed)
        match step:
            case "say":
                chat.messages.append(chat.turn(Role.USER, text_of(chance)))
                self.answer(chat, chance)
            case "edit" | "cut" if chat.messages:
                at = chance.randrange(0, len(chat.messages), 2)
                old = chat.messages[at].content
                new = old[chance.randint(1, len(old)) :] if step == "cut" else text_of(chance)
                chat.fork(at)
                chat.messages.append(chat.turn(Role.USER, new or "Hi"))
                self.answer(chat, chance)
            case "retry" if chat.messages:
                chat.fork(len(chat.messages) - 1)
                self.answer(chat, chance)
            case "back" if chat.left:
                chat.messages = list(chance.choice(chat.left))
                chat.messages.append(chat.turn(Role.USER, text_of(chance)))
                self.answer(chat, chance)
            case "system":
                chat.system = chance.choice(SYSTEMS)
            case "title" if chat.messages:
                self.ask(self._aside(chat, "A title, please: " + RECURRING))
            case "park":
                self.pair.asked.save_state(chat.name)
            case "restart":
                self.pair.restart()

    def _aside(self, chat: Chat, question: str) -> GenerationRequest:
        asked = chat.request()
        return replace(asked, turns=(*asked.turns, Turn(Role.USER, question)), private=True)

    def answer(self, chat: Chat, chance: random.Random) -> None:
        if chat.messages[-1].role is not Role.USER:
            return
        if chance.random() < 0.15:
            self.stop(chat.request())
        self.ask(chat.request())
        # What it wrote stands in the cache; what is kept of it is sometimes other words.
        text = ask(self.pair.asked, replace(chat.request(), sampling=GREEDY.with_limit(6))).text
        chat.messages.append(chat.turn(Role.ASSISTANT, chance.choice((text, text_of(chance)))))

    def stop(self, wanted: GenerationRequest) -> None:
        cancel = never()
        for event in self.pair.asked.generate(wanted, cancel):
            if isinstance(event, PromptProgress):
                cancel.set()
                self.pair.asked.interrupt()


SEQUENCES = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 10**6)), max_size=14
)
MANY = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@MANY
@given(SEQUENCES)
def test_whatever_was_asked_before_an_answer_comes_from_its_own_words(
    make: Callable[..., Pair], steps: list[tuple[str, int, int]]
) -> None:
    pair = make(8192)
    person = Person(pair, pair.check)  # type: ignore[arg-type]  # what it returns is not needed
    for step in steps:
        person.step(*step)
    pair.close()


@MANY
@given(SEQUENCES)
def test_in_a_small_window_only_turns_of_that_chat_that_fell_out_are_still_seen(
    make: Callable[..., Pair], steps: list[tuple[str, int, int]]
) -> None:
    pair = make(1024)

    def check(wanted: GenerationRequest) -> None:
        said = pair.ask(wanted)
        moved = cache(pair.asked).moved
        differences = pair.differences(wanted)
        assert differences[: cache(pair.asked).exact].max() < CLOSE, wanted.turns
        if moved is not None:
            gone = {t for t in wanted.turns if t.message_id in said.fitted.left_out}
            assert moved.saw
            assert moved.saw <= gone

    person = Person(pair, check)
    for step in steps:
        person.step(*step)
    pair.close()
