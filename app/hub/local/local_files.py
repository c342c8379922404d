"""Model files people already have: added in place or as a copy, verified."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.download import DamagedDownloadError, FileInTheWayError
from app.domain.errors import DiskFullError, ModelFileError
from app.domain.gguf.header import GgufHeader
from app.domain.naming import model_title
from app.hub.api.file_names import SPLIT, quantization_of, safe_parts
from app.hub.download.control import DownloadControl
from app.hub.download.disk import SPARE, delete_file, disk_error, free_bytes
from app.hub.download.hashing import hash_file
from app.hub.download.journal import JournalHead
from app.hub.download.partial_file import PartialFile
from app.hub.local.installed_models import InstalledModel, InstalledModels
from app.hub.local.split_files import read_split_header
from app.language import tr
from app.language.numbers import write
from app.language.system_reasons import reason_of

MAX_HASH_FILE = 1024 * 1024
_HASH_LINE = re.compile(r"^\\?([0-9a-fA-F]{64})(?:\s+[ *]?(.*))?$")


def read_hash_file(path: Path) -> str | None:
    """The SHA-256 that a ``.sha256`` file beside ``path`` tells, in sha256sum's or plain form.

    Raises:
        ModelFileError: There is such a file and no hash for ``path`` is in it.
    """
    beside = path.with_name(path.name + ".sha256")
    try:
        lines = beside.read_text("utf-8", "replace")[:MAX_HASH_FILE].splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelFileError(
            tr(
                "{name} cannot be read: {reason}.",
                name=beside.name,
                reason=reason_of(error),
            )
        ) from error
    found = [match for line in lines if (match := _HASH_LINE.match(line.strip()))]
    for match in found:
        if match[2] and Path(match[2]).name == path.name:
            return match[1].lower()
    if len(found) == 1:
        return found[0][1].lower()
    raise ModelFileError(
        tr("{name} holds no SHA-256 for {file}.", name=beside.name, file=path.name),
        data=tr("Nothing was changed."),
        action=tr("Delete {name} if you want to add the file unchecked.", name=beside.name),
    )


# --- adding -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CopyTarget:
    """What adding a file needs to know about the disk.

    Attributes:
        folder: Phial's folder for models, for copies.
        free_space: Bytes free in a folder.
        spare: Bytes to leave free.
    """

    folder: Path
    free_space: Callable[[Path], int] = free_bytes
    spare: int = SPARE


@dataclass(frozen=True, slots=True)
class Origin:
    """What the place a file was found in tells about it; all may be empty.

    Attributes:
        name: Its name there, where the file itself has none that says anything.
        repository: "owner/name".
        sha256: Hash of the first file, lower-case hex. Not checked.
    """

    name: str = ""
    repository: str = ""
    sha256: str = ""


def add_in_place(
    path: Path, library: InstalledModels, origin: Origin | None = None
) -> InstalledModel:
    """List a file where it is; it stays the user's and is never deleted.

    Quick: nothing but the header is read. Hashes that are told beside the files, or by their
    origin, are listed and not yet compared; :func:`verify` does that.

    Raises:
        ModelFileError: It cannot be used, with the reason.
    """
    origin = origin or Origin()
    path = path.expanduser().absolute()
    parts, header = read_split_header(path)
    told = _told_hashes(parts, origin)
    return library.put(_installed(parts, header, told if any(told) else (), origin))


def _told_hashes(parts: tuple[Path, ...], origin: Origin) -> tuple[str, ...]:
    told = [read_hash_file(part) or "" for part in parts]
    return (told[0] or origin.sha256, *told[1:])


def add_copy(
    path: Path,
    library: InstalledModels,
    adding: CopyTarget,
    control: DownloadControl,
    report: Callable[[int, int], None] = lambda _done, _total: None,
    origin: Origin | None = None,
) -> InstalledModel | None:
    """Copy a file into Phial's folder, hashing on the way and comparing with what is told.

    The hash is told by a ``.sha256`` file beside it, or by its origin.

    Returns:
        The model, or None when the control said stop; what was copied is deleted then.

    Raises:
        ModelFileError: It cannot be used.
        DamagedDownloadError: The copy's hash is not the one the ``.sha256`` file tells.
        DiskFullError: No room.
        FileInTheWayError: Another file has that name.
    """
    origin = origin or Origin()
    path = path.expanduser().absolute()
    parts, header = read_split_header(path)
    hashes_told = _told_hashes(parts, origin)
    total = sum(part.stat().st_size for part in parts)
    free = adding.free_space(adding.folder)
    if total + adding.spare > free:
        raise DiskFullError(
            tr(
                "The copy takes {needed} GB, and {free} GB are free.",
                needed=write(total / 1e9, digits=2),
                free=write(free / 1e9, digits=2),
            ),
            data=tr("Nothing was copied."),
            action=tr("Free some space, or use the file where it is."),
        )
    copied: list[tuple[Path, str]] = []
    before = 0
    with ExitStack() as undo:  # whatever ends the copying early, nothing of it stays
        for part, told in zip(parts, hashes_told, strict=True):
            target = adding.folder.joinpath(*safe_parts(_file_name(part, origin)))
            digest = _copy_one(part, target, told, control, _shifted(report, before, total))
            if digest is None:
                return None
            undo.callback(delete_file, target)
            copied.append((target, digest))
            before += target.stat().st_size
        model = _installed(
            tuple(target for target, _ in copied),
            header,
            tuple(digest for _, digest in copied),
            origin,
        )
        listed = library.put(replace(model, owned=True, verified=all(hashes_told)))
        undo.pop_all()
    return listed


_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def _file_name(path: Path, origin: Origin) -> str:
    """The name of a copy: the file's own, or its origin's where a store names files by hash."""
    if path.suffix.lower() == ".gguf" or not origin.name:
        return path.name
    return _NOT_IN_NAMES.sub("-", origin.name).strip("-.") + ".gguf"


def _shifted(report: Callable[[int, int], None], before: int, total: int) -> Callable[[int], None]:
    return lambda done: report(before + done, total)


def _copy_one(
    source: Path,
    target: Path,
    told: str,
    control: DownloadControl,
    report: Callable[[int], None],
) -> str | None:
    if target.exists():
        raise FileInTheWayError(tr("{path} exists already.", path=str(target)))
    part = PartialFile(target)
    size = source.stat().st_size
    with ExitStack() as undo:
        undo.callback(part.discard)
        part.start(JournalHead(source.as_uri(), "", "", told, size))
        try:
            with source.open("rb", buffering=0) as file:
                while count := file.readinto(buffer := part.buffer()):
                    if control.stopped:
                        return None
                    part.append(memoryview(buffer)[:count], buffer)
                    report(part.offset)
        except OSError as error:
            raise disk_error(error, source) from error
        part.flush()
        digest = part.digest()
        if told and digest != told:
            raise DamagedDownloadError(
                tr(
                    "{name} is damaged: its SHA-256 is not the one that is told with it.",
                    name=source.name,
                ),
                data=tr("Nothing was kept; the original was not touched."),
                action=tr("Copy it again from where it came."),
                detail=tr("expected {told}, read {digest}", told=told, digest=digest),
            )
        part.publish()
        undo.pop_all()
    return digest


def verify(
    model: InstalledModel,
    library: InstalledModels,
    control: DownloadControl,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> bool | None:
    """Hash a model's files and compare with what is known.

    Returns:
        True when they agree (or when no hash was known: the new ones are recorded), False when a
        file is not what it was, None when stopped.

    Raises:
        ModelFileError: A file cannot be read.
    """
    digests, before = [], 0
    try:
        for path in model.paths:
            digest = hash_file(path, lambda: control.stopped, _shifted(report, before, model.size))
            if digest is None:
                return None
            digests.append(digest)
            before += path.stat().st_size
    except OSError as error:
        raise ModelFileError(
            tr(
                "{name} cannot be read: {reason}.",
                name=model.path.name,
                reason=reason_of(error),
            )
        ) from error
    told = dict(zip(model.paths, model.sha256, strict=False))  # of a split file perhaps only one
    pairs = zip(model.paths, digests, strict=True)
    good = all(told.get(path, "") in {"", digest} for path, digest in pairs)
    if good and model.sha256 != tuple(digests):
        library.put(replace(model, sha256=tuple(digests)))
    return good


def _installed(
    parts: tuple[Path, ...], header: GgufHeader, hashes: tuple[str, ...], origin: Origin
) -> InstalledModel:
    first = parts[0]
    split = SPLIT.fullmatch(first.name)
    stem = split["stem"] if split else first.stem
    quantization = header.quantization or quantization_of(stem)
    return InstalledModel(
        paths=parts,
        name=model_title(header.name, stem, quantization, origin.name),
        size=sum(part.stat().st_size for part in parts),
        sha256=hashes,
        quantization=quantization,
        repository=origin.repository,
        modified=first.stat().st_mtime_ns,
        architecture=header.architecture,
        context_length=header.trained_context,
    )
