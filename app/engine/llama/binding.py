"""llama.cpp's functions as this program calls them, compared with those that are installed.

A call with too few arguments, or with one where another is expected now, ends the engine in the
middle of an answer. So what is used is recorded in ``signatures.py``, by ``packaging/bindings.py``
from the calls in this folder, and compared before anything ships: in a test, at the beginning of a
build, and in ``phial --self-test``.
"""

from __future__ import annotations

import ctypes
import inspect
from typing import Any

from app.engine.llama.signatures import CONSTANTS, FIELDS, FUNCTIONS

_CODES = {"f": "f32", "d": "f64", "?": "bool", "z": "text", "P": "pointer"}


def kind(ctype: Any) -> str:
    """A C type in a word that is the same on every system: "i32", "pointer", "llama_batch"."""
    if ctype is None:
        return "nothing"
    if isinstance(ctype, type) and issubclass(ctype, ctypes.Structure):
        return ctype.__name__
    code = getattr(ctype, "_type_", None)
    if not isinstance(code, str):  # of a pointer it is the type pointed to; a function has none
        return "pointer"
    bits = 8 * ctypes.sizeof(ctype)
    return _CODES.get(code) or ("u" if code.isupper() else "i") + str(bits)


def signature(function: Any) -> tuple[str, ...]:  # not shown: for the log
    """Parameters with their names, and the result, of a function or a callback's type."""
    if isinstance(function, type) and issubclass(function, ctypes.Structure):
        return tuple(f"{name}: {kind(ctype)}" for name, ctype, *_ in function._fields_)
    if isinstance(function, type):  # made by CFUNCTYPE, which knows no names
        arguments: list[Any] = list(function._argtypes_)  # type: ignore[attr-defined]
        return (*map(kind, arguments), f"-> {kind(function._restype_)}")  # type: ignore[attr-defined]
    names = inspect.signature(function.__wrapped__).parameters
    arguments = function.argtypes
    if len(names) != len(arguments):
        return (f"{len(arguments)} arguments, {len(names)} of them named",)
    described = (f"{name}: {kind(one)}" for name, one in zip(names, arguments, strict=True))
    return (*described, f"-> {kind(function.restype)}")


def mismatches(c: Any) -> list[str]:  # not shown: for the log
    """In what an installed binding differs from what this program was written for.

    Args:
        c: ``llama_cpp.llama_cpp``.
    """
    found = []
    for name, wanted in FUNCTIONS.items():
        there = getattr(c, name, None)
        actual = signature(there) if there is not None else ("missing",)
        if actual != wanted:
            found.append(f"{name} is ({', '.join(actual)}), not ({', '.join(wanted)})")
    for structure, fields in FIELDS.items():
        actual_fields = fields_of(c, structure)
        for name, expected in fields.items():
            is_now = actual_fields.get(name, "missing")
            if is_now != expected:
                found.append(f"{structure}.{name} is {is_now}, not {expected}")
    for name, value in CONSTANTS.items():
        if getattr(c, name, None) != value:
            found.append(f"{name} is {getattr(c, name, 'missing')}, not {value}")
    return found


def fields_of(c: Any, structure: str) -> dict[str, str]:
    """Fields of a structure and their types; none where there is no such structure."""
    there = getattr(c, structure, None)
    return {name: kind(ctype) for name, ctype, *_ in there._fields_} if there is not None else {}
