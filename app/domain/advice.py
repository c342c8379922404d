"""The verdict on a model before the click: does it fit, how fast will it be, which one to take.

Pure arithmetic over the engine's own plan (:mod:`app.engine.plan` by way of
:mod:`app.services.models.model_fit`): no second estimate of memory is made anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalog import CatalogFamily, CatalogFile
from app.domain.model import KvType, LoadPlan
from app.language import tr
from app.language.numbers import write

GB = 1_000_000_000
ENOUGH_CONTEXT = 8_192  # tokens; a model that has them is not passed over for a smaller one
SLOW = 3.0  # tokens a second; below it an answer comes slower than people read aloud
COMFORTABLE = 8.0  # tokens a second; about as fast as people read
GOOD_BITS = 4.5  # bits a weight below which quality drops noticeably; Q4_K_M has 4.9
KEEP_DISK = GB // 4
# Measured (FACTS.md, Engine): 9.05 GB of weights gave 2.3 tokens/s on 2 cores, so 21 GB/s. Used
# per core up to four, where ordinary desktop memory is saturated.
BANDWIDTH_PER_CORE = 10.5 * GB
SATURATING_CORES = 4
FASTEST_GUESS = 100  # tokens a second; beyond, other costs than reading weights decide
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
class MemoryBandwidth:
    """How fast this machine reads weights.

    Attributes:
        cores: Physical cores.
        bandwidth: Bytes a second the memory delivers to the CPU, where an answer showed it.
        gpu_bandwidth: The same for the graphics card.
    """

    cores: int = 1
    bandwidth: float | None = None
    gpu_bandwidth: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The verdict on one model.

    Attributes:
        fit: In one word.
        context: Tokens it can have; 0 where it does not fit.
        tokens_per_second: Of an answer, estimated or measured; 0 where it does not fit.
        measured: Whether the speed was measured on this machine.
        sentence: For people, with numbers.
        memory: Bytes it takes, on all devices together; of the smallest plan where none fits.
        free: Bytes of memory that are free.
    """

    fit: Fit
    context: int
    tokens_per_second: float
    measured: bool
    sentence: str
    memory: int = 0
    free: int = 0


def estimate_speed(plan: LoadPlan, layers: int, pace: MemoryBandwidth) -> float:
    """Tokens a second of an answer: each token reads all weights once.

    Args:
        plan: How it would be loaded.
        layers: Blocks of the model; what lies on the card is read at the card's bandwidth.
        pace: How fast weights are read here.
    """
    cores = max(1, min(pace.cores, SATURATING_CORES))
    on_card = plan.weights_bytes * min(1.0, plan.gpu_layers / (layers + 1))
    seconds = on_card / (pace.gpu_bandwidth or GPU_BANDWIDTH)
    seconds += (plan.weights_bytes - on_card) / (pace.bandwidth or BANDWIDTH_PER_CORE * cores)
    return 1 / seconds if seconds > 0 else 0.0


def verdict(plan: LoadPlan, wanted: int, free: int, speed: float, *, measured: bool) -> Advice:
    """Put a plan that fits into words.

    Args:
        plan: How it would be loaded.
        wanted: Tokens of context that were asked for.
        free: Bytes of memory that are free, on all devices together.
        speed: Tokens a second of an answer.
        measured: Whether ``speed`` was measured here.
    """
    if measured:
        pace = tr("{speed} tokens a second as measured here", speed=_rate(speed))
    elif speed > FASTEST_GUESS:
        pace = tr("more than {speed} tokens a second", speed=FASTEST_GUESS)
    else:
        pace = tr("about {speed} tokens a second", speed=_rate(speed))
    takes = tr("{needed} of the {free} free", needed=_gb(plan.total_bytes), free=_gb(free))
    if plan.kv_type is KvType.Q8_0:
        context = tr("{tokens} tokens of context (rounded KV cache)", tokens=plan.context_size)
    else:
        context = tr("{tokens} tokens of context", tokens=plan.context_size)
    if speed < SLOW:
        fit = Fit.SLOW
        text = tr(
            "Will be slow: {pace}. It takes {takes} with {context}.",
            pace=pace,
            takes=takes,
            context=context,
        )
    elif plan.context_size < wanted:
        fit = Fit.SMALLER_CONTEXT
        text = tr(
            "Fits with a smaller context: {context} instead of {wanted}, it takes {takes}, {pace}.",
            context=context,
            wanted=wanted,
            takes=takes,
            pace=pace,
        )
    else:
        fit = Fit.FITS
        text = tr(
            "Fits: it takes {takes} with {context}, {pace}.",
            takes=takes,
            context=context,
            pace=pace,
        )
    return Advice(fit, plan.context_size, speed, measured, text, plan.total_bytes, free)


def will_not_fit(smallest: LoadPlan, free: int) -> Advice:
    """What to say where not even the smallest plan fits."""
    return Advice(
        Fit.WILL_NOT_FIT,
        0,
        0.0,
        False,
        tr(
            "Will not fit: it needs {needed} of memory even with {tokens} tokens of context, "
            "and {free} are free.",
            needed=_gb(smallest.total_bytes),
            tokens=smallest.context_size,
            free=_gb(free),
        ),
        smallest.total_bytes,
        free,
    )


