"""Makes Phial's Windows packages from the frozen program: an installer and a portable archive."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import contents  # noqa: E402
import sizes  # noqa: E402

DIST, BUILD = ROOT / "dist", ROOT / "build"
PROGRAMS = ("Phial.exe", "phial-terminal.exe")


def main() -> None:
    """Sign the programs if there is something to sign with; make both packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--flavour", default="cpu")
    parser.add_argument("--quick", action="store_true", help="compress lightly, to try things out")
    options = parser.parse_args()
    for name in PROGRAMS:
        sign(options.folder / name)
    suffix = "" if options.flavour == "cpu" else f"-{options.flavour}"
    stem = f"phial-{options.version}{suffix}-windows-x64"
    made = DIST / f"{stem}-setup.exe"
    installer(options.folder, options.version, made, quick=options.quick)
    sizes.check_package(made, options.flavour)
    archive = DIST / f"{stem}-portable.zip"
    portable(options.folder, archive)
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB")


def signing_command() -> list[str]:
    """The command that signs a file, from ``PHIAL_SIGN``; empty where nothing is to be signed.

    For example ``signtool sign /fd sha256 /tr http://… /td sha256 /sha1 …``: the file comes last.
    """
    return os.environ.get("PHIAL_SIGN", "").split()


def sign(path: Path) -> None:
    """Sign one program, if this build signs."""
    if command := signing_command():
        subprocess.run([*command, str(path)], check=True)


def installer(
    tree: Path, version: str, output: Path, *, quick: bool = False, x64: bool = False
) -> None:
    """Compile the NSIS script over ``tree``.

    Args:
        tree: What is installed.
        version: Its version.
        output: The installer.
        quick: Compress lightly.
        x64: A 64-bit installer, where NSIS can make one.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    defines = {
        "VERSION": version,
        "NUMBERS": ".".join(map(str, contents.version_numbers(version))),
        "TREE": tree.resolve(),
        "OUTPUT": output.resolve(),
        "ICON": (BUILD / "icons" / "phial.ico").resolve(),
        "LICENCE": (ROOT / "LICENSE").resolve(),
    }
    if command := signing_command():
        defines["SIGN"] = " ".join(command)
    words = ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8"]
    words += [f"-D{name}={value}" for name, value in defines.items()]
    if quick:
        words.append("-DQUICK")
    if x64:
        words.append("-DX64")
    subprocess.run([*words, str(HERE / "phial.nsi")], check=True)


def portable(tree: Path, output: Path) -> None:
    """The same folder as an archive, marked so that it keeps its data beside itself."""
    when = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315_532_800))[:6]
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                name = f"Phial/{path.relative_to(tree).as_posix()}"
                info = zipfile.ZipInfo(name, when)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, path.read_bytes())
        archive.writestr(zipfile.ZipInfo("Phial/portable", when), "")


if __name__ == "__main__":
    main()
