"""What a model would take of memory with other settings, before one of them is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.errors import InvalidValueError, OutOfMemoryError
from app.domain.gguf.header import GgufHeader
from app.domain.model import LoadPlan
from app.domain.settings import Settings
from app.engine.plan import ComputeResources, make_plan
from app.services.models.model_fit import ENDLESS, MachineSnapshot, request_of


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
