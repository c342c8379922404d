"""The commands on forms: the one of the next answer, and what stands in the last one."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QGuiApplication

from app.domain.generation import Role
from app.domain.grammar.form import form_of
from app.language import paragraph, tr
from app.ui.shell.window_context import WindowContext
from app.ui.transcript.widgets.signals import ValueChange


class FormCommands:
    """Chooses forms and copies what was answered in one."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        shell.pane.composer.bar.form.clicked.connect(self.choose)
        shell.pane.transcript.notes.value_typed.connect(self._on_typed)
        shell.pane.transcript.notes.told.connect(shell.pane.snackbar.show_notice)

    def choose(self) -> None:
        """Ask for the form of the next answer in the chat that is shown."""
        from app.ui.conversation.input.form_dialog import FormDialog

        shell = self._shell
        chat = shell.controller.current()
        composer = shell.pane.composer
        dialog = FormDialog(shell.window, composer.form.shown or composer.form.last)
        found = dialog.execute(lambda: (dialog.read(),))
        if found is not None:
            composer.form.choose(chat.id, found[0])
        composer.setFocus()

    def copy_last_csv(self) -> None:
        """Copy what the last answer says as comma-separated lines."""
        self._copy_last(self.copy_csv)

    def copy_last_json(self) -> None:
        """Copy what the last answer says as JSON."""
        self._copy_last(self.copy_json)

    def copy_csv(self, message_id: str) -> None:
        """Copy what an answer says as comma-separated lines."""
        from app.domain.grammar.form_check import APOSTROPHES, as_csv, holds_formulas

        self._copy(message_id, as_csv, lambda text: APOSTROPHES if holds_formulas(text) else "")

    def copy_json(self, message_id: str) -> None:
        """Copy what an answer says as JSON."""
        self._copy(message_id, lambda value: json.dumps(value, ensure_ascii=False, indent=2))

    # --- changing values ------------------------------------------------------------------------

    def change_last(self) -> None:
        """Change the values of the last answer, beginning with the first."""
        answer = self._shell.controller.last(Role.ASSISTANT)
        if answer is not None:
            self.change(answer.id)

    def change(self, message_id: str) -> None:
        """Change the values of an answer, beginning with the first."""
        notices = self._shell.pane.snackbar
        if self._shell.controller.answering:
            notices.show_notice(tr("An answer is being written. Stop it first."))
        elif not self._shell.pane.transcript.notes.values().begin(message_id):
            notices.show_notice(
                tr("Only an answer that was asked for in a form, and keeps to it, has values.")
            )

    def put_back(self, message_id: str) -> None:
        """Have an answer say again what the model had written."""
        from app.services.chat.form_edits import form_part

        message = self._shell.services.library.chats.message(message_id)
        part = form_part(message)
        if part is not None and part.text:
            self._store(message_id, part.text, message.content)

    def _on_typed(self, change: ValueChange) -> None:
        if change.problem:
            self._shell.pane.snackbar.show_notice(change.problem)
        else:
            self._store(change.message_id, change.text, change.before)

    def _store(self, message_id: str, text: str, before: str) -> None:
        """Keep another text of an answer, with Undo at hand."""
        from app.services.chat.form_edits import changed_answer

        library = self._shell.services.library

        def keep(wanted: str) -> bool:
            return self._shell.controller.attempt(
                lambda: library.change_message(
                    changed_answer(library.chats.message(message_id), wanted)
                )
            )

        if keep(text):
            snackbar = self._shell.pane.snackbar
            snackbar.show_notice("")  # why a value was refused before
            snackbar.show_message(tr("The answer is changed."), partial(keep, before))

    # --- copying ----------------------------------------------------------------------------------

    def _copy_last(self, copy: Callable[[str], None]) -> None:
        answer = self._shell.controller.last(Role.ASSISTANT)
        if answer is None:
            self._shell.pane.snackbar.show_notice(tr("There is no answer to copy yet."))
        else:
            copy(answer.id)

    def _copy(
        self,
        message_id: str,
        written: Callable[[object], str],
        remark: Callable[[str], str] = lambda _text: "",
    ) -> None:
        from app.domain.grammar.form_check import OutOfFormError, value_of
        from app.services.chat.form_edits import form_part

        shown = (one.message for one in self._shell.controller.branch)
        answer = next((one for one in shown if one.id == message_id), None)
        part = form_part(answer) if answer is not None else None
        form = form_of(part) if part is not None else None
        notices = self._shell.pane.snackbar
        if answer is None or form is None:
            notices.show_notice(tr("The answer was not asked for in a form."))
            return
        try:
            text = written(value_of(form, answer.content))
        except OutOfFormError:
            notices.show_notice(tr("The answer does not keep to its form."))
            return
        QGuiApplication.clipboard().setText(text)
        notices.show_notice(paragraph(tr("The answer was copied."), remark(text)))
