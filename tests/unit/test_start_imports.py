"""A start imports what the first window shows, and nothing that can come later."""

from __future__ import annotations

import subprocess
import sys

LATER = ("huggingface_hub", "httpx2", "keyring", "ziamath", "jinja2", "rich", "prompt_toolkit")


def test_the_window_waits_for_no_package_that_it_does_not_show() -> None:
    """Together they take as long to import as all the rest."""
    code = (
        "import sys, app.compose, app.ui.application, app.ui.main_window\n"
        f"print([name for name in {LATER!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
