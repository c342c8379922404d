"""The list of models, and the advice that is given with it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from app.domain.errors import HubError
from app.hub.api.catalog import load_catalog
from app.hub.api.file_names import check_repository, is_safe, quantization_of

MODELS = Path(__file__).parents[4] / "models"
CATALOG = load_catalog(MODELS / "catalog.json")


def test_the_catalogue_fits_its_schema() -> None:
    schema = json.loads((MODELS / "catalog.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((MODELS / "catalog.json").read_text("utf-8")), schema)


def test_every_entry_can_be_asked_for() -> None:
    for family, file in CATALOG.entries():
        check_repository(file.repository)
        assert all(is_safe(path) for path in file.files)
        assert quantization_of(file.files[0]) == file.quantization
        assert family.file(file.quantization.lower()) == file
        assert file.sha256 is None or len(file.sha256) == len(file.files)
    for family in CATALOG.families:
        assert all(check_repository(name) for name in family.more)
        assert any(file.recommended for file in family.files)
        assert CATALOG.family(family.id.upper()) == CATALOG.family(family.name) == family


@pytest.mark.parametrize(
    ("names", "family"),
    [
        (("Phi 4", "phi-4-Q4_K_M"), "phi-4"),
        (("", "microsoft_Phi-4-reasoning-plus-Q8_0"), "phi-4-reasoning-plus"),
        (("Phi 4 Reasoning", "weights"), "phi-4-reasoning"),
        (("Phi_4_Mini_Reasoning",), "phi-4-mini-reasoning"),
        (("Phi 4 Mini Instruct",), "phi-4-mini-instruct"),
        (("Llama 3", "llama-3"), None),
        ((), None),
    ],
)
def test_a_file_is_recognised_by_the_longest_name(
    names: tuple[str, ...], family: str | None
) -> None:
    found = CATALOG.family_of(*names)
    assert (found.id if found else None) == family


def test_larger_quantizations_are_larger_files() -> None:
    phi4 = CATALOG.family("phi-4")
    assert phi4 is not None
    sizes = [file.size for file in phi4.files if file.size]
    assert sizes == sorted(sizes, reverse=True)
    assert {"Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M", "Q2_K"} <= {
        file.quantization for file in phi4.files
    }
    assert phi4.shape is not None
    assert 2 * phi4.shape.layers * phi4.shape.kv_heads * phi4.shape.head_size * 2 == 200 * 1024


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "families": [{}]}', "\x00"]
)
def test_a_damaged_catalogue_is_told_calmly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(text)
    with pytest.raises(HubError, match="damaged"):
        load_catalog(path)
    with pytest.raises(HubError, match="cannot be read"):
        load_catalog(tmp_path / "missing.json")
