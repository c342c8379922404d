"""A start imports what the first window shows, and nothing that can come later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LATER = ("huggingface_hub", "httpx2", "keyring", "ziamath", "latex2mathml", "jinja2", "rich",
         "prompt_toolkit", "uvicorn", "starlette", "asyncio", "pygments.lexers",
         "importlib.metadata", "http.client", "ssl", "markdown_it", "uuid", "PySide6.QtDBus",
         "spylls", "app.spelling.speller",
         "app.remote.engine", "app.hub.queue.download_queue", "app.hub.api.client",
         "app.markup.transfer.formats", "app.services.transfer.importing", "app.cli.ask",
         "app.documents.process.client", "app.ui.models.models_page",
         "app.ui.settings.settings_page", "app.ui.transfer.pdf", "app.ui.library.help_dialogs",
         "app.ui.presets.values_form", "app.markup.maths.drawing", "PySide6.QtNetwork",
         "app.domain.documents", "app.markup.transfer.values", "app.store.search.searcher",
         "app.store.safety.recovery", "app.hub.local.local_files",
         )  # fmt: skip
MOST_MODULES = 433
"""Modules of ours in the first window; 569 when the start took half as long again. Each is half a
millisecond at least, so one more should be needed by what is seen."""
BEHIND_A_WORD = {  # modules of ours, at most, before a command does its work
    ("--version",): 28,
    ("ask", "--help"): 110,
    ("chats", "list", "--help"): 236,
}


def run(code: str, *words: str, home: Path | None = None) -> str:
    own = {"PHIAL_HOME": str(home)} if home is not None else {}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **own},
        cwd=ROOT,
    ).stdout


def test_the_window_waits_for_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    """The services are built and the window is made and shown, as the program does it.

    What is imported by itself in its first idle moment comes after.
    """
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.support.harness import build\n"
        "before = set(sys.modules)\n"
        "services = build(Path(sys.argv[1])).services\n"
        "from app.ui.application import AppearanceController, make_application\n"
        "from app.ui.main_window import MainWindow\n"
        "look = AppearanceController(make_application(), services)\n"
        "window = MainWindow(services, look.theme)\n"
        "window.show()\n"
        "window.begin()\n"
        f"print([name for name in {LATER!r} if name in sys.modules and name not in before])\n"
        "print(sum(name.startswith('app.') for name in sys.modules))\n"
        "window.close()\n"
        "services.close()\n"
    )
    late, number = run(code, str(tmp_path / "data")).splitlines()
    assert late == "[]", late
    assert int(number) <= MOST_MODULES, number


def test_before_the_first_frame_no_source_is_read_and_no_process_is_made(tmp_path: Path) -> None:
    """The hook that PySide6 puts in the place of Python's import reads all modules, and keeps them.

    What the program itself begins beside its window comes behind the frame. A start that is not the
    first writes nothing that is locked, and hashes nothing.
    """
    (tmp_path / "connections.jsonl").write_text('{"since":1796069413.0,"dropped":0}\n')
    (tmp_path / "settings.json").write_text('{"welcomed": true, "model_path": "demo"}')
    code = (
        "import builtins, linecache, os, sys\n"
        "own = builtins.__import__\n"
        "from app.main import main\n"
        "import app.setup\n"
        "whole = app.setup.prepare\n"
        "def seen(window, then):\n"
        "    kept = [name for name in linecache.cache if 'app/ui/' in name]\n"
        "    late = [name for name in ('app.engine.process.client', 'subprocess', 'psutil',\n"
        "            'email', '_hashlib', 'PySide6.QtNetwork', 'latex2mathml')\n"
        "            if name in sys.modules]\n"
        "    print(window.isVisible(), builtins.__import__ is own, kept, late, flush=True)\n"
        "    os._exit(0)\n"
        "def prepare(*values, **named):\n"
        "    sys.modules['app.ui.application'].FirstFrame = seen\n"
        "    return whole(*values, **named)\n"
        "app.setup.prepare = prepare\n"
        "main([])\n"
    )
    told = run(code, home=tmp_path)
    assert told.splitlines()[-1] == "True True [] []", told


def test_a_command_imports_what_it_needs_and_not_what_others_need() -> None:
    code = (
        "import sys\n"
        "from app.main import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    print(sum(name.startswith('app.') for name in sys.modules))\n"
    )
    for words, most in BEHIND_A_WORD.items():
        told = run(code, *words).splitlines()[-1]
        assert int(told) <= most, (words, told)
