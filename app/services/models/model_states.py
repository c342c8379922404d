"""What becomes of the model that was in use when another one was tried. Pure."""

from __future__ import annotations

from app.domain.errors import KnownError, SwitchFailedError
from app.domain.model import ChosenModel
from app.language import paragraph, tr
from app.services.core.events import ModelPhase, ModelState


def resting(phase: ModelPhase) -> ModelPhase:
    """The phase of a model that was in ``phase`` and is not loaded any more."""
    loaded = phase in {ModelPhase.READY, ModelPhase.LOADING}
    return ModelPhase.UNLOADED if loaded else phase


def in_use_again(before: ModelState, tried: ChosenModel, error: KnownError) -> KnownError:
    """Why another model is not used, and which one is."""
    if before.model is None:
        return error
    return SwitchFailedError(
        paragraph(
            tr(
                "{tried} could not be loaded, so {model} is in use again.",
                tried=tried.label,
                model=before.model.label,
            ),
            error.what,
        ),
        action=error.action,
        detail=error.detail,
    )
