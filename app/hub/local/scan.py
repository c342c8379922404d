"""Finding model files in other programs' folders, without changing anything there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.domain.errors import ModelFileError
from app.domain.naming import model_title
from app.hub.api.file_names import SPLIT, names_a_model, quantization_of
from app.hub.local.split_files import read_split_header
from app.hub.network.json_records import parse
from app.language import tr
from app.language.system_reasons import reason_of

MAX_DEPTH = 6  # folders below the one that is searched; the Hub's cache uses four
MAX_FOUND = 2_000
MAX_MANIFEST = 1024 * 1024
OLLAMA_MODEL = "application/vnd.ollama.image.model"
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")


class FolderKind(StrEnum):  # not shown: see label
    """Whose folder it is, which decides how its files are named."""

    HUB_CACHE = "Hugging Face cache"
    LM_STUDIO = "LM Studio"
    JAN = "Jan"
    GPT4ALL = "GPT4All"
    OLLAMA = "Ollama"
    OTHER = "Folder"

    @property
    def label(self) -> str:
        """What it is called where it is shown: programs by their own names."""
        match self:
            case FolderKind.OTHER:
                return tr("Folder")
            case FolderKind.HUB_CACHE:
                return tr("Hugging Face cache")
        return self.value


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model file of another program.

    Attributes:
        paths: Its files, in order.
        name: For people.
        quantization: "Q4_K_M", or empty.
        size: Bytes, all parts.
        kind: Where it was found.
        repository: "owner/name" where the place tells; else empty.
        sha256: Where the place tells it (Ollama names blobs so); else empty. Not checked.
        architecture: GGUF ``general.architecture``; empty where it cannot be read.
        problem: Why it cannot be used; empty where it can.
    """

    paths: tuple[Path, ...]
    name: str
    quantization: str
    size: int
    kind: FolderKind
    repository: str = ""
    sha256: str = ""
    architecture: str = ""
    problem: str = ""


def scan(folders: Iterable[tuple[str, Path]]) -> Iterator[FoundModel]:
    """Every model in ``folders``, one at a time as it is found; the same file is told once.

    Only headers are read. Folders that cannot be read are passed over.

    Args:
        folders: (program, folder) pairs; the program is a value of :class:`FolderKind`, anything
            else counts as OTHER.
    """
    seen: set[Path] = set()
    for program, folder in folders:
        kind = FolderKind(program) if program in set(FolderKind) else FolderKind.OTHER
        files = _ollama(folder) if kind is FolderKind.OLLAMA else _gguf_files(folder, kind)
        for candidate in files:
            try:
                real = candidate.path.resolve(strict=True)
            except OSError:
                continue
            if real in seen:
                continue
            seen.add(real)
            yield _judged(candidate, kind)
            if len(seen) >= MAX_FOUND:
                return


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    name: str = ""
    repository: str = ""
    sha256: str = ""


def _judged(candidate: _Candidate, kind: FolderKind) -> FoundModel:
    path = candidate.path
    split = SPLIT.fullmatch(path.name)
    stem = split["stem"] if split else path.stem
    try:
        parts, header = read_split_header(path)
        size = sum(part.stat().st_size for part in parts)
    except (ModelFileError, OSError) as error:
        problem = error.what if isinstance(error, ModelFileError) else reason_of(error)
        return FoundModel(
            (path,),
            candidate.name or stem,
            quantization_of(candidate.name or stem),
            0,
            kind,
            candidate.repository,
            candidate.sha256,
            problem=problem,
        )
    quantization = header.quantization or quantization_of(candidate.name or stem)
    return FoundModel(
        parts,
        model_title(header.name, stem, quantization, candidate.name),
        quantization,
        size,
        kind,
        candidate.repository,
        candidate.sha256,
        header.architecture,
    )


def _gguf_files(folder: Path, kind: FolderKind) -> Iterator[_Candidate]:
    depth_here = len(folder.parts)
    for here, names, files in _walk(folder):
        if len(here.parts) - depth_here >= MAX_DEPTH:
            names.clear()
        for name in sorted(files):
            if not name.lower().endswith(".gguf") or not names_a_model(name):
                continue
            split = SPLIT.fullmatch(name)
            if split and int(split["number"]) != 1:
                continue
            path = here / name
            yield _Candidate(path, repository=_repository(path.relative_to(folder), kind))


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """``os.walk`` in order, also through linked folders, each real folder once.

    People keep models on another disk and link to them; a link to a folder above would never end.
    """
    seen: set[tuple[int, int]] = set()
    for root, names, files in os.walk(folder, followlinks=True):
        try:
            stat = os.stat(root)  # noqa: PTH116 - a text from os.walk
        except OSError:
            names.clear()
            continue
        # Windows' older file systems tell no number; depth bounds the walk there.
        if stat.st_ino and (stat.st_dev, stat.st_ino) in seen:
            names.clear()
            continue
        seen.add((stat.st_dev, stat.st_ino))
        names.sort()
        yield Path(root), names, files


def _repository(path: Path, kind: FolderKind) -> str:
    """The repository that a program's folder names tell."""
    parts = path.parts
    if kind is FolderKind.HUB_CACHE and parts[0].startswith("models--"):
        return parts[0].removeprefix("models--").replace("--", "/", 1)
    if kind is FolderKind.LM_STUDIO and len(parts) >= 3:
        return f"{parts[0]}/{parts[1]}"
    return ""


def _ollama(folder: Path) -> Iterator[_Candidate]:
    """Ollama's blobs carry no name: its manifests tell which blob is whose weights."""
    manifests = folder / "manifests"
    for here, _, files in _walk(manifests):
        for tag in sorted(files):
            manifest = here / tag
            digest = _weights(manifest)
            if digest is None:
                continue
            registry, *rest = manifest.relative_to(manifests).parts
            if rest and rest[0] == "library":
                rest = rest[1:]
            name = f"{'/'.join(rest[:-1])}:{rest[-1]}" if len(rest) > 1 else registry
            blobs = folder / "blobs"
            blob = blobs / f"sha256-{digest}"
            if not blob.exists():
                blob = blobs / f"sha256:{digest}"  # before Ollama 0.1.35
            yield _Candidate(blob, name=name, sha256=digest)


def _weights(manifest: Path) -> str | None:
    """The digest of a manifest's weights; None where it is no manifest."""
    try:
        with manifest.open("rb") as file:
            data = parse(file.read(MAX_MANIFEST))
        for layer in data["layers"]:
            if layer["mediaType"] == OLLAMA_MODEL:
                found = _DIGEST.fullmatch(layer["digest"])
                return found[1] if found else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None
