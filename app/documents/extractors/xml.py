"""XML as a stream of events: no entities, no document types, no endless nesting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn
from xml.parsers import expat

from app.documents.extractors.limits import MAX_DEPTH
from app.domain.errors import DocumentError
from app.language import tr

Event = tuple[str, str, dict[str, str]]
"""What happened ("start", "end" or "text"), the element's local name or the text, attributes."""
_NAMESPACE = " "


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """The events of a document, names without their namespaces; but ``r:id`` leads to a part.

    Raises:
        DocumentError: It is no well-formed XML, or has a document type, which could define
            entities that grow without end or name other files.
    """
    found: list[Event] = []
    depth = 0
    parser = expat.ParserCreate(namespace_separator=_NAMESPACE)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise DocumentError(tr("It is damaged: its elements are nested without end."))
        found.append(("start", _local(name), {_attribute(key): v for key, v in attributes.items()}))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        found.append(("end", _local(name), {}))

    def text(data: str) -> None:
        found.append(("text", data, {}))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    parser.buffer_text = True
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield from found
            found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DocumentError(
            tr("It is damaged: a part of it is no well-formed XML."), detail=str(error)
        ) from error
    yield from found


def _local(name: str) -> str:
    return name.rpartition(_NAMESPACE)[2]


def _attribute(name: str) -> str:
    return "r:id" if name.endswith("/relationships id") else _local(name)  # not shown


def _refuse(*_declaration: object) -> NoReturn:
    raise DocumentError(
        tr(
            "It declares a document type (<!DOCTYPE), which no document of its kind does and which "
            "can make a reader read without end."
        )
    )
