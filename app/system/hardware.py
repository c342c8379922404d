"""What this computer is: cores, memory, processor features, disk, power."""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# The features that decide which of llama.cpp's CPU variants runs, in /proc/cpuinfo's spelling.
FEATURES = (
    "sse4_2", "avx", "f16c", "fma", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16",
    "amx_tile", "amx_int8", "asimd", "asimddp", "i8mm", "sve",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """This computer.

    Attributes:
        system: Operating system and release.
        architecture: Such as x86_64 or arm64.
        processor: The processor's name; empty where unknown.
        physical_cores: Cores, not threads.
        logical_cores: Threads the cores run at once.
        memory_total: Bytes of main memory.
        memory_free: Bytes available without swapping, now.
        features: Processor features that matter to llama.cpp; empty where unknown.
    """

    system: str
    architecture: str
    processor: str
    physical_cores: int
    logical_cores: int
    memory_total: int
    memory_free: int
    features: tuple[str, ...]


def machine() -> Machine:
    """Measure this computer now."""
    import platform  # of the library's dearer modules

    import psutil

    memory = psutil.virtual_memory()
    logical = psutil.cpu_count(logical=True) or 1
    name, flags = _processor()
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        architecture=platform.machine(),
        processor=name,
        physical_cores=psutil.cpu_count(logical=False) or logical,
        logical_cores=logical,
        memory_total=memory.total,
        memory_free=memory.available,
        features=tuple(feature for feature in FEATURES if feature in flags),
    )


def disk_free(folder: Path) -> int:
    """Bytes free on the disk that holds ``folder`` or its nearest existing parent."""
    while not folder.exists() and folder.parent != folder:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _processor() -> tuple[str, frozenset[str]]:
    import platform

    readers: dict[str, Callable[[], tuple[str, frozenset[str]]]] = {  # not shown: systems
        "Linux": lambda: _linux_processor(Path("/proc/cpuinfo")),
        "Darwin": lambda: (_sysctl("machdep.cpu.brand_string"), _darwin_features()),
        "Windows": lambda: (platform.processor(), _windows_features()),
    }
    reader = readers.get(platform.system())
    return reader() if reader else (platform.processor(), frozenset())


def _linux_processor(cpuinfo: Path) -> tuple[str, frozenset[str]]:
    name, flags = "", frozenset[str]()
    for line in cpuinfo.read_text(errors="replace").splitlines():
        key, _, value = line.partition(":")
        match key.strip():
            case "model name" if not name:
                name = value.strip()
            case "flags" | "Features" if not flags:
                flags = frozenset(value.split())
    return name, flags


def _sysctl(key: str) -> str:
    # sysctlbyname(3), macOS
    libc = ctypes.CDLL(None)
    length = ctypes.c_size_t(0)
    if libc.sysctlbyname(key.encode(), None, ctypes.byref(length), None, 0) != 0:
        return ""
    text = ctypes.create_string_buffer(length.value)
    if libc.sysctlbyname(key.encode(), text, ctypes.byref(length), None, 0) != 0:
        return ""
    return text.value.decode(errors="replace")


def _darwin_features() -> frozenset[str]:
    import platform

    if platform.machine() == "arm64":
        return frozenset({"asimd", "asimddp"})
    words = f"{_sysctl('machdep.cpu.features')} {_sysctl('machdep.cpu.leaf7_features')}".lower()
    return frozenset(words.replace(".", "_").replace("avx1_0", "avx").split())


def _windows_features() -> frozenset[str]:
    # IsProcessorFeaturePresent, winnt.h: PF_SSE4_2 38, PF_AVX 39, PF_AVX2 40, PF_AVX512F 41.
    present = ctypes.CDLL("kernel32").IsProcessorFeaturePresent
    numbers = {"sse4_2": 38, "avx": 39, "avx2": 40, "avx512f": 41}
    return frozenset(name for name, number in numbers.items() if present(number))


@dataclass(frozen=True, slots=True)
class PowerSource:
    """Where the power comes from.

    Attributes:
        plugged_in: From the wall; so does that of a computer without a battery.
        charge: What is left in the battery, from 0 to 1; 1 where there is none.
    """

    plugged_in: bool = True
    charge: float = 1.0


def power_now() -> PowerSource:
    """As it is now; what the system does not tell counts as plugged in."""
    import psutil

    look = getattr(psutil, "sensors_battery", None)  # not on every system
    try:
        found = look() if look is not None else None
    except (OSError, ValueError, RuntimeError):  # a battery that reads as nothing sensible
        return PowerSource()
    if found is None or found.power_plugged is None:
        return PowerSource()
    return PowerSource(bool(found.power_plugged), max(0.0, min(1.0, found.percent / 100)))
