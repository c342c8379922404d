"""The step-down ladder: the plan that is tried next when the engine died. Pure.

Steps are cumulative and keep their numbers for good, because the number is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.gguf.header import GgufHeader
from app.domain.model import KvType, LoadPlan
from app.engine.plan import SMALLEST_CONTEXT, compute_bytes, kv_bytes
from app.language import tr


class LadderMemory(Protocol):
    """Remembers, for a machine, engine build and model, which step worked."""

    def get(self, key: str) -> int:
        """The step remembered for ``key``; 0 where none is."""

    def set(self, key: str, step: int) -> None:
        """Remember ``step``."""


class InMemoryLadder:
    """A memory that lasts as long as the process."""

    def __init__(self) -> None:
        self._steps: dict[str, int] = {}

    def get(self, key: str) -> int:
        """The step remembered for ``key``; 0 where none is."""
        return self._steps.get(key, 0)

    def set(self, key: str, step: int) -> None:
        """Remember ``step``."""
        self._steps[key] = step


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One rung.

    Attributes:
        description: What it changes, for people.
        change: Makes a plan safer; returns it unchanged where there is nothing to change.
    """

    description: str
    change: Callable[[LoadPlan, GgufHeader], LoadPlan]


def _no_repacking(plan: LoadPlan, _header: GgufHeader) -> LoadPlan:
    return replace(plan, extra_buffers=False)


def _fewer_layers(plan: LoadPlan, header: GgufHeader) -> LoadPlan:
    return replace(plan, gpu_layers=min(plan.gpu_layers, header.layers + 1) * 3 // 4)


def _smaller_cache(plan: LoadPlan, header: GgufHeader) -> LoadPlan:
    kind = KvType.Q8_0
    return replace(plan, kv_type=kind, kv_bytes=kv_bytes(header, plan.context_size, kind))


def _smaller_context(plan: LoadPlan, header: GgufHeader) -> LoadPlan:
    size = max(min(plan.context_size, SMALLEST_CONTEXT), plan.context_size // 2)
    return replace(
        plan,
        context_size=size,
        batch_size=min(plan.batch_size, size),
        kv_bytes=kv_bytes(header, size, plan.kv_type),
        compute_bytes=compute_bytes(header, size),
    )


def _processor_only(plan: LoadPlan, _header: GgufHeader) -> LoadPlan:
    return replace(plan, gpu_layers=0)


STEPS: tuple[LadderStep, ...] = (
    LadderStep("", lambda plan, _header: plan),
    LadderStep(tr("without repacked CPU buffers"), _no_repacking),
    LadderStep(tr("with fewer layers on the graphics card"), _fewer_layers),
    LadderStep(tr("with a smaller KV cache (q8_0)"), _smaller_cache),
    LadderStep(tr("with a smaller context"), _smaller_context),
    LadderStep(tr("on the processor only"), _processor_only),
)


def apply_step(plan: LoadPlan, header: GgufHeader, step: int) -> LoadPlan:
    """``plan`` with every rung up to ``step``."""
    for rung in STEPS[1 : step + 1]:
        plan = rung.change(plan, header)
    if step:
        safer = tr("Safer plan: {change}.", change=STEPS[step].description)
        plan = replace(plan, reasons=(*plan.reasons, safer))
    return plan


def useful_steps(plan: LoadPlan, header: GgufHeader) -> tuple[int, ...]:
    """The rungs that change something about ``plan``, lowest first; 0 is always among them."""
    found = [0]
    for step in range(1, len(STEPS)):
        if STEPS[step].change(plan, header) != plan:
            found.append(step)
        plan = STEPS[step].change(plan, header)
    return tuple(found)


def next_step(step: int, useful: tuple[int, ...]) -> int | None:
    """The rung after ``step``; None at the end of the ladder."""
    later = [other for other in useful if other > step]
    return later[0] if later else None
