"""The commands on chats: rename, pin, file, archive, delete, restore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from app.domain.conversation import Conversation, SearchHit
from app.language import tr, trn
from app.language.formats import isolated
from app.services.library.date_groups import Group, GroupKind
from app.services.library.trash import quiet
from app.ui.shell.window_context import WindowContext
from app.ui.sidebar.requests import FilingRequest
from app.ui.style.dialogs import ask_line, ask_text
from app.ui.style.menus import add_entry
from app.ui.transcript.interaction.find import Found

_MANY = 500  # chats; fewer are moved before anybody could read how far it is


class ChatCommands:
    """Acts on the shown chat, or on those chosen in the sidebar."""

    def __init__(self, shell: WindowContext) -> None:
        self._shell = shell
        self._open_next = ""  # a chat that is about to come back
        self._unsaved: dict[str, str] = {}  # by chat or message, what Esc gave up in a dialog

    def after_reload(self) -> None:
        """The list of chats was read anew: open the one that was waited for."""
        if self._open_next and self._shell.sidebar.model.row_of(self._open_next).isValid():
            self._shell.controller.open_chat(self._open_next)
            self._open_next = ""

    def leave(self, ids: Sequence[str]) -> None:
        """Show another chat if the shown one is among ``ids``."""
        controller = self._shell.controller
        chat = controller.chat
        if chat is None or chat.id not in ids:
            return
        target = self._shell.sidebar.model.after_deletion(ids, chat.id)
        if not (target and controller.open_chat(target)):
            controller.leave()
            controller.new_chat()

    def apply_to_selected(self, action: Callable[[Sequence[str]], object]) -> None:
        """Do something with the chosen chats; with the shown one where only it is chosen."""
        chat = self._shell.controller.chat
        chosen = self._shell.sidebar.selected()
        ids = chosen if len(chosen) > 1 else [chat.id] if chat is not None else []
        if ids:
            action(ids)

    def _chats(self, ids: Sequence[str]) -> list[Conversation]:
        return [self._shell.services.library.chats.get(one) for one in ids]

    def step_chat(self, step: int) -> None:
        """Go to the chat above or below."""
        chat = self._shell.controller.chat
        target = self._shell.sidebar.model.neighbour(chat.id if chat else "", step)
        if target:
            self._shell.controller.open_chat(target)

    def open_hit(self, hit: SearchHit) -> None:
        """Show what a search found where it stands, marked until Esc or the next message."""
        pane = self._shell.pane
        if self._shell.controller.open_chat(hit.conversation_id, hit.message_id) and hit.message_id:
            pane.find_bar.close_bar()
            pane.transcript.mark_found(Found(hit.message_id, hit.words))

    def rename(self) -> None:
        """Edit the title where it stands: in the list where that has the focus."""
        sidebar = self._shell.sidebar
        if not (sidebar.in_list and sidebar.rename_in_place(sidebar.in_list)):
            self._shell.pane.header.title.edit()

    def pin(self) -> None:
        """Pin the shown chat, or take the pin out."""
        chat = self._shell.controller.chat
        if chat is not None:
            self._shell.services.library.set_pinned(chat.id, not chat.pinned)

    def move(self, ids: Sequence[str]) -> None:
        """Ask for a folder and file the chats there."""
        current = self._chats(ids)[0].folder
        folder = ask_line(
            self._shell.window,
            tr("Move to folder"),
            tr("Folder (an empty name takes it out of its folder):"),
            tr("Move"),
            current,
            choices=["", *self._shell.services.library.chats.folders()],
        )
        if folder is not None:
            for one in ids:
                self._shell.services.library.set_folder(one, folder)

    def file(self, wanted: FilingRequest) -> None:
        """Put chats under another heading: a folder, the pinned ones, or neither."""
        before = [chat for chat in self._chats(wanted.ids) if not _stands_in(chat, wanted.group)]
        for chat in before:
            self._put_under(chat, wanted.group)
        if not before:
            return
        undo = partial(self._put_back, before)
        self._shell.pane.snackbar.show_message(_filed(len(before), wanted.group), undo)

    def _put_under(self, chat: Conversation, group: Group) -> None:
        library = self._shell.services.library
        if group.kind is GroupKind.PINNED:
            library.set_pinned(chat.id, True)
            return
        folder = group.heading if group.kind is GroupKind.FOLDER else ""
        if chat.folder != folder:
            library.set_folder(chat.id, folder)
        if chat.pinned:
            library.set_pinned(chat.id, False)

    def _put_back(self, chats: Sequence[Conversation]) -> None:
        library = self._shell.services.library
        for chat in chats:
            library.set_folder(chat.id, chat.folder)
            library.set_pinned(chat.id, chat.pinned)

    def archive(self, ids: Sequence[str]) -> None:
        """Archive the chats, or bring them back where they are archived."""
        archived = [chat.id for chat in self._chats(ids) if not chat.archived]
        targets = archived or list(ids)
        for one in targets:
            self._shell.services.library.set_archived(one, bool(archived))
        if archived:
            self.leave(targets)
            text = trn("Chat archived.", "{n} chats archived.", len(targets))
            self._shell.pane.snackbar.show_message(text, partial(self._bring_back, targets))

    def _bring_back(self, ids: Sequence[str]) -> None:
        for one in ids:
            self._shell.services.library.set_archived(one, False)
        self._shell.controller.open_chat(ids[0])

    def delete(self, ids: Sequence[str]) -> None:
        """Move chats to the trash, with Undo at hand."""
        active = self._shell.services.chat.active
        if active is not None and active.conversation_id in ids:
            self._shell.services.chat.stop()
        private = [chat for chat in self._chats(ids) if chat.private]
        self.leave(ids)
        self._shell.services.library.trash.delete(ids, self._progress(_deleting, ids))
        if len(private) == len(ids):
            self._shell.pane.snackbar.show_notice(tr("The private chat is gone."))
            return
        text = trn("Chat moved to the trash.", "{n} chats moved to the trash.", len(ids))
        self._shell.pane.snackbar.show_message(text, partial(self._restore, list(ids)))

    def _restore(self, ids: Sequence[str]) -> None:
        self._shell.services.library.trash.restore(ids, self._progress(_restoring, ids))
        self._open_next = ids[0]

    def _progress(
        self, doing: Callable[[int, int], str], ids: Sequence[str]
    ) -> Callable[[int, int], None]:
        """Says how far it is, where that takes a while."""
        if len(ids) < _MANY:
            return quiet

        def show(done: int, total: int) -> None:
            self._shell.pane.snackbar.show_notice(doing(done, total))

        return self._shell.operations.back(self._shell.window, show)

    def system_prompt(self) -> None:
        """Edit what precedes the first turn of the shown chat."""
        chat = self._shell.controller.chat
        if chat is None:
            return
        text = ask_text(
            self._shell.window,
            tr("System prompt of this chat"),
            tr("Given to the model before the first message of this chat."),
            chat.system_prompt,
            self._unsaved,
            chat.id,
        )
        if text is not None and text != chat.system_prompt:
            self._shell.services.library.set_system_prompt(chat.id, text)

    def summary(self) -> None:
        """Edit what the model reads in place of the messages that fell out."""
        found = self._shell.controller.summary()
        if found is None:
            self._shell.pane.snackbar.show_notice(
                tr(
                    "There is no summary: the model reads this chat as it is. Settings, Answers, "
                    "says what happens when a chat outgrows the context."
                )
            )
            return
        message_id, text = found
        changed = ask_text(
            self._shell.window,
            tr("Summary of the messages above"),
            tr(
                "The model reads this in place of the dimmed messages, which stay as they are. "
                "Leave it empty to have another one written."
            ),
            text,
            self._unsaved,
            message_id,
        )
        if changed is not None and changed != text:
            self._shell.services.library.set_summary(message_id, changed)

    def backups(self) -> None:
        """Show the backups."""
        from app.ui.library.backups_dialog import BackupsDialog

        shell = self._shell
        shell.controller.attempt(
            lambda: BackupsDialog(shell.window, shell.services.maintenance, shell.operations).open()
        )

    def trash(self) -> None:
        """Show deleted chats and messages."""
        from app.ui.library.trash_dialog import TrashDialog

        shell = self._shell
        shell.controller.attempt(
            lambda: TrashDialog(shell.window, shell.services.library.trash).open()
        )

    def archived(self) -> None:
        """Show archived chats."""
        from app.ui.library.trash_dialog import ArchiveDialog

        shell, open_chat = self._shell, self._shell.controller.open_chat
        shell.controller.attempt(
            lambda: ArchiveDialog(shell.window, shell.services.library, open_chat).open()
        )

    def menu(self, ids: Sequence[str]) -> QMenu:
        """The context menu of the sidebar, for the chosen chats."""
        menu = QMenu(self._shell.window)
        menu.aboutToHide.connect(menu.deleteLater)
        chats = self._chats(ids)
        if len(ids) == 1:
            add_entry(menu, tr("Open"), lambda: self._shell.controller.open_chat(ids[0]))
            add_entry(menu, tr("Rename…"), lambda: self._shell.sidebar.rename_in_place(ids[0]))
            menu.addSeparator()
        pin = any(not chat.pinned for chat in chats)
        add_entry(menu, tr("Pin") if pin else tr("Unpin"), lambda: self._set_pinned(ids, pin))
        add_entry(menu, tr("Move to folder…"), partial(self.move, ids))
        # Archived chats are not listed here.
        add_entry(menu, tr("Archive"), lambda: self.archive(ids))
        menu.addSeparator()
        add_entry(menu, tr("Move to trash"), lambda: self.delete(ids))
        return menu

    def _set_pinned(self, ids: Sequence[str], pinned: bool) -> None:
        for one in ids:
            self._shell.services.library.set_pinned(one, pinned)


def _stands_in(chat: Conversation, group: Group) -> bool:
    if group.kind is GroupKind.PINNED or chat.pinned:
        return chat.pinned and group.kind is GroupKind.PINNED
    return chat.folder == (group.heading if group.kind is GroupKind.FOLDER else "")


def _filed(count: int, group: Group) -> str:
    match group.kind:
        case GroupKind.PINNED:
            return trn("Chat pinned.", "{n} chats pinned.", count)
        case GroupKind.FOLDER:
            return trn(
                "Chat moved to “{folder}”.",
                "{n} chats moved to “{folder}”.",
                count,
                folder=isolated(group.heading),
            )
        case GroupKind.DAYS:
            return trn(
                "Chat taken out of its folder.", "{n} chats taken out of their folders.", count
            )


def _deleting(done: int, total: int) -> str:
    return tr("Moving to the trash: {done} of {total} chats.", done=done, total=total)


def _restoring(done: int, total: int) -> str:
    return tr("Restoring: {done} of {total} chats.", done=done, total=total)
