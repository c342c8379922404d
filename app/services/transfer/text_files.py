"""Texts that the user gives for a message: read as text, or refused in words."""

from __future__ import annotations

import codecs
from pathlib import Path

from app.domain.errors import InvalidValueError
from app.language import tr

MOST_BYTES = 1_600_000
"""About 400,000 characters of any script; more than any context window of the family."""
_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """The text of a file, with line feeds for its line ends.

    Raises:
        InvalidValueError: It cannot be read, is too large, or is no text.
    """
    kept = tr("Nothing was added to your message.")
    try:
        if not path.is_file():  # a pipe would wait for ever
            raise InvalidValueError(tr("{name} is not a file.", name=path.name), data=kept)
        if path.stat().st_size > MOST_BYTES:
            raise InvalidValueError(
                tr("{name} is larger than the model can read at once.", name=path.name),
                data=kept,
                action=tr("Paste the part that matters."),
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidValueError(
            tr("{name} cannot be read.", name=path.name), data=kept, detail=str(error)
        ) from error
    text = decoded(raw)
    if text is None:
        raise InvalidValueError(
            tr("{name} is not a text. Phi-4 reads text only.", name=path.name),
            data=kept,
            action=tr("Paste the text of it."),
        )
    if not text.strip():
        raise InvalidValueError(tr("{name} is empty.", name=path.name), data=kept, action="")
    return text


def decoded(raw: bytes) -> str | None:
    """Bytes as text, with line feeds for its line ends; None where they are no text."""
    coding = next((name for mark, name in _MARKED if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(coding)
    except UnicodeDecodeError:
        text = "\0" if b"\0" in raw else raw.decode("cp1252", "replace")
    return None if "\0" in text else text.replace("\r\n", "\n").replace("\r", "\n")
