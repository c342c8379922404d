"""Mutation measurement: how many small faults the tests notice.

    python -m tests.benchmarks.mutation cover          # which tests touch the lines that are drawn
    python -m tests.benchmarks.mutation run            # tries the mutants, prints the table

Two groups of mutants are drawn, the commit's hash being the seed: over services, ui (painting
aside), cli and compose, and over engine, store, hub and markup. Each is tried in a copy of the tree
against the tests that coverage says touch its line, those of its own folder and quick ones first,
until one fails. A mutant that nothing can tell from the original is equivalent:
``mutation_equivalents.txt`` beside this file names those that somebody looked at, with the reason.

``cover`` wants pytest-cov and pytest-xdist (both in the dev extra). So that it costs no more than
those tests themselves, only the files that mutants are drawn in are traced, and only tests that run
the program in their own process and are quick are asked: ``tests/unit``, ``tests/ui`` and some
of ``tests/e2e``. The scenarios are left out: each row is tried without its effect anyway.
A survivor may be one that a scenario or a slow test would have noticed; look before a test
is written. ``run`` draws as ``cover`` did, so both are run on one commit, with one ``--count``.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "mutation"
EQUIVALENTS = Path(__file__).with_name("mutation_equivalents.txt")
GROUPS = {
    "faces": ("app/services", "app/ui", "app/cli", "app/compose.py"),
    "rooms": ("app/engine", "app/store", "app/hub", "app/markup"),
}
PAINTING = ("paint", "draw", "icon", "style", "theme", "colour", "svg")  # judged by pictures
SILENT = ("_log", "log", "logger", "logging")
LIMIT = 420  # seconds for one mutant's tests; one that takes longer counts as killed by time
MOST_TESTS = 80  # of those that touch a line, the first; more are said to be left out
COVERED = (
    "tests/unit", "tests/ui", "tests/e2e/download_faults", "tests/e2e/test_desktop_manners.py",
    "tests/e2e/test_models_window.py", "tests/e2e/test_private.py",
)  # fmt: skip
IN_PROCESSES = ("app/cli", "app/engine/process", "app/compose")
LEFT_OUT = (
    "tests/unit/packaging",
    "tests/unit/test_house.py",
    "tests/unit/test_architecture_page.py",
    "tests/unit/language/test_catalogue.py",
    "tests/unit/test_start_imports.py",
    "tests/ui/test_pseudo_language.py",
    "tests/unit/test_skips.py",
)  # fmt: skip - they read the source, or look at every screen: either says nothing of a line


@dataclass(frozen=True)
class Mutant:
    """One small fault.

    Attributes:
        path: File, relative to the root.
        line: Line of the change, from 1.
        what: The change in words.
        index: Its number among the candidates of its file.
    """

    path: str
    line: int
    what: str
    index: int

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.what}"


_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
}  # fmt: skip


def words(node: ast.AST) -> str:
    """Source of a node, short."""
    text = ast.unparse(node).replace("\n", " ")
    return text if len(text) <= 60 else text[:57] + "..."


class Finder(ast.NodeTransformer):
    """Counts the places a tree can be changed in; changes the one with the number ``wanted``."""

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted = wanted
        self.found: list[tuple[int, str]] = []

    def _try(self, node: ast.AST, changed: ast.AST | None, what: str) -> ast.AST | None:
        """The changed node if this is the place, else the node itself."""
        number = len(self.found)
        self.found.append((getattr(node, "lineno", 0), what))
        if number != self.wanted:
            return node
        return ast.copy_location(changed, node) if changed is not None else ast.Pass()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if any(word in node.name.lower() for word in PAINTING) or node.name == "__repr__":
            return node
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return node
        self.generic_visit(node)
        turned = copy.copy(node)
        turned.test = ast.UnaryOp(ast.Not(), node.test)
        result = self._try(node, turned, f"if not ({words(node.test)})")
        return result if result is not None else node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        other = _COMPARE[type(node.ops[0])]()
        changed = ast.Compare(node.left, [other, *node.ops[1:]], node.comparators)
        return self._try(node, changed, f"{words(node)} -> {words(changed)}") or node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        changed = ast.BoolOp(other, node.values)
        return self._try(node, changed, f"{words(node)} -> {words(changed)}") or node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in _ARITHMETIC or isinstance(node.left, ast.JoinedStr):
            return node
        changed = ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
        return self._try(node, changed, f"{words(node)} -> {words(changed)}") or node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return self._try(node, ast.Constant(not node.value), f"{node.value} turned") or node
        if isinstance(node.value, int):
            changed = ast.Constant(node.value + 1)
            return self._try(node, changed, f"{node.value} -> {node.value + 1}") or node
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if not isinstance(node.value, ast.Call):
            return node  # a docstring
        if ast.unparse(node.value.func).split(".")[0] in SILENT:
            return node
        self.generic_visit(node)
        return self._try(node, None, f"without {words(node)}") or ast.Pass()

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value is None or isinstance(node.value, ast.Constant):
            return node
        changed = ast.Return(ast.Constant(None))
        return self._try(node, changed, f"return None for {words(node.value)}") or node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        node.defaults = [self.visit(one) for one in node.defaults]
        node.kw_defaults = [one and self.visit(one) for one in node.kw_defaults]
        return node


def candidates(path: Path) -> list[Mutant]:
    """Every place of a file."""
    finder = Finder()
    finder.visit(ast.parse(path.read_text("utf-8")))
    name = path.relative_to(ROOT).as_posix()
    return [Mutant(name, line, what, at) for at, (line, what) in enumerate(finder.found) if line]


def mutated(mutant: Mutant) -> str:
    """Source of the file with the fault."""
    tree = ast.parse((ROOT / mutant.path).read_text("utf-8"))
    return ast.unparse(ast.fix_missing_locations(Finder(mutant.index).visit(tree)))


def files(places: tuple[str, ...]) -> Iterator[Path]:
    for place in places:
        path = ROOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def drawn(group: str, seed: str, count: int) -> list[Mutant]:
    """``count`` mutants of a group, spread by how many places a file has."""
    found = [
        mutant
        for path in files(GROUPS[group])
        if not any(word in path.name for word in PAINTING)
        for mutant in candidates(path)
    ]
    return random.Random(f"{seed} {group}").sample(found, count)


# --- which tests touch a line ---------------------------------------------------------------------


def cover(count: int, jobs: int, groups: list[str]) -> None:
    """Run the quick tests once under coverage, each a context of its own, with its duration."""
    KEPT.mkdir(parents=True, exist_ok=True)
    seed = head()
    traced = sorted({one.path for group in groups for one in drawn(group, seed, count)})
    settings = KEPT / "coveragerc"
    lines = "".join(f"    {path}\n" for path in traced)
    settings.write_text(f"[run]\nrelative_files = true\ninclude =\n{lines}", "utf-8")
    environment = {**os.environ, "COVERAGE_FILE": str(KEPT / "coverage.sqlite"), "CI": ""}
    command = [
        sys.executable, "-m", "pytest", "-q", "--cov", "--cov-context=test", "--cov-report=",
        f"--cov-config={settings}", "--durations=0", "--durations-min=0.005", "--timeout=600",
        "-n", str(jobs), *(f"--ignore={path}" for path in LEFT_OUT), *COVERED,
    ]  # fmt: skip
    with (KEPT / "durations.txt").open("w", encoding="utf-8") as report:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=report, check=False)


def head() -> str:
    """The commit's hash, which is the seed."""
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()


