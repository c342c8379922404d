"""Makes Phial's Windows packages from the frozen program: an installer and a portable archive."""

from __future__ import annotations

import os
import sys
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import identity  # noqa: E402
import sizes  # noqa: E402
from common import BUILD, DIST, ROOT, epoch, options, run  # noqa: E402

PROGRAMS = ("Phial.exe", "phial-terminal.exe")
ZIP_BEGINS = 315_532_800  # 1 January 1980: the first day that a zip archive can name


def main() -> None:
    """Sign the programs if there is something to sign with; make both packages."""
    told = options(__doc__)
    for name in PROGRAMS:
        sign(told.folder / name)
    suffix = "" if told.flavour == "cpu" else f"-{told.flavour}"
    stem = f"phial-{told.version}{suffix}-windows-x64"
    made = DIST / f"{stem}-setup.exe"
    installer(told.folder, told.version, made, quick=told.quick)
    sizes.check_package(made, told.flavour)
    archive = DIST / f"{stem}-portable.zip"
    portable(told.folder, archive)
    print(f"{archive.name}: {archive.stat().st_size / 1e6:.1f} MB")


def signing_command() -> list[str]:
    """The command that signs a file, from ``PHIAL_SIGN``; empty where nothing is to be signed.

    For example ``signtool sign /fd sha256 /tr http://… /td sha256 /sha1 …``: the file comes last.
    """
    return os.environ.get("PHIAL_SIGN", "").split()


def sign(path: Path) -> None:
    """Sign one program, if this build signs."""
    if command := signing_command():
        run(*command, path)


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
        "NUMBERS": ".".join(map(str, identity.version_numbers(version))),
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
    run(*words, HERE / "phial.nsi")


def portable(tree: Path, output: Path) -> None:
    """The same folder as an archive, marked so that it keeps its data beside itself."""
    when = time.gmtime(max(epoch(), ZIP_BEGINS))[:6]
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
