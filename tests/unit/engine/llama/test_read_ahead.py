"""What is read before it is asked: the answers are the same, and little is left to read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.generation import GREEDY, ReadAheadProgress, ReadAheadRequest, Role, Turn
from app.engine.base import EngineOptions
from app.engine.llama.decode import ShortPasses
from app.engine.llama.engine import LlamaEngine
from app.engine.llama.read_ahead import settled
from app.engine.segments import read_entry
from tests.support.engines import ask, load, never, request, turns
from tests.support.typing_sessions import play

pytestmark = pytest.mark.llama

DEMO = Path(__file__).parents[4] / "models" / "demo.gguf"
SECRET = "xylophone quartz zebra crossing "


@pytest.fixture
def plain() -> Iterator[LlamaEngine]:
    """One that reads nothing ahead; named before the other, whose log it would take with it."""
    made = LlamaEngine(EngineOptions())
    yield made
    made.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LlamaEngine]:
    made = LlamaEngine(EngineOptions(snapshot_dir=tmp_path / "kv", snapshot_min_gain=-1e9))
    load(made, DEMO, context_size=2048)
    yield made
    made.close()


def read(
    engine: LlamaEngine, draft: str, *history: str, conversation: str = "chat", **changes: bool
) -> list[ReadAheadProgress]:
    asked = request(turns(*history), conversation=conversation, **changes)
    return list(engine.read_ahead(ReadAheadRequest(asked, draft), never()))


def cells(engine: LlamaEngine) -> list[int]:
    assert engine._session is not None
    return engine._session.decoder.kv.tokens


def spelled(engine: LlamaEngine, tokens: list[int]) -> str:
    assert engine._session is not None
    return b"".join(map(engine._session.tokenizer.piece, tokens)).decode("utf-8", "replace")


@pytest.mark.parametrize("seed", range(10))
def test_answers_are_the_same_token_for_token_and_only_the_last_word_is_left(
    seed: int, tmp_path: Path
) -> None:
    """200 of these are played by ``bench_read_ahead``."""
    heard = []
    for ahead in (False, True):
        folder = tmp_path / str(ahead)
        engine = LlamaEngine(EngineOptions(snapshot_dir=folder, snapshot_min_gain=-1e9))
        load(engine, DEMO, context_size=2048)
        heard.append(play(engine, seed, ahead=ahead))
        engine.close()
    plain, ahead_of = heard
    assert [one.tokens for one in plain] == [one.tokens for one in ahead_of]
    for one in ahead_of:
        assert one.said.finished.timings.evaluated_tokens <= one.after_last_word
    read_by_plain = sum(one.said.finished.timings.evaluated_tokens for one in plain)
    read_by_ahead = sum(one.said.finished.timings.evaluated_tokens for one in ahead_of)
    assert read_by_ahead < read_by_plain


def test_words_taken_back_leave_the_cache_and_reach_no_disk(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    answer = ask(engine, request(turns("Hello"))).text
    read(engine, SECRET + "and more", "Hello", answer)
    assert "xylophone" in spelled(engine, cells(engine))
    engine.on_idle()
    engine.save_state("chat")
    read(engine, "", "Hello", answer)
    assert "xylophone" not in spelled(engine, cells(engine))
    engine.save_state("chat")
    engine.close()
    load_again = LlamaEngine(EngineOptions(snapshot_dir=tmp_path / "kv", snapshot_min_gain=-1e9))
    try:
        load(load_again, DEMO, context_size=2048)
        written = [token for entry in entries(tmp_path / "kv") for token in entry]
        assert "xylophone" not in spelled(load_again, written)
        assert "Hello" in spelled(load_again, written)
    finally:
        load_again.close()


def entries(folder: Path) -> list[tuple[int, ...]]:
    """The tokens of what is on disk."""
    return [read_entry(path).tokens for path in folder.rglob("*.kv")]


def test_a_private_chat_is_read_ahead_and_nothing_of_it_is_written(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    history = ("Tell me of the sea. " * 8, "It is wide.")
    done = read(engine, "And of the sky above", *history, conversation="p", private=True)
    assert done[-1].done == done[-1].total == len(cells(engine))
    engine.on_idle()
    engine.save_state("p")
    engine.close()
    assert not entries(tmp_path / "kv")


def test_looking_at_another_chat_gives_up_nothing_that_would_be_missed(tmp_path: Path) -> None:
    engine = LlamaEngine(EngineOptions())  # without snapshots
    try:
        load(engine, DEMO, context_size=2048)
        ask(engine, request(turns("Hello"), conversation="long"))
        held = list(cells(engine))
        assert read(engine, "", "Something else", "Fine", conversation="other") == []
        assert cells(engine) == held
        read(engine, "Now words are ", "Something else", "Fine", conversation="other")
        assert "Something else" in spelled(engine, cells(engine))
    finally:
        engine.close()


def test_a_chat_that_is_opened_comes_back_from_disk_or_is_read(
    engine: LlamaEngine, tmp_path: Path
) -> None:
    answer = ask(engine, request(turns("Hello"))).text
    engine.save_state("chat")
    late = time.monotonic() + 20
    while not entries(tmp_path / "kv"):  # a thread of its own writes
        assert time.monotonic() < late
        time.sleep(0.01)
    ask(engine, request(turns("Other words"), conversation="other"))
    first = read(engine, "", "Hello", answer)[0]
    assert first.restored > 0
    read(engine, "", "Hello", answer)
    said = ask(engine, request(turns("Hello", answer, "Thanks")))
    assert said.fitted.reused_tokens >= first.total


def test_it_ends_after_the_step_under_way_and_goes_on_from_there(engine: LlamaEngine) -> None:
    cancel = never()
    asked = ReadAheadRequest(request(turns("One two three four. " * 40, "Yes")), "More words here")
    seen = []
    for progress in engine.read_ahead(asked, cancel):
        seen.append(progress)
        cancel.set()
    assert seen[-1].done < seen[-1].total
    held = len(cells(engine))
    rest = list(engine.read_ahead(asked, never()))
    assert rest[0].done == held
    assert rest[-1].done == rest[-1].total


@pytest.mark.parametrize(
    ("draft", "certain"),
    [
        ("", ""),
        ("  ", ""),
        ("Hel", ""),
        ("Hello wor", "Hello "),
        ("Hello world ", "Hello world "),
        ("One\ntwo\n\nthr", "One\ntwo\n\n"),
        ("字" * 60, "字" * 36),
    ],
)
def test_a_draft_is_certain_up_to_where_its_last_word_begins(draft: str, certain: str) -> None:
    assert settled(draft) == certain


def test_cells_read_ahead_are_never_moved(plain: LlamaEngine, engine: LlamaEngine) -> None:
    """A chat outgrows its window with the words that come last: as without reading ahead."""
    system = Turn(Role.SYSTEM, "Be brief.")
    texts = ["Say something about the sea. " * 12, "It is wide. " * 12] * 3
    heard = []
    for one in (plain, engine):
        load(one, DEMO, context_size=512)
        chat = (system, *turns(*texts[:3]))
        ask(one, replace(request(chat), sampling=GREEDY.with_limit(8)))
        chat = (system, *turns(*texts[:4]))
        question = "And what " + "of the wind " * 80
        if one is engine:
            draft = ReadAheadRequest(request(chat), "And what of the ")
            assert list(one.read_ahead(draft, never()))
        last = (*chat, Turn(Role.USER, question, "last"))
        said = ask(one, replace(request(last), sampling=GREEDY.with_limit(16)))
        heard.append((said.text, said.fitted.left_out, list(cells(one))))
    assert heard[0] == heard[1]
    assert heard[0][1]


@pytest.mark.parametrize(
    ("tokens", "depth", "done", "sooner"),
    [
        (64, 4000, 0.0, True),
        (64, 4000, 0.6, False),  # nearly there
        (27, 4000, 0.3, True),  # what is left of it and a second short pass take longer than 64
        (27, 4000, 0.9, False),
        (256, 4000, 0.1, False),  # its tokens would be read again
        (8, 0, 0.2, True),
    ],
)
def test_a_step_is_ended_where_its_end_and_another_pass_take_longer(
    tokens: int, depth: int, done: float, sooner: bool
) -> None:
    """At Enter, by the times of 8 layers of Phi-4 in `ShortPasses`."""
    phi4 = ShortPasses(14_660_000_000, 40 * 40 * 128)
    assert phi4.anew_pays(tokens, depth, done, 16) is sooner
    assert not ShortPasses(4_000_000, 6 * 6 * 32).anew_pays(tokens, depth, done, 16)


def test_how_far_a_pass_is_can_be_asked_from_another_thread() -> None:
    """The demo's own pass, as if it were Phi-4's: within it the rule is asked at each node."""
    engine = LlamaEngine(EngineOptions())
    try:
        load(engine, DEMO, context_size=2048)
        assert engine._session is not None
        decoder = engine._session.decoder
        decoder._short = ShortPasses(14_660_000_000, 40 * 40 * 128)
        asked: list[bool] = []
        at_node = decoder._watch._at_node

        def look(data: object) -> bool:
            asked.append(engine.is_in_the_way())
            return at_node(data)

        decoder._watch._callback = decoder._c.ggml_abort_callback(look)
        list(decoder.prefill([300 + at for at in range(64)], never().is_set))
        assert asked[1]
        assert not asked[-1]
        assert asked == sorted(asked, reverse=True)  # once it is too far, it stays so
        assert not engine.is_in_the_way()
    finally:
        engine.close()


def test_what_little_is_left_far_into_a_chat_is_read_in_the_sooner_way() -> None:
    """The shape of Phi-4, whose times are in `ShortPasses`; the cells are those of one pass."""
    engine = LlamaEngine(EngineOptions())
    try:
        load(engine, DEMO, context_size=8192)
        assert engine._session is not None
        decoder = engine._session.decoder
        prompt = [300 + (at * 7919) % 700 for at in range(2540)]
        list(decoder.prefill(prompt, never().is_set))
        whole = [decoder.logits(-1)[token] for token in range(1000)]
        decoder._short = ShortPasses(14_660_000_000, 40 * 40 * 128)
        for depth, left, evaluated in (
            (2500, 40, 64),
            (2470, 70, 70),
            (2500, 8, 8),
            (2500, 1, 1),
            (500, 40, 40),
        ):
            decoder.kv.trim(depth)
            before, passes = decoder.evaluated, decoder.passes
            list(decoder.prefill(prompt[: depth + left], never().is_set))
            assert decoder.kv.tokens == prompt[: depth + left]
            assert (decoder.evaluated - before, decoder.passes - passes) == (evaluated, 1)
            if depth + left == len(prompt):
                again = [decoder.logits(-1)[token] for token in range(1000)]
                assert again == pytest.approx(whole, abs=0.05)
    finally:
        engine.close()
