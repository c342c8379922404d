"""The window that typing_rounds.py kills: the whole program, and somebody who writes in it.

Types, pastes, composes with an input method, sends, edits, renames and switches chats, with the
events that a person's hands make. It keeps a ledger of its own of all that was typed, never asking
the program, and tells each change of it on standard output, a line of JSON each. Where the window
shows something else than the ledger says, it tells that as well.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.domain.generation import Role
from app.main import main as run_phial
from app.services.core.events import AnswerEnded, AnswerStarted, BranchChanged, Event, SendFailed
from app.ui.application import make_application
from app.ui.main_window import MainWindow
from app.ui.transcript.widgets.signals import ActionKind, MessageAction

LETTERS = "aeinrst  .,;äßéñ漢字한😀\u00a0\u202f"
COMPOSED = (("に", "にほ", "日本"), ("ㅎ", "하", "한"), ("n", "ni", "你"), ("¨", "é"))
LONGEST_CHAT = 6  # messages; then another chat is begun
KEY = Qt.Key
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
Steps = Iterator[float]


def say(**fact: object) -> None:
    """One line to the parent, at once."""
    sys.stdout.write(json.dumps({"at": time.monotonic(), **fact}) + "\n")
    sys.stdout.flush()


def press(field: QWidget, character: str) -> None:
    """A key that types any character."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, KEY.Key_unknown, NONE, character)
        QCoreApplication.sendEvent(field, event)


def compose(field: QWidget, word: str, commit: str = "") -> None:
    """What an input method sends."""
    event = QInputMethodEvent(word, [])
    event.setCommitString(commit)
    QCoreApplication.sendEvent(field, event)


class Ledger:
    """What was typed, as the one who typed it knows.

    Attributes:
        drafts: Of each chat.
        edits: Text and whether it stands in the composer, of each question that is edited.
        titles: Of each chat that was renamed.
    """

    def __init__(self, path: Path) -> None:
        known = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.drafts: dict[str, str] = known.get("drafts", {})
        self.edits: dict[str, tuple[str, bool]] = {
            id_: (text, opened) for id_, (text, opened) in known.get("edits", {}).items()
        }
        self.titles: dict[str, str] = known.get("titles", {})

    def set_draft(self, chat: str, text: str) -> None:
        self.drafts[chat] = text
        say(key=f"draft {chat}", value=text)

    def set_edit(self, message: str, edit: tuple[str, bool] | None) -> None:
        if edit is None:
            self.edits.pop(message, None)
        else:
            self.edits[message] = edit
        say(key=f"edit {message}", value=edit)

    def set_title(self, chat: str, title: str) -> None:
        self.titles[chat] = title
        say(key=f"title {chat}", value=title)


