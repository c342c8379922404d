"""How a model is loaded: layers, context, KV type, batch and threads. Pure, tested on tables.

Decided before llama.cpp is asked, from the file's header and free memory, because llama.cpp
answers some shortages with ``abort()``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import InvalidValueError, OutOfMemoryError
from app.domain.gguf.header import GgufHeader
from app.domain.model import Device, KvType, LoadPlan, LoadRequest
from app.language import formats, tr, trn

DEFAULT_CONTEXT = 16_384  # Phi-4's own; longer windows are asked for, not given
SMALLEST_CONTEXT = 2_048  # below, a default is not worth having
UNKNOWN_CONTEXT = 4_096  # for a file that does not say
LEAST_CONTEXT = 256  # llama.cpp rounds up to this many cells, and its batch does not follow
MAX_CONTEXT = 1 << 22  # llama.cpp keeps positions in 32 bits; nothing was trained for more
BATCH = 512  # llama.cpp's default micro-batch; larger gains nothing on a CPU
OUTPUTS = 33  # rows of logits the compute buffer holds, see llama/decode.py
# A thread needs this much work in each pass to be worth waking: at 4 million weights two threads
# take longer than one, and many times longer where other programs compute as well.
WEIGHTS_PER_THREAD = 15_000_000
KEEP_FREE = 0.05  # share of a device's free memory left alone
KEEP_FREE_RAM = 0.04
# Bytes of one number in the cache: f16, and q8_0's blocks of 34 bytes for 32 numbers.
KV_BYTES = {KvType.F16: 2.0, KvType.Q8_0: 34 / 32}
SPARE = 2 * 2**30  # left free beside two models


@dataclass(frozen=True, slots=True)
class ComputeResources:
    """What there is to plan with.

    Attributes:
        available_memory: Bytes of main memory that programs may still take.
        total_memory: Bytes of main memory.
        physical_cores: Cores, without hyper-threads.
        gpus: Devices beside the processor, with their free memory.
    """

    available_memory: int
    total_memory: int
    physical_cores: int
    gpus: tuple[Device, ...] = ()


def make_plan(
    header: GgufHeader, request: LoadRequest, machine: ComputeResources, weights_bytes: int = 0
) -> LoadPlan:
    """Plan a load.

    Args:
        header: Of the (first) file.
        request: What the user fixed; None there means "decide".
        machine: What there is.
        weights_bytes: Size of the weights in all parts of a split file; 0: the header knows.

    Raises:
        OutOfMemoryError: It cannot fit; says how much is missing.
        InvalidValueError: The context asked for is beyond any model, or below what llama.cpp takes.
    """
    weights = weights_bytes or header.weights_bytes
    _check_context(request.context_size)
    fixed = request.context_size
    trained = header.trained_context or UNKNOWN_CONTEXT
    top = fixed or min(trained, DEFAULT_CONTEXT)
    contexts = [fixed] if fixed else _shrinking(top)
    kinds = [request.kv_type] if request.kv_type else [KvType.F16, KvType.Q8_0]
    reasons = []
    smallest = None
    for kind in kinds:  # an exact cache with less context before a rounded one with more
        for context in contexts:
            plan = _sized(header, request, machine, weights, context, kind)
            if _fits(plan, header, machine):
                if context != top:
                    reasons.append(
                        tr(
                            "Context {context} instead of {top} tokens, because that fits memory.",
                            context=context,
                            top=top,
                        )
                    )
                if kind is not kinds[0]:
                    reasons.append(tr("KV cache q8_0, because f16 does not fit memory."))
                return replace(plan, reasons=(*plan.reasons, *reasons))
            smallest = plan
    assert smallest is not None  # noqa: S101  # both lists have an element
    raise _too_large(smallest, header, machine)


def plan_beside(
    header: GgufHeader,
    request: LoadRequest,
    machine: ComputeResources,
    weights_bytes: int,
    other: LoadPlan,
) -> LoadPlan | None:
    """Plan a load while another model is in memory.

    Args:
        header: Of the (first) file.
        request: What the user fixed.
        machine: What there is now.
        weights_bytes: Size of the weights in all parts of a split file; 0: the header knows.
        other: The plan of the model in memory.

    Returns:
        None where the other one must go first: with it, this one would get less than without, or
        less than :data:`SPARE` would be left.
    """
    # Weights that are mapped count as free memory, and would be pushed out.
    free = machine.available_memory - other.weights_bytes - SPARE
    alone = replace(
        machine,
        available_memory=machine.total_memory,
        gpus=tuple(replace(gpu, free_memory=gpu.total_memory) for gpu in machine.gpus),
    )
    try:
        plan = make_plan(header, request, replace(machine, available_memory=free), weights_bytes)
    except OutOfMemoryError:
        return None
    return plan if plan == make_plan(header, request, alone, weights_bytes) else None


def weights_of_all_parts(path: Path, header: GgufHeader) -> int:
    """Bytes of all parts of a split file, ``name-00001-of-00003.gguf``; 0 where it is whole."""
    if header.split_count <= 1:
        return 0
    stem = path.name.rpartition("-of-")[0].rpartition("-")[0]
    return sum(part.stat().st_size for part in path.parent.glob(f"{stem}-*-of-*.gguf"))


def _check_context(size: int | None) -> None:
    if size is not None and not LEAST_CONTEXT <= size <= MAX_CONTEXT:
        raise InvalidValueError(
            tr(
                "A context of {size} tokens is not possible; it must be between {least} and "
                "{most}.",
                size=size,
                least=LEAST_CONTEXT,
                most=MAX_CONTEXT,
            )
        )


def _shrinking(top: int) -> list[int]:
    sizes = [top]
    while sizes[-1] // 2 >= SMALLEST_CONTEXT:
        sizes.append(sizes[-1] // 2)
    return sizes


def _sized(
    header: GgufHeader,
    request: LoadRequest,
    machine: ComputeResources,
    weights: int,
    context: int,
    kind: KvType,
) -> LoadPlan:
    """The plan for one context size and KV type, with as many GPU layers as fit."""
    kv = kv_bytes(header, context, kind)
    compute = compute_bytes(header, context)
    threads, why_threads = _threads(header, request, machine)
    if request.gpu_layers is None:
        layers, why = _layers(header, machine, kv, compute, weights)
    else:
        layers = request.gpu_layers
        why = trn("{n} GPU layer, as set.", "{n} GPU layers, as set.", layers)
    return LoadPlan(
        context_size=context,
        gpu_layers=layers,
        kv_type=kind,
        threads=threads,
        batch_size=min(BATCH, max(32, context)),
        extra_buffers=True,
        weights_bytes=weights,
        kv_bytes=kv,
        compute_bytes=compute,
        reasons=(
            why,
            tr(
                "Context {context} tokens take {size} of KV cache ({kind}).",
                context=context,
                size=formats.size(kv),
                kind=str(kind),
            ),
            why_threads,
        ),
    )


def _threads(
    header: GgufHeader, request: LoadRequest, machine: ComputeResources
) -> tuple[int, str]:
    if request.threads is not None:
        return request.threads, tr("Threads: {threads}, as set.", threads=request.threads)
    cores = max(1, machine.physical_cores)
    useful = max(1, header.parameters // WEIGHTS_PER_THREAD)
    if useful < cores:
        return useful, tr(
            "Threads: {threads}, because the model is too small for {cores}.",
            threads=useful,
            cores=cores,
        )
    return cores, tr("Threads: {threads}, one for each physical core.", threads=cores)


def kv_bytes(header: GgufHeader, context: int, kind: KvType) -> int:
    """Bytes of the KV cache."""
    padded = -(-context // 256) * 256  # llama.cpp pads the cache to 256 cells
    return int(header.kv_values_per_token * padded * KV_BYTES[kind])


def compute_bytes(header: GgufHeader, context: int) -> int:
    """Estimate of llama.cpp's compute buffers, on the safe side.

    Measured shape: activations of one micro-batch (feed-forward dominates), the attention mask,
    and the logits of the outputs; 30 MiB of everything else.
    """
    feed_forward = header.hyper("feed_forward_length", 4 * header.embedding)
    activations = BATCH * 4 * (3 * feed_forward + 8 * header.embedding)
    mask = BATCH * context * 4
    logits = OUTPUTS * header.vocabulary * 4
    return activations + mask + logits + 30 * 2**20


def _layer_sizes(header: GgufHeader) -> tuple[list[int], int]:
    """Bytes of each block's weights, and of the output matrix."""
    blocks: dict[int, int] = defaultdict(int)
    output = embedding = 0
    for tensor in header.tensors:
        parts = tensor.name.split(".")
        if parts[0] == "blk" and len(parts) > 1 and parts[1].isdigit():
            blocks[int(parts[1])] += tensor.size
        elif parts[0].startswith("output"):
            output += tensor.size
        elif parts[0] == "token_embd":
            embedding = tensor.size
    has_output = any(tensor.name == "output.weight" for tensor in header.tensors)
    return [blocks[index] for index in range(header.layers)], (
        output if has_output else output + embedding
    )


