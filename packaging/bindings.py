"""Checks every use of llama.cpp's low-level functions against the package that is installed.

    python packaging/bindings.py            every difference, and exit code 1 where there is one
    python packaging/bindings.py --record   write app/engine/llama/signatures.py anew

What is used is read from the source in ``app/engine/llama`` and ``app/engine/embedding``: calls and how many arguments they
give, callbacks and how many they take, fields of structures, constants. A new version of the
package whose signatures differ is looked at by a person, who changes the calls and records it.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "app" / "engine" / "llama"
EMBEDDING = ROOT / "app" / "engine" / "embedding"
TABLE, COMPARISON = SOURCES / "signatures.py", SOURCES / "binding.py"
sys.path.insert(0, str(ROOT))

BINDING = {"c", "_c"}  # what llama_cpp.llama_cpp is called in app/engine/llama
GGML = {"ggml", "_ggml"}  # and the library that the package does not bind
FLOATING, TEXT = {"f32", "f64"}, {"text", "pointer"}


@dataclass
class Uses:
    """What the source uses.

    Attributes:
        names: Of the binding.
        calls: Name, arguments, and where.
        callbacks: Name of the type, parameters of the function, and where.
        fields: Structure's maker, field.
        ggml: Functions of ggml, and how many arguments each call gives.
        declared: How many each is declared with.
        problems: What cannot be checked.
    """

    names: set[str] = field(default_factory=set)
    calls: list[tuple[str, list[ast.expr], str]] = field(default_factory=list)
    callbacks: list[tuple[str, int, str]] = field(default_factory=list)
    fields: set[tuple[str, str]] = field(default_factory=set)
    ggml: dict[str, set[int]] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def uses(sources: Iterable[Path]) -> Uses:
    """Read the source."""
    found = Uses()
    for path in sources:
        tree = ast.parse(path.read_text("utf-8"))
        made = _Structures(tree)
        for node in ast.walk(tree):
            _read(node, path.name, found)
        found.fields |= set(made.fields())
    return found


def _of(node: ast.AST, receivers: set[str]) -> str:
    """The name that is looked up on one of ``receivers``; empty where this is something else."""
    if not isinstance(node, ast.Attribute):
        return ""
    receiver = node.value
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
    return node.attr if name in receivers else ""


def _read(node: ast.AST, file: str, found: Uses) -> None:
    if name := _of(node, BINDING):
        found.names.add(name)
    elif name := _of(node, GGML):
        found.ggml.setdefault(name, set())
    if isinstance(node, ast.Call):
        where = f"{file}:{node.lineno}"
        asked = getattr(node.func, "id", "")
        if asked in {"getattr", "hasattr"} and _last(node.args[0]) in BINDING:
            found.problems.append(f"{where}: a name of the binding that is not in the source")
        if name := _of(node.func, BINDING):
            if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
                found.problems.append(f"{where}: {name} is not called with plain arguments")
            found.calls.append((name, node.args, where))
        elif name := _of(node.func, GGML):
            found.ggml.setdefault(name, set()).add(len(node.args))
    if isinstance(node, ast.FunctionDef):
        for decorator in node.decorator_list:
            if name := _of(decorator, BINDING):
                count = len(node.args.args)
                found.callbacks.append((name, count, f"{file}:{node.lineno}"))
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and str(key.value).startswith("ggml_"):
                arguments = value.elts[1] if isinstance(value, ast.Tuple) else None
                found.declared[str(key.value)] = len(getattr(arguments, "elts", ()))


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


class _Structures:
    """Fields that are used of what a function of the binding returned."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._kept: dict[str, str] = {}  # attributes of objects, by their last name

    def fields(self) -> Iterator[tuple[str, str]]:
        """Maker of a structure, and a field of it."""
        functions = [n for n in ast.walk(self._tree) if isinstance(n, ast.FunctionDef)]
        for function in functions:
            self._locals(function)
        for function in functions:
            names = self._locals(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and (maker := self._maker(node.value, names)):
                    yield maker, node.attr

    def _locals(self, function: ast.FunctionDef) -> dict[str, str]:
        names: dict[str, str] = {}
        for node in ast.walk(function):
            if not isinstance(node, ast.Assign):
                continue
            for target, value in _pairs(node.targets[0], node.value):
                maker = _of(value.func, BINDING) if isinstance(value, ast.Call) else ""
                maker = maker or self._maker(value, names)
                if maker and isinstance(target, ast.Name):
                    names[target.id] = maker
                elif maker and isinstance(target, ast.Attribute):
                    self._kept[target.attr] = maker
        return names

    def _maker(self, node: ast.AST, names: dict[str, str]) -> str:
        if isinstance(node, ast.Name):
            return names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            return self._kept.get(node.attr, "")
        return ""


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def differences(found: Uses, c: Any) -> list[str]:
    """What of the uses the installed binding does not have, or has otherwise."""
    from app.engine.llama import binding, signatures

    problems = list(found.problems)
    problems += [f"{name} does not exist" for name in sorted(found.names) if not hasattr(c, name)]
    for name, arguments, where in found.calls:
        there = getattr(c, name, None)
        if there is not None:
            problems += [f"{where}: {what}" for what in _call(name, arguments, there)]
    for name, count, where in found.callbacks:
        expected = len(getattr(c, name)._argtypes_) if hasattr(c, name) else count
        if count != expected:
            problems.append(f"{where}: a {name} takes {expected} arguments, not {count}")
    for name, counts in found.ggml.items():
        if counts - {found.declared.get(name, -1)}:
            problems.append(f"{name} is not called as it is declared")
    wanted = table(found, c)
    recorded = signatures.FUNCTIONS, signatures.FIELDS, signatures.CONSTANTS
    if wanted != recorded and not problems:
        problems += binding.mismatches(c) or ["signatures.py is not what the source uses"]
        problems.append("Look at each, change the calls, then run packaging/bindings.py --record")
    return problems


def _call(name: str, arguments: list[ast.expr], there: Any) -> Iterator[str]:
    from app.engine.llama.binding import kind

    types = getattr(there, "argtypes", None)
    if not isinstance(types, list | tuple):  # a callback's type, called to make one
        return
    if len(arguments) != len(types):
        yield f"{name} takes {len(types)} arguments, not {len(arguments)}"
        return
    for argument, ctype in zip(arguments, map(kind, types), strict=True):
        if not isinstance(argument, ast.Constant) or argument.value is None:
            continue
        value = argument.value
        fits = (
            ctype in TEXT if isinstance(value, bytes)
            else ctype in FLOATING if isinstance(value, float)
            else ctype not in TEXT if isinstance(value, int)
            else False
        )  # fmt: skip
        if not fits:
            yield f"{name} takes {ctype} where it is given {value!r}"


Table = tuple[dict[str, tuple[str, ...]], dict[str, dict[str, str]], dict[str, int]]


def table(found: Uses, c: Any) -> Table:
    """What there is now of everything that is used: functions, fields, constants."""
    from app.engine.llama.binding import fields_of, signature

    functions, constants = {}, {}
    for name in sorted(found.names):
        there = getattr(c, name, None)
        if isinstance(there, int):
            constants[name] = there
        elif hasattr(there, "argtypes") or isinstance(there, type):
            functions[name] = signature(there)
    fields: dict[str, dict[str, str]] = {}
    for maker, name in sorted(found.fields):
        structure = getattr(getattr(c, maker, None), "restype", None)
        if structure is not None and hasattr(structure, "_fields_"):
            known = fields_of(c, structure.__name__)
            fields.setdefault(structure.__name__, {})[name] = known.get(name, "missing")
    return functions, fields, constants


def record(found: Uses, c: Any) -> None:
    """Write the table."""
    functions, fields, constants = table(found, c)
    TABLE.write_text(
        '"""llama.cpp\'s functions that are used, as of the version this was written for.\n\n'
        'Written by ``packaging/bindings.py --record`` from the calls in this folder.\n"""\n\n'
        "from __future__ import annotations\n\n"
        "FUNCTIONS: dict[str, tuple[str, ...]] = {  # not shown: names of C\n"
        f"{repr(functions)[1:]}\n"
        f"FIELDS: dict[str, dict[str, str]] = {fields!r}\n"
        f"CONSTANTS: dict[str, int] = {constants!r}\n",
        "utf-8",
    )
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", TABLE], check=True)


def sources() -> list[Path]:
    """The only files that may call the binding; two others compare it."""
    there = (*SOURCES.glob("*.py"), *EMBEDDING.glob("*.py"))
    return sorted(path for path in there if path not in (TABLE, COMPARISON))


def main() -> int:
    """Check or record; the exit code says whether all is well."""
    from llama_cpp import llama_cpp as c

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true")
    found = uses(sources())
    if parser.parse_args().record:
        record(found, c)
        return 0
    problems = differences(found, c)
    print("\n".join(problems) or f"{len(found.names)} names of llama.cpp's binding are as used")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
