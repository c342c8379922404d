"""``phial chats``: list, show, search, export, import, trash, restore, backup, check."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.chat_names import find_chat
from app.cli.chat_rows import (
    backup_line,
    backup_row,
    chat_lines,
    chat_row,
    hit_lines,
    hit_row,
    import_lines,
    import_row,
    message_heading,
    message_row,
    preview_lines,
    preview_row,
)
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import agreed, complain, harmless, json_text, one_line, redraw, say, tell
from app.cli.values import WrongUsageError, count
from app.cli.values import path as path_given
from app.cli.values import words as words_given
from app.compose import Setup
from app.domain.conversation import Conversation, SearchHit
from app.domain.errors import KnownError, NotFoundError
from app.language import tr, trn
from app.markup.transfer.formats import EXPORTERS
from app.markup.transfer.values import Exporter, ExportOptions
from app.services.core import formatting
from app.services.core.events import ErrorReported, Event
from app.services.library.library_service import LibraryService
from app.services.library.live_search import is_cut
from app.services.transfer.import_record import ImportRecord
from app.services.transfer.rescue import bring_back
from app.services.transfer.transfer_service import TransferService
from app.store import Backup, MessageRepository, open_store
from app.store.safety.health import Health

MOST_HITS = 50
PDF = "pdf"
SUFFIXES = {**{one.format.suffix: one.format.name for one in EXPORTERS}, ".pdf": PDF}
FORMATS = tuple(SUFFIXES.values())  # the default first

_A_CHAT = tr("its number in the list, an id or its beginning, or the title")
_CHATS = tr("their numbers in the list, ids or their beginnings, or titles")


def add_parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], pdf: Callable[[], Exporter]
) -> None:
    """Declare the command and its options.

    Args:
        commands: Where it is declared.
        pdf: Makes what writes PDF, which takes Qt and is made only when asked for.
    """
    parser = commands.add_parser("chats", help=tr("chats: list, search, export, import, back up"))
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help=tr("plain data instead of text"))
        sub.set_defaults(run=run)
        return sub

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
    _add_export(action("export", _export, tr("write chats to files")), pdf)
    sub = action("import", _import, tr("add chats from files, folders or archives"))
    sub.add_argument(
        "paths",
        nargs="*",
        type=path_given,
        metavar="PATH",
        help=tr("what Phial or another app exported"),
    )
    either = sub.add_mutually_exclusive_group()
    either.add_argument("--preview", action="store_true", help=tr("only tell what is in them"))
    either.add_argument(
        "--again", action="store_true", help=tr("also those that are here, as copies")
    )
    either.add_argument("--undo", action="store_true", help=tr("take the last import back"))
    sub = action("trash", _trash, tr("what is in the trash; with chats, move them there"))
    sub.add_argument("chats", nargs="*", type=words_given, metavar="CHAT", help=_CHATS)
    sub.add_argument("--empty", action="store_true", help=tr("remove everything in it for good"))
    sub.add_argument("--for-good", action="store_true", help=tr("remove these chats of the trash"))
    sub.add_argument(
        "--yes", action="store_true", help=tr("with --empty or --for-good: do not ask")
    )
    sub = action("restore", _restore, tr("take chats out of the trash"))
    sub.add_argument("chats", nargs="+", type=words_given, metavar="CHAT", help=_CHATS)
    sub.add_argument(
        "--from", dest="backup", type=count, metavar="N", help=tr("out of backup number N")
    )
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


def _add_export(sub: argparse.ArgumentParser, pdf: Callable[[], Exporter]) -> None:
    sub.add_argument("chats", nargs="*", type=words_given, metavar="CHAT", help=_CHATS)
    sub.add_argument("--all", action="store_true", help=tr("every chat outside the trash"))
    sub.add_argument(
        "--format",
        choices=FORMATS,
        metavar="F",
        help=tr(
            "{formats}; without it, what the name of the file says, or {first}",
            formats=", ".join(FORMATS),
            first=FORMATS[0],
        ),
    )
    sub.add_argument(
        "--out", type=path_given, metavar="PATH", help=tr("a file, a folder, or an archive (.zip)")
    )
    sub.add_argument(
        "--only-text",
        action="store_true",
        help=tr("without ids, versions and details; not importable"),
    )
    sub.add_argument("--no-reasoning", action="store_true", help=tr("leave the reasoning out"))
    sub.add_argument("--versions", action="store_true", help=tr("every version of each message"))
    sub.add_argument(
        "--no-system-prompt", action="store_true", help=tr("leave the system prompt out")
    )
    sub.set_defaults(pdf=pdf)
    sub.add_argument(
        "--no-fold", action="store_true", help=tr("do not fold the reasoning of answers")
    )


# --- the library, opened for one command ---------------------------------------------------------


@dataclass(slots=True)
class _ChatContext:
    library: LibraryService
    transfer: TransferService
    health: Health
    store: MessageRepository
    problems: list[KnownError] = field(default_factory=list)

    def on_event(self, event: Event) -> None:
        if isinstance(event, ErrorReported):
            self.problems.append(event.error)

    def all_chats(self) -> list[Conversation]:
        return [
            *self.library.chats.conversations(),
            *self.library.chats.conversations(archived=True),
        ]

    def find(self, text: str, among: Sequence[Conversation] | None = None) -> Conversation:
        """The one chat that is meant by its number, an id or its beginning, or a title."""
        if among is not None:
            return find_chat(text, among)
        listed = self.library.chats.conversations()
        return find_chat(text, listed, self.library.chats.conversations(archived=True))


@contextmanager
def _open_chats(setup: Setup) -> Iterator[_ChatContext]:
    opened = open_store(setup.folders.data)
    library = LibraryService(opened.repository, setup.settings, setup.bus)
    transfer = TransferService(
        library.chats,
        library.trash,
        setup.bus,
        ImportRecord(opened.repository),
        partial(opened.health.back_up, "before-import"),
    )
    room = _ChatContext(library, transfer, opened.health, opened.repository)
    unsubscribe = setup.bus.subscribe(room.on_event)
    for sentence in (*opened.report.sentences, *setup.problems):
        complain(sentence)
    if (lost := opened.report.lost) is not None:
        number = lost.backup.number
        todo = tr(
            "'phial chats backup --restore {number}' brings them back; "
            "'phial chats backup --keep' leaves it as it is.",
            number=str(number),
        )
        tell(f"phial: {formatting.missing(lost)} {todo}")  # not shown: each is
    try:
        yield room
    finally:
        library.close()
        opened.close()
        unsubscribe()
    for error in room.problems:  # a change that could not be stored
        raise error


# --- looking ---------------------------------------------------------------------------------


def _list(options: argparse.Namespace, setup: Setup) -> int:
    with _open_chats(setup) as room:
        chats = room.library.chats.conversations(archived=options.archived)
    lines = chat_lines(chats, numbered=not options.archived) or [tr("No chats yet.")]
    return _print_result(options, [chat_row(c) for c in chats], lines)


def _show(options: argparse.Namespace, setup: Setup) -> int:
    with _open_chats(setup) as room:
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
            *harmless(item.message.content).split("\n"),
        ]
    return _print_result(options, row, lines)


def _search(options: argparse.Namespace, setup: Setup) -> int:
    answers: SimpleQueue[tuple[SearchHit, ...] | KnownError] = SimpleQueue()

    def listen(event: Event) -> None:
        if isinstance(event, ErrorReported):
            answers.put(event.error)

    with _open_chats(setup) as room:
        unsubscribe = setup.bus.subscribe(listen)
        room.library.search.start(" ".join(options.query), answers.put)
        hits = answers.get()
        unsubscribe()
        if isinstance(hits, KnownError):
            room.problems.clear()
            raise hits
    shown = hits[:MOST_HITS]
    lines = [line for hit in shown for line in hit_lines(hit)]
    if len(hits) > MOST_HITS:
        more = len(hits) - MOST_HITS
        lines.append(tr("and {count} more; add words to the search", count=more))
    elif is_cut(hits):
        lines.append(formatting.MORE_HITS)
    _print_result(options, [hit_row(hit) for hit in hits], lines or [tr("Nothing was found.")])
    return EXIT_DONE


# --- out and in ------------------------------------------------------------------------------


def _export(options: argparse.Namespace, setup: Setup) -> int:
    with _open_chats(setup) as room, stop_on_interrupt() as stop:
        if options.all == bool(options.chats):
            raise WrongUsageError(
                tr("Which chats is not said."), action=tr("Name chats, or give --all.")
            )
        format_name = options.format or _format_of(options.out)
        if format_name == PDF:
            room.transfer.add_exporter(options.pdf())
        chats = room.all_chats() if options.all else [room.find(text) for text in options.chats]
        ids = [chat.id for chat in chats]
        if not ids:
            return _print_result(
                options, {"files": [], "chats": 0}, [tr("There are no chats to export.")]
            )
        out = options.out or Path(room.transfer.suggested_name(ids, format_name))
        if not out.suffix:
            out = room.transfer.typed(out, format_name, several=len(ids) > 1)
        report = room.transfer.export(
            ids,
            format_name,
            out,
            ExportOptions(
                exact=not options.only_text,
                fold_thinking=not options.no_fold,
                reasoning=not options.no_reasoning,
                versions=options.versions,
                system_prompt=not options.no_system_prompt,
            ),
            cancel=stop,
            progress=_progress,
        )
    for problem in report.failed:
        complain(f"{problem.name}: {problem.reason}")
    row = {"files": [str(path) for path in report.files], "chats": report.chats}
    _print_result(options, row, [str(path) for path in report.files])
    if report.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_FAILED if report.failed else EXIT_DONE


def _format_of(out: Path | None) -> str:
    return SUFFIXES.get(out.suffix.lower(), FORMATS[0]) if out is not None else FORMATS[0]


def _import(options: argparse.Namespace, setup: Setup) -> int:
    if options.undo and options.paths:
        raise WrongUsageError(tr("--undo takes no files."), action=tr("Give one or the other."))
    if options.undo:
        return _undo_import(options, setup)
    if not options.paths:
        raise WrongUsageError(tr("Which files is not said."), action=tr("Name what was exported."))
    with _open_chats(setup) as room, stop_on_interrupt() as stop:
        preview = room.transfer.preview_import(options.paths, cancel=stop, progress=_progress)
        if preview.cancelled:
            tell(tr("Stopped. Nothing was imported."))
            return EXIT_INTERRUPTED
        if options.preview:
            _print_result(options, preview_row(preview), preview_lines(preview))
            return EXIT_DONE if preview.items else EXIT_FAILED
        keys = [item.key for item in preview.items] if options.again else None
        report = room.transfer.import_chats(preview, keys, cancel=stop, progress=_progress)
    for problem in [*report.unreadable, *report.failed]:
        complain(f"{problem.name}: {problem.reason}".removeprefix(": "))
    if preview.advice:
        tell(preview.advice)
    _print_result(options, import_row(preview, report), import_lines(preview, report))
    if report.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_FAILED if report.unreadable or report.failed else EXIT_DONE


def _undo_import(options: argparse.Namespace, setup: Setup) -> int:
    with _open_chats(setup) as room, stop_on_interrupt() as stop:
        if not room.transfer.undoable():
            raise NotFoundError(tr("There is no import to take back."), action="")
        done = room.transfer.undo_import(cancel=stop, progress=_progress)
    row = {"removed": done.removed, "trashed": done.trashed}
    _print_result(options, row, [formatting.undone(done.removed, done.trashed)])
    return EXIT_INTERRUPTED if done.cancelled else EXIT_DONE


# --- trash -----------------------------------------------------------------------------------


def _trash(options: argparse.Namespace, setup: Setup) -> int:
    if options.empty and options.chats:
        raise WrongUsageError(tr("--empty takes no chats."), action=tr("Give one or the other."))
    if options.yes and not (options.empty or options.for_good):
        raise WrongUsageError(tr("--yes goes with --empty or --for-good; nothing else is asked."))
    if options.for_good and not options.chats:
        raise WrongUsageError(tr("Which chats is not said."), action=tr("Name chats of the trash."))
    with _open_chats(setup) as room:
        if options.empty:
            count = len(room.library.trash.chats()) + len(room.library.trash.messages())
            what = trn(
                "Remove {n} thing in the trash for good? [y/N] ",
                "Remove {n} things in the trash for good? [y/N] ",
                count,
            )
            if count and not options.yes and not agreed(what):
                return EXIT_FAILED
            removed = room.library.trash.empty().result()
            return _print_result(
                options, {"removed": removed}, [tr("{count} removed for good.", count=removed)]
            )
        if options.for_good:
            chats = [room.find(text, room.library.trash.chats()) for text in options.chats]
            what = trn(
                "Remove {n} chat for good? [y/N] ", "Remove {n} chats for good? [y/N] ", len(chats)
            )
            if not options.yes and not agreed(what):
                return EXIT_FAILED
            removed = room.library.trash.remove([chat.id for chat in chats]).result()
            return _print_result(
                options, {"removed": removed}, [tr("{count} removed for good.", count=removed)]
            )
        if not options.chats:
            chats = list(room.library.trash.chats())
            return _print_result(
                options, [chat_row(c) for c in chats], chat_lines(chats) or [tr("It is empty.")]
            )
        chats = [room.find(text) for text in options.chats]
        room.library.trash.delete([chat.id for chat in chats])
    done = trn(
        "{n} chat moved to the trash, for 30 days.",
        "{n} chats moved to the trash, for 30 days.",
        len(chats),
    )
    return _print_result(options, [chat_row(c) for c in chats], [done])


def _restore(options: argparse.Namespace, setup: Setup) -> int:
    if options.backup is not None:
        return _bring_back(options, setup)
    with _open_chats(setup) as room:
        trash = room.library.trash.chats()
        chats = [room.find(text, trash) for text in options.chats]
        room.library.trash.restore([chat.id for chat in chats])
    return _print_result(
        options,
        [chat_row(c) for c in chats],
        [trn("{n} chat restored.", "{n} chats restored.", len(chats))],
    )


def _bring_back(options: argparse.Namespace, setup: Setup) -> int:
    """Take single chats out of a backup, beside what is here."""
    with (
        _open_chats(setup) as room,
        room.health.look_into(_backup_of(room, options.backup)) as held,
    ):
        listed = (*held.conversations.list_all(), *held.conversations.list_all(archived=True))
        chats = [room.find(text, listed) for text in options.chats]
        made = [bring_back(held, room.store, chat.id) for chat in chats]
        rows = [chat_row(room.library.chats.get(id_)) for id_ in made]
    return _print_result(
        options, rows, [trn("{n} chat brought back.", "{n} chats brought back.", len(made))]
    )


# --- safety ----------------------------------------------------------------------------------


def _backup(options: argparse.Namespace, setup: Setup) -> int:
    if options.yes and options.restore is None:
        raise WrongUsageError(tr("--yes goes with --restore; nothing else is asked."))
    with _open_chats(setup) as room:
        if options.list:
            backups = room.health.list_backups()
            found = [(backup, room.health.content(backup)) for backup in backups]
            lines = [backup_line(*one) for one in found] or [tr("There is no backup yet.")]
            return _print_result(options, [backup_row(*one) for one in found], lines)
        if options.keep:
            room.health.keep_as_it_is()
            return _print_result(options, {"kept": True}, [tr("The chats stay as they are.")])
        if options.restore is None and options.show is None:
            made = room.health.back_up()
            row = backup_row(made, room.health.content(made))
            return _print_result(options, row, [str(made.path)])
        if options.show is not None:
            with room.health.look_into(_backup_of(room, options.show)) as held:
                chats = (
                    *held.conversations.list_all(),
                    *held.conversations.list_all(archived=True),
                )
            return _print_result(options, [chat_row(chat) for chat in chats], chat_lines(chats))
        backup = _backup_of(room, options.restore)
        what = tr(
            "Replace all chats by those of {when}? [y/N] ",
            when=formatting.date_and_time(backup.made_at),
        )
        if not options.yes and not agreed(what):
            return EXIT_FAILED
        before = room.health.restore(backup)
    lines = [
        tr("The chats are those of {when} again.", when=formatting.date_and_time(backup.made_at)),
        tr("Those of before are backup {number}.", number=str(before.number)),
    ]
    return _print_result(options, {"restored": backup.number, "before": before.number}, lines)


def _backup_of(room: _ChatContext, number: int) -> Backup:
    for backup in room.health.list_backups():
        if backup.number == number:
            return backup
    raise NotFoundError(
        tr("There is no backup {number}.", number=str(number)),
        action=tr("'phial chats backup --list' shows them."),
    )


def _check(options: argparse.Namespace, setup: Setup) -> int:
    with _open_chats(setup) as room:
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
    _print_result(options, row, [*lines, *result.problems])
    return EXIT_DONE if result.sound and result.index_sound else EXIT_FAILED


# --- telling ---------------------------------------------------------------------------------


def _progress(done: int, total: int) -> None:
    if total > 1:
        redraw(formatting.percent(done / total) if done < total else "")


def _print_result(options: argparse.Namespace, row: object, lines: Sequence[str]) -> int:
    text = json_text(row) if options.json else "\n".join(map(one_line, lines))
    say(text + "\n")
    return EXIT_DONE
