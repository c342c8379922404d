"""What the program asks of the desktop, as a desktop on the session bus hears it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import ROOT, SYSTEM_PYTHON, RunningWindow, Start, missing, until
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


IN_TRAY = """
import sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
service, label = sys.argv[1:]
def call(path, interface, method, values):
    return bus.call_sync(service, path, interface, method, values, None, 0, 5_000, None).unpack()
menu, = call("/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get",
             GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "Menu")))
MENU = "com.canonical.dbusmenu"
_, (_, _, rows) = call(menu, MENU, "GetLayout", GLib.Variant("(iias)", (0, -1, [])))
(number,) = [row[0] for row in rows if row[1].get("label") == label]
event = GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("i", 0), 0))
call(menu, MENU, "Event", event)
"""


def test_a_window_in_the_tray_of_the_desktop_comes_back_and_quits(
    start: Start, desktop: Desktop, tmp_path: Path
) -> None:
    noted = desktop("tray")
    home = tmp_path / "home"
    home.mkdir()
    settings = {"welcomed": True, "tray": True, "keep_in_tray": True}
    (home / "settings.json").write_text(json.dumps(settings))
    window = start("--demo")
    until(lambda: any("RegisterStatusNotifierItem" in line for line in noted()), "the icon")
    item = re.search(r"RegisterStatusNotifierItem \('(\S+)',\)", "\n".join(noted()))
    assert item is not None

    def choose(label: str) -> None:
        words = [SYSTEM_PYTHON, "-c", IN_TRAY, item[1], label]
        subprocess.run(words, check=True, capture_output=True, timeout=30)

    window.control("Message")
    window.bring_forward()
    window.keys("alt+F4")
    until(lambda: not shown(window), "the window to go")
    choose("New chat")
    until(lambda: shown(window), "the window to come back")
    choose("Quit")
    assert window.process.wait(timeout=60) == 0


def shown(window: RunningWindow) -> bool:
    """Whether it has a window that a person can see."""
    seen = ["xdotool", "search", "--onlyvisible", "--pid", str(window.process.pid)]
    return bool(subprocess.run(seen, capture_output=True, check=False).stdout.split())


TOLD = """
from PySide6.QtWidgets import QApplication, QWidget
from app.domain.download import DownloadItem, DownloadState
from app.services.core.events import DownloadChanged
from app.ui.core.operations import Operations
from app.ui.core.taskbar import TaskbarProgress
from app.ui.desktop.awake import KeepAwake
from app.ui.desktop.notification import show_notification
app = QApplication([])
app.setDesktopFileName("chat.phial.Phial")
window = QWidget()
operations = Operations(print, window)
awake, progress = KeepAwake(operations, window), TaskbarProgress(window)
for state, done in ((DownloadState.DOWNLOADING, 50), (DownloadState.DONE, 100)):
    item = DownloadItem("1" * 32, "a/b", "b.gguf", ("b.gguf",), state=state, done=done, total=100)
    awake.on_event(DownloadChanged(item))
    progress.show([item])
show_notification("An answer is ready", "Bottles")
operations.close()
"""


def test_the_desktop_hears_of_an_answer_and_of_a_download(desktop: Desktop) -> None:
    noted = desktop("portal", "kde", "dock")
    subprocess.run([sys.executable, "-c", TOLD], check=True, cwd=ROOT)
    until(lambda: len(noted()) == 5, "all that is told")
    lines = "\n".join(sorted(noted()))
    assert "AddNotification ('answer', {" in lines
    assert "'An answer is ready'" in lines
    assert "'Bottles'" in lines
    assert "Inhibit ('Phial', 'Phial is fetching a model')\n" in lines
    assert lines.endswith("let go")
    half, over = (line for line in lines.splitlines() if line.startswith("Update"))
    assert "application://chat.phial.Phial.desktop" in half
    assert "0.5" in half + over
    assert "<true>" in half + over
    assert "<false>" in half + over


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


LARGER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFont, QFontDatabase
from app.domain.settings import Settings
from app.ui.application import AppearanceController, make_application
from app.ui.desktop.text_size import DesktopTextSize
from app.ui.main_window import MainWindow
from app.ui.style.widgets import StyledLabel
from tests.support.harness import build

app = make_application()
services = build(Path(sys.argv[1]), settings=Settings(welcomed=True)).services
look = AppearanceController(app, services)
look.apply()
window = MainWindow(services, look.theme)
look.add_window(window)
window.show()
window.begin()
heading = window.pane.empty.findChild(StyledLabel)
sizes = [heading.font().pointSizeF()]
texts = [window.pane.transcript._styles.normal.fonts.text.pointSizeF()]

def note():
    sizes.append(heading.font().pointSizeF())
    texts.append(window.pane.transcript._styles.normal.fonts.text.pointSizeF())

desktop = DesktopTextSize(look, wayland=True)
desktop.changed.connect(look._scale_text)
desktop.changed.connect(lambda _scale: note())
while len(sizes) < 3:
    app.processEvents()
system = QFontDatabase.systemFont
larger = QFont(system(QFontDatabase.SystemFont.GeneralFont))
larger.setPointSizeF(24)
QFontDatabase.systemFont = lambda which: QFont(larger)
QCoreApplication.sendEvent(window.windowHandle(), QEvent(QEvent.Type.ThemeChange))
before = heading.font().pointSizeF()
while heading.font().pointSizeF() == before:
    app.processEvents()
note()
assert sizes[-1] > sizes[-2] and texts[-1] > texts[-2]
for found in (sizes, texts):
    print(*(round(one / found[0], 2) for one in found[:-1]))
window.close()
services.close()
"""


def test_text_is_as_large_as_the_desktop_wants_it_at_any_time(
    desktop: Desktop, tmp_path: Path
) -> None:
    desktop("portal")
    done = subprocess.run(
        [sys.executable, "-c", LARGER, str(tmp_path)],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["1.0", "1.25", "1.5"] * 2
