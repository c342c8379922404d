"""The commands on messages: copy, branch, delete, answer again, continue."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from app.domain.conversation import Message
from app.domain.generation import Role
from app.domain.model import ModelFile
from app.language import tr
from app.markup.document.flow import flatten
from app.markup.kinds.code import CodeBlock
from app.ui.commands.form_commands import FormCommands
from app.ui.models.model_menu import model_lines
from app.ui.shell.window_context import WindowContext
from app.ui.style.menus import add_entry, close_when_chosen
from app.ui.transcript.content.selection import answer_markdown
from app.ui.transcript.widgets.signals import ActionKind, CodeToSave, MessageAction

_ENDINGS = {
    "python": "py", "javascript": "js", "typescript": "ts", "bash": "sh", "shell": "sh", "c": "c",
    "cpp": "cpp", "c++": "cpp", "csharp": "cs", "java": "java", "rust": "rs", "go": "go",
    "html": "html", "css": "css", "json": "json", "yaml": "yaml", "toml": "toml", "xml": "xml",
    "sql": "sql", "markdown": "md", "latex": "tex", "ruby": "rb", "php": "php", "r": "r",
}  # fmt: skip


class MessageCommands:
    """Acts on one message, or on the last one."""

    def __init__(self, shell: WindowContext, forms: FormCommands) -> None:
        self._shell, self._forms = shell, forms
        shell.pane.transcript.notes.quoted.connect(shell.controller.drafting.use_prompt)
        shell.pane.transcript.notes.code_saving_requested.connect(self.save_code)

    def on_action(self, action: MessageAction) -> None:
        """Something was asked for at a message in the transcript."""
        controller, message_id = self._shell.controller, action.message_id
        match action.kind:
            case ActionKind.COPY:
                self._shell.pane.snackbar.show_notice(tr("Copied."))
            case ActionKind.EDIT:
                controller.edit(message_id)
            case ActionKind.REGENERATE:
                controller.regenerate(message_id)
            case ActionKind.CONTINUE:
                controller.continue_answer(message_id)
            case ActionKind.ANSWER_AGAIN:
                self.answer_with_menu(message_id)
            case ActionKind.COMPARE:
                self.compare(message_id)
            case ActionKind.CHANGE:
                self._forms.change(message_id)
            case ActionKind.UNCHANGE:
                self._forms.put_back(message_id)
            case ActionKind.COPY_CSV:
                self._forms.copy_csv(message_id)
            case ActionKind.COPY_JSON:
                self._forms.copy_json(message_id)
            case ActionKind.BRANCH:
                self.branch(message_id)
            case ActionKind.DELETE:
                self.delete(message_id)
            case ActionKind.VERSION:
                controller.select_version(message_id, -1 if action.payload == "previous" else 1)

    def branch(self, message_id: str) -> None:
        """Copy the chat up to this message into one of its own, and show it."""
        controller = self._shell.controller

        def make() -> None:
            controller.open_chat(self._shell.services.library.branch_into_new_chat(message_id).id)
            self._shell.pane.snackbar.show_notice(tr("This is a new chat, from that message on."))

        controller.attempt(make)

    def delete(self, message_id: str) -> None:
        """Move a message and what follows it to the trash, with Undo at hand."""
        if self._shell.controller.answering:
            self._shell.pane.snackbar.show_notice(tr("An answer is being written. Stop it first."))
            return
        library = self._shell.services.library
        if self._shell.controller.attempt(lambda: library.trash.delete_message(message_id)):
            self._shell.pane.snackbar.show_message(
                tr("Message moved to the trash."),
                partial(library.trash.restore_message, message_id),
            )

    def answer_with_menu(self, message_id: str) -> None:
        """Offer the installed files to answer again with; both versions are kept."""
        menu = QMenu(self._shell.window)
        menu.aboutToHide.connect(menu.deleteLater)
        heading = menu.addAction(tr("Answer again with"))  # sections show no text
        heading.setEnabled(False)
        for model, line in model_lines(self._shell.services.models):
            add_entry(menu, line.replace("&", "&&"), partial(self._answer_with, message_id, model))
        close_when_chosen(menu)
        menu.popup(QCursor.pos())

    def _answer_with(self, message_id: str, model: ModelFile) -> None:
        chat = self._shell.services.chat
        self._shell.controller.attempt(lambda: chat.answer_with(message_id, model))

    def compare(self, message_id: str) -> None:
        """Show the versions of an answer side by side, with what made them and how fast."""
        from app.ui.conversation.versions_dialog import VersionsDialog

        versions = self._shell.services.library.chats.versions(message_id)
        index = {message.id: number for number, message in enumerate(versions)}

        def show(wanted: str) -> None:
            self._shell.controller.select_version(message_id, index[wanted] - index[message_id])

        VersionsDialog(self._shell.window, versions, message_id, show).open()

    def select_chat(self) -> None:
        """Select the whole chat, and go there: the keys that copy belong to what has the focus."""
        transcript = self._shell.pane.transcript
        transcript.selection(whole=True)
        transcript.setFocus(Qt.FocusReason.OtherFocusReason)

    def copy_answer(self) -> None:
        """Copy the last answer, as Markdown and without its reasoning."""
        answer = self._shell.controller.last(Role.ASSISTANT)
        if answer is None or not answer_markdown(answer).strip():
            self._shell.pane.snackbar.show_notice(tr("There is no answer to copy yet."))
            return
        QGuiApplication.clipboard().setText(answer_markdown(answer))
        self._shell.pane.snackbar.show_notice(tr("The last answer was copied."))

    def copy_code(self) -> None:
        """Copy the last code block of the last answer that has one."""
        branch = reversed(self._shell.controller.branch)
        code = next((found for item in branch if (found := last_code(item.message))), None)
        if code is None:
            self._shell.pane.snackbar.show_notice(tr("There is no code block in this chat."))
            return
        QGuiApplication.clipboard().setText(code)
        self._shell.pane.snackbar.show_notice(tr("The last code block was copied."))

    def save_code(self, code: CodeToSave) -> None:
        """Ask for a file and write a code block into it."""
        ending = _ENDINGS.get(code.language.lower(), "txt")
        suggested = str(Path.home() / f"code.{ending}")  # not shown: a file's name
        chosen, _ = QFileDialog.getSaveFileName(self._shell.window, tr("Save code"), suggested)
        if not chosen:
            return
        from app.services.transfer.transfer_files import write_file

        path = Path(chosen)

        self._shell.operations.run(
            self._shell.window,
            lambda _task: write_file(path, code.text.encode("utf-8", "replace")),
            lambda _done: self._shell.pane.snackbar.tell_written(path),
        )

    def continue_answer(self) -> None:
        """Go on with the last answer."""
        answer = self._shell.controller.last(Role.ASSISTANT)
        if answer is not None and answer.status.can_continue:
            self._shell.controller.continue_answer(answer.id)

    def regenerate(self) -> None:
        """Write another version of the last answer."""
        answer = self._shell.controller.last(Role.ASSISTANT)
        if answer is not None:
            self._shell.controller.regenerate(answer.id)


def last_code(message: Message) -> str:
    """The last code block of a message, or nothing."""
    from app.markup.parse import parse

    if message.role is not Role.ASSISTANT:
        return ""
    blocks = [row.leaf for row in flatten(parse(message.content))]
    return next((block.text for block in reversed(blocks) if isinstance(block, CodeBlock)), "")
