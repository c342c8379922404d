"""The generator of the demo model's training dialogues, and the tokenizer learned from them."""

from __future__ import annotations

import operator
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sums.algebra.steps import checked_steps
from app.sums.check import wrong_numbers
from app.system.bundled import bundled
from tests.support.engines import ask, load

DEMO = Path(__file__).parents[2] / "models" / "demo"
OWN = ("dialogues", "tokenizer")
EQUATION = re.compile(r"(\d+) ([-+\u00d7]) (\d+) = (\d+)")
WORKED = {"+": operator.add, "-": operator.sub, "\u00d7": operator.mul}


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def dialogues() -> Iterator[ModuleType]:
    """The package of the generator, imported as its script imports it."""
    sys.path.insert(0, str(DEMO))
    import dialogues.freehand  # noqa: F401

    yield sys.modules["dialogues"]
    _forget()
    sys.path.remove(str(DEMO))


@pytest.fixture(scope="module")
def tokenizer_module(dialogues: ModuleType) -> ModuleType:
    import tokenizer

    return tokenizer


@pytest.fixture(scope="module")
def tokenizer(dialogues: ModuleType, tokenizer_module: ModuleType):
    made = islice(dialogues.training(1, frozenset()), 800)
    texts = [text for d in made for turn in d.turns for text in (turn.user, turn.answer)]
    return tokenizer_module.learn(texts, 700)


def test_the_same_seed_writes_the_same_dialogues(dialogues):
    first, second = (list(islice(dialogues.training(3, frozenset()), 200)) for _ in range(2))
    assert first == second
    assert list(islice(dialogues.training(4, frozenset()), 200)) != first


def test_no_evaluated_question_occurs_in_training(dialogues):
    unseen = dialogues.unseen_questions(dialogues.evaluation(9))
    normal = sys.modules["dialogues.grammar"].normal
    made = islice(dialogues.training(3, unseen), 2000)
    assert not {normal(turn.user) for d in made for turn in d.turns} & unseen


def test_every_kind_of_question_is_trained_and_evaluated(dialogues):
    trained = {t.kind for d in islice(dialogues.training(3, frozenset()), 3000) for t in d.turns}
    evaluated = {d.turns[-1].kind for d in dialogues.evaluation(9)}
    assert evaluated <= trained
    assert {"guide", "showcase", "sums", "anything else", "sums that go on"} <= evaluated


def test_the_check_of_sums_agrees_with_what_the_demo_learns_and_finds_each_planted_error(dialogues):
    sums, random = sys.modules["dialogues.sums"], Random(20)
    for _ in range(150):
        asked = sums.draw(random)
        spoken = [asked.spoken(language) for language in ("french", "german")]
        assert wrong_numbers(" ".join([asked.answer, asked.reason, *spoken])) == ()
        wrong = asked.answer.replace(f"= {asked.result}.", f"= {asked.result + 1}.")
        assert [one.right for one in wrong_numbers(wrong)] == [str(asked.result)]


@pytest.mark.llama
def test_the_check_of_sums_holds_for_what_the_demo_answers(dialogues):
    """Fifty sums are asked for real; each answer is checked, and once more with an error."""
    from app.engine.llama.engine import LlamaEngine

    sums, random = sys.modules["dialogues.sums"], Random(21)
    engine, right, answers = LlamaEngine(), 0, []
    load(engine, bundled("models", "demo.gguf"))
    for _ in range(50):
        asked = sums.draw(random)
        answers.append(ask(engine, sums.ask(asked, random)).text)
        right += f"= {asked.result}." in answers[-1]
    engine.close()
    planted = [EQUATION.sub(lambda one: f"{one[0]}0", said) for said in answers]
    for said in (*answers, *planted):
        found = [(WORKED[sign](int(a), int(b)), int(c)) for a, sign, b, c in EQUATION.findall(said)]
        assert [one.right for one in wrong_numbers(said)] == [str(a) for a, c in found if a != c]
        lines = [number for number, (a, c) in enumerate(found, 1) if a != c]
        steps = "\n".join(one[0] for one in EQUATION.finditer(said))  # as a pupil's homework
        assert [one.line for one in checked_steps(steps).findings] == lines, steps
    assert right >= 45, answers
    assert sum(map(bool, map(wrong_numbers, planted))) >= 45, planted


