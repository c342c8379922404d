"""llama.cpp's one-time start: which libraries, where its log goes, which devices there are.

The package's own ``__init__`` imports numpy, jinja2, a disk cache and a chat layer that this
program does not use (150 ms of start time); only its low-level binding is loaded here.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import os
import re
import sys
import types
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.domain.errors import EngineError
from app.domain.model import Device
from app.language import tr

log = logging.getLogger(__name__)

KEPT_LINES = 200
_PACKAGE = "llama_cpp"
# enum ggml_log_level of ggml.h; 5 continues the line before.
_LEVELS = {1: logging.DEBUG, 2: logging.INFO, 3: logging.WARNING, 4: logging.ERROR}
_CONTINUE = 5
# enum ggml_backend_dev_type of ggml-backend.h
_DEVICE_CPU = 0
_PREFIXES = (  # not shown: in the order llama.cpp writes them
    "llama_model_load:",
    "error loading model:",
    "llama_model_load_from_file:",
)
_LOADED = re.compile(r"loaded (\w+) backend from (.+)$")  # ggml-backend-reg.cpp


class LogCapture:
    """Receives llama.cpp's log, passes it to ``logging``, and keeps the last lines.

    Attributes:
        expected: Whether errors are expected now: a pass that is stopped on purpose logs four.
    """

    def __init__(self) -> None:
        self._lines: deque[tuple[int, str]] = deque(maxlen=KEPT_LINES)
        self._level = logging.INFO
        self._open = ""
        self.expected: Callable[[], bool] = lambda: False

    def write(self, level: int, text: bytes) -> None:
        """One piece of log text; complete lines are passed on."""
        if level != _CONTINUE:
            self._flush()
            self._level = _LEVELS.get(level, logging.INFO)
        self._open += text.decode("utf-8", "replace")
        if self._open.endswith("\n"):
            self._flush()

    def _flush(self) -> None:
        line, self._open = self._open.strip(), ""
        if line.strip("."):
            self._lines.append((self._level, line))
            # llama.cpp's own "info" is a page per load: that is our debug.
            usual = self._level <= logging.INFO or self.expected()
            log.log(logging.DEBUG if usual else self._level, "%s", line)

    def clear(self) -> None:
        """Forget what was kept, before something whose failure will be asked about."""
        self._flush()
        self._lines.clear()

    def problems(self) -> list[str]:
        """Warnings and errors since :meth:`clear`, oldest first."""
        self._flush()
        return [line for level, line in self._lines if level >= logging.WARNING]

    def reason(self) -> str:
        """The first error since :meth:`clear`, without the C function's name; may be empty."""
        self._flush()
        errors = [line for level, line in self._lines if level >= logging.ERROR]
        if not errors:
            return ""
        line = errors[0]
        for prefix in _PREFIXES:
            line = line.removeprefix(prefix).strip()
        return line

    def lines(self) -> list[str]:
        """Everything kept, oldest first."""
        self._flush()
        return [line for _, line in self._lines]


def load_binding(library_dir: Path | None) -> Any:
    """Import ``llama_cpp.llama_cpp`` without running the package's ``__init__``."""
    os.environ.pop("GGML_BACKEND_PATH", None)  # a module from anywhere; ggml would load it too
    if library_dir is not None:
        os.environ["LLAMA_CPP_LIB_PATH"] = str(library_dir)
    elif getattr(sys, "frozen", False):
        os.environ.pop("LLAMA_CPP_LIB_PATH", None)  # the program's own libraries, no others
    if _PACKAGE not in sys.modules:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise EngineError(
                tr("llama.cpp is not installed."),
                action=tr("Install Phial again with its dependencies."),
            )
        package = types.ModuleType(_PACKAGE)
        package.__path__ = [str(Path(spec.origin).parent)]
        package.__spec__ = spec
        sys.modules[_PACKAGE] = package
    try:
        return importlib.import_module(f"{_PACKAGE}.llama_cpp")
    except (OSError, RuntimeError) as error:
        raise EngineError(
            tr("llama.cpp's library could not be loaded."),
            action=tr("Install Phial again."),
            detail=str(error),
        ) from error


def _ggml(folder: Path) -> ctypes.CDLL:
    """The ggml library that llama's is linked to, for devices and loadable backends.

    A wheel holds it twice, under its full name and a short one. The full name is the one that
    llama's library asks for: the other would be a second ggml, whose backends llama never sees.
    """
    names = ("libggml.so.[0-9]", "libggml.[0-9].dylib", "libggml.so", "libggml.dylib")
    for name in (*names, "ggml.dll", "libggml.dll"):
        for path in sorted(folder.glob(name)):
            return ctypes.CDLL(str(path))
    raise EngineError(tr("llama.cpp's ggml library is missing."), action=tr("Install Phial again."))


