"""A place on a page as a picture: its ground has the colour, letters and what is around stay."""

from __future__ import annotations

import base64
import struct
import zlib

from app.domain.documents import Box, PagePicture
from app.services.documents.page_png import marked_png

WIDE, TALL = 6, 3
WHITE, BLACK, YELLOW = (255, 255, 255), (0, 0, 0), (255, 224, 102)


def test_the_ground_of_a_place_is_coloured_and_its_letters_stay() -> None:
    rows = [[WHITE] * WIDE for _ in range(TALL)]
    rows[1][2] = BLACK
    pixels = b"".join(b"".join(map(bytes, row)) + b"\0\0" for row in rows)  # rows of 20 bytes
    packed = base64.b64encode(zlib.compress(pixels)).decode("ascii")
    picture = PagePicture(WIDE, TALL, 3 * WIDE + 2, packed, ())
    file, tall = marked_png(picture, [Box(2, 1, 4, 1)], YELLOW)
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", file[16:24]) == (WIDE, tall) == (WIDE, TALL)
    at = file.index(b"IDAT")
    (length,) = struct.unpack(">I", file[at - 4 : at])
    lines = zlib.decompress(file[at + 4 : at + 4 + length])
    shown = [
        [tuple(lines[y * (3 * WIDE + 1) + 1 + 3 * x :][:3]) for x in range(WIDE)]
        for y in range(TALL)
    ]
    assert shown[1] == [WHITE, YELLOW, BLACK, YELLOW, YELLOW, WHITE]  # a pixel more at both sides
    assert shown[2] == [WHITE] * WIDE
