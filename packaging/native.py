"""Compiles llama.cpp for the frozen program: portable variants chosen at run time, nothing unused.

The package on PyPI is a source archive that compiles for the processor it is built on. Ours is
compiled once for every kind of processor; llama.cpp looks at the one it runs on and loads the best
module, from the program's own folder only (see app/engine/llama/backend.py).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

from common import ROOT, run

# Of the source archive that pyproject.toml pins: what was looked at is what is compiled.
SOURCE_SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"

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
    # A module that is loaded where the system has a Vulkan loader, and ignored elsewhere. Wants
    # Vulkan's headers of 1.3.272 or newer (VK_EXT_layer_settings), SPIR-V's, and glslc.
    "vulkan": {**VARIANTS, "GGML_VULKAN": "ON"},
    # A package of its own: NVIDIA's libraries are larger than everything else together.
    "cuda": {**VARIANTS, "GGML_CUDA": "ON", "CMAKE_CUDA_ARCHITECTURES": "75;80;86;89;90;120"},
    # Each Mac package is for one kind of processor, so there is nothing to choose at run time.
    "metal": {"GGML_METAL": "ON", "GGML_METAL_EMBED_LIBRARY": "ON"},
}
# Where its recipe leaves no choice: (file, what it says, what it shall say). Each must be there once.
EDITS = (
    # The helpers of llama.cpp's own tools: a third of the time, never loaded.
    (
        "CMakeLists.txt",
        'set(LLAMA_BUILD_COMMON ON CACHE BOOL "Build llama.cpp common library" FORCE)',
        'set(LLAMA_BUILD_COMMON OFF CACHE BOOL "Build llama.cpp common library" FORCE)',
    ),
    # The module with AMX, which contents.py does not trust.
    (
        "vendor/llama.cpp/ggml/src/CMakeLists.txt",
        "            ggml_add_cpu_backend_variant(sapphirerapids ",
        "            #            not trusted: variant(sapphirerapids ",
    ),
)
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
        SystemExit: The source is not the one this recipe was written for.
    """
    wheels = folder / f"wheels-{flavour}"
    source = _source(python, folder)
    made_with = wheels / "recipe.txt"  # written last
    if not made_with.is_file() or made_with.read_text("utf-8") != recipe(flavour):
        shutil.rmtree(wheels, ignore_errors=True)
        run(
            python, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--wheel-dir", wheels,
            "-C", f"build-dir={folder / f'objects-{flavour}'}",
            "-C", "install.strip=true",
            source,
            CMAKE_ARGS=flags(flavour, source),
        )  # fmt: skip
        made_with.write_text(recipe(flavour), "utf-8")
    return next(wheels.glob("llama_cpp_python-*.whl"))


def recipe(flavour: str) -> str:
    """All that decides what is compiled, as text to compare; the same wherever the source lies."""
    return "\n".join((pinned(), flags(flavour, Path()), *(after for _, _, after in EDITS)))


def flags(flavour: str, source: Path, platform: str = sys.platform) -> str:
    """What CMake is told, as one line."""
    chosen = {**COMMON, **FLAVOURS[flavour]}
    if platform == "darwin":
        chosen |= {"CMAKE_OSX_DEPLOYMENT_TARGET": "13.0"}
        if os.uname().machine == "x86_64":
            chosen |= INTEL_MAC
    if platform != "win32":
        # Messages name source files; they shall not name the building machine's folders.
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
    """The unpacked source, with its recipe as we want it."""
    target = folder / f"llama_cpp_python-{pinned()}"
    if not target.is_dir():
        archive = _archive(python, folder / "sources")
        unpacked = folder / "sources" / "unpacked"
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked, filter="data")
        (unpacked / target.name).rename(target)  # all of it or nothing
    for edit in EDITS:
        _edit(target, *edit)
    return target


def _edit(source: Path, name: str, before: str, after: str) -> None:
    """Change one line of the source's recipe, unless that was done before.

    Raises:
        SystemExit: It no longer says what it said.
    """
    path = source / name
    text = path.read_text("utf-8")
    if after in text:
        return
    if text.count(before) != 1:
        raise SystemExit(f"{path} no longer says {before.strip()!r}; look at it, and at native.py")
    path.write_text(text.replace(before, after), "utf-8")


def _archive(python: Path, folder: Path) -> Path:
    """The source archive from PyPI.

    Raises:
        SystemExit: It is not the one that was looked at.
    """
    shutil.rmtree(folder, ignore_errors=True)
    run(
        python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "llama-cpp-python",
        "--dest", folder, f"llama-cpp-python=={pinned()}",
    )  # fmt: skip
    archive = next(folder.glob("*.tar.gz"))
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SOURCE_SHA256:
        raise SystemExit(
            f"{archive.name} has the SHA-256 {found}, native.py expects {SOURCE_SHA256}"
        )
    return archive
