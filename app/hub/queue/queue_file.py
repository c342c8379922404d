"""What the queue leaves on disk: the list of downloads, and the entry of a finished model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.download import DownloadItem, DownloadResult, DownloadState, RemoteFile
from app.domain.errors import ModelFileError
from app.domain.gguf.header import GgufHeader, read_gguf_file
from app.domain.gguf.model_kind import check_text_model, finds_by_meaning
from app.domain.naming import model_title
from app.domain.private_files import read_file
from app.hub.api.file_names import SPLIT, plain_name, quantization_of
from app.hub.download.disk import write_json
from app.hub.local.installed_models import InstalledModel, InstalledModels
from app.hub.network.json_records import build, parse
from app.language import tr
from app.language.sentence import from_stored, to_stored

FORMAT = 1
KEPT = (
    "id", "repository", "name", "paths", "revision", "state", "done", "total", "notice", "error"
)  # fmt: skip
_SENTENCES = ("notice", "error")


def read_queue(path: Path) -> list[DownloadItem]:
    """The downloads as they were left; what was running or waiting is paused now.

    A list that cannot be read counts as empty: the parts are still on disk, and asking for a model
    again goes on with them.
    """
    try:
        data = parse(read_file(path).decode())
        if data["format"] != FORMAT:
            return []
        return [_restored(record) for record in data["downloads"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def write_queue(path: Path, items: Iterable[DownloadItem]) -> None:
    """Keep the list.

    Raises:
        DiskFullError, ModelFolderError: It cannot be written.
    """
    records = []
    for item in items:
        record = {key: getattr(item, key) for key in KEPT}
        record |= {key: to_stored(record[key]) for key in _SENTENCES}
        records.append({**record, "files": [str(file) for file in item.files]})
    write_json(path, {"format": FORMAT, "downloads": records})


def _restored(record: dict[str, Any]) -> DownloadItem:
    values = dict(record)
    state = DownloadState(values["state"])
    if state.active or state is DownloadState.QUEUED:
        state = DownloadState.PAUSED
    values["state"] = state
    values["paths"] = tuple(values["paths"])
    values["files"] = tuple(Path(path) for path in values.get("files", ()))
    values |= {key: from_stored(values[key]) for key in _SENTENCES if key in values}
    return build(DownloadItem, values)


def add_installed(
    library: InstalledModels, files: tuple[RemoteFile, ...], results: list[DownloadResult]
) -> InstalledModel:
    """Put a finished model on the list of installed ones.

    Raises:
        ModelFileError: It arrived as the hub has it, and is no model that can be used. It is
            listed nevertheless, so that it can be removed.
    """
    path = results[0].path
    named = plain_name(files[0].path)
    model = InstalledModel(
        paths=tuple(result.path for result in results),
        name=named,
        size=sum(file.size for file in files),
        sha256=tuple(result.sha256 for result in results),
        owned=True,
        quantization=quantization_of(files[0].path),
        repository=files[0].repository,
        commit=files[0].commit,
        modified=path.stat().st_mtime_ns,
        verified=all(result.verified for result in results),
    )
    try:
        header = _usable_header(path, len(files))
    except ModelFileError as error:
        library.put(replace(model, problem=error.what))
        raise
    quantization = header.quantization or model.quantization
    return library.put(
        replace(
            model,
            name=model_title(header.name, named.removesuffix(".gguf"), quantization),
            quantization=quantization,
            architecture=header.architecture,
            context_length=header.trained_context,
        )
    )


def _usable_header(path: Path, files: int) -> GgufHeader:
    """The header of a model that arrived, whole: one of text, or one that finds passages."""
    header = read_gguf_file(path)
    split = SPLIT.fullmatch(path.name)
    parts = max(header.split_count, int(split["count"]) if split else 1)
    if parts > files:
        raise ModelFileError(
            tr(
                "{name} is one of {parts} parts, and a part alone cannot be used.",
                name=path.name,
                parts=parts,
            ),
            data=_LISTED,
            action=tr("Ask for the whole model instead."),
        )
    if finds_by_meaning(header.architecture):
        return header
    try:
        check_text_model(header, path.name)
    except ModelFileError as error:
        raise ModelFileError(error.what, data=_LISTED, action=error.action) from error
    return header


_LISTED = tr("It is whole, and on the list of models so that it can be removed.")
