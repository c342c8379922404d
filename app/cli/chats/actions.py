"""``phial chats`` and its actions list, show, search, trash and restore."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.cli import EXIT_DONE, EXIT_FAILED
from app.cli.chats import backups, files
from app.cli.chats.backups import bring_back_chats
from app.cli.chats.names import find_chat
from app.cli.chats.room import CHATS, open_chats
from app.cli.chats.rows import (
    chat_lines,
    chat_row,
    hit_lines,
    hit_row,
    message_heading,
    message_lines,
    message_row,
)
from app.cli.commands import actions_of
from app.cli.streams import agreed, print_result
from app.cli.values import WrongUsageError, count
from app.cli.values import words as words_given
from app.language import tr, trn
from app.markup.transfer.values import Exporter
from app.services.core import formatting
from app.services.library.live_search import is_cut
from app.services.library.trash import Trash
from app.setup import Setup

MOST_HITS = 50
_A_CHAT = tr("its number in the list, an id or its beginning, or the title")


def add_parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], pdf: Callable[[], Exporter]
) -> None:
    """Declare the command and its options.

    Args:
        commands: Where it is declared.
        pdf: Makes what writes PDF, which takes Qt and is made only when asked for.
    """
    parser = commands.add_parser("chats", help=tr("chats: list, search, export, import, back up"))
    action = actions_of(parser)

    sub = action("list", _list, tr("the chats, used last first"))
    sub.add_argument("--archived", action="store_true", help=tr("those in the archive"))
    sub = action("show", _show, tr("one chat as it is walked"))
    sub.add_argument("chat", type=words_given, metavar="CHAT", help=_A_CHAT)
    sub = action("search", _search, tr("find words in titles and messages"))
    sub.add_argument(
        "query",
        nargs="+",
        type=words_given,
        metavar="QUERY",
        help=tr('words, "phrases", model:, before:, after:, in:title'),
    )
    files.add_actions(action, pdf)
    sub = action("trash", _trash, tr("what is in the trash; with chats, move them there"))
    sub.add_argument("chats", nargs="*", type=words_given, metavar="CHAT", help=CHATS)
    sub.add_argument("--empty", action="store_true", help=tr("remove everything in it for good"))
    sub.add_argument("--for-good", action="store_true", help=tr("remove these chats of the trash"))
    sub.add_argument(
        "--yes", action="store_true", help=tr("with --empty or --for-good: do not ask")
    )
    sub = action("restore", _restore, tr("take chats out of the trash"))
    sub.add_argument("chats", nargs="+", type=words_given, metavar="CHAT", help=CHATS)
    sub.add_argument(
        "--from", dest="backup", type=count, metavar="N", help=tr("out of backup number N")
    )
    backups.add_actions(action)


def _list(options: argparse.Namespace, setup: Setup) -> int:
    with open_chats(setup) as room:
        chats = room.library.chats.conversations(archived=options.archived)
    lines = chat_lines(chats, numbered=not options.archived) or [tr("No chats yet.")]
    return print_result(options, [chat_row(c) for c in chats], lines)


def _show(options: argparse.Namespace, setup: Setup) -> int:
    with open_chats(setup) as room:
        chat = room.find(options.chat)
        branch = room.library.chats.branch(chat.id)
    row = {**chat_row(chat), "messages": [message_row(item) for item in branch]}
    lines = [formatting.title(chat), formatting.date_and_time(chat.created_at)]
    for item in branch:
        lines += [
            "",
            "─" * 40,
            message_heading(item),
            "",
            *message_lines(item.message),
        ]
    return print_result(options, row, lines)


def _search(options: argparse.Namespace, setup: Setup) -> int:
    with open_chats(setup) as room:
        hits = room.library.search.find(" ".join(options.query))
    shown = hits[:MOST_HITS]
    lines = [line for hit in shown for line in hit_lines(hit)]
    if len(hits) > MOST_HITS:
        more = len(hits) - MOST_HITS
        lines.append(tr("and {count} more; add words to the search", count=more))
    elif is_cut(hits):
        lines.append(formatting.MORE_HITS)
    print_result(options, [hit_row(hit) for hit in hits], lines or [tr("Nothing was found.")])
    return EXIT_DONE


def _trash(options: argparse.Namespace, setup: Setup) -> int:
    if options.empty and options.chats:
        raise WrongUsageError(tr("--empty takes no chats."), action=tr("Give one or the other."))
    if options.yes and not (options.empty or options.for_good):
        raise WrongUsageError(tr("--yes goes with --empty or --for-good; nothing else is asked."))
    if options.for_good and not options.chats:
        raise WrongUsageError(tr("Which chats is not said."), action=tr("Name chats of the trash."))
    with open_chats(setup) as room:
        trash = room.library.trash
        if options.empty or options.for_good:
            return _remove(options, trash)
        if not options.chats:
            chats = trash.chats()
            return print_result(
                options, [chat_row(c) for c in chats], chat_lines(chats) or [tr("It is empty.")]
            )
        moved = [room.find(text) for text in options.chats]
        trash.delete([chat.id for chat in moved])
    done = trn(
        "{n} chat moved to the trash, for 30 days.",
        "{n} chats moved to the trash, for 30 days.",
        len(moved),
    )
    return print_result(options, [chat_row(c) for c in moved], [done])


def _remove(options: argparse.Namespace, trash: Trash) -> int:
    """Remove for good everything in the trash, or the chats of it that are named."""
    chats = trash.chats()
    if options.empty:
        count = len(chats) + len(trash.messages())
        what = trn(
            "Remove {n} thing in the trash for good?",
            "Remove {n} things in the trash for good?",
            count,
        )
    else:
        chats = tuple(find_chat(text, chats) for text in options.chats)
        count = len(chats)
        what = trn("Remove {n} chat for good?", "Remove {n} chats for good?", count)
    if count and not options.yes and not agreed(what):
        return EXIT_FAILED
    removing = trash.empty() if options.empty else trash.remove([chat.id for chat in chats])
    removed = removing.result()
    return print_result(
        options, {"removed": removed}, [tr("{count} removed for good.", count=removed)]
    )


def _restore(options: argparse.Namespace, setup: Setup) -> int:
    if options.backup is not None:
        return bring_back_chats(options, setup)
    with open_chats(setup) as room:
        trash = room.library.trash.chats()
        chats = [find_chat(text, trash) for text in options.chats]
        room.library.trash.restore([chat.id for chat in chats])
    return print_result(
        options,
        [chat_row(c) for c in chats],
        [trn("{n} chat restored.", "{n} chats restored.", len(chats))],
    )