class Writer(QObject):
    """Writes in the window until the process is killed."""

    def __init__(self, seed: int, ledger: Path) -> None:
        super().__init__()
        self.rng = random.Random(seed)
        self.ledger = Ledger(ledger)
        self.window: MainWindow
        self.word = ""  # composed, and not committed
        self.edited = ""  # the question whose edit stands in the composer
        self.contents: dict[str, str] = {}  # of the questions that were seen
        self.steps: Steps = iter(())
        self.sending = False  # what was sent is not stored yet: an answer may begin at any moment

    def begin(self) -> None:
        """The event loop runs: find the window and start."""
        found = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)]
        if not found or not found[0].isVisible():
            QTimer.singleShot(5, self.begin)
            return
        self.window = found[0]
        self.editor = self.window.pane.composer.editor
        self.window.bridge.arrived.connect(self.on_event)
        self.window.sidebar.show()
        self.window.activateWindow()
        self.steps = self.live()
        self.go_on()

    def go_on(self) -> None:
        """One step, and then the next."""
        QTimer.singleShot(round(1000 * next(self.steps)), self.go_on)

    def on_event(self, event: Event) -> None:
        """Tell which questions the window has shown."""
        if isinstance(event, AnswerStarted | SendFailed):
            self.sending = False
        if isinstance(event, BranchChanged | AnswerEnded):
            branch = self.window.controller.branch
            asked = [item.message for item in branch if item.message.role is Role.USER]
            say(shown=[[m.id, m.content] for m in asked])

    def live(self) -> Steps:
        """Everything, again and again."""
        yield 0.2
        yield from self.look()
        say(phase="working")
        while True:
            busy = self.busy
            ways = [self.type, self.type, self.type, self.break_line, self.paste, self.compose]
            ways += [self.switch, self.rename, self.rename_in_list, self.give_up, self.rest]
            ways += [] if busy else [self.send, self.send, self.edit, self.edit]
            yield from self.rng.choice(ways)()
            self.check()

    @property
    def busy(self) -> bool:
        """An answer is being written, or about to be: editing waits, and Esc stops it."""
        return self.sending or self.window.controller.answering

    # --- what there must be -----------------------------------------------------------------

    @property
    def chat(self) -> str:
        shown = self.window.controller.chat
        return "" if shown is None else shown.id

    @property
    def text(self) -> str:
        """What must stand in the composer."""
        if self.edited:
            return self.ledger.edits[self.edited][0]
        return self.ledger.drafts.get(self.chat, "")

    def opened(self) -> None:
        """Another chat is shown: an edit may stand in it."""
        self.contents.update(
            (i.message.id, i.message.content) for i in self.window.controller.branch
        )
        here = [item.message.id for item in self.window.controller.branch]
        found = [id_ for id_ in here if self.ledger.edits.get(id_, ("", False))[1]]
        self.edited = found[-1] if found else ""
        self.check()

    def check(self) -> None:
        composer = self.window.pane.composer
        if composer.text() != self.text or composer.editing != bool(self.edited):
            say(wrong="composer", wanted=self.text, found=composer.text(), edited=self.edited)

    def look(self) -> Steps:
        """After a start: what is typed stands in its chats, and each of them can be found."""
        self.opened()
        model = self.window.sidebar.model
        with_words = [chat for chat, draft in self.ledger.drafts.items() if draft]
        for chat in with_words:
            if not model.row_of(chat).isValid():
                say(wrong="list", wanted=chat)
        for chat in self.rng.sample(with_words, min(3, len(with_words))):
            if model.row_of(chat).isValid():
                self.click_row(chat)
                self.opened()
                yield 0.02

    # --- what hands do ----------------------------------------------------------------------

    def changed(self, text: str) -> None:
        """Something was typed: this is what stands there now."""
        if self.edited:
            self.ledger.set_edit(self.edited, (text, True))
        else:
            self.ledger.set_draft(self.chat, text)

    def commit(self) -> None:
        """The input method lets go, as it does before another key."""
        if self.word:
            compose(self.editor, "", self.word)
            self.word = ""

    def type(self) -> Steps:
        """Letters, some fast and some slow."""
        self.commit()
        for _ in range(self.rng.randrange(1, 25)):
            letter = self.rng.choice(LETTERS)
            press(self.editor, letter)
            self.changed(self.text + letter)
            yield self.rng.choice([0.0, 0.01, 0.05])

    def break_line(self) -> Steps:
        self.commit()
        QTest.keyClick(self.editor, KEY.Key_Return, SHIFT)
        self.changed(self.text + "\n")
        yield 0.01

    def paste(self) -> Steps:
        self.commit()
        pasted = "".join(self.rng.choices(LETTERS + "\n", k=self.rng.choice([5, 400])))
        QGuiApplication.clipboard().setText(pasted)
        QTest.keyClick(self.editor, KEY.Key_V, CONTROL)
        self.changed(self.text + pasted)
        yield 0.01

    def compose(self) -> Steps:
        """A word with an input method, which is not always committed."""
        self.commit()
        before = self.text
        for word in self.rng.choice(COMPOSED):
            self.word = word
            compose(self.editor, word)
            self.changed(before + word)
            yield 0.03
        if self.rng.random() < 0.5:
            self.commit()

    def rest(self) -> Steps:
        yield self.rng.uniform(0, 0.8)

    def send(self) -> Steps:
        text = self.text
        if not text.strip():
            return
        chat, edited = self.chat, self.edited
        say(sending=text, chat=chat, edited=edited)
        composed, self.word = self.word, ""
        self.sending = True
        match self.rng.randrange(3):
            case 0:
                QTest.mouseClick(self.window.pane.composer._button, LEFT)
            case 1:
                QTest.keyClick(self.editor, KEY.Key_Return, CONTROL)
            case _:
                if composed:  # what the first Enter is for
                    QTest.keyClick(self.editor, KEY.Key_Return)
                QTest.keyClick(self.editor, KEY.Key_Return)
        if edited:
            self.edited = ""
            self.ledger.set_edit(edited, None)
        else:
            self.ledger.set_draft(chat, "")
        say(sent=text, chat=chat)
        self.check()
        for _ in range(self.rng.randrange(40)):
            yield 0.02
            if not self.busy:
                break

    def edit(self) -> Steps:
        """A message of the chat, by Up or by its button."""
        branch = self.window.controller.branch
        asked = [item.message for item in branch if item.message.role is Role.USER]
        if not asked:
            return
        self.commit()
        message = self.rng.choice(asked)
        if self.edited:
            say(leaving=self.edited)
        if not self.text and not self.edited:
            message = asked[-1]
            QTest.keyClick(self.editor, KEY.Key_Up)
        else:
            wish = MessageAction(ActionKind.EDIT, message.id)  # as its button in the transcript
            self.window.pane.transcript.action_requested.emit(wish)
        if self.edited and self.edited != message.id:
            self.put_away()
        self.edited, self.contents[message.id] = message.id, message.content
        kept = self.ledger.edits.get(message.id, (message.content, True))
        self.ledger.set_edit(message.id, (kept[0], True))
        self.check()
        if self.rng.random() < 0.8:
            yield from self.type()

    def put_away(self) -> None:
        text = self.ledger.edits[self.edited][0]
        changed = text != self.contents[self.edited]
        self.ledger.set_edit(self.edited, (text, False) if changed else None)
        self.edited = ""

    def give_up(self) -> Steps:
        """Esc, which gives an edit up where nothing else is to be ended before."""
        if self.busy or not self.edited:
            return
        self.commit()
        say(leaving=self.edited)
        QTest.keyClick(self.editor, KEY.Key_Escape)
        self.put_away()
        self.check()
        yield 0.02

    def switch(self) -> Steps:
        """Another chat, with a composed word open now and then."""
        before = self.chat
        long = len(self.window.controller.branch) >= LONGEST_CHAT
        listed = [chat.id for chat in self.window._services.library.chats.conversations()]
        way = 0 if long or len(listed) < 2 else self.rng.randrange(4)
        if way == 0:
            QTest.keyClick(self.window, KEY.Key_N, CONTROL)
        elif way == 1:
            self.commit()
            self.click_row(self.rng.choice(listed))
        else:
            QTest.keyClick(self.window, KEY.Key_Up if way == 2 else KEY.Key_Down, ALT)
        if self.chat != before:
            self.word = ""
            self.opened()
        yield 0.03

    def click_row(self, chat: str) -> None:
        view, index = self.window.sidebar._list, self.window.sidebar.model.row_of(chat)
        if index.isValid():
            view.scrollTo(index)
            QTest.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(index).center())

    def new_title(self) -> str:
        return f"{self.rng.choice(['Über', 'On', '談'])} {self.rng.getrandbits(20)}"

    def rename(self) -> Steps:
        """The title above the chat: kept with Enter or by going elsewhere, given up with Esc."""
        if not self.window.controller.branch:
            return
        self.commit()
        chat, title = self.chat, self.new_title()
        self.window.pane.composer.setFocus()  # in the list F2 renames there
        QTest.keyClick(self.window, KEY.Key_F2)
        field = self.window.pane.header.title.findChild(QLineEdit)
        if field is None or not field.isVisible():
            say(wrong="no title field")
            return
        for letter in title:
            press(field, letter)
            yield 0.0
        way = self.rng.randrange(3)
        if way == 0:
            QTest.keyClick(field, KEY.Key_Escape)
            yield 0.01
            return
        self.ledger.set_title(chat, title)  # told before: the kill may come between the two
        if way == 1:
            QTest.keyClick(field, KEY.Key_Return)
        else:
            yield from self.switch()
            if self.chat == chat:
                self.editor.setFocus()
        yield 0.01

    def rename_in_list(self) -> Steps:
        """The title in its row."""
        self.commit()
        chat, title = self.chat, self.new_title()
        view, index = self.window.sidebar._list, self.window.sidebar.model.row_of(self.chat)
        if not index.isValid() or not self.window.controller.branch:
            return
        view.scrollTo(index)
        place: QPoint = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), LEFT, NONE, place)
        QTest.mouseDClick(view.viewport(), LEFT, NONE, place)
        field = view.viewport().findChild(QLineEdit)
        if field is None:
            return
        field.selectAll()
        for letter in title:
            press(field, letter)
            yield 0.0
        self.ledger.set_title(chat, title)
        QTest.keyClick(field, KEY.Key_Return)
        yield 0.01
        self.editor.setFocus()


def main() -> None:
    """Open the window and write until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--ledger", type=Path, required=True, help="what was typed before")
    options = parser.parse_args()
    application = make_application()
    application.setQuitOnLastWindowClosed(False)
    writer = Writer(options.seed, options.ledger)
    QTimer.singleShot(0, writer.begin)
    sys.exit(run_phial(["--model", options.model]))


if __name__ == "__main__":
    main()
