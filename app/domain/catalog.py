"""Models Phial knows by name: families and their files, as ``models/catalog.json`` tells them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.generation import Sampling


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One file of a family.

    Attributes:
        repository: "owner/name".
        files: Paths inside it; several for a split file.
        quantization: "Q4_K_M".
        size: Approximate bytes; None where unknown. The hub tells the exact number.
        revision: Commit; None follows the main branch.
        sha256: One hash for each path; None where the hub must be asked.
        recommended: Whether it is among the first to offer.
        good_for: One sentence.
    """

    repository: str
    files: tuple[str, ...]
    quantization: str
    size: int | None
    revision: str | None = None
    sha256: tuple[str, ...] | None = None
    recommended: bool = False
    good_for: str = ""


@dataclass(frozen=True, slots=True)
class TransformerShape:
    """The sizes of a transformer that decide what it takes of memory.

    Attributes:
        layers: Blocks.
        embedding: Width.
        feed_forward: Width of the feed-forward layers.
        heads: Attention heads.
        kv_heads: Heads of keys and values.
        head_size: Numbers of one key.
        vocabulary: Tokens.
    """

    layers: int
    embedding: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_size: int
    vocabulary: int


@dataclass(frozen=True, slots=True)
class CatalogFamily:
    """One model at several quantizations.

    Attributes:
        id: Its name on the command line: "phi-4".
        name: For people: "Phi-4".
        parameters: Number of parameters.
        context: Tokens it was trained for.
        shape: The model's sizes, from which the planner counts memory; None where unknown.
        template: Prompt template: "phi-4" or "phi-4-mini".
        licence: As its card says; None where unknown.
        sampling: What its makers advise; None where they do not, or not known.
        thinks: Whether answers begin with reasoning.
        good_for: One sentence.
        files: Largest first.
        more: Other repositories that hold it, to be listed live.
    """

    id: str
    name: str
    parameters: int
    context: int
    shape: TransformerShape | None
    template: str
    licence: str | None
    sampling: Sampling | None
    thinks: bool
    good_for: str
    files: tuple[CatalogFile, ...]
    more: tuple[str, ...] = ()

    def file(self, quantization: str) -> CatalogFile | None:
        """The file of that quantization; letters of either case."""
        wanted = quantization.upper()
        return next((file for file in self.files if file.quantization == wanted), None)


@dataclass(frozen=True, slots=True)
class CatalogEmbedding:
    """A small model that turns text into numbers, to find passages by meaning.

    Attributes:
        id: Its name on the command line.
        name: For people.
        parameters: Number of parameters.
        context: Tokens it was trained for.
        licence: As its card says; None where unknown.
        file: What is fetched.
    """

    id: str
    name: str
    parameters: int
    context: int
    licence: str | None
    file: CatalogFile


@dataclass(frozen=True, slots=True)
class Catalog:
    """All families, and the models that find passages by meaning, the best first."""

    families: tuple[CatalogFamily, ...]
    embeddings: tuple[CatalogEmbedding, ...] = ()

    def family(self, name: str) -> CatalogFamily | None:
        """The family of that id or name, letters of either case."""
        wanted = name.lower()
        return next(
            (one for one in self.families if wanted in {one.id, one.name.lower()}),
            None,
        )

    def embedding(self, name: str) -> CatalogEmbedding | None:
        """The embedding model of that id or name, letters of either case."""
        wanted = name.lower()
        return next((one for one in self.embeddings if wanted in {one.id, one.name.lower()}), None)

    def family_of(self, *names: str) -> CatalogFamily | None:
        """The family that a file's name or header speaks of; None where it speaks of none.

        The longest id that occurs wins: "Phi 4 Mini Reasoning" is not "phi-4".
        """
        said = " ".join(re.sub(r"[\s_-]+", "-", name.lower()) for name in names)
        found = [family for family in self.families if family.id in said]
        return max(found, key=lambda family: len(family.id), default=None)

    def entries(self) -> tuple[tuple[CatalogFamily, CatalogFile], ...]:
        """Every file with its family."""
        return tuple((family, file) for family in self.families for file in family.files)
