"""Sampling and context of one chat, and of one model."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.domain.conversation import Conversation
from app.domain.presets.preset import Values
from app.language import tr
from app.services.core import formatting
from app.services.presets.answer_options import InForce
from app.services.registry import Services
from app.ui.presets.values_form import ValuesForm, source_words, value_in_force
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import SPACE


class ChatValuesDialog(Dialog):
    """What one chat is answered with, over its preset, its model and the settings."""

    def __init__(self, parent: QWidget, services: Services, chat: Conversation) -> None:
        super().__init__(parent, tr("Sampling and context"), 520)
        self._services = services
        model = services.models.state.model
        options = services.chat_options
        self._chat_form = ValuesForm(self._without(options.beneath_chat(chat)))
        self._chat_form.show_values(chat.options.values)
        self.column.addWidget(
            text_label(
                tr(
                    "What stands here counts before the preset, the model and the settings. "
                    "An empty field says what is in force without it."
                ),
                "muted",
            )
        )
        self._tabs = QTabWidget()
        self._tabs.addTab(_page(self._chat_form), tr("This chat"))
        self._model_form: ValuesForm | None = None
        if model is not None:
            self._model_form = ValuesForm(self._without(options.beneath_model()))
            self._model_form.show_values(services.presets.values_of(model))
            name = formatting.model_name(model).replace("&", "&&")
            self._tabs.addTab(_page(self._model_form), name)
        self.column.addWidget(self._tabs)
        save, cancel = push_button(tr("Save"), "accent"), push_button(tr("Cancel"))
        save.clicked.connect(self._save)
        cancel.clicked.connect(self.reject)
        self.add_buttons(save, cancel, default=save)

    def _without(self, in_force: InForce) -> Callable[[str], str]:
        """What is in force where a field is empty, and where that comes from."""
        sampling = self._services.chat_options.sampling(in_force)

        def said(name: str) -> str:
            value = value_in_force(name, in_force, sampling)
            return formatting.join(value, source_words(in_force.sources[name]))

        return said

    def _save(self) -> None:
        forms = [form for form in (self._chat_form, self._model_form) if form is not None]
        for at, form in enumerate(forms):
            if form.read() is None:
                self._tabs.setCurrentIndex(at)
                return
        self.accept()

    def read(self) -> tuple[Values, Values | None]:
        """The values of the chat, and those of the model where there is one."""
        of_model = self._model_form.read() if self._model_form is not None else None
        return self._chat_form.read() or {}, of_model


def _page(form: ValuesForm) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, SPACE * 2, 0, 0)
    column.addWidget(form)
    return page
