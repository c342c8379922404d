"""The marks in ChatGPT's answers that its page draws as links, names and pictures.

A mark stands between U+E200 and U+E201, its parts divided by U+E202: ``cite``, ``filecite``,
``entity``, ``url``, ``image_group`` and others. ``metadata.content_references`` lists for each
what it stands for (``matched_text``, ``items`` with ``title`` and ``url``). Answers before 2025
have ``【11†source】`` in their place, with ``metadata.citations``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from app.markup.text import link, one_line
from app.markup.transfer.readers.json_values import Json, ShapeError, maps, parse_json, text

_MARK = re.compile("[ ]?\ue200(\\w*)(?:\ue202([^\ue200\ue201]*))?\ue201")
_STRAY = re.compile("[\ue200-\ue206]")
_OLD = re.compile(r"[ ]?【[\d:]*†[^】]*】")
_APART = re.compile(r"([\w.,;:!?])(?=\ue206)")  # a word, and right behind it a source
# ``:::writing{variant="email" subject="Hello"}``: a text that the page shows in a box.
_BOX = re.compile(r"^:::writing(?:\{([^}\n]*)\})?[ ]*\n(.*?)\n:::[ ]*$", re.MULTILINE | re.DOTALL)
_SUBJECT = re.compile(r'\bsubject="([^"]+)"')
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


Cite = Callable[[str, str], str]  # a source's title and address; what stands for it in the text


def resolved(said: str, message: Json, cite: Cite) -> str:
    """An answer in which every mark is the number of a source, a link or a name, or gone."""
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    said = _placed(said, maps(metadata.get("citations")), cite)
    for reference in maps(metadata.get("content_references")):
        matched = text(reference.get("matched_text"))
        if matched.startswith(("\ue200", "【")) and matched in said:
            numbers = "".join(cite(title, address) for title, address in _named(reference))
            said = said.replace(matched, f"\ue206{numbers}") if numbers else said
    for cited in maps(metadata.get("citations")):
        said = _old(said, cited, cite)
    said = _APART.sub(r"\1 ", said)
    return _BOX.sub(_boxed, _STRAY.sub("", _OLD.sub("", _MARK.sub(_left, said))))


def _boxed(match: re.Match[str]) -> str:
    subject = _SUBJECT.search(match[1] or "")
    return f"**{one_line(subject[1])}**\n\n{match[2]}" if subject else match[2]


def _named(reference: Json) -> Iterable[tuple[str, str]]:
    """What a reference names: pages, or a file."""
    found = dict.fromkeys(_sources(reference))
    file = text(reference.get("name")) if reference.get("type") == "file" else ""
    return found or ([(file, "")] if file else [])


def _sources(reference: Json) -> Iterator[tuple[str, str]]:
    items = maps(reference.get("items")) or [reference]
    for item in items:
        if _ADDRESS.match(text(item.get("url"))):
            yield text(item.get("title")), text(item.get("url"))
        for more in maps(item.get("supporting_websites")):
            if _ADDRESS.match(text(more.get("url"))):
                yield text(more.get("title")), text(more.get("url"))


def _placed(said: str, citations: Iterable[Json], cite: Cite) -> str:
    """References of the older kind that say between which letters their mark is, the last first."""
    found: list[tuple[int, int, str]] = []
    for cited in citations:
        start, end, about = cited.get("start_ix"), cited.get("end_ix"), cited.get("metadata")
        address = text(about.get("url")) if isinstance(about, dict) else ""
        if not isinstance(start, int) or not isinstance(end, int) or not isinstance(about, dict):
            continue
        if _ADDRESS.match(address) and start >= 0 and _OLD.fullmatch(said[start:end]):
            found.append((start, end, f"\ue206{cite(text(about.get('title')), address)}"))
    for start, end, words in sorted(found, reverse=True):
        said = said[:start] + words + said[end:]
    return said


def _old(said: str, cited: Json, cite: Cite) -> str:
    """One reference of the older kind, which says where in the text its mark is, or its number."""
    about = cited.get("metadata")
    address = text(about.get("url")) if isinstance(about, dict) else ""
    if not isinstance(about, dict) or not _ADDRESS.match(address):
        return said
    extra = about.get("extra")
    number = extra.get("cited_message_idx") if isinstance(extra, dict) else None
    if not isinstance(number, int):
        return said
    mark = re.compile(rf"【{number}(?::\d+)?†[^】]*】")
    return mark.sub(lambda _found: f"\ue206{cite(text(about.get('title')), address)}", said)


def _left(match: re.Match[str]) -> str:
    """What a mark that nothing is said of stands for: the name in it, or nothing."""
    space = " " if match[0].startswith(" ") else ""
    kind, rest = match[1], match[2] or ""
    if kind == "url":
        title, _, address = rest.partition("\ue202")
        return space + (link(title, address) if _ADDRESS.match(address) else title)
    if kind != "entity":
        return ""
    try:
        named = parse_json(rest)
    except ShapeError:
        return ""
    return space + text(named[1]) if isinstance(named, list) and len(named) > 1 else ""
