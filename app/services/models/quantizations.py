"""The quantizations of the model in use: which there are, and switching from one to another.

One that is on this computer is used from the next answer on. One that is not is fetched and
verified while the one in use goes on answering; then it is switched to.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from app.domain.advice import Advice, best_file, quality_word
from app.domain.catalog import Catalog, CatalogFamily
from app.domain.download import DownloadItem, DownloadState, Repository
from app.domain.endpoints.source import ModelSource
from app.domain.model import LoadedModel, ModelFile
from app.language import paragraph, tr
from app.language.formats import duration
from app.services.core.events import (
    DownloadChanged,
    Event,
    EventBus,
    ModelState,
    ModelStateChanged,
    Notice,
)
from app.services.models.advice import AdviceService, CatalogOffer, offer_order
from app.services.models.downloads import DownloadService
from app.services.models.model_service import ModelService

TOLD_FROM_SECONDS = 1.0
_ENDED = {DownloadState.DONE, DownloadState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Quantization:
    """One quantization of a model, and what switching to it costs.

    Attributes:
        name: "Q4_K_M".
        repository: Where it comes from; empty for a file of the user's.
        paths: Its files there.
        revision: Commit; None follows the main branch.
        size: Bytes; 0 where unknown.
        file: The file on this computer; None where it has to be fetched.
        in_use: Whether answers come from it.
        usual: Whether it is among the first to offer.
        advised: Whether it is the one to take on this computer.
        quality: What it keeps of the model's quality, in words; empty where unknown.
        good_for: One sentence; empty where there is none.
        advice: How it would do here; None where nothing is known.
    """

    name: str
    repository: str = ""
    paths: tuple[str, ...] = ()
    revision: str | None = None
    size: int = 0
    file: ModelFile | None = None
    in_use: bool = False
    usual: bool = False
    advised: bool = False
    quality: str = ""
    good_for: str = ""
    advice: Advice | None = None


@dataclass(frozen=True, slots=True)
class QuantizationChoice:
    """The quantizations of the model in use.

    Attributes:
        model: What it is called, without a quantization; empty where none but the demo is in use.
        options: The largest first.
        repository: Where others may be listed; empty where nobody knows.
    """

    model: str
    options: tuple[Quantization, ...] = ()
    repository: str = ""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model of the catalogue with the quantizations it comes in, judged for this machine.

    Attributes:
        family: The model.
        options: The one to take first, then the largest first.
        reason: Why it is the model for this computer, in a sentence; empty for the others.
    """

    family: CatalogFamily
    options: tuple[Quantization, ...]
    reason: str = ""


