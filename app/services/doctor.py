"""What ``phial doctor`` and the About page say: versions, machine, devices, folders, ladder."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

import app
from app.domain.errors import KnownError
from app.domain.gguf import read_gguf_file
from app.domain.model import Device, LoadRequest
from app.engine.base import Engine
from app.engine.ladder import STEPS
from app.engine.plan import make_plan, weights_of_all_parts
from app.services.core.formatting import size
from app.services.models.model_fit import snapshot_machine
from app.system.hardware import Machine, disk_free, machine
from app.system.paths import Folders

PACKAGES = (
    "llama-cpp-python",
    "PySide6-Essentials",
    "huggingface-hub",
    "markdown-it-py",
    "pygments",
    "ziamath",
    "keyring",
    "platformdirs",
)


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything a bug report needs; no chat text.

    Attributes:
        version: Phial's.
        python: The interpreter's.
        packages: Name to version; "missing" where one is not installed.
        machine: The computer.
        devices: What llama.cpp can compute on.
        engine_problem: Why the engine could not be asked; empty when it could.
        plan: How the chosen model would be loaded now, one reason a line.
        ladder: Model and machine key to the step of the ladder in force, in words.
        folders: Where things are kept.
        disk_free: Bytes free where models are kept.
    """

    version: str
    python: str
    packages: dict[str, str]
    machine: Machine
    devices: tuple[Device, ...]
    engine_problem: str
    plan: tuple[str, ...]
    ladder: dict[str, str]
    folders: Folders
    disk_free: int

    def as_dict(self) -> dict[str, object]:
        """Plain JSON values, bytes and counts as numbers."""
        here = self.machine
        return {
            "version": self.version,
            "python": self.python,
            "packages": self.packages,
            "system": here.system,
            "architecture": here.architecture,
            "processor": here.processor,
            "physical_cores": here.physical_cores,
            "logical_cores": here.logical_cores,
            "cpu_features": list(here.features),
            "memory_total": here.memory_total,
            "memory_free": here.memory_free,
            "devices": [
                {
                    "name": device.name,
                    "description": device.description,
                    "backend": device.backend,
                    "free_memory": device.free_memory,
                    "total_memory": device.total_memory,
                }
                for device in self.devices
            ],
            "engine_problem": self.engine_problem,
            "plan": list(self.plan),
            "ladder": self.ladder,
            "disk_free": self.disk_free,
            "folders": {
                "data": str(self.folders.data),
                "models": str(self.folders.models),
                "cache": str(self.folders.cache),
                "logs": str(self.folders.logs),
                "reason": self.folders.reason,
            },
        }

    def lines(self) -> list[str]:
        """The report for people, one fact a line."""
        here = self.machine
        result = [
            f"Phial {self.version} on Python {self.python}",
            f"System      {here.system} {here.architecture}",
            f"Processor   {here.processor or 'unknown'}, {here.physical_cores} cores",
            f"Features    {' '.join(here.features) or 'unknown'}",
            f"Memory      {size(here.memory_free)} free of {size(here.memory_total)}",
            f"Disk        {size(self.disk_free)} free for models",
        ]
        for device in self.devices:
            memory = f", {size(device.free_memory)} free" if device.free_memory else ""
            result.append(
                f"Device      {device.backend}: {device.description or device.name}{memory}"
                + (f", {device.module}" if device.module else "")
            )
        if self.engine_problem:
            result.append(f"Engine      {self.engine_problem}")
        result += [f"Plan        {line}" for line in self.plan]
        for key, step in self.ladder.items():
            result.append(f"Ladder      {step} ({key})")
        if not self.ladder:
            result.append("Ladder      first step: nothing had to be stepped down")
        result += [
            f"Data        {self.folders.data} ({self.folders.reason})",
            f"Models      {self.folders.models}",
            f"Cache       {self.folders.cache}",
            f"Logs        {self.folders.logs}",
        ]
        result += [f"Package     {name} {version}" for name, version in self.packages.items()]
        return result


def examine(
    engine: Engine, folders: Folders, steps: Mapping[str, int], load: LoadRequest | None = None
) -> DoctorReport:
    """Look at this computer and ask the engine for its devices.

    Args:
        engine: Asked for its devices.
        folders: Where things are kept.
        steps: The remembered steps of the ladder, by key.
        load: The chosen model with the user's settings; None where there is none.
    """
    problem = ""
    devices: tuple[Device, ...] = ()
    try:
        devices = tuple(engine.devices())
    except KnownError as error:
        problem = str(error)
    return DoctorReport(
        version=app.__version__,
        python=platform.python_version(),
        packages={name: _version(name) for name in PACKAGES},
        machine=machine(),
        devices=devices,
        engine_problem=problem,
        plan=plan_lines(load, devices) if load is not None else (),
        ladder={key: STEPS[step].description for key, step in steps.items() if step < len(STEPS)},
        folders=folders,
        disk_free=disk_free(folders.models),
    )


def plan_lines(load: LoadRequest, devices: Sequence[Device]) -> tuple[str, ...]:
    """How a model would be loaded on these devices now, and why; or why it cannot be."""
    try:
        header = read_gguf_file(load.path)
        weights = weights_of_all_parts(load.path, header)
        plan = make_plan(header, load, snapshot_machine(0, devices).machine, weights)
    except KnownError as error:
        return (str(error),)
    needs = (
        f"{load.path.name} needs {size(plan.total_bytes)}: {size(plan.weights_bytes)} of weights, "
        f"{size(plan.kv_bytes)} of KV cache, {size(plan.compute_bytes)} to compute with."
    )
    batch = f"At most {plan.batch_size} tokens a pass; fewer where Stop would otherwise wait."
    extra = "Repacked CPU buffers are used." if plan.extra_buffers else ""
    return tuple(line for line in (needs, *plan.reasons, batch, extra) if line)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
