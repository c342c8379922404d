"""The model to take on this computer, on the first screen: its card, as the models page has it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.language import tr
from app.services.models.quantizations import ModelChoice
from app.ui.models.cards.card_actions import CardActions
from app.ui.models.cards.family_card import FamilyCard, other_models
from app.ui.style.dialogs import text_label
from app.ui.style.scrolling_page import clear_layout
from app.ui.style.theme import SPACE, Theme


class FirstModel(QWidget):
    """A heading and the card of the model that is advised; a sentence where none fits.

    Args:
        theme: Colours.
        do: What the card's buttons do.
    """

    def __init__(self, theme: Theme, do: CardActions) -> None:
        super().__init__()
        self._theme, self._do = theme, do
        self._card: FamilyCard | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)

    def show_models(self, models: Sequence[ModelChoice]) -> None:
        """Show which to take; what the user looks at stays where it is the same one.

        Args:
            models: The catalogue, judged for this computer.
        """
        best, others = next((one for one in models if one.reason), None), other_models(models)
        card = self._card
        if card is not None and best is not None and card.choice.family == best.family:
            card.show_choice(best, others)
            return
        clear_layout(self._column)
        self._card = None
        if best is None:
            told = tr("No listed model fits the memory that is free now.")
            self._column.addWidget(text_label(told, "subheading"))
            return
        self._column.addWidget(text_label(tr("For this computer"), "subheading"))
        self._card = FamilyCard(best, self._theme, self._do, others)
        self._column.addWidget(self._card)

    def on_download(self) -> None:
        """A download moved on."""
        if self._card is not None:
            self._card.show_download()
