"""What a model file on this computer is: from its header, from the list, and by its hash."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.catalog import Catalog, CatalogFamily
from app.domain.errors import InvalidValueError, ModelFileError
from app.domain.generation import Sampling
from app.domain.gguf.header import open_file
from app.domain.gguf.model_kind import architecture_problem, unknown_architecture
from app.domain.model import (
    DEMO,
    ChosenModel,
    EndpointModel,
    LoadRequest,
    ModelFile,
    ModelRef,
)
from app.domain.naming import model_title
from app.domain.settings import Settings
from app.engine.architectures import knows
from app.hub.api.file_names import plain_name, quantization_of
from app.language import tr
from app.language.formats import listed, quoted
from app.services.models.model_fit import request_of
from app.services.presets.answer_options import AnswerOptions
from app.system.bundled import bundled

if TYPE_CHECKING:
    from app.hub.local.installed_models import InstalledModel

HASH_AT_ONCE = 256 * 2**20  # bytes; about a quarter of a second
_log = logging.getLogger(__name__)


def read_model_file(path: Path) -> ModelFile:
    """Read a GGUF file's header, and its siblings', into a :class:`ModelFile`.

    Raises:
        ModelFileError: It is missing, not GGUF, damaged, incomplete, no model of text, or none
            that llama.cpp knows; the reason is in the sentence.
    """
    from app.hub.local.split_files import read_split_header

    parts, header = read_split_header(path)
    check_architecture(header.architecture, path.name)
    stem = plain_name(path.name).removesuffix(".gguf")
    quantization = header.quantization or quantization_of(stem)
    return ModelFile(
        path=parts[0],
        name=model_title(header.name, stem, quantization),
        quantization=quantization,
        size=sum(part.stat().st_size for part in parts),
        architecture=header.architecture,
        context_length=header.trained_context,
    )


def check_architecture(architecture: str, name: str) -> None:
    """See that the llama.cpp in use may know an architecture.

    Raises:
        ModelFileError: It does not.
    """
    if not knows(architecture):
        raise unknown_architecture(architecture, name)


def model_file(model: InstalledModel) -> ModelFile:
    """A listed model as the rest of Phial knows it."""
    problem = model.problem or architecture_problem(model.architecture, model.path.name)
    if not problem and not knows(model.architecture):
        problem = unknown_architecture(model.architecture, model.path.name).what
    return ModelFile(
        path=model.path,
        name=model.name,
        quantization=model.quantization,
        size=model.size,
        sha256=model.sha256[0] if model.sha256 else "",
        owned=model.owned,
        architecture=model.architecture,
        context_length=model.context_length,
        problem=problem,
    )


def find_model(path: str, demo_path: Path | None = None) -> ModelFile:
    """The model that a setting or an option names: ``demo`` or a path.

    Raises:
        ModelFileError: It is missing or cannot be used.
    """
    if path == DEMO:
        demo = demo_path or bundled("models", "demo.gguf")
        return replace(read_model_file(demo), name=tr("Built-in demo"), demo=True)
    try:
        there = Path(path).expanduser()
    except RuntimeError as error:  # ~somebody, and there is nobody of that name
        raise ModelFileError(tr("There is no model file at {path}.", path=path)) from error
    return read_model_file(there)


def find_model_named(text: str, installed: Sequence[ModelFile]) -> ModelFile:
    """The model that a person means by a word: ``demo``, a path, or a name as the list shows it.

    A file that is there comes first, then a whole name (with its quantization or without, or that
    of the file), then any part of one.

    Raises:
        InvalidValueError: Several models are meant.
        ModelFileError: None is, or it cannot be used.
    """
    if text == DEMO or is_file_there(text):
        return find_model(text)
    wanted = text.casefold()
    there = [model for model in installed if model.path.is_file() and not model.demo]
    demo = find_model(DEMO)
    for agree in (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: wanted in name,
    ):
        found = [model for model in (*there, demo) if any(map(agree, _names(model)))]
        if len(found) > 1:
            which = "; ".join(f"{model.label} ({model.path})" for model in found)
            raise InvalidValueError(
                tr("“{text}” could be {n} models: {which}.", text=text, n=len(found), which=which),
                data="",
                action=tr("Give more of its name, or its path."),
            )
        if found:
            return found[0]
    try:
        return find_model(text)
    except ModelFileError as error:
        known = listed([quoted(model.label) for model in there]) or tr("none")
        raise ModelFileError(
            error.what,
            action=tr("Models in the list: {names}. 'demo' is always there.", names=known),
        ) from error


def is_file_there(text: str) -> bool:
    """Whether a word is the path of a file."""
    try:
        return Path(text).expanduser().is_file()
    except (OSError, RuntimeError, ValueError):  # what cannot be a path; it may be a name
        return False


def _names(model: ModelFile) -> set[str]:
    """What a model may be called, in small letters."""
    names = {model.label, model.name, model.path.name, model.path.stem}
    return {name.casefold() for name in names}


def family_of(catalog: Catalog, model: ChosenModel) -> CatalogFamily | None:
    """The family of the catalogue that a model belongs to, by its names; None for none."""
    stem = model.path.stem if isinstance(model, ModelFile) else model.name
    return catalog.family_of(model.name, stem)


def advised_sampling(catalog: Catalog, model: ChosenModel) -> Sampling | None:
    """How the makers of ``model`` would have its tokens drawn; None where nothing is known."""
    family = family_of(catalog, model)
    return family.sampling if family is not None else None


class ModelHashes:
    """SHA-256 of model files: as they were stored with them, or taken once where that is quick."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int], str] = {}

    def hash_of(self, model: ModelFile) -> str:
        """A model's hash; empty while it is not known.

        A large file takes a while to read, so its hash is only told where it was stored with it.
        """
        return model.sha256 or self._take(model.path)

    def _take(self, path: Path) -> str:
        try:
            stat = path.stat()
            key = (path, stat.st_size, stat.st_mtime_ns)
            if key not in self._known:
                if stat.st_size > HASH_AT_ONCE:
                    return ""
                import hashlib  # not at the start: it loads OpenSSL

                with open_file(path) as file:
                    self._known[key] = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ModelFileError) as error:
            _log.warning("The hash of %s could not be computed: %s", path, error)
            return ""
        return self._known[key]


