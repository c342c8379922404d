"""Tiny models that ask for the calculator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.support.gguf_factory import PHI4_CONTROLS, ModelSpec, write_model

# Behind the sign of equality it guesses, which must not stay. ">" ends what is put in.
COUNTS = (b"There are ", b"\n", b"<calc>", b"17*23", b"=400</calc", b">", b" apples.")
# In one token with the first mark stand words, and with the last one others.
JOINED = (b"It is (<calc>", b"9.11 ", b"< 9.9", b"</calc>) so", b">", b" That is it.")
NO_SUM = (b"<calc>", b"many apples", b"</calc", b">", b" Sorry.")
CALLS_A_TOOL = (
    b"<|tool_call|>",
    b'[{"name": "calculator", "arguments": {"expression": "17*23"}}]',
    b"<|/tool_call|>",
    b">",
    b" So it is.",
)
FOR_EVER = (b"<calc>", b"17*23", b"</calc", b">")


def computing_model(path: Path, script: Sequence[bytes]) -> Path:
    """A model of a script in which a computation is asked."""
    tools = tuple(one.decode() for one in script if one.startswith(b"<|"))
    controls = (*PHI4_CONTROLS, *tools)
    return write_model(path, ModelSpec(script=script, controls=controls, loop=script == FOR_EVER))
