"""Zip archives with bounds: what a part says of its own size is not believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from app.documents.extractors.limits import MAX_PARTS, MAX_RATIO, MAX_UNPACKED, RATIO_FROM
from app.domain.errors import DocumentError, DocumentLockedError, DocumentTooLargeError
from app.language import tr

_CHUNK = 64 * 1024


class Archive:
    """The parts of a document that is a zip archive. Nothing is ever unpacked to a disk.

    Args:
        file: Open for reading.

    Raises:
        DocumentError: It is damaged, or has too many parts.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise _damaged(error) from error
        self.names = frozenset(self._zip.namelist())
        if len(self.names) > MAX_PARTS:
            raise DocumentTooLargeError(tr("It has too many parts to be read."))
        self._unpacked = 0

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a part, piece by piece.

        Raises:
            DocumentError: There is none, or it is damaged.
            DocumentLockedError: It is encrypted.
            DocumentTooLargeError: It unpacks to more than a document does.
        """
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & 1:
                raise DocumentLockedError(tr("It is locked with a password."))
            with self._zip.open(info) as part:
                done = 0
                while chunk := part.read(_CHUNK):
                    done += len(chunk)
                    self._count(len(chunk), done, info.compress_size)
                    yield chunk
        except KeyError as error:
            raise DocumentError(
                tr("A part of it is missing: {part}.", part=name), detail=str(error)
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise _damaged(error) from error

    def read(self, name: str) -> bytes:
        """The whole of a part; see :meth:`chunks`."""
        return b"".join(self.chunks(name))

    def _count(self, size: int, done: int, packed: int) -> None:
        self._unpacked += size
        bomb = done > RATIO_FROM and done > MAX_RATIO * max(packed, 1)
        if bomb or self._unpacked > MAX_UNPACKED:
            raise DocumentTooLargeError(
                tr("It unpacks to far more than it is: reading stopped, as with a zip bomb.")
            )


def _damaged(error: Exception) -> DocumentError:
    return DocumentError(tr("It is damaged: its parts cannot be unpacked."), detail=str(error))
