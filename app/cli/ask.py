"""``phial ask``: one question, one answer."""

from __future__ import annotations

import argparse
import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.documents.attachments import (
    Attached,
    add_attach_options,
    attach,
    citation_rows,
    print_citations,
    source_rows,
)
from app.cli.drawing.answer import AnswerOutput, answer_output
from app.cli.interrupt import stop_on_interrupt
from app.cli.presets import PRESET_HELP, preset_words, presets_of
from app.cli.streams import complain, json_text, say, tell
from app.cli.talk.form_options import add_form_options, form_given, form_row
from app.cli.talk.setting_words import add_setting_options, given_settings
from app.cli.values import MODEL_HELP, WrongUsageError, words
from app.cli.values import model as model_value
from app.compose import build_reach, named_models
from app.domain.conversation import Message, MessageStatus
from app.domain.errors import (
    DocumentReadCancelledError,
    EngineError,
    InvalidValueError,
    KnownError,
    LoadCancelledError,
    OfflineError,
)
from app.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    PartAdded,
    ReasoningDelta,
    ReasoningEnded,
    ReasoningStarted,
    Role,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.grammar.form import Form
from app.domain.model import DEMO, ChosenModel, LoadRequest, ModelFile, finds_lines_only
from app.domain.parts import told_parts
from app.domain.presets.preset import ChatOptions
from app.language import tr
from app.services.core.ids import utc_now
from app.services.presets.answer_options import AnswerOptions, system_prompt
from app.setup import Setup
from app.system.bundled import bundled

if TYPE_CHECKING:
    from app.engine.base import Engine
    from app.services.chat.answer_in_progress import AnswerEvent, AnswerInProgress

