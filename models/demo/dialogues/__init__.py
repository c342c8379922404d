"""Training dialogues of the Phial demo, generated from a seeded grammar."""

from __future__ import annotations

from .mixture import evaluation, training, unseen_questions
from .talk import Dialogue, Turn

__all__ = ["Dialogue", "Turn", "evaluation", "training", "unseen_questions"]
