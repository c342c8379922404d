"""What a message is made of: typed parts in the order in which they stand.

The text of a message is kept as one string, ``Message.content``, which is searched, counted and
journaled. Every other part has a place in it: the number of characters of that text before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of the text, verbatim."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """What the model thought before it answered; it is not given it to read again.

    Attributes:
        text: Verbatim, without the markers that the model put around it.
        seconds: How long it took; None where nobody measured it.
        closed: The model ended it. Otherwise the answer was cut in the middle of it.
    """

    text: str
    seconds: float | None = None
    closed: bool = True


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """A file that came with the message.

    Attributes:
        name: The file's name, without folders.
        media_type: For example "application/pdf"; empty where unknown.
        size: Bytes; None where unknown.
        sha256: Hash of the content, lower-case hex; empty where unknown.
        reference: Where the file is: a path, or an address inside Phial's folder, such as
            :func:`picture_reference` makes. Empty where it is not here.
    """

    name: str
    media_type: str = ""
    size: int | None = None
    sha256: str = ""
    reference: str = ""


_KEPT_PICTURE = re.compile(r"picture:([0-9a-f]{64}\.(?:png|jpg|gif|webp))")


def picture_reference(file: str) -> str:
    """The reference of an attachment whose content is a file of the folder of pictures."""
    return f"picture:{file}"


def picture_file(reference: str) -> str:
    """What :func:`picture_reference` was given; empty for a reference of another kind."""
    found = _KEPT_PICTURE.fullmatch(reference)
    return found[1] if found else ""


def picture_references(text: str) -> list[str]:
    """All such references in a text, as in the stored values of a part."""
    return [found[0] for found in _KEPT_PICTURE.finditer(text)]


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A computation or question that the model asked a program for.

    Attributes:
        name: The tool's name.
        arguments: What it was given: JSON, or the expression of a calculation.
        id: Joins it to its :class:`ToolResultPart`; empty where there was none.
    """

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool answered.

    Attributes:
        text: The answer, verbatim.
        name: The tool's name.
        id: That of the :class:`ToolCallPart`.
        failed: The tool could not do it; ``text`` says why.
        asked: What was asked, where no call stands before it: the expression of a calculation.
    """

    text: str
    name: str = ""
    id: str = ""
    failed: bool = False
    asked: str = ""


@dataclass(frozen=True, slots=True)
class CitationPart:
    """Where something in the text was taken from.

    Attributes:
        title: What is cited, for people.
        target: An address, or a document's id.
        quotation: The words that are cited; empty for none.
        page: Page, from 1; None where there are no pages.
        label: The mark in the text, such as "1" for ``[1]``; empty where there is none.
        verdict: What checking it found; empty where it was not checked.
        checked: What was looked for: kinds of claims, such as "number name".
        missing: What of it does not stand there: a line for each, its kind before its words.
        elsewhere: The page of the same document on which all of it stands instead; None for none.
    """

    title: str
    target: str = ""
    quotation: str = ""
    page: int | None = None
    label: str = ""
    verdict: str = ""
    checked: str = ""
    missing: str = ""
    elsewhere: int | None = None


@dataclass(frozen=True, slots=True)
class FormPart:
    """The form in which an answer was asked for, and what came of it.

    Attributes:
        kind: "list", "table", "fields", "json", "one_of" or "quote".
        schema: What was asked: JSON.
        valid: Whether the text was checked and keeps to it; None while it is not known.
        cut: The answer ended before its form did: it was stopped, or met a limit.
        text: What the model had written, where a person changed a value since; empty where none
            was changed.
    """

    kind: str
    schema: str = ""
    valid: bool | None = None
    cut: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadingChoicePart:
    """How a question's documents are read, where the user chose.

    Attributes:
        mode: "whole" or "passages"; empty for whichever suits.
        passages: Those that were chosen by hand: JSON, a list of document's id, page, and
            characters of the page before it. Empty where those are read that suit the question.
    """

    mode: str = ""
    passages: str = ""


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """A part that this Phial does not know, as of a newer one: kept as it came, and not shown.

    Attributes:
        kind: The name of its kind.
        value: Its values but the text, verbatim: a JSON object.
        text: Verbatim.
    """

    kind: str
    value: str = "{}"
    text: str = ""


Part = (
    TextPart
    | ReasoningPart
    | AttachmentPart
    | ToolCallPart
    | ToolResultPart
    | CitationPart
    | FormPart
    | ReadingChoicePart
    | UnknownPart
)


# A new kind of part is its class above, its row here, and how it is shown. Names are stored: they
# stay what they are.
PART_KINDS: Mapping[str, type[Part]] = MappingProxyType(
    {
        "reasoning": ReasoningPart,
        "attachment": AttachmentPart,
        "tool_call": ToolCallPart,
        "tool_result": ToolResultPart,
        "citation": CitationPart,
        "form": FormPart,
        "reading_choice": ReadingChoicePart,
    }
)
_NAMES = {kind: name for name, kind in PART_KINDS.items()}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "bool | None": (bool, type(None)),
    "int | None": (int, type(None)),
    "float | None": (float, int, type(None)),
}


def part_kind(part: Part) -> str:
    """The name of its kind, as it is stored and written in exports."""
    return part.kind if isinstance(part, UnknownPart) else _NAMES[type(part)]


def part_values(part: Part) -> dict[str, object]:
    """What is to be kept of a part: its fields by name, without those that have their default."""
    if isinstance(part, UnknownPart):
        kept: dict[str, object] = json.loads(part.value)
        return kept | ({"text": part.text} if part.text else {})
    found = {f.name: (getattr(part, f.name), f.default) for f in fields(part)}
    return {name: value for name, (value, usual) in found.items() if value != usual}


def part_from(kind: str, values: Mapping[str, object]) -> Part:
    """The part that :func:`part_values` told of; what a newer version added is passed over.

    Raises:
        ValueError: There is no such kind, or a value is missing or of another type.
    """
    made = PART_KINDS.get(kind)
    if made is None:
        raise ValueError(f"no kind of part: {kind}")
    build: Callable[..., Part] = made
    chosen: dict[str, object] = {}
    for field in fields(made):
        value = values.get(field.name, field.default)
        if value is MISSING or not isinstance(value, _TYPES[str(field.type)]):
            raise ValueError(f"a {kind} without a proper {field.name}")
        chosen[field.name] = value
    return build(**chosen)


def unknown_part(kind: str, values: Mapping[str, object]) -> UnknownPart:
    """A part of a kind that is none of :data:`PART_KINDS`, from what :func:`part_values` told."""
    text = values.get("text")
    kept = dict(values)
    if isinstance(text, str):
        del kept["text"]
    return UnknownPart(kind, as_stored(kept), text if isinstance(text, str) else "")


def as_stored(values: Mapping[str, object]) -> str:
    """Values of a part as JSON, which is ASCII, so that any string of Python survives."""
    return json.dumps(values, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part that is no text, and where it stands.

    Attributes:
        at: Characters of the message's text before it.
        part: Anything but a :class:`TextPart`.
    """

    at: int
    part: Part


