"""What the build and the three platforms' packages share: places, words, commands."""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD, DIST = ROOT / "build", ROOT / "dist"


def options(description: str) -> argparse.Namespace:
    """What each ``package.py`` is told by ``build.py``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, required=True, help="the frozen program")
    parser.add_argument("--version", required=True)
    parser.add_argument("--flavour", required=True)
    parser.add_argument("--quick", action="store_true", help="compress lightly, to try things out")
    return parser.parse_args()


def epoch() -> int:
    """The time that every file of a package bears, in seconds: ``SOURCE_DATE_EPOCH``."""
    return int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def run(*command: object, secret: str = "", **environment: str) -> None:
    """Run a command from the top of the source tree and say so.

    Args:
        command: Its words.
        secret: A word that is not to be shown.
        environment: Variables on top of this process's own.

    Raises:
        subprocess.CalledProcessError: It failed; what it said is above.
    """
    words = [str(word) for word in command]
    shown = " ".join(words)
    print("+", shown.replace(secret, "…") if secret else shown, flush=True)
    subprocess.run(words, check=True, cwd=ROOT, env={**os.environ, **environment})