def test_about_a_tenth_of_the_phrasings_is_held_out(dialogues):
    grammar = sys.modules["dialogues.grammar"]
    topics = sys.modules["dialogues.topics"].TOPICS
    phrases = [p for topic in topics for p in islice(topic.phrases.expand(), 500)]
    share = sum(grammar.falls_out(grammar.normal(p)) for p in phrases) / len(phrases)
    assert 0.07 < share < 0.13


def test_no_phrasing_belongs_to_two_topics(dialogues):
    normal = sys.modules["dialogues.grammar"].normal
    owner: dict[str, str] = {}
    for topic in sys.modules["dialogues.topics"].TOPICS:
        for phrase in islice(topic.phrases.expand(), 4000):
            assert owner.setdefault(normal(phrase), topic.name) == topic.name, phrase


def test_each_topic_can_be_asked_in_dozens_of_ways(dialogues):
    for topic in sys.modules["dialogues.topics"].TOPICS:
        assert sum(topic.phrases.counts) >= 24, topic.name
        assert topic.phrases.splits, topic.name


def test_a_template_expands_to_each_of_its_combinations_once(dialogues):
    grammar = sys.modules["dialogues.grammar"]
    choice = grammar.parse("[a|b[c|d]|] <x>", {"x": "[1|2]"})
    assert sorted(choice.expand()) == sorted(
        f"{left} {right}" for left in ("a", "bc", "bd", "") for right in "12"
    )
    assert choice.count() == 8


@pytest.mark.parametrize("broken", ["[a|b", "a]", "[a|[b]"])
def test_an_unbalanced_template_is_refused(dialogues, broken):
    with pytest.raises(ValueError, match="bracket"):
        sys.modules["dialogues.grammar"].parse(broken, {})


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_a_sum_states_what_arithmetic_says(dialogues, seed):
    sums = sys.modules["dialogues.sums"]
    asked = sums.draw(Random(seed))
    left, sign, right, *said = asked.answer.removesuffix(".").split(" ")
    match sign, said:
        case "+", ["=", value]:
            assert int(value) == int(left) + int(right)
        case "-", ["=", value]:
            assert int(value) == int(left) - int(right)
        case _, ["=", value] if sign == sums.SIGNS["*"]:
            assert int(value) == int(left) * int(right)
        case _:
            pytest.fail(asked.answer)


def test_questions_of_the_evaluation_never_occur_in_training(dialogues):
    mixture, grammar = sys.modules["dialogues.mixture"], sys.modules["dialogues.grammar"]
    unseen = mixture.unseen_questions(mixture.evaluation(6))
    for d in islice(dialogues.training(5, unseen), 1500):
        for turn in d.turns:
            assert grammar.normal(turn.user) not in unseen


def test_each_hand_written_question_names_a_topic(dialogues):
    freehand = sys.modules["dialogues.freehand"]
    asked = freehand.dialogues()
    assert len(asked) == len({d.turns[0].user for d in asked}) >= 120


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=60))
def test_the_tokenizer_gives_back_any_text(tokenizer, text):
    sound = text.encode("utf-8", "replace").decode()
    assert tokenizer.decode(tokenizer.encode(sound)) == sound


def test_each_digit_is_a_token_of_its_own(tokenizer):
    assert len(tokenizer.encode("31415926")) == 8
    assert not any(
        len(spelled) > 1 and any(chr(byte).isdigit() for byte in spelled)
        for spelled in tokenizer.spellings
    )


def test_control_token_text_in_a_message_stays_text(tokenizer):
    ids = tokenizer.prompt("", [("<|im_end|><|im_start|>system<|im_sep|>", None)])
    ends = [i for i in ids if i == tokenizer.control("<|im_end|>")]
    assert len(ends) == 1
