"""Advice before the click: does a model fit this machine, how fast will it be, which one to take.

Pure arithmetic. What a model needs comes from the planner or, before a file is here, from
:func:`needs_of`; what the machine has comes from the system. Nothing here is measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.catalog import CatalogFamily, CatalogFile

GB = 1_000_000_000
SMALLEST_CONTEXT = 2_048  # tokens; a shorter one holds hardly a question and its answer
USUAL_CONTEXT = 8_192  # tokens; what is asked for when the user did not choose
CONTEXT_STEP = 512
SLOW = 3.0  # tokens a second; below it an answer comes slower than people read aloud
COMFORTABLE = 8.0  # tokens a second; about as fast as people read
GOOD_BITS = 4.5  # bits a weight below which quality drops noticeably; Q4_K_M has 4.9
KEEP_RAM = 1 * GB  # left to the system and to Phial's window
KEEP_VRAM = GB // 2  # left to the screen
KEEP_DISK = GB // 4
# Measured (FACTS.md, Engine): 9.05 GB of weights gave 2.3 tokens/s on 2 cores, so 21 GB/s. Used
# per core up to four, where ordinary desktop memory is saturated.
BANDWIDTH_PER_CORE = 10.5 * GB
SATURATING_CORES = 4
GPU_BANDWIDTH = 250 * GB  # a modest card; only ever shown as "about"


class Fit(StrEnum):
    """How well a model fits a machine, best first."""

    FITS = "fits"
    SMALLER_CONTEXT = "smaller_context"
    SLOW = "slow"
    NO_ROOM_ON_DISK = "no_room_on_disk"
    WILL_NOT_FIT = "will_not_fit"

    @property
    def usable(self) -> bool:
        """Whether an answer will come at all."""
        return self in {Fit.FITS, Fit.SMALLER_CONTEXT, Fit.SLOW}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a model takes.

    Attributes:
        weights: Bytes of the weights.
        kv_per_token: Bytes of KV cache for one token.
        compute: Bytes of the compute buffers.
        context: Tokens wanted.
        download: Bytes still to be written to disk; 0 for an installed file.
    """

    weights: int
    kv_per_token: int
    compute: int
    context: int = USUAL_CONTEXT
    download: int = 0

    @property
    def total(self) -> int:
        """Bytes of memory at the wanted context."""
        return self.weights + self.compute + self.kv_per_token * self.context


@dataclass(frozen=True, slots=True)
class Machine:
    """What this computer has free now.

    Attributes:
        free_ram: Bytes.
        free_vram: Bytes on the best graphics card; 0 without one.
        free_disk: Bytes where models are kept.
        cores: Physical cores.
        bandwidth: Bytes a second the memory delivers to the CPU, if measured.
        gpu_bandwidth: The same for the card.
        unified: Whether RAM and VRAM are the same memory, as on Apple's chips.
    """

    free_ram: int
    free_vram: int = 0
    free_disk: int = 0
    cores: int = 1
    bandwidth: float | None = None
    gpu_bandwidth: float | None = None
    unified: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """The verdict on one model.

    Attributes:
        fit: In one word.
        context: Tokens it can have; 0 where it does not fit.
        tokens_per_second: Of an answer, estimated or measured; 0 where it does not fit.
        measured: Whether the speed was measured on this machine.
        sentence: For people, with numbers.
    """

    fit: Fit
    context: int
    tokens_per_second: float
    measured: bool
    sentence: str


