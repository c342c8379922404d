"""What the buttons of a model's card do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.catalog import CatalogFamily
from app.domain.download import DownloadItem
from app.domain.model import ModelFile
from app.services.models.quantizations import Quantization
from app.services.registry import Services


@dataclass(frozen=True, slots=True)
class CardActions:
    """What the buttons of a card do.

    Attributes:
        download: Fetches a quantization of a model.
        use: Answers from one that is here.
        switch: Fetches one and answers from it then; another one of the model is in use.
        stop: Ends its download; what was fetched so far is deleted.
        pause: Ends a download and keeps what it has.
        resume: Goes on with it.
        fetching: Its download, where there is one that is under way.
    """

    download: Callable[[CatalogFamily, Quantization], object]
    use: Callable[[Quantization], object]
    switch: Callable[[Quantization], object]
    stop: Callable[[Quantization], object]
    pause: Callable[[DownloadItem], object]
    resume: Callable[[DownloadItem], object]
    fetching: Callable[[Quantization], DownloadItem | None]


def card_actions(
    services: Services,
    attempt: Callable[[Callable[[], object]], bool],
    use: Callable[[ModelFile], object],
) -> CardActions:
    """What the buttons of a card do in the window.

    Args:
        services: What everything is done with.
        attempt: Does what was asked for, or shows why not.
        use: Uses a model from the next answer on.
    """
    downloads, switching = services.downloads, services.quantizations

    def download(family: CatalogFamily, one: Quantization) -> None:
        attempt(lambda: downloads.start_named(family.id, one.name))

    def use_file(one: Quantization) -> None:
        if one.file is not None:
            use(one.file)

    return CardActions(
        download=download,
        use=use_file,
        switch=lambda one: attempt(lambda: switching.switch(one)),
        stop=switching.stop_fetching,
        pause=lambda item: downloads.pause(item.id),
        resume=lambda item: attempt(lambda: downloads.resume(item.id)),
        fetching=switching.fetching,
    )