def parts_of(text: str, placed: Sequence[PlacedPart]) -> Iterator[Part]:
    """All parts of a message in their order; stretches of text between them are not empty.

    A place beyond the text, as damage leaves it, is its end.
    """
    done = 0
    for one in placed:
        at = min(max(one.at, done), len(text))
        if at > done:
            yield TextPart(text[done:at])
            done = at
        yield one.part
    if done < len(text):
        yield TextPart(text[done:])


def placed_parts(parts: Sequence[Part]) -> tuple[str, tuple[PlacedPart, ...]]:
    """The text of a message and the places of its other parts: what :func:`parts_of` undoes."""
    text: list[str] = []
    length = 0
    placed: list[PlacedPart] = []
    for part in parts:
        if isinstance(part, TextPart):
            text.append(part.text)
            length += len(part.text)
        else:
            placed.append(PlacedPart(length, part))
    return "".join(text), tuple(placed)


def told_parts(placed: Sequence[PlacedPart]) -> list[dict[str, object]]:
    """Parts for programs: the place and the kind of each, and its values."""
    return [{"at": p.at, "kind": part_kind(p.part), **part_values(p.part)} for p in placed]


def joined_pieces(pieces: Iterable[Part]) -> tuple[Part, ...]:
    """The parts that pieces make, as they come while a message is written.

    A piece of text or reasoning goes on with what stands before it. Reasoning stays open until a
    piece of it is closed, which may be empty, or until something else comes.
    """
    made: list[Part] = []
    run: list[TextPart | ReasoningPart] = []

    def end_run() -> None:
        if not run:
            return
        text = "".join(piece.text for piece in run)
        if text or isinstance(run[-1], ReasoningPart):
            made.append(replace(run[-1], text=text))
        run.clear()

    for piece in pieces:
        last = run[-1] if run else None
        goes_on = type(piece) is type(last) and not (
            isinstance(last, ReasoningPart) and last.closed
        )
        if not goes_on:
            if isinstance(last, ReasoningPart):
                run[-1] = replace(last, closed=True)
            end_run()
        if isinstance(piece, TextPart | ReasoningPart):
            run.append(piece)
        else:
            made.append(piece)
    end_run()
    return tuple(made)
