"""The command ``phial``: a window, a terminal command, or the engine process.

The language is chosen before anything that speaks is imported, so all such imports stand below.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import app
from app.system.isolation.network_guard import NetworkGuard
from app.system.language import choose_language

if TYPE_CHECKING:
    from app.domain.model import ModelFile
    from app.markup.transfer.values import Exporter
    from app.services.core.settings import SettingsService
    from app.services.moving import MovePlan
    from app.system.instance_lock import InstanceLock

STARTING_SECONDS = 5.0  # that a copy is given which holds the lock and shows no window yet
LOOK_SECONDS = 0.05
OPENABLE = {".gguf", ".phial"}  # what the system opens with Phial


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Phial and return its exit code; see :mod:`app.cli` for their meaning."""
    guard = NetworkGuard()
    guard.install()
    choose_language()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--engine-host"]:  # a frozen program starts itself as its engine process
        return _engine()
    if words[:1] == ["--document-reader"]:
        return _document_reader()
    if words[:1] == ["--embedder"]:
        return _embedder()
    gc.disable()  # of what a start makes nearly all stays: looking for garbage is a 20th of it
    if words and Path(words[0]).suffix.lower() in OPENABLE:
        words.insert(0, "--open")  # as file managers and people without options do it
    from app.cli import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE
    from app.cli.streams import NobodyReadsError, one_line, open_streams, tell
    from app.cli.values import WrongUsageError
    from app.domain.errors import KnownError

    open_streams()
    parser = _parser(words)
    options = parser.parse_args(words)
    try:
        return _run(options, parser, guard)
    except WrongUsageError as error:
        tell(f"phial: {one_line(str(error))}")  # not shown
        return EXIT_USAGE
    except NobodyReadsError:
        return EXIT_FAILED
    except KnownError as error:
        from app.cli.talk.failure_words import told

        tell(f"phial: {one_line(told(error))}")  # not shown
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    finally:
        gc.enable()


def _engine() -> int:
    """The engine process, which has no network from here on."""
    from app.system.isolation.confinement import confine

    confinement = confine()  # before anything else is imported: a library may start threads
    from app.engine.process.host import main as host

    return host(confinement)


def _document_reader() -> int:
    """The process that reads other people's files, which has no network from here on."""
    from app.system.isolation.confinement import confine

    confine()
    from app.documents.process.host import main as reader

    return reader()


def _embedder() -> int:
    """The process that turns passages into vectors, which has no network from here on."""
    from app.system.isolation.confinement import confine

    confine()
    from app.engine.embedding.host import main as embedder

    return embedder()


def _run(options: argparse.Namespace, parser: argparse.ArgumentParser, guard: NetworkGuard) -> int:
    if options.run is not None:
        return _terminal(options, parser, guard)
    if options.self_test:
        return _self_test()
    return _window(options, guard)


