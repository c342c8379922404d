"""What went wrong, told where there are no buttons: what to do is a command or an option.

An error says what to do in the window's words. Where those name a button or a page of Settings, the
tables here have the terminal's, by the type of the error; what an error says of its own stays.
"""

from __future__ import annotations

from app.domain.endpoints.endpoint import (
    AnswerCutError,
    CutByOfflineError,
    EndpointError,
    EndpointGoneError,
    EndpointKeyError,
    EndpointModelError,
    EndpointMovedError,
    EndpointTooLongError,
)
from app.domain.errors import (
    ContextFullError,
    EngineDiedError,
    KnownError,
    ModelNotLoadedError,
    OfflineError,
    OutOfMemoryError,
    PromptTooLongError,
)
from app.language import Sentence, paragraph, tr

Words = tuple[tuple[type[KnownError], Sentence], ...]
"""What to do about an error; the first type that it is counts."""

_ALIKE: Words = (
    (
        EndpointKeyError,
        tr(
            "Add it with its key: 'phial endpoints add ADDRESS --key'. If it is on the list "
            "already, remove it first: 'phial endpoints remove NAME'."
        ),
    ),
    (
        EndpointMovedError,
        tr("If you trust that address, add it: 'phial endpoints add ADDRESS'."),
    ),
)
_COMMAND: Words = (
    (
        CutByOfflineError,
        tr("'phial settings set offline off' allows connections; then ask again."),
    ),
    (OfflineError, tr("'phial settings set offline off' allows connections.")),
    (AnswerCutError, tr("Ask again to have all of it.")),
    (EngineDiedError, tr("Ask again, or name a smaller model.")),
    (EndpointModelError, tr("'phial endpoints test NAME' lists its models.")),
    (EndpointTooLongError, tr("Give it a shorter text.")),
    (EndpointGoneError, tr("Add it again with 'phial endpoints add', or name another model.")),
    (
        PromptTooLongError,
        tr("Shorten it, or choose a larger context: 'phial settings set context_size NUMBER'."),
    ),
    (
        ContextFullError,
        tr("Shorten it, or choose a larger context: 'phial settings set context_size NUMBER'."),
    ),
    (
        OutOfMemoryError,
        tr(
            "Choose a smaller context with 'phial settings set context_size NUMBER', or a smaller "
            "model."
        ),
    ),
    (ModelNotLoadedError, tr("Name one with --model.")),
    *_ALIKE,
)
_TALK: Words = (
    (
        CutByOfflineError,
        tr("'/set offline off' allows connections, and '/continue' goes on with the answer."),
    ),
    (OfflineError, tr("'/set offline off' allows connections.")),
    (AnswerCutError, tr("'/continue' goes on with it.")),
    (EngineDiedError, tr("'/continue' goes on with it, '/model NAME' uses a smaller model.")),
    (EndpointModelError, tr("'/model' lists the models there are.")),
    (EndpointTooLongError, tr("Begin another chat with '/new', or shorten the message.")),
    (
        EndpointGoneError,
        tr("Add it again with 'phial endpoints add', or use another model with '/model NAME'."),
    ),
    (
        PromptTooLongError,
        tr("Shorten it, or choose a larger context with '/set context_size NUMBER'."),
    ),
    (
        ContextFullError,
        tr(
            "Begin another chat with '/new', or let the oldest messages be left out with "
            "'/set overflow leave_out'."
        ),
    ),
    (
        OutOfMemoryError,
        tr("Choose a smaller context with '/set context_size NUMBER', or a smaller model."),
    ),
    (ModelNotLoadedError, tr("'/model NAME' uses one.")),
    *_ALIKE,
)
_OF_A_MESSAGE = {one.default_data for one in (EndpointError, EngineDiedError, PromptTooLongError)}


def told(error: KnownError) -> Sentence:
    """An error of a command: no message is there that could be kept."""
    data = "" if error.data in _OF_A_MESSAGE else error.data
    return paragraph(error.what, data, _action(error, _COMMAND))


def told_of_question(error: KnownError) -> Sentence:
    """An error of what is asked once: nor is there a chat that could be safe."""
    data = "" if error.data in _OF_A_MESSAGE | {KnownError.default_data} else error.data
    return paragraph(error.what, data, _action(error, _COMMAND))


def told_in_talk(error: KnownError) -> Sentence:
    """An error in ``phial chat``, where commands stand behind a slash."""
    return paragraph(error.what, error.data, _action(error, _TALK))


def _action(error: KnownError, words: Words) -> str:
    if error.action != type(error).default_action:
        return error.action
    return next((said for kind, said in words if isinstance(error, kind)), error.action)