def seconds_of_tests() -> dict[str, float]:
    """Seconds of each test, as pytest's report of durations says."""
    found: dict[str, float] = {}
    for line in (KEPT / "durations.txt").read_text("utf-8").splitlines():
        parts = line.split()
        if len(parts) >= 3 and parts[0].endswith("s") and parts[1] in ("call", "setup"):
            try:
                found[parts[2]] = found.get(parts[2], 0.0) + float(parts[0][:-1])
            except ValueError:
                continue
    return found


def tests_for(mutant: Mutant, seconds: dict[str, float]) -> list[str]:
    """Tests that touch the mutant's line: those of its folder, then the others, quickest first.

    Those that touch its file, where none touches the line.
    """
    with sqlite3.connect(KEPT / "coverage.sqlite") as database:
        rows = database.execute(
            "SELECT context.context, line_bits.numbits FROM line_bits"
            " JOIN file ON file.id = line_bits.file_id"
            " JOIN context ON context.id = line_bits.context_id WHERE file.path = ?",
            (mutant.path,),
        ).fetchall()
    touching = {
        name.rpartition("|")[0]
        for name, bits in rows
        if name and mutant.line // 8 < len(bits) and bits[mutant.line // 8] & (1 << mutant.line % 8)
    }
    if not touching:  # it runs when the module is imported
        touching = {name.rpartition("|")[0] for name, _ in rows if name}
    there = [test for test in touching if exists(test)]
    own = mirrors(mutant)
    return sorted(there, key=lambda test: (not test.startswith(own), seconds.get(test, 0.0)))


def mirrors(mutant: Mutant) -> tuple[str, ...]:
    """Folders of the tests of a mutant's own folder; ``tests/ui`` is the window's."""
    below = Path(mutant.path).parts[1:-1]
    places = [Path("tests/unit", *below), Path("tests", *below)]
    return tuple(f"{place.as_posix()}/" for place in places)


def by_folder(mutant: Mutant) -> list[str]:
    """Tests for a file that runs in processes of its own, where coverage does not see it."""
    places = [folder for folder in mirrors(mutant) if (ROOT / folder).is_dir()]
    if mutant.path.startswith(("app/engine", *IN_PROCESSES)):
        places += ["tests/e2e/test_cli.py", "tests/e2e/test_engine_process.py"]
        places += sorted(
            p.relative_to(ROOT).as_posix() for p in ROOT.glob("tests/scenarios/test_terminal*.py")
        )
    return places


# --- trying ---------------------------------------------------------------------------------------


