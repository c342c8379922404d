"""Model files on the list: those that are there, the one used at the start, and their hashes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import KnownError, ModelFileError
from app.domain.model import DEMO, ModelFile
from app.hub.download.control import DownloadControl
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.services.core.events import ModelPhase, ModelState
from app.services.core.serial_executor import SerialExecutor
from app.services.models.model_files import find_model, model_file

if TYPE_CHECKING:
    from app.hub.local.installed_models import InstalledModel

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