def _parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser of the program; each command that it knows costs the import of its module.

    Args:
        words: What stands on the command line; None makes a parser of everything.
    """
    from app.cli.commands import COMMANDS, commands_in, declare
    from app.cli.streams import Parser
    from app.cli.values import model, path
    from app.language import tr

    parser: argparse.ArgumentParser = Parser(
        prog="phial",
        description=tr("Phi-4 on your own computer, offline. Without a command, the window opens."),
        epilog=_exit_codes(),
    )
    version = f"phial {app.__version__}"  # not shown: names
    shown = tr("show program's version number and exit")
    parser.add_argument("--version", action="version", version=version, help=shown)
    parser.add_argument(
        "--open",
        type=path,
        metavar="FILE",
        nargs="*",
        default=[],
        help=tr("use a model file, or import exported chats"),
    )
    parser.add_argument(
        "--quick", action="store_true", help=tr("ask one question in a small window")
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--demo", action="store_true", help=tr("open on the built-in demo model"))
    either.add_argument(
        "--model",
        dest="window_model",  # a command has a --model of its own, which would hide this one
        type=model,
        metavar="PATH",
        help=tr("open on this GGUF file"),
    )
    either.add_argument(
        "--self-test", action="store_true", help=tr("check every part of this installation")
    )
    parser.add_argument(
        "--debug",
        dest="log_level",
        action="store_const",
        const=logging.DEBUG,
        default=logging.INFO,
        help=tr("log every event, slow frames and the engine's details; before a command too"),
    )
    parser.set_defaults(run=None)
    if wanted := COMMANDS if words is None else commands_in(words):
        commands = parser.add_subparsers(title=tr("in the terminal"), metavar="COMMAND")
        for name in wanted:
            declare(name, commands, parser, _pdf)
    return parser


def _exit_codes() -> str:
    from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE
    from app.language import tr

    return tr(
        "Exit codes: {done} done, {failed} could not be done, {usage} wrong usage, "
        "{interrupted} stopped by Ctrl+C.",
        done=str(EXIT_DONE),
        failed=str(EXIT_FAILED),
        usage=str(EXIT_USAGE),
        interrupted=str(EXIT_INTERRUPTED),
    )


def _pdf() -> Exporter:
    """What writes PDF; Qt draws it, without a window and without a display."""
    from app.system.display import has_display

    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.ui.transfer.pdf import windowless_exporter

    return windowless_exporter()


def _terminal(
    options: argparse.Namespace, parser: argparse.ArgumentParser, guard: NetworkGuard
) -> int:
    from app.cli.streams import one_line, tell
    from app.language import tr
    from app.setup import prepare

    of_window = (options.open, options.demo, options.window_model, options.quick)
    if any((*of_window, options.self_test)):
        parser.error(tr("options before a command are the window's; a command's stand behind it"))
    with prepare(log_level=options.log_level, guard=guard) as setup:
        for told in setup.settings.problems:
            tell(f"phial: {one_line(told)}")  # not shown
        gc.freeze()
        gc.enable()
        result: int = options.run(options, setup)
        return result


def _window(options: argparse.Namespace, guard: NetworkGuard) -> int:
    from app.cli import EXIT_FAILED
    from app.cli.streams import tell
    from app.language import tr
    from app.system.display import has_display
    from app.ui.core.own_import import own_import

    if not has_display():
        told = tr(
            "no display was found, so no window can be shown. Use 'phial chat' in the terminal."
        )
        tell(f"phial: {told}")  # not shown: the name of the command
        return EXIT_FAILED
    with own_import():
        import PySide6.QtCore  # noqa: F401
    from app.domain.model import DEMO
    from app.services.models.model_files import find_model
    from app.ui.start_failure import FailuresShown

    named = DEMO if options.demo else options.window_model
    chosen = find_model(named) if named else None  # who types an option reads the terminal
    with FailuresShown():
        files = [str(name.absolute()) for name in options.open]
        code = _open_window(files, chosen, options.log_level, guard, quick=options.quick)
        from app.ui.application import RESTART

        if code == RESTART:
            _become_the_new_one()
        return code
    return EXIT_FAILED


def _become_the_new_one() -> NoReturn:
    """Become the program that is on the disk now, in the same process."""
    from app.system.bundled import program_words

    words = program_words()
    os.execv(words[0], words)  # noqa: S606 - the program itself, no shell


def _open_window(
    files: list[str],
    chosen: ModelFile | None,
    log_level: int,
    guard: NetworkGuard,
    *,
    quick: bool,
) -> int:
    from app.cli import EXIT_DONE
    from app.compose import build_services
    from app.domain.model import DEMO
    from app.setup import prepare
    from app.system.instance_lock import InstanceLock
    from app.ui.application import run
    from app.ui.start_progress import StartProgress

    setup = prepare(log_level=log_level, guard=guard)
    with setup, InstanceLock(setup.folders.data) as lock:
        # The copy that runs asks before it changes models, so it is given the file to open.
        wanted = [str(chosen.path.absolute())] if chosen is not None else []
        if not _is_alone(lock, [*wanted, *files], quick=quick):
            return EXIT_DONE
        if chosen is not None:
            _use_model(setup.settings, DEMO if chosen.demo else str(chosen.path.absolute()))
        with StartProgress() as starting:
            built = build_services(setup, progress=starting.tell)
        with closing(built) as services:
            code = run(services, channel=lock.channel, files=files, quick=quick)
        move = services.moving().wanted
        if move is not None:  # everything is closed, and the lock is held
            return _move(move)
        return code


def _is_alone(lock: InstanceLock, files: list[str], *, quick: bool) -> bool:
    """Take the lock; False where another copy runs, which has been asked to come forward.

    One that starts, as after a click too many, answers when its window is there.

    Raises:
        StoreBusyError: Another copy runs and does not answer.
    """
    from app.domain.errors import StoreBusyError
    from app.language import tr
    from app.ui.core.single_instance import request_activation

    patient_until = time.monotonic() + STARTING_SECONDS
    while not lock.acquire():
        channel = lock.channel
        if channel and request_activation(channel, files, quick=quick):
            return False
        if time.monotonic() > patient_until:
            raise StoreBusyError(
                tr("Another copy of Phial is running with this data folder, but does not answer."),
                action=tr("End it, or wait until it ends, and start Phial again."),
            )
        time.sleep(LOOK_SECONDS)
    return True


def _move(plan: MovePlan) -> int:
    """Move the data, say what came of it where it failed, and start again."""
    from app.domain.errors import KnownError
    from app.language import tr
    from app.services.moving import move_data
    from app.ui.application import RESTART
    from app.ui.start_failure import show_failure
    from app.ui.start_progress import StartProgress

    words = tr("Your data is moved to {folder}. It is safe if this is interrupted.",
               folder=str(plan.target))  # fmt: skip
    try:
        with StartProgress(0, words, stoppable=True) as progress:
            move_data(plan, progress.tell, stopped=lambda: progress.stopped)
    except KnownError as error:
        show_failure(error)
    return RESTART


def _use_model(settings: SettingsService, path: str) -> None:
    from app.domain.errors import DiskFullError, ReadOnlyStoreError

    try:
        settings.update(model_path=path, welcomed=True)
    except (DiskFullError, ReadOnlyStoreError):
        settings.keep_in_memory()  # the window says why; the chats can be read nevertheless
        settings.update(model_path=path, welcomed=True)


def _self_test() -> int:
    from app.system.display import has_display

    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.ui.self_test import run

    return run()