def _layers(
    header: GgufHeader, machine: ComputeResources, kv: int, compute: int, weights: int
) -> tuple[int, str]:
    """How many layers go to the GPUs, counted from the last as llama.cpp does."""
    if not machine.gpus:
        return 0, tr("No graphics device that llama.cpp can use: everything runs on the processor.")
    budget = sum(int(gpu.free_memory * (1 - KEEP_FREE)) - compute for gpu in machine.gpus)
    names = formats.listed([gpu.description or gpu.name for gpu in machine.gpus])
    blocks, output = _layer_sizes(header)
    if not sum(blocks) or sum(blocks) + output < weights // 2:  # the other parts hold the rest
        blocks = [weights // max(1, header.layers)] * header.layers
    kv_share = kv // max(1, header.layers)
    used = output
    chosen = 0
    for size in reversed(blocks):
        if used + size + kv_share > budget:
            break
        used += size + kv_share
        chosen += 1
    if chosen == 0:
        return 0, tr("Not one layer fits the free memory of {names}.", names=names)
    chosen += 1  # llama.cpp counts the output matrix as one more layer
    if chosen > len(blocks):
        return chosen, tr("All {layers} layers on {names}.", layers=len(blocks), names=names)
    return chosen, tr(
        "{some} of {layers} layers on {names}: more would not fit.",
        some=chosen - 1,
        layers=len(blocks),
        names=names,
    )


def main_memory(plan: LoadPlan, header: GgufHeader) -> int:
    """Bytes the plan takes of main memory."""
    if plan.gpu_layers <= 0:
        return plan.total_bytes
    total = header.layers + 1
    share = max(0.0, 1 - plan.gpu_layers / total)
    return int((plan.weights_bytes + plan.kv_bytes) * share) + plan.compute_bytes


def _fits(plan: LoadPlan, header: GgufHeader, machine: ComputeResources) -> bool:
    return main_memory(plan, header) <= machine.available_memory * (1 - KEEP_FREE_RAM)


def _too_large(plan: LoadPlan, header: GgufHeader, machine: ComputeResources) -> OutOfMemoryError:
    needed, free = formats.size(main_memory(plan, header)), formats.size(machine.available_memory)
    if plan.weights_bytes > machine.available_memory:
        return OutOfMemoryError(
            tr(
                "This model needs {needed} of memory, and {free} are free.",
                needed=needed,
                free=free,
            ),
            action=tr("Close other programs, or choose a smaller quantization."),
        )
    return OutOfMemoryError(
        tr(
            "This model with a context of {size} tokens needs {needed} of memory, and {free} are "
            "free.",
            size=plan.context_size,
            needed=needed,
            free=free,
        )
    )