class ModelDetails:
    """Knows models, chosen or not.

    Args:
        catalog: Families of models.
        options: What is in force for a model outside of a chat.
    """

    def __init__(self, catalog: Catalog, options: AnswerOptions) -> None:
        self._catalog = catalog
        self._options = options
        self._hashes = ModelHashes()

    def request_for(self, model: ChosenModel, settings: Settings | None = None) -> LoadRequest:
        """How a model is loaded; None takes what is in force for it outside of a chat."""
        match model:
            case EndpointModel(source=source):
                return LoadRequest(source)
            case ModelFile():
                request = request_of(settings or self._options.for_model(model), model.source)
                return replace(request, sha256=self._hashes.hash_of(model))

    def reference(self, model: ChosenModel) -> ModelRef:
        """What is stored with an answer to say what made it."""
        match model:
            case EndpointModel(source=source):
                return ModelRef(source.model, endpoint=source.endpoint)
            case ModelFile():
                return ModelRef(model.name, model.quantization, self._hashes.hash_of(model))

    def advised_sampling(self, model: ChosenModel) -> Sampling | None:
        """How the makers of ``model`` would have its tokens drawn; None where nothing is known."""
        return advised_sampling(self._catalog, model)

    def family_id(self, model: ChosenModel) -> str:
        """The catalogue's name of the family a file belongs to; empty where it knows none."""
        family = family_of(self._catalog, model)
        return family.id if family is not None else ""
