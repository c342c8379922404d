"""Plain text: who said what, verbatim, with nothing around it that is not needed."""

from __future__ import annotations

from app.markup.transfer.values import Chat, ExportFormat, ExportOptions
from app.markup.transfer.writers.markdown import author

_RULE = "-" * 60


class PlainExporter:
    """Writes a chat as plain text."""

    format = ExportFormat("text", "Plain text", ".txt", "Only the words, for any program.")

    def write(self, chats: tuple[Chat, ...], options: ExportOptions) -> bytes:
        """The walked branch of one chat."""
        (chat,) = chats
        c = chat.conversation
        parts = [c.title.strip() or "Untitled chat", f"{options.local(c.created_at):%d %B %Y}"]
        if c.system_prompt:
            parts += ["", "System prompt:", c.system_prompt]
        for message in chat.branch():
            when = f"{options.local(message.created_at):%d %B %Y, %H:%M}"
            parts += ["", _RULE, f"{author(message)} · {when}", "", message.content]
        text = "\n".join(parts) + "\n"
        return text.encode("utf-8", "replace")
