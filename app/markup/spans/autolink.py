"""Bare addresses in running text: ``https://…``, ``www.…`` and e-mail addresses.

The rules are GitHub's extended autolinks, without a list of top-level domains and without a
network; an address also ends at full-width punctuation, which Chinese and Japanese text puts right
behind it.
"""

from __future__ import annotations

import re

from app.markup.document.spans import Inline, Link, Text

_STOP = r"\s<>\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f\u201c\u201d\u2018\u2019`|\\"
_ADDRESS = re.compile(rf"[^{_STOP}]{{1,2048}}")
_WWW = re.compile(rf"(?<![\w/.@-])www\.[A-Za-z0-9-]{{1,63}}\.[^{_STOP}]{{1,2048}}")
_LOCAL = re.compile(r"[A-Za-z0-9._+-]{1,64}$")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}")
_ENTITY_END = re.compile(r"&[A-Za-z0-9]{1,32};$")


def address_length(text: str, pos: int) -> int:
    """How many characters from ``pos`` belong to an address, trailing punctuation left out."""
    match = _ADDRESS.match(text, pos)
    return len(_trim(match.group())) if match else 0


def _trim(address: str) -> str:
    """GitHub's rule: no trailing punctuation, no closing bracket without its opening one."""
    while address:
        last = address[-1]
        if last in "?!.,:*_~'\"$" or (
            last in ")]" and address.count(last) > address.count("(" if last == ")" else "[")
        ):
            address = address[:-1]
        elif last == ";":
            entity = _ENTITY_END.search(address)
            address = address[: entity.start()] if entity else address[:-1]
        else:
            break
    return address


def linkify(text: str) -> list[Inline]:
    """``text`` with ``www.`` and e-mail addresses made links."""
    if "www." not in text and "@" not in text:
        return [Text(text)]
    spans: list[Inline] = []
    done = 0
    for start, end, href in _addresses(text):
        if start < done:
            continue
        if start > done:
            spans.append(Text(text[done:start]))
        spans.append(Link(href, "", (Text(text[start:end]),)))
        done = end
    if done < len(text):
        spans.append(Text(text[done:]))
    return spans


def _addresses(text: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for match in _WWW.finditer(text):
        address = _trim(match.group())
        if address.count(".") >= 2:
            found.append((match.start(), match.start() + len(address), f"http://{address}"))
    at = text.find("@")
    while at != -1:
        local = _LOCAL.search(text[max(0, at - 64) : at])
        domain = _DOMAIN.match(text, at + 1)
        if local and domain and not domain.group().endswith(("-", "_")):
            start, end = at - len(local.group()), domain.end()
            found.append((start, end, f"mailto:{text[start:end]}"))
        at = text.find("@", at + 1)
    return sorted(found)
