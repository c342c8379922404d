"""The commands on presets: use one in the shown chat, manage them, values of a chat's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from app.domain.conversation import Conversation
from app.domain.presets.preset import Preset
from app.language import paragraph, tr
from app.services.core.events import Event, LibraryChanged, ModelStateChanged, PresetsChanged
from app.ui.presets.preset_menu import PresetMenu
from app.ui.shell.window_context import WindowContext


class PresetCommands:
    """Acts on the shown chat's preset and values.

    Args:
        shell: The window's parts.
        choose_model: Uses a model file from the next answer on.
        get_model: Shows where models are got.
    """

    def __init__(
        self,
        shell: WindowContext,
        choose_model: Callable[..., object],
        get_model: Callable[[], object],
    ) -> None:
        self._shell = shell
        self._choose_model, self._get_model = choose_model, get_model

    def make_menu(self) -> PresetMenu:
        """The menu of the chip."""
        shell = self._shell
        menu = PresetMenu(shell.services.presets, self._chosen, shell.actions, shell.window)
        menu.picked.connect(self.use)
        return menu

    def _chosen(self) -> str:
        chat = self._shell.controller.chat
        return chat.options.preset if chat is not None else ""

    def use(self, preset: Preset | None) -> None:
        """Answer the shown chat in the way of a preset; None for none."""
        controller, options = self._shell.controller, self._shell.services.chat_options
        chat = controller.current()
        if (preset.id if preset is not None else "") == chat.options.preset:
            return
        before, model = options.preset_of(chat), self._shell.services.models.state.model
        follows: list[bool] = []
        if not controller.attempt(lambda: follows.append(options.choose(chat.id, preset))):
            return
        self._name(preset, chat)  # before it is stored, which a busy disk makes one wait for
        keeps = "" if follows[0] else tr("It keeps the system prompt that you wrote for it.")
        if preset is None:
            said = tr("This chat has no preset now.")
        else:
            said = tr("This chat is answered as “{name}”.", name=preset.name)
        if preset is not None and options.lacks_model(preset):
            lacks = tr("Its model, {model}, is not on this computer.", model=preset.model)
            self._shell.pane.snackbar.show_message(
                paragraph(said, lacks), self._get_model, tr("Get it…")
            )
            return
        file = options.file_for(preset) if preset is not None else None
        if file is not None:
            self._choose_model(file)

        def undo() -> None:
            if controller.attempt(lambda: options.choose(chat.id, before)):
                self._name(before, chat)
            if file is not None and model is not None:
                self._choose_model(model)

        self._shell.pane.snackbar.show_message(paragraph(said, keeps), undo)

    def manage(self) -> None:
        """Show all presets, to make, change, give and take them."""
        from app.ui.presets.presets_dialog import PresetsDialog

        services = self._shell.services
        PresetsDialog(
            self._shell.window,
            services.presets,
            services.downloads.catalog.families,
            self.use,
            self._chosen(),
        ).open()

    def values(self) -> None:
        """Edit sampling and context of the shown chat and of the model in use."""
        from app.ui.presets.chat_values_dialog import ChatValuesDialog

        controller, services = self._shell.controller, self._shell.services
        chat, model = controller.current(), services.models.state.model
        dialog = ChatValuesDialog(self._shell.window, services, chat)
        found = dialog.execute(dialog.read)
        if found is None:
            return
        of_chat, of_model = found
        if of_chat != chat.options.values:
            controller.attempt(partial(services.chat_options.set_values, chat.id, of_chat))
        if model is None or of_model is None or of_model == services.presets.values_of(model):
            return
        controller.attempt(partial(services.presets.set_values_of, model, of_model))

    def on_event(self, event: Event) -> None:
        """Keep the chip true."""
        if isinstance(event, LibraryChanged | PresetsChanged | ModelStateChanged):
            self.show()

    def show(self) -> None:
        """Name the shown chat's preset on its chip, with the values that are not usual."""
        chat, options = self._shell.controller.chat, self._shell.services.chat_options
        if chat is None:
            self._shell.pane.composer.bar.set_preset(None)
            self._shell.pane.composer.form.set_usual(None)
            return
        self._name(options.preset_of(chat), chat)

    def _name(self, preset: Preset | None, chat: Conversation) -> None:
        form = preset.answer_form if preset is not None else None
        self._shell.pane.composer.form.set_usual(form)
        own = {**(preset.values if preset is not None else {}), **chat.options.values}
        self._shell.pane.composer.bar.set_preset(
            preset, _text_of(own) if own else "", changed=bool(chat.options.values)
        )


def _text_of(values: Mapping[str, Any]) -> str:
    """Values in one line; what writes them is imported with the first."""
    from app.ui.presets.values_form import values_text

    return values_text(values)
