"""Writes a small database of one schema, with something in every column.

Run once when a schema ships: ``python tests/data/databases/make_fixture.py VERSION``. A fixture is
never written again, even when this script or the store changes.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from app.domain.conversation import Conversation, Edit, Message, MessageStatus
from app.domain.generation import Role, Sampling, StopReason, Timings
from app.domain.model import ModelRef
from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    FormPart,
    PlacedPart,
    ReasoningPart,
    ToolCallPart,
    ToolResultPart,
)
from app.domain.presets.preset import NO_OPTIONS, ChatOptions
from app.store.conversations import conversation_queries, message_queries, trash
from app.store.conversations.edits import write_edit
from app.store.conversations.summaries import write_summary
from app.store.database.connect import APPLICATION_ID, open_scratch
from app.store.database.migrations import MIGRATIONS, quiet
from app.store.database.part_rows import PartRow, write_part_rows

HERE = Path(__file__).resolve().parent
AT = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)
TEXTS = (
    "How is getUserId(3) spelt?",
    "Nul \0, surrogate \ud800, CRLF\r\n, 漢字, Café",
    "x" * 9_000,
)


def fill(connection: sqlite3.Connection) -> None:
    """Chats with versions, an unfinished answer with its journal, and a trash."""
    for number in range(4):
        chat = Conversation(
            id=f"{number:032x}", title=f"Chat {number} \ud83d", created_at=AT, updated_at=AT,
            title_by_user=number == 1, system_prompt="Be brief.", draft="half a thou",
            pinned=number == 2, archived=number == 3, folder="Work" if number else "",
            scroll_message_id="abc", scroll_offset=number, scroll_y=-7 * number,
            options=ChatOptions("homework", {"top_k": 3}, ("And then?",)) if number else NO_OPTIONS,
        )  # fmt: skip
        seq = conversation_queries.insert_conversation(connection, chat)
        question = Message(
            f"{16 * number + 1:032x}", chat.id, None, Role.USER, TEXTS[number % 3],
            MessageStatus.COMPLETE, AT,
        )  # fmt: skip
        message_queries.insert_message(connection, question)
        for version, status in enumerate(MessageStatus):
            answer = Message(
                f"{16 * number + 2 + version:032x}", chat.id, question.id, Role.ASSISTANT,
                "" if status is MessageStatus.STREAMING else f"{TEXTS[number % 3]} {status}",
                status, AT + timedelta(seconds=version),
                model=ModelRef("Phi-4", "Q4_K_M", "ab" * 32), sampling=Sampling(seed=7),
                seed=7 + version, stop_reason=StopReason.END_OF_TURN,
                timings=Timings(prompt_tokens=12, completion_seconds=0.1 + 0.2),
                error="Why it failed." if status is MessageStatus.FAILED else "",
                left_out=(question.id, "gone"),
            )  # fmt: skip
            row = message_queries.insert_message(connection, answer)
            message_queries.select_branch(connection, row)
            if status is MessageStatus.STREAMING:
                for part in ("Once upon ", "a time\ud800"):
                    connection.execute(
                        "INSERT INTO journal (message, content) VALUES (?, ?)",
                        (row, part.encode("utf-8", "surrogatepass")),
                    )
        conversation_queries.mark_used(connection, seq, AT)
    connection.execute(
        "INSERT INTO token_counts SELECT seq, 'cd', length(content) FROM messages WHERE seq < 4"
    )
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'summaries'").fetchone():
        write_summary(connection, f"{2:032x}", "What was said \ud83d", by_user=True)
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'edits'").fetchone():
        write_edit(connection, Edit(f"{1:032x}", "In other words \ud83d", open=True))
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'parts'").fetchone():
        fill_parts(connection)
    trash.delete_conversations(connection, [f"{3:032x}"], AT)
    trash.delete_message(connection, f"{16 * 2 + 4:032x}", AT)


def fill_parts(connection: sqlite3.Connection) -> None:
    """A part of each kind in one answer, and one more in the journal of another."""
    kinds = (
        ReasoningPart("First \ud83d a, then b.", seconds=2.5),
        AttachmentPart("notes.pdf", "application/pdf", 1_234, "cd" * 32, "notes.pdf"),
        ToolCallPart("calculate", "6 * 7", "call"),
        ToolResultPart("42", "calculate", "call"),
        CitationPart("Notes", "notes.pdf", "it is 42", page=3, label="1", verdict="found"),
        FormPart("json", '{"type": "object"}', valid=True),
    )
    seq = message_queries.message_seq(connection, f"{2:032x}")
    write_part_rows(
        connection, seq, [PartRow.of(PlacedPart(3 * n, p)) for n, p in enumerate(kinds)]
    )
    streaming = message_queries.message_seq(connection, f"{3:032x}")
    head = '[0,0,"reasoning","{\\"closed\\":false}"]'
    connection.executemany(
        "INSERT INTO journal (message, part, content) VALUES (?, ?, ?)",
        [(streaming, head, b"So "), (streaming, head, b"far")],
    )


def main() -> None:
    """Write the fixture of the version named on the command line, here or in a folder after it."""
    version, *folder = sys.argv[1:]
    make(int(version), Path(*folder) if folder else HERE)


def make(version: int, folder: Path) -> Path:
    """Write the fixture of ``version`` into ``folder``, unless it is there."""
    path = folder / f"schema-{version}.db"
    if path.exists():
        raise SystemExit(f"{path.name} has shipped; it is never written again.")
    connection = open_scratch(path)
    connection.execute("BEGIN")
    for migration in MIGRATIONS[:version]:
        migration(connection, quiet)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={version}")
    fill(connection)
    connection.execute("COMMIT")
    connection.execute("VACUUM")
    connection.close()
    return path


if __name__ == "__main__":
    main()
