"""The picture of a page with its marks painted on it; made on any thread."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.documents import Box
from app.services.documents.page_view import ShownPage

# Over what stands there: pages are white in every theme.
FOUND = QColor(255, 214, 0, 110)
NEAR = QColor(255, 120, 0, 110)
OTHER = QColor(255, 214, 0, 50)
HIT = QColor(0, 120, 255, 70)


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page to be shown.

    Attributes:
        shown: The page.
        image: As it is drawn, marks included; None for what is only text.
        first: Where the first mark is, in pixels of the image; None where there is none.
    """

    shown: ShownPage
    image: QImage | None = None
    first: QRect | None = None


def page_image(shown: ShownPage, colours: Sequence[QColor]) -> PageImage:
    """The picture of a page with its marks.

    Args:
        shown: The page.
        colours: For each of its ranges the colour; the first one is looked at.
    """
    picture = shown.picture
    if picture is None:
        return PageImage(shown)
    pixels = zlib.decompress(base64.b64decode(picture.pixels))
    shape = QImage.Format.Format_RGB888
    given = QImage(pixels, picture.width, picture.height, picture.stride, shape)
    image = given.convertToFormat(QImage.Format.Format_RGB32)  # what a window is painted from
    drawn = [one for one, place in zip(colours, shown.ranges, strict=True) if place is not None]
    painter = QPainter(image)
    first: QRect | None = None
    for boxes, colour in zip(picture.boxes, [*drawn, *[HIT] * len(shown.hits)], strict=False):
        for box in boxes:
            painter.fillRect(_rect(box), colour)
            first = first or _rect(box)
    painter.end()
    return PageImage(shown, image, first)


def _rect(box: Box) -> QRect:
    left, top = round(box.left) - 1, round(box.top) - 1
    return QRect(left, top, round(box.right) - left + 1, round(box.bottom) - top + 1)
