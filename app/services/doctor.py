"""What ``phial doctor`` and the About page say: versions, machine, devices, folders, ladder."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

import app
from app.domain.errors import KnownError
from app.domain.gguf.header import read_gguf_file
from app.domain.model import Device, LoadRequest
from app.engine.base import Engine
from app.engine.ladder import STEPS
from app.engine.plan import make_plan, weights_of_all_parts
from app.language import tr, trc, trn
from app.services.core.formatting import size
from app.services.models.model_fit import snapshot_machine
from app.services.privacy.protection import Protection
from app.system.hardware import Machine, disk_free, machine
from app.system.paths import Folders

_MISSING = "missing"  # in JSON
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
        protection: What keeps this copy from the network; None where nobody looked.
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
    protection: Protection | None = None

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
            "network": self._network(),
            "folders": {
                "data": str(self.folders.data),
                "models": str(self.folders.models),
                "cache": str(self.folders.cache),
                "logs": str(self.folders.logs),
                "reason": self.folders.reason,
            },
        }

    def _network(self) -> dict[str, object] | None:
        held = self.protection
        if held is None:
            return None
        engine = held.engine
        return {
            "offline": held.offline,
            "audit_hook": held.hook,
            "engine": str(engine.kind) if engine is not None else None,
            "engine_problem": engine.problem if engine is not None else "",
        }

    def lines(self) -> list[str]:
        """The report for people, one fact a line."""
        here = self.machine
        facts = [
            (trc("heading of phial doctor", "System"), f"{here.system} {here.architecture}"),
            (
                trc("heading of phial doctor", "Processor"),
                trn(
                    "{name}, {n} cores",
                    "{name}, {n} cores",
                    here.physical_cores,
                    name=here.processor or tr("unknown"),
                ),
            ),
            (trc("heading of phial doctor", "Features"), " ".join(here.features) or tr("unknown")),
            (
                trc("heading of phial doctor", "Memory"),
                tr(
                    "{free} free of {total}",
                    free=size(here.memory_free),
                    total=size(here.memory_total),
                ),
            ),
            (
                trc("heading of phial doctor", "Disk"),
                tr("{size} free for models", size=size(self.disk_free)),
            ),
            *(
                (trc("heading of phial doctor", "Device"), _device_line(device))
                for device in self.devices
            ),
        ]
        if self.engine_problem:
            facts.append((trc("heading of phial doctor", "Engine"), self.engine_problem))
        if self.protection is not None:
            held = self.protection
            told = (held.switch, held.program, held.engine_process)
            facts += [(trc("heading of phial doctor", "Network"), line) for line in told]
        facts += [(trc("heading of phial doctor", "Plan"), line) for line in self.plan]
        ladder = [f"{step} ({key})" for key, step in self.ladder.items()]
        ladder = ladder or [tr("first step: nothing had to be stepped down")]
        facts += [(trc("heading of phial doctor", "Ladder"), line) for line in ladder]
        facts += [
            (
                trc("heading of phial doctor", "Data"),
                f"{self.folders.data} ({self.folders.reason})",
            ),
            (trc("heading of phial doctor", "Models"), str(self.folders.models)),
            (trc("heading of phial doctor", "Cache"), str(self.folders.cache)),
            (trc("heading of phial doctor", "Logs"), str(self.folders.logs)),
        ]
        facts += [
            (
                trc("heading of phial doctor", "Package"),
                f"{name} {tr('missing') if version == _MISSING else version}",
            )
            for name, version in self.packages.items()
        ]
        head = tr("Phial {version} on Python {python}", version=self.version, python=self.python)
        return [head, *(f"{heading:<11} {fact}" for heading, fact in facts)]


def _device_line(device: Device) -> str:
    name = f"{device.backend}: {device.description or device.name}"
    free = tr("{size} free", size=size(device.free_memory)) if device.free_memory else ""
    return ", ".join(filter(None, (name, free, device.module)))


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
    needs = tr(
        "{name} needs {total}: {weights} of weights, {cache} of KV cache, {rest} to compute with.",
        name=load.path.name,
        total=size(plan.total_bytes),
        weights=size(plan.weights_bytes),
        cache=size(plan.kv_bytes),
        rest=size(plan.compute_bytes),
    )
    batch = tr(
        "At most {count} tokens a pass; fewer where Stop would otherwise wait.",
        count=str(plan.batch_size),
    )
    extra = tr("Repacked CPU buffers are used.") if plan.extra_buffers else ""
    return tuple(line for line in (needs, *plan.reasons, batch, extra) if line)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return _MISSING
