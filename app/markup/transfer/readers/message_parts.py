"""The parts of a message as they are found in another app's file, one after the other."""

from __future__ import annotations

import json
import mimetypes
import re
from dataclasses import dataclass, field, replace

from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    Part,
    PlacedPart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    placed_parts,
)
from app.markup.text import fenced
from app.markup.transfer.readers.beside_text import Loss, joined
from app.markup.transfer.readers.json_values import Json, maps, text

# What says nothing to a reader.
_SILENT = {"", "text", "input_text", "output_text", "token_budget", "flag", "agent_update"}
_GAP = "\n\n"
_MARK = re.compile("\ufdd0(\\d+)\ufdd1")  # where a source was named; no text has these characters
_TOOLS = {"tool_use", "tool_call", "tool_calls", "tool_result", "toolcallrequest", "toolcallresult"}


@dataclass(slots=True)
class Parts:
    """What was found in a message so far.

    Attributes:
        found: Its parts in order.
        lost: What is not kept.
        sources: What its text names as sources, by the number in the text.
    """

    found: list[Part] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    sources: dict[int, CitationPart] = field(default_factory=dict)

    @property
    def said(self) -> bool:
        """Whether it has text."""
        return any(isinstance(part, TextPart) for part in self.found)

    def placed(self) -> tuple[str, tuple[PlacedPart, ...]]:
        """Its text, and the places of its other parts in it."""
        return placed_parts(self.found)

    def say(self, words: str, *, goes_on: bool = False) -> None:
        """Add text: a paragraph of its own, or more of the sentence before it."""
        if not words:
            return
        before = self.found[-1] if self.found else None
        if goes_on and isinstance(before, TextPart):
            self.found[-1] = TextPart(joined((before.text, words)))
            return
        self._add_cited(f"{_GAP}{words}" if self.said else words)

    def _add_cited(self, words: str) -> None:
        """Add text, and behind the first mark of each source what is cited there."""
        cited = self._cited()
        text_ = ""
        for place, piece in enumerate(_MARK.split(words)):
            if not place % 2:
                text_ += piece
            elif int(piece) in self.sources and piece not in cited:
                cited.add(piece)
                self.found += [TextPart(text_), self.sources[int(piece)]]
                text_ = ""
        if text_:
            self.found.append(TextPart(text_))

    def cite(self, title: str, address: str = "") -> str:
        """What stands in a text given to :meth:`say` where it names a source: its number."""
        known = {(one.title, one.target): number for number, one in self.sources.items()}
        number = known.get((title, address), len(self.sources) + 1)
        self.sources[number] = CitationPart(title, address, label=str(number))
        return f"[{number}]{cited_here(number)}"

    def cite_rest(self) -> None:
        """Add the sources that stand under the message though its text names none of them."""
        cited = self._cited()
        self.found += [one for one in self.sources.values() if one.label not in cited]

    def _cited(self) -> set[str]:
        return {part.label for part in self.found if isinstance(part, CitationPart)}

    def think(self, words: str, seconds: float | None = None) -> None:
        """Add reasoning; what follows other reasoning goes on with it."""
        if not words.strip() and seconds is None:
            return
        before = self.found[-1] if self.found else None
        if isinstance(before, ReasoningPart):
            whole = _GAP.join(filter(None, (before.text, words.strip())))
            self.found[-1] = replace(before, text=whole, seconds=seconds or before.seconds)
        elif words.strip():
            self.found.append(ReasoningPart(words.strip(), seconds))

    def attach(
        self,
        loss: Loss,
        name: str = "",
        media_type: str = "",
        size: object = None,
        read: str = "",
        beside: str = "",
    ) -> None:
        """Add a file.

        Args:
            loss: What kind of file it is.
            name: Of the file.
            media_type: As the app has it; empty where it has none.
            size: Bytes, where it is a number.
            read: What the model was given of it, which stands below; empty where nobody knows.
            beside: The reference of its file, where that is brought along; else empty.
        """
        kind = media_type or mimetypes.guess_type(name)[0] or _KINDS.get(loss, "")
        known = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**63
        bytes_ = size if known else None
        self.found.append(AttachmentPart(name, kind, bytes_, reference=beside))  # type: ignore[arg-type]
        if read.strip():
            self.say(fenced("text", read.removesuffix("\n")))
        elif not beside:
            self.lost.append(loss.named)

    def call(self, name: str, arguments: object, key: str = "") -> None:
        """Add what a tool was asked for: a text, or values."""
        self.found.append(ToolCallPart(name, told(arguments), key))

    def answer(self, value: object, name: str = "", key: str = "", *, failed: bool = False) -> None:
        """Add what a tool answered."""
        self.found.append(ToolResultPart(told(value), name, key, failed))

    def take(self, content: object) -> None:
        """Read ``content`` as OpenAI's API has it: a text, or a list of parts with their types."""
        if isinstance(content, str):
            self.say(content)
        for part in maps(content):
            self._part(text(part.get("type")), part)

    def _part(self, kind: str, part: Json) -> None:
        inner = part.get("text")
        said = text(inner.get("value")) if isinstance(inner, dict) else text(inner)
        reasoning = text(part.get("think")) or text(part.get("thinking"))
        if reasoning or kind == "reasoning":
            self.think(reasoning or said)
        elif kind.casefold() in _TOOLS:
            self.use_tool(part)
        elif said:
            self.say(said)
        elif "image" in kind:
            self.attach(Loss.PICTURE, _name_of(part))
        elif "audio" in kind:
            self.attach(Loss.SOUND, _name_of(part))
        elif kind == "refusal":
            self.say(text(part.get("refusal")))
        elif kind == "error":
            self.say(text(part.get("error")))
        elif "file" in kind or "document" in kind:
            self.attach(Loss.FILE, _name_of(part))
        elif "tool" in kind or "function" in kind:
            self.lost.append(Loss.TOOL)
        elif kind not in _SILENT:
            self.lost.append(Loss.PART)

    def use_tool(self, part: Json) -> None:
        """Read a call of a tool, its answer, or both, under the names that apps give them."""
        inner = part.get("function") or part.get("tool_call") or part
        inner = inner if isinstance(inner, dict) else part
        name = text(inner.get("name")) or text(part.get("name"))
        key = next(filter(None, (text(part.get(one)) for one in _KEYS)), "") or text(
            inner.get("id")
        )
        given = next((inner[one] for one in _GIVEN if inner.get(one) is not None), None)
        answer = next((inner[one] for one in _ANSWERS if inner.get(one) is not None), None)
        is_answer = "result" in text(part.get("type")).casefold()
        if given is not None or not is_answer:
            self.call(name, given, key)
        if answer is not None or is_answer:
            self.answer(answer, name, key, failed=part.get("is_error") is True)


_KINDS = {Loss.PICTURE: "image/*", Loss.SOUND: "audio/*"}
_KEYS = ("tool_use_id", "tool_call_id", "toolCallRequestId", "toolCallId", "callId", "id")
_GIVEN = ("arguments", "args", "input", "parameters")
_ANSWERS = ("output", "result", "content")


def cited_here(number: int) -> str:
    """What stands behind the number of a source in a text given to :meth:`Parts.say`."""
    return f"\ufdd0{number}\ufdd1"


def told(value: object) -> str:
    """Values of a tool as a text: as they are where they are one, else their words, or JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        words = [text(one.get("text")) for one in value]
        if all(words):
            return "\n".join(words)
    return json.dumps(value, ensure_ascii=False, indent=1)


def _name_of(part: Json) -> str:
    inner = part.get("file")
    inner = inner if isinstance(inner, dict) else {}
    names = ("filename", "file_name", "name")
    return next((text(one.get(n)) for one in (part, inner) for n in names if text(one.get(n))), "")