class QuantizationService:
    """Says which quantizations of the model in use there are, and switches between them.

    Args:
        catalog: Models known by name.
        models: The model in use, and those on this computer.
        downloads: Fetches and verifies what is not here.
        advice: Judges each for this machine.
        bus: Tells when something was fetched.
    """

    def __init__(
        self,
        catalog: Catalog,
        models: ModelService,
        downloads: DownloadService,
        advice: AdviceService,
        bus: EventBus,
    ) -> None:
        self._catalog, self._models = catalog, models
        self._downloads, self._advice = downloads, advice
        self._bus = bus
        self._lock = threading.Lock()
        self._wanted: dict[
            str, ModelSource | None
        ] = {}  # download: the model in use when it was asked
        self._answers: ModelSource | None = None  # what was loaded last
        bus.subscribe(self._on_event)

    def choice(self, listed: Repository | None = None) -> QuantizationChoice:
        """The quantizations of the model in use, judged for this machine.

        Args:
            listed: What the hub told of its repository; None to stay with what is known here.
        """
        used = self._models.state.model
        if not isinstance(used, ModelFile) or used.demo:
            return QuantizationChoice("")
        family = self._catalog.family_of(used.name, used.path.stem)
        here = self._here(used, family)
        found = _of_catalog(family, self._advice.offers()) if family is not None else {}
        if listed is not None:
            found = self._of_listing(listed, found)
        self._take_files(found, here, used)
        options = sorted(found.values(), key=lambda one: (-one.size, one.name))
        source = next((one.repository for one in options if one.repository), "")
        name = family.name if family is not None else used.name
        return QuantizationChoice(name, tuple(options), source or self._downloads.origin(used))

    def models(self) -> list[ModelChoice]:
        """The catalogue, a model each with its quantizations: the one to take here first.

        Reads files and measures the machine: away from the window's thread.
        """
        offers = sorted(self._advice.offers(), key=offer_order)
        used = self._models.state.model
        used = used if isinstance(used, ModelFile) and not used.demo else None
        files = [one for one in self._models.installed() if not (one.demo or one.problem)]
        if used is not None:
            files = [used, *(one for one in files if one.path != used.path)]
        made = []
        for family in dict.fromkeys(offer.family.id for offer in offers):
            own = [offer for offer in offers if offer.family.id == family]
            known = own[0].family
            found = _of_catalog(known, own)
            here = [one for one in files if self._catalog.family_of(one.name, one.path.stem)
                    is known]  # fmt: skip
            self._take_files(found, here, used)
            best = best_file(known, [(offer.file, offer.advice) for offer in own])
            first = (best if best is not None and not own[0].reason else own[0].file).quantization
            options = sorted(found.values(), key=lambda one: (one.name != first, -one.size))
            made.append(ModelChoice(known, tuple(options), own[0].reason))
        return made

    def switch(self, wanted: Quantization) -> DownloadItem | None:
        """Use a quantization from the next answer on, fetching it first where it is not here.

        Returns:
            The download; None where it is here.

        Raises:
            OfflineError: It is not here, and the Offline switch is on.
            HubError: A name that must not reach a disk.
        """
        if wanted.file is not None:
            self._forget()
            if not wanted.in_use:
                self._models.choose(wanted.file)
            return None
        used = self._models.state.model
        item = self._downloads.start(wanted.repository, wanted.paths, wanted.revision)
        with self._lock:
            self._wanted = {item.id: used.source if used is not None else None}
        if item.state is DownloadState.DONE:  # it was fetched before, and nobody has used it
            self._arrived(item)
        return item

    def fetching(self, one: Quantization) -> DownloadItem | None:
        """The download of a quantization that is under way or can go on; None where there is none.

        It need not have been asked for here.
        """
        for item in self._downloads.items():
            same = item.repository == one.repository and item.paths == one.paths
            if same and item.state not in _ENDED:
                return item
        return None

    def is_wanted(self, item: DownloadItem) -> bool:
        """Whether a download is switched to when it is here."""
        with self._lock:
            return item.id in self._wanted

    def stop(self, item: DownloadItem) -> None:
        """Do not switch to it after all; what was fetched so far is deleted."""
        self._forget()
        self._downloads.cancel(item.id, keep_part=False)

    def stop_fetching(self, one: Quantization) -> None:
        """End the download of a quantization, where there is one."""
        if (item := self.fetching(one)) is not None:
            self.stop(item)

    # --- inside ---------------------------------------------------------------------------------

    def _here(self, used: ModelFile, family: CatalogFamily | None) -> list[ModelFile]:
        """Files of the same model on this computer, the one in use first."""
        found = [used]
        for file in self._models.installed():
            if file.demo or file.problem or file.path == used.path:
                continue
            other = self._catalog.family_of(file.name, file.path.stem)
            if (other is family) if family is not None else file.name == used.name:
                found.append(file)
        return found

    def _take_files(
        self, found: dict[str, Quantization], files: list[ModelFile], used: ModelFile | None
    ) -> None:
        """Put in what is here, as it is here; the one in use comes first."""
        for file in files:
            key = file.quantization.upper()
            known = found.get(key, Quantization(key or file.path.name, size=file.size))
            advice = self._advice.advise_installed(file) or known.advice
            in_use = used is not None and file.path == used.path
            if known.file is not None and not in_use:
                continue  # two files of one quantization: the one in use is the one meant
            size = file.size or known.size
            found[key] = replace(known, file=file, in_use=in_use, size=size, advice=advice)

    def _of_listing(
        self, listed: Repository, known: dict[str, Quantization]
    ) -> dict[str, Quantization]:
        """What the hub lists, exact to the byte, over what the catalogue says."""
        found = dict(known)
        for model in listed.models:
            if not (model.text and model.complete and model.quantization):
                continue
            key = model.quantization.upper()
            old = found.get(key, Quantization(key))
            if old.repository and old.repository != listed.name:
                continue
            found[key] = replace(
                old,
                repository=listed.name,
                paths=tuple(part.path for part in model.parts),
                revision=listed.commit or None,
                size=model.size,
                advice=self._advice.judge_remote(model, here=False) or old.advice,
            )
        return found

    def _forget(self) -> None:
        with self._lock:
            self._wanted = {}

    def _on_event(self, event: Event) -> None:
        match event:
            case DownloadChanged(item) if item.state is DownloadState.DONE:
                self._arrived(item)
            case ModelStateChanged(ModelState(model=ModelFile() as model, loaded=LoadedModel() as
                                              loaded)):  # fmt: skip
                self._tell(model, loaded)

    def _tell(self, model: ModelFile, loaded: LoadedModel) -> None:
        """Say how long a switch took, and why, where it was long enough to be waited for."""
        before, self._answers = self._answers, model.source
        if before in {None, model.source} or loaded.seconds < TOLD_FROM_SECONDS:
            return
        room = tr("The model before was freed first: both do not fit in memory.")
        self._bus.publish(
            Notice(
                paragraph(
                    tr(
                        "{model} answers from now on. Loading it took {time}.",
                        model=model.label,
                        time=duration(loaded.seconds),
                    ),
                    room if loaded.made_room else "",
                )
            )
        )

    def _arrived(self, item: DownloadItem) -> None:
        """It is here and verified: switch to it, unless another model was chosen meanwhile."""
        with self._lock:
            if item.id not in self._wanted:
                return
            before = self._wanted.pop(item.id)
        used = self._models.state.model
        if (used.source if used is not None else None) != before:
            return
        for file in self._models.installed():
            if file.path in item.files[:1] and not file.problem:
                text = tr("{model} is here and verified. It answers from now on.", model=file.label)
                self._bus.publish(Notice(text))
                self._models.choose(file)


def _of_catalog(family: CatalogFamily, offers: list[CatalogOffer]) -> dict[str, Quantization]:
    return {
        offer.file.quantization: Quantization(
            offer.file.quantization,
            offer.file.repository,
            offer.file.files,
            offer.file.revision,
            offer.file.size or 0,
            usual=offer.file.recommended,
            advised=offer.recommended,
            quality=quality_word((offer.file.size or 0) * 8 / family.parameters),
            good_for=offer.file.good_for,
            advice=offer.advice,
        )
        for offer in offers
        if offer.family.id == family.id
    }
