"""Advice before the click: the engine's planner in words, and the one file to take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.advice import GB, Advice, Fit, MemoryBandwidth, Recommendation, recommend
from app.domain.catalog import CatalogFamily, CatalogFile
from app.domain.endpoints.source import FileSource
from app.domain.model import Device, KvType, LoadRequest
from app.domain.settings import Settings
from app.engine.plan import ComputeResources, make_plan
from app.hub.api.catalog import load_catalog
from app.services.models.model_fit import MachineSnapshot, assess, catalog_header, without_model
from app.system.bundled import bundled

CATALOG = load_catalog(bundled("models", "catalog.json"))
DISK = 500 * GB
DEFAULTS = Settings()


def phi4(quantization: str = "Q4_K_M") -> tuple[CatalogFamily, CatalogFile]:
    family = CATALOG.family("phi-4")
    assert family is not None
    file = family.file(quantization)
    assert file is not None
    return family, file


def here(ram: float, vram: float = 0, *, disk: float = DISK, cores: int = 8) -> MachineSnapshot:
    gpus = (Device("CUDA0", "A card", "CUDA", int(vram * GB), int(vram * GB)),) if vram else ()
    return MachineSnapshot(
        ComputeResources(int(ram * GB), int(ram * GB), cores, gpus),
        int(disk),
        MemoryBandwidth(cores),
    )


def advice(
    place: MachineSnapshot, settings: Settings = DEFAULTS, *, measured: float = 0.0
) -> Advice:
    family, file = phi4()
    header = catalog_header(family, file)
    assert header is not None
    return assess(header, settings, place, download=file.size or 0, measured=measured)


@pytest.mark.parametrize(
    ("ram", "vram", "disk", "cores", "fit", "context"),
    [
        (32, 0, DISK, 8, Fit.FITS, 16_384),
        (4, 24, DISK, 8, Fit.FITS, 16_384),
        (12, 0, DISK, 8, Fit.SMALLER_CONTEXT, 8_192),
        (10.5, 0, DISK, 8, Fit.SMALLER_CONTEXT, 2_048),
        (32, 0, DISK, 1, Fit.SLOW, 16_384),
        (8, 0, DISK, 8, Fit.WILL_NOT_FIT, 0),
        (0.1, 0, DISK, 8, Fit.WILL_NOT_FIT, 0),
        (32, 0, 5 * GB, 8, Fit.NO_ROOM_ON_DISK, 16_384),
    ],
)
def test_advice_on_phi4_q4_k_m(
    ram: float, vram: float, disk: float, cores: int, fit: Fit, context: int
) -> None:
    found = advice(here(ram, vram, disk=disk, cores=cores))
    assert (found.fit, found.context) == (fit, context)
    assert any(char.isdigit() for char in found.sentence)


def test_the_numbers_are_those_of_the_plan_that_will_be_loaded() -> None:
    family, file = phi4()
    header = catalog_header(family, file)
    assert header is not None
    for ram in (10.5, 12.0, 16.0, 32.0):
        place = here(ram)
        plan = make_plan(header, LoadRequest(FileSource(Path("x"))), place.machine)
        found = assess(header, DEFAULTS, place)
        assert found.context == plan.context_size
        assert f"{plan.total_bytes / GB:.1f} GB" in found.sentence
        assert f"{ram:.1f} GB" in found.sentence


def test_the_chosen_context_is_what_is_judged() -> None:
    assert advice(here(12), Settings(context_size=4_096)).fit is Fit.FITS
    rounded = advice(here(12), Settings(context_size=16_384))
    assert (rounded.fit, rounded.context) == (Fit.FITS, 16_384)
    assert "rounded" in rounded.sentence  # what the planner would do
    exact = advice(here(12), Settings(context_size=16_384, kv_type=KvType.F16))
    assert (exact.fit, exact.context) == (Fit.SMALLER_CONTEXT, 8_192)


def test_more_memory_never_gives_worse_advice() -> None:
    order = [Fit.WILL_NOT_FIT, Fit.SMALLER_CONTEXT, Fit.FITS]
    seen = [advice(here(ram / 4)).fit for ram in range(1, 100)]
    ranks = [order.index(fit) for fit in seen]
    assert ranks == sorted(ranks)
    assert set(seen) == set(order)


def test_a_measured_speed_replaces_the_estimate() -> None:
    guess, known = advice(here(32)), advice(here(32), measured=12.3)
    assert (guess.measured, known.measured) == (False, True)
    assert "about" in guess.sentence
    assert "about" not in known.sentence
    assert "measured here" in known.sentence
    assert known.tokens_per_second == 12.3
    assert advice(here(32), measured=0.4).fit is Fit.SLOW


def test_an_answer_of_one_file_teaches_the_estimate_of_the_others() -> None:
    slow = replace(here(32), bandwidth=MemoryBandwidth(8, bandwidth=9.05 * GB))
    assert advice(slow).tokens_per_second == pytest.approx(1.0, rel=0.01)


def test_the_estimate_agrees_with_what_was_measured_on_two_cores() -> None:
    # FACTS.md, Engine: 2.3 tokens a second at Q4_K_M on two cores.
    assert advice(here(32, cores=2)).tokens_per_second == pytest.approx(2.3, rel=0.1)


def test_a_file_that_is_here_needs_no_room_on_the_disk() -> None:
    family, file = phi4()
    header = catalog_header(family, file)
    assert header is not None
    assert assess(header, DEFAULTS, here(32, disk=0), download=1).fit is Fit.NO_ROOM_ON_DISK
    assert assess(header, DEFAULTS, here(32, disk=0)).fit is Fit.FITS


def take(place: MachineSnapshot) -> Recommendation | None:
    judged = []
    for family, file in CATALOG.entries():
        header = catalog_header(family, file)
        one = assess(header, DEFAULTS, place, download=file.size or 0) if header else None
        judged.append((family, file, one))
    return recommend(judged)


@pytest.mark.parametrize(
    ("ram", "vram", "cores", "expected"),
    [
        (2, 0, 4, None),
        (6, 0, 4, ("phi-4-mini-instruct", "Q4_K_M")),
        (12, 0, 2, ("phi-4-mini-instruct", "Q4_K_M")),
        (11, 0, 8, ("phi-4", "Q3_K_M")),
        (12, 0, 8, ("phi-4", "Q4_K_M")),
        (16, 0, 8, ("phi-4", "Q4_K_M")),
        (64, 0, 16, ("phi-4", "Q4_K_M")),
        (16, 24, 8, ("phi-4", "Q8_0")),
        (16, 13, 8, ("phi-4", "Q6_K")),
    ],
)
def test_one_recommendation_for_each_machine(
    ram: int, vram: int, cores: int, expected: tuple[str, str] | None
) -> None:
    found = take(here(ram, vram, cores=cores))
    assert (found and (found.family.id, found.file.quantization)) == expected


def test_what_is_recommended_is_usable() -> None:
    for ram in range(2, 80, 9):
        for vram in (0, 8, 24):
            found = take(here(ram, vram))
            assert found is None or found.advice.fit.usable


def test_what_a_loaded_model_holds_of_a_card_counts_as_free() -> None:
    family, file = phi4()
    header = catalog_header(family, file)
    assert header is not None
    empty = here(8, 24).machine
    plan = make_plan(header, LoadRequest(FileSource(Path("x"))), empty)
    assert plan.gpu_layers > header.layers  # all of them
    card = empty.gpus[0]
    held = plan.weights_bytes + plan.kv_bytes
    processor = Device("CPU", "A processor", "CPU", 1, 2)
    beside = replace(card, free_memory=card.total_memory - held - GB)  # the rest is another's
    after = without_model((processor, beside), plan, header)
    assert after == (processor, replace(card, free_memory=card.total_memory - GB))
    # Without it, another quantization of the same model would be told not to fit the card.
    smaller = replace(beside, free_memory=GB)
    assert without_model((smaller,), plan, header)[0].free_memory == GB + held
