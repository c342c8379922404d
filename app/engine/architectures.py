"""Which model architectures the llama.cpp in use knows, read out of its library without loading it.

llama.cpp keeps the names in one table and offers no function that lists them (``LLM_ARCH_NAMES``
in ``src/llama-arch.cpp``). Each stands in the library's file with a NUL behind it; one that does
not is certainly not known. The other way round nothing is concluded: a name may occur by chance.
"""

from __future__ import annotations

import importlib.util
import mmap
import os
import sys
from functools import lru_cache
from pathlib import Path

_LIBRARIES = ("libllama.so", "libllama.dylib", "llama.dll", "libllama.dll")
_CONTROLS = ("phi3", "llama")  # every llama.cpp has them; else the table lies otherwise there


def knows(architecture: str, library: Path | None = None) -> bool:
    """Whether llama.cpp may load an architecture; True also where its library cannot be read.

    Args:
        architecture: GGUF ``general.architecture``.
        library: The file of llama.cpp; None finds the one that the engine loads.
    """
    library = library or library_file()
    if library is None or not architecture:
        return True
    try:
        state = library.stat()
        return _names(library, state.st_mtime_ns, state.st_size, architecture)
    except (OSError, ValueError):
        return True


@lru_cache(maxsize=256)
def _names(library: Path, _written: int, _size: int, architecture: str) -> bool:
    """Whether a library names an architecture, or none at all; looked up once for each state of it.

    Every list of models asks for each of them, and a look goes through megabytes.

    Raises:
        OSError: It cannot be read.
        ValueError: It is empty.
    """
    with (
        library.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole,
    ):
        if any(whole.find(_entry(name)) < 0 for name in _CONTROLS):
            return True
        return whole.find(_entry(architecture)) >= 0


def library_file() -> Path | None:
    """The file of llama.cpp's library, where the Python package will look for it."""
    folder = os.environ.get("LLAMA_CPP_LIB_PATH")
    if folder and not getattr(sys, "frozen", False):  # as the engine itself decides
        folders = [Path(folder)]
    else:
        found = importlib.util.find_spec("llama_cpp")
        folders = [Path(one) / "lib" for one in (found and found.submodule_search_locations) or []]
    candidates = (folder / name for folder in folders for name in _LIBRARIES)
    return next((path for path in candidates if path.is_file()), None)


def _entry(name: str) -> bytes:
    return name.encode("utf-8", "replace") + b"\0"
