"""``phial doctor``: what this computer offers and what Phial does with it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.cli import EXIT_DONE, EXIT_FAILED
from app.cli.streams import complain, json_text, one_line, say, tell
from app.cli.talk.setting_words import setting_value
from app.cli.values import model as model_value
from app.cli.values import path
from app.compose import connection_log, make_engine, named_file
from app.domain.endpoints.source import FileSource
from app.domain.errors import KnownError, ModelFileError
from app.domain.model import DEMO
from app.domain.options import Section
from app.domain.settings import SHOWN
from app.hub.local.installed_models import InstalledModels
from app.language import paragraph, tr
from app.services.doctor import examine
from app.services.models.model_fit import request_of
from app.services.privacy.offline_report import (
    OfflineReport,
    hash_note,
    model_files,
    packages,
    program_files,
    variables,
)
from app.services.privacy.protection import Protection
from app.services.privacy.report_page import offline_page
from app.services.transfer.transfer_files import atomic_file
from app.setup import Setup
from app.store import EndpointStore
from app.system.hardware import machine

_STDOUT = Path("-")


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
    parser.add_argument(
        "--offline-report",
        type=path,
        metavar="FILE",
        help=tr(
            "instead, write a page that says what Phial connected to and what keeps it from the "
            "network; - prints it"
        ),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Print the report; exit 1 when the engine cannot be asked."""
    if options.offline_report is not None:
        _write_offline_report(setup, options.offline_report)
        return EXIT_DONE
    settings = setup.settings.current
    chosen = options.model or settings.model_path or DEMO
    try:
        place = named_file(setup, chosen).path
    except ModelFileError:
        place = Path(chosen)  # the plan tells what is wrong with it, beside everything else
    load = request_of(settings, FileSource(place))
    engine = make_engine(setup)
    try:
        report = examine(engine, setup.folders, _steps(setup), load)
        kept = engine.confinement
    finally:
        engine.close()
    held = Protection(settings.offline, setup.guard.installed, kept)
    report = replace(report, protection=held)
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


def _write_offline_report(setup: Setup, target: Path) -> None:
    """Start the engine's process, look at everything, and write the page.

    Raises:
        KnownError: The file cannot be written.
    """
    page = offline_page(_offline_report(setup))
    if target == _STDOUT:
        say(page)
        return
    with atomic_file(target) as file:
        file.write(page.encode("utf-8", "replace"))
    tell(tr("The report is in {path}.", path=str(target)))


def _offline_report(setup: Setup) -> OfflineReport:
    log = connection_log(setup.folders)
    log.start()
    settings = setup.settings.current
    shown = [spec for spec in SHOWN.values() if spec.option.section is Section.PRIVACY]
    endpoints = EndpointStore(setup.folders.data / "endpoints.json").all()
    return OfflineReport(
        made=datetime.now().astimezone(),
        machine=machine(),
        protection=_protection(setup),
        settings=(
            *((spec.option.label, setting_value(settings, spec)) for spec in shown),
            *((tr("Endpoint {name}", name=one.name), one.address) for one in endpoints),
        ),
        variables=tuple(variables()),
        connections=log.read(),
        packages=packages(),
        program=program_files(),
        models=tuple(model_files(_listed(setup), hash_note)),
    )


def _listed(setup: Setup) -> list[tuple[Path, str]]:
    """Files of the listed models, each with the hash that the list has."""
    models = InstalledModels(setup.folders.data / "models.json").models()
    found = []
    for model in models:
        hashes = (*model.sha256, *("" for _ in model.paths))
        found += list(zip(model.paths, hashes, strict=False))
    return found


def _protection(setup: Setup) -> Protection:
    """What is in force now; the engine's process is started to see what the system grants it."""
    engine = make_engine(setup)
    try:
        engine.devices()
        kept = engine.confinement
    except KnownError as error:
        tell(paragraph(tr("The engine could not be asked."), error.what))
        kept = None
    finally:
        engine.close()
    return Protection(setup.settings.current.offline, setup.guard.installed, kept)
