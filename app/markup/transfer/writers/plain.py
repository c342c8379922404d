"""Plain text: who said what, in words, with nothing around it that is not needed."""

from __future__ import annotations

from app.domain.conversation import Message
from app.domain.generation import Role
from app.domain.parts import TextPart
from app.language import tr
from app.language.formats import day, day_and_time
from app.markup.parts.registry import block_of, shown_parts
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions, ExportStep, no_step
from app.markup.transfer.writers.exported_turns import stepping, system_prompt
from app.markup.transfer.writers.markdown import author
from app.markup.transfer.writers.spelled import spelled_blocks

_RULE = "-" * 60


class PlainExporter:
    """Writes a chat as plain text."""

    format = ExportFormat(
        "text",
        tr("Plain text"),
        ".txt",
        tr("Only the words, for any program: no marks, formulas as they are spoken."),
    )

    def write(
        self, chats: tuple[Chat, ...], options: ExportOptions, step: ExportStep = no_step
    ) -> bytes:
        """What is shown of one chat."""
        (chat,) = chats
        c = chat.conversation
        parts = [c.title.strip() or tr("Untitled chat"), day(options.local(c.created_at))]
        prompt = system_prompt(chat, options)
        if prompt:
            parts += ["", tr("System prompt:"), prompt]
        for one in stepping(chat, options, step):
            turn, message = one.turn, one.turn.message
            when = day_and_time(options.local(message.created_at))
            head = " · ".join(filter(None, (author(message), when, turn.place)))
            words = _typed(message) if message.role is Role.USER else spelled_blocks(one.blocks())
            parts += ["", _RULE, head, *(f"\n{text}" for text in (words, message.error) if text)]
        text = "\n".join(parts) + "\n"
        return text.encode("utf-8", "replace")


def _typed(message: Message) -> str:
    """What a person typed, as it was typed."""
    return "\n\n".join(
        part.text if isinstance(part, TextPart) else spelled_blocks((block_of(part),))
        for part in shown_parts(message.content, message.placed)
    )
