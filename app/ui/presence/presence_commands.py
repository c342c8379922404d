"""What is done beside the main window: quick questions, and the icon in the tray."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ParamSpec

from app.domain.settings import Settings
from app.services.core.events import AnswerEnded, Event, SettingsChanged
from app.ui.conversation.notices.error_actions import ErrorActions
from app.ui.shell.window_context import WindowContext
from app.ui.style.text_fields import PlainEditor
from app.ui.style.theme import Theme
from app.ui.style.typography import Typesetting
from app.ui.transcript.widgets.signals import CodeToSave, MessageAction

if TYPE_CHECKING:  # imported when first needed
    from app.ui.presence.quick_window import QuickWindow
    from app.ui.presence.tray import TrayIcon

P = ParamSpec("P")


class PresenceCommands:
    """Opens the quick question, shows the tray icon, and ends a program that nobody sees.

    Args:
        shell: The main window.
        act: Does what was asked for at a message that it shows.
        save_code: Saves a block of code.
        errors: What can be done about an error there.
        mark_spelling: Marks misspelt words of a field.
    """

    def __init__(
        self,
        shell: WindowContext,
        act: Callable[[MessageAction], object],
        save_code: Callable[[CodeToSave], object],
        errors: Callable[[], ErrorActions],
        mark_spelling: Callable[[PlainEditor], object],
    ) -> None:
        self._mark_spelling = mark_spelling
        self._shell, self._act, self._save_code, self._errors = shell, act, save_code, errors
        self._quick: QuickWindow | None = None
        self._tray: TrayIcon | None = None
        self._over = False
        self._beside = False  # the main window was opened by nobody yet

    # --- the quick question -------------------------------------------------------------------

    def ask(self) -> None:
        """Open the quick question."""
        if self._quick is None:
            self._quick = self._make_quick()
        self._quick.ask()

    def begin_beside(self) -> None:
        """Begin with the quick question and without the main window."""
        self._beside = True
        self.ask()

    def _make_quick(self) -> QuickWindow:
        from app.ui.presence.quick_window import QuickWays, QuickWindow

        shell, errors = self._shell, self._errors()
        ways = QuickWays(
            open_chat=self._open_chat,
            act=self._act,
            save_code=self._save_code,
            errors=replace(
                errors,
                choose_model=self._in_phial(errors.choose_model),
                new_chat=self._in_phial(errors.new_chat),
                leave_out=self._in_phial(errors.leave_out),
                context_size=self._in_phial(errors.context_size),
                continue_answer=self._in_phial(errors.continue_answer),
            ),
            closed=self._end_if_unseen,
        )
        quick = QuickWindow(shell.services, shell.pane.theme, shell.operations, ways)
        quick.addAction(shell.actions["quit"])  # its keys end the program from here too
        self._mark_spelling(quick.pane.composer.editor)
        return quick

    def _in_phial(self, do: Callable[P, object]) -> Callable[P, None]:
        """Do something in the main window, with the chat of the quick question shown there."""

        def go_there(*args: P.args, **kwargs: P.kwargs) -> None:
            if self._quick is not None:
                self._quick.open_in_phial()
            do(*args, **kwargs)

        return go_there

    def _open_chat(self, conversation_id: str, typed: str) -> None:
        """Show a chat in the main window, with what is typed in it."""
        shell = self._shell
        shell.pages.back()
        self.bring_forward()
        if shell.controller.open_chat(conversation_id) and typed:
            shell.pane.composer.set_text(typed)
        shell.pane.composer.setFocus()

    # --- the tray -----------------------------------------------------------------------------

    def follow(self, settings: Settings) -> None:
        """Show the icon in the tray, or take it away."""
        if self._over:
            return  # the window's end stores settings too
        if settings.tray and self._tray is None:
            self._tray = self._make_tray()
        if self._tray is not None:
            self._tray.show(wanted=settings.tray)

    def _make_tray(self) -> TrayIcon:
        from app.ui.presence.tray import TrayIcon

        shell = self._shell
        return TrayIcon(
            shell.window,
            keeps=lambda: shell.services.settings.current.keep_in_tray,
            show=self.bring_forward,
            new_chat=self._new_chat,
            quick=self.ask,
            leave=shell.window.close,
        )

    def _new_chat(self) -> None:
        self._shell.pages.back()
        self.bring_forward()
        self._shell.controller.new_chat()

    # --- coming and going ---------------------------------------------------------------------

    def bring_forward(self) -> None:
        """Show the main window, before all others."""
        self._beside = False
        window = self._shell.window
        if window.isMinimized():
            window.showNormal()
        window.show()
        window.raise_()
        window.activateWindow()

    def on_event(self, event: Event) -> None:
        """Something happened."""
        if self._quick is not None:
            self._quick.on_event(event)
        match event:
            case SettingsChanged(_, after):
                self.follow(after)
                self._end_if_unseen()
            case AnswerEnded():
                self._end_if_unseen()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        if self._quick is not None:
            self._quick.set_theme(theme)

    def set_type(self, typesetting: Typesetting) -> None:
        """Set text in another way."""
        if self._quick is not None:
            self._quick.pane.set_type(typesetting)

    def _end_if_unseen(self) -> None:
        """End the program where nothing of it can be seen, once the last answer has ended."""
        seen = self._shell.window.isVisible() or (
            self._quick is not None and self._quick.isVisible()
        )
        if self._over or seen or (self._tray is not None and self._tray.shown):
            return
        if self._beside and self._shell.services.chat.active is None:
            self._shell.window.close()
        elif not self._beside:
            self.bring_forward()  # it was put away in a tray that is gone

    def finish(self) -> None:
        """The main window closes: what is typed in the quick question is kept."""
        self._over = True
        if self._quick is not None:
            self._quick.release()
            self._quick.close()
            self._quick.deleteLater()
            self._quick = None
        if self._tray is not None:
            self._tray.show(wanted=False)
