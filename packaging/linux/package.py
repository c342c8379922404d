"""Makes Phial's Linux packages from the frozen program: a Debian package and a portable archive."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import sizes  # noqa: E402
import system  # noqa: E402
from common import BUILD, DIST, ROOT, epoch, options  # noqa: E402
from identity import APPLICATION  # noqa: E402

MAINTAINER = "The Phial authors <phial@users.noreply.github.com>"
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
COMPLETIONS = {
    "bash": "bash-completion/completions/phial",
    "zsh": "zsh/vendor-completions/_phial",
    "fish": "fish/vendor_completions.d/phial.fish",
}
PROGRAMS = {"phial"}
RECOMMENDS = ("gnome-keyring | kwalletmanager", "xdg-desktop-portal")


def main() -> None:
    """Check the tree, then make both packages."""
    told = options(__doc__)
    depends, optional = system.check(told.folder)
    relations = (", ".join(depends), ", ".join([*RECOMMENDS, *optional]))
    print(system.table(told.folder))
    modes(told.folder)
    name = "phial" if told.flavour == "cpu" else f"phial-{told.flavour}"
    level = 1 if told.quick else 9
    for made in (
        archive(told.folder, name, told.version, level),
        debian(told.folder, name, told.version, level, relations),
    ):
        sizes.check_package(made, told.flavour)


def modes(folder: Path) -> None:
    """Give every file the mode it will have once installed."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        program = path.parent == folder and path.name in PROGRAMS
        path.chmod(0o755 if path.is_dir() or program else 0o644)


def archive(folder: Path, name: str, version: str, level: int) -> Path:
    """A folder to unpack anywhere; with a ``portable`` marker its data stays inside."""
    top = f"{name}-{version}"
    path = DIST / f"{top}-linux-x86_64.tar.xz"
    with tarfile.open(path, "w:xz", preset=level) as tar:
        tar.add(folder, arcname=top, filter=_plain, recursive=False)
        for item in sorted(folder.rglob("*")):
            where = f"{top}/{item.relative_to(folder)}"
            tar.add(item, arcname=where, filter=_plain, recursive=False)
        for extra in (
            f"{APPLICATION}.desktop",
            f"{APPLICATION}.metainfo.xml",
            "phial-mime.xml",
            "README.txt",
        ):
            tar.add(HERE / extra, arcname=f"{top}/{extra}", filter=_plain)
        tar.add(
            BUILD / "icons" / "phial-256.png", arcname=f"{top}/{APPLICATION}.png", filter=_plain
        )
    return path


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = epoch()
    if info.isreg() and info.name.count("/") == 1 and info.name.endswith("/phial"):
        info.mode = 0o755
    return info


def debian(folder: Path, name: str, version: str, level: int, relations: tuple[str, str]) -> Path:
    """A package for Debian 12, Ubuntu 22.04 and newer.

    Args:
        folder: The frozen program.
        name: The package's.
        version: The package's.
        level: How hard to compress, 0 to 9.
        relations: What it depends on, and what it recommends.
    """
    stage = BUILD / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    library = stage / "usr/lib/phial"
    shutil.copytree(folder, library, symlinks=True)
    command = stage / "usr/bin/phial"
    command.parent.mkdir(parents=True)
    command.symlink_to("../lib/phial/phial")
    _share(stage / "usr/share", name, version)
    _completions(library / "phial", stage / "usr/share")
    control = stage / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(_control(name, version, stage, relations), "utf-8")
    _sums(stage)
    for path in [stage, *stage.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (epoch(), epoch()), follow_symlinks=False)
    path = DIST / f"{name}_{version}_amd64.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{level}", "--build", str(stage), str(path)],
        check=True,
    )
    return path


def _share(share: Path, name: str, version: str) -> None:
    """What the desktop reads: entries, icons, types, the manual, the changelog."""
    desktop = f"{APPLICATION}.desktop"
    _install(HERE / desktop, share / "applications" / desktop)
    metainfo = f"{APPLICATION}.metainfo.xml"
    _install(HERE / metainfo, share / "metainfo" / metainfo)
    _install(HERE / "phial-mime.xml", share / "mime/packages/phial.xml")
    icons = share / "icons/hicolor"
    _install(ROOT / "assets/phial.svg", icons / "scalable/apps" / f"{APPLICATION}.svg")
    for size in ICON_SIZES:
        _install(BUILD / f"icons/phial-{size}.png", icons / f"{size}x{size}/apps/{APPLICATION}.png")
    documents = share / "doc" / name
    _install(HERE / "copyright", documents / "copyright")
    _compress(_changelog(name, version), documents / "changelog.gz")
    _compress((HERE / "phial.1").read_text("utf-8"), share / "man/man1/phial.1.gz")
    overrides = (HERE / "lintian-overrides").read_text("utf-8").replace("phial:", f"{name}:")
    target = share / "lintian/overrides" / name
    target.parent.mkdir(parents=True)
    target.write_text(overrides, "utf-8")
    target.chmod(0o644)


def _completions(program: Path, share: Path) -> None:
    """By which shells complete words, as the program itself prints them."""
    with tempfile.TemporaryDirectory() as home:
        for shell, place in COMPLETIONS.items():
            done = subprocess.run(
                [program, "completion", shell], check=True, capture_output=True, text=True,
                env={**os.environ, "PHIAL_HOME": home},
            )  # fmt: skip
            target = share / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(done.stdout, "utf-8")
            target.chmod(0o644)


def _install(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def _compress(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    target.chmod(0o644)


def _sums(stage: Path) -> None:
    """The list by which ``debsums`` finds damaged files."""
    names = [p for p in sorted((stage / "usr").rglob("*")) if p.is_file() and not p.is_symlink()]
    done = subprocess.run(
        ["md5sum", *(str(path.relative_to(stage)) for path in names)],
        cwd=stage, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (stage / "DEBIAN/md5sums").write_text(done.stdout, "utf-8")


def _changelog(name: str, version: str) -> str:
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(epoch()))
    return f"{name} ({version}) stable; urgency=medium\n\n  * Release {version}.\n\n -- {MAINTAINER}  {when}\n"


def _control(name: str, version: str, stage: Path, relations: tuple[str, str]) -> str:
    size = sum(p.stat().st_size for p in stage.rglob("*") if p.is_file() and not p.is_symlink())
    other = "" if name == "phial" else "Provides: phial\nConflicts: phial\nReplaces: phial\n"
    depends, recommends = relations
    return f"""Package: {name}
Version: {version}
Section: utils
Priority: optional
Architecture: amd64
Maintainer: {MAINTAINER}
Installed-Size: {size // 1024}
Depends: {depends}
Recommends: {recommends}
{other}Homepage: https://github.com/phial-chat/phial
Description: offline desktop chat for Phi-4
 Phial runs Microsoft's Phi-4 on your own computer through llama.cpp, without
 an account and without a network. Conversations are kept on your disk, can be
 searched, and leave as Markdown that reads well and imports back exactly.
"""


if __name__ == "__main__":
    main()
