"""The list of models, and the advice that is given with it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from app.domain.advice import GB, Advice, Fit, Machine, Needs, advise, needs_of, recommend
from app.domain.errors import HubError
from app.hub.catalog import load_catalog
from app.hub.names import check_repository, is_safe, quantization_of

MODELS = Path(__file__).parents[3] / "models"
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
    assert phi4.kv_bytes_per_token == 200 * 1024


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


# --- advice ------------------------------------------------------------------------------------

Q4 = Needs(round(9.05 * GB), 204_800, 300_000_000, 8_192, round(9.05 * GB))
DISK = 500 * GB


@pytest.mark.parametrize(
    ("ram", "vram", "disk", "cores", "fit", "context"),
    [
        (32 * GB, 0, DISK, 8, Fit.FITS, 8_192),
        (4 * GB, 24 * GB, DISK, 8, Fit.FITS, 8_192),
        (8 * GB, 6 * GB, DISK, 8, Fit.FITS, 8_192),
        (round(11.4 * GB), 0, DISK, 8, Fit.SMALLER_CONTEXT, 5_120),
        (32 * GB, 0, DISK, 1, Fit.SLOW, 8_192),
        (8 * GB, 0, DISK, 8, Fit.WILL_NOT_FIT, 0),
        (0, 0, DISK, 8, Fit.WILL_NOT_FIT, 0),
        (32 * GB, 0, 5 * GB, 8, Fit.NO_ROOM_ON_DISK, 8_192),
    ],
)
def test_advice_on_phi4_q4_k_m(
    ram: int, vram: int, disk: int, cores: int, fit: Fit, context: int
) -> None:
    advice = advise(Q4, Machine(ram, vram, disk, cores))
    assert (advice.fit, advice.context) == (fit, context)
    assert any(char.isdigit() for char in advice.sentence)


def test_more_memory_never_gives_worse_advice() -> None:
    order = [Fit.WILL_NOT_FIT, Fit.SMALLER_CONTEXT, Fit.FITS]
    seen = [advise(Q4, Machine(ram * GB // 4, 0, DISK, 8)).fit for ram in range(130)]
    ranks = [order.index(fit) for fit in seen]
    assert ranks == sorted(ranks)
    assert set(seen) == set(order)


def test_a_measured_speed_replaces_the_estimate() -> None:
    machine = Machine(32 * GB, 0, DISK, 8)
    guess, known = advise(Q4, machine), advise(Q4, machine, measured=12.3)
    assert (guess.measured, known.measured) == (False, True)
    assert "about" in guess.sentence
    assert "about" not in known.sentence
    assert known.tokens_per_second == 12.3
    assert advise(Q4, machine, measured=0.4).fit is Fit.SLOW


def test_the_estimate_agrees_with_what_was_measured_on_two_cores() -> None:
    # FACTS.md, Engine: 2.3 tokens a second at Q4_K_M on two cores.
    assert advise(Q4, Machine(32 * GB, 0, DISK, 2)).tokens_per_second == pytest.approx(2.3, rel=0.1)


def test_an_installed_file_needs_no_room_on_the_disk() -> None:
    phi4 = CATALOG.family("phi-4")
    assert phi4 is not None
    file = phi4.file("Q4_K_M")
    assert file is not None
    machine = Machine(32 * GB, 0, 0, 8)
    asked, there = needs_of(phi4, file), needs_of(phi4, file, installed=True)
    assert asked is not None
    assert there is not None
    assert advise(asked, machine).fit is Fit.NO_ROOM_ON_DISK
    assert advise(there, machine).fit is Fit.FITS


@pytest.mark.parametrize(
    ("ram", "vram", "cores", "expected"),
    [
        (2, 0, 4, None),
        (6, 0, 4, ("phi-4-mini-instruct", "Q4_K_M")),
        (12, 0, 2, ("phi-4-mini-instruct", "Q4_K_M")),
        (12, 0, 8, ("phi-4", "Q3_K_M")),
        (16, 0, 8, ("phi-4", "Q4_K_M")),
        (64, 0, 16, ("phi-4", "Q4_K_M")),
        (16, 24, 8, ("phi-4", "Q8_0")),
        (16, 12, 8, ("phi-4", "Q6_K")),
    ],
)
def test_one_recommendation_for_each_machine(
    ram: int, vram: int, cores: int, expected: tuple[str, str] | None
) -> None:
    found = recommend(CATALOG.entries(), Machine(ram * GB, vram * GB, DISK, cores))
    assert (found and (found.family.id, found.file.quantization)) == expected


def test_what_is_recommended_is_usable() -> None:
    for ram in range(2, 80, 3):
        for vram in (0, 8, 24):
            machine = Machine(ram * GB, vram * GB, DISK, 8)
            found = recommend(CATALOG.entries(), machine)
            if found is not None:
                assert isinstance(found.advice, Advice)
                assert found.advice.fit.usable
