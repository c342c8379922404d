"""``phial bench``: how fast this machine is with a model, through the whole product path."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import psutil

from app.cli import EXIT_DONE, EXIT_INTERRUPTED
from app.cli.interrupt import stop_on_interrupt
from app.compose import Setup, make_engine
from app.domain.errors import LoadCancelledError
from app.domain.model import LoadRequest
from app.engine.base import Engine
from app.engine.client import EngineClient
from app.services.bench import BenchReport, measure
from app.services.models import DEMO, find_model
from app.services.words import size


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("bench", help="measure this machine with a model")
    parser.add_argument("--model", metavar="PATH", help="a GGUF file, or 'demo'")
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Measure and print.

    Raises:
        KnownError: The model cannot be used, or the engine died.
    """
    settings = setup.settings.current
    model = find_model(options.model or settings.model_path or DEMO)
    load = LoadRequest(
        path=model.path,
        context_size=settings.context_size,
        gpu_layers=settings.gpu_layers,
        kv_type=settings.kv_type,
        threads=settings.threads,
    )
    with tempfile.TemporaryDirectory(prefix="phial-bench-") as folder, stop_on_interrupt() as stop:
        make = partial(_make, setup, Path(folder))
        try:
            report = measure(make, load, _memory, _say, stop)
        except LoadCancelledError:
            report = None
    if report is None:
        return EXIT_INTERRUPTED
    text = json.dumps(report.as_dict(), indent=2) if options.json else _table(report)
    sys.stdout.write(text + "\n")
    return EXIT_DONE


def _make(setup: Setup, snapshots: Path, drafting: bool) -> Engine:
    return make_engine(setup, snapshots=snapshots, drafting=drafting)


def _memory(engine: Engine) -> int:
    pid = engine.pid if isinstance(engine, EngineClient) else None
    return int(psutil.Process(pid).memory_info().rss) if pid else 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text} …\n")


def _table(report: BenchReport) -> str:
    model = report.model
    head = (
        f"{model.name} {model.quantization}, context {model.context_size:,} tokens, "
        f"loaded in {report.load_seconds:.2f} s, {size(report.memory)} of memory"
    )
    columns = "prompt tokens   reading t/s   answer t/s   first token cold   same chat"
    rows = [
        f"{depth.prompt_tokens:>13,} {depth.prompt_rate:>13.1f} {depth.answer_rate:>12.1f}"
        f" {depth.first_token_cold:>16.3f} s {depth.first_token_same_chat:>9.3f} s"
        for depth in report.depths
    ]
    restart = f"After a restart: first token in {report.first_token_restored:.3f} s, " + (
        f"{report.restored_tokens:,} tokens from the snapshot"
        if report.restored_tokens
        else "read again, which is as quick here"
    )
    repeat = (
        f"Repeating its prompt: {report.repeat_rate:.1f} tokens/s with lookup drafting, "
        f"{report.repeat_rate_plain:.1f} without"
    )
    return "\n".join([head, "", columns, *rows, "", restart, repeat])