def no_room_on_disk(context: int, needed: int, free: int) -> Advice:
    """What to say where memory would do and the disk does not."""
    text = tr(
        "No room on the disk: it takes {needed}, and {free} are free.",
        needed=_gb(needed),
        free=_gb(free),
    )
    return Advice(Fit.NO_ROOM_ON_DISK, context, 0.0, False, text)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The one file to take on this machine, and why."""

    family: CatalogFamily
    file: CatalogFile
    advice: Advice


def recommend(
    judged: Iterable[tuple[CatalogFamily, CatalogFile, Advice | None]],
) -> Recommendation | None:
    """The best file for this machine; None when nothing fits.

    Among recommended files of models that answer at once (no long thinking): those with enough
    context first, then the larger model, then the best trade of quality and speed: the largest
    file that answers as fast as people read, else the fastest that loses little. A model that
    would be slow comes only when nothing else is usable, and then the fastest.
    """
    found = [
        Recommendation(family, file, advice)
        for family, file, advice in judged
        if advice is not None and advice.fit.usable and file.recommended and not family.thinks
    ]
    quick = [one for one in found if one.advice.fit is not Fit.SLOW]
    if quick:
        return max(
            quick,
            key=lambda one: (
                one.advice.context >= min(ENOUGH_CONTEXT, one.family.context),
                one.family.parameters,
                _trade(one),
            ),
        )
    return max(found, key=lambda one: one.advice.tokens_per_second, default=None)


def best_file(
    family: CatalogFamily, judged: Iterable[tuple[CatalogFile, Advice | None]]
) -> CatalogFile | None:
    """The file of one model to take here, whichever model is; None when none would answer.

    The best trade of quality and speed, as :func:`recommend` makes it. Where all would be slow,
    the fastest that loses little.
    """
    usable = [
        Recommendation(family, file, advice)
        for file, advice in judged
        if advice is not None and advice.fit.usable
    ]
    found = [one for one in usable if one.file.recommended] or usable
    quick = [one for one in found if one.advice.fit is not Fit.SLOW]
    if quick:
        return max(quick, key=_trade).file
    good = [one for one in found if (one.file.size or 0) * 8 / family.parameters >= GOOD_BITS]
    best = max(good or found, key=lambda one: one.advice.tokens_per_second, default=None)
    return best.file if best is not None else None


def reason_for(one: Recommendation) -> str:
    """Why a file is the one to take here, in a sentence: the rule by which it was chosen."""
    if one.advice.fit is Fit.SLOW:
        return tr("Every model would be slow on this computer; this one is the fastest.")
    match _trade(one)[0]:
        case 2:
            return tr(
                "{model} is the largest model that answers well on this computer, and "
                "{quantization} the finest of its files that writes as fast as one reads.",
                model=one.family.name,
                quantization=one.file.quantization,
            )
        case 1:
            return tr(
                "{model} is the largest model that answers well on this computer, and "
                "{quantization} the fastest of its files that loses little.",
                model=one.family.name,
                quantization=one.file.quantization,
            )
        case _:
            return tr(
                "{model} is the largest model that answers well on this computer; finer files "
                "than {quantization} do not fit.",
                model=one.family.name,
                quantization=one.file.quantization,
            )


def _trade(one: Recommendation) -> tuple[int, int]:
    size = one.file.size or 0
    if one.advice.tokens_per_second >= COMFORTABLE:
        return (2, size)
    if size * 8 / one.family.parameters >= GOOD_BITS:
        return (1, -size)
    return (0, size)


def quality_word(bits: float) -> str:
    """What so many bits a weight keep of a model's quality, in a word or two; empty for none.

    The steps are those at which perplexity of llama.cpp's k-quants is seen to move: next to none
    down to Q6_K (6.6 bits), little to Q4_K_M (4.9), noticeably below (see FACTS.md, Engine).
    """
    if bits <= 0:
        return ""
    if bits >= 6.2:
        return tr("as good as the full model")
    if bits >= 5.2:
        return tr("very close to the full model")
    if bits >= GOOD_BITS:
        return tr("good, little is lost")
    return tr("fair, more mistakes") if bits >= 3.3 else tr("poor, many mistakes")


def speed_word(speed: float) -> str:
    """How an answer of so many tokens a second feels; empty where the speed is not known."""
    if speed <= 0:
        return ""
    if speed >= 2 * COMFORTABLE:
        return tr("fast")
    if speed >= COMFORTABLE:
        return tr("as fast as one reads")
    return tr("steady") if speed >= SLOW else tr("slow")


def _gb(count: float) -> str:
    return f"{write(count / GB, digits=1)} GB"  # not shown: alike in all languages


def _rate(speed: float) -> str:
    return write(speed, digits=0 if speed >= 10 else 1)
