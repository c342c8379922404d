"""The process that crash_rounds.py kills: works on a store at random and says what it does.

A line of JSON before each change, and one when the store acknowledged or refused it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.domain.conversation import Conversation, Message, MessageStatus
from app.domain.errors import KnownError
from app.domain.generation import Role
from app.domain.parts import PlacedPart, ReasoningPart, ToolCallPart, ToolResultPart
from app.store import MessageRepository, OpenedStore, Searcher, open_store

NOW = datetime(2026, 11, 21, tzinfo=UTC)
Op = dict[str, object]


def text_of(id_: str, length: int) -> str:
    """A text anyone can make again from a message's id: the check compares every character."""
    unit = f"{id_[:6]} Wörter 漢字 \0\r\n\ud800 <|im_end|> "
    return (unit * (length // len(unit) + 1))[:length]


THOUGHT, LEAD = 700, 250  # characters of reasoning, and of text before the part in it


def made_of(id_: str, length: int) -> tuple[str, tuple[PlacedPart, ...]]:
    """An answer as far as ``length`` characters: half of all begin with reasoning.

    A call of a tool ends it; what the tool answered stands in the text. So wherever an answer is
    cut, its length says what must be there.
    """
    whole = text_of(id_, length)
    if int(id_[-1], 16) % 2 or not length:
        return whole, ()
    thought, text = whole[:THOUGHT], whole[THOUGHT:]
    reasoning = ReasoningPart(thought, None if not text else 1.5, closed=bool(text))
    placed = [PlacedPart(0, reasoning)]
    if text:
        placed.append(PlacedPart(0, ToolCallPart("count", id_, id_)))
    if len(text) > LEAD:
        placed.append(PlacedPart(LEAD, ToolResultPart(f"{id_} \ud800", "count", id_)))
    return text, tuple(placed)


def inside(id_: str, length: int) -> str:
    """What is written when an answer has come so far."""
    text, placed = made_of(id_, length)
    if not placed:
        return "text"
    return "reasoning" if not text else "text with parts"


class Child:
    """Works on a store until it is killed or its steps are done."""

    def __init__(self, opened: OpenedStore, seed: int, limit: int | None) -> None:
        self.opened = opened
        self.library: MessageRepository = opened.repository
        self.rng = random.Random(seed)
        self.limit = limit
        # What is known of the chats: id to ids of messages. Read once, then kept by hand.
        self.chats: dict[str, list[str]] = {
            c.id: [m.id for m in self.library.tree(c.id)]
            for c in self.library.conversations.list_all()
        }
        self.streaming: dict[str, int] = {}
        self.trashed: list[str] = [c.id for c in self.library.conversations.trashed_conversations()]

    def step(self) -> None:
        """Do one thing."""
        weights = {
            "send": 4, "stream": 8, "finish": 2, "edit": 2, "delete": 1, "restore": 1, "rename": 1,
            "delete_message": 1, "select": 1, "import": 1, "export": 1, "search": 1, "draft": 2,
            "backup": 0.1, "empty_trash": 0.1,
        }  # fmt: skip
        name = self.rng.choices(list(weights), list(weights.values()))[0]
        getattr(self, name)()

    def new_id(self) -> str:
        return UUID(int=self.rng.getrandbits(128)).hex

    def chat(self) -> str | None:
        return self.rng.choice(list(self.chats)) if self.chats else None

    def ask(self, chat: str, parent: str | None, *, new: bool) -> None:
        length = self.rng.choice([10, 200, 3_000, 60_000])
        op: Op = {"op": "send", "chat": chat, "parent": parent, "new": new, "length": length}
        op |= {"question": self.new_id(), "answer": self.new_id()}
        conversation = Conversation(chat, chat[:8], NOW, NOW)
        question = Message(
            str(op["question"]), chat, parent, Role.USER,
            text_of(str(op["question"]), length), MessageStatus.COMPLETE, NOW,
        )  # fmt: skip
        answer = Message(
            str(op["answer"]), chat, question.id, Role.ASSISTANT, "", MessageStatus.STREAMING, NOW
        )
        if self.done(op, lambda: self.library.add_exchange(conversation, question, answer)):
            self.chats.setdefault(chat, []).extend([question.id, answer.id])
            self.streaming[answer.id] = 0

    def send(self) -> None:
        chat = self.chat()
        if chat is None or self.rng.random() < 0.3:
            self.ask(self.new_id(), None, new=True)
        else:
            branch = self.library.branch(chat)
            self.ask(chat, branch[-1].message.id if branch else None, new=False)

    def edit(self) -> None:
        chat = self.chat()
        if chat is not None and self.chats[chat]:
            old = self.library.message(self.rng.choice(self.chats[chat]))
            self.ask(chat, old.parent_id, new=False)

    def stream(self) -> None:
        if self.streaming:
            id_ = self.rng.choice(list(self.streaming))
            length = self.streaming[id_] + self.rng.choice([1, 40, 2_000])
            op: Op = {"op": "stream", "message": id_, "length": length}
            op["inside"] = inside(id_, length)
            if self.done(op, lambda: self.library.journal(id_, *made_of(id_, length))):
                self.streaming[id_] = length

    def finish(self) -> None:
        if self.streaming:
            id_ = self.rng.choice(list(self.streaming))
            length = self.streaming[id_] + 7
            content, placed = made_of(id_, length)
            done = replace(
                self.library.message(id_),
                content=content,
                placed=placed,
                status=MessageStatus.COMPLETE,
            )
            op: Op = {"op": "finish", "message": id_, "length": length}
            if self.done(op, lambda: self.library.finish(done)):
                del self.streaming[id_]

    def delete(self) -> None:
        chat = self.chat()
        if chat is not None and self.done(
            {"op": "delete", "chat": chat}, lambda: self.library.conversations.delete(chat, NOW)
        ):
            self.trashed.append(chat)
            for id_ in self.chats.pop(chat):
                self.streaming.pop(id_, None)

    def restore(self) -> None:
        if self.trashed:
            chat = self.trashed[-1]
            if self.done(
                {"op": "restore", "chat": chat}, lambda: self.library.conversations.restore(chat)
            ):
                self.trashed.pop()
                self.chats[chat] = [m.id for m in self.library.tree(chat)]

    def rename(self) -> None:
        chat = self.chat()
        if chat is not None:
            title = f"Title {self.rng.random()}"
            op: Op = {"op": "rename", "chat": chat, "title": title}
            self.done(op, lambda: self.library.conversations.rename(chat, title))

    def draft(self) -> None:
        chat = self.chat()
        if chat is not None:
            text = "draft " * self.rng.randrange(50)
            op: Op = {"op": "draft", "chat": chat, "text": text}
            self.done(op, lambda: self.library.conversations.set_draft(chat, text))

    def delete_message(self) -> None:
        chat = self.chat()
        if chat is not None and self.chats[chat]:
            id_ = self.rng.choice(self.chats[chat])
            op: Op = {"op": "delete_message", "message": id_}
            if self.done(op, lambda: self.library.conversations.delete_message(id_, NOW)):
                left = [m.id for m in self.library.tree(chat)]
                for gone in set(self.chats[chat]) - set(left):
                    self.streaming.pop(gone, None)
                self.chats[chat] = left

    def select(self) -> None:
        chat = self.chat()
        if chat is not None and self.chats[chat]:
            id_ = self.rng.choice(self.chats[chat])
            self.done({"op": "nothing"}, lambda: self.library.select_version(id_))

    def export(self) -> None:
        chat = self.chat()
        if chat is not None:
            self.library.tree(chat)

    def search(self) -> None:
        Searcher(self.library).search("wort")

    def backup(self) -> None:
        say({"phase": "begin", "op": "nothing"})
        try:
            self.opened.health.back_up()
        except KnownError as error:
            say({"phase": "failed", "error": type(error).__name__, "text": str(error)})
            return
        say({"phase": "done"})

    def empty_trash(self) -> None:
        if self.done({"op": "empty_trash"}, self.library.conversations.empty_trash):
            self.trashed.clear()

    def do_import(self) -> None:
        chat = self.new_id()
        ids = [self.new_id() for _ in range(40)]
        tree = []
        for n, id_ in enumerate(ids):
            content, placed = made_of(id_, 300) if n % 2 else (text_of(id_, 300), ())
            role = Role.ASSISTANT if n % 2 else Role.USER
            parent = ids[n - 1] if n else None
            status = MessageStatus.COMPLETE
            tree.append(Message(id_, chat, parent, role, content, status, NOW, placed=placed))
        conversation = Conversation(chat, chat[:8], NOW, NOW, head_id=ids[-1])
        op: Op = {"op": "import", "chat": chat, "ids": ids}
        if self.done(op, lambda: self.library.add_conversation(conversation, tree)):
            self.chats[chat] = ids

    def done(self, op: Op, start: object) -> bool:
        """Announce, do, wait until it is on the disk, acknowledge."""
        say({"phase": "begin", **op})
        try:
            future = start()  # type: ignore[operator]
            assert isinstance(future, Future)
            future.result()
        except KnownError as error:
            say({"phase": "failed", "error": type(error).__name__, "text": str(error)})
            return False
        say({"phase": "done"})
        return True


setattr(Child, "import", Child.do_import)


def say(line: Op) -> None:
    """One line to the parent, at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def child(folder: Path, seed: int, limit: int | None, steps: int) -> None:
    """The child's life."""
    say({"phase": "opening"})
    opened = open_store(folder)
    say({"phase": "open", "owner": opened.report.owner})
    worker = Child(opened, seed, limit)
    if limit is not None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for _ in range(steps):
        worker.step()
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        say({"phase": "relieved"})
        for _ in range(10):
            worker.step()
    opened.close()
    say({"phase": "closed"})


def main() -> None:
    """Work until killed, or until the steps are done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--limit", type=int, help="bytes no file may grow beyond, for a while")
    parser.add_argument("--steps", type=int, default=1_000_000)
    options = parser.parse_args()
    child(options.folder, options.seed, options.limit, options.steps)


if __name__ == "__main__":
    main()
