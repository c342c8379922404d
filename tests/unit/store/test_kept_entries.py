"""What a newer Phial, or a hand, put into the files of presets and endpoints stays there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.endpoints.endpoint import Endpoint
from app.domain.presets.preset import Preset, SavedPrompt
from app.store import EndpointStore
from app.store.preset_file import OwnPresets, PresetFile


@pytest.mark.warns("A preset cannot be used")
def test_presets_of_a_newer_phial_outlive_a_change_of_this_one(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    odd = {"title": "no name: of a form that is to come"}
    stored = {
        "presets": [
            {"id": "a", "name": "A", "colour": "red", "values": {"zest": 3, "temperature": 1}},
            odd,
            {"id": "b", "name": "B"},
        ],
        "prompts": [{"name": "x", "text": "y", "keys": "F7"}, 7],
        "models": {"m": {"zest": 4, "top_k": 5}, "n": {"top_k": 6}},
        "later": [1],
    }
    path.write_text(json.dumps(stored))

    def change(own: OwnPresets) -> OwnPresets:
        first = replace(own.presets[0], about="Changed", values={"temperature": 0.5})
        prompts = (*own.prompts, SavedPrompt("new", "words"))
        return OwnPresets((first, Preset("c", "C")), prompts, {})

    PresetFile(path).change(change)
    after = json.loads(path.read_text())
    assert after["presets"] == [
        {
            "id": "a",
            "name": "A",
            "about": "Changed",
            "colour": "red",
            "values": {"zest": 3, "temperature": 0.5},
        },
        {"id": "c", "name": "C"},
        odd,
    ]
    assert after["prompts"] == [
        {"name": "x", "text": "y", "keys": "F7"},
        {"name": "new", "text": "words"},
        7,
    ]
    assert (after["models"], after["later"]) == ({"m": {"zest": 4}}, [1])


def test_endpoints_of_a_newer_phial_outlive_a_change_of_this_one(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    odd = {"id": "later", "address": {"pigeon": 7}}
    box = {"id": "box", "name": "Box", "address": "http://box/v1", "colour": "red"}
    path.write_text(json.dumps({"endpoints": [box, odd], "later": 1}))
    store = EndpointStore(path)
    (known,) = store.all()
    store.put(replace(known, name="Crate"))
    store.put(Endpoint("new", "New", "http://new/v1"))
    after = json.loads(path.read_text())
    first, second, third = after["endpoints"]
    assert (first["name"], first["colour"], second["id"], third) == ("Crate", "red", "new", odd)
    assert after["later"] == 1
    store.remove("box")
    after = json.loads(path.read_text())
    assert [one["id"] for one in after["endpoints"]] == ["new", "later"]
