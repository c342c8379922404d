"""The architecture page and the decisions name only what is there, and forget no package."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import app
from tests.unit.test_house import MOST_MODULES

APP = Path(app.__file__).parent
ROOT = APP.parent
PAGE = APP / "README.md"
READ_FOR_NAMES = ("app", "tests/support", "tests/scenarios", "tests/data")
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"\.?\w[\w.-]*(?:/[\w.-]+)*/?")
NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_]\w*)*")
FILE = re.compile(r"[\w-]+\.(?:py|md|toml)")


def spans(page: Path) -> list[str]:
    """What stands in back ticks, outside blocks of code."""
    lines = page.read_text("utf-8").splitlines()
    return SPAN.findall("\n".join(line for line in lines if not line.startswith("    ")))


@cache
def names() -> frozenset[str]:
    """Every identifier, and every short string, of the program and of what tests share."""
    found: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                    found.add(name)
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                    found.add(name)
                case ast.Constant(value=str(text)) if len(text) <= 40:
                    found.add(text)
    return frozenset(found)


@pytest.fixture(scope="module", autouse=True)
def not_kept() -> Iterator[None]:
    """A million nodes would be looked at by every later collection of garbage."""
    yield
    trees.cache_clear()


@cache
def trees() -> tuple[ast.Module, ...]:
    files = (path for folder in READ_FOR_NAMES for path in (ROOT / folder).rglob("*.py"))
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted(files))


@cache
def members() -> dict[str, frozenset[str]]:
    """By class: its methods, class attributes, and what its methods set on ``self``."""
    own: dict[str, set[str]] = defaultdict(set)
    bases: dict[str, set[str]] = defaultdict(set)
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                own[node.name] |= _members_of(node)
                bases[node.name] |= {ast.unparse(base).split(".")[-1] for base in node.bases}

    found: dict[str, frozenset[str]] = {}
    for name in own:
        family, waiting = {name}, [name]
        while waiting:
            above = bases.get(waiting.pop(), set()) - family
            family |= above
            waiting += above
        found[name] = frozenset().union(*(own.get(one, set()) for one in family))
    return found


def _members_of(made: ast.ClassDef) -> set[str]:
    found = {node.name for node in made.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(made):
        target = node.target if isinstance(node, ast.AnnAssign) else None
        for one in node.targets if isinstance(node, ast.Assign) else [target]:
            match one:
                case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
                    found.add(name)
    return found


def is_there(span: str) -> bool:
    """Whether a span that looks like a path, a module or a name is one."""
    if "/" in span:
        return not PATH.fullmatch(span) or (ROOT / span).exists()
    if FILE.fullmatch(span):
        return (ROOT / span).exists() or any(APP.rglob(span))
    if span.startswith("app."):
        path = ROOT.joinpath(*span.split("."))
        return path.is_dir() or path.with_suffix(".py").is_file()
    if not NAME.fullmatch(span):
        return True  # a command line, a key, a call
    first, *rest = span.split(".")
    if rest and first in members():
        return rest[0] in members()[first]
    return span in names() or all(part in names() for part in (first, *rest))


def test_the_page_names_only_what_is_there() -> None:
    gone = sorted({span for span in spans(PAGE) if not is_there(span)})
    assert not gone, f"app/README.md names what is not there: {', '.join(gone)}"


@pytest.mark.parametrize("page", sorted((APP / "decisions").glob("*.md")), ids=lambda p: p.stem)
def test_a_decision_names_only_files_that_are_there(page: Path) -> None:
    named = [span for span in spans(page) if span.startswith(("app/", "tests/", "app."))]
    gone = sorted({span for span in named if not is_there(span)})
    assert not gone, f"{page.name} names what is not there: {', '.join(gone)}"


def test_every_package_is_on_the_page() -> None:
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in APP.rglob("__init__.py")
    } - {"app"}
    missing = sorted(packages - set(spans(PAGE)))
    assert not missing, f"app/README.md forgets {', '.join(missing)}"


def test_names_that_are_not_there_would_be_found() -> None:
    wrong = ("app/ui/nowhere.py", "nowhere.py", "app.nowhere", "ChatService.nowhere", "NoSuchName")
    assert [span for span in wrong if is_there(span)] == []


def test_where_a_recipe_wants_a_new_module_there_is_room_for_it() -> None:
    text = PAGE.read_text("utf-8")
    wanted = re.findall(r"(?:[Aa] module|An item) in `(app[\w./]+)`", text)
    assert len(wanted) >= 5
    for place in wanted:
        folder = ROOT / place.replace(".", "/")
        modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) < MOST_MODULES, f"{place} is full"