def best_processor_module(folder: Path) -> Path | None:
    """The module of ``folder`` that suits this processor best; None where none does.

    Chosen as ggml's ``ggml_backend_load_best`` does, which cannot be asked for one kind alone: each
    module exports a score, 0 for a processor that it cannot run on.
    """
    scores: dict[Path, int] = {}
    for pattern in ("libggml-cpu-*.so", "ggml-cpu-*.dll"):
        for path in sorted(folder.glob(pattern)):
            score = getattr(ctypes.CDLL(str(path)), "ggml_backend_score", None)
            scores[path] = int(score()) if score is not None else 0
    best = max(scores, key=scores.__getitem__, default=None)
    if best is not None and scores[best]:
        return best
    plain = [folder / name for name in ("libggml-cpu.so", "ggml-cpu.dll")]
    return next((path for path in plain if path.exists()), None)


class Backend:
    """llama.cpp, started. Build one per process.

    Args:
        library_dir: Folder with llama.cpp's libraries; None is the package's own.
        graphics: Whether modules for graphics cards are loaded too.

    Attributes:
        c: The low-level binding (``llama_cpp.llama_cpp``).
        log: Its log.
        build: What identifies this build, for remembered ladder steps and snapshots.

    Raises:
        EngineError: The library is missing or cannot be loaded.
    """

    def __init__(self, library_dir: Path | None = None, *, graphics: bool = True) -> None:
        os.environ["GGML_NO_BACKTRACE"] = "1"  # else abort() starts gdb on itself
        self.c = load_binding(library_dir)
        self.log = LogCapture()
        tap = self.log

        @self.c.llama_log_callback  # type: ignore[untyped-decorator]  # a ctypes function type
        def receive(level: int, text: bytes, _data: object) -> None:
            tap.write(level, text)

        self._receive = receive  # the C side keeps a bare pointer to it
        self.c.llama_log_set(receive, None)
        folder = Path(str(self.c._base_path))  # the package has no public name
        self._ggml = _declare(_ggml(folder))
        # Without one of these calls ggml looks for backend modules beside the executable and in
        # the *current* directory, where anyone may have put one.
        if graphics:
            self._ggml.ggml_backend_load_all_from_path(str(folder).encode())
        elif (module := best_processor_module(folder)) is not None:
            self._ggml.ggml_backend_load(str(module).encode())
        self._modules = [
            (found[1], Path(found[2]).name)
            for found in map(_LOADED.search, self.log.lines())
            if found
        ]
        self.c.llama_backend_init()
        self.build = self._identify(folder)

    @property
    def has_amx(self) -> bool:
        """Whether the library multiplies with Intel's AMX, which it cannot be trusted with.

        Compiled by GCC 12 and other versions whose ``_tile_loadconfig`` tells the optimiser of 8
        of the 64 bytes it reads, it loads a configuration of garbage and the process dies
        (ggml-org/llama.cpp#20824); how it was compiled it does not say.
        """
        return b"AMX_INT8 = 1" in self.c.llama_print_system_info()

    def _identify(self, folder: Path) -> str:
        parts = [str(self.c.llama_print_system_info(), "utf-8", "replace")]
        parts += [
            f"{path.name}:{path.stat().st_size}"
            for path in sorted(folder.iterdir())
            if "llama" in path.name or "ggml" in path.name
        ]
        return " ".join(parts)

    def devices(self) -> list[Device]:
        """Compute devices with their free memory now; the processor comes last."""
        modules = dict(self._modules)
        found: list[Device] = []
        processors: list[Device] = []
        for index in range(self._ggml.ggml_backend_dev_count()):
            handle = self._ggml.ggml_backend_dev_get(index)
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            self._ggml.ggml_backend_dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
            registry = self._ggml.ggml_backend_dev_backend_reg(handle)
            device = Device(
                name=_text(self._ggml.ggml_backend_dev_name(handle)),
                description=_text(self._ggml.ggml_backend_dev_description(handle)),
                backend=_text(self._ggml.ggml_backend_reg_name(registry)),
                free_memory=free.value,
                total_memory=total.value,
                module=modules.get(_text(self._ggml.ggml_backend_reg_name(registry)), ""),
            )
            kind = self._ggml.ggml_backend_dev_type(handle)
            (processors if kind == _DEVICE_CPU else found).append(device)
        return found + processors


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _declare(ggml: ctypes.CDLL) -> ctypes.CDLL:
    """Signatures of the few ggml functions that the package does not bind."""
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    sizes = ctypes.POINTER(size)
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "ggml_backend_load_all_from_path": (None, [ctypes.c_char_p]),
        "ggml_backend_load": (pointer, [ctypes.c_char_p]),
        "ggml_backend_dev_count": (size, []),
        "ggml_backend_dev_get": (pointer, [size]),
        "ggml_backend_dev_name": (ctypes.c_char_p, [pointer]),
        "ggml_backend_dev_description": (ctypes.c_char_p, [pointer]),
        "ggml_backend_dev_type": (ctypes.c_int, [pointer]),
        "ggml_backend_dev_memory": (None, [pointer, sizes, sizes]),
        "ggml_backend_dev_backend_reg": (pointer, [pointer]),
        "ggml_backend_reg_name": (ctypes.c_char_p, [pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(ggml, name)
        function.restype, function.argtypes = result, arguments
    return ggml
