"""Chats, hits, imports and backups as lines for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.streams import harmless
from app.domain.conversation import BranchMessage, Conversation, Message, SearchHit
from app.domain.generation import Role
from app.domain.parts import ReasoningPart, TextPart, told_parts
from app.language import tr, trc, trn
from app.markup.transfer.values import Unreadable
from app.services.core import formatting
from app.services.transfer.import_preview import ImportPreview, ImportReport, ImportStatus
from app.store.safety.backups import Backup, Content

ID_SHOWN = 8  # hex digits of an id in lists; any unambiguous beginning is understood

_KNOWN = {
    ImportStatus.NEW: trc("chat to import", "new"),
    ImportStatus.SAME: trc("chat to import", "here already"),
    ImportStatus.CHANGED: tr("here with other messages"),
    ImportStatus.TRASHED: trc("chat to import", "in the trash"),
    ImportStatus.REPEATED: tr("twice in the files"),
}
_REASONS = {
    "daily": trc("backup", "daily"),
    "by-hand": trc("backup", "by-hand"),
    "before-import": trc("backup", "before-import"),
    "before-restore": trc("backup", "before-restore"),
}


def chat_row(chat: Conversation) -> dict[str, object]:
    """A chat, for programs."""
    return {
        "id": chat.id,
        "title": chat.title,
        "created_at": chat.created_at.isoformat(),
        "updated_at": chat.updated_at.isoformat(),
        "pinned": chat.pinned,
        "archived": chat.archived,
        "folder": chat.folder,
        "deleted_at": chat.deleted_at.isoformat() if chat.deleted_at else None,
    }


def chat_lines(chats: Sequence[Conversation], *, numbered: bool = True) -> list[str]:
    """Chats, a line each; with the number that :func:`app.cli.chats.names.find_chat` knows."""
    dates = [formatting.date_and_time(chat.updated_at) for chat in chats]
    width = max(24, *map(len, dates)) if dates else 0
    return [
        f"{f'{number:>4}  ' if numbered else ''}{chat.id[:ID_SHOWN]}  "
        f"{date:{width}}  {formatting.listed_title(chat)}"
        for number, (chat, date) in enumerate(zip(chats, dates, strict=True), 1)
    ]


def message_heading(item: BranchMessage) -> str:
    """Who wrote a message, when, and which version it is."""
    message, version = item.message, item.version
    who: str = tr("You") if message.role is Role.USER else tr("Assistant")
    if message.model is not None:
        who = f"{message.model.name} {message.model.quantization}".strip()
    place = ""
    if version.count > 1:
        place = tr("version {number} of {count}", number=version.index, count=version.count)
    return formatting.join(who, formatting.date_and_time(message.created_at), place)


def message_lines(message: Message) -> list[str]:
    """What a message says; behind a bar its other parts in their places, and why it failed."""
    from app.markup.parts.registry import block_of, shown_parts
    from app.markup.transfer.writers.spelled import spelled_blocks

    lines: list[str] = []
    for part in shown_parts(message.content, message.placed):
        if isinstance(part, TextPart):
            said = harmless(part.text).strip("\n").split("\n")
        else:
            words = (
                part.text if isinstance(part, ReasoningPart) else spelled_blocks((block_of(part),))
            )
            said = [f"┊ {line}".rstrip() for line in harmless(words.strip()).split("\n")]
        lines += ["", *said] if lines else said
    if message.error:
        said = [f"┊ {line}".rstrip() for line in harmless(message.error).split("\n")]
        lines += ["", *said] if lines else said
    return lines


def message_row(item: BranchMessage) -> dict[str, object]:
    """A message, for programs."""
    message = item.message
    return {
        "id": message.id,
        "role": message.role.value,
        "status": message.status.value,
        "created_at": message.created_at.isoformat(),
        "content": message.content,
        "parts": told_parts(message.placed),
        "model": message.model.name if message.model else None,
        "error": message.error,
        "version": item.version.index,
        "versions": item.version.count,
    }


def hit_lines(hit: SearchHit) -> list[str]:
    """A hit: its chat, and the text around it."""
    head = f"{hit.conversation_id[:ID_SHOWN]}  {hit.title or formatting.NEW_CHAT}"
    return [head, f"          {' '.join(hit.snippet.split())}"] if hit.message_id else [head]


def hit_row(hit: SearchHit) -> dict[str, object]:
    """A hit, for programs."""
    return {
        "conversation_id": hit.conversation_id,
        "message_id": hit.message_id,
        "title": hit.title,
        "snippet": hit.snippet,
        "highlights": [list(span) for span in hit.highlights],
        "created_at": hit.created_at.isoformat(),
        "role": hit.role.value if hit.role else None,
    }


def preview_row(preview: ImportPreview) -> dict[str, object]:
    """What an import would bring, for programs."""
    return {
        "chats": [
            {
                "title": item.title,
                "messages": item.messages,
                "format": item.format,
                "file": item.origin,
                "known": item.status.value,
                "notes": list(item.notes),
            }
            for item in preview.items
        ],
        "unreadable": [_problem_row(problem) for problem in preview.unreadable],
        "ignored": preview.ignored,
        "empty": preview.empty,
    }


def preview_lines(preview: ImportPreview) -> list[str]:
    """What an import would bring, a line each."""
    lines = [
        formatting.join(
            item.title or formatting.NEW_CHAT,
            trn("{n} message", "{n} messages", item.messages),
            item.format,
            _KNOWN[item.status],
            *item.notes,
        )
        for item in preview.items
    ]
    lines += [
        tr("not readable: {name}: {reason}", name=p.name, reason=p.reason)
        for p in preview.unreadable
    ]
    return [*lines, *preview.aside, *filter(None, [preview.advice])]


def import_row(preview: ImportPreview, report: ImportReport) -> dict[str, object]:
    """What an import did, for programs."""
    return {
        "imported": list(report.imported),
        "known": len(preview.items) - report.wanted,
        "empty": preview.empty,
        "unreadable": [_problem_row(one) for one in (*report.unreadable, *report.failed)],
        "notes": [{"title": note.name, "note": note.reason} for note in report.notes],
    }


def import_lines(preview: ImportPreview, report: ImportReport) -> list[str]:
    """What an import did: how many, what was left out and why, and what is not as it was."""
    here = len(preview.items) - report.wanted
    done = len(report.imported)
    lines: list[str] = [trn("{n} chat imported.", "{n} chats imported.", done)]
    if report.cancelled:
        stopped = trn(
            "Stopped: {done} of {n} chat imported. 'phial chats import --undo' takes them back.",
            "Stopped: {done} of {n} chats imported. 'phial chats import --undo' takes them back.",
            report.wanted,
            done=done,
        )
        lines = [stopped]
    elif here:
        lines.append(
            trn(
                "{n} chat left out: here already (--again adds copies).",
                "{n} chats left out: here already (--again adds copies).",
                here,
            )
        )
    lines += preview.aside
    lines += [f"{note.name or formatting.NEW_CHAT}: {note.reason}" for note in report.notes]
    return lines


def _problem_row(problem: Unreadable) -> dict[str, object]:
    return {"name": problem.name, "reason": problem.reason}


def backup_row(backup: Backup, content: Content | None) -> dict[str, object]:
    """A backup, for programs."""
    return {
        "number": backup.number,
        "made_at": backup.made_at.isoformat(),
        "reason": backup.reason,
        "bytes": backup.size,
        "path": str(backup.path),
        "chats": None if content is None else content.chats,
        "messages": None if content is None else content.messages,
    }


def backup_line(backup: Backup, content: Content | None) -> str:
    """A backup, in a line."""
    made = formatting.backup_moment(backup.made_at)
    holds = formatting.content(content)
    size = formatting.size(backup.size)
    reason = _REASONS.get(backup.reason, backup.reason)
    return f"{backup.number:>4}  {made:27}  {size:>9}  {holds:28}  {reason}"
