"""Attachments: files that came with a message."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from typing import TYPE_CHECKING

from app.domain.parts import AttachmentPart, picture_file
from app.language import formats, tr
from app.markup.document.blocks import NOWHERE, Offsets
from app.markup.parts.part_block import PartBlock
from app.markup.text import label, one_line

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller

_PICTURE, _SOUND, _FILM = "image/", "audio/", "video/"


@dataclass(frozen=True, slots=True)
class Attachment(PartBlock):
    """A file.

    Attributes:
        caption: Name, kind and size, and whether Phial has it, in one line.
        picture: It is one.
        here: Its content is.
        address: Where it is opened; empty for what is not opened from here.
    """

    caption: str
    picture: bool = False
    here: bool = True
    address: str = ""
    span: Offsets = NOWHERE
    copied = False

    @classmethod
    def of(cls, part: AttachmentPart) -> Attachment:
        """The file of a part."""
        told = [label(part.name) or tr("a file without a name"), _kind(part)]
        if part.size is not None:
            told.append(formats.size(part.size))
        if not part.reference:
            told.append(tr("not copied into Phial"))
        caption = " \u00b7 ".join(filter(None, told))
        address = part.reference if picture_file(part.reference) else ""
        picture = part.media_type.startswith(_PICTURE)
        return cls(caption, picture, bool(part.reference), address)

    def plain(self) -> str:
        return self.caption

    def rich(self) -> str:
        return f"<p>{escape(self.caption)}</p>"

    def page(self, page: HtmlPage) -> str:
        return page.look.quote(f"<p>{escape(self._told(), quote=False)}</p>\n")

    def spelled(self, _speller: Speller, _depth: int) -> str:
        return f"[{self._told()}]"

    def markdown(self) -> str:
        return f"*[{one_line(self._told())}]*"

    def _told(self) -> str:
        if self.picture:
            return tr("Picture: {name}", name=self.caption)
        return tr("File: {name}", name=self.caption)


def _kind(part: AttachmentPart) -> str:
    kind = part.media_type
    if kind.startswith(_PICTURE):
        return tr("picture")
    if kind.startswith(_SOUND):
        return tr("recording")
    if kind.startswith(_FILM):
        return tr("film")
    suffix = PurePath(part.name).suffix or mimetypes.guess_extension(kind) or ""
    return label(suffix.removeprefix(".").upper())
