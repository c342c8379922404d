"""The window that product_rounds.py kills: the whole program, with something that uses it.

Starts Phial as ``phial --model FILE`` does, works in it as a person would, and says on standard
output, a line of JSON each, what the window showed. Nothing is stubbed: the engine is a process of
its own, and chats lie where ``PHIAL_HOME`` says.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.conversation import Conversation, Message, MessageStatus
from app.main import main as run_phial
from app.services.core.events import (
    AnswerEnded,
    AnswerPartAdded,
    AnswerReasoningAdded,
    AnswerTextAdded,
    BranchChanged,
    Event,
    LibraryChanged,
)
from app.services.transfer.exporting import ExportReport
from app.services.transfer.import_preview import ImportReport
from app.ui.application import make_application
from app.ui.main_window import MainWindow
from app.ui.transfer.export_dialog import ExportDialog
from app.ui.transfer.import_dialog import ImportDialog

Fact = dict[str, object]
LIVE_EVERY = 0.02  # seconds between two lines about the answer that streams in
LONGEST_CHAT = 8  # messages; then another chat is begun


def crc(text: str) -> int:
    """What two equal texts have in common."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def say(**fact: object) -> None:
    """One line to the parent, at once."""
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


class User(QObject):
    """Uses the window in one way, again and again, until the process is killed."""

    def __init__(self, activity: str, seed: int, folder: Path) -> None:
        super().__init__()
        self.activity = activity
        self.rng = random.Random(seed)
        self.folder = folder
        self.window: MainWindow
        self._live = 0
        self._live_text = ""
        self._tools = 0  # answers of tools in what streams in
        self._said_at = 0.0
        self._typed = ""
        self._busy = False

    def begin(self) -> None:
        """The event loop runs: find the window and start."""
        found = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
        if not found or not found[0].isVisible():
            QTimer.singleShot(5, self.begin)
            return
        self.window = found[0]
        self.services = self.window._services
        self.window.bridge.arrived.connect(self.on_event)
        self.window.sidebar.show()
        say(phase="working")
        self.step()

    def later(self, work: Callable[[], object], milliseconds: int = 0) -> None:
        """Do something when the window has painted what there is."""
        QTimer.singleShot(milliseconds, work)

    def step(self) -> None:
        """One more time."""
        getattr(self, f"do_{self.activity}")()

    # --- what the window shows --------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        """Say what is on the screen now; the window has heard the event before."""
        match event:
            case BranchChanged(conversation_id):
                chat = self.window.controller.chat
                if chat is not None and chat.id == conversation_id:
                    self.say_shown()
            case (
                AnswerTextAdded(message_id=id_, text=text)
                | AnswerReasoningAdded(message_id=id_, text=text)
            ):
                self.say_busy()
                self._live_text += text
                now = time.monotonic()
                if now - self._said_at >= LIVE_EVERY:
                    self._said_at = now
                    told, text = self._live_text, crc(self._live_text)
                    say(live=id_, at=now, length=len(told), crc=text, tools=self._tools)
            case AnswerPartAdded():
                self._tools += 1
            case AnswerEnded(message):
                self._live_text, self._tools = "", 0
                say(shown=[fact_of(message)])
                if self.activity in {"send", "edit", "search"}:
                    self.later(self.step)
            case LibraryChanged() if self.activity == "delete":
                listed = {chat.id for chat in self.services.library.chats.conversations()}
                say(listed=sorted(listed))
            case _:
                pass

    def say_busy(self) -> None:
        """The model is loaded, and what is to be disturbed has begun."""
        if not self._busy:
            self._busy = True
            say(phase="busy")

    def say_shown(self) -> None:
        """The messages of the transcript; the one that is being written is told as it grows."""
        shown = [item.message for item in self.window.controller.branch]
        say(shown=[fact_of(m) for m in shown if m.status is not MessageStatus.STREAMING])

    # --- what a person does -----------------------------------------------------------------

    def text(self) -> str:
        words = ["alpha", "Wörter", "漢字", "`code`", "<b>", "|", "\n", "$x^2$", "<|im_end|>", "\t"]
        return " ".join(self.rng.choices(words, k=self.rng.choice([3, 30, 200]))) + " end"

    def type_and_send(self) -> None:
        composer = self.window.pane.composer
        composer.set_text(self.text())
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)

    def do_send(self) -> None:
        """Send; the answer is one short sentence; send again."""
        if len(self.window.controller.branch) >= LONGEST_CHAT or self.rng.random() < 0.3:
            self.window.controller.new_chat()
        self.type_and_send()

    def do_stream(self) -> None:
        """Ask something whose answer never ends."""
        if self.rng.random() < 0.5:
            self.window.controller.new_chat()
        self.window.commands.presets.use(self.services.presets.get("explain"))  # calculates
        self.type_and_send()

    do_think = do_stream  # of a model whose thoughts never end

    def do_edit(self) -> None:
        """Send what was sent before in other words: a new version each time."""
        branch = self.window.controller.branch
        if not branch:
            self.type_and_send()
            return
        if self.rng.random() < 0.3:
            answer = branch[-1].message
            self.window.controller.regenerate(answer.id)
            return
        self.window.controller.edit_last()
        self.type_and_send()

    def do_delete(self) -> None:
        """Move chats and messages to the trash, bring some back at once, and import new ones."""
        chats = [chat.id for chat in self.services.library.chats.conversations()]
        if len(chats) < 4:
            for number in range(6):
                chat, tree = made_chat(self.rng, f"made {number}", 6)
                stored = self.services.library._repositories.stored
                stored.add_conversation(chat, tree, {}).result()
                say(shown=[fact_of(message) for message in tree], chat=chat.id)
            chats = [chat.id for chat in self.services.library.chats.conversations()]
        some = self.rng.sample(chats, self.rng.choice([1, 1, 3]))
        say(wish=some)
        self.say_busy()
        self.window.commands.chats.delete(some)
        if self.rng.random() < 0.4:
            self.later(self.window.pane.snackbar.undo, self.rng.choice([0, 20]))
        self.later(self.step, 40)

    def do_export(self) -> None:
        """Export everything, in each format, to files, archives and folders."""
        ids = [chat.id for chat in self.services.library.chats.conversations()][:30]
        formats = self.services.transfer.formats()
        chosen = self.rng.choice(formats)
        dialog = ExportDialog(self.window, self.services.transfer, self.window._operations, ids)
        dialog._formats.setCurrentIndex(formats.index(chosen))
        name = f"{self.rng.getrandbits(40):x}"
        place = self.folder / (f"{name}.zip" if self.rng.random() < 0.5 else name)
        say(exporting=str(place), format=chosen.name)
        self.say_busy()
        dialog.exported.connect(lambda report: self.on_exported(place, chosen.name, report))
        dialog.open()
        dialog.export_to(place)

    def on_exported(self, place: Path, name: str, report: ExportReport) -> None:
        say(exported=str(place), format=name, chats=report.chats)
        self.later(self.step)

    def do_import(self) -> None:
        """Import a file of twenty chats from its dialog."""
        path = self.folder / f"import-{self.rng.getrandbits(40):x}.json"
        path.write_bytes(import_file(self.rng))
        dialog = ImportDialog(self.window, self.services.transfer, self.window._operations, [path])
        dialog.imported.connect(self.on_imported)
        dialog.open()
        self.when(dialog._go.isEnabled, dialog._go.click)
        self.say_busy()

    def on_imported(self, report: ImportReport) -> None:
        say(imported=list(report.imported))
        for dialog in self.window.findChildren(ImportDialog):
            dialog.close()
            dialog.deleteLater()
        self.later(self.step)

    def do_search(self) -> None:
        """Type a search letter by letter while answers stream in and are sent again."""
        self.type_and_send()
        self._typed = self.rng.choice(["alpha wörter", "漢字", '"alpha end', "before:2030 code"])
        self.type_letter(1)

    def type_letter(self, end: int) -> None:
        self.window.sidebar._search.setText(self._typed[:end])
        if end < len(self._typed):
            self.later(lambda: self.type_letter(end + 1), 15)

    def do_migrate(self) -> None:
        """The database was brought up to date before the window came."""
        say(phase="migrated")

    def when(self, ready: Callable[[], bool], work: Callable[[], object]) -> None:
        if ready():
            work()
        else:
            self.later(lambda: self.when(ready, work), 5)


