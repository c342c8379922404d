"""Greedy answers equal llama.cpp's own, token for token. Recorded by record_greedy.py."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.generation import GenerationRequest, Role, Sampling, Turn
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from tests.support.engines import Said, ask, load, request, turns

pytestmark = pytest.mark.llama

ROOT = Path(__file__).parents[4]
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
        prompt_lookup=request.param, snapshot_dir=tmp_path / "kv", snapshot_min_gain=-1e9
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
        expected = [
            token for token in case["answer"] if not session.tokenizer.is_end_of_generation(token)
        ]
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
        engine.save_state("chat")
        load(engine, MODEL, context_size=2048)
        assert answer(engine, case, 40) == (prompt, tokens)


# --- after another chat held the same text ----------------------------------------------------

FACTS = (
    "Phial keeps chats in a library on this disk, and models in a folder. The window shows chats "
    "on the left side. A chat can be exported as Markdown. "
)
OTHERS = {
    "chat": {"conversation": "other"},
    "private chat": {"conversation": "other", "private": True},
    "title or summary": {"conversation": "chat", "private": True},
    "no chat": {"conversation": "", "private": True},
    "version of it": {"conversation": "chat"},
}
SHORT = Sampling(temperature=0, max_tokens=40)


@pytest.fixture(scope="module")
def alone() -> Iterator[LlamaEngine]:
    """An engine that forgets between two questions."""
    made = LlamaEngine(EngineOptions(prompt_lookup=False))
    yield made
    made.close()


def cold(engine: LlamaEngine, asked: GenerationRequest, **changes: Any) -> Said:
    load(engine, MODEL, **{"context_size": 2048, **changes})
    return ask(engine, asked)


def as_chat(case: dict[str, Any]) -> tuple[Turn, ...]:
    return tuple(Turn(Role(role), text, f"m{i}") for i, (role, text) in enumerate(case["chat"]))


@pytest.mark.parametrize("other", OTHERS)
def test_greedy_answers_equal_llama_cpps_own_after_another_chat_held_the_same_text(
    engine: LlamaEngine, recorded: dict[str, Any], other: str
) -> None:
    """Recorded from llama-server, which was asked each by itself."""
    everything = " ".join(case["chat"][-1][1] for case in recorded["cases"])
    for case in recorded["cases"]:
        before = turns(f"x x x {everything}", FACTS, *(text for _, text in case["chat"][-1:]))
        ask(engine, request(before, sampling=SHORT, **OTHERS[other]))
        expected = [token for token in case["answer"] if token not in _ends(engine)]
        prompt, tokens = answer(engine, case, recorded["max_tokens"])
        assert prompt == case["prompt"]
        assert tokens == expected[: len(tokens)], (other, case["chat"])


def _ends(engine: LlamaEngine) -> set[int]:
    session = engine._session
    assert session is not None
    tokenizer = session.tokenizer
    return {token for token in range(tokenizer.size) if tokenizer.is_end_of_generation(token)}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (turns("x " * 250 + FACTS * 3), turns(FACTS * 3 + " Hello")),
        (turns("Hello", "x " * 250 + FACTS * 3), turns("Hello", FACTS * 3, "Hello")),
        (turns("Hello", system="x " * 250 + FACTS * 3), turns(FACTS * 3 + " Hello")),
    ],
    ids=["message", "answer", "system prompt"],
)
def test_greedy_answers_to_a_text_are_those_of_an_engine_that_was_asked_nothing_before(
    engine: LlamaEngine,
    alone: LlamaEngine,
    other: str,
    before: tuple[Turn, ...],
    after: tuple[Turn, ...],
) -> None:
    ask(engine, request(before, sampling=SHORT, **OTHERS[other]))
    asked = request(after, sampling=SHORT)
    expected = cold(alone, asked).text
    assert ask(engine, asked).text == expected
    engine.save_state("chat")
    load(engine, MODEL, context_size=2048)
    assert ask(engine, asked).text == expected


def test_turns_that_fell_out_are_all_that_an_answer_may_differ_by(
    engine: LlamaEngine, alone: LlamaEngine
) -> None:
    """Decision 7: they were seen by turns that stay. In another chat the same is read anew."""
    load(engine, MODEL, context_size=512)
    texts = ["Hello"]
    while True:
        asked = request(turns(*texts), sampling=SHORT)
        said = ask(engine, asked)
        if said.fitted.left_out:
            break
        assert said.text == cold(alone, asked, context_size=512).text
        texts += [said.text, FACTS]
    assert said.fitted.reused_tokens > 32
    elsewhere = replace(asked, conversation_id="other")
    assert ask(engine, elsewhere).text == cold(alone, asked, context_size=512).text


@pytest.mark.parametrize("seed", range(6))
def test_chats_in_any_order_are_answered_as_each_is_alone(
    engine: LlamaEngine, alone: LlamaEngine, seed: int
) -> None:
    chance = random.Random(seed)
    said = ["Hello", FACTS, "Show me a table", "How do I download Phi-4?", FACTS * 2, "x " * 30]
    chats: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    for _ in range(8):
        name = chance.choice(list(chats))
        texts = chats[name]
        if texts and chance.random() < 0.3:
            del texts[2 * chance.randrange(len(texts) // 2) :]  # another version from there on
        texts.append("".join(chance.choices(said, k=2)))
        system = chance.choice(["", FACTS])
        asked = request(
            turns(*texts, system=system), sampling=SHORT, conversation=name, private=name == "c"
        )
        answered = ask(engine, asked)
        assert answered.text == cold(alone, asked).text, (name, texts)
        texts.append(answered.text)
