"""Greedy answers equal llama.cpp's own, token for token. Recorded by record_greedy.py."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.generation import Role, Sampling, Turn
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from tests.support.engines import ask, load, request

ROOT = Path(__file__).parents[3]
MODEL = Path(os.environ.get("PHIAL_GREEDY_MODEL", ROOT / "models" / "demo.gguf"))
FIXTURE = Path(os.environ.get("PHIAL_GREEDY_FIXTURE", ROOT / "tests/data/greedy_demo.json"))


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert data["sha256"] == digest, (
        "models/demo.gguf is not the file these answers were recorded from: "
        "run tests/benchmarks/record_greedy.py"
    )
    return data


@pytest.fixture(params=[False, True], ids=["plain", "drafting"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LlamaEngine]:
    options = EngineOptions(
        drafting=request.param, snapshot_dir=tmp_path / "kv", snapshot_min_gain=-1e9
    )
    made = LlamaEngine(options)
    load(made, MODEL, context_size=2048)
    yield made
    made.close()


def answer(engine: LlamaEngine, case: dict[str, Any], limit: int) -> tuple[list[int], list[int]]:
    """Prompt and answer token ids, as the engine works with them."""
    chat = tuple(Turn(Role(role), text) for role, text in case["chat"])
    sampling = Sampling(temperature=0, max_tokens=limit)
    said = ask(engine, request(chat, sampling=sampling))
    session = engine._session
    assert session is not None
    prompt = session.template.lay_out(chat, continuing=False).tokens
    # The last token of a cut answer is not in the cache: nothing followed it.
    written = session.decoder.kv.tokens[len(prompt) :]
    assert said.finished.timings.completion_tokens - len(written) in {0, 1}
    return prompt, written


def test_greedy_answers_equal_llama_cpps_own_token_for_token(
    engine: LlamaEngine, recorded: dict[str, Any]
) -> None:
    session = engine._session
    assert session is not None
    for case in recorded["cases"]:
        expected = [token for token in case["answer"] if not session.tokenizer.ends_turn(token)]
        prompt, tokens = answer(engine, case, recorded["max_tokens"])
        assert prompt == case["prompt"]
        assert tokens == expected[: len(tokens)], case["chat"]
        assert len(expected) - len(tokens) in {0, 1}


def test_greedy_answers_are_the_same_after_a_restart_from_snapshots(
    engine: LlamaEngine, recorded: dict[str, Any]
) -> None:
    first = [answer(engine, case, 40) for case in recorded["cases"]]
    for case, (prompt, tokens) in zip(recorded["cases"], first, strict=True):
        ask(
            engine,
            request(
                tuple(Turn(Role(r), t) for r, t in case["chat"]),
                sampling=Sampling(temperature=0, max_tokens=40),
            ),
        )
        engine.park("chat")
        load(engine, MODEL, context_size=2048)
        assert answer(engine, case, 40) == (prompt, tokens)
