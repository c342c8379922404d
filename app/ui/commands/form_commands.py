"""The commands on forms: the one of the next answer, and what stands in the last one."""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from app.domain.generation import Role
from app.domain.grammar.form import form_of
from app.domain.parts import FormPart
from app.language import paragraph, tr
from app.ui.shell.window_context import WindowContext


class FormCommands:
    """Chooses forms and copies what was answered in one."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        shell.pane.composer.bar.form.clicked.connect(self.choose)

    def choose(self) -> None:
        """Ask for the form of the next answer in the chat that is shown."""
        from app.ui.conversation.input.form_dialog import FormDialog

        shell = self._shell
        chat = shell.controller.current()
        composer = shell.pane.composer
        dialog = FormDialog(shell.window, composer.form.get(chat.id) or composer.form.last)
        found = dialog.execute(lambda: (dialog.read(),))
        if found is not None:
            composer.form.choose(chat.id, found[0])
        composer.setFocus()

    def copy_csv(self) -> None:
        """Copy what the last answer says as comma-separated lines."""
        from app.domain.grammar.form_check import as_csv, holds_formulas

        said = tr("What a spreadsheet would take for a formula has an apostrophe before it.")
        self._copy(as_csv, lambda text: said if holds_formulas(text) else "")

    def copy_json(self) -> None:
        """Copy what the last answer says as JSON."""
        self._copy(lambda value: json.dumps(value, ensure_ascii=False, indent=2))

    def _copy(
        self, written: Callable[[object], str], remark: Callable[[str], str] = lambda _text: ""
    ) -> None:
        from app.domain.grammar.form_check import OutOfFormError, value_of

        answer = self._shell.controller.last(Role.ASSISTANT)
        placed = answer.placed if answer is not None else ()
        part = next((one.part for one in placed if isinstance(one.part, FormPart)), None)
        form = form_of(part) if part is not None else None
        status = self._shell.pane.snackbar
        if answer is None or form is None:
            status.show_notice(tr("The last answer was not asked for in a form."))
            return
        try:
            text = written(value_of(form, answer.content))
        except OutOfFormError:
            status.show_notice(tr("The last answer does not keep to its form."))
            return
        QGuiApplication.clipboard().setText(text)
        status.show_notice(paragraph(tr("The last answer was copied."), remark(text)))
