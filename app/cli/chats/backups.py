"""``phial chats backup`` and ``check``, and chats restored out of a backup."""

from __future__ import annotations

import argparse

from app.cli import EXIT_DONE, EXIT_FAILED
from app.cli.chats.names import find_chat
from app.cli.chats.room import Action, ChatContext, open_chats
from app.cli.chats.rows import backup_line, backup_row, chat_lines, chat_row
from app.cli.streams import agreed, print_result
from app.cli.values import WrongUsageError, count
from app.domain.errors import NotFoundError
from app.language import tr, trn
from app.services.core import formatting
from app.services.transfer.rescue import bring_back
from app.setup import Setup
from app.store import Backup


def add_actions(action: Action) -> None:
    """Declare the actions and their options."""
    sub = action("backup", _backup, tr("make a backup now, list them, or go back to one"))
    either = sub.add_mutually_exclusive_group()
    either.add_argument("--list", action="store_true", help=tr("the backups there are"))
    either.add_argument("--show", type=count, metavar="N", help=tr("the chats that backup N holds"))
    either.add_argument("--restore", type=count, metavar="N", help=tr("go back to backup number N"))
    either.add_argument(
        "--keep", action="store_true", help=tr("say no more that backups hold what is missing here")
    )
    sub.add_argument("--yes", action="store_true", help=tr("with --restore: do not ask"))
    sub = action("check", _check, tr("whether the database is sound"))
    sub.add_argument("--full", action="store_true", help=tr("everything, on a copy; takes longer"))


def bring_back_chats(options: argparse.Namespace, setup: Setup) -> int:
    """Take single chats out of a backup, beside what is here."""
    with (
        open_chats(setup) as room,
        room.health.look_into(_backup_of(room, options.backup)) as held,
    ):
        listed = (*held.conversations.list_all(), *held.conversations.list_all(archived=True))
        chats = [find_chat(text, listed) for text in options.chats]
        made = [bring_back(held, room.store, chat.id) for chat in chats]
        rows = [chat_row(room.library.chats.get(id_)) for id_ in made]
    return print_result(
        options, rows, [trn("{n} chat brought back.", "{n} chats brought back.", len(made))]
    )


def _backup(options: argparse.Namespace, setup: Setup) -> int:
    if options.yes and options.restore is None:
        raise WrongUsageError(tr("--yes goes with --restore; nothing else is asked."))
    with open_chats(setup) as room:
        if options.list:
            backups = room.health.list_backups()
            found = [(backup, room.health.content(backup)) for backup in backups]
            lines = [backup_line(*one) for one in found] or [tr("There is no backup yet.")]
            return print_result(options, [backup_row(*one) for one in found], lines)
        if options.keep:
            room.health.keep_as_it_is()
            return print_result(options, {"kept": True}, [tr("The chats stay as they are.")])
        if options.restore is None and options.show is None:
            made = room.health.back_up()
            row = backup_row(made, room.health.content(made))
            return print_result(options, row, [str(made.path)])
        if options.show is not None:
            with room.health.look_into(_backup_of(room, options.show)) as held:
                chats = (
                    *held.conversations.list_all(),
                    *held.conversations.list_all(archived=True),
                )
            return print_result(options, [chat_row(chat) for chat in chats], chat_lines(chats))
        backup = _backup_of(room, options.restore)
        what = tr(
            "Replace all chats by those of {when}?",
            when=formatting.date_and_time(backup.made_at),
        )
        if not options.yes and not agreed(what):
            return EXIT_FAILED
        before = room.health.restore(backup)
    lines = [
        tr("The chats are those of {when} again.", when=formatting.date_and_time(backup.made_at)),
        tr("Those of before are backup {number}.", number=str(before.number)),
    ]
    return print_result(options, {"restored": backup.number, "before": before.number}, lines)


def _backup_of(room: ChatContext, number: int) -> Backup:
    for backup in room.health.list_backups():
        if backup.number == number:
            return backup
    raise NotFoundError(
        tr("There is no backup {number}.", number=str(number)),
        action=tr("'phial chats backup --list' shows them."),
    )


def _check(options: argparse.Namespace, setup: Setup) -> int:
    with open_chats(setup) as room:
        result = room.health.full_check() if options.full else room.health.quick_check()
    lines = [tr("The database is sound.")]
    if not result.sound:
        lines = [tr("The database is damaged. Start Phial: what can be read will be recovered.")]
    elif not result.index_sound:
        lines = [tr("Every chat is sound; the search index is damaged and will be made anew.")]
    row = {
        "sound": result.sound,
        "index_sound": result.index_sound,
        "problems": list(result.problems),
    }
    print_result(options, row, [*lines, *result.problems])
    return EXIT_DONE if result.sound and result.index_sound else EXIT_FAILED
