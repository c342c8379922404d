"""``phial move``: all of Phial's data to another folder."""

from __future__ import annotations

import argparse

from app.cli import EXIT_DONE
from app.cli.drawing.progress_line import ProgressLine
from app.cli.streams import say, tell
from app.cli.values import path
from app.domain.errors import StoreBusyError
from app.language import tr
from app.services.core import formatting
from app.services.moving import FOLDER_NAME, move_data, open_moved, plan_move, told_removed
from app.setup import Setup
from app.system.instance_lock import InstanceLock


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its argument."""
    parser = commands.add_parser("move", help=tr("move all of Phial's data to another folder"))
    parser.add_argument(
        "folder",
        type=path,
        metavar="FOLDER",
        help=tr("in which a folder named {name} is made for it", name=FOLDER_NAME),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Move it, open it once at its new place, and remove the old copy.

    Raises:
        KnownError: It was not moved, and everything is as it was; or the old copy cannot be
            removed.
    """
    with InstanceLock(setup.folders.data) as lock:
        if not lock.acquire():
            raise StoreBusyError(
                tr("Phial's window is open."),
                data=tr("Nothing was moved; your data is where it was."),
                action=tr("Close it, or move the data in its settings under Storage."),
            )
        plan = plan_move(setup.folders, options.folder)
        needed, free = formatting.size(plan.needed), formatting.size(plan.free)
        tell(tr("Copies {needed} to {folder}, where {free} are free.",
                needed=needed, folder=str(plan.target), free=free))  # fmt: skip
        line = ProgressLine()
        try:
            move_data(plan, lambda done: line.show(
                tr("Your data is copied and compared: {share}", share=formatting.percent(done))
            ))  # fmt: skip
        except KeyboardInterrupt:
            line.clear()
            tell(tr("Nothing was moved; your data is where it was."))
            raise
        finally:
            line.clear()
    for sentence in told_removed(open_moved(plan), plan.target):
        say(sentence + "\n")
    return EXIT_DONE
