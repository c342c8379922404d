"""Bytes of a text file become text, and what no reader can use is taken out of it."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]|[\ud800-\udfff]")


def decoded(content: bytes, declared: str = "") -> str:
    """The text of a file: by its mark, as UTF-8, as it declares, as UTF-16, or as Windows-1252."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return tidy(content.decode(name, "replace"))
    choices = ["utf-8"]
    if declared:
        choices.insert(0, declared)
    if content[:1000].count(0) > len(content[:1000]) // 4:
        choices.insert(0, "utf-16-le")
    for name in choices:
        try:
            return tidy(content.decode(name))
        except (UnicodeDecodeError, LookupError):
            continue
    return tidy(content.decode("cp1252", "replace"))


def tidy(text: str) -> str:
    """The text with plain line ends and without what is no character."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))


def one_line(text: str) -> str:
    """The text with every blank made a single space."""
    return " ".join(tidy(text).split())