def copy_of_the_tree(folder: Path) -> Path:
    """A checkout of HEAD."""
    target = folder / "tree"
    subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), str(target)], check=True)
    return target


def exists(test: str) -> bool:
    """Whether a test is still there; coverage may be of a commit before."""
    path, _, name = test.partition("::")
    function = name.rpartition("::")[2].partition("[")[0]
    file = ROOT / path
    return file.is_file() and f"def {function}(" in file.read_text("utf-8")


def pytest_in(tree: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run pytest in a copy of the tree, which its processes import too."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--no-header", "--timeout=120", *arguments],
        cwd=tree, capture_output=True, text=True, timeout=LIMIT, check=False,
        env={**os.environ, "PYTHONPATH": str(tree), "CI": ""},
    )  # fmt: skip


def first_failure(report: str) -> str:
    """The test that failed, from pytest's last lines."""
    lines = [line for line in report.splitlines() if line.startswith(("FAILED", "ERROR tests"))]
    return lines[0].split(" - ")[0].split(" ", 1)[1] if lines else ""


def attempt(
    mutant: Mutant, tree: Path, seconds: dict[str, float], broken: set[str]
) -> dict[str, object]:
    """Try one mutant in ``tree``; a test that fails without it too has no say."""
    chosen = tests_for(mutant, seconds)
    tests = chosen[:MOST_TESTS]
    if not tests or mutant.path.startswith(IN_PROCESSES):
        tests += by_folder(mutant)
    result: dict[str, object] = {
        "mutant": mutant.name, "tests": len(chosen), "left out": max(0, len(chosen) - MOST_TESTS),
    }  # fmt: skip
    if not tests:
        return result | {"outcome": "untouched", "seconds": 0.0}
    target = tree / mutant.path
    whole = target.read_text("utf-8")
    began = time.monotonic()
    outcome = "survived"
    try:
        while outcome == "survived" and (left := [one for one in tests if one not in broken]):
            target.write_text(mutated(mutant), "utf-8")
            without = [part for one in broken for part in ("--deselect", one)]
            done = pytest_in(tree, ["-x", "-q", *without, *left])
            if done.returncode in (0, 5):
                break
            result["by"] = failed = first_failure(done.stdout)
            target.write_text(whole, "utf-8")
            if failed and "::" in failed and pytest_in(tree, ["-q", failed]).returncode:
                broken.add(failed)
            else:
                outcome = "killed"
    except subprocess.TimeoutExpired:
        outcome = "killed by time" if chosen else "undecided"  # whole folders may take longer
    finally:
        target.write_text(whole, "utf-8")
    return result | {"outcome": outcome, "seconds": round(time.monotonic() - began, 1)}


def run(count: int, jobs: int, groups: list[str]) -> None:
    """Draw, try, print."""
    seed = head()
    known = EQUIVALENTS.read_text("utf-8").splitlines() if EQUIVALENTS.exists() else []
    equivalent = {line.split("  # ")[0].strip() for line in known if line.strip()}
    seconds = seconds_of_tests()
    folder = Path(tempfile.mkdtemp(prefix="mutation-"))
    trees = [copy_of_the_tree(folder / str(at)) for at in range(jobs)]
    broken = set[str]()
    print(f"seed {seed}, load {os.getloadavg()[0]:.1f}", flush=True)
    try:
        for group in groups:
            mutants = drawn(group, seed, count)
            done: list[dict[str, object]] = []
            with ThreadPoolExecutor(jobs) as pool:
                slices = [mutants[at::jobs] for at in range(jobs)]
                for part in pool.map(
                    lambda pair: [_say(attempt(one, pair[1], seconds, broken)) for one in pair[0]],
                    zip(slices, trees, strict=True),
                ):
                    done += part
            (KEPT / f"{group}.json").write_text(json.dumps(done, indent=1), "utf-8")
            lived = [one for one in done if one["outcome"] in ("survived", "untouched")]
            same = [one for one in lived if one["mutant"] in equivalent]
            undecided = sum(one["outcome"] == "undecided" for one in done)
            counted = len(done) - len(same) - undecided
            killed = counted - (len(lived) - len(same))
            print(
                f"{group}: {killed} of {counted} killed = {100 * killed / counted:.0f} %, "
                f"{len(same)} equivalent, {undecided} undecided", flush=True,
            )  # fmt: skip
    finally:
        shutil.rmtree(folder)


def _say(result: dict[str, object]) -> dict[str, object]:
    by = f" by {result.get('by')}" if result.get("by") else ""
    print(
        f"{result['outcome']:<14} {result['seconds']:>6} s {result['tests']:>5} tests  "
        f"{result['mutant']}{by}", flush=True,
    )  # fmt: skip
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("do", choices=("cover", "run"))
    parser.add_argument("--count", type=int, default=60, help="mutants a group")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--group", choices=sorted(GROUPS), action="append")
    options = parser.parse_args()
    groups = options.group or sorted(GROUPS)
    if options.do == "cover":
        cover(options.count, options.jobs, groups)
    else:
        run(options.count, options.jobs, groups)


if __name__ == "__main__":
    main()
