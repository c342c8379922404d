"""Bodies that a server packs though nobody asked for that (RFC 9110, 8.4): unpacked in pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

NOT_PACKED = {"", "identity"}
GZIP, DEFLATE = {"gzip", "x-gzip"}, {"deflate"}
"""The names of what :class:`Unpacker` reads."""

_PIECE = 64 * 1024  # bytes that come out at once, however much they were packed into
_GZIP, _ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS  # as zlib names the forms
_RAW = -zlib.MAX_WBITS


class UnpackingError(Exception):
    """What came is not packed as it says."""


class Unpacker:
    """Unpacks one body.

    A few bytes may become gigabytes, so they are handed out in pieces, and whoever has enough asks
    for no more. "deflate" is zlib's form by the standard, and without its head from some servers.

    Args:
        packing: One of :data:`GZIP` or :data:`DEFLATE`.
    """

    def __init__(self, packing: str) -> None:
        self._headless = packing in DEFLATE  # perhaps
        self._stream = zlib.decompressobj(_ZLIB if self._headless else _GZIP)
        self._begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What more of the packed body holds.

        Raises:
            UnpackingError: It is not packed as it says.
        """
        while data and not self._stream.eof:
            try:
                piece = self._stream.decompress(data, _PIECE)
            except zlib.error as error:
                if self._begun or not self._headless:
                    raise UnpackingError(str(error)) from error
                piece = self._without_head(data)
            self._begun = True
            data = self._stream.unconsumed_tail
            if piece:
                yield piece

    @property
    def ended(self) -> bool:
        """Whether what was packed has come to its end."""
        return self._stream.eof

    @property
    def whole(self) -> bool:
        """Whether nothing of what has begun is missing."""
        return self.ended or not self._begun

    def _without_head(self, data: bytes) -> bytes:
        self._stream = zlib.decompressobj(_RAW)
        try:
            return self._stream.decompress(data, _PIECE)
        except zlib.error as error:
            raise UnpackingError(str(error)) from error
