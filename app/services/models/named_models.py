"""The model that a person means by a word of the command line."""

from __future__ import annotations

from app.domain.catalog import Catalog
from app.domain.endpoints.source import endpoint_source
from app.domain.model import DEMO, ChosenModel, ModelFile
from app.domain.presets.preset import Preset
from app.domain.settings import Settings
from app.hub.local.installed_models import InstalledModels as ModelShelf
from app.services.models.endpoints import EndpointService
from app.services.models.model_files import family_of, find_model_named, is_file_there, model_file


class NamedModels:
    """Finds models by what they are called.

    Args:
        shelf: Files on this computer.
        endpoints: Models elsewhere.
        catalog: Knows families.
    """

    def __init__(self, shelf: ModelShelf, endpoints: EndpointService, catalog: Catalog) -> None:
        self._shelf = shelf
        self._endpoints = endpoints
        self._catalog = catalog

    def file(self, text: str) -> ModelFile:
        """A file, by path, by ``demo``, or as it is listed.

        Raises:
            InvalidValueError: Several models are meant.
            ModelFileError: None is, or it cannot be used.
        """
        return find_model_named(text, [model_file(model) for model in self._shelf.models()])

    def find(self, text: str) -> ChosenModel:
        """A model at an endpoint, written ``ENDPOINT/MODEL``, or a file.

        Raises:
            As :meth:`file`.
        """
        if text == DEMO or is_file_there(text):
            return self.file(text)
        return self._endpoints.named(text) or self.file(text)

    def asked(self, named: str | None, preset: Preset | None, settings: Settings) -> ChosenModel:
        """The one that is named, else the preset's where it is here, else that for new chats.

        Raises:
            As :meth:`file`.
            EndpointGoneError: It is at an endpoint that is not on the list any more.
        """
        if named:
            return self.find(named)
        if preset is not None and preset.model:
            for model in map(model_file, self._shelf.models()):
                family = family_of(self._catalog, model)
                if family is not None and family.id == preset.model and not model.problem:
                    return model
        source = endpoint_source(settings.endpoint_model)
        if source is not None:
            return self._endpoints.model(source)
        return self.file(settings.model_path or DEMO)
