"""The release workflow: what its scripts may say, and how its jobs are run without its service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import app

PACKAGING = Path(app.__file__).parents[1] / "packaging"
sys.path.insert(0, str(PACKAGING))

import try_workflow  # noqa: E402
import yaml  # noqa: E402

JOBS: dict[str, Any] = yaml.safe_load(try_workflow.WORKFLOW.read_text("utf-8"))["jobs"]


@pytest.mark.tools
def test_no_script_of_the_workflow_has_a_fault() -> None:
    assert try_workflow.lint(JOBS) == []


@pytest.mark.tools
def test_a_fault_in_a_script_is_found() -> None:
    job = {"steps": [{"run": "echo ${{ github.head_ref }}"}, {"name": "copy", "run": "rm $name"}]}
    pasted, *_, unquoted = try_workflow.lint({"linux": job})
    assert pasted.startswith("linux: echo ${{ github.head_ref }}: an expression inside a script")
    assert "SC2086" in unquoted


def test_every_job_may_do_only_what_it_says_and_ends_some_time() -> None:
    for name, job in JOBS.items():
        assert job["permissions"] == {"contents": "write" if name == "release" else "read"}, name
        assert job["timeout-minutes"] <= 120, name


def test_a_pull_request_releases_nothing() -> None:
    assert JOBS["release"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert set(JOBS["release"]["needs"]) == JOBS.keys() - {"release"}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "checkout"


def run(work: Path, *steps: dict[str, Any], skipped: tuple[str, ...] = ()) -> None:
    job = {"env": {"FLAVOUR": "${{ matrix.flavour }}"}, "steps": list(steps)}
    try_workflow.Job(job, {"flavour": "cpu"}, work, None).run(list(skipped))


def test_steps_see_the_variables_that_the_service_would_give(work: Path) -> None:
    step = {"run": 'echo "$FLAVOUR $SECRET-" >said', "env": {"SECRET": "${{ secrets.WORD }}"}}
    run(work, step)
    assert (work / "checkout" / "said").read_text("utf-8") == "cpu -\n"


def test_a_step_that_fails_ends_the_job(work: Path) -> None:
    with pytest.raises(SystemExit, match="failed with 3"):
        run(work, {"run": "exit 3"}, {"run": "touch after"})
    assert not (work / "checkout" / "after").exists()


def test_steps_are_left_out_by_their_condition_or_by_name(work: Path) -> None:
    run(
        work,
        {"run": "touch wrong", "if": "matrix.flavour == 'vulkan'"},
        {"run": "touch signed", "if": "env.CERTIFICATE != ''"},
        {"run": "touch skipped", "name": "AppImage"},
        {"run": "touch right", "if": "matrix.flavour == 'cpu'"},
        skipped=("AppImage",),
    )
    assert [path.name for path in (work / "checkout").iterdir()] == ["right"]


def test_a_condition_that_it_does_not_know_is_not_guessed(work: Path) -> None:
    with pytest.raises(SystemExit, match="do not know how to tell"):
        run(work, {"run": "true", "if": "success() && always()"})


def test_what_one_job_uploads_the_next_one_downloads(work: Path) -> None:
    upload = {
        "uses": "actions/upload-artifact@v4",
        "with": {"name": "linux-${{ matrix.flavour }}", "path": "*.deb\n*.xz\n"},
    }
    with pytest.raises(SystemExit, match="nothing to upload"):
        run(work, upload)
    run(work, {"run": "touch phial.deb"}, upload)
    download = {"uses": "actions/download-artifact@v4", "with": {"path": "files"}}
    run(work, download)
    assert [path.name for path in (work / "checkout" / "files").iterdir()] == ["phial.deb"]
