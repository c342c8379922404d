"""How well a model fits this machine, and what other settings would cost of its memory.

By the same planner that will load it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.advice import (
    KEEP_DISK,
    Advice,
    MemoryBandwidth,
    estimate_speed,
    no_room_on_disk,
    verdict,
    will_not_fit,
)
from app.domain.catalog import CatalogFamily, CatalogFile
from app.domain.endpoints.source import FileSource, ModelSource
from app.domain.errors import InvalidValueError, OutOfMemoryError
from app.domain.gguf.header import GgufHeader, Scalar, Tensor
from app.domain.model import Device, KvType, LoadPlan, LoadRequest
from app.domain.settings import Settings
from app.engine.plan import (
    DEFAULT_CONTEXT,
    SMALLEST_CONTEXT,
    UNKNOWN_CONTEXT,
    ComputeResources,
    main_memory,
    make_plan,
)
from app.language import tr
from app.language.numbers import write
from app.system.hardware import machine as hardware

_TIGHT = 0.85  # of the free memory taken by weights alone; the context needs some as well
ANY_FILE = FileSource(Path())
ENDLESS = 1 << 60  # bytes; a machine on which everything fits


@dataclass(frozen=True, slots=True)
class MachineSnapshot:
    """What this computer offers a model now.

    Attributes:
        machine: Memory and devices, as the planner sees them.
        disk: Bytes free where models are kept.
        bandwidth: How fast weights are read here.
    """

    machine: ComputeResources
    disk: int
    bandwidth: MemoryBandwidth

    @property
    def free_memory(self) -> int:
        """Bytes of memory free on all devices together."""
        return self.machine.available_memory + sum(gpu.free_memory for gpu in self.machine.gpus)


def snapshot_machine(
    disk: int,
    devices: Sequence[Device] = (),
    *,
    loaded: LoadPlan | None = None,
    bandwidth: float | None = None,
) -> MachineSnapshot:
    """Measure this computer now.

    Args:
        disk: Bytes free where models are kept.
        devices: What llama.cpp can compute on; empty while it was not asked.
        loaded: The plan in force; its caches would be freed before another model is loaded. (Its
            weights are mapped from the file, so the system counts them as free already.)
        bandwidth: Bytes a second that an answer on the processor showed.
    """
    here = hardware()
    held = loaded.kv_bytes + loaded.compute_bytes if loaded and not loaded.gpu_layers else 0
    return MachineSnapshot(
        ComputeResources(
            available_memory=min(here.memory_free + held, here.memory_total),
            total_memory=here.memory_total,
            physical_cores=here.physical_cores,
            gpus=tuple(device for device in devices if device.backend != "CPU"),
        ),
        disk,
        MemoryBandwidth(here.physical_cores, bandwidth),
    )


def without_model(
    devices: Sequence[Device], plan: LoadPlan, header: GgufHeader
) -> tuple[Device, ...]:
    """Devices as they will be when a loaded model is gone: what it holds of them is free again.

    Args:
        devices: As llama.cpp told them while the model was loaded.
        plan: How it was loaded.
        header: Of its file.
    """
    held = plan.total_bytes - main_memory(plan, header)
    found = []
    for device in devices:
        taken = max(0, device.total_memory - device.free_memory)
        back = min(held, taken) if device.backend != "CPU" else 0
        held -= back
        found.append(replace(device, free_memory=device.free_memory + back))
    return tuple(found)


def catalog_header(family: CatalogFamily, file: CatalogFile) -> GgufHeader | None:
    """What the header of a file of the catalogue will say, as far as a plan looks at it.

    None where its size or the model's shape is not known.
    """
    if file.size is None or family.shape is None:
        return None
    shape, kind = family.shape, "phi3"
    values: dict[str, Scalar] = {
        "general.architecture": kind,
        f"{kind}.context_length": family.context,
        f"{kind}.block_count": shape.layers,
        f"{kind}.embedding_length": shape.embedding,
        f"{kind}.feed_forward_length": shape.feed_forward,
        f"{kind}.attention.head_count": shape.heads,
        f"{kind}.attention.head_count_kv": shape.kv_heads,
        f"{kind}.attention.key_length": shape.head_size,
        f"{kind}.attention.value_length": shape.head_size,
    }
    weights = Tensor("all", (family.parameters,), 0, 0, file.size)
    return GgufHeader(3, file.size, values, {}, (weights,), shape.vocabulary)


def by_size(weights: int, here: MachineSnapshot, download: int = 0) -> str:
    """What can be said of a model of which nothing but its bytes is known.

    Args:
        weights: Bytes of its files.
        here: What there is.
        download: Bytes still to be written to the disk.
    """
    if download and download + KEEP_DISK > here.disk:
        return no_room_on_disk(0, download, here.disk).sentence
    gb = write(here.free_memory / 1e9, digits=1)
    if weights > here.free_memory:
        return tr("Too large for this computer now: {gb} GB of memory are free.", gb=gb)
    if weights > here.free_memory * _TIGHT:
        return tr("Fits barely, with a small context: {gb} GB of memory are free.", gb=gb)
    return tr("Fits by its size: {gb} GB of memory are free.", gb=gb)


def request_of(settings: Settings, source: ModelSource = ANY_FILE) -> LoadRequest:
    """How a model would be loaded with these settings."""
    return LoadRequest(
        source=source,
        context_size=settings.context_size,
        gpu_layers=settings.gpu_layers,
        kv_type=settings.kv_type,
        threads=settings.threads,
    )


def assess(
    header: GgufHeader,
    settings: Settings,
    here: MachineSnapshot,
    *,
    weights: int = 0,
    download: int = 0,
    measured: float = 0.0,
) -> Advice:
    """Judge one model on this machine.

    Args:
        header: The file's own, or :func:`catalog_header`.
        settings: The context and the rest that a load would use.
        here: What there is.
        weights: Bytes of all parts of a split file; 0: the header knows.
        download: Bytes still to be written to the disk.
        measured: Tokens a second it reached here; 0 where it did not run.
    """
    request = request_of(settings)
    trained = header.trained_context or UNKNOWN_CONTEXT
    wanted = settings.context_size or min(trained, DEFAULT_CONTEXT)
    plan = _plan(header, request, here.machine, weights)
    if plan is None and request.context_size is not None:
        free_choice = _plan(header, replace(request, context_size=None), here.machine, weights)
        plan = free_choice if free_choice and free_choice.context_size < wanted else None
    if plan is None:
        smallest = replace(
            request, context_size=min(wanted, SMALLEST_CONTEXT), kv_type=KvType.Q8_0, gpu_layers=0
        )
        endless = ComputeResources(ENDLESS, ENDLESS, here.machine.physical_cores)
        return will_not_fit(make_plan(header, smallest, endless, weights), here.free_memory)
    if download and download + KEEP_DISK > here.disk:
        return no_room_on_disk(plan.context_size, download, here.disk)
    speed = measured or estimate_speed(plan, header.layers, here.bandwidth)
    return verdict(plan, wanted, here.free_memory, speed, measured=bool(measured))


def _plan(
    header: GgufHeader, request: LoadRequest, machine: ComputeResources, weights: int
) -> LoadPlan | None:
    try:
        return make_plan(header, request, machine, weights)
    except OutOfMemoryError:
        return None


@dataclass(frozen=True, slots=True)
class MemoryCost:
    """How a model would be loaded, and whether it can be.

    Attributes:
        plan: Context, layers, KV type, threads, and the bytes of each part.
        free: Bytes of memory free on all devices together.
        fits: Whether a load would be tried.
        trained: Tokens that the model was trained for; 0 where unknown.
        layers: Blocks of the model.
    """

    plan: LoadPlan
    free: int
    fits: bool
    trained: int
    layers: int


class MemoryCosts:
    """Plans loads of one model on the machine as it was when this was made. Quick: pure arithmetic.

    Args:
        header: Of its file.
        here: What there is.
        weights: Bytes of all parts of a split file; 0: the header knows.
    """

    def __init__(self, header: GgufHeader, here: MachineSnapshot, weights: int = 0) -> None:
        self._header, self._here, self._weights = header, here, weights

    def of(self, settings: Settings) -> MemoryCost | None:
        """What these settings cost; None where no plan can be made with them."""
        request, machine, fits = request_of(settings), self._here.machine, True
        try:
            plan = make_plan(self._header, request, machine, self._weights)
        except InvalidValueError:
            return None
        except OutOfMemoryError:
            fits = False
            request = replace(request, gpu_layers=request.gpu_layers or 0)
            endless = ComputeResources(ENDLESS, ENDLESS, machine.physical_cores)
            plan = make_plan(self._header, request, endless, self._weights)
        trained, layers = self._header.trained_context, self._header.layers
        return MemoryCost(plan, self._here.free_memory, fits, trained, layers)
