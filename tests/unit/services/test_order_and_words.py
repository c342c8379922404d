"""The order in which models are offered, and the few words for downloads."""

from __future__ import annotations

import pytest

from app.domain.advice import Advice, Fit
from app.domain.catalog import CatalogFamily, CatalogFile
from app.domain.download import DownloadItem, DownloadState
from app.hub.api.catalog import load_catalog
from app.services.core import formatting
from app.services.models.advice import CatalogOffer, offer_order
from app.system.bundled import bundled


def offer(family: CatalogFamily, file: CatalogFile, fit: Fit, best: str) -> CatalogOffer:
    advice = Advice(fit, 4096, 5.0, False, "")
    return CatalogOffer(family, file, advice, file.quantization == best, installed=False)


def test_what_loses_much_is_not_offered_before_what_loses_little() -> None:
    family = next(
        f for f in load_catalog(bundled("models", "catalog.json")).families if f.id == "phi-4"
    )
    fits = {"Q8_0": Fit.WILL_NOT_FIT, "Q4_K_M": Fit.SMALLER_CONTEXT, "Q6_K": Fit.SLOW}
    offers = [
        offer(family, file, fits.get(file.quantization, Fit.FITS), best="Q5_K_M")
        for file in family.files
    ]
    order = [one.file.quantization for one in sorted(offers, key=offer_order)]
    assert order[:3] == ["Q5_K_M", "Q4_K_M", "Q6_K"]
    assert order.index("Q4_K_S") < order.index("Q3_K_M") < order.index("Q2_K")
    assert order[-1] == "Q8_0"


@pytest.mark.parametrize(
    ("state", "done", "total", "said"),
    [
        (DownloadState.QUEUED, 0, 0, "Starting a download"),
        (DownloadState.CONNECTING, 0, 0, "Starting a download"),
        (DownloadState.CONNECTING, 43, 100, "Starting a download · 43 %"),
        (DownloadState.DOWNLOADING, 43, 100, "Downloading 43 %"),
        (DownloadState.DOWNLOADING, 43, 0, "Starting a download"),
        (DownloadState.WAITING, 43, 100, "Connecting again · 43 %"),
        (DownloadState.VERIFYING, 100, 100, "Verifying a download"),
    ],
)
def test_the_sidebar_says_what_a_download_does(
    state: DownloadState, done: int, total: int, said: str
) -> None:
    item = DownloadItem("0" * 32, "owner/name", "a.gguf", ("a.gguf",), None, state, done, total)
    assert formatting.download_short([item]) == said
