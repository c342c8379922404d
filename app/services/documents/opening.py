"""The library of documents on the disk, with what finds its passages by meaning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.domain.embedding import EmbeddingModel, MeaningCare
from app.domain.gguf.model_kind import finds_by_meaning
from app.engine.embedding.client import EmbeddingClient
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.services.documents.document_service import DocumentService
from app.services.documents.meaning import PassageMeaning
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.opening import open_documents, open_private_documents


def open_library(data: Path, care: MeaningCare | None = None) -> tuple[DocumentService, str]:
    """The documents in a data folder, and what the user should know of opening them.

    Args:
        data: The folder.
        care: Has that done by itself; None leaves it to whoever asks for it.

    Raises:
        StoreError: They cannot be opened.
    """
    opened = open_documents(data)
    meaning = _meaning(opened.repository, data, care)
    library = DocumentService(opened.repository, data / "documents", meaning=meaning)
    meaning.wake()
    return library, opened.told


def _meaning(
    repository: DocumentRepository, data: Path, care: MeaningCare | None
) -> PassageMeaning:
    shelf = ModelShelf(data / "models.json")
    return PassageMeaning(
        repository.embeddings,
        EmbeddingClient(),
        lambda: embedding_model(shelf),
        busy=care.busy if care is not None else lambda: False,
        tell=care.tell if care is not None else lambda _state: None,
        background=care is not None and repository.writable,
    )


def embedding_model(shelf: ModelShelf) -> EmbeddingModel | None:
    """The newest model on the list that finds passages by meaning; None for none."""
    for one in reversed(shelf.models()):
        if finds_by_meaning(one.architecture) and any(one.sha256) and not one.missing:
            return EmbeddingModel(one.path, one.name, one.sha256[0])
    return None


def open_private_library(data: Path, care: MeaningCare | None = None) -> DocumentService:
    """Documents of which nothing reaches a disk, their vectors included.

    Args:
        data: The folder of the list of models.
        care: Has them found by meaning too, and says when that may take its time; how far it is,
            is told to nobody.
    """
    repository = open_private_documents()
    if care is None:
        return DocumentService(repository)
    quiet = replace(care, tell=lambda _state: None)
    return DocumentService(repository, meaning=_meaning(repository, data, quiet))
