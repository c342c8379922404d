"""``phial presets`` and ``--preset``: what is listed, given, taken, and arrives in the engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import EXIT_FAILED
from app.domain.generation import GenerationRequest
from app.domain.presets.bundled import PRESETS
from app.engine.process.frames import GenerateCommand
from tests.scenarios.registry import scenario
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model
from tests.support.terminal import asked, phial


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    return write_model(path, ModelSpec(pieces_of("Hello.")))


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A file of presets from somebody else, not all of which can be used."""
    preset = {"name": "Pirate", "system_prompt": "Speak as a pirate.", "values": {"top_k": 3}}
    preset |= {"form": "one_of:Aye|No", "checks": True, "ship": "Hispaniola"}
    other = {"name": "Parrot", "values": {"top_p": 7}, "form": "poem", "checks": "yes"}
    path = tmp_path / "pirate.json"
    path.write_text(json.dumps({"kind": "phial-presets", "presets": [preset, other]}))
    return path


def answers(log: Path, *questions: str) -> list[GenerationRequest]:
    """What the engine was asked for answers to these; a title is asked for as well."""
    found = [one.request for one in asked(log).of(GenerateCommand)]
    return [one for one in found if one.turns[-1].content in questions]


@scenario("option", "presets list")
@scenario("option", "presets list --json")
def test_every_preset_is_listed_with_what_it_is_for(home: Path) -> None:
    lines = phial("presets", "list").out.splitlines()
    assert [line[:24].strip() for line in lines] == [preset.name for preset in PRESETS]
    rows = phial("presets", "list", "--json").data
    assert [row["id"] for row in rows] == [preset.id for preset in PRESETS]


@scenario("option", "presets show")
@scenario("option", "presets show NAME")
@scenario("option", "presets show --json")
def test_one_preset_is_shown_word_for_word(home: Path) -> None:
    homework = next(one for one in PRESETS if one.id == "homework")
    shown = phial("presets", "show", "check my").out
    assert " ".join(homework.system_prompt.split()) in " ".join(shown.split())
    assert "Temperature: 0.2" in shown
    row = phial("presets", "show", "homework", "--json").data
    assert (row["system_prompt"], row["values"]) == (homework.system_prompt, {"temperature": 0.2})


@scenario("option", "presets import")
@scenario("option", "presets import FILE")
@scenario("option", "presets import --yes")
@scenario("option", "presets import --json")
def test_a_preset_from_outside_is_shown_before_it_is_taken(home: Path, given: Path) -> None:
    refused = phial("presets", "import", given, stdin="n\n", code=EXIT_FAILED)
    assert "Speak as a pirate." in refused.err
    assert "Answers in a form: One of several: Aye | No" in refused.err
    assert "Checks the steps of a calculation" in refused.err
    assert "does not know what this means: ship." in refused.err
    assert "Its form “poem” is not used. There is no form “poem”" in refused.err
    assert "A value is left out. Top-p is 7;" in refused.err
    assert "“checks” is left out: it is neither true nor false." in refused.err
    assert "Add these 2 presets? [y/N]" in refused.err
    assert not (home / "presets.json").exists()
    taken = phial("presets", "import", given, "--yes", "--json")
    assert [row["name"] for row in taken.data] == ["Pirate", "Parrot"]
    assert "Parrot: A value is left out." in taken.err, "told though nobody is asked"
    assert "Its form “poem” is not used." in phial("presets", "show", "parrot").out
    assert "Pirate" in phial("presets", "list").out


@scenario("option", "presets export")
@scenario("option", "presets export NAME")
@scenario("option", "presets export --out")
@scenario("option", "presets export --json")
def test_presets_are_written_to_a_file_that_can_be_taken_again(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    none = phial("presets", "export", "--out", out, code=EXIT_FAILED).err
    assert "There are no presets of your own." in none
    rows = phial("presets", "export", "translate", "--out", out, "--json").data
    assert [row["id"] for row in rows] == ["translate"]
    phial("presets", "import", out, "--yes")
    assert phial("presets", "list").out.count("Translate") == 2
    assert (
        "is there already"
        in phial("presets", "export", "rewrite", "--out", out, code=EXIT_FAILED).err
    )


@scenario("option", "ask --preset")
def test_a_question_is_asked_with_a_preset(home: Path, model: Path, given: Path) -> None:
    phial("presets", "import", given, "--yes")
    log = given.parent / "engine.log"
    steps = "3x + 5 = 20\n3x = 14"
    words = ("--preset", "pirate", "--temperature", "0.4")
    # What writes down answers in no form, which is told by the exit code.
    said = phial("ask", "--model", model, *words, steps, code=EXIT_FAILED, log=log)
    request = asked(log).one(GenerateCommand).request
    system, question = (turn.content for turn in request.turns)
    assert (system, question.split("\n\n")[0]) == ("Speak as a pirate.", steps)
    assert (request.sampling.top_k, request.sampling.temperature) == (3, 0.4)
    # Its form, and what checking the steps found: told to who asks, and to the model.
    found = "Line 2: “3x = 14” does not follow from line 1"
    assert found in " ".join(said.err.split())
    assert found in question
    assert question.endswith("nothing else: Aye | No)")


def test_what_a_command_line_says_counts_before_the_preset(
    home: Path, model: Path, given: Path
) -> None:
    phial("presets", "import", given, "--yes")
    log = given.parent / "engine.log"
    words = ("--preset", "pirate", "--top-k", "9", "--system", "Be brief.")
    phial("ask", "--model", model, *words, "--form", "one_of:0|1", "Hi", code=None, log=log)
    request = asked(log).one(GenerateCommand).request
    assert (request.turns[0].content, request.sampling.top_k) == ("Be brief.", 9)
    assert request.turns[1].content.endswith("nothing else: 0 | 1)")


@scenario("option", "chat --preset")
def test_a_talk_begins_with_a_preset(home: Path, model: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    phial("chat", "--model", model, "--preset", "homework", stdin="One\n/new\nTwo\n", log=log)
    requests = answers(log, "One", "Two")
    assert [one.turns[0].content[:14] for one in requests] == ["The user shows"] * 2
    assert [one.sampling.temperature for one in requests] == [0.2, 0.2]


@scenario("option", "chat /preset")
def test_a_talk_takes_another_preset(home: Path, model: Path, tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    said = phial(
        "chat",
        "--model",
        model,
        stdin="/preset\n/preset transl\nOne\n/preset -\nTwo\n/preset pirate\n",
        log=log,
    ).out
    assert "Check my homework" in said
    assert "This chat is answered as “Translate”." in said
    assert "There is no preset “pirate”." in said
    requests = answers(log, "One", "Two")
    assert [one.turns[0].content[:13] for one in requests] == ["You translate", "One"]
    assert requests[0].sampling.temperature == 0.2
    assert requests[1].sampling.temperature == 0.7
