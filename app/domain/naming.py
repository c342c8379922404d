"""What a model file is called for people: by its name there, its file's name and its own."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+|\d+")
# Words that tell no model from another.
_COMMON = {
    "model", "models", "gguf", "hf", "final", "merged", "merge", "checkpoint", "output", "out",
    "base", "instruct", "chat", "it", "unknown", "none", "null", "tmp", "temp", "export", "ud",
    "outputs", "converted", "quantized", "imatrix", "i", "v", "b", "the", "snapshots", "main",
}  # fmt: skip


def model_title(told: str, stem: str, quantization: str = "", given: str = "") -> str:
    """A model's name.

    The name in the header is often that of the model another one was made from, or of a folder on
    its maker's disk; the file's name is the one its users chose by.

    Args:
        told: GGUF ``general.name``.
        stem: The file's name without its ending and part number.
        quantization: Left out of both, since it is shown beside them.
        given: What the place it was found in calls it; wins.
    """
    if given:
        return _printable(given)
    told = _without(_printable(told), quantization)
    plain = _without(_printable(stem), quantization)
    if "/" in told or "\\" in told or not _telling(told):
        return plain or told or stem
    ours, theirs = _telling(plain), _telling(told)
    if not ours or ours <= theirs:
        return told
    if theirs < ours and any(word.isalpha() for word in ours - theirs):
        return plain
    return told if ours & theirs else f"{plain} ({told})"


def _printable(name: str) -> str:
    """A stranger's name on one line, which steers no terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())


def _telling(name: str) -> set[str]:
    return set(_WORD.findall(name.casefold())) - _COMMON


def _without(name: str, quantization: str) -> str:
    if quantization:
        pattern = re.escape(quantization).replace("_", "[_-]")
        name = re.sub(rf"(?i)[\s._-]*(?<![a-z0-9])(?:UD-)?{pattern}(?![a-z0-9])", "", name)
    return name.strip(" ._-")
