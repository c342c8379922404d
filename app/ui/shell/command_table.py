"""The table of commands: menus, shortcuts, the palette and the shortcuts page come from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.language import tr, trc
from app.ui.style.menus import once_chosen


class Menu(StrEnum):
    """Menus, in order."""

    CHAT = "Chat"  # not shown
    EDIT = "Edit"  # not shown
    ANSWER = "Answer"  # not shown
    VIEW = "View"  # not shown
    MODEL = "Model"  # not shown
    HELP = "Help"  # not shown

    @property
    def label(self) -> str:
        """Its name for people; the value is for programs."""
        return _LABELS[self]


_LABELS = {
    Menu.CHAT: tr("Chat"),
    Menu.EDIT: tr("Edit"),
    Menu.ANSWER: tr("Answer"),
    Menu.VIEW: trc("menu", "View"),
    Menu.MODEL: tr("Model"),
    Menu.HELP: tr("Help"),
}


@dataclass(frozen=True, slots=True)
class CommandState:
    """What decides which commands make sense now.

    Attributes:
        has_chat: A stored chat is shown.
        private: It lives in memory only.
        has_answer: It holds an answer.
        has_question: It holds a question of the user.
        answering: An answer is being written, in whichever chat.
        can_continue: The last answer ended early.
        has_model: A model is chosen.
        ready: It is loaded.
        loading: It is being loaded.
        undo: Something deleted a moment ago can come back.
        page: A page covers the chat.
    """

    has_chat: bool = False
    private: bool = False
    has_answer: bool = False
    has_question: bool = False
    answering: bool = False
    can_continue: bool = False
    has_model: bool = False
    ready: bool = False
    loading: bool = False
    undo: bool = False
    page: bool = False


_ANYWHERE = {"quit", "find", "quick_question"}
_OF_CHAT = {"focus_message", "sidebar", "switch_model"}


def _always(_: CommandState) -> bool:
    return True


def _in_chat(now: CommandState) -> bool:
    return now.has_chat


def _with_answer(now: CommandState) -> bool:
    return now.has_answer


def _in_chat_or_page(now: CommandState) -> bool:
    return now.has_chat or now.page


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can ask for.

    Attributes:
        id: Its name in code.
        text: Its name in menus and in the palette.
        menu: Where it stands.
        shortcuts: Portable key sequences; Qt turns Ctrl into Cmd on macOS.
        enabled: When it makes sense.
        hidden_when_disabled: Whether it leaves the menu when it does not.
        group: Commands of another group are set apart by a line.
    """

    id: str
    text: str
    menu: Menu
    shortcuts: tuple[str, ...] = ()
    enabled: Callable[[CommandState], bool] = _always
    hidden_when_disabled: bool = False
    group: int = 0

    @property
    def of_chat(self) -> bool:
        """Whether it acts on chats, so that a page that covers them is left first."""
        if self.id in _ANYWHERE:
            return False
        return self.menu in {Menu.CHAT, Menu.EDIT, Menu.ANSWER} or self.id in _OF_CHAT


