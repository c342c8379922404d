from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.generation import GREEDY, Sampling
from app.engine import prompt_lookup
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from app.engine.prompt_lookup import SHARE, STAKE, Drafter, NgramIndex, PassCosts, expected_tokens
from tests.support.engines import Said, ask, load, request
from tests.support.gguf_factory import ModelSpec, letters, pieces_of, write_model

CODE = [ord(c) for c in "def area(width, height):\n    return width * height\n"]


def write_all(drafter: Drafter, tokens: list[int], room: int = 64) -> int:
    """Let a model write ``tokens`` with drafting; return the passes it took."""
    passes, position = 0, 0
    while position < len(tokens):
        drafter.on_token(tokens[position])
        position += 1
        draft = drafter.propose(room)
        passes += 1
        accepted = 0
        while (
            accepted < len(draft) and position < len(tokens) and draft[accepted] == tokens[position]
        ):
            drafter.on_token(tokens[position])
            accepted += 1
            position += 1
        drafter.on_verified(len(draft), accepted)
    return passes


def test_text_that_was_seen_is_guessed() -> None:
    lookup = NgramIndex([1, 2, 3, 4, 5, 6, 7, 8])
    for token in (2, 3, 4):
        lookup.add(token)
    assert lookup.draft(3) == [5, 6, 7]
    assert lookup.draft(0) == []
    lookup.add(99)
    assert lookup.draft(3) == []


def test_of_several_places_the_one_with_most_in_common_is_followed() -> None:
    lookup = NgramIndex([9, 1, 2, 3, 50, 8, 7, 1, 2, 3, 60])
    for token in (8, 7, 1, 2, 3):
        lookup.add(token)
    assert lookup.draft(1) == [60]


def test_a_run_that_repeats_is_guessed_to_go_on() -> None:
    lookup = NgramIndex([5, 6, 5, 6, 5, 6])
    assert lookup.draft(6) == [5, 6, 5, 6, 5, 6]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 4), max_size=60), st.integers(0, 40))
def test_a_guess_is_never_longer_than_asked_and_made_of_what_was_seen(
    tokens: list[int], length: int
) -> None:
    lookup = NgramIndex(tokens)
    guess = lookup.draft(length)
    assert len(guess) in {0, length}
    assert set(guess) <= set(tokens)


def test_an_answer_that_repeats_its_prompt_takes_far_fewer_passes() -> None:
    drafter = Drafter([7, *CODE, 8, 9], PassCosts())
    passes = write_all(drafter, CODE)
    assert passes < len(CODE) / 2
    assert drafter.accepted > len(CODE) / 2


def test_where_nothing_repeats_nothing_is_guessed() -> None:
    drafter = Drafter(list(range(100)), PassCosts())
    fresh = list(range(1000, 1300))
    assert write_all(drafter, fresh) == len(fresh)
    assert drafter.drafted == 0


def test_where_guesses_fail_guessing_ends_by_itself() -> None:
    # The same three tokens always go on differently.
    prompt = [token for n in range(50) for token in (1, 2, 3, 100 + n)]
    drafter = Drafter(prompt, PassCosts())
    answer = [token for n in range(100) for token in (1, 2, 3, 500 + n)]
    write_all(drafter, answer)
    assert drafter.acceptance_rate < 1
    tail = drafter.drafted
    write_all(drafter, [token for n in range(50) for token in (1, 2, 3, 900 + n)])
    assert (drafter.drafted - tail) / 200 <= 1.0


def test_a_machine_where_longer_passes_cost_their_length_never_drafts() -> None:
    costs = PassCosts()
    for size in (1, 2, 4, 8, 16, 32):
        costs.record_pass(size, 0.1 * size)
    drafter = Drafter([7, *CODE, 8, 9], costs)
    assert write_all(drafter, CODE) == len(CODE)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(0, 3), min_size=20, max_size=300),
    st.lists(st.integers(0, 3), min_size=1, max_size=300),
    st.lists(st.floats(0.5, 2), min_size=5, max_size=5),
)
def test_no_answer_costs_much_more_than_without(
    prompt: list[int], answer: list[int], factors: list[float]
) -> None:
    """Whatever repeats, whatever passes cost, and though no size was tried before."""
    true_cost = {1: 1.0}
    for half, factor in zip((1, 2, 4, 8, 16), factors, strict=True):
        true_cost[2 * half] = true_cost[half] * factor
    costs = PassCosts()
    costs.record_pass(1, 1.0)
    drafter = Drafter(prompt, costs)
    spent = 0.0
    position = 0
    while position < len(answer):
        drafter.on_token(answer[position])
        position += 1
        draft = drafter.propose(64)
        spent += true_cost[1 + len(draft)]
        costs.record_pass(1 + len(draft), true_cost[1 + len(draft)])
        accepted = 0
        while accepted < len(draft) and answer[position : position + 1] == [draft[accepted]]:
            drafter.on_token(answer[position])
            accepted += 1
            position += 1
        drafter.on_verified(len(draft), accepted)
    dearest = max(true_cost.values())
    assert spent <= len(answer) * (1 + SHARE) + STAKE + dearest


