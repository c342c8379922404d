"""The lines of the house that import-linter cannot draw."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import app

APP = Path(app.__file__).parent
TOP_LEVEL = {
    "pyproject.toml", "README.md", "LICENSE", "app", "assets", "models", "tests", "packaging",
}  # fmt: skip


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple(
        (path.relative_to(APP), ast.parse(path.read_text("utf-8")))
        for path in sorted(APP.rglob("*.py"))
    )


@cache
def walked() -> tuple[tuple[Path, tuple[ast.AST, ...]], ...]:
    """Every node of every file: so many that each test walking for itself takes seconds."""
    return tuple((path, tuple(ast.walk(tree))) for path, tree in sources())


@pytest.fixture(scope="module", autouse=True)
def not_kept() -> Iterator[None]:
    """A million nodes would be looked at by every later collection of garbage."""
    yield
    walked.cache_clear()
    sources.cache_clear()


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_the_services_and_the_terminal_load_without_qt() -> None:
    code = (
        "import sys, pkgutil, importlib, app.cli, app.compose, app.services\n"
        "for room in (app.services, app.cli):\n"
        "    for found in pkgutil.walk_packages(room.__path__, room.__name__ + '.'):\n"
        "        importlib.import_module(found.name)\n"
        "print(sorted(name for name in sys.modules if name.startswith('PySide6')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("question", "room"),
    [
        ("sys.platform", "system"),
        ("os.name", "system"),
        ("platform.system", "system"),
        ("urllib.request", "network"),
    ],
)
def test_only_one_room_asks(question: str, room: str) -> None:
    for path, nodes in walked():
        asked = any(dotted(node) == question for node in nodes if isinstance(node, ast.Attribute))
        assert not asked or path.parts[0] == room, f"{path} asks {question}"


@pytest.mark.parametrize("does", ["bind", "listen", "accept", "create_server", "start_server"])
def test_only_the_server_listens(does: str) -> None:
    for path, nodes in walked():
        calls = [
            dotted(node.func)
            for node in nodes
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if node.func.attr == does
        ]
        # Qt's channel for a second start, a dialog that is accepted
        local = {"self._server.listen", "event.accept", "self.accept", "super.accept"}
        assert not set(calls) - local or path.as_posix() == "serving/server.py", (path, calls)


def test_the_server_listens_on_loopback_and_opens_nothing() -> None:
    from app.serving.server import LOOPBACK

    assert {host for _, host in LOOPBACK} == {"127.0.0.1", "::1"}
    for path, nodes in walked():
        if path.parts[0] == "serving":
            called = {
                node.func.attr
                for node in nodes
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            assert not called & {"connect", "connect_ex", "create_connection", "open_connection"}


KNOW_THE_MARKS = {
    "domain/answers/reasoning.py": "the table, which engines use",
    "markup/transfer/readers/beside_text.py": "importers: other programs store what came",
    "store/database/moved_reasoning.py": "the migration of what Phial stored so once",
}


def test_only_engines_importers_and_the_migration_know_how_reasoning_is_marked() -> None:
    writes = {p.as_posix() for p, _ in sources() if "think>" in (APP / p).read_text("utf-8")}
    assert writes == set(KNOW_THE_MARKS)
    rooms = {
        path.parts[0]
        for path, nodes in walked()
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "app.domain.answers.reasoning"
    }
    assert rooms == {"domain", "engine", "remote"}  # domain: a search for the end of any text


SEVERAL_VALUES = {"ui/transcript/widgets/footer.py"}  # waits for the transcript's layout


def test_a_signal_carries_one_value_at_most() -> None:
    several = {
        path.as_posix()
        for path, nodes in walked()
        for node in nodes
        if isinstance(node, ast.Call) and dotted(node.func) == "Signal" and len(node.args) > 1
    }
    assert several == SEVERAL_VALUES, "a dataclass is the one value: PySide6's stubs check no emit"


ANOTHER_WAY = {
    "Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "SerialExecutor", "QThread",
    "QThreadPool", "QRunnable", "QFutureWatcher", "invokeMethod", "start_new_thread",
    "add_done_callback",
}  # fmt: skip
OWN_THREADS = {
    "ui/core/operations.py": "the way itself",
    "ui/core/render_thread.py": "what is drawn, which no export may hold up",
    "ui/core/slow_frames.py": "watches the GUI thread from outside",
    "ui/conversation/view_state.py": "hears of the store's writes, and touches no Qt",
    "ui/desktop/inhibitor.py": "calls a service of the bus on the thread it is on",
}


def test_there_is_one_way_off_the_gui_thread() -> None:
    found = {
        path.as_posix()
        for path, nodes in walked()
        if path.parts[0] == "ui"
        for node in nodes
        if (isinstance(node, ast.Attribute) and node.attr in ANOTHER_WAY)
        or (isinstance(node, ast.ImportFrom) and {one.name for one in node.names} & ANOTHER_WAY)
    }
    assert found == set(OWN_THREADS), "Operations.run is the way"


def test_nothing_swallows_every_exception() -> None:
    for path, nodes in walked():
        for node in nodes:
            if isinstance(node, ast.ExceptHandler):
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                names = {dotted(kind) if kind is not None else "" for kind in kinds}
                broad = names & {"", "Exception", "BaseException"}
                last = node.body[-1]
                raised = isinstance(last, ast.Raise)
                ended = "os._exit" in ast.unparse(last)  # the engine process reports and ends
                assert not broad or raised or ended, f"{path}:{node.lineno} catches everything"


def test_whatever_is_made_on_the_disk_is_its_users_alone() -> None:
    """Files and folders are made by app.domain.private_files, or opened where it made them."""
    for path, nodes in walked():
        if path.name == "private_files.py":
            continue
        made = {
            function
            for function in nodes
            if isinstance(function, ast.FunctionDef) and "make_file(" in ast.unparse(function)
        }
        covered = {id(node) for function in made for node in ast.walk(function)}
        for node in nodes:
            if not isinstance(node, ast.Call) or id(node) in covered:
                continue
            name = dotted(node.func).rpartition(".")[2]
            where = f"{path}:{node.lineno}"
            assert name not in {"mkdir", "makedirs", "write_text", "write_bytes"}, where
            if name == "open":
                modes = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
                assert not any({*mode[:1]} & {*"wxa"} and len(mode) < 4 for mode in modes), where


@pytest.mark.parametrize("folder", ["app", "tests", "packaging"])
def test_nobody_catches_what_is_no_error(folder: str) -> None:
    """What is to be undone whatever happens stands in a finally or on an ExitStack."""
    for path in sorted((APP.parent / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = "everything" if node.type is None else ast.unparse(node.type)
                assert caught != "everything", f"{path}:{node.lineno} catches everything"
                assert "BaseException" not in caught, f"{path}:{node.lineno}"


def test_nothing_is_terminated() -> None:
    for path, nodes in walked():
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr != "terminate", f"{path}:{node.lineno}"


def test_every_logger_has_the_name_of_its_module() -> None:
    """One tree below "app": whoever reads a line knows its file. "app" itself is its root."""
    for path, nodes in walked():
        for node in nodes:
            if not isinstance(node, ast.Call) or dotted(node.func) != "logging.getLogger":
                continue
            named = [ast.unparse(one) for one in node.args]
            # frame.name: a record of the engine process keeps its name in this one
            assert named in ([], ["__name__"], ["'app'"], ["frame.name"]), f"{path}:{node.lineno}"


def test_every_module_says_what_it_owns() -> None:
    for path, tree in sources():
        assert ast.get_docstring(tree), f"{path} has no docstring"


def test_the_top_level_is_what_was_asked_for() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=APP.parent, capture_output=True, text=True, check=True
    )
    names = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_no_file_in_git_is_over_20_megabytes() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=APP.parent, capture_output=True, text=True, check=True
    )
    for name in filter(None, tracked.stdout.split("\0")):
        path = APP.parent / name
        assert not path.is_file() or path.stat().st_size <= 20_000_000, name


MOST_MODULES = 16  # in a folder
MOST_LINES = 450  # of a module


def test_no_class_name_stands_twice() -> None:
    """A name is looked up once, and found."""
    places: dict[str, list[str]] = {}
    for path, tree in sources():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(path.as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


CALLED_BY_OTHERS = {
    "get_completions",
    "load_history_strings",
    "store_string",
    "validate",
    "fixup",
    "interface_cast",
}
"""By prompt_toolkit and Qt."""


def test_window_and_terminal_have_no_function_that_only_tests_call() -> None:
    used: set[str] = set()
    for _, nodes in walked():
        for node in nodes:
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                    used.add(name)
                case ast.Constant(value=str(name)):  # getattr, and the fields of protocols
                    used.add(name)
    made = {
        (node.name, path.as_posix())
        for path, nodes in walked()
        if path.parts[0] in {"ui", "cli"}
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        # Qt calls what is written like thisOne, Python what is written __so__.
        and (node.name.islower() or isinstance(node, ast.ClassDef))
        and not node.name.startswith("__")
    }
    assert {one for one in made if one[0] not in used | CALLED_BY_OTHERS} == set()


def test_no_folder_is_too_full() -> None:
    folders: dict[str, int] = {}
    for path, _ in sources():
        if path.name != "__init__.py":
            folder = path.parent.as_posix()
            folders[folder] = folders.get(folder, 0) + 1
    assert {folder: n for folder, n in folders.items() if n > MOST_MODULES} == {}


def test_no_module_is_too_long() -> None:
    lines = {path.as_posix(): (APP / path).read_text("utf-8").count("\n") for path, _ in sources()}
    assert {path: n for path, n in lines.items() if n > MOST_LINES} == {}


def test_every_test_can_be_collected_without_llama_cpp() -> None:
    """A module that asks for it while it is imported ends the quick check for all others."""
    for path in (APP.parent / "tests").rglob("*.py"):
        made = (ast.FunctionDef, ast.ClassDef)
        for top in ast.parse(path.read_text("utf-8")).body:
            inside = () if isinstance(top, made) else ast.walk(top)
            asked = [node for node in inside if "llama_cpp" in _named(node)]
            assert not asked, f"{path.name}, line {top.lineno}: needs llama.cpp to be imported"


def _named(node: ast.AST) -> tuple[object, ...]:
    match node:
        case ast.Import(names=names):
            return tuple(one.name.split(".")[0] for one in names)
        case ast.ImportFrom(module=str(module)):
            return (module.split(".")[0],)
        case ast.Constant(value=value):
            return (value,)
    return ()