COMMANDS: tuple[Command, ...] = (
    Command("new_chat", tr("New chat"), Menu.CHAT, ("Ctrl+N",)),
    Command("new_private_chat", tr("New private chat"), Menu.CHAT, ("Ctrl+Shift+N",)),
    Command("quick_question", tr("Quick question"), Menu.CHAT),
    Command("previous_chat", tr("Previous chat"), Menu.CHAT, ("Alt+Up",), group=1),
    Command("next_chat", tr("Next chat"), Menu.CHAT, ("Alt+Down",), group=1),
    Command("rename_chat", tr("Rename…"), Menu.CHAT, ("F2",), _in_chat, group=2),
    Command("pin_chat", tr("Pin or unpin"), Menu.CHAT, ("Ctrl+D",), _in_chat, group=2),
    Command("move_chat", tr("Move to folder…"), Menu.CHAT, (), _in_chat, group=2),
    Command("archive_chat", tr("Archive or bring back"), Menu.CHAT, (), _in_chat, group=2),
    Command("system_prompt", tr("System prompt of this chat…"), Menu.CHAT, (), group=2),
    Command("choose_preset", tr("Preset of this chat…"), Menu.CHAT, ("Ctrl+Shift+P",), group=2),
    Command("chat_values", tr("Sampling and context…"), Menu.CHAT, (), group=2),
    Command("attach", tr("Attach documents…"), Menu.CHAT, ("Ctrl+Shift+A",), group=2),
    Command("attach_folder", tr("Attach a folder…"), Menu.CHAT, (), group=2),
    Command("form", tr("Form of the next answer…"), Menu.CHAT, ("Ctrl+Shift+O",), group=2),
    Command("attach_sample", tr("Attach a sample document"), Menu.CHAT, (), group=2),
    Command("documents", tr("Documents…"), Menu.CHAT, (), group=2),
    Command("next_reading", tr("What the next question reads…"), Menu.CHAT, (), group=2),
    Command("last_reading", tr("What the last question read…"), Menu.CHAT, (), _in_chat, group=2),
    Command("summarise_document", tr("Summarise the document…"), Menu.CHAT, (), group=2),
    Command("only_quote", tr("Answer only with quotations"), Menu.CHAT, (), group=2),
    Command("cited_pages", tr("Pages that the answer cites…"), Menu.CHAT, (), _in_chat, group=2),
    Command("evidence", tr("Save evidence of the answer…"), Menu.CHAT, (), _in_chat, group=2),
    Command("summary", tr("Summary of what fell out…"), Menu.CHAT, (), _in_chat, group=2),
    Command("export_chat", tr("Export…"), Menu.CHAT, ("Ctrl+E",), _in_chat, group=3),
    Command("export_all", tr("Export all chats…"), Menu.CHAT, group=3),
    Command("import_chats", tr("Import chats…"), Menu.CHAT, group=3),
    Command("delete_chat", tr("Move to trash"), Menu.CHAT, (), _in_chat, group=4),
    Command("trash", tr("Trash…"), Menu.CHAT, (), group=4),
    Command("archived", tr("Archived chats…"), Menu.CHAT, (), group=4),
    Command("backups", tr("Backups…"), Menu.CHAT, (), group=4),
    Command("quit", tr("Quit"), Menu.CHAT, ("Ctrl+Q",), group=5),
    Command("undo_delete", tr("Undo delete"), Menu.EDIT, ("Ctrl+Z",), lambda now: now.undo),
    Command("find", tr("Find in chat"), Menu.EDIT, ("Ctrl+F",), _in_chat_or_page, group=1),
    Command("find_next", tr("Find next"), Menu.EDIT, ("F3", "Ctrl+G"), _in_chat, group=1),
    Command("find_previous", tr("Find previous"), Menu.EDIT, ("Shift+F3",), _in_chat, group=1),
    Command("search_all", tr("Search all chats"), Menu.EDIT, ("Ctrl+Shift+F",), group=1),
    Command(
        "copy_answer",
        tr("Copy last answer"),
        Menu.EDIT,
        ("Ctrl+Shift+C",),
        lambda now: now.has_answer,
        group=2,
    ),
    Command("copy_csv", tr("Copy last answer as CSV"), Menu.EDIT, (), _with_answer, group=2),
    Command("copy_json", tr("Copy last answer as JSON"), Menu.EDIT, (), _with_answer, group=2),
    Command(
        "change_value",
        tr("Change a value of the last answer"),
        Menu.EDIT,
        ("F4",),
        lambda now: now.has_answer and not now.answering,
        group=2,
    ),
    Command(
        "copy_code",
        tr("Copy last code block"),
        Menu.EDIT,
        ("Ctrl+Shift+K",),
        lambda now: now.has_answer,
        group=2,
    ),
    Command("select_chat", tr("Select whole chat"), Menu.EDIT, (), _in_chat, group=2),
    Command("stop", tr("Stop"), Menu.ANSWER, (), lambda now: now.answering),
    Command(
        "continue_answer",
        tr("Continue"),
        Menu.ANSWER,
        ("Ctrl+Shift+Return",),
        lambda now: now.can_continue and not now.answering,
    ),
    Command(
        "regenerate",
        tr("Answer again"),
        Menu.ANSWER,
        ("Ctrl+Shift+R",),
        lambda now: now.has_answer and not now.answering,
    ),
    Command(
        "edit_last",
        tr("Edit last message"),
        Menu.ANSWER,
        ("Ctrl+Shift+E",),
        lambda now: now.has_question and not now.answering,
    ),
    Command("palette", tr("Command palette"), Menu.VIEW, ("Ctrl+P",)),
    Command("focus_message", tr("Write a message"), Menu.VIEW, ("Ctrl+L",)),
    Command("sidebar", tr("Sidebar"), Menu.VIEW, ("Ctrl+B",), group=1),
    Command("zoom_in", tr("Larger text"), Menu.VIEW, ("Ctrl++", "Ctrl+="), group=2),
    Command("zoom_out", tr("Smaller text"), Menu.VIEW, ("Ctrl+-",), group=2),
    Command("zoom_reset", tr("Normal text size"), Menu.VIEW, ("Ctrl+0",), group=2),
    Command("theme_system", tr("Colours as the system"), Menu.VIEW, (), group=3),
    Command("theme_light", tr("Light colours"), Menu.VIEW, (), group=3),
    Command("theme_dark", tr("Dark colours"), Menu.VIEW, (), group=3),
    Command("theme_high_contrast", tr("High contrast"), Menu.VIEW, (), group=3),
    Command("fullscreen", tr("Full screen"), Menu.VIEW, ("F11",), group=4),
    Command("switch_model", tr("Switch model…"), Menu.MODEL, ("Ctrl+M",)),
    Command("models", tr("Models on this computer…"), Menu.MODEL, ("Ctrl+Shift+M",)),
    Command("get_models", tr("Get Phi-4…"), Menu.MODEL),
    Command("add_model", tr("Use a model file…"), Menu.MODEL, ("Ctrl+O",)),
    Command("add_endpoint", tr("Add endpoint…"), Menu.MODEL),
    Command(
        "load_model",
        tr("Load now"),
        Menu.MODEL,
        (),
        lambda now: now.has_model and not now.ready and not now.loading,
        hidden_when_disabled=True,
        group=1,
    ),
    Command("cancel_load", tr("Cancel loading"), Menu.MODEL, (), lambda now: now.loading, True, 1),
    Command(
        "measure_model",
        tr("Measure this model…"),
        Menu.MODEL,
        (),
        lambda now: now.has_model and not now.answering,
        group=1,
    ),
    Command("unload_model", tr("Free its memory"), Menu.MODEL, (), lambda now: now.ready, True, 1),
    Command("presets", tr("Presets…"), Menu.VIEW, (), group=1),
    Command("prompts", tr("Prompts…"), Menu.VIEW, (), group=1),
    Command("serving", tr("Other programs…"), Menu.MODEL, group=2),
    Command("settings", tr("Settings"), Menu.HELP, ("Ctrl+,",)),
    Command("shortcuts", tr("Keyboard shortcuts"), Menu.HELP, ("F1", "Ctrl+/"), group=1),
    Command("data_folder", tr("Open the data folder"), Menu.HELP, (), group=1),
    Command("updates", tr("Check for updates…"), Menu.HELP, (), group=2),
    Command("about", tr("About Phial"), Menu.HELP, (), group=2),
)

