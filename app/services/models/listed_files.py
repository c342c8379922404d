"""Model files on the list: which are there, their hashes, and reading the one used next."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import KnownError, ModelFileError
from app.domain.model import DEMO, ModelFile
from app.hub.download.control import DownloadControl
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.language.system_reasons import reason_of
from app.services.core.events import (
    Event,
    EventBus,
    ModelPhase,
    ModelState,
    ModelStateChanged,
    SettingsChanged,
)
from app.services.core.serial_executor import SerialExecutor
from app.services.models.model_files import find_model, model_file

if TYPE_CHECKING:
    from app.hub.local.installed_models import InstalledModel

SPARE_BYTES = 2 * 2**30  # left free beside both files; less would push out the one in use
_PIECE = 8 * 2**20
_log = logging.getLogger(__name__)


class ListedFiles:
    """Looks for model files, each time anew."""

    def __init__(self, shelf: ModelShelf, demo_path: Path) -> None:
        self._shelf = shelf
        self._demo_path = demo_path

    def demo(self) -> ModelFile:
        """The built-in demo model.

        Raises:
            ModelFileError: The installation is damaged.
        """
        return find_model(DEMO, self._demo_path)

    def all(self, chosen: ModelFile | None) -> list[ModelFile]:
        """Those that are there, with ``chosen``, and the demo last."""
        files = {model.path: model_file(model) for model in self._shelf.models()}
        files = {path: file for path, file in files.items() if path.is_file()}
        if chosen is not None and not chosen.demo and chosen.path.is_file():
            files.setdefault(chosen.path, chosen)
        try:
            return [*files.values(), self.demo()]
        except ModelFileError as error:  # its own file is gone; the others are as good as before
            _log.info("%s", error.what)
            return [*files.values()]

    def usable(self, path: Path) -> ModelFile | None:
        """The file as it stands on the list; None where it is another one by now, or gone."""
        listed = self._shelf.get(path)
        usable = listed is not None and not listed.missing and not listed.changed
        return model_file(listed) if listed is not None and usable else None

    def state(self, chosen: str) -> ModelState:
        """The state at the start with the model that the settings name.

        Where they name none it is the last of those that the terminal has put on the list.
        """
        if not chosen:
            found = (self.usable(model.path) for model in reversed(self._shelf.models()))
            last = next((file for file in found if file is not None and not file.problem), None)
            return ModelState(ModelPhase.UNLOADED if last else ModelPhase.NONE, last)
        try:
            file = self.usable(Path(chosen)) or find_model(chosen, self._demo_path)
        except ModelFileError as error:
            missing = ModelFile(Path(chosen), Path(chosen).stem)
            return ModelState(ModelPhase.FAILED, missing, error=error)
        return ModelState(ModelPhase.UNLOADED, file)


class FileHasher:
    """Takes the hashes of listed files, one after the other, on a thread of its own."""

    def __init__(self, shelf: ModelShelf) -> None:
        self._shelf = shelf
        self._executor = SerialExecutor("model-hasher")
        self._control = DownloadControl()

    def submit(self, model: InstalledModel, done: Callable[[bool], None]) -> None:
        """Take a file's hash, and keep it on the list.

        Args:
            model: From the list.
            done: Called on the hasher's thread with whether the hash is as told, or newly known;
                not where the file could not be read, or :meth:`close` came first.
        """
        self._executor.submit(lambda: self._hash(model, done))

    def close(self) -> None:
        """Stop hashing. May be called twice."""
        self._control.pause()
        self._executor.close()

    def _hash(self, model: InstalledModel, done: Callable[[bool], None]) -> None:
        from app.hub.local.local_files import verify

        try:
            good = verify(model, self._shelf, self._control)
        except KnownError as error:
            _log.warning("%s", error.what)
            return
        if good is not None:
            done(good)


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
