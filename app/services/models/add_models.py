"""Model files that are on this computer already: found, inspected, used in place or copied."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import ModelFileError, NotFoundError
from app.domain.model import ModelFile
from app.domain.naming import model_title
from app.hub.api.file_names import plain_name, quantization_of
from app.language import tr
from app.services.core.events import ErrorReported, EventBus, Notice
from app.services.models.model_files import check_architecture, model_file
from app.services.models.model_service import ModelService
from app.system.hardware import disk_free
from app.system.model_folders import candidate_folders

if TYPE_CHECKING:
    from app.hub.download.control import DownloadControl
    from app.hub.local.installed_models import InstalledModel
    from app.hub.local.installed_models import InstalledModels as ModelShelf
    from app.hub.local.local_files import Origin
    from app.hub.local.scan import FoundModel


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that could be added, read header-first.

    Attributes:
        file: What it is.
        origin: What the place it was found in tells.
        parts: Number of files.
        hash_file: Name of a ``.sha256`` file that lies beside it; empty for none.
        has_hash: Whether its SHA-256 is told, by that file or by its origin, and will be compared.
        free_bytes: Bytes free where a copy would go.
    """

    file: ModelFile
    origin: Origin
    parts: int
    hash_file: str
    has_hash: bool
    free_bytes: int


class AddModelService:
    """Adds files to the list of models.

    Args:
        shelf: The list.
        models: Hashes what is used in place.
        bus: The outcome is published here.
        folder: Phial's folder for models, where copies go.
    """

    def __init__(
        self, shelf: ModelShelf, models: ModelService, bus: EventBus, folder: Path
    ) -> None:
        self._installed = shelf
        self._models = models
        self._bus = bus
        self._folder = folder

    def inspect(self, path: Path, origin: Origin | None = None) -> Candidate:
        """Read a file's header. Quick, but not for a thread that draws.

        Raises:
            ModelFileError: It cannot be used; the reason is in the sentence.
        """
        from app.hub.local.local_files import Origin, read_hash_file
        from app.hub.local.split_files import read_split_header

        origin = origin or Origin()
        path = path.expanduser().absolute()
        parts, header = read_split_header(path)
        check_architecture(header.architecture, path.name)
        beside = read_hash_file(path)
        stem = plain_name(path.name).removesuffix(".gguf")
        quantization = header.quantization or quantization_of(path.name)
        return Candidate(
            ModelFile(
                path=parts[0],
                name=model_title(header.name, stem, quantization, origin.name),
                quantization=quantization,
                size=sum(part.stat().st_size for part in parts),
                architecture=header.architecture,
                context_length=header.trained_context,
            ),
            origin,
            len(parts),
            f"{path.name}.sha256" if beside else "",
            bool(beside or origin.sha256),
            disk_free(self._folder),
        )

    def use_in_place(self, path: Path, origin: Origin | None = None) -> ModelFile:
        """List a file where it is; Phial never deletes it.

        Its hash is taken in the background, and an event says how that went. Where one is told and
        the file has another, it is taken off the list again.

        Args:
            path: The file.
            origin: What the place it was found in tells.

        Raises:
            ModelFileError: It cannot be used, with the reason.
        """
        from app.hub.local.local_files import add_in_place

        self.inspect(path, origin)
        model = add_in_place(path, self._installed, origin)
        told = bool(model.sha256 and model.sha256[0])
        self._models.hash_listed(model, lambda good: self._hashed(model, told, good))
        return model_file(model)

    def use_and_compare(
        self,
        path: Path,
        control: DownloadControl,
        report: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> ModelFile | None:
        """List a file where it is, after comparing it with the hash that is told beside it. Blocks.

        Returns:
            The model, or None when it was stopped; it is not listed then.

        Raises:
            ModelFileError: It cannot be used, with the reason, or its hash is another.
        """
        from app.hub.local.local_files import add_in_place

        self.inspect(path)
        model = add_in_place(path, self._installed)
        if not (model.sha256 and model.sha256[0]):
            return model_file(model)
        with ExitStack() as undo:
            undo.callback(self._installed.forget, model.path)
            good = self.verify(model_file(model), control, report)
            if good is None:
                return None
            if not good:
                raise _damaged(model.path.name)
            undo.pop_all()
        return model_file(self._installed.get(model.path) or model)

    def copy(
        self,
        path: Path,
        control: DownloadControl,
        report: Callable[[int, int], None] = lambda _done, _total: None,
        origin: Origin | None = None,
    ) -> ModelFile | None:
        """Copy a file into Phial's folder, hashing on the way. Blocks.

        Returns:
            The model, or None when it was stopped; nothing is kept then.

        Raises:
            ModelFileError, DamagedDownloadError, DiskFullError, FileInTheWayError: Each with
                nothing kept of the copy.
        """
        from app.hub.local.local_files import CopyTarget, add_copy

        self.inspect(path, origin)
        copied = add_copy(path, self._installed, CopyTarget(self._folder), control, report, origin)
        return model_file(copied) if copied is not None else None

    def bytes_freed(self, model: ModelFile) -> int:
        """Bytes that removing it would free; 0 for a file that Phial did not put there."""
        return self._installed.bytes_freed(model.path)

    def verify(
        self, model: ModelFile, control: DownloadControl, report: Callable[[int, int], None]
    ) -> bool | None:
        """Hash a listed model's files again: True as before, False changed, None stopped.

        Raises:
            NotFoundError: It is not listed.
            ModelFileError: A file cannot be read.
        """
        from app.hub.local.local_files import verify

        listed = self._installed.get(model.path)
        if listed is None:
            raise NotFoundError(tr("{path} is not in the list of models.", path=str(model.path)))
        return verify(listed, self._installed, control, report)

    def find_elsewhere(self) -> tuple[FoundModel, ...]:
        """Models of other programs that are not listed yet. Reads folders; may take a second."""
        from app.hub.local.scan import scan

        listed = {_real(path) for model in self._installed.models() for path in model.paths}
        found = scan([(one.program, one.path) for one in candidate_folders()])
        return tuple(_known(model) for model in found if _real(model.paths[0]) not in listed)

    def _hashed(self, model: InstalledModel, told: bool, good: bool) -> None:
        name = model.path.name
        if good:
            if told:
                self._bus.publish(
                    Notice(tr("{name} is whole: its SHA-256 is the one told with it.", name=name))
                )
            return
        if self._installed.get(model.path) is not None:
            self._installed.forget(model.path)
        self._bus.publish(ErrorReported(_damaged(name)))


def _damaged(name: str) -> ModelFileError:
    return ModelFileError(
        tr("{name} is damaged: its SHA-256 is not the one that is told with it.", name=name),
        data=tr("It was taken off the list of models; the file was not touched."),
        action=tr("Copy it again from where it came."),
    )


def _known(found: FoundModel) -> FoundModel:
    """With the reason, where llama.cpp does not know its architecture."""
    try:
        check_architecture(found.architecture, found.paths[0].name)
    except ModelFileError as error:
        return replace(found, problem=error.what)
    return found


def origin_of(found: FoundModel) -> Origin:
    """What a place tells about a model that was found in it."""
    from app.hub.local.local_files import Origin
    from app.hub.local.scan import FolderKind

    return Origin(
        found.name if found.kind is FolderKind.OLLAMA else "", found.repository, found.sha256
    )


def _real(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except OSError:
        return path