def fact_of(message: Message) -> list[object]:
    """What must be found again of a message."""
    said = message.reasoning + message.content
    return [message.id, message.conversation_id, message.parent_id, crc(said)]


def made_chat(rng: random.Random, title: str, length: int) -> tuple[Conversation, list[Message]]:
    """A chat of questions and answers in turn."""
    from datetime import UTC, datetime

    from app.domain.generation import Role

    at = datetime(2026, 1, 1, tzinfo=UTC)
    chat = f"{rng.getrandbits(128):032x}"
    tree: list[Message] = []
    for index in range(length):
        parent = tree[-1].id if tree else None
        role = Role.ASSISTANT if index % 2 else Role.USER
        text = f"{title} {index} " + "text of an import " * rng.randrange(1, 60)
        id_ = f"{rng.getrandbits(128):032x}"
        tree.append(Message(id_, chat, parent, role, text, MessageStatus.COMPLETE, at))
    return Conversation(chat, title, at, at, head_id=tree[-1].id), tree


def import_file(rng: random.Random) -> bytes:
    """Phial's JSON with twenty chats that nobody has yet."""
    from app.markup.transfer.values import Chat, ExportOptions
    from app.markup.transfer.writers.json_format import JsonExporter

    chats = []
    for number in range(20):
        chat, tree = made_chat(rng, f"imported {number}", 12)
        chosen: dict[str | None, str] = {message.parent_id: message.id for message in tree}
        chats.append(Chat(chat, tuple(tree), chosen))
    return JsonExporter().write(tuple(chats), ExportOptions())


def main() -> None:
    """Open the window and use it until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("activity")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="for exports and imports")
    options = parser.parse_args()
    application = make_application()
    application.setQuitOnLastWindowClosed(False)
    user = User(options.activity, options.seed, options.folder)
    QTimer.singleShot(0, user.begin)
    say(phase="opening")
    sys.exit(run_phial(["--model", options.model]))


if __name__ == "__main__":
    main()
