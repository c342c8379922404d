"""What the program asks of the desktop, as a desktop on the session bus hears it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import ROOT, SYSTEM_PYTHON, Start, missing, until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]
Desktop = Callable[..., Callable[[], list[str]]]


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """Starts a desktop of some services; gives what tells the lines it has noted."""
    notes, running = tmp_path / "notes", list[subprocess.Popen[str]]()
    notes.touch()

    def begin(*services: str) -> Callable[[], list[str]]:
        process = subprocess.Popen(
            [SYSTEM_PYTHON, str(ROOT / "tests/e2e/desktop_services.py"), str(notes), *services],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return lambda: notes.read_text().splitlines()

    yield begin
    for process in running:
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("service", "asked"),
    [
        ("gnome", "Inhibit ('Phial', 0, 'Phial is writing an answer', 4)"),
        ("kde", "Inhibit ('Phial', 'Phial is writing an answer')"),
    ],
)
def test_the_computer_stays_awake_while_an_answer_is_written(
    start: Start, desktop: Desktop, tmp_path: Path, service: str, asked: str
) -> None:
    noted = desktop(service)
    script = pieces_of("round and about it goes, ")
    spec = ModelSpec(script=script, loop=True, layers=32, context=16_384)
    window = start("--model", str(write_model(tmp_path / "endless.gguf", spec)))
    window.write("Message", "Go")
    assert noted() == []
    window.press("Send")
    until(lambda: noted() == [asked], "to be asked to stay awake")
    window.reads("tokens/s")
    window.press("Stop")
    until(lambda: noted() == [asked, "let go"], "to be let go")
    assert window.close() == 0


def test_a_notification_reaches_the_desktop(desktop: Desktop) -> None:
    noted = desktop("portal")
    tell = (
        "from PySide6.QtCore import QCoreApplication;"
        "from app.ui.desktop.notification import show_notification;"
        "app = QCoreApplication([]);"
        "show_notification('An answer is ready', 'Bottles')"
    )
    subprocess.run([sys.executable, "-c", tell], check=True, cwd=ROOT)
    until(lambda: len(noted()) == 1, "the notification")
    assert noted()[0].startswith("AddNotification ('answer', {")
    assert "'An answer is ready'" in noted()[0]
    assert "'Bottles'" in noted()[0]


@pytest.mark.parametrize(("services", "stands"), [((), "66"), (("portal",), "50")])
def test_nothing_moves_where_the_desktop_wants_no_motion(
    desktop: Desktop, services: tuple[str, ...], stands: str
) -> None:
    desktop(*services)
    show = """
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from app.ui.style.motion import Rise, motion_wish
app, window = QApplication([]), QWidget()
window.show()
toast = QFrame(window)
rise = Rise(toast)
rise.to(QPoint(0, 50), comes=True)  # nobody knows yet, so it is there at once
assert toast.y() == 50
while motion_wish()._open:
    app.processEvents()
rise.to(QPoint(0, 50), comes=True)
print(toast.y())
"""
    done = subprocess.run(
        [sys.executable, "-c", show], check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == stands
