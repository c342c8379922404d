"""``phial serve``: serves the model to other programs of this computer, without a window."""

from __future__ import annotations

import argparse
import json
import queue
import threading
from contextlib import closing

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import complain, one_line, say, tell
from app.cli.talk.failure_words import told as failure_told
from app.cli.talk.setting_words import allowed, value_of
from app.cli.values import FILE_HELP
from app.cli.values import model as model_value
from app.cli.values import path as path_value
from app.compose import build_models, build_reach, build_serving, named_models
from app.domain.errors import KnownError, LoadCancelledError
from app.domain.model import DEMO
from app.domain.network.serving import ServedRequest, ServedStatus, ServingState
from app.domain.settings import SPECS
from app.language import paragraph, tr, trn
from app.language.numbers import write
from app.services.core.events import ErrorReported, Event, ServingChanged
from app.services.core.formatting import join, served_status
from app.services.serving.served_answers import served_name
from app.services.serving.serving_service import ServingService
from app.setup import Setup
from app.system.terminal import asking_line

POLL_SECONDS = 0.1  # how soon Ctrl+C is noticed
_OPEN = {ServedStatus.WAITING, ServedStatus.RUNNING}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "serve", help=tr("serve the model to other programs, over OpenAI's protocol")
    )
    parser.add_argument("--model", type=model_value, metavar="MODEL", help=FILE_HELP)
    parser.add_argument(
        "--port",
        type=_port,
        metavar="PORT",
        help=tr("where to listen on 127.0.0.1 and ::1; 0 takes any that is free"),
    )
    context = SPECS["context_size"]
    parser.add_argument(
        "--ctx",
        dest="context_size",
        default=argparse.SUPPRESS,
        type=value_of(context),
        metavar="VALUE",
        help=f"{context.option.label}: {allowed(context)}.",
    )
    parser.add_argument(
        "--key-file",
        type=path_value,
        metavar="FILE",
        help=tr("the file with the key that clients must show; made if it is not there"),
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help=tr("a web page that may ask, such as https://example.org; may be repeated"),
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, setup: Setup) -> int:
    """Listen until Ctrl+C.

    Raises:
        KnownError: The model cannot be used.
    """
    if hasattr(options, "context_size"):
        setup.settings.override(context_size=options.context_size)
    settings = setup.settings.current
    reach = build_reach(setup)
    model = named_models(setup, reach).file(options.model or settings.model_path or DEMO)
    port = settings.serving_port if options.port is None else options.port
    origins = " ".join([settings.serving_origins, *options.origin])
    room = build_models(setup, reach, model=model, queue="downloads-terminal.json", window=False)
    with (
        closing(room),
        closing(build_serving(setup, room, options.key_file)) as serving,
        stop_on_interrupt() as stop,
    ):
        tell(tr("Loading {model}…", model=model.label))
        try:
            room.executor.submit(lambda: room.models.ensure_loaded(stop)).result()
        except LoadCancelledError:
            return EXIT_INTERRUPTED
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        setup.bus.subscribe(events.put)
        serving.start(port, origins)
        return _watch(serving, served_name(model), events, stop)


def _watch(
    serving: ServingService, name: str, events: queue.SimpleQueue[Event], stop: threading.Event
) -> int:
    """Tell what happens until it is enough.

    Args:
        serving: Listens.
        name: What clients call the model.
        events: What happens.
        stop: Ends it.
    """
    told: set[int] = set()
    listening = False
    while not (stop.is_set() and events.empty()):  # what was asked before it is told
        try:
            event = events.get(timeout=POLL_SECONDS)
        except queue.Empty:
            continue
        match event:
            case ErrorReported(error):
                return _failed(error)
            case ServingChanged(state):
                if state.error is not None:
                    return _failed(state.error)
                if state.on and not listening:
                    listening = True
                    _say_where(serving, state, name)
                for request in reversed(state.requests):
                    if request.number not in told and request.status not in _OPEN:
                        told.add(request.number)
                        tell(one_line(_line(request)))
    return EXIT_DONE


def _failed(error: KnownError) -> int:
    """Say why nothing is served."""
    from app.serving.server import ServingError  # it is imported already, or nothing could fail

    told = failure_told(error)
    if isinstance(error, ServingError) and error.action == ServingError.default_action:
        action = tr("Name another port with --port, or end the program that uses this one.")
        told = paragraph(error.what, action)
    complain(told)
    return EXIT_FAILED


def _say_where(serving: ServingService, state: ServingState, name: str) -> None:
    say(f"{state.address}\n")  # alone on the output, for whoever reads it from a pipe
    path = serving.key_file.path
    tell(one_line(tr("Clients ask for the model {name}.", name=name)))
    tell(one_line(tr("The key that clients must show is in {path}.", path=str(path))))
    question = {"model": name, "messages": [{"role": "user", "content": tr("Hello")}]}
    line = asking_line(f"{state.address}/chat/completions", path, json.dumps(question))
    if line and one_line(line) == line:  # else a shell would be given another one
        tell(tr("To try it, in a shell; the key stays out of its history:"))
        tell(f"  {line}")
    tell(tr("Ctrl+C ends it."))


def _line(request: ServedRequest) -> str:
    """A request that has ended."""
    cost: tuple[str, ...] = ()
    if request.model:  # else it was answered, or refused, without it
        tokens = trn("{n} token", "{n} tokens", request.tokens)
        cost = (tokens, tr("{seconds} s", seconds=write(request.seconds, digits=1)))
    return join(
        f"{request.began.astimezone():%H:%M:%S}",
        request.client,
        request.path,
        *cost,
        served_status(request.status),
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text[:6]) <= 65_535:
        raise argparse.ArgumentTypeError(tr("“{text}” is no port, like 8377", text=text))
    return int(text)