ENGINE_DIED = tr("The engine ended in the middle of the answer.")
CONTEXT_UNKNOWN = 8_192  # tokens; what a model's own choice is mostly not below


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "ask", help=tr("ask one question; the answer streams to the output")
    )
    parser.add_argument(
        "prompt",
        metavar="PROMPT",
        nargs="?",
        help=tr("the question; what is piped in is joined to it, or is it where none is given"),
    )
    parser.add_argument("--model", type=model_value, metavar="MODEL", help=MODEL_HELP)
    add_attach_options(parser)
    parser.add_argument("--preset", type=words, metavar="PRESET", help=PRESET_HELP)
    add_setting_options(parser, {"--preset": preset_words()})
    add_form_options(parser)
    parser.add_argument("--json", action="store_true", help=tr("one object instead of text"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Answer and exit.

    Raises:
        KnownError: The reason nothing was answered.
    """
    from app.hub.api.catalog import load_catalog
    from app.services.core.formatting import whose_computer
    from app.services.models.model_files import advised_sampling
    from app.services.models.model_fit import request_of

    question = _prompt(options.prompt)
    form = form_given(options)
    setup.settings.override(**given_settings(options))
    presets = presets_of(setup)
    preset = presets.find(options.preset) if options.preset else None
    reach = build_reach(setup)
    model = named_models(setup, reach).asked(options.model, preset, setup.settings.current)
    if not options.model and (where := whose_computer(model)):  # who named it knows
        tell(where)
    catalog = load_catalog(bundled("models", "catalog.json"))
    answering = AnswerOptions(setup.settings, presets, partial(advised_sampling, catalog))
    from app.services.chat.homework import check_of, checked_text
    from app.services.chat.prompt_messages import offers_calculator, with_calculator

    if form is None and preset is not None and not options.only_quote:
        form = preset.answer_form
    found = check_of(question) if preset is not None and preset.checks else ""
    own = ChatOptions(preset=preset.id if preset is not None else "")
    in_force = answering.in_force(own, model)
    settings = in_force.settings
    system = system_prompt(setup.settings, preset)
    load = request_of(settings, model.source)
    try:
        attached = attach(
            options,
            question,
            load.context_size or CONTEXT_UNKNOWN,
            setup,
            demo=finds_lines_only(model),
        )
    except DocumentReadCancelledError:
        return EXIT_INTERRUPTED
    if attached is not None:
        system = attached.plan.system_prompt(system)
        question = attached.plan.question(question)
    if found:
        tell(found)
        question = checked_text(question, found)
    if form is not None:
        from app.domain.grammar.form_grammar import form_told

        question = f"{question}\n\n{form_told(form)}"
    grammar = _grammar(form, attached)
    calculator = offers_calculator(preset, model, form) and not grammar
    if calculator:
        system = with_calculator(system)
    turns = [Turn(Role.SYSTEM, system)] if system.strip() else []
    turns.append(Turn(Role.USER, question))
    request = GenerationRequest(
        conversation_id="",
        turns=tuple(turns),
        sampling=answering.sampling(in_force, model),
        private=True,
        replace_system=settings.replace_model_prompt,
        grammar=grammar,
        calculator=calculator,
    )
    output = None if options.json else answer_output()
    with closing(reach.engine) as engine:
        return _answer(engine, load, request, model, output, attached, form)


def _grammar(form: Form | None, attached: Attached | None) -> str:
    """What the sampler keeps the answer to: quotations alone before a form; empty for neither."""
    if attached is not None and attached.quotes:
        return attached.quotes.grammar
    if form is None:
        return ""
    from app.domain.grammar.form_grammar import form_grammar

    return form_grammar(form, bare=True)


def _answer(
    engine: Engine,
    load: LoadRequest,
    request: GenerationRequest,
    model: ChosenModel,
    output: AnswerOutput | None,
    attached: Attached | None,
    form: Form | None,
) -> int:
    try:
        with stop_on_interrupt() as stop:
            return _write_answer(engine, load, request, model, stop, output, attached, form)
    except (EngineError, OfflineError) as error:
        complain(_told(error))
        return EXIT_FAILED


def _write_answer(
    engine: Engine,
    load: LoadRequest,
    request: GenerationRequest,
    model: ChosenModel,
    stop: threading.Event,
    output: AnswerOutput | None,
    attached: Attached | None,
    form: Form | None,
) -> int:
    from app.services.chat.answer_in_progress import AnswerInProgress

    try:
        engine.load(load, lambda _fraction: None, stop)
    except LoadCancelledError:
        return EXIT_INTERRUPTED
    said = AnswerInProgress(
        Message("", "", None, Role.ASSISTANT, "", MessageStatus.STREAMING, utc_now())
    )
    events = engine.generate(request, stop)
    if attached is not None and attached.quotes is not None:
        from app.services.documents.quoting import quoted_events

        events = quoted_events(events, attached.quotes)
    finished = _write(events, said, output)
    text, placed = said.so_far()
    if output is not None and (text or placed or isinstance(finished, Finished)):
        output.finish()
    if isinstance(finished, KnownError):
        if output is None and (text or placed):  # what came before it went wrong
            say(json_text(_result(said, finished, model), indent=None) + "\n")
        complain(_told(finished))
        return EXIT_FAILED
    ended = finished.reason is StopReason.END_OF_TURN
    kept = form_row(form, text, ended=ended) if form is not None else {"valid": True}
    citations = attached.citations(text) if attached is not None else ()
    if output is not None:
        if attached is not None and (citations or attached.quotes is None):
            print_citations(citations)
    else:
        result = _result(said, finished, model)
        if attached is not None:
            result["attachments"] = list(attached.rows)
            result["reading"] = attached.plan.mode.value
            result["sources"] = source_rows(attached.plan)
            result["citations"] = citation_rows(citations)
        if form is not None:
            result["form"] = kept
        say(json_text(result, indent=None) + "\n")
    if finished.reason is StopReason.ENGINE_DIED:
        complain(ENGINE_DIED)
        return EXIT_FAILED
    if finished.reason is StopReason.STOPPED:
        return EXIT_INTERRUPTED
    if not kept["valid"]:
        complain(
            tr("The answer is not complete in its form.")
            if not ended
            else tr("The answer does not keep to its form.")
        )
        return EXIT_FAILED
    return EXIT_DONE


def _write(
    events: Iterator[GenerationEvent], said: AnswerInProgress, output: AnswerOutput | None
) -> Finished | KnownError:
    """Take an answer in as it comes, and show it; how it ended."""
    finished: Finished | None = None
    try:
        for event in events:
            match event:
                case (
                    TextDelta()
                    | ReasoningStarted()
                    | ReasoningDelta()
                    | ReasoningEnded()
                    | PartAdded()
                ):
                    said.take(event)
                    if output is not None:
                        _show(event, output)
                case Finished():
                    finished = event
    except (EngineError, OfflineError) as error:
        return error
    return finished or EngineError(tr("The engine ended without an answer."))


def _told(error: KnownError) -> str:
    from app.cli.talk.failure_words import told_of_question  # not before something fails

    return told_of_question(error)


def _show(event: AnswerEvent, output: AnswerOutput) -> None:
    if isinstance(event, TextDelta):
        output.add(event.text)
    elif isinstance(event, ReasoningDelta):
        output.think(event.text)
    elif isinstance(event, PartAdded):
        output.add_part(event.part)


def _result(
    said: AnswerInProgress, ended: Finished | KnownError, model: ChosenModel
) -> dict[str, object]:
    """An answer as data; None for what nobody told."""
    text, placed = said.so_far()
    told: dict[str, object] = {
        "text": text, "parts": told_parts(placed), "stop_reason": None, "prompt_tokens": None,
        "completion_tokens": None, "prompt_seconds": None, "completion_seconds": None,
        "model": _name(model), "seed": None, "error": None,
    }  # fmt: skip
    if isinstance(ended, KnownError):
        return told | {"error": _told(ended)}
    timings = ended.timings
    return told | {
        "stop_reason": ended.reason.value,
        "prompt_tokens": timings.prompt_tokens or None,
        "completion_tokens": timings.completion_tokens,
        "prompt_seconds": round(timings.prompt_seconds, 6),
        "completion_seconds": round(timings.completion_seconds, 6),
        "seed": ended.seed,
        "error": ENGINE_DIED if ended.reason is StopReason.ENGINE_DIED else None,
    }


def _name(model: ChosenModel) -> str:
    """How the model is named to ask it again."""
    if not isinstance(model, ModelFile):
        return str(model.source)
    return DEMO if model.demo else str(model.path)


def _prompt(argument: str | None) -> str:
    """The question, and behind it what is piped in: a question about a text stands before it."""
    parts = [] if argument in (None, "-") else [argument or ""]
    if argument == "-" or _is_piped():
        parts.append(_piped_in())
    if not parts or not parts[0].strip():
        raise WrongUsageError(tr("The question is empty."), data="", action=tr("Give some text."))
    return "\n\n".join(part for part in parts if part.strip())


def _piped_in() -> str:
    """What is piped in.

    Raises:
        InvalidValueError: It is no text.
    """
    from app.services.transfer.text_files import decoded  # not where nothing is piped in

    given = sys.stdin.buffer.read()
    text = decoded(given)
    if text is None:
        with suppress(UnicodeDecodeError):
            return given.decode()  # a text all the same, with a NUL in it
        raise InvalidValueError(
            tr("What is piped in is not a text. Phi-4 reads text only."),
            data=tr("Nothing was asked."),
            action=tr("A document is read with --attach."),
        )
    return text


def _is_piped() -> bool:
    """Whether the input is a pipe or a file; a terminal or the null device has no text to give."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):  # no descriptor behind it
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
