"""What must be read by nobody: keys, and the passwords in addresses, taken out of texts. Pure."""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
_MOST = 80  # characters of an address in a sentence
# Name and password stand before the last @ of what follows the scheme. A password may hold a slash
# where it was written by hand; then a colon tells it from a path.
_USERS = re.compile(r"(://)(?:[^\s/?#'\"<>]*|[^\s/?#@'\"<>]*:[^\s'\"<>]*)@")


def without_passwords(text: str) -> str:
    """A text in which no address has a name or a password before its host."""
    return _USERS.sub(r"\1…@", text) if "://" in text else text


def hidden(text: str, *secrets: str | None) -> str:
    """A text without secrets, and without passwords in addresses."""
    for secret in filter(None, secrets):
        text = text.replace(secret, HIDDEN)
    return without_passwords(text)


def without_password(address: str) -> str:
    """An address for people to read: without the name and the password before its host."""
    before, at, host = address.rpartition("@")
    scheme, there, _ = before.partition("://")
    return shortened(f"{scheme if there else ''}{there}…@{host}" if at else address)


def shortened(text: str) -> str:
    """A text for a sentence: one line, at most 80 characters."""
    clean = "".join(char if char.isprintable() else "�" for char in text)
    return clean if len(clean) <= _MOST else clean[: _MOST - 1] + "…"
