"""``phial doctor``: what this computer offers and what Phial does with it."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli import EXIT_DONE, EXIT_FAILED
from app.cli.streams import complain, json_text, one_line, say
from app.cli.values import model as model_value
from app.compose import Setup, make_engine, named_model
from app.domain.errors import KnownError, ModelFileError
from app.language import tr
from app.services.doctor import examine
from app.services.models.model_files import DEMO
from app.services.models.model_fit import request_of


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("doctor", help=tr("versions, processor, devices, memory, folders"))
    parser.add_argument(
        "--model",
        type=model_value,
        metavar="MODEL",
        help=tr("plan for a GGUF file, a name of 'phial models list', or 'demo'"),
    )
    parser.add_argument("--json", action="store_true", help=tr("one object instead of lines"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Print the report; exit 1 when the engine cannot be asked."""
    settings = setup.settings.current
    chosen = options.model or settings.model_path or DEMO
    try:
        path = named_model(setup, chosen).path
    except ModelFileError:
        path = Path(chosen)  # the plan tells what is wrong with it, beside everything else
    load = request_of(settings, path)
    engine = make_engine(setup)
    try:
        report = examine(engine, setup.folders, _steps(setup), load)
    finally:
        engine.close()
    text = json_text(report.as_dict()) if options.json else "\n".join(map(one_line, report.lines()))
    say(text + "\n")
    return EXIT_FAILED if report.engine_problem else EXIT_DONE


def _steps(setup: Setup) -> dict[str, int]:
    """What is remembered of this machine; a report is needed most where something is wrong."""
    try:
        return setup.ladder.steps()
    except KnownError as error:
        complain(str(error))
        return {}
