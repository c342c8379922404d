"""``phial ask``: one question, one answer."""

from __future__ import annotations

import argparse
import os
import stat
import sys
import threading

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.drawing.answer import AnswerOutput, answer_output
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import complain, json_text, say
from app.cli.talk.setting_words import add_setting_options, given_settings
from app.cli.values import MODEL_HELP, WrongUsageError
from app.cli.values import model as model_value
from app.compose import Setup, make_engine, named_model
from app.domain.errors import LoadCancelledError
from app.domain.generation import (
    Finished,
    GenerationRequest,
    Role,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.model import LoadRequest, ModelFile
from app.engine.base import Engine
from app.hub.api.catalog import load_catalog
from app.language import paragraph, tr
from app.services.models.model_files import DEMO
from app.services.models.model_fit import request_of
from app.system.bundled import bundled


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "ask", help=tr("ask one question; the answer streams to the output")
    )
    parser.add_argument(
        "prompt",
        metavar="PROMPT",
        help=tr("the question; what is piped in is joined to it, and - stands for that alone"),
    )
    parser.add_argument("--model", type=model_value, metavar="MODEL", help=MODEL_HELP)
    add_setting_options(parser)
    parser.add_argument("--json", action="store_true", help=tr("one object instead of text"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Answer and exit.

    Raises:
        KnownError: The reason nothing was answered.
    """
    setup.settings.override(**given_settings(options))
    settings = setup.settings.current
    model = named_model(setup, options.model or settings.model_path or DEMO)
    catalog = load_catalog(bundled("models", "catalog.json"))
    family = catalog.family_of(model.name, model.path.stem)
    system = settings.system_prompt
    turns = [Turn(Role.SYSTEM, system)] if system.strip() else []
    turns.append(Turn(Role.USER, _prompt(options.prompt)))
    request = GenerationRequest(
        conversation_id="",
        turns=tuple(turns),
        sampling=settings.sampling(family.sampling if family else None),
        private=True,
        replace_system=settings.replace_model_prompt,
    )
    engine = make_engine(setup)
    output = None if options.json else answer_output()
    try:
        with stop_on_interrupt() as stop:
            return _answer(engine, request_of(settings, model.path), request, model, stop, output)
    finally:
        engine.close()


def _answer(
    engine: Engine,
    load: LoadRequest,
    request: GenerationRequest,
    model: ModelFile,
    stop: threading.Event,
    output: AnswerOutput | None,
) -> int:
    try:
        engine.load(load, lambda _fraction: None, stop)
    except LoadCancelledError:
        return EXIT_INTERRUPTED
    pieces: list[str] = []
    finished: Finished | None = None
    for event in engine.generate(request, stop):
        match event:
            case TextDelta(text):
                pieces.append(text)
                if output is not None:
                    output.add(text)
            case Finished():
                finished = event
    if output is not None:
        output.finish()
    if finished is None:
        complain(paragraph(tr("The engine ended without an answer."), tr("Try again.")))
        return EXIT_FAILED
    if output is None:
        say(json_text(_result("".join(pieces), finished, model), indent=None) + "\n")
    if finished.reason is StopReason.ENGINE_DIED:
        complain(tr("The engine ended in the middle of the answer."))
        return EXIT_FAILED
    return EXIT_INTERRUPTED if finished.reason is StopReason.STOPPED else EXIT_DONE


def _result(text: str, finished: Finished, model: ModelFile) -> dict[str, object]:
    timings = finished.timings
    return {
        "text": text,
        "stop_reason": finished.reason.value,
        "prompt_tokens": timings.prompt_tokens,
        "completion_tokens": timings.completion_tokens,
        "prompt_seconds": round(timings.prompt_seconds, 6),
        "completion_seconds": round(timings.completion_seconds, 6),
        "model": str(model.path) if not model.demo else DEMO,
        "seed": finished.seed,
    }


def _prompt(argument: str) -> str:
    """The question, and behind it what is piped in: a question about a text stands before it."""
    parts = [] if argument == "-" else [argument]
    if argument == "-" or _is_piped():
        parts.append(sys.stdin.buffer.read().decode("utf-8", errors="surrogateescape"))
    if not parts[0].strip():
        raise WrongUsageError(tr("The question is empty."), data="", action=tr("Give some text."))
    return "\n\n".join(part for part in parts if part.strip())


def _is_piped() -> bool:
    """Whether the input is a pipe or a file; a terminal or the null device has no text to give."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):  # no descriptor behind it
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
