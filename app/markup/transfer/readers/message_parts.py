"""The parts of a message as OpenAI's API has them and several apps keep them."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.markup.transfer.readers.beside_text import Loss, mark, thought
from app.markup.transfer.readers.json_values import Json, maps, text

# What says nothing to a reader.
_SILENT = {"", "text", "input_text", "output_text", "token_budget", "flag", "agent_update"}


@dataclass(slots=True)
class Parts:
    """What was found in a message so far.

    Attributes:
        said: Its texts and the marks of what is no text, in order.
        thoughts: Its reasoning.
        lost: What is not kept.
    """

    said: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)

    def content(self) -> str:
        """All of it as Markdown."""
        body = "\n\n".join(part for part in self.said if part)
        return thought("\n\n".join(part for part in self.thoughts if part), body)

    def beside(self, kind: str, loss: Loss, name: str = "") -> None:
        """Note something that is no text."""
        self.lost.append(loss)
        self.said.append(mark(kind, name))

    def take(self, content: object) -> None:
        """Read ``content``: a text, or a list of parts that say their type."""
        if isinstance(content, str):
            self.said.append(content)
        for part in maps(content):
            self._part(text(part.get("type")), part)

    def _part(self, kind: str, part: Json) -> None:
        inner = part.get("text")
        said = text(inner.get("value")) if isinstance(inner, dict) else text(inner)
        reasoning = text(part.get("think")) or text(part.get("thinking"))
        if reasoning or kind == "reasoning":
            self.thoughts.append(reasoning or said)
        elif said:
            self.said.append(said)
        elif "image" in kind:
            self.beside("picture", Loss.PICTURE)
        elif "audio" in kind:
            self.beside("recording", Loss.SOUND)
        elif "tool" in kind or "function" in kind:
            self.lost.append(Loss.TOOL)
        elif kind == "refusal":
            self.said.append(text(part.get("refusal")))
        elif kind == "error":
            self.said.append(text(part.get("error")))
        elif "file" in kind or "document" in kind:
            self.beside("file", Loss.FILE)
        elif kind not in _SILENT:
            self.lost.append(Loss.PART)
