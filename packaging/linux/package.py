"""Makes Phial's Linux packages from the frozen program: a Debian package and a portable archive."""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DIST = ROOT / "dist"
NAME = "phial"
MAINTAINER = "The Phial authors <phial@users.noreply.github.com>"
NEWEST_GLIBC = (2, 35)

# What Qt's xcb plugin loads from the system; everything else is inside.
DEPENDS = (
    "libc6 (>= 2.35), libstdc++6 (>= 12), libgcc-s1, libegl1, libgl1, libdbus-1-3, libfontconfig1, "
    "libfreetype6, libxkbcommon0, libxkbcommon-x11-0, libx11-6, libx11-xcb1, libxcb1, "
    "libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, "
    "libxcb-render-util0, libxcb-render0, libxcb-shape0, libxcb-shm0, libxcb-sync1, "
    "libxcb-xfixes0, libxcb-xkb1, libexpat1, zlib1g"
)


def main() -> None:
    """Make both packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    check_symbols(options.folder)
    archive(options.folder, options.version)
    debian(options.folder, options.version)


def check_symbols(folder: Path) -> None:
    """Refuse a tree that wants a newer C library than the oldest system we promise.

    Raises:
        SystemExit: With the names of the files and the versions they want.
    """
    too_new = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            done = subprocess.run(
                ["objdump", "-T", path], capture_output=True, text=True, check=False
            )
            found = re.findall(r"GLIBC_(\d+)\.(\d+)", done.stdout)
            newest = max(((int(a), int(b)) for a, b in found), default=(0, 0))
            if newest > NEWEST_GLIBC:
                too_new.append(f"{path.relative_to(folder)} wants glibc {newest[0]}.{newest[1]}")
    if too_new:
        raise SystemExit("\n".join(too_new))


def archive(folder: Path, version: str) -> Path:
    """A folder to unpack anywhere; with a ``portable`` marker its data stays inside."""
    path = DIST / f"{NAME}-{version}-linux-x86_64.tar.xz"
    with tarfile.open(path, "w:xz", preset=9) as tar:
        tar.add(folder, arcname=f"{NAME}-{version}", filter=_plain)
        for name in ("phial.desktop", "chat.phial.Phial.metainfo.xml"):
            tar.add(HERE / name, arcname=f"{NAME}-{version}/share/{name}", filter=_plain)
    return path


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return info


def debian(folder: Path, version: str) -> Path:
    """A package for Debian 12, Ubuntu 22.04 and newer."""
    stage = ROOT / "build" / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    library = stage / "usr/lib/phial"
    shutil.copytree(folder, library, symlinks=True)
    _modes(library)
    links = {"usr/bin/phial": "../lib/phial/phial"}
    for link, target in links.items():
        (stage / link).parent.mkdir(parents=True, exist_ok=True)
        (stage / link).symlink_to(target)
    share = stage / "usr/share"
    _install(HERE / "phial.desktop", share / "applications/phial.desktop")
    _install(
        HERE / "chat.phial.Phial.metainfo.xml",
        share / "metainfo/chat.phial.Phial.metainfo.xml",
    )
    _install(HERE / "phial-mime.xml", share / "mime/packages/phial.xml")
    icons = share / "icons/hicolor"
    _install(ROOT / "assets/phial.svg", icons / "scalable/apps/phial.svg")
    _install(ROOT / "assets/phial.png", icons / "256x256/apps/phial.png")
    documents = share / "doc/phial"
    _install(HERE / "copyright", documents / "copyright")
    _compress(_changelog(version), documents / "changelog.gz")
    _compress((HERE / "phial.1").read_text("utf-8"), share / "man/man1/phial.1.gz")
    _install(HERE / "lintian-overrides", share / "lintian/overrides/phial")
    control = stage / "DEBIAN/control"
    control.parent.mkdir()
    control.write_text(_control(version, stage), "utf-8")
    for path in stage.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    path = DIST / f"{NAME}_{version}_amd64.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(stage), str(path)], check=True
    )
    return path


def _modes(library: Path) -> None:
    for path in library.rglob("*"):
        if path.is_file() and not path.is_symlink():
            program = path.parent == library and path.name == NAME
            path.chmod(0o755 if program else 0o644)


def _install(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def _compress(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _changelog(version: str) -> str:
    stamp = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", "0")))
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", stamp)
    return f"phial ({version}) stable; urgency=medium\n\n  * Release {version}.\n\n -- {MAINTAINER}  {when}\n"


def _control(version: str, stage: Path) -> str:
    size = sum(p.stat().st_size for p in stage.rglob("*") if p.is_file() and not p.is_symlink())
    return f"""Package: phial
Version: {version}
Section: utils
Priority: optional
Architecture: amd64
Maintainer: {MAINTAINER}
Installed-Size: {size // 1024}
Depends: {DEPENDS}
Recommends: libsecret-1-0
Homepage: https://github.com/phial-chat/phial
Description: offline desktop chat for Phi-4
 Phial runs Microsoft's Phi-4 on your own computer through llama.cpp, without
 an account and without a network. Conversations are kept on your disk, can be
 searched, and leave as Markdown that reads well and imports back exactly.
"""


if __name__ == "__main__":
    main()
