"""The list of model files Phial knows on this computer: what they are and who put them there.

One JSON file beside the models. Losing it loses no model: files are found again by looking, and a
file that is not listed is never deleted.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import NotFoundError
from app.hub.disk import disk_error, file_size

FORMAT = 1


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


class Library:
    """The list, kept on disk. Thread-safe."""

    def __init__(self, index: Path) -> None:
        """Read the list; a damaged one counts as empty, and is kept beside the new one.

        Args:
            index: The JSON file.
        """
        self._index = index
        self._lock = threading.RLock()
        self._models: dict[Path, InstalledModel] = {model.path: model for model in self._read()}

    def models(self) -> tuple[InstalledModel, ...]:
        """Every model listed, also those whose files are gone."""
        with self._lock:
            return tuple(self._models.values())

    def get(self, path: Path) -> InstalledModel | None:
        """The model whose first file is ``path``."""
        with self._lock:
            return self._models.get(path)

    def with_hash(self, sha256: str) -> InstalledModel | None:
        """A model whose first file has that hash, if its files are there."""
        with self._lock:
            for model in self._models.values():
                if model.sha256[:1] == (sha256,) and not model.missing:
                    return model
        return None

    def put(self, model: InstalledModel) -> InstalledModel:
        """Add or replace an entry.

        Raises:
            DiskFullError, ModelFolderError: The list cannot be written.
        """
        with self._lock:
            self._models[model.path] = model
            self._write()
        return model

    def forget(self, path: Path) -> InstalledModel:
        """Take an entry off the list; no file is touched.

        Raises:
            NotFoundError: It is not listed.
        """
        with self._lock:
            model = self._models.pop(path, None)
            if model is None:
                raise NotFoundError(f"{path} is not in the list of models.")
            self._write()
            return model

    def bytes_freed(self, path: Path) -> int:
        """Bytes that :meth:`remove` would free: 0 for a file Phial did not put there.

        Raises:
            NotFoundError: It is not listed.
        """
        model = self.get(path)
        if model is None:
            raise NotFoundError(f"{path} is not in the list of models.")
        return sum(file_size(one) for one in model.paths) if model.owned else 0

    def remove(self, path: Path) -> int:
        """Take a model off the list, and delete its files if Phial put them there.

        Returns:
            Bytes freed.

        Raises:
            NotFoundError: It is not listed.
            ModelFolderError: A file cannot be deleted; the entry stays.
        """
        with self._lock:
            freed = self.bytes_freed(path)
            model = self._models[path]
            if model.owned:
                for one in model.paths:
                    try:
                        one.unlink(missing_ok=True)
                    except OSError as error:
                        raise disk_error(error, one) from error
                with contextlib.suppress(OSError):  # other files of the repository are in there
                    path.parent.rmdir()
            self.forget(path)
            return freed

    # --- disk ---------------------------------------------------------------------------------

    def _read(self) -> Iterable[InstalledModel]:
        try:
            data = json.loads(self._index.read_text("utf-8"))
            if data["format"] != FORMAT:
                raise ValueError(f"format {data['format']!r}")
            return [_from_json(entry) for entry in data["models"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError):
            with contextlib.suppress(OSError):
                self._index.replace(self._index.with_suffix(".damaged.json"))
            return []

    def _write(self) -> None:
        write_json(
            self._index,
            {"format": FORMAT, "models": [_to_json(model) for model in self._models.values()]},
        )


def write_json(path: Path, value: object) -> None:
    """Write a small file so that a reader finds the old or the new one, never half.

    Raises:
        DiskFullError, ModelFolderError: It cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(value, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise disk_error(error, path) from error


def _to_json(model: InstalledModel) -> dict[str, Any]:
    record = {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}
    record["paths"] = [str(path) for path in model.paths]
    return record


def _from_json(record: dict[str, Any]) -> InstalledModel:
    known = {field.name for field in dataclasses.fields(InstalledModel)}
    values = {key: value for key, value in record.items() if key in known}
    values["paths"] = tuple(Path(path) for path in values["paths"])
    values["sha256"] = tuple(values.get("sha256", ()))
    if not values["paths"]:
        raise ValueError("a model without a file")
    return InstalledModel(**values)
