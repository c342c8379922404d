"""Which model answers in a chat, and which may not."""

from __future__ import annotations

from dataclasses import replace

from app.domain.endpoints.endpoint import PrivateChatError
from app.domain.endpoints.source import endpoint_source
from app.domain.model import ChosenModel, EndpointModel
from app.language import tr
from app.services.chat.chat_options import ChatOptionsService
from app.services.library.library_service import LibraryService
from app.services.models.model_service import ModelService


class AnsweringModel:
    """The model that a question is put to: a chat keeps the endpoint it was sent to."""

    def __init__(
        self, models: ModelService, library: LibraryService, options: ChatOptionsService
    ) -> None:
        self._models = models
        self._library = library
        self._options = options

    def own(self, conversation_id: str) -> ChosenModel | None:
        """The model that a chat is answered by, whichever is in use for the chat that is shown.

        One in which nothing was said yet takes what is in use.

        Raises:
            EndpointGoneError: The chat's endpoint is not on the list any more.
        """
        chat = self._library.chats.get(conversation_id)
        if chat.head_id is None:
            return self._models.state.model
        return self._models.of_source(endpoint_source(self._options.options_of(chat).model))

    def remember(self, conversation_id: str, model: ChosenModel | None) -> None:
        """A chat that is sent to an endpoint is one of that endpoint from then on."""
        known = self._options.kept_options(conversation_id).model
        named = str(model.source) if isinstance(model, EndpointModel) else ""
        if named != known:
            self._library.change_options(conversation_id, lambda own: replace(own, model=named))

    def keep_private(self, conversation_id: str, model: ChosenModel | None) -> None:
        """Refuse to send a private chat to an endpoint.

        Raises:
            PrivateChatError: The chat is private, and the model is at an endpoint.
        """
        if isinstance(model, EndpointModel) and self._library.chats.is_private(conversation_id):
            raise PrivateChatError(
                tr("A private chat is not sent to {server}.", server=model.server)
            )