def test_a_pass_that_was_disturbed_does_not_rule_its_size_out_for_good() -> None:
    costs = PassCosts()
    for size, seconds in {1: 1.0, 2: 1.2, 4: 1.5, 8: 2.0, 16: 60.0}.items():
        costs.record_pass(size, seconds)
    assert costs.relative(16) == 2 * costs.relative(8) == 4.0


def test_the_length_follows_what_passes_cost() -> None:
    def length_on(costs_of: dict[int, float]) -> int:
        costs = PassCosts()
        for size, seconds in costs_of.items():
            costs.record_pass(size, seconds)
        drafter = Drafter(CODE * 2, costs)
        write_all(drafter, CODE * 2)
        return len(drafter.propose(64))

    flat = {1: 1.0, 2: 1.0, 4: 1.0, 8: 1.0, 16: 1.0, 32: 1.0}
    steep = {1: 1.0, 2: 1.2, 4: 1.5, 8: 6.0, 16: 12.0, 32: 24.0}
    assert length_on(flat) > length_on(steep)
    assert length_on(steep) == 3


def test_what_was_never_tried_is_reckoned_from_how_the_prompt_was_read() -> None:
    costs = PassCosts()
    assert costs.relative(1) == 1  # by definition, and before anything was measured
    costs.record_pass(1, 0.4)
    costs.record_prompt(64, 64 * 0.1)
    assert costs.relative(4) == pytest.approx(1 + 3 / 4)
    costs.record_prompt(5, 60.0)  # the rest of a prompt says little
    assert costs.relative(4) == pytest.approx(1 + 3 / 4)
    costs.record_pass(4, 0.6)
    assert costs.relative(4) == pytest.approx(1.5)


def test_a_text_that_is_being_copied_is_trusted_more_than_three_words_that_occur_again() -> None:
    text = list(range(100, 140))
    copying, accident = Drafter(text, PassCosts()), Drafter(text, PassCosts())
    for token in text[:30]:
        copying.on_token(token)
    for token in (7, 8, 9, *text[5:8]):
        accident.on_token(token)
    assert copying.acceptance_rate > 0.85
    assert accident.acceptance_rate < 0.5


def test_expected_tokens_is_the_sum_of_chances() -> None:
    assert expected_tokens(1.0, 7) == 8
    assert expected_tokens(0.0, 7) == 1
    assert expected_tokens(0.5, 2) == pytest.approx(1.75)


# --- through llama.cpp ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = ModelSpec(depends_on_history=True, layers=1)
    return write_model(tmp_path_factory.mktemp("m") / "m.gguf", spec)


@pytest.fixture(scope="module")
def looping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = ModelSpec(script=letters("abcdefgh\n"), loop=True)
    return write_model(tmp_path_factory.mktemp("m") / "l.gguf", spec)


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[LlamaEngine, LlamaEngine]]:
    with_drafts = LlamaEngine(EngineOptions(prompt_lookup=True))
    without = LlamaEngine(EngineOptions(prompt_lookup=False))
    yield with_drafts, without
    with_drafts.close()
    without.close()


def both(
    engines: tuple[LlamaEngine, LlamaEngine], path: Path, sampling: Sampling, text: str
) -> tuple[Said, Said]:
    answers = []
    for engine in engines:
        load(engine, path)
        # Cheap long passes, so that every length of draft is used.
        session = engine._session
        assert session is not None
        for size in (1, 2, 4, 8, 16, 32):
            session.costs.record_pass(size, 1.0)
        session.costs.record_pass = lambda size, seconds: None  # type: ignore[method-assign]
        answers.append(ask(engine, request(text, sampling=sampling)))
    return answers[0], answers[1]


