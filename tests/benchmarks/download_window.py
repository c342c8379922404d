"""The window during a download: run by bench_download.py in a process of its own.

Opens the real window on the models dialog, fetches one file from a hub, and measures on the GUI
thread how late a timer fires and how much the memory grows. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import psutil
from PySide6.QtCore import Qt, QTimer

from app.compose import build_services
from app.domain.download import DownloadItem
from app.services.core.events import DownloadChanged, Event
from app.setup import prepare
from app.system.paths import Folders
from app.ui.application import AppearanceController, make_application
from app.ui.main_window import MainWindow
from app.ui.shell.page_names import ModelsTab

BEAT_MS = 5
SETTLE_MS = 1500  # the window is drawn and quiet before anything is measured


class Heart:
    """A timer on the GUI thread that notes how late it is."""

    def __init__(self) -> None:
        self.timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.beat)
        self.late: list[float] = []
        self.memory: list[int] = []
        self._before = 0.0
        self._process = psutil.Process()

    def start(self) -> None:
        """Begin to measure."""
        self._before = time.perf_counter()
        self.timer.start()

    def beat(self) -> None:
        """Note how late this beat is, and now and then the memory."""
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._before - BEAT_MS / 1000))
        if len(self.late) % 20 == 0:
            self.memory.append(self._process.memory_info().rss)
        self._before = now


def folders(root: Path) -> Folders:
    """Everything below one folder, models where the benchmark measures."""
    os.environ["PHIAL_HOME"] = str(root)
    from app.system.paths import folders as find

    return find()


def main() -> None:
    """Measure one download: ``download_window.py HOME REPOSITORY FILE``, hub in HF_ENDPOINT."""
    root, repository, file = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    application = make_application(sys.argv[:1])
    with prepare(folders(root)) as setup:
        setup.settings.update(welcomed=True)
        services = build_services(setup)
        look = AppearanceController(application, services)
        look.apply()
        window = MainWindow(services, look.theme)
        look.add_window(window)
        window.show()
        window.begin()
        window.commands.models.show_models(ModelsTab.DOWNLOADS)
        heart, last = Heart(), list[DownloadItem]()
        times: list[float] = []

        def on_event(event: Event) -> None:
            if isinstance(event, DownloadChanged) and event.item.state.over:
                last.append(event.item)
                times.append(time.perf_counter())
                application.quit()

        def go() -> None:
            heart.start()
            times.append(time.perf_counter())
            services.downloads.start(repository, (file,))

        window.bridge.arrived.connect(on_event)
        QTimer.singleShot(SETTLE_MS, go)
        application.exec()
        heart.timer.stop()
        window.close()
        services.close()
    late = sorted(heart.late)
    memory = heart.memory or [0]
    sys.stdout.write(
        json.dumps(
            {
                "state": last[0].state.value,
                "error": last[0].error,
                "seconds": times[1] - times[0],
                "bytes": last[0].total,
                "beats": len(late),
                "longest_ms": 1000 * late[-1],
                "p99_ms": 1000 * late[int(len(late) * 0.99)],
                "over_50_ms": sum(1 for one in late if one > 0.05),
                "memory_first": memory[0],
                "memory_grew": max(memory) - memory[0],
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
