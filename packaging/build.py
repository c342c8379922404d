"""Builds the frozen program and this platform's packages: ``python packaging/build.py``.

Everything happens below ``build/`` and ``dist/``:

1. an environment of its own, with llama.cpp compiled as portable variants chosen at run time;
2. PyInstaller, one folder;
3. the licences of everything inside, a software bill of materials, a table of sizes;
4. ``phial --self-test`` on the result, which must pass;
5. the packages: ``linux/package.py``, ``windows/package.py`` or ``macos/package.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packaging"))

import contents  # noqa: E402
import licences  # noqa: E402

BUILD, DIST = ROOT / "build", ROOT / "dist"
LIMIT_TREE = 230_000_000  # bytes; the budget of the Linux tree
PYINSTALLER = "pyinstaller>=6.10,<7"

# One module a kind of processor, chosen by llama.cpp when it starts; no instruction that an old
# processor lacks is ever met. OpenMP would add a library and gains nothing over llama.cpp's threads.
PORTABLE = "-DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF"
FLAVOURS = {
    "cpu": "",
    "vulkan": "-DGGML_VULKAN=ON",
    "cuda": "-DGGML_CUDA=ON",
    "metal": "-DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON",
}


def main() -> int:
    """Build; the exit code says whether the result may be shipped."""
    options = _options()
    os.environ.setdefault("SOURCE_DATE_EPOCH", _commit_time())
    os.environ.setdefault("PYTHONHASHSEED", "0")
    python = _environment(options)
    folder = _freeze(python)
    licences.collect(python, folder)
    total = _size_table(folder)
    if sys.platform == "linux" and total > LIMIT_TREE:
        raise SystemExit(
            f"The tree has {total / 1e6:.0f} MB; the budget is {LIMIT_TREE / 1e6:.0f}."
        )
    _self_test(folder)
    platform = {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]
    script = ROOT / "packaging" / platform / "package.py"
    _run([python, script, "--folder", folder, "--version", contents.version(ROOT)])
    _checksums()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = "metal" if sys.platform == "darwin" else "cpu"
    parser.add_argument("--flavour", choices=FLAVOURS, default=default)
    parser.add_argument("--find-links", help="a folder of wheels built before with these flags")
    return parser.parse_args()


def _commit_time() -> str:
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "0"


def _environment(options: argparse.Namespace) -> Path:
    """An environment with Phial, llama.cpp in portable variants, and PyInstaller."""
    folder = BUILD / f"environment-{options.flavour}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    flags = f"{PORTABLE} {FLAVOURS[options.flavour]}"
    # macOS has one processor family a build; its variants are not loadable modules there.
    if sys.platform == "darwin":
        flags = f"-DGGML_NATIVE=OFF -DGGML_OPENMP=OFF {FLAVOURS[options.flavour]}"
    environment = {**os.environ, "CMAKE_ARGS": flags.strip()}
    command = [python, "-m", "pip", "install", "-q", str(ROOT), PYINSTALLER]
    if options.find_links:
        command += ["--find-links", options.find_links]
    else:
        command += ["--no-cache-dir", "--no-binary", "llama-cpp-python"]
    _run(command, environment)
    return python


def _freeze(python: Path) -> Path:
    shutil.rmtree(DIST / "phial", ignore_errors=True)
    _run(
        [
            python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
            "--distpath", DIST, "--workpath", BUILD / "pyinstaller",
            ROOT / "packaging" / "phial.spec",
        ]
    )  # fmt: skip
    folder = DIST / "phial"
    if sys.platform == "linux":
        _strip(folder)
    return folder


def _strip(folder: Path) -> None:
    """Take symbol tables out of our own libraries; Qt's and Python's come stripped or stay."""
    for library in sorted(folder.rglob("llama_cpp/lib/*.so*")):
        if not library.is_symlink():
            _run(["strip", "--strip-unneeded", library])


def _size_table(folder: Path) -> int:
    """Print what takes the space; returns bytes in all."""
    inside = folder / "_internal"
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            top = path.relative_to(inside).parts[0] if inside in path.parents else path.name
            sizes[top] = sizes.get(top, 0) + path.stat().st_size
    total = sum(sizes.values())
    print(f"{'what':32} {'MB':>8}")
    for name, count in sorted(sizes.items(), key=lambda pair: -pair[1])[:20]:
        print(f"{name:32} {count / 1e6:8.1f}")
    print(f"{'all':32} {total / 1e6:8.1f}")
    return total


def _self_test(folder: Path) -> None:
    name = "phial-terminal.exe" if sys.platform == "win32" else "phial"
    _run([folder / name, "--self-test"], {**os.environ, "QT_QPA_PLATFORM": "offscreen"})


def _checksums() -> None:
    lines = []
    for path in sorted(DIST.iterdir()):
        if path.is_file() and path.name != "SHA256SUMS":
            with path.open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}")
    (DIST / "SHA256SUMS").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def _run(command: list[object], environment: dict[str, str] | None = None) -> None:
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    subprocess.run(words, check=True, cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
