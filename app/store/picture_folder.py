"""Pictures that came with messages: files that are called by the hash of what is in them.

A message keeps the file's name as a reference. So a folder that is moved, or a chat that is copied,
needs nothing done, and the same picture in two chats is one file.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from app.domain.parts import AttachmentPart, picture_file, picture_reference
from app.store.database.failures import file_error
from app.store.database.files import write_atomically

FOLDER = "pictures"
MOST_BYTES = 32 * 2**20  # of one picture
_log = logging.getLogger(__name__)


class PictureFolder:
    """The pictures of one installation.

    Args:
        folder: Where they are; made with the first one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, part: AttachmentPart, content: bytes) -> AttachmentPart | None:
        """Store a picture; returns when it is on the disk.

        Args:
            part: The attachment that it is.
            content: The file.

        Returns:
            The attachment with its kind, size, hash and reference; None where the content is none
            of the kinds of pictures that are kept, whatever its name says.

        Raises:
            DiskFullError: No room.
            StoreError: It cannot be written.
        """
        import hashlib  # not at the start: it loads OpenSSL

        found = _kind(content)
        if found is None:
            return None
        suffix, media_type = found
        digest = hashlib.sha256(content).hexdigest()
        path = self._folder / f"{digest}.{suffix}"
        if not path.is_file():
            write_atomically(path, content)
        return replace(
            part,
            media_type=media_type,
            size=len(content),
            sha256=digest,
            reference=picture_reference(path.name),
        )

    def path(self, reference: str) -> Path | None:
        """The file that a reference means; None where there is none of it, or not any more."""
        name = picture_file(reference)
        path = self._folder / name
        return path if name and path.is_file() else None

    def read(self, reference: str) -> bytes:
        """What is in the file of a reference.

        Raises:
            KnownError: It is not there, or cannot be read.
        """
        name = picture_file(reference)
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise file_error(error, name) from error

    def references(self) -> frozenset[str]:
        """Of all pictures that are here."""
        if not self._folder.is_dir():
            return frozenset()
        names = (picture_reference(path.name) for path in self._folder.iterdir())
        return frozenset(name for name in names if picture_file(name))

    def made_since(self, reference: str, seconds: float) -> bool:
        """Whether a picture was stored at or after a moment of Unix time."""
        path = self.path(reference)
        return path is not None and path.stat().st_mtime >= seconds

    def forget(self, references: Collection[str]) -> None:
        """Delete pictures; one that another program holds stays."""
        for one in references:
            path = self.path(one)
            try:
                if path is not None:
                    path.unlink()
            except OSError as error:
                _log.warning("A picture of no chat could not be deleted: %s", error)


def _kind(content: bytes) -> tuple[str, str] | None:
    """Suffix and media type of a picture, by how its file begins; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg", "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif", "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp", "image/webp"
    return None
