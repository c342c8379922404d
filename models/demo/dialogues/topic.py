"""One thing the demo can talk about, and the ways it can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .grammar import Phrases

# Shared by the templates of all topics.
RULES: Mapping[str, str] = {
    "phi": "[phi-4|phi 4|phi4|Phi-4|Phi-4|Phi 4]",
    "app": "[phial|Phial|this app|the app|this program|this application]",
    "tell": "[tell me|please tell me|can you tell me|could you tell me|explain|do you know]",
    "show": "[show|show me|write|write me|give me|can you show me|could you write|please show me|"
            "make|can you make|i want to see|i would like to see|let me see|can i see|display|"
            "print|produce|render]",
    "can": "[can i|could i|may i|is it possible to|is there a way to|am i able to]",
    "howto": "[how do i|how can i|how to|how would i|how should i|how does one|tell me how to|"
             "what is the way to|explain how to|show me how to|i want to|i would like to|"
             "where can i|where do i]",
    "computer": "[computer|machine|laptop|pc|mac|device|system]",
    "answer": "[answer|reply|response]",
    "chat": "[chat|conversation|discussion|thread]",
    "chats": "[chats|conversations|messages|chat history|old chats|my chats|history]",
    "model": "[model|file|model file|gguf|gguf file]",
}  # fmt: skip


class Version(StrEnum):
    """The ways in which one answer can be given."""

    FULL = "full"
    SHORT = "short"
    POINTS = "points"
    WHY = "why"
    FRENCH = "french"
    GERMAN = "german"


# What is said where a topic has no such version.
FALLBACKS: Mapping[Version, str] = {
    Version.SHORT: "That is already as short as I can say it.",
    Version.POINTS: "There is nothing in that to make a list of.",
    Version.WHY: "I cannot say why: I am only a small demo. Phi-4 can reason about it.",
    Version.FRENCH: "I cannot say that in French. Of what I know about Phial I can say most in "
    "French or German.",
    Version.GERMAN: "I cannot say that in German. Of what I know about Phial I can say most in "
    "French or German.",
}


@dataclass(frozen=True)
class Topic:
    """Questions with one answer, in as many versions as are known."""

    name: str
    phrases: Phrases
    versions: Mapping[Version, str]
    french: Phrases | None = field(default=None)
    german: Phrases | None = field(default=None)

    def say(self, version: Version) -> str:
        """The answer in a version, or the sentence that there is none."""
        return self.versions.get(version) or FALLBACKS[version]


def topic(
    name: str,
    *asks: str,
    full: str,
    short: str = "",
    points: str = "",
    why: str = "",
    fr: str = "",
    de: str = "",
    ask_fr: tuple[str, ...] = (),
    ask_de: tuple[str, ...] = (),
) -> Topic:
    """Declare a topic: templates first, then its versions, then French and German questions."""
    said = {
        Version.FULL: full,
        Version.SHORT: short,
        Version.POINTS: points,
        Version.WHY: why,
        Version.FRENCH: fr,
        Version.GERMAN: de,
    }
    return Topic(
        name,
        Phrases.of(asks, RULES),
        {version: text for version, text in said.items() if text},
        Phrases.of(ask_fr, RULES) if ask_fr else None,
        Phrases.of(ask_de, RULES) if ask_de else None,
    )
