"""What helps with writing a message: prompts by a slash, what was sent before, what it fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QTimer

from app.services.core.events import Asked, Event, SettingsChanged
from app.services.core.ids import utc_now
from app.services.documents.attached import CONTEXT_UNKNOWN, reading_price
from app.ui.conversation.input.prompt_popup import PromptPopup
from app.ui.conversation.input.queued_messages import QueuedMessages
from app.ui.conversation.input.sent_history import SentHistory
from app.ui.conversation.input.sum_strip import SumStrip
from app.ui.shell.window_context import WindowContext
from app.ui.style.text_fields import PlainEditor

if TYPE_CHECKING:  # imported when somebody writes
    from app.ui.conversation.input.spelling_marks import SpellingMarks

_SPELLING_MS = 1_000
"""From the first letter until spelling is looked at, milliseconds."""


class ComposerCommands:
    """Puts the helpers around one window's composer.

    Args:
        shell: The window.
        change_size: Leads to where the size of the context is changed.
    """

    def __init__(self, shell: WindowContext, change_size: Callable[[], object]) -> None:
        self._shell, self._change_size = shell, change_size
        services, pane, controller = shell.services, shell.pane, shell.controller
        editor = pane.composer.editor
        SentHistory(editor, self._sent)
        popup = PromptPopup(editor, pane, services.presets.prompts, pane.transcript.selection)
        popup.managing.connect(self.prompts)
        self._queue = QueuedMessages(
            services.chat,
            services.chat_options,
            pane.composer,
            lambda: controller.chat,
            controller.attempt,
            shell.operations.back,
            self._restore,
        )
        pane.put_above_composer(self._queue.strip)
        strip = SumStrip(lambda: utc_now().astimezone().date())
        composer = pane.composer
        composer.text_changed.connect(strip.show_draft)
        composer.set_instead(strip.take)
        strip.used.connect(self._use_result)
        strip.sent.connect(composer.send_text)
        pane.put_above_composer(strip)
        self._marks: list[SpellingMarks] = []
        self._spelling_clock = QTimer(composer, singleShot=True, interval=_SPELLING_MS)
        self._spelling_clock.timeout.connect(lambda: self.mark_spelling(composer.editor))
        composer.text_changed.connect(self._on_letter)
        pane.header.ring.clicked.connect(lambda: controller.attempt(self._show_context))

    def _show_context(self) -> None:
        """Show what fills the context of the chat, below its ring."""
        from app.ui.conversation.notices.context_details import ContextDetails

        shell, ring = self._shell, self._shell.pane.header.ring
        chat, price = shell.controller.chat, 0
        if chat is not None:
            branch = [one.message for one in shell.controller.branch]
            waiting = shell.pane.composer.attachments.waiting(chat.id).documents
            known = shell.services.documents.documents_in(branch, private=chat.private)
            read = {one.id: one for one in (*known, *waiting)}
            if read:
                price = reading_price(list(read.values()), ring.use.size or CONTEXT_UNKNOWN).tokens
        popup = ContextDetails(
            shell.window, ring.use, price, shell.controller.left_out, self._change_size
        )
        popup.show_at(QRect(ring.mapToGlobal(QPoint(0, 0)), ring.size()), shell.pane)

    # --- spelling -----------------------------------------------------------------------------

    def _on_letter(self, text: str) -> None:
        """Somebody writes: from now on spelling is looked at."""
        if text:
            self._shell.pane.composer.text_changed.disconnect(self._on_letter)
            self._spelling_clock.start()

    def mark_spelling(self, editor: PlainEditor) -> None:
        """Mark misspelt words of a field from now on."""
        from app.ui.conversation.input.spelling_marks import SpellingMarks

        shell = self._shell
        services = shell.services
        self._marks.append(
            SpellingMarks(
                editor,
                services.spelling(),
                lambda: services.settings.current.spelling,
                lambda: shell.pane.theme.error,
                shell.operations.back,
                shell.controller.failed.emit,
            )
        )

    def close(self) -> None:
        """The window closes: nothing is looked up any more."""
        self._spelling_clock.stop()
        if self._marks:
            self._marks.clear()
            self._shell.services.spelling().close()

    # --- what is typed ------------------------------------------------------------------------

    def _use_result(self, result: str) -> None:
        """Put a result in the draft's place, which Undo takes away."""
        composer = self._shell.pane.composer
        composer.editor.retype(result)
        composer.setFocus()

    def _restore(self, chat_id: str, asked: Asked) -> None:
        controller = self._shell.controller
        controller.attempt(lambda: controller.drafting.restore_unsent(chat_id, asked))

    def _sent(self) -> Sequence[str]:
        chat = self._shell.controller.chat
        if chat is None:
            return ()
        return self._shell.services.library.chats.sent_before(chat.id)

    def prompts(self) -> None:
        """Make, change and delete prompts."""
        from app.ui.presets.prompts_dialog import PromptsDialog

        PromptsDialog(self._shell.window, self._shell.services.presets).open()

    def on_event(self, event: Event) -> None:
        """Send what waits, when its time has come."""
        self._queue.on_event(event)
        if isinstance(event, SettingsChanged):
            for marks in self._marks:
                marks.look()

    def show(self) -> None:
        """Another chat is shown."""
        self._queue.show()
