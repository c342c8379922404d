"""A real window on a real display: starts the program, presses keys, listens as a screen reader."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

T = TypeVar("T")
PATIENCE = 60.0  # a start on a machine that builds at the same time takes half of it
ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"


def missing() -> str:
    """What this machine lacks for these tests; empty when it lacks nothing."""
    if not os.environ.get("DISPLAY"):
        return "no display"
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return "no session bus"
    if shutil.which("xdotool") is None:
        return "no xdotool"
    if not Path(SYSTEM_PYTHON).exists():
        return "no system Python"
    probe = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import pyatspi"], capture_output=True, check=False
    )
    return "" if probe.returncode == 0 else "no pyatspi"


def until(wanted: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Ask until the answer is true, and give it back."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if answer := wanted():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"waited {patience:.0f} s in vain: {what}")


class ScreenReader:
    """Speaks to the assistive client, which the system's Python runs."""

    def __init__(self) -> None:
        client = Path(__file__).with_name("atspi_client.py")
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(client)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, **command: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


class RunningWindow:
    """The program, started as a user starts it."""

    def __init__(
        self, home: Path, reader: ScreenReader, *arguments: str, within: Sequence[str] = ()
    ) -> None:
        self.home = home
        self._reader = reader
        environment = {
            **os.environ,
            "PHIAL_HOME": str(home),
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        self.process = subprocess.Popen(
            [*within, sys.executable, "-m", "app", *arguments],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    # --- as a screen reader -------------------------------------------------------------------

    def ask(self, do: str, **command: object) -> dict[str, Any]:
        return self._reader.ask(do=do, pid=self.process.pid, **command)

    def nodes(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self.ask("tree").get("nodes", [])
        return nodes

    def audit(self) -> list[dict[str, Any]]:
        """All that is shown, with what can be done to it.

        What goes while it is looked at, such as a menu that closes, is looked at anew.
        """
        nodes: list[dict[str, Any]] = until(
            lambda: self.ask("audit").get("nodes", []), "what is shown"
        )
        return nodes

    def control(self, name: str, role: str = "") -> dict[str, Any]:
        """Wait for a control that is shown."""

        def look() -> dict[str, Any] | None:
            found = self.ask("facts", name=name, role=role)
            return found if "showing" in found.get("states", ()) else None

        return until(lambda: look() or {}, f"the control {name}")

    def name_like(self, pattern: str) -> str:
        """Wait for a control that is shown whose name fits, and give its name."""

        def look() -> str:
            fitting = (str(node["name"]) for node in self.nodes())
            return next((name for name in fitting if re.fullmatch(pattern, name)), "")

        name = until(look, f"a control like {pattern}")
        self.control(name)
        return name

    def press(self, name: str, role: str = "") -> None:
        self.control(name, role)
        assert self.ask("press", name=name, role=role) == {"done": True}

    def write(self, name: str, text: str) -> None:
        self.control(name)
        assert self.ask("write", name=name, text=text) == {"done": True}

    def reads(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until a screen reader finds ``text`` in some name or text that is shown."""
        try:
            until(lambda: self._is_read(text), f"the words {text!r}", patience)
        except AssertionError as error:
            tree = self.ask("tree")
            nodes = [one for one in tree.get("nodes", []) if "showing" in one["states"]]
            error.add_note(f"shown: {[one['name'] for one in nodes]}")
            error.add_note(f"asked: {self.ask('reads', text=text)}, {tree.get('error', '')}")
            raise

    def reads_no_more(self, text: str) -> None:
        """Wait until it finds it no more, as in a sheet that closes."""
        until(lambda: not self._is_read(text), f"the end of the words {text!r}")

    def _is_read(self, text: str) -> bool:
        return bool(self.ask("reads", text=text).get("read"))

    def hears(self, text: str) -> None:
        """Wait until ``text`` was announced."""

        def look() -> bool:
            return any(text in words for words in self.ask("heard").get("heard", ()))

        until(look, f"to hear {text!r}")

    # --- as hands -----------------------------------------------------------------------------

    def window_id(self) -> str:
        def look() -> str:
            found = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)],
                capture_output=True,
                text=True,
                check=False,
            )
            return found.stdout.split()[-1] if found.stdout.split() else ""

        return until(look, "a window")

    def bring_forward(self) -> None:
        def focus() -> bool:  # a window that is just going is found and cannot have the focus
            asked = ["xdotool", "windowfocus", "--sync", self.window_id()]
            return subprocess.run(asked, check=False).returncode == 0

        until(focus, "a window with the focus")

    def keys(self, *names: str) -> None:
        subprocess.run(["xdotool", "key", "--clearmodifiers", *names], check=True)

    def type(self, text: str) -> None:
        subprocess.run(["xdotool", "type", "--delay", "12", text], check=True)

    def point(self, name: str, role: str = "") -> None:
        """Move the mouse over a control that is seen."""
        left, top, width, height = self.control(name, role)["place"]
        to = (str(left + width // 2), str(top + height // 2))
        subprocess.run(["xdotool", "mousemove", *to], check=True)

    def click(self, name: str, role: str = "", *, button: int = 1, times: int = 1) -> None:
        """Click on a control that is seen."""
        self.point(name, role)
        repeat = ["--repeat", str(times), "--delay", "60"]
        subprocess.run(["xdotool", "click", *repeat, str(button)], check=True)

    def drag(self, row: dict[str, Any], onto: dict[str, Any]) -> None:
        """Drag a row of a list onto another with the left button."""
        ends = [(x + 40, y + tall // 2) for x, y, _, tall in (row["place"], onto["place"])]
        (x, y), (to_x, to_y) = ends
        steps = [f"{x + (to_x - x) * n // 8} {y + (to_y - y) * n // 8}" for n in range(1, 9)]
        words = [f"mousemove {x} {y}", "mousedown 1"]
        words += [f"mousemove {step} sleep 0.05" for step in (*steps, steps[-1], steps[-1])]
        words += ["sleep 0.2", "mouseup 1"]
        subprocess.run(["xdotool", *" ".join(words).split()], check=True)

    # --- the end ------------------------------------------------------------------------------

    def close(self) -> int:
        """Quit as a user does; the exit code."""
        if self.process.poll() is None:
            self.bring_forward()
            self.keys("ctrl+q")
        code = self.process.wait(timeout=PATIENCE)
        self.drain()
        return code

    def kill(self) -> None:
        """As a power cut."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)
        self.drain()

    def engine_pid(self) -> int:
        """The process id of its engine."""

        def look() -> int:
            for child in psutil.Process(self.process.pid).children():
                if "--engine-host" in child.cmdline():
                    return child.pid
            return 0

        return until(look, "an engine process")

    def drain(self) -> None:
        """Close its pipe. May be called twice."""
        if self.process.stderr is not None:
            self.process.stderr.close()


Start = Callable[..., RunningWindow]
