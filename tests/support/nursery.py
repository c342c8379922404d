"""Commands of ``phial`` that are changed for a test, forked from a process that has imported it.

A start is most of what a command takes, and each option is tried without its effect once. Commands
that nothing is changed in are started as a shell starts them. Windows has no fork: all are there.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn


class Nursery:
    """The process that forks, for the tests that this one runs."""

    def __init__(self) -> None:
        ours, its = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery", str(its.fileno())],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
            start_new_session=True,
        )
        its.close()
        self._line = ours
        atexit.register(self.close)

    def run(
        self, words: list[str], *, stdin: bytes, cwd: Path | None, env: dict[str, str], limit: float
    ) -> subprocess.CompletedProcess[bytes]:
        """As :func:`subprocess.run` does.

        Raises:
            subprocess.TimeoutExpired: It did not end within ``limit`` seconds.
        """
        with TemporaryDirectory() as folder:
            given, out, err = (Path(folder) / name for name in ("in", "out", "err"))
            given.write_bytes(stdin)
            asked = {"words": words, "cwd": str(cwd or Path.cwd()), "env": env,
                     "streams": [str(given), str(out), str(err)]}  # fmt: skip
            self._line.settimeout(limit)
            self._line.sendall(json.dumps(asked).encode() + b"\n")
            try:
                told = self._line.recv(64)
            except TimeoutError as error:
                self.close()
                nursery.cache_clear()
                raise subprocess.TimeoutExpired(words, limit) from error
            if not told:  # no AssertionError, which a test without an effect is expected to raise
                raise RuntimeError("the nursery of commands has ended")
            return subprocess.CompletedProcess(words, int(told), out.read_bytes(), err.read_bytes())

    def close(self) -> None:
        """End it and all that it began."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


# --- in the child --------------------------------------------------------------------------------


def _serve(line: socket.socket, run: Callable[[], int]) -> NoReturn:
    with line.makefile("rb") as asked:
        for one in asked:
            child = os.fork()
            if not child:
                _become(json.loads(one))
                line.close()
                sys.exit(run())
            _, status = os.waitpid(child, 0)
            line.sendall(b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(asked: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    given, *written = asked["streams"]
    os.dup2(os.open(given, os.O_RDONLY), 0)
    for number, path in enumerate(written, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.argv[1:] = asked["words"]


def _main() -> NoReturn:
    from app import main, setup  # noqa: F401
    from tests.support.terminal import _main as run

    main._parser()
    _serve(socket.socket(fileno=int(sys.argv[1])), run)


if __name__ == "__main__":
    _main()