# Keys that belong to no menu entry, for the shortcuts page.
OTHER_KEYS: tuple[tuple[str, str], ...] = (
    (
        "Esc",  # not shown: a key, as Qt reads it
        tr("Close what has the focus; else stop the answer that is shown"),
    ),
    ("Up", tr("In an empty message: edit your last one")),  # not shown: the key
    (
        "Ctrl+Up",  # not shown: the key
        tr("In the message: what you sent before; Ctrl+Down goes back"),
    ),
    ("/", tr("In an empty message: prompts with fields to fill in; Tab goes to the next field")),
    ("=", tr("In an empty message: a sum is worked out as you type; Enter takes the result")),
    ("Shift+Return", tr("Break the line")),
    ("Ctrl+Return", tr("Send, also where Enter breaks the line")),  # not shown: the keys
    (
        "Ctrl+PgUp",  # not shown: the keys
        tr("Go to the message before, which screen readers read; Ctrl+PgDown to the one after"),
    ),
    ("Shift+F10", tr("In the conversation: copy in other forms, open a link")),
)


_ALSO = {"Ctrl+Down": "Ctrl+Up", "Ctrl+PgDown": "Ctrl+PgUp"}  # not shown: the keys
"""Keys that are named with others in OTHER_KEYS."""
_OF_FIELDS = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.SelectAll,
    QKeySequence.StandardKey.Redo,
    QKeySequence.StandardKey.DeleteStartOfWord,
    QKeySequence.StandardKey.DeleteEndOfWord,
    QKeySequence.StandardKey.MoveToNextWord,
    QKeySequence.StandardKey.MoveToPreviousWord,
    QKeySequence.StandardKey.MoveToStartOfDocument,
    QKeySequence.StandardKey.MoveToEndOfDocument,
    QKeySequence.StandardKey.SelectNextWord,
    QKeySequence.StandardKey.SelectPreviousWord,
)
_HELD = {"Ctrl", "Alt", "Meta"}  # not shown: as Qt writes them


