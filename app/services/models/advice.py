"""Advice on models: which of the catalogue suits this machine, how well installed files run.

No network. Memory is counted by the engine's planner (see ``model_fit``); speeds are the
measured ones where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.advice import GOOD_BITS, Advice, Fit, reason_for, recommend
from app.domain.catalog import Catalog, CatalogFamily, CatalogFile
from app.domain.download import RemoteModel, Repository
from app.domain.errors import ModelFileError
from app.domain.gguf.header import GgufHeader, read_gguf_file
from app.domain.model import ModelFile
from app.hub.local.installed_models import InstalledModel
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.services.core.settings import SettingsService
from app.services.models.devices import DeviceFinder
from app.services.models.model_fit import (
    MachineSnapshot,
    MemoryCosts,
    assess,
    by_size,
    catalog_header,
    snapshot_machine,
)
from app.services.models.model_service import ModelService
from app.system.hardware import disk_free


@dataclass(frozen=True, slots=True)
class CatalogOffer:
    """One file of the catalogue, judged for this machine.

    Attributes:
        family: The model.
        file: The file.
        advice: How well it fits; None where its size is not known.
        recommended: Whether it is the one to take here.
        installed: Whether it is on this computer already.
        reason: Why it is the one to take, in a sentence; empty for the others.
    """

    family: CatalogFamily
    file: CatalogFile
    advice: Advice | None
    recommended: bool
    installed: bool
    reason: str = ""


class AdviceService:
    """Judges files for this machine, as it is now.

    Args:
        catalog: Models known by name.
        shelf: Models on this computer.
        models: Knows what is loaded and the measured speeds.
        settings: The context and the rest that a load would use.
        folder: Where models go.
        devices: Of this computer.
    """

    def __init__(
        self,
        catalog: Catalog,
        shelf: ModelShelf,
        models: ModelService,
        settings: SettingsService,
        folder: Path,
        devices: DeviceFinder,
    ) -> None:
        self.devices = devices
        self._catalog = catalog
        self._installed = shelf
        self._models = models
        self._settings = settings
        self._folder = folder
        self._headers: dict[tuple[Path, int], GgufHeader | None] = {}

    def offers(self) -> list[CatalogOffer]:
        """The catalogue, each file judged."""
        here = self._place()
        installed = {
            path.name: model for model in self._installed.models() for path in model.paths[:1]
        }
        judged = [
            (family, file, self._judge(family, file, here, installed.get(_name(file))))
            for family, file in self._catalog.entries()
        ]
        best = recommend(judged)
        reason = reason_for(best) if best is not None else ""
        return [
            CatalogOffer(
                family,
                file,
                advice,
                recommended=best is not None and best.file == file,
                installed=_name(file) in installed and not installed[_name(file)].missing,
                reason=reason if best is not None and best.file == file else "",
            )
            for family, file, advice in judged
        ]

    def judge_remote(self, model: RemoteModel, *, here: bool) -> Advice | None:
        """How one model of a repository would do; None where its family is not known.

        Args:
            model: As the hub lists it.
            here: Whether it is on this computer, so that the disk need not have room.
        """
        family = self._catalog.family_of(model.repository, model.name)
        file = CatalogFile(model.repository, (model.path,), model.quantization, model.size)
        header = catalog_header(family, file) if family is not None and model.size else None
        if header is None:
            return None
        download = 0 if here else model.size
        return assess(header, self._settings.current, self._place(), download=download)

    def here(self, repository: Repository) -> dict[str, Path]:
        """Models of a repository that are on this computer: path in the repository to file."""
        found = {}
        listed = [one for one in self._installed.models() if not one.missing]
        for model in repository.models:
            first = model.parts[0]
            for one in listed:
                same_bytes = first.sha256 and first.sha256 in one.sha256[:1]
                unknown = not (first.sha256 and one.sha256 and one.sha256[0])
                named = one.repository == repository.name and one.path.name == first.name
                if same_bytes or (unknown and named):
                    found[model.path] = one.path
        return found

    def on_remote(self, repository: Repository) -> dict[str, str]:
        """How the models of a repository would do here: path in the repository to a sentence.

        A model of the catalogue's families is judged as the catalogue's own files are; of another
        one nothing is known before it is here but its bytes.
        """
        here, listed = self._place(), self.here(repository)
        told = {}
        for model in repository.models:
            if not model.text or not model.size:
                continue
            download = 0 if model.path in listed else model.size
            family = self._catalog.family_of(repository.name, model.name)
            file = CatalogFile(repository.name, (model.path,), model.quantization, model.size)
            header = catalog_header(family, file) if family is not None else None
            if header is not None:
                told[model.path] = assess(
                    header, self._settings.current, here, download=download
                ).sentence
            else:
                told[model.path] = by_size(model.size, here, download)
        return told

    def advise_installed(self, model: ModelFile) -> Advice | None:
        """How a file that is here will do; None where its header cannot be read."""
        header = self._header_of(model)
        if header is None:
            return None
        measured = self._models.speeds.speed_of(model.sha256)
        return assess(
            header,
            self._settings.current,
            self._place(),
            weights=model.size if header.split_count > 1 else 0,
            measured=measured,
        )

    def costs(self, model: ModelFile) -> MemoryCosts | None:
        """What a file that is here takes of memory; None where its header cannot be read.

        Reads the header, which takes a moment; what it returns is quick.
        """
        header = self._header_of(model)
        if header is None:
            return None
        weights = model.size if header.split_count > 1 else 0
        return MemoryCosts(header, self._place(), weights)

    def _header_of(self, model: ModelFile) -> GgufHeader | None:
        try:
            modified = model.path.stat().st_mtime_ns
        except OSError:
            return None
        key = (model.path, modified)
        if key not in self._headers:
            self._headers[key] = _header(model.path)
        return self._headers[key]

    def _judge(
        self,
        family: CatalogFamily,
        file: CatalogFile,
        here: MachineSnapshot,
        installed: InstalledModel | None = None,
    ) -> Advice | None:
        header = catalog_header(family, file)
        if header is None:
            return None
        hashes = installed.sha256 if installed is not None else ()
        return assess(
            header,
            self._settings.current,
            here,
            download=0 if installed is not None else header.file_size,
            measured=self._models.speeds.speed_of(hashes[0]) if hashes else 0.0,
        )

    def _place(self) -> MachineSnapshot:
        loaded = self._models.state.loaded
        return snapshot_machine(
            disk_free(self._folder),
            self.devices.known,
            loaded=loaded.plan if loaded is not None else None,
            bandwidth=self._bandwidth(),
        )

    def _bandwidth(self) -> float | None:
        """Bytes a second the processor read, from the fastest answer measured without a card."""
        if any(device.backend != "CPU" for device in self.devices.known):
            return None
        found = [
            model.size * self._models.speeds.speed_of(model.sha256[0])
            for model in self._installed.models()
            if model.sha256 and model.size > _TELLING
        ]
        return max(found, default=0.0) or None


_TELLING = 500_000_000  # bytes; smaller models live in the processor's cache and say little


def _name(file: CatalogFile) -> str:
    return Path(file.files[0]).name


def _header(path: Path) -> GgufHeader | None:
    try:
        return read_gguf_file(path)
    except ModelFileError:
        return None


def offer_order(offer: CatalogOffer) -> tuple[bool, bool, bool, bool, int, int]:
    """Sorts offers for people: the one to take, then what can be used, the best of it first.

    Quality comes before comfort: a quantization that loses much (Q2_K) is not better for fitting
    with a larger context or answering faster than one that loses little (Q4_K_M).
    """
    fits = list(Fit)
    fit = fits.index(offer.advice.fit) if offer.advice is not None else len(fits)
    usable = offer.advice is not None and offer.advice.fit.usable
    usual, size = offer.file.recommended, offer.file.size or 0
    loses_much = bool(size) and size * 8 / offer.family.parameters < GOOD_BITS
    return (not offer.recommended, not usable, loses_much, not usual, fit, -size)