def needs_of(
    family: CatalogFamily, file: CatalogFile, context: int | None = None, *, installed: bool = False
) -> Needs | None:
    """What a file of the catalogue takes; None where its size or its KV cache is not known.

    Compute buffers are taken as 512 tokens' logits and activations, about 2 % of the weights and
    at least 300 MB; the planner knows better once the file is here.
    """
    if file.size is None or family.kv_bytes_per_token is None:
        return None
    wanted = min(context or USUAL_CONTEXT, family.context)
    compute = max(300_000_000, file.size // 50)
    return Needs(
        file.size, family.kv_bytes_per_token, compute, wanted, 0 if installed else file.size
    )


def memory_for_model(machine: Machine) -> int:
    """Bytes a model may take, RAM and VRAM together."""
    ram = max(0, machine.free_ram - KEEP_RAM)
    return ram if machine.unified else ram + max(0, machine.free_vram - KEEP_VRAM)


def estimate_speed(needs: Needs, machine: Machine) -> float:
    """Tokens a second of an answer: each token reads all weights once.

    The part that lies in VRAM is read at the card's bandwidth, the rest at the memory's.
    """
    cores = min(machine.cores, SATURATING_CORES)
    cpu = machine.bandwidth or BANDWIDTH_PER_CORE * max(1, cores)
    if machine.unified and machine.free_vram:
        return (machine.gpu_bandwidth or cpu) / max(1, needs.weights)
    gpu = machine.gpu_bandwidth or GPU_BANDWIDTH
    on_card = min(needs.weights, max(0, machine.free_vram - KEEP_VRAM))
    seconds = on_card / gpu + (needs.weights - on_card) / cpu
    return 1 / seconds if seconds > 0 else 0.0


def advise(needs: Needs, machine: Machine, measured: float | None = None) -> Advice:
    """Judge one model on one machine.

    Args:
        needs: What it takes.
        machine: What is there.
        measured: Tokens a second it reached here before; replaces the estimate.
    """
    room = memory_for_model(machine)
    context = _context_that_fits(needs, room)
    if context < SMALLEST_CONTEXT and context < needs.context:
        smallest = needs.total - needs.kv_per_token * max(0, needs.context - SMALLEST_CONTEXT)
        return Advice(
            Fit.WILL_NOT_FIT,
            0,
            0.0,
            False,
            f"Will not fit: it needs {_gb(smallest)} of memory, and {_gb(room)} are free for it.",
        )
    if needs.download and needs.download + KEEP_DISK > machine.free_disk:
        return Advice(
            Fit.NO_ROOM_ON_DISK,
            context,
            0.0,
            False,
            f"No room on the disk: it takes {_gb(needs.download)}, "
            f"and {_gb(machine.free_disk)} are free.",
        )
    speed = measured or estimate_speed(replace(needs, context=context), machine)
    pace = f"{'' if measured else 'about '}{_rate(speed)} tokens a second"
    takes = _gb(needs.weights + needs.compute + needs.kv_per_token * context)
    if speed < SLOW:
        fit = Fit.SLOW
        text = f"Will be slow: {pace}. It takes {takes} of {_gb(room)} with {context:,} tokens."
    elif context < needs.context:
        fit = Fit.SMALLER_CONTEXT
        text = (
            f"Fits with a smaller context: {context:,} instead of {needs.context:,} tokens, "
            f"{takes} of {_gb(room)}, {pace}."
        )
    else:
        fit = Fit.FITS
        text = f"Fits: {takes} of {_gb(room)} with {context:,} tokens, {pace}."
    return Advice(fit, context, speed, measured is not None, text)


def _context_that_fits(needs: Needs, room: int) -> int:
    left = room - needs.weights - needs.compute
    if left <= 0:
        return 0
    if not needs.kv_per_token or left >= needs.kv_per_token * needs.context:
        return needs.context
    return left // needs.kv_per_token // CONTEXT_STEP * CONTEXT_STEP


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The one file to take on this machine, and why."""

    family: CatalogFamily
    file: CatalogFile
    advice: Advice


def recommend(
    entries: Iterable[tuple[CatalogFamily, CatalogFile]], machine: Machine
) -> Recommendation | None:
    """The best file for this machine; None when nothing fits.

    Among recommended files of models that answer at once (no long thinking): the best fit first,
    then the larger model, then the best trade of quality and speed: the largest file that answers
    as fast as people read, else the fastest that loses little. A model that would be slow comes
    only when nothing else is usable, and then the fastest.
    """
    found = []
    for family, file in entries:
        needs = needs_of(family, file)
        if needs is None or not file.recommended or family.thinks:
            continue
        advice = advise(needs, machine)
        if advice.fit.usable:
            found.append(Recommendation(family, file, advice))
    quick = [one for one in found if one.advice.fit is not Fit.SLOW]
    if quick:
        return max(
            quick,
            key=lambda one: (
                one.advice.fit is Fit.FITS,
                one.family.parameters,
                _trade(one),
            ),
        )
    return max(found, key=lambda one: one.advice.tokens_per_second, default=None)


def _trade(one: Recommendation) -> tuple[int, int]:
    size = one.file.size or 0
    if one.advice.tokens_per_second >= COMFORTABLE:
        return (2, size)
    if size * 8 / one.family.parameters >= GOOD_BITS:
        return (1, -size)
    return (0, size)


def _gb(count: float) -> str:
    return f"{count / GB:.1f} GB"


def _rate(speed: float) -> str:
    return f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"
