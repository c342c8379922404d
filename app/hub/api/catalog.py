"""Reading ``models/catalog.json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.catalog import (
    Catalog,
    CatalogEmbedding,
    CatalogFamily,
    CatalogFile,
    TransformerShape,
)
from app.domain.errors import HubError, KnownError
from app.domain.generation import Sampling
from app.hub.api.catalog_words import SENTENCES
from app.hub.network.json_records import parse
from app.language import tr
from app.language.system_reasons import reason_of

FORMAT = 1


def load_catalog(path: Path) -> Catalog:
    """Read the catalogue. Its schema is checked by a test, not at each start.

    Raises:
        HubError: It is missing or is not a catalogue this version reads.
    """
    try:
        data = parse(path.read_text("utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}")
        embeddings = tuple(_embedding(one) for one in data["embeddings"])
        return Catalog(tuple(_family(family) for family in data["families"]), embeddings)
    except OSError as error:
        raise _broken(
            tr(
                "The list of models, {path}, cannot be read: {reason}.",
                path=str(path),
                reason=reason_of(error),
            )
        ) from error
    except (ValueError, KeyError, TypeError, KnownError) as error:
        raise _broken(
            tr("The list of models, {path}, is damaged.", path=str(path)), repr(error)
        ) from error


def _broken(what: str, detail: str = "") -> HubError:
    return HubError(
        what,
        data=tr("Models that are installed are not affected."),
        action=tr("Install Phial again, or give a repository by name."),
        detail=detail,
    )


def _family(data: Mapping[str, Any]) -> CatalogFamily:
    sampling = data["sampling"]
    return CatalogFamily(
        id=data["id"],
        name=data["name"],
        parameters=data["parameters"],
        context=data["context"],
        shape=TransformerShape(**data["shape"]) if data["shape"] else None,
        template=data["template"],
        licence=data["licence"],
        sampling=Sampling(**sampling) if sampling else None,
        thinks=data["thinks"],
        good_for=SENTENCES.get(data["good_for"], data["good_for"]),
        files=tuple(_file(file) for file in data["files"]),
        more=tuple(data["more"]),
    )


def _embedding(data: Mapping[str, Any]) -> CatalogEmbedding:
    return CatalogEmbedding(
        id=data["id"],
        name=data["name"],
        parameters=data["parameters"],
        context=data["context"],
        licence=data["licence"],
        file=_file({**data, "recommended": True, "good_for": ""}),
    )


def _file(data: Mapping[str, Any]) -> CatalogFile:
    hashes = data["sha256"]
    return CatalogFile(
        repository=data["repository"],
        files=tuple(data["files"]),
        quantization=data["quantization"],
        size=data["size"],
        revision=data["revision"],
        sha256=tuple(hashes) if hashes else None,
        recommended=data["recommended"],
        good_for=SENTENCES.get(data["good_for"], data["good_for"]),
    )
