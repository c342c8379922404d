"""What happens when a mark in an answer is chosen."""

from __future__ import annotations

from app.ui.commands.page_commands import PageCommands
from app.ui.conversation.marks.answer_marks import AnswerMarks
from app.ui.shell.window_context import WindowContext
from app.ui.transcript.content.marks import MarkKind
from app.ui.transcript.widgets.signals import MarkRequest


class MarkCommands:
    """Shows what a mark stands for.

    Attributes:
        answers: Works the marks out.
    """

    def __init__(self, shell: WindowContext, pages: PageCommands) -> None:
        self._shell, self._pages = shell, pages
        self.answers = AnswerMarks(
            shell.services.settings, shell.pane.transcript, shell.operations, shell.window
        )
        shell.pane.transcript.notes.mark_requested.connect(self.show)

    def show(self, wanted: MarkRequest) -> None:
        """Show the page of a citation, or how a sum was computed."""
        shell = self._shell
        if wanted.mark.kind is MarkKind.SUM:
            from app.ui.conversation.marks.sum_popup import SumPopup

            popup = SumPopup(shell.window, wanted.mark, shell.controller.send_prompt)
            popup.show_at(wanted.area)
            return
        if cited := self.answers.cited(wanted.message_id):  # it is still being written
            self._pages.show_citations(cited, wanted.mark.number)
            return
        messages = (one.message for one in shell.controller.branch)
        answer = next((one for one in messages if one.id == wanted.message_id), None)
        if answer is not None:
            self._pages.show_cited(answer, wanted.mark.number)
