"""Text in a document that speaks to a model: it stays data, and whoever asks is told of it."""

from __future__ import annotations

import re

_PATTERNS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|your|"
    r"any|other)\b.{0,40}\b(?:instruction|prompt|rule|direction|context|message)"
    r"|\b(?:you are now|act as|pretend to be|from now on,? you)\b"
    r"|\b(?:system prompt|developer message|jailbreak)\b"
    r"|\bdo not (?:tell|inform|reveal to) the (?:user|reader)\b"
    r"|\b(?:ignoriere|vergiss|missachte)\b.{0,60}\b(?:anweisung|anleitung|regel|vorgabe)"
    r"|\b(?:ignorez|oubliez|ignora|olvida)\b.{0,60}\b(?:instruc)"
    r"|<\|?(?:im_start|im_end|im_sep|system|endoftext|assistant)\|?>"
    r"|\[/?INST\]|<</?SYS>>",
    re.IGNORECASE | re.DOTALL,
)


def looks_like_instruction(text: str) -> bool:
    """Whether a text seems to tell a model what to do."""
    return _PATTERNS.search(text) is not None
