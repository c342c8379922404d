"""Which Phial this is, which model answers, and what that model is not good at."""

from __future__ import annotations

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QFrame, QVBoxLayout

import app
from app.domain.model import EndpointModel
from app.language import paragraph, tr
from app.services.core import formatting
from app.ui.shell.window_context import WindowContext
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel

_OF_THE_FAMILY = tr(
    "The models of the Phi-4 family are strong at mathematics and science. They invent facts about "
    "people and places that few wrote about, are weak at strict formats, and best in English. They "
    "read text only: no pictures, no sound, no web. Check what matters."
)
_OF_THE_DEMO = tr("The built-in demo is a guide to Phial. It knows of nothing else.")
_OF_OTHERS = tr(
    "This model is not of the Phi-4 family: what it is good at, its makers say. Phial gives it "
    "text only: no pictures, no sound, no web. Check what matters."
)


class AboutPanel(QFrame):
    """Versions, the model's card in short, and where the licences are.

    Args:
        shell: The window's parts.
    """

    def __init__(self, shell: WindowContext) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.setSpacing(SPACE)
        versions = tr("Phial {version}", version=app.__version__)
        qt = f"Qt {qVersion()}"  # not shown: a name
        column.addWidget(text_label(formatting.join(versions, qt), "subheading"))
        column.addWidget(StyledLabel(self._model(shell), "muted"))
        if limits := self._limits(shell):
            told = tr("What the model is good at, and what it is not")
            column.addWidget(StyledLabel(told, "subheading"))
            column.addWidget(StyledLabel(limits))
        row = StackingRow()
        for button, command in (
            (push_button(tr("Licences and what is new…")), "about"),
            (push_button(tr("Check for updates…")), "updates"),
        ):
            button.clicked.connect(lambda _checked, name=command: shell.actions[name].trigger())
            row.add(button)
        column.addWidget(row)

    @staticmethod
    def _limits(shell: WindowContext) -> str:
        model, catalog = shell.services.models.state.model, shell.services.downloads.catalog
        if model is None:
            return ""
        if isinstance(model, EndpointModel):
            return _OF_OTHERS
        if model.demo:
            return _OF_THE_DEMO
        known = catalog.family_of(model.name, model.path.stem) is not None
        return _OF_THE_FAMILY if known else _OF_OTHERS

    @staticmethod
    def _model(shell: WindowContext) -> str:
        model, catalog = shell.services.models.state.model, shell.services.downloads.catalog
        if model is None:
            return tr("No model is chosen.")
        name = formatting.model_name(model)
        if isinstance(model, EndpointModel):
            return tr("Answers come from {model}.", model=model.label)
        used = tr("Answers come from {model}, {size}.", model=name,
                  size=formatting.size(model.size))  # fmt: skip
        family = catalog.family_of(model.name, model.path.stem) if not model.demo else None
        if family is None:
            return used
        licence = (family.licence or "").upper()
        trained = tr("It was trained for {tokens} tokens.", tokens=family.context)
        under = tr("Its licence is {licence}.", licence=licence) if licence else ""
        return paragraph(used, trained, under, family.good_for)
