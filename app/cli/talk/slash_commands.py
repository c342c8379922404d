"""What can be typed behind a slash in ``phial chat``, and what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.language import tr


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One of them.

    Attributes:
        word: With its slash.
        argument: What may stand behind it, as help shows it.
        help: What it does.
    """

    word: str
    argument: str
    help: str


SLASH_COMMANDS = (
    SlashCommand("/new", "", tr("begin a new chat")),
    SlashCommand("/retry", "", tr("another answer to the last question")),
    SlashCommand("/edit", "[TEXT]", tr("ask the last question in other words")),
    SlashCommand("/continue", "", tr("go on with an answer that was cut or stopped")),
    SlashCommand("/system", "[TEXT]", tr("this chat's system prompt; - for none")),
    SlashCommand("/preset", "[NAME]", tr("ways to be answered, or use one here; - for none")),
    SlashCommand("/set", "[NAME [VALUE]]", tr("settings, the window's too; VALUE may be default")),
    SlashCommand("/model", "[NAME]", tr("the models of this computer, or use another one")),
    SlashCommand("/export", "[FILE]", tr("write this chat to a file; its ending says the format")),
    SlashCommand("/help", "", tr("this list")),
    SlashCommand("/quit", "", tr("leave (or Ctrl+D)")),
)
ALIASES = {"/again": "/retry", "/exit": "/quit", "/bye": "/quit", "/?": "/help"}
_WIDTH = 23
HELP = (
    "".join(
        f"{f'{one.word} {one.argument}'.strip():{_WIDTH}}{one.help}\n" for one in SLASH_COMMANDS
    )
    + tr(
        "Ctrl+C stops an answer, and at the prompt asks whether to leave. Esc and Enter, or a \\ "
        "at the end of a line, go on in a next line; what is pasted is one message. Tab completes, "
        "Up and Down walk through what was typed before."
    )
    + "\n"
)
_COMMAND = re.compile(r"(/[a-z]+|/\?)(?:\s+(.*))?", re.DOTALL)


def read_command(line: str) -> tuple[str, str] | None:
    """The command and its argument in a line; None for a message, such as one about "/usr/bin"."""
    match = _COMMAND.fullmatch(line.rstrip())
    if match is None:
        return None
    word = match[1]
    return ALIASES.get(word, word), (match[2] or "").strip()
