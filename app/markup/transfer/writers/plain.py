"""Plain text: who said what, in words, with nothing around it that is not needed."""

from __future__ import annotations

from app.domain.generation import Role
from app.language import tr
from app.language.formats import day, day_and_time
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions
from app.markup.transfer.writers.exported_turns import system_prompt, turns
from app.markup.transfer.writers.markdown import author
from app.markup.transfer.writers.neutral import MAX_PARSED
from app.markup.transfer.writers.spelled import spelled

_RULE = "-" * 60


class PlainExporter:
    """Writes a chat as plain text."""

    format = ExportFormat(
        "text",
        tr("Plain text"),
        ".txt",
        tr("Only the words, for any program: no marks, formulas as they are spoken."),
    )

    def write(self, chats: tuple[Chat, ...], options: ExportOptions) -> bytes:
        """What is shown of one chat."""
        (chat,) = chats
        c = chat.conversation
        parts = [c.title.strip() or tr("Untitled chat"), day(options.local(c.created_at))]
        prompt = system_prompt(chat, options)
        if prompt:
            parts += ["", tr("System prompt:"), prompt]
        for turn in turns(chat, options):
            message = turn.message
            when = day_and_time(options.local(message.created_at))
            head = " · ".join(filter(None, (author(message), when, turn.place)))
            parts += ["", _RULE, head, "", _words(message.content, message.role)]
        text = "\n".join(parts) + "\n"
        return text.encode("utf-8", "replace")


def _words(content: str, role: Role) -> str:
    # What a person typed stands as it was typed, as do answers too long to be looked through.
    if role is Role.USER or len(content) > MAX_PARSED:
        return content
    return spelled(content)
