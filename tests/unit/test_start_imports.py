"""A start imports what the first window shows, and nothing that can come later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LATER = ("huggingface_hub", "httpx2", "keyring", "ziamath", "jinja2", "rich", "prompt_toolkit",
         "uvicorn", "starlette", "asyncio")  # fmt: skip


def test_the_window_waits_for_no_package_that_it_does_not_show(tmp_path: Path) -> None:
    """Together they take as long to import as all the rest.

    The services are built and the window is made and shown; what is imported by itself in its first
    idle moment comes after.
    """
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.support.harness import build\n"
        "from app.ui.application import AppearanceController, make_application\n"
        "from app.ui.main_window import MainWindow\n"
        "services = build(Path(sys.argv[1])).services\n"
        "look = AppearanceController(make_application(), services)\n"
        "window = MainWindow(services, look.theme)\n"
        "window.show()\n"
        "window.begin()\n"
        f"print([name for name in {LATER!r} if name in sys.modules])\n"
        "window.close()\n"
        "services.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout.strip() == "[]", done.stdout
