"""The reasoning part of an answer: ``<think>…</think>`` at its start.

Phi-4-reasoning opens its answers with it. A model is not given its own reasoning to read again.
"""

from __future__ import annotations

OPEN, CLOSE = "<think>", "</think>"


def split_thinking(text: str) -> tuple[str, str]:
    """Split an answer into reasoning and the rest; without reasoning the first is empty.

    Reasoning that was never closed, because the answer was cut, is all of the text.
    """
    start = text.lstrip()
    if not start.startswith(OPEN):
        return "", text
    thought, closed, rest = start[len(OPEN) :].partition(CLOSE)
    return (thought.strip(), rest.lstrip("\n")) if closed else (thought.strip(), "")


def strip_thinking(text: str) -> str:
    """The answer without its reasoning."""
    return split_thinking(text)[1]
