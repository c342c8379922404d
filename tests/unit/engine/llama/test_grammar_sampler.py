"""Answers in a form: thought comes first, what is cut goes on in it, nothing ends the process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import EngineError, InvalidValueError
from app.domain.generation import GREEDY, ReasoningDelta, Role, Sampling, StopReason, Turn
from app.engine.llama.engine import LlamaEngine
from app.engine.llama.grammar_sampler import GrammarSampler
from tests.support.engines import ask, load, request
from tests.support.gguf_factory import PHI4_CONTROLS, PHI4_TEMPLATE, ModelSpec, write_model

pytestmark = pytest.mark.llama
FORM = 'root ::= "[" [a-z]{4} "]"'
ASKED = Turn(Role.USER, "Why?")


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    made = LlamaEngine()
    yield made
    made.close()


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = [b"[", b"ab", b"cd", b"]"]
    return write_model(tmp_path_factory.mktemp("models") / "talker.gguf", ModelSpec(script=script))


def test_a_model_that_obeys_is_never_masked(
    engine: LlamaEngine, talker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(engine, talker)
    free = ask(engine)
    masked = []
    drawn = GrammarSampler._drawn

    def count(self: GrammarSampler, logits: object, **given: bool) -> int:
        masked.append(given["masked"])
        return drawn(self, logits, **given)

    monkeypatch.setattr(GrammarSampler, "_drawn", count)
    bound = ask(engine, request(grammar=FORM))
    assert (bound.text, masked) == (free.text, []) == ("[abcd]", [])
    other = ask(engine, request(grammar='root ::= "(" [a-z]{4} ")"'))
    assert other.text[0] + other.text[-1] == "()"
    assert masked
    assert all(masked)


@pytest.mark.parametrize("penalty", [1.0, 1.8])
@pytest.mark.parametrize("seed", range(3))
def test_every_way_of_drawing_keeps_to_it(
    engine: LlamaEngine, talker: Path, seed: int, penalty: float
) -> None:
    load(engine, talker)
    hot = Sampling(5.0, 0, 1.0, 0.0, repeat_penalty=penalty, seed=seed, max_tokens=60)
    said = ask(engine, request(grammar='root ::= "[" [a-z]{9,12} "]" "é"', sampling=hot))
    assert said.finished.reason is StopReason.END_OF_TURN
    assert said.text.startswith("[")
    assert said.text.endswith("]é")
    assert said.text[1:-2].isalpha()
    again = ask(engine, request(grammar='root ::= "[" [a-z]{9,12} "]" "é"', sampling=hot))
    assert again.text == said.text


def test_bytes_that_are_no_text_are_never_drawn(engine: LlamaEngine, talker: Path) -> None:
    load(engine, talker)
    for seed in range(20):
        hot = Sampling(5.0, 0, 1.0, 0.0, seed=seed, max_tokens=90)
        said = ask(engine, request(grammar='root ::= "[" [^a]{12} "]"', sampling=hot))
        assert "\ufffd" not in said.text
        assert len(said.text) == 14


def test_what_was_cut_goes_on_in_its_form(engine: LlamaEngine, talker: Path) -> None:
    load(engine, talker)
    cut = ask(engine, request([ASKED], grammar=FORM, sampling=GREEDY.with_limit(2)))
    going = request([ASKED, Turn(Role.ASSISTANT, cut.text)], grammar=FORM, continue_answer=True)
    assert (cut.text, ask(engine, going).text) == ("[ab", "cd]")
    odd = replace(going, turns=(ASKED, Turn(Role.ASSISTANT, "(ab")))
    with pytest.raises(InvalidValueError, match="cannot go on in its form"):
        ask(engine, odd)


@pytest.mark.parametrize("control", [False, True])
def test_a_model_that_thinks_does_so_before_its_form(
    engine: LlamaEngine, tmp_path: Path, control: bool
) -> None:
    script = [b"<think>", b"\nab ", b"cd", b"</think>", b"\n\n", b"Yes", b"."]
    spec = ModelSpec(script=script, template=PHI4_TEMPLATE + "{# <think> #}")
    if control:  # a token of its own, behind which this model says nothing that makes sense
        controls = (*PHI4_CONTROLS, "<think>")
        spec = replace(spec, script=[b"</think>", b"Yes"], controls=controls)
    load(engine, write_model(tmp_path / "thinker.gguf", spec))
    said = ask(engine, request([ASKED], grammar=FORM, sampling=GREEDY.with_limit(40)))
    assert "".join(delta.text for delta in said.of(ReasoningDelta)).startswith(
        "\0" if control else "ab cd"
    )
    if control:
        return
    assert said.finished.reason is StopReason.END_OF_TURN
    assert (said.text[0], said.text[-1], len(said.text)) == ("[", "]", 6)
    cut = ask(engine, request([ASKED], grammar=FORM, sampling=GREEDY.with_limit(2)))
    assert "".join(delta.text for delta in cut.of(ReasoningDelta)) == "ab "
    so_far = Turn(Role.ASSISTANT, "", reasoning="ab ", thinking=True)
    rest = ask(engine, request([ASKED, so_far], grammar=FORM, continue_answer=True))
    assert "".join(delta.text for delta in rest.of(ReasoningDelta)) == "cd"
    assert (rest.text[0], rest.text[-1]) == ("[", "]")


def test_where_no_word_fits_the_answer_ends_in_words(engine: LlamaEngine, talker: Path) -> None:
    load(engine, talker)
    with pytest.raises(EngineError, match="has no word"):
        ask(engine, request(grammar='root ::= "[ab" [\\x00]'))
    assert ask(engine).text == "[abcd]"
