"""A place on a page as a PNG file: what stands around it, with the place marked."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

from app.domain.documents import Box, PagePicture

_AROUND = 90  # pixels of the page above and below a place
_SIGNATURE = b"\x89PNG\r\n\x1a\n"

Colour = tuple[int, int, int]


def marked_png(picture: PagePicture, places: Sequence[Box], colour: Colour) -> tuple[bytes, int]:
    """The strip of a page that places stand on.

    Args:
        picture: The page.
        places: What is marked; none for the whole page.
        colour: Red, green and blue that the ground of a place becomes; its letters stay.

    Returns:
        The file, and the height of the picture in pixels.
    """
    wide, tall = picture.width, picture.height
    rows = zlib.decompress(base64.b64decode(picture.pixels))
    top = max(0, round(min((one.top for one in places), default=0)) - _AROUND)
    bottom = min(tall, round(max((one.bottom for one in places), default=tall)) + _AROUND)
    lines: list[bytes] = []
    for y in range(top, bottom):
        line = bytearray(rows[picture.stride * y : picture.stride * y + 3 * wide])
        for one in places:
            if one.top - 1 <= y <= one.bottom:
                _tint(line, max(0, round(one.left) - 1), min(wide, round(one.right) + 1), colour)
        lines.append(b"\0" + bytes(line))
    head = struct.pack(">IIBBBBB", wide, bottom - top, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(lines), 6)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(*one) for one in chunks), bottom - top


def _tint(line: bytearray, left: int, right: int, colour: Colour) -> None:
    """White becomes the colour, black stays black."""
    for channel, wanted in enumerate(colour):
        part = slice(3 * left + channel, 3 * right, 3)
        line[part] = bytes(value * wanted // 255 for value in line[part])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
