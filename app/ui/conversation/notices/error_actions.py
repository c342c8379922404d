"""Which buttons an error gets: decided by its type, never by its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import (
    AnswerFillsContextError,
    ContextFullError,
    EngineDiedError,
    HubError,
    KnownError,
    ModelFileError,
    ModelMissingError,
    ModelNotLoadedError,
    OutOfMemoryError,
    PromptTooLongError,
    StoreError,
    SwitchFailedError,
)
from app.language import tr
from app.ui.conversation.notices.banner import BannerAction

MODEL_PROBLEM, ANSWER_PROBLEM, SWITCH_PROBLEM = "model", "answer", "switch"
DOWNLOAD_PROBLEM, REFUSAL = "download", "refusal"


def problem_kind(error: KnownError) -> str:
    """What ends the problem: a model that is ready, the next answer, or another choice.

    A refusal ends with the draft that was refused.
    """
    if isinstance(error, SwitchFailedError):
        return SWITCH_PROBLEM
    if isinstance(error, ContextFullError | PromptTooLongError):
        return REFUSAL
    of_model = isinstance(error, ModelFileError | ModelNotLoadedError | OutOfMemoryError)
    return MODEL_PROBLEM if of_model else ANSWER_PROBLEM


@dataclass(frozen=True, slots=True)
class ErrorActions:
    """What the window can do about an error."""

    choose_model: Callable[[], object]
    try_demo: Callable[[], object]
    load_again: Callable[[], object]
    new_chat: Callable[[], object]
    leave_out: Callable[[], object]
    context_size: Callable[[], object]
    data_folder: Callable[[], object]
    continue_answer: Callable[[], object]
    details: Callable[[KnownError], object]


def actions_for(error: KnownError, can: ErrorActions, *, can_continue: bool) -> list[BannerAction]:
    """The buttons for ``error``, the most useful first."""
    offers: list[BannerAction] = []
    match error:
        case ModelMissingError():
            offers = [
                BannerAction(tr("Try again"), can.load_again),
                BannerAction(tr("Choose another model…"), can.choose_model),
                BannerAction(tr("Use the built-in demo"), can.try_demo),
            ]
        case ModelFileError():
            offers = [
                BannerAction(tr("Choose another model…"), can.choose_model),
                BannerAction(tr("Use the built-in demo"), can.try_demo),
            ]
        case SwitchFailedError():
            offers = [BannerAction(tr("Choose another model…"), can.choose_model)]
        case ModelNotLoadedError():
            offers = [
                BannerAction(tr("Choose a model…"), can.choose_model),
                BannerAction(tr("Use the built-in demo"), can.try_demo),
            ]
        case OutOfMemoryError():
            offers = [
                BannerAction(tr("Choose a smaller model…"), can.choose_model),
                BannerAction(tr("Change the context size…"), can.context_size),
            ]
        case EngineDiedError():
            offers = [BannerAction(tr("Continue"), can.continue_answer)] if can_continue else []
            offers += [
                BannerAction(tr("Load again"), can.load_again),
                BannerAction(tr("Choose another model…"), can.choose_model),
            ]
        case PromptTooLongError():
            offers = [BannerAction(tr("Change the context size…"), can.context_size)]
        case AnswerFillsContextError():
            offers = [
                BannerAction(tr("New chat"), can.new_chat),
                BannerAction(tr("Change the context size…"), can.context_size),
            ]
        case ContextFullError():
            offers = [
                BannerAction(tr("New chat with this message"), can.new_chat),
                BannerAction(tr("Leave out the oldest messages"), can.leave_out),
            ]
        case StoreError() | HubError():
            offers = [BannerAction(tr("Open the data folder"), can.data_folder)]
    if error.detail:
        offers.append(BannerAction(tr("Details…"), lambda: can.details(error)))
    return offers
