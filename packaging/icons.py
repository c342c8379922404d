"""Draws the program's icons from assets/phial.svg: PNGs, Windows' ICO, macOS' ICNS.

Both containers hold pictures behind a short table; they are written here, so no tool is needed.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
# Apple's names of the sizes, in pixels; "retina" ones are the same picture at twice the size.
ICNS_KINDS = (
    ("icp4", 16), ("icp5", 32), ("ic07", 128), ("ic08", 256), ("ic09", 512), ("ic10", 1024),
    ("ic11", 32), ("ic12", 64), ("ic13", 256), ("ic14", 512),
)  # fmt: skip
PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def write(svg: Path, folder: Path) -> None:
    """Write ``phial.ico``, ``phial.icns`` and ``phial-SIZE.png`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {*ICO_SIZES, *PNG_SIZES, *(size for _, size in ICNS_KINDS)}
    drawn = {size: draw(svg, size) for size in sorted(wanted)}
    small = {size: bitmap(svg, size) for size in ICO_SIZES if size < 256}
    (folder / "phial.ico").write_bytes(ico({**small, 256: drawn[256]}))
    (folder / "phial.icns").write_bytes(icns([(kind, drawn[size]) for kind, size in ICNS_KINDS]))
    for size in PNG_SIZES:
        (folder / f"phial-{size}.png").write_bytes(drawn[size])


def draw(svg: Path, size: int) -> bytes:
    """The picture as a PNG of ``size`` pixels a side."""
    from PySide6.QtCore import QBuffer, QByteArray

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    _image(svg, size).save(buffer, "PNG")
    return bytes(data.data())


def bitmap(svg: Path, size: int) -> bytes:
    """The picture as an icon's bitmap: Windows reads PNGs in icons at 256 pixels only."""
    from PySide6.QtCore import Qt

    image = _image(svg, size).flipped(Qt.Orientation.Vertical)  # rows go upwards
    pixels = bytes(image.constBits())
    mask = bytes((size + 31) // 32 * 4 * size)  # all shown: the alpha channel decides
    head = struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, len(pixels), 0, 0, 0, 0)
    return head + pixels + mask


def _image(svg: Path, size: int) -> QImage:
    from PySide6.QtCore import QByteArray, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.read_bytes())).render(painter)
    painter.end()
    return image


def ico(pictures: dict[int, bytes]) -> bytes:
    """Windows' container; its directory writes 256 as 0."""
    offset = 6 + 16 * len(pictures)
    table, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, png in sorted(pictures.items()):
        table += struct.pack(
            "<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + len(body)
        )
        body += png
    return table + body


def icns(pictures: list[tuple[str, bytes]]) -> bytes:
    """Apple's container."""
    body = b"".join(kind.encode() + struct.pack(">I", 8 + len(png)) + png for kind, png in pictures)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