@pytest.mark.llama
@pytest.mark.parametrize("limit", [1, 2, 7, 60, 61, 300])
def test_greedy_answers_are_the_same_with_and_without(
    engines: tuple[LlamaEngine, LlamaEngine], looping: Path, limit: int
) -> None:
    sampling = Sampling(temperature=0, max_tokens=limit)
    drafted, plain = both(engines, looping, sampling, "abcdefgh\nabcdefgh\n")
    assert drafted.text == plain.text
    assert drafted.finished.reason == plain.finished.reason
    assert drafted.finished.timings.completion_tokens == limit
    if limit >= 60:
        timings = drafted.finished.timings
        assert timings.accepted_tokens > limit / 2
        assert timings.accepted_tokens <= timings.drafted_tokens
    assert plain.finished.timings.drafted_tokens == 0


@pytest.mark.llama
@pytest.mark.parametrize("seed", range(4))
def test_sampled_answers_are_the_same_with_and_without(
    engines: tuple[LlamaEngine, LlamaEngine], model: Path, seed: int
) -> None:
    sampling = Sampling(temperature=0.4, top_k=4, seed=seed, max_tokens=200)
    drafted, plain = both(engines, model, sampling, "abcabcabc")
    assert drafted.text == plain.text


@pytest.mark.llama
def test_what_was_answered_before_is_guessed_from(
    engines: tuple[LlamaEngine, LlamaEngine], tmp_path: Path
) -> None:
    said = "qwertyuiopasdfghjklzxcvbnm0123456789QWERTYUIOPASDFGJKLZXCVBNM"
    path = write_model(tmp_path / "s.gguf", ModelSpec(script=letters(said)))
    first, _ = both(engines, path, GREEDY, "Hi")
    again = ask(engines[0], request("Hi", likely=(said,)))
    assert first.text == again.text == said
    assert first.finished.timings.accepted_tokens < 5
    assert again.finished.timings.accepted_tokens > len(said) / 2


@pytest.mark.llama
def test_code_that_is_edited_is_copied_in_fewer_passes_and_token_for_token(
    engines: tuple[LlamaEngine, LlamaEngine], tmp_path: Path
) -> None:
    """The model says this project's own code; the prompt holds it with a word in 40 changed."""
    pieces = pieces_of(Path(prompt_lookup.__file__).read_text("ascii")[:3_000])
    path = write_model(tmp_path / "code.gguf", ModelSpec(script=pieces, whole=True))
    old = b"".join(p.upper() if n % 40 == 20 else p for n, p in enumerate(pieces)).decode()
    price = {1: 1.0, 2: 1.2, 4: 1.5, 8: 2.1, 16: 3.4, 32: 5.9}  # 14 B on 2 cores, in passes
    spent: dict[str, list[float]] = {}
    said = []
    for engine in engines:
        load(engine, path)
        assert engine._session is not None
        costs = engine._session.costs
        for size, cost in price.items():
            costs.record_pass(size, cost)
        for text in (f"Edit this code:\n{old}", "Write some code."):
            passes = spent.setdefault(text, [])
            costs.record_pass = lambda size, _, to=passes: to.append(price[size])  # type: ignore[method-assign,misc]
            before = len(passes)
            said.append(ask(engine, request(text)).text)
            passes[before:] = [sum(passes[before:])]
    assert set(said) == {b"".join(pieces).decode()}
    (edited, plain), (free, alone) = spent.values()
    assert plain == alone == len(pieces)
    assert plain / edited >= 1.8
    assert alone / free >= 0.99


@pytest.mark.llama
def test_the_cache_is_right_after_guesses_that_failed(
    engines: tuple[LlamaEngine, LlamaEngine], looping: Path
) -> None:
    sampling = Sampling(temperature=0, max_tokens=100, stop=("h\na",))
    drafted, plain = both(engines, looping, sampling, "abcdefgh\nabcdefgh\nabcdefgh\n")
    assert drafted.text == plain.text
    engine = engines[0]
    session = engine._session
    assert session is not None
    memory = session.tokenizer
    assert b"".join(memory.piece(t) for t in session.decoder.kv.tokens).endswith(b"abcdefgh\n")
    again = ask(engine, request("abcdefgh\nabcdefgh\nabcdefgh\n", sampling=sampling))
    assert again.text == drafted.text