def why_not_free(keys: str) -> str:
    """What keys are for that no command can have; empty where a command may have them.

    Args:
        keys: A portable key sequence.
    """
    wanted, also = QKeySequence(keys), _ALSO.get(keys, "")
    for other, what in OTHER_KEYS:
        if wanted == QKeySequence(other) or also == other:
            return what
    if any(wanted in QKeySequence.keyBindings(one) for one in _OF_FIELDS):
        return tr("Copy, paste, select and move in what is typed")
    held, _, last = keys.rpartition("+")
    if _HELD & set(held.split("+")) or re.fullmatch(r"F\d+", last):
        return ""
    return tr("Type, and move about")


def keys_of(command: Command, changed: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A command's shortcuts where a person changed some."""
    return changed.get(command.id, command.shortcuts)


def shortcut_text(command: Command, changed: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """A command's shortcuts as this system writes them, or nothing."""
    native = QKeySequence.SequenceFormat.NativeText
    keys = keys_of(command, changed or {})
    return ", ".join(QKeySequence(one).toString(native) for one in keys)


class CommandActions(QObject):
    """A QAction for every command, on one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._commands = {command.id: command for command in COMMANDS}
        self._actions: dict[str, QAction] = {}
        self._changed: dict[str, tuple[str, ...]] = {}
        for command in COMMANDS:
            action = QAction(command.text, window)
            action.setShortcuts([QKeySequence(keys) for keys in command.shortcuts])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            window.addAction(action)
            self._actions[command.id] = action

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def set_shortcuts(self, changed: Mapping[str, tuple[str, ...]]) -> None:
        """Listen to the keys that a person chose, and to the usual ones for the rest."""
        if changed == self._changed:
            return
        self._changed = dict(changed)
        for command in COMMANDS:
            keys = [QKeySequence(one) for one in keys_of(command, changed)]
            self._actions[command.id].setShortcuts(keys)

    @property
    def changed(self) -> Mapping[str, tuple[str, ...]]:
        """By command, the keys that a person chose."""
        return self._changed

    def connect_all(self, handlers: Iterable[tuple[str, Callable[[], object]]]) -> None:
        """Give every command its handler.

        Raises:
            ValueError: A command has none, or a handler has no command.
        """
        named = dict(handlers)
        if named.keys() != self._actions.keys():
            odd = sorted(named.keys() ^ self._actions.keys())
            raise ValueError(f"Commands and handlers do not match: {', '.join(odd)}")
        for command_id, handler in named.items():
            self._actions[command_id].triggered.connect(_without_argument(handler))

    def update(self, now: CommandState) -> None:
        """Enable what makes sense now."""
        for command in COMMANDS:
            enabled = command.enabled(now)
            action = self._actions[command.id]
            action.setEnabled(enabled)
            action.setVisible(enabled or not command.hidden_when_disabled)

    def available(self) -> list[tuple[Command, QAction]]:
        """Commands that can be given now, in the table's order."""
        return [(c, self._actions[c.id]) for c in COMMANDS if self._actions[c.id].isEnabled()]

    def stand_in(self, command_id: str, menu: QMenu) -> QAction:
        """An action of a second menu that does the same: for a menu that is filled as it opens.

        One QAction in two menus is to assistive technology the item of whichever was asked first
        (Qt 6.11, QAccessibleMenuItem), and not to be found in the other.
        """
        action = self._actions[command_id]
        words = action.text()
        made = QAction(words, menu)
        made.setShortcuts(action.shortcuts())
        # They are shown; the keys themselves are the other's.
        made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        made.setEnabled(action.isEnabled())
        action.enabledChanged.connect(made.setEnabled)  # also while the menu is open
        made.setVisible(action.isVisible())
        made.triggered.connect(action.trigger)
        return made

    def fill(self, menu: QMenu, which: Menu) -> None:
        """Put the commands of ``which`` into ``menu``, groups set apart."""
        self._put(menu, which, self.__getitem__)

    def fill_again(self, menu: QMenu, which: Menu, without: str = "") -> None:
        """Put stand-ins of the commands of ``which`` into ``menu``, but for one."""
        self._put(menu, which, lambda command_id: self.stand_in(command_id, menu), without)

    def _put(
        self, menu: QMenu, which: Menu, action_of: Callable[[str], QAction], without: str = ""
    ) -> None:
        group = None
        for command in COMMANDS:
            if command.menu is not which or command.id == without:
                continue
            if group is not None and command.group != group:
                menu.addSeparator()
            group = command.group
            entry = action_of(command.id)
            menu.addAction(entry)


def _without_argument(handler: Callable[[], object]) -> Callable[[bool], None]:
    def call(_checked: bool) -> None:
        once_chosen(handler)

    return call
