"""Every sampling parameter draws as llama.cpp's own does: same seed, same text, raw library.

Asked of the engine in its own process, as the window and the terminal do; read from what it wrote.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.generation import GREEDY, Sampling, StopReason
from app.engine.process.client import EngineClient
from tests.scenarios.registry import scenario
from tests.support.engines import Said, ask, load, request
from tests.support.gguf_factory import ModelSpec, vocabulary, write_model
from tests.support.raw_llama import RawLlama

pytestmark = pytest.mark.llama

SEEDS = (1, 20_240, 4_000_000_000)
LENGTH = 80
LETTERS = b"abcdefghijklmnopqrstuvwxyz .,"
QUESTION = "a penny for a thought"
PROMPT = f"<|im_start|>user<|im_sep|>{QUESTION}<|im_end|><|im_start|>assistant<|im_sep|>"
OFF = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, max_tokens=LENGTH)
VALUES: dict[str, dict[str, float]] = {
    "temperature": {"temperature": 0.6},
    "top_k": {"top_k": 5},
    "top_p": {"top_p": 0.7},
    "min_p": {"min_p": 0.25},
    "repeat_penalty": {"repeat_penalty": 1.6, "repeat_last_n": 64},
    "repeat_last_n": {"repeat_last_n": 6, "repeat_penalty": 1.6},
}
"""What each parameter is tried with; a repeat window does nothing without a penalty."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Letters follow each other, each with chances of its own after each other one."""
    spec = ModelSpec(script=[b"a", b"b"])
    _, ids = vocabulary(spec)
    chance = np.random.default_rng(3)
    tokens = [ids[bytes([letter])] for letter in LETTERS]
    before = [*tokens, ids[spec.start.encode()]]
    table = {(one, two): 8 + 1.5 * chance.normal() for one in before for two in tokens}
    ends = [ids[control.encode()] for control in spec.controls]
    table |= {(one, end): -30.0 for one in ids.values() for end in ends}  # it never ends its turn
    path = tmp_path_factory.mktemp("sampling") / "letters.gguf"
    return write_model(path, replace(spec, table=table))


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[EngineClient]:
    client = EngineClient()
    load(client, model, context_size=512)
    yield client
    client.close()


@pytest.fixture(scope="module")
def raw(model: Path) -> Iterator[RawLlama]:
    made = RawLlama(model, 512)
    yield made
    made.close()


def said(engine: EngineClient, sampling: Sampling) -> Said:
    return ask(engine, request(QUESTION, sampling=sampling))


def drawn(raw: RawLlama, seed: int, count: int = LENGTH, **values: float) -> str:
    return raw.text(raw.draw(raw.tokens(PROMPT), seed, count, **values))


def check(engine: EngineClient, raw: RawLlama, values: dict[str, float]) -> None:
    """The engine draws what llama.cpp draws, and something else than without these values."""
    for seed in SEEDS:
        sampling = replace(OFF, seed=seed, **values)  # type: ignore[arg-type]
        expected = drawn(raw, seed, **values)
        assert said(engine, sampling).text == expected, (seed, values)
        assert expected != drawn(raw, seed)


def check_alone_and_in_pairs(engine: EngineClient, raw: RawLlama, name: str) -> None:
    check(engine, raw, VALUES[name])
    for other, values in VALUES.items():
        if other != name:
            check(engine, raw, values | VALUES[name])


@scenario("sampling", "temperature")
def test_temperature(engine: EngineClient, raw: RawLlama) -> None:
    check_alone_and_in_pairs(engine, raw, "temperature")
    for temperature in (0.1, 1.7, 5.0):
        check(engine, raw, {"temperature": temperature})
    likeliest = drawn(raw, 1, top_k=1)
    for name in ("top_k", "top_p", "min_p"):
        greedy = replace(OFF, seed=1, temperature=0.0, **VALUES[name])  # type: ignore[arg-type]
        assert said(engine, greedy).text == likeliest


@scenario("sampling", "top_k")
def test_top_k(engine: EngineClient, raw: RawLlama) -> None:
    check_alone_and_in_pairs(engine, raw, "top_k")
    check(engine, raw, {"top_k": 1})


@scenario("sampling", "top_p")
def test_top_p(engine: EngineClient, raw: RawLlama) -> None:
    check_alone_and_in_pairs(engine, raw, "top_p")
    check(engine, raw, {"top_p": 0.0001})


@scenario("sampling", "min_p")
def test_min_p(engine: EngineClient, raw: RawLlama) -> None:
    check_alone_and_in_pairs(engine, raw, "min_p")
    check(engine, raw, {"min_p": 1.0})


@scenario("sampling", "repeat_penalty")
def test_repeat_penalty(engine: EngineClient, raw: RawLlama) -> None:
    check_alone_and_in_pairs(engine, raw, "repeat_penalty")
    for penalty in (0.5, 1.3, 2.0):
        check(engine, raw, {"repeat_penalty": penalty, "repeat_last_n": 64})
    penalty = {"repeat_penalty": 1.6, "repeat_last_n": 64}
    greedy = replace(GREEDY, max_tokens=LENGTH, **penalty)  # type: ignore[arg-type]
    assert said(engine, greedy).text == drawn(raw, 1, top_k=1, **penalty)


@scenario("sampling", "repeat_last_n")
def test_repeat_last_n(engine: EngineClient, raw: RawLlama) -> None:
    check_alone_and_in_pairs(engine, raw, "repeat_last_n")
    for window in (1, 30, 1_000_000):
        check(engine, raw, {"repeat_last_n": window, "repeat_penalty": 1.6})
    off = replace(OFF, seed=1, repeat_penalty=1.6, repeat_last_n=0)
    assert said(engine, off).text == drawn(raw, 1)


@scenario("sampling", "seed")
def test_seed(engine: EngineClient, raw: RawLlama) -> None:
    texts = []
    for seed in (0, *SEEDS, 2**32 - 2):
        answer = said(engine, replace(OFF, seed=seed))
        assert answer.finished.seed == seed
        assert answer.text == drawn(raw, seed)
        texts.append(answer.text)
    assert len(set(texts)) == len(texts)
    free = said(engine, OFF)
    assert free.text == drawn(raw, free.finished.seed)


@scenario("sampling", "max_tokens")
def test_max_tokens(engine: EngineClient, raw: RawLlama) -> None:
    for seed, count in itertools.product(SEEDS, (1, 7, 33)):
        answer = said(engine, replace(OFF, seed=seed, max_tokens=count))
        assert answer.text == drawn(raw, seed, count)
        assert answer.finished.reason is StopReason.MAX_TOKENS
        assert answer.finished.timings.completion_tokens == count


@scenario("sampling", "stop")
def test_stop(engine: EngineClient, raw: RawLlama) -> None:
    for seed, values in itertools.product(SEEDS, ({}, VALUES["top_k"], VALUES["repeat_penalty"])):
        whole = drawn(raw, seed, **values)
        stops = (whole[30:33], whole[20:22], "not in it")
        first = min(stops[:2], key=lambda stop: whole.find(stop) + len(stop))
        sampling = replace(OFF, seed=seed, stop=stops, **values)  # type: ignore[arg-type]
        answer = said(engine, sampling)
        assert answer.text == whole[: whole.find(first)]
        assert answer.finished.reason is StopReason.STOP_STRING
        assert answer.finished.stop_string == first


def test_every_pair_of_parameters_was_drawn() -> None:
    """The others end an answer or begin it; they change no chances."""
    named = {one.name for one in fields(Sampling)}
    assert named - set(VALUES) == {"seed", "max_tokens", "stop"}
