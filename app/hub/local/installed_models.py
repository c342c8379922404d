"""The list of model files Phial knows on this computer: what they are and who put them there.

One JSON file beside the models, which the window and the terminal may both write: each change is
made to what is on disk then. Losing it deletes no model: the files stay where they are and can be
added again, and a file that is not listed is never deleted.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.download import ModelFolderError
from app.domain.errors import NotFoundError
from app.domain.private_files import FILE_MODE, make_folder, read_file
from app.hub.download.disk import delete_file, disk_error, file_size, write_json
from app.hub.network.json_records import build, parse
from app.language import tr
from app.language.sentence import from_stored, to_stored

FORMAT = 1
_LOCK_SECONDS = 10.0  # another Phial holds the list while it deletes a model's files
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """One model on this computer.

    Attributes:
        paths: Its files, in order; several for a split one.
        name: For people.
        size: Bytes, all parts.
        sha256: A hash for each path; empty strings while not known.
        owned: Whether Phial put the files there and may delete them.
        quantization: "Q4_K_M", or empty.
        repository: Where it came from; empty for a file of the user's.
        commit: The commit it came from.
        modified: Modification time of the first file in nanoseconds, to notice a change.
        verified: Whether the hash was compared with one the hub or a ``.sha256`` file told.
        architecture: GGUF ``general.architecture``.
        context_length: Tokens it was trained for; 0 where unknown.
        problem: Why it cannot answer; empty where it can. It is listed so that it can be removed.
    """

    paths: tuple[Path, ...]
    name: str
    size: int
    sha256: tuple[str, ...] = ()
    owned: bool = False
    quantization: str = ""
    repository: str = ""
    commit: str = ""
    modified: int = 0
    verified: bool = False
    architecture: str = ""
    context_length: int = 0
    problem: str = ""

    @property
    def path(self) -> Path:
        """The file to load."""
        return self.paths[0]

    @property
    def missing(self) -> bool:
        """Whether a file is gone."""
        return not all(path.is_file() for path in self.paths)

    @property
    def changed(self) -> bool:
        """Whether the first file is another one than was listed."""
        try:
            return self.path.stat().st_mtime_ns != self.modified
        except OSError:
            return True


class InstalledModels:
    """The list, kept on disk. Thread-safe."""

    def __init__(self, index: Path) -> None:
        """Read the list; a damaged one counts as empty, and is kept beside the new one.

        Args:
            index: The JSON file.
        """
        self._index = index
        self._lock = threading.RLock()
        self._stamp: tuple[int, int, int] | None = None
        self._models: dict[Path, InstalledModel] = {}
        self._refresh()

    def models(self) -> tuple[InstalledModel, ...]:
        """Every model listed, also those whose files are gone."""
        with self._lock:
            self._refresh()
            return tuple(self._models.values())

    def get(self, path: Path) -> InstalledModel | None:
        """The model whose first file is ``path``."""
        with self._lock:
            self._refresh()
            return self._models.get(path)

    def put(self, model: InstalledModel) -> InstalledModel:
        """Add or replace an entry.

        Raises:
            DiskFullError, ModelFolderError: The list cannot be written.
        """
        with self._changing():
            self._models[model.path] = model
        return model

    def forget(self, path: Path) -> InstalledModel:
        """Take an entry off the list; no file is touched.

        Raises:
            NotFoundError: It is not listed.
        """
        with self._changing():
            model = self._models.pop(path, None)
            if model is None:
                raise NotFoundError(tr("{path} is not in the list of models.", path=str(path)))
            return model

    def bytes_freed(self, path: Path) -> int:
        """Bytes that :meth:`remove` would free: 0 for a file Phial did not put there.

        Raises:
            NotFoundError: It is not listed.
        """
        model = self.get(path)
        if model is None:
            raise NotFoundError(tr("{path} is not in the list of models.", path=str(path)))
        return sum(file_size(one) for one in model.paths) if model.owned else 0

    def remove(self, path: Path) -> int:
        """Take a model off the list, and delete its files if Phial put them there.

        Returns:
            Bytes freed.

        Raises:
            NotFoundError: It is not listed.
            ModelFolderError: A file cannot be deleted; the entry stays.
        """
        with self._changing():
            freed = self.bytes_freed(path)
            model = self._models.pop(path)
            if model.owned:
                for one in model.paths:
                    delete_file(one)
                with contextlib.suppress(OSError):  # other files of the repository are in there
                    path.parent.rmdir()
            return freed

    # --- disk ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Change what is on disk now, alone; an error inside changes nothing."""
        from filelock import FileLock, Timeout

        beside = self._index.with_name(self._index.name + ".lock")
        lock = FileLock(beside, timeout=_LOCK_SECONDS, mode=FILE_MODE)
        with self._lock, contextlib.ExitStack() as held:
            try:
                make_folder(self._index.parent)
                held.enter_context(lock)
            except Timeout as error:
                raise ModelFolderError(
                    tr("Another Phial is changing the list of models.")
                ) from error
            except OSError as error:
                raise disk_error(error, self._index) from error
            self._refresh()
            before, done = dict(self._models), False
            try:
                yield
                self._write()
                done = True
            finally:
                if not done:
                    self._models = before

    def _refresh(self) -> None:
        """Read the list again where another process has changed it."""
        stamp = _stamp_of(self._index)
        if stamp != self._stamp:
            self._stamp = stamp
            self._models = {model.path: model for model in self._read()}

    def _read(self) -> Iterable[InstalledModel]:
        try:
            data = parse(read_file(self._index).decode())
            if data["format"] != FORMAT:
                raise ValueError(f"format {data['format']!r}")
            return [_from_json(entry) for entry in data["models"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            beside = self._index.with_suffix(".damaged.json")
            _log.warning(
                "The list of models cannot be read, so it is kept as %s: %r", beside, error
            )
            with contextlib.suppress(OSError):
                self._index.replace(beside)
            return []

    def _write(self) -> None:
        write_json(
            self._index,
            {"format": FORMAT, "models": [_to_json(model) for model in self._models.values()]},
        )
        self._stamp = _stamp_of(self._index)


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written anew; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _to_json(model: InstalledModel) -> dict[str, Any]:
    record = {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}
    record["paths"] = [str(path) for path in model.paths]
    record["problem"] = to_stored(model.problem)
    return record


def _from_json(record: dict[str, Any]) -> InstalledModel:
    values = dict(record)
    values["paths"] = tuple(Path(path) for path in values["paths"])
    values["sha256"] = tuple(values.get("sha256", ()))
    values["problem"] = from_stored(values.get("problem", ""))
    if not values["paths"]:
        raise ValueError("a model without a file")
    return build(InstalledModel, values)
