"""The build itself: what is done again, what is refused, what two builds differ in."""

from __future__ import annotations

import importlib
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

import app

PACKAGING = Path(app.__file__).parents[1] / "packaging"
sys.path.insert(0, str(PACKAGING))

import compare  # noqa: E402
import native  # noqa: E402

build = importlib.import_module("build")  # linters take the folder of that name for it
PYTHON = Path(sys.executable)


class Commands:
    """Stands for the commands: notes them, makes what they would make, fails when told."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.fails = ""

    def __call__(self, *words: object, **_environment: str) -> None:
        name = next((str(one) for one in words if str(one) in {"wheel", "install"}), "other")
        if name == self.fails:
            raise InterruptedError(name)
        self.names.append(name)
        if name == "wheel":
            folder = Path(str(words[words.index("--wheel-dir") + 1]))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"llama_cpp_python-{native.pinned()}-none-any.whl").touch()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    noted = Commands()
    monkeypatch.setattr(native, "run", noted)
    monkeypatch.setattr(build, "run", noted)
    return noted


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """llama-cpp-python's source as it was unpacked, as far as the recipe looks at it."""
    target = tmp_path / f"llama_cpp_python-{native.pinned()}"
    for name, before, _ in native.EDITS:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"first\n{before}\nlast\n", "utf-8")
    return target


@pytest.mark.usefixtures("source")
def test_llama_cpp_is_compiled_once(tmp_path: Path, commands: Commands) -> None:
    first = native.wheel(PYTHON, "cpu", tmp_path)
    assert native.wheel(PYTHON, "cpu", tmp_path) == first
    assert commands.names == ["wheel"]


@pytest.mark.usefixtures("source")
def test_a_compilation_that_was_interrupted_is_not_taken_for_done(
    tmp_path: Path, commands: Commands
) -> None:
    commands.fails = "wheel"
    with pytest.raises(InterruptedError):
        native.wheel(PYTHON, "cpu", tmp_path)
    commands.fails = ""
    native.wheel(PYTHON, "cpu", tmp_path)
    assert commands.names == ["wheel"]


@pytest.mark.usefixtures("source")
def test_another_recipe_is_compiled_again(
    tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    native.wheel(PYTHON, "cpu", tmp_path)
    monkeypatch.setitem(native.FLAVOURS, "cpu", {"GGML_CPU_ALL_VARIANTS": "OFF"})
    native.wheel(PYTHON, "cpu", tmp_path)
    assert commands.names == ["wheel", "wheel"]


@pytest.mark.usefixtures("commands")
def test_the_sources_recipe_is_changed_where_it_leaves_no_choice(
    tmp_path: Path, source: Path
) -> None:
    for _ in range(2):
        native.wheel(PYTHON, "cpu", tmp_path)
        for name, before, after in native.EDITS:
            text = (source / name).read_text("utf-8")
            assert before not in text
            assert text.count(after) == 1


def test_a_source_that_no_longer_says_what_we_change_stops_the_build(
    tmp_path: Path, source: Path
) -> None:
    (source / "CMakeLists.txt").write_text("something else", "utf-8")
    with pytest.raises(SystemExit, match="no longer says"):
        native.wheel(PYTHON, "cpu", tmp_path)


def test_a_source_that_nobody_looked_at_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*words: Any) -> None:
        folder = Path(str(words[words.index("--dest") + 1]))
        folder.mkdir(parents=True)
        with tarfile.open(folder / "llama_cpp_python.tar.gz", "w:gz"):
            pass

    monkeypatch.setattr(native, "run", fetch)
    with pytest.raises(SystemExit, match=r"has the SHA-256 .*, native\.py expects"):
        native.wheel(PYTHON, "cpu", tmp_path)


def test_an_environment_that_was_interrupted_is_made_anew(
    tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def create(folder: Path, *, with_pip: bool, clear: bool) -> None:
        assert with_pip
        assert clear
        made.append(folder)
        folder.mkdir(exist_ok=True)

    monkeypatch.setattr(build, "BUILD", tmp_path)
    monkeypatch.setattr(build.venv, "create", create)
    monkeypatch.setattr(native, "wheel", lambda *_: tmp_path / "llama.whl")
    commands.fails = "install"
    with pytest.raises(InterruptedError):
        build._environment("cpu")
    commands.fails = ""
    for _ in range(2):
        build._environment("cpu")
    assert len(made) == 2  # the interrupted one, the whole one, which is then found again
    assert commands.names == ["install", "install", "install", "install"]


def test_what_is_shipped_is_pinned_within_the_ranges_that_were_tried() -> None:
    from packaging.requirements import Requirement

    pins = {}
    for line in build.CONSTRAINTS.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, _, number = line.partition("==")
            pins[name] = number
    import tomllib

    project = tomllib.loads((PACKAGING.parent / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in map(Requirement, project["dependencies"]):
        if requirement.name != "llama-cpp-python":  # pyproject.toml pins it itself
            assert pins[requirement.name.lower()] in requirement.specifier
    for tool in map(Requirement, build.TOOLS):
        assert tool.name in pins


def test_two_builds_are_compared_file_by_file(tmp_path: Path) -> None:
    for name, text in {"one": "abc", "other": "abd"}.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "same").write_text("same", "utf-8")
        (folder / "changed").write_text(text, "utf-8")
        (folder / "link").symlink_to(name)
        (folder / f"only-{name}").touch()
    assert compare.differences(tmp_path / "one", tmp_path / "other") == [
        "only in the first: only-one",
        "only in the second: only-other",
        "changed: 1 of 3 bytes differ, the first at 2",
        "link: leads to one and other",
    ]
    assert compare.differences(tmp_path / "one", tmp_path / "one") == []
