"""The measurement of the chosen model from the window; the model is unloaded meanwhile."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.endpoints.endpoint import EndpointError
from app.domain.errors import ModelNotLoadedError
from app.domain.model import EndpointModel
from app.engine.base import Engine
from app.language import tr
from app.services.core.serial_executor import SerialExecutor
from app.services.models.model_service import ModelService

if TYPE_CHECKING:
    from app.services.models.bench import BenchmarkProgress, BenchReport, MeasureMemory

MakeBenchmarkEngine = Callable[[Path, bool], Engine]


class BenchmarkService:
    """Runs the same measurement as ``phial bench``, on the engine's executor.

    Args:
        lane: Nothing is answered while it measures.
        models: The chosen model; it is loaded again afterwards.
        make_engine: Makes an engine of its own with a folder for snapshots, drafting on or off.
        memory: Bytes an engine's process holds.
    """

    def __init__(
        self,
        lane: SerialExecutor,
        models: ModelService,
        *,
        make_engine: MakeBenchmarkEngine,
        memory: MeasureMemory,
    ) -> None:
        self._executor = lane
        self._models = models
        self._make_engine = make_engine
        self._memory = memory

    def measure(self, say: BenchmarkProgress, cancel: threading.Event) -> BenchReport | None:
        """Measure; blocks, so never on the window's thread. None when it was stopped.

        Raises:
            ModelNotLoadedError: No model is chosen.
            EngineError: It cannot be loaded, or the engine died.
        """
        from app.services.models.bench import measure

        model = self._models.state.model
        if model is None:
            raise ModelNotLoadedError(tr("No model is chosen."), action=tr("Choose a model first."))
        if isinstance(model, EndpointModel):
            raise EndpointError(
                tr(
                    "{model} is not on this computer, so it is not measured here.",
                    model=model.label,
                ),
                data="",
                action=tr("Choose a model on this computer to measure it."),
            )
        ready = self._models.state.loaded is not None
        request = self._models.facts.request_for(model)
        self._models.unload()  # there may not be memory for two

        def job() -> BenchReport | None:
            with tempfile.TemporaryDirectory(prefix="phial-measure-") as name:
                make = partial(self._make_engine, Path(name))
                return measure(make, request, self._memory, say, cancel)

        try:
            report = self._executor.submit(job).result()
            if report is not None:
                self._models.speeds.take_report(request.sha256, report)
            return report
        finally:
            if ready:
                self._models.load()


def process_memory(engine: Engine) -> int:
    """Bytes the process of an engine holds; 0 where it has none."""
    import psutil

    return int(psutil.Process(engine.pid).memory_info().rss) if engine.pid else 0
