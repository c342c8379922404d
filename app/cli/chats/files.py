"""``phial chats export`` and ``import``: chats to files and back."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.chats.room import CHATS, Action, open_chats
from app.cli.chats.rows import import_lines, import_row, preview_lines, preview_row
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import complain, print_result, redraw, tell
from app.cli.values import WrongUsageError
from app.cli.values import path as path_given
from app.cli.values import words as words_given
from app.domain.errors import NotFoundError
from app.language import tr
from app.markup.transfer.formats import EXPORTERS
from app.markup.transfer.values import Exporter, ExportOptions
from app.services.core import formatting
from app.setup import Setup

PDF = "pdf"
SUFFIXES = {**{one.format.suffix: one.format.name for one in EXPORTERS}, ".pdf": PDF}
FORMATS = tuple(SUFFIXES.values())  # the default first


def add_actions(action: Action, pdf: Callable[[], Exporter]) -> None:
    """Declare the actions and their options.

    Args:
        action: Declares one.
        pdf: Makes what writes PDF, which takes Qt and is made only when asked for.
    """
    sub = action("export", _export, tr("write chats to files"))
    sub.add_argument("chats", nargs="*", type=words_given, metavar="CHAT", help=CHATS)
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
    sub.add_argument(
        "--no-reasoning", action="store_true", help=tr("leave the reasoning out; not importable")
    )
    sub.add_argument(
        "--versions",
        action="store_true",
        help=tr("show every version of each message; not importable"),
    )
    sub.add_argument(
        "--no-system-prompt",
        action="store_true",
        help=tr("leave the system prompt out; not importable"),
    )
    sub.set_defaults(pdf=pdf)
    sub.add_argument(
        "--no-fold", action="store_true", help=tr("do not fold the reasoning of answers")
    )
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


def _export(options: argparse.Namespace, setup: Setup) -> int:
    with open_chats(setup) as room, stop_on_interrupt() as stop:
        if options.all == bool(options.chats):
            raise WrongUsageError(
                tr("Which chats is not said."), action=tr("Name chats, or give --all.")
            )
        format_name = options.format or _format_of(options.out)
        if format_name == PDF:
            room.transfer.add_exporter(options.pdf)
        every = room.library.chats.conversations
        chats = [*every(), *every(archived=True)] if options.all else map(room.find, options.chats)
        ids = [chat.id for chat in chats]
        if not ids:
            return print_result(
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
    print_result(options, row, [str(path) for path in report.files])
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
    with open_chats(setup) as room, stop_on_interrupt() as stop:
        preview = room.transfer.preview_import(options.paths, cancel=stop, progress=_progress)
        if preview.cancelled:
            tell(tr("Stopped. Nothing was imported."))
            return EXIT_INTERRUPTED
        if options.preview:
            print_result(options, preview_row(preview), preview_lines(preview))
            return EXIT_DONE if preview.items else EXIT_FAILED
        keys = [item.key for item in preview.items] if options.again else None
        report = room.transfer.import_chats(preview, keys, cancel=stop, progress=_progress)
    for problem in [*report.unreadable, *report.failed]:
        complain(f"{problem.name}: {problem.reason}".removeprefix(": "))
    if preview.advice:
        tell(preview.advice)
    print_result(options, import_row(preview, report), import_lines(preview, report))
    if report.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_FAILED if report.unreadable or report.failed else EXIT_DONE


def _undo_import(options: argparse.Namespace, setup: Setup) -> int:
    with open_chats(setup) as room, stop_on_interrupt() as stop:
        if not room.transfer.undoable():
            raise NotFoundError(tr("There is no import to take back."), action="")
        done = room.transfer.undo_import(cancel=stop, progress=_progress)
    row = {"removed": done.removed, "trashed": done.trashed}
    print_result(options, row, [formatting.undone(done.removed, done.trashed)])
    return EXIT_INTERRUPTED if done.cancelled else EXIT_DONE


def _progress(done: int, total: int) -> None:
    if total > 1:
        redraw(formatting.percent(done / total) if done < total else "")
