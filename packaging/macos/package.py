"""Makes Phial's macOS package from the application bundle: signed and notarised where it can be."""

from __future__ import annotations

import os
import platform
import plistlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import identity  # noqa: E402
import sizes  # noqa: E402
from common import BUILD, DIST, options, run  # noqa: E402

BUNDLE = DIST / "Phial.app"
MACH_O = {b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe"}
# What notarytool needs; all of them or none.
SECRETS = ("PHIAL_APPLE_ID", "PHIAL_APPLE_TEAM", "PHIAL_APPLE_PASSWORD")


def main() -> None:
    """Sign what is inside, then the bundle; make the disk image; notarise it."""
    told = options(__doc__)
    check_bundle(BUNDLE)
    sign(BUNDLE, identity.signing_identity())
    kind = {"arm64": "apple-silicon", "x86_64": "intel"}[platform.machine()]
    image = DIST / f"phial-{told.version}-macos-{kind}.dmg"
    disk_image(image, told.version, quick=told.quick)
    if signer := identity.signing_identity():
        run("codesign", "--sign", signer, "--timestamp", image)
    notarise(image)
    sizes.check_package(image, told.flavour)


def check_bundle(bundle: Path) -> None:
    """Refuse a bundle whose description does not say what the Finder needs.

    Raises:
        SystemExit: With what is missing.
    """
    with (bundle / "Contents" / "Info.plist").open("rb") as file:
        found = plistlib.load(file)
    wanted = {**identity.info_plist(found["CFBundleShortVersionString"])}
    wrong = [key for key, value in wanted.items() if found.get(key) != value]
    if wrong or found["CFBundleIdentifier"] != identity.APPLICATION:
        raise SystemExit(f"Info.plist lacks or differs in: {', '.join(wrong) or 'its identifier'}")


def binaries(bundle: Path) -> list[Path]:
    """Every library and program of the bundle, the deepest first, as signing wants them."""
    found = []
    for path in bundle.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) in MACH_O:
                    found.append(path)
    return sorted(found, key=lambda path: (-len(path.parts), path))


def sign(bundle: Path, identity: str | None) -> None:
    """Sign from the inside out, for the hardened runtime; without an identity, ad hoc."""
    options = ["--force", "--options", "runtime", "--entitlements", HERE / "entitlements.plist"]
    if identity:
        options += ["--timestamp"]
    for path in [*binaries(bundle), bundle]:
        run("codesign", "--sign", identity or "-", *options, path)
    run("codesign", "--verify", "--deep", "--strict", bundle)


def disk_image(image: Path, version: str, *, quick: bool) -> None:
    """A disk image with the bundle beside a link to Applications, on a background that says so."""
    run(
        sys.executable, "-m", "dmgbuild", "-s", HERE / "dmg.py",
        "-D", f"app={BUNDLE}",
        "-D", f"background={background(BUILD)}",
        "-D", f"format={'UDZO' if quick else 'ULMO'}",
        f"Phial {version}", image,
    )  # fmt: skip


def background(folder: Path) -> Path:
    """Draw the disk image's background, at one and two times its size, as one TIFF."""
    pictures = []
    for scale in (1, 2):
        path = folder / f"background{'@2x' if scale == 2 else ''}.png"
        draw_background(path, scale)
        pictures.append(path)
    both = folder / "background.tiff"
    run("tiffutil", "-cathidpicheck", *pictures, "-out", both)
    return both


def draw_background(path: Path, scale: int) -> None:
    """An arrow from the program to the Applications folder, and one line of text."""
    from PySide6.QtCore import QPointF, QRectF, Qt
    from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QPen, QPolygonF

    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(600 * scale, 380 * scale, QImage.Format.Format_RGB32)
    image.fill(QColor("#f4fbfa"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    line = QPen(QColor("#0a625e"), 5)
    line.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(line)
    painter.drawLine(QPointF(258, 180), QPointF(332, 180))
    painter.setBrush(QColor("#0a625e"))
    painter.drawPolygon(QPolygonF([QPointF(330, 170), QPointF(346, 180), QPointF(330, 190)]))
    font = QFont(application.font().family())  # type: ignore[attr-defined]
    font.setPixelSize(17)
    painter.setFont(font)
    painter.setPen(QColor("#33504e"))
    text = "Drag Phial to Applications"
    painter.drawText(QRectF(0, 300, 600, 40), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    image.save(str(path))


def notarise(image: Path) -> None:
    """Have Apple look at the image and staple its answer, where the secrets for it are present."""
    values = [os.environ.get(name, "") for name in SECRETS]
    if not all(values):
        print(f"not notarised: {', '.join(SECRETS)} are not all set")
        return
    user, team, password = values
    run(
        "xcrun", "notarytool", "submit", image, "--wait",
        "--apple-id", user, "--team-id", team, "--password", password,
        secret=password,
    )  # fmt: skip
    run("xcrun", "stapler", "staple", image)
    run("spctl", "--assess", "--type", "open", "--context", "context:primary-signature", image)


if __name__ == "__main__":
    main()
