"""Presets: what is in force, from where, and what the engine is asked with."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import InvalidValueError, NotFoundError, TransferError
from app.domain.generation import GenerationRequest, Role, Sampling
from app.domain.model import ModelFile
from app.domain.presets.bundled import PRESETS, PROMPTS
from app.domain.presets.outside import OutsidePreset, preset_from_outside
from app.domain.presets.preset import (
    OWN_VALUES,
    ChatOptions,
    Preset,
    SavedPrompt,
    options_from_dict,
    options_to_dict,
    preset_from_dict,
    preset_to_dict,
)
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.hub.api.catalog import load_catalog
from app.services.presets.answer_options import Source, put_over
from app.system.bundled import bundled
from tests.support.harness import Harness, build

MINE = Preset("", "Mine", "For me.", "Rhyme.", {"temperature": 0.2, "context_size": 2048})


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path, ScriptedEngine(["One.", "Two.", "Three."]))
    yield made
    made.services.close()


def asked(harness: Harness) -> GenerationRequest:
    engine = harness.engine
    assert isinstance(engine, ScriptedEngine)
    return engine.requests[-1]


def model(harness: Harness) -> ModelFile:
    found = harness.services.models.state.model
    assert found is not None
    return found


def test_a_chat_comes_before_its_preset_before_the_model_before_the_settings() -> None:
    layers = {
        Source.CHAT: {"temperature": 0.1},
        Source.PRESET: {"temperature": 0.2, "top_k": 2},
        Source.MODEL: {"temperature": 0.3, "top_k": 3, "top_p": 0.3},
    }
    settings = Settings(temperature=0.4, top_k=4, top_p=0.4, min_p=0.4)
    advised = Sampling(temperature=0.5, repeat_penalty=1.5)
    found, sources = put_over(settings, layers, advised)
    assert (found.temperature, found.top_k, found.top_p, found.min_p) == (0.1, 2, 0.3, 0.4)
    assert [sources[name] for name in OWN_VALUES] == [
        Source.CHAT, Source.PRESET, Source.MODEL, Source.SETTINGS, Source.MAKERS, Source.PHIAL,
        Source.PHIAL, Source.PHIAL,
    ]  # fmt: skip


def test_a_preset_arrives_in_what_the_engine_is_asked(harness: Harness) -> None:
    services = harness.services
    preset = services.presets.save(MINE)
    chat = services.library.create()
    services.chat_options.choose(chat.id, preset)
    harness.ask("Question", chat.id)
    request = asked(harness)
    assert (request.turns[0].role, request.turns[0].content) == (Role.SYSTEM, "Rhyme.")
    assert request.sampling.temperature == 0.2
    assert isinstance(harness.engine, ScriptedEngine)
    assert harness.engine.loads[-1].context_size == 2048


def test_a_value_of_the_chat_counts_before_its_preset_and_one_of_the_model_after(
    harness: Harness,
) -> None:
    services = harness.services
    services.presets.set_values_of(model(harness), {"temperature": 0.9, "top_k": 7})
    chat = services.library.create()
    services.chat_options.choose(chat.id, services.presets.save(MINE))
    services.chat_options.set_values(chat.id, {"seed": 5, "context_size": 1024})
    harness.ask("Question", chat.id)
    drawn = asked(harness).sampling
    assert (drawn.temperature, drawn.top_k, drawn.seed) == (0.2, 7, 5)
    assert isinstance(harness.engine, ScriptedEngine)
    assert harness.engine.loads[-1].context_size == 1024
    harness.ask("Elsewhere")
    assert asked(harness).sampling.temperature == 0.9
    assert harness.engine.loads[-1].context_size is None, "another chat has its own context"


def test_a_chat_keeps_what_it_has_of_its_own_over_a_restart(tmp_path: Path) -> None:
    first = build(tmp_path)
    chat = first.services.library.create()
    preset = first.services.presets.save(MINE)
    first.services.chat_options.choose(chat.id, preset)
    first.services.chat_options.set_values(chat.id, {"top_k": 3})
    first.ask("Question", chat.id)
    first.services.close()
    second = build(tmp_path)
    options = second.services.library.chats.get(chat.id).options
    assert options == ChatOptions(preset.id, {"top_k": 3})
    assert second.services.presets.get(preset.id) == preset
    second.services.close()


def test_another_preset_replaces_the_prompt_of_the_one_before_and_not_a_persons_own(
    harness: Harness,
) -> None:
    services = harness.services
    chat = services.library.create()
    prompt = lambda: services.library.chats.get(chat.id).system_prompt  # noqa: E731
    assert services.chat_options.choose(chat.id, services.presets.get("homework"))
    assert prompt().startswith("The user shows")
    assert services.chat_options.choose(chat.id, services.presets.get("translate"))
    assert prompt().startswith("You translate")
    services.library.set_system_prompt(chat.id, "Be a pirate.")
    assert not services.chat_options.choose(chat.id, services.presets.get("homework"))
    assert prompt() == "Be a pirate."
    services.library.set_system_prompt(chat.id, "")
    services.chat_options.choose(chat.id, None)
    assert prompt() == ""


def test_a_changed_preset_takes_its_chats_along(harness: Harness) -> None:
    services = harness.services
    preset = services.presets.save(MINE)
    stored, fresh = harness.ask("Question")[0], services.library.create().id
    for one in (stored, fresh):
        services.chat_options.choose(one, preset)
    services.presets.save(replace(preset, system_prompt="Sing.", values={"temperature": 1.5}))
    harness.ask("Again", stored)
    assert asked(harness).turns[0].content == "Sing."
    assert asked(harness).sampling.temperature == 1.5
    assert services.library.chats.get(fresh).system_prompt == "Sing."


def test_a_chat_whose_preset_is_gone_goes_on_with_its_text(harness: Harness) -> None:
    services = harness.services
    preset = services.presets.save(MINE)
    chat = services.library.create()
    services.chat_options.choose(chat.id, preset)
    services.presets.delete(preset.id)
    harness.ask("Question", chat.id)
    assert asked(harness).turns[0].content == "Rhyme."
    assert asked(harness).sampling.temperature == Sampling().temperature
    assert services.chat_options.preset_of(services.library.chats.get(chat.id)) is None


def test_a_copied_branch_has_the_preset_of_its_chat(harness: Harness) -> None:
    services = harness.services
    chat, _ = harness.ask("Question")
    services.chat_options.choose(chat, services.presets.get("explain"))
    head = services.library.chats.branch(chat)[-1].message.id
    copy = services.library.branch_into_new_chat(head)
    assert services.library.chats.get(copy.id).options.preset == "explain"


def test_presets_are_given_away_and_taken_as_new_ones(harness: Harness, tmp_path: Path) -> None:
    presets = harness.services.presets
    mine = presets.save(MINE)
    presets.export([mine], tmp_path / "given.json")
    read = presets.read(tmp_path / "given.json")
    assert read == (OutsidePreset(mine),)
    assert [one for one in presets.presets() if not one.bundled] == [mine], "reading takes nothing"
    (added,) = presets.add([one.preset for one in read])
    assert added.id != mine.id
    assert replace(added, id=mine.id) == mine


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[]", '{"presets": []}', '{"kind": "phial-presets", "presets": [{}]}',
        '{"kind": "phial-presets", "presets": ["x"]}', '{"kind": "x", "presets": [{"name": "a"}]}',
        json.dumps({"kind": "phial-presets", "presets": [{"name": "x" * 1000}]}),
    ],
)  # fmt: skip
def test_what_is_no_file_of_presets_is_refused(
    harness: Harness, tmp_path: Path, content: str
) -> None:
    (tmp_path / "given.json").write_text(content)
    with pytest.raises(TransferError, match=r"holds no presets|holds a preset that is none"):
        harness.services.presets.read(tmp_path / "given.json")


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are of Unix")
def test_a_pipe_holds_no_presets_and_is_not_waited_for(harness: Harness, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "given.json")
    with pytest.raises(TransferError, match="holds no presets"):
        harness.services.presets.read(tmp_path / "given.json")


def test_a_name_from_outside_is_one_line() -> None:
    found = preset_from_outside({"name": "Pi\u202erate\n\x1b[2J", "about": "a\tb"}).preset
    assert (found.name, found.about) == ("Pirate [2J", "a b")


def test_a_preset_of_a_newer_phial_keeps_what_is_understood() -> None:
    data = preset_to_dict(MINE) | {"colour": "red", "values": {"temperature": 0.2, "warp": 9}}
    assert preset_from_dict(data) == replace(MINE, values={"temperature": 0.2})


def test_two_programs_do_not_take_each_others_presets_back(tmp_path: Path) -> None:
    one, other = build(tmp_path / "a"), build(tmp_path / "a")
    one.services.presets.save(replace(MINE, name="First"))
    other.services.presets.save(replace(MINE, name="Second"))
    names = [preset.name for preset in other.services.presets.presets() if not preset.bundled]
    assert names == ["First", "Second"]
    one.services.close()
    other.services.close()


def test_those_that_come_with_phial_cannot_be_changed_only_copied(harness: Harness) -> None:
    presets = harness.services.presets
    general = presets.presets()[0]
    with pytest.raises(InvalidValueError, match="comes with Phial"):
        presets.save(replace(general, system_prompt="Mine."))
    copy = presets.duplicate(general)
    assert (copy.name, copy.bundled) == ("General (copy)", False)


def test_a_preset_is_found_by_the_beginning_of_its_name(harness: Harness) -> None:
    presets = harness.services.presets
    assert presets.find("check").id == "homework"
    assert presets.find("PHI-4-REASONING").id == "phi-4-reasoning"
    with pytest.raises(InvalidValueError, match=r"Review code.*Rewrite"):
        presets.find("re")
    with pytest.raises(NotFoundError):
        presets.find("pirate")


def test_the_bundled_ones_fit_the_catalogue_and_are_short() -> None:
    families = {one.id: one for one in load_catalog(bundled("models", "catalog.json")).families}
    assert len({one.id for one in PRESETS}) == len(PRESETS)
    for preset in PRESETS:
        assert preset.bundled
        assert preset.about
        assert len(preset.system_prompt.split()) < 110, "each word is read before the first answer"
        if preset.model:
            told = families[preset.model].sampling
            assert told is not None
            assert all(getattr(told, name) == value for name, value in preset.values.items())
    thinking = {one.id for one in families.values() if one.thinks}
    assert thinking == {one.model for one in PRESETS if one.model}


def test_own_prompts_stand_before_those_of_phial_and_replace_them(harness: Harness) -> None:
    presets = harness.services.presets
    presets.save_prompt(SavedPrompt("explain", "Explain {topic} to a child."))
    presets.save_prompt(SavedPrompt("rhyme", "Rhyme about {topic}."))
    names = [one.name for one in presets.prompts()]
    assert names[:2] == ["explain", "rhyme"]
    assert names.count("explain") == 1
    presets.delete_prompt("explain")
    assert next(one for one in presets.prompts() if one.name == "explain") in PROMPTS
    with pytest.raises(InvalidValueError):
        presets.save_prompt(SavedPrompt("two words", "x"))


def test_what_a_chat_has_comes_back_from_its_stored_form() -> None:
    options = ChatOptions("homework", {"temperature": 0.2, "seed": 7}, ("First", "Then"))
    assert options_from_dict(options_to_dict(options)) == options
    assert options_from_dict({"values": {"temperature": 99}, "queued": 3}) == ChatOptions()
