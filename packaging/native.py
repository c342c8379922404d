"""Compiles llama.cpp for the frozen program: portable variants chosen at run time, nothing unused.

The package on PyPI is a source archive that compiles for the processor it is built on. Ours is
compiled once for every kind of processor; llama.cpp looks at the one it runs on and loads the best
module, from the program's own folder only (see app/engine/llama/backend.py).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# OpenMP is off: it would add a library to ship on each system (libgomp, vcomp140, libomp), and
# llama.cpp's own thread pool does the same work.
COMMON = {
    "CMAKE_BUILD_TYPE": "Release",
    "GGML_NATIVE": "OFF",
    "GGML_OPENMP": "OFF",
    "GGML_CCACHE": "OFF",
    "LLAVA_BUILD": "OFF",
    "LLAMA_OPENSSL": "OFF",
    # Loadable modules are installed as programs would be; they belong beside the libraries.
    "CMAKE_INSTALL_BINDIR": "llama_cpp/lib",
}
VARIANTS = {"GGML_BACKEND_DL": "ON", "GGML_CPU_ALL_VARIANTS": "ON"}
FLAVOURS: dict[str, dict[str, str]] = {
    "cpu": VARIANTS,
    # A module that is loaded where the system has a Vulkan loader, and ignored elsewhere.
    "vulkan": {**VARIANTS, "GGML_VULKAN": "ON"},
    # A package of its own: NVIDIA's libraries are larger than everything else together.
    "cuda": {**VARIANTS, "GGML_CUDA": "ON", "CMAKE_CUDA_ARCHITECTURES": "75;80;86;89;90;120"},
    # Each Mac package is for one kind of processor, so there is nothing to choose at run time.
    "metal": {"GGML_METAL": "ON", "GGML_METAL_EMBED_LIBRARY": "ON"},
}
# The package always compiles the helpers of llama.cpp's own tools: a third of the time, never loaded.
_HELPERS = 'set(LLAMA_BUILD_COMMON ON CACHE BOOL "Build llama.cpp common library" FORCE)'
# The oldest Intel processor that runs macOS 13 (Kaby Lake) has all of these.
INTEL_MAC = dict.fromkeys(("GGML_AVX", "GGML_AVX2", "GGML_FMA", "GGML_F16C", "GGML_BMI2"), "ON")


def wheel(python: Path, flavour: str, folder: Path) -> Path:
    """The wheel of llama-cpp-python with our libraries; made once, then found again.

    Args:
        python: The interpreter of the build environment.
        flavour: One of :data:`FLAVOURS`.
        folder: Where sources, objects and wheels are kept.

    Raises:
        subprocess.CalledProcessError: It could not be fetched or compiled; the log is above.
    """
    wheels = folder / f"wheels-{flavour}"
    found = sorted(wheels.glob(f"llama_cpp_python-{pinned()}-*.whl"))
    if found:
        return found[0]
    source = _source(python, folder)
    command = [
        python, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--wheel-dir", wheels,
        "-C", f"build-dir={folder / f'objects-{flavour}'}",
        "-C", "install.strip=true",
        source,
    ]  # fmt: skip
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    subprocess.run(words, check=True, env={**os.environ, "CMAKE_ARGS": flags(flavour, source)})
    return next(wheels.glob("llama_cpp_python-*.whl"))


def flags(flavour: str, source: Path, platform: str = sys.platform) -> str:
    """What CMake is told, as one line."""
    chosen = {**COMMON, **FLAVOURS[flavour]}
    if platform == "darwin":
        chosen |= {"CMAKE_OSX_DEPLOYMENT_TARGET": "13.0"}
        if os.uname().machine == "x86_64":
            chosen |= INTEL_MAC
    if (
        platform != "win32"
    ):  # messages name source files; they shall not name this machine's folders
        for language in ("C", "CXX"):
            chosen[f"CMAKE_{language}_FLAGS"] = f"-ffile-prefix-map={source}=."
    return " ".join(f"-D{name}={value}" for name, value in chosen.items())


def pinned() -> str:
    """The version that pyproject.toml pins."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    found = re.search(r'"llama-cpp-python==([^"]+)"', text)
    if found is None:
        raise SystemExit("pyproject.toml does not pin llama-cpp-python")
    return found[1]


def _source(python: Path, folder: Path) -> Path:
    target = folder / f"llama_cpp_python-{pinned()}"
    if target.is_dir():
        return target  # from an earlier build
    fetched = folder / "sources"
    shutil.rmtree(fetched, ignore_errors=True)
    words = [
        str(python), "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "llama-cpp-python",
        "--dest", str(fetched), f"llama-cpp-python=={pinned()}",
    ]  # fmt: skip
    subprocess.run(words, check=True)
    archive = next(fetched.glob("*.tar.gz"))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    recipe = target / "CMakeLists.txt"
    text = recipe.read_text("utf-8")
    if text.count(_HELPERS) != 1:
        raise SystemExit(f"{recipe} no longer says {_HELPERS!r}; look at it, and at native.py")
    recipe.write_text(text.replace(_HELPERS, _HELPERS.replace(" ON ", " OFF ")), "utf-8")
    return target
