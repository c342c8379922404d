"""Where the files of a download lie, finished and unfinished, and the room they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.download import DownloadItem, RemoteFile
from app.hub.api.file_names import safe_parts
from app.hub.download.disk import SPARE, DiskSpace, delete_file, file_size, free_bytes
from app.hub.download.partial_file import partial_path, unfinished_files
from app.language import tr


@dataclass(frozen=True, slots=True)
class DownloadTarget:
    """Where downloads go and what they may take.

    Attributes:
        folder: The folder for models.
        state: The file that remembers the queue.
        free_space: Bytes free in a folder.
        spare: Bytes to leave free.
    """

    folder: Path
    state: Path
    free_space: Callable[[Path], int] = free_bytes
    spare: int = SPARE

    def folders(self, file: RemoteFile) -> tuple[Path, ...]:
        """The repository's folder, and one for this commit where another version lies there."""
        usual = self.folder / _folder_name(file.repository)
        if not file.commit:
            return (usual,)
        return usual, usual.with_name(f"{usual.name}@{file.commit[:8]}")

    def check_room(self, files: tuple[RemoteFile, ...], targets: list[Path]) -> None:
        """See that all parts of a model fit, not only the next one.

        One download runs at a time, so the room that is free now is its own.

        Raises:
            DiskFullError: They do not; says how many bytes are missing.
        """
        needed = 0
        for file, target in zip(files, targets, strict=True):
            if not target.exists():
                needed += max(0, file.size - file_size(partial_path(target)))
        DiskSpace(self.folder, self.free_space, self.spare).check(needed, tr("This download"))

    def bytes_here(self, item: DownloadItem) -> int:
        """Bytes on disk of a download that ended early; a damaged part is gone by now."""
        return sum(
            max(file_size(target), file_size(partial_path(target)))
            for target in self._targets(item)
        )

    def discard(self, item: DownloadItem) -> None:
        """Delete what a download wrote: unfinished parts, and finished ones of a split file.

        Raises:
            ModelFolderError: A file cannot be deleted.
        """
        for target in self._targets(item):
            for path in unfinished_files(target):
                delete_file(path)
        for finished in item.files:
            delete_file(finished)

    def _targets(self, item: DownloadItem) -> Iterator[Path]:
        """Where its files are or would be, for every commit it was begun with."""
        usual = _folder_name(item.repository)
        for folder in self.folder.glob(f"{usual}*"):
            if folder.name.partition("@")[0] == usual:
                for path in item.paths:
                    yield folder.joinpath(*safe_parts(path))


def _folder_name(repository: str) -> str:
    return repository.replace("/", "--")
