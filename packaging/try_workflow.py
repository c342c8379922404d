"""Tries the release workflow without its service: reads the steps from the YAML, lints, runs them.

``try_workflow.py --lint`` puts every Bash step through shellcheck, and refuses an expression inside
a script (it would be pasted in as text: https://docs.github.com/actions/security-guides).

``try_workflow.py --job linux --folder WORK`` runs the steps of a Linux job one after another, as the
service would: the checkout is a clone of what is committed, environments and artifacts are kept
below WORK, secrets are empty, a job in a container runs in ``--root`` (a debootstrap of that
system; wants root). ``--skip NAME`` leaves out a step that wants what this machine has not;
``--compiled FOLDER`` takes the wheels of llama.cpp from another build's folder.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from common import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_COMPARISON = re.compile(r"(\w+)\.(\w+) (==|!=) '([^']*)'")
# What the service passes to the shell: https://docs.github.com/actions/reference/workflow-syntax
_SHELLS = {"": ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


def main() -> int:
    """Lint, or run a job; 0 when all is well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lint", action="store_true")
    parser.add_argument("--job")
    parser.add_argument("--matrix", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--folder", type=Path, help="where the job works; kept")
    parser.add_argument("--root", type=Path, help="the system that stands for the job's container")
    parser.add_argument("--skip", action="append", default=[], metavar="STEP")
    parser.add_argument("--compiled", type=Path, help="a build folder whose wheels are taken")
    options = parser.parse_args()
    jobs = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]
    if options.lint:
        faults = lint(jobs)
        print("\n".join(faults) or "every Bash step is well")
        return 1 if faults else 0
    matrix = dict(pair.split("=", 1) for pair in options.matrix)
    job = Job(jobs[options.job], matrix, options.folder.resolve(), options.root)
    job.compiled = options.compiled
    job.run(options.skip)
    return 0


def lint(jobs: dict[str, Any]) -> list[str]:
    """What is wrong with the scripts of all jobs."""
    faults = []
    for job, description in jobs.items():
        for step in description["steps"]:
            script = step.get("run", "")
            name = f"{job}: {step.get('name', script.splitlines()[0] if script else '')}"
            if _EXPRESSION.search(script):
                faults.append(f"{name}: an expression inside a script; give it as a variable")
            if not script or step.get("shell", "bash") != "bash":
                continue
            said = subprocess.run(
                ["shellcheck", "--shell=bash", "-"],
                input=f"set -e\n{script}", capture_output=True, text=True, check=False,
            )  # fmt: skip
            if said.returncode:
                faults.append(f"{name}:{said.stdout}{said.stderr}")
    return faults


class Job:
    """One job of the workflow, run here.

    Args:
        description: As the YAML has it.
        matrix: The values that the matrix would give.
        folder: Where it works; artifacts of earlier jobs are in its folder ``artifacts``.
        root: What stands for its container, if it has one.

    Attributes:
        compiled: A build's folder whose wheels of llama.cpp the checkout is given.
    """

    def __init__(
        self, description: dict[str, Any], matrix: dict[str, str], folder: Path, root: Path | None
    ) -> None:
        self._description = description
        self._folder = folder
        self._artifacts = folder / "artifacts"
        self._root = root if "container" in description else None
        if "container" in description and root is None:
            raise SystemExit("this job runs in a container: say --root")
        self._work = (root / "tmp" if self._root and root else folder) / "checkout"
        self._known = {"matrix": matrix, "secrets": {}, "env": {}, "github": {}}
        self._programs = folder / "programs"
        self.compiled: Path | None = None

    def run(self, skipped: list[str]) -> None:
        """Run its steps; the first that fails ends it.

        Raises:
            SystemExit: A step failed.
        """
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        self._own_programs()
        self._known["env"] = self._variables(self._description)
        for step in self._description["steps"]:
            name = step.get("name") or step.get("uses") or step["run"].splitlines()[0]
            if name in skipped or not self._wanted(step.get("if", "")):
                print(f"-- left out: {name}", flush=True)
                continue
            begun = time.monotonic()
            print(f"-- {name}", flush=True)
            if "uses" in step:
                self._action(step["uses"].split("@")[0], step.get("with", {}))
            else:
                self._script(step)
            print(f"-- done in {time.monotonic() - begun:.0f} s", flush=True)

    def _own_programs(self) -> None:
        """``python``, and ``sudo`` where there is none because root needs none."""
        self._programs.mkdir(parents=True, exist_ok=True)
        own = {"python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'}
        if shutil.which("sudo") is None:
            own["sudo"] = '#!/bin/sh\nexec "$@"\n'
        for name, text in own.items():
            (self._programs / name).write_text(text, "utf-8")
            (self._programs / name).chmod(0o755)

    def _variables(self, step: dict[str, Any]) -> dict[str, str]:
        return {name: self._filled(str(value)) for name, value in step.get("env", {}).items()}

    def _filled(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            space, _, name = found[1].partition(".")
            return self._known[space].get(name, "")

        return _EXPRESSION.sub(value, text)

    def _wanted(self, condition: str) -> bool:
        if not condition:
            return True
        found = _COMPARISON.fullmatch(condition)
        if found is None:
            raise SystemExit(f"do not know how to tell whether {condition}")
        space, name, sign, value = found.groups()
        return (self._known[space].get(name, "") == value) is (sign == "==")

    def _action(self, name: str, told: dict[str, Any]) -> None:
        if name == "actions/checkout":
            subprocess.run(["git", "clone", "-q", ROOT, self._work], check=True)
            for wheels in self.compiled.glob("wheels-*") if self.compiled else ():
                shutil.copytree(wheels, self._work / "build" / wheels.name)
        elif name == "actions/upload-artifact":
            target = self._artifacts / self._filled(told["name"])
            files = [path for one in told["path"].split() for path in self._work.glob(one)]
            if not files:
                raise SystemExit(f"nothing to upload: {told['path']}")
            target.mkdir(parents=True, exist_ok=True)
            for path in files:
                shutil.copy2(path, target)
                print(f"   {target.name}/{path.name}: {path.stat().st_size / 1e6:.1f} MB")
        elif name == "actions/download-artifact":
            every = sorted(one for one in self._artifacts.iterdir() if one.is_dir())
            for source in [self._artifacts / told["name"]] if "name" in told else every:
                shutil.copytree(source, self._work / told.get("path", "."), dirs_exist_ok=True)
        elif name != "actions/setup-python":
            raise SystemExit(f"do not know the action {name}")

    def _script(self, step: dict[str, Any]) -> None:
        variables = {**os.environ, **self._known["env"], **self._variables(step)}
        with tempfile.NamedTemporaryFile("w", suffix=".sh", dir=self._work) as file:
            file.write(step["run"])
            file.flush()
            command = [*_SHELLS[step.get("shell", "")], file.name]
            if self._root is None:
                variables["PATH"] = f"{self._programs}:{variables['PATH']}"
            else:
                # A container has an environment of its own, and its default shell is sh.
                inside = f"/tmp/checkout/{Path(file.name).name}"
                clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]
                shell = ["sh", "-ec", f"cd /tmp/checkout && . {inside}"]
                command = ["chroot", str(self._root), *clean, *shell]
            done = subprocess.run(command, cwd=self._work, env=variables, check=False)
        if done.returncode:
            raise SystemExit(f"the step failed with {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
