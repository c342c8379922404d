"""Reading the file that is used next, while the model in use still answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from app.domain.model import DEMO, ModelFile
from app.language.system_reasons import reason_of
from app.services.core.events import (
    Event,
    EventBus,
    ModelPhase,
    ModelState,
    ModelStateChanged,
    SettingsChanged,
)

SPARE_BYTES = 2 * 2**30  # left free beside both files; less would push out the one in use
_PIECE = 8 * 2**20
_log = logging.getLogger(__name__)


def free_memory() -> int:
    """Bytes that programs may have now; what the system only keeps of files counts as free."""
    import psutil

    return int(psutil.virtual_memory().available)


class NextFileReader:
    """Reads a model file as soon as it is chosen, so that the system holds it when it is loaded.

    A file that is chosen while an answer is written waits for its end. Read meanwhile, it loads
    from memory and not from disk. It is read only as far as both files and :data:`SPARE_BYTES` fit
    beside all else, and no further than the load begins, which reads the rest itself.

    Args:
        bus: Tells what is chosen and when loading begins.
        free: Bytes of memory that may be used now.

    Attributes:
        bytes_read: Of the file that was chosen last.
    """

    def __init__(self, bus: EventBus, free: Callable[[], int] = free_memory) -> None:
        self._free = free
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._in_use = 0  # bytes of the file that is loaded, which may be mapped and count as free
        self.bytes_read = 0
        bus.subscribe(self._on_event)

    def close(self) -> None:
        """Stop reading and wait for it. May be called twice."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _on_event(self, event: Event) -> None:
        match event:
            case SettingsChanged(before, after) if before.model_path != after.model_path:
                if self._in_use and after.model_path not in {"", DEMO}:
                    self._begin(Path(after.model_path))
            case ModelStateChanged(ModelState(phase=ModelPhase.READY, model=ModelFile() as model)):
                self._in_use = _size(model.path)
            case ModelStateChanged(ModelState(phase=ModelPhase.LOADING)):
                self._stop.set()
                self._in_use = 0

    def _begin(self, path: Path) -> None:
        self.close()
        self._stop = stop = threading.Event()
        self.bytes_read = 0
        arguments = (path, self._in_use, stop)
        self._thread = threading.Thread(target=self._read, args=arguments, name="next-file")
        self._thread.start()

    def _read(self, path: Path, in_use: int, stop: threading.Event) -> None:
        piece = memoryview(bytearray(_PIECE))
        try:
            left = path.stat().st_size
            with path.open("rb", buffering=0) as file:
                while left > 0 and not stop.is_set() and self._free() - in_use > left + SPARE_BYTES:
                    read = file.readinto(piece)
                    if not read:
                        break
                    left -= read
                    self.bytes_read += read
        except OSError as error:  # loading it tells the user why
            _log.info("A model file is not read ahead: %s", reason_of(error))
        else:
            _log.info("%d bytes of the next model file were read ahead", self.bytes_read)


def _size(path: Path) -> int:
    """Bytes of a file; 0 where it has gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
