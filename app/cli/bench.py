"""``phial bench``: how fast this machine is with a model, through the whole product path."""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

from app.cli import EXIT_DONE, EXIT_INTERRUPTED
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import json_text, say, tell
from app.cli.values import FILE_HELP
from app.cli.values import model as model_value
from app.compose import make_benchmark_engine, named_file
from app.domain.model import DEMO
from app.language import tr
from app.services.models.bench import measure, report_table
from app.services.models.benchmark_runner import process_memory
from app.services.models.model_fit import request_of
from app.setup import Setup


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("bench", help=tr("measure this machine with a model"))
    parser.add_argument("--model", type=model_value, metavar="MODEL", help=FILE_HELP)
    parser.add_argument("--json", action="store_true", help=tr("one object instead of a table"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Measure and print.

    Raises:
        KnownError: The model cannot be used, or the engine died.
    """
    settings = setup.settings.current
    model = named_file(setup, options.model or settings.model_path or DEMO)
    load = request_of(settings, model.source)
    with tempfile.TemporaryDirectory(prefix="phial-bench-") as folder, stop_on_interrupt() as stop:
        make = partial(make_benchmark_engine, setup, Path(folder))
        report = measure(make, load, process_memory, _say, stop)
    if report is None:
        return EXIT_INTERRUPTED
    text = json_text(report.as_dict()) if options.json else report_table(report)
    say(text + "\n")
    return EXIT_DONE


def _say(text: str, done: int, steps: int) -> None:
    tell(f"{done + 1}/{steps} {text} …")
