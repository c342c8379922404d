"""``phial endpoints``: add, list, test, remove the servers that models may be asked at."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import sys

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.commands import actions_of
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import agreed, print_result, tell
from app.cli.values import WrongUsageError, words
from app.compose import build_reach
from app.domain.endpoints.endpoint import Endpoint, TriedEndpoint, endpoint_address
from app.domain.errors import InvalidValueError, LoadCancelledError
from app.language import paragraph, tr, trn
from app.services.models.endpoints import EndpointService, key_in
from app.setup import Setup


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "endpoints", help=tr("models on other computers and in other programs: add, list, remove")
    )
    action = actions_of(parser)

    sub = action("add", _add, tr("add a server for /v1/chat/completions, and try it at once"))
    sub.add_argument("address", type=words, metavar="ADDRESS", help=tr("http://localhost:8080"))
    sub.add_argument("--name", type=words, metavar="NAME", help=tr("what it is called here"))
    sub.add_argument(
        "--key",
        action="store_true",
        help=tr("ask for its key, or read it from a pipe; the system's keyring keeps it"),
    )
    sub.add_argument(
        "--key-variable",
        type=words,
        metavar="VARIABLE",
        help=tr("the environment variable that holds its key, where there is no keyring"),
    )
    sub.add_argument("--yes", action="store_true", help=tr("do not ask"))
    action("list", _list, tr("the endpoints and their models"))
    sub = action("test", _test, tr("ask an endpoint for its models again"))
    sub.add_argument("name", type=words, metavar="NAME", help=tr("its name or id"))
    sub = action("remove", _remove, tr("take an endpoint off the list, and forget its key"))
    sub.add_argument("name", type=words, metavar="NAME", help=tr("its name or id"))


def _add(options: argparse.Namespace, setup: Setup) -> int:
    if options.key and options.key_variable:
        raise WrongUsageError(tr("Give a key or the name of a variable, not both."))
    service = _service(setup)
    address = endpoint_address(options.address)
    at = Endpoint("", "", address)
    question = tr(
        "{host} is not this computer, and http is not encrypted: everybody on the way can read "
        "what you send, and the key. Add it?",
        host=at.host,
    )
    if at.unencrypted and not options.yes and not agreed(question):
        return EXIT_FAILED
    key = _read_key() if options.key else ""
    given = _key_of(options.key_variable) if options.key_variable else key
    try:
        with stop_on_interrupt() as stop:
            tried = service.try_address(address, given, stop)
    except LoadCancelledError:
        return EXIT_INTERRUPTED
    endpoint, told = service.add(
        options.name or "",
        address,
        key=key,
        key_variable=options.key_variable or "",
        models=tuple(model.id for model in tried.models),
    )
    if told:
        tell(told)
    lines = [tr("Added {name}: {address}", name=endpoint.id, address=endpoint.address)]
    return print_result(options, _row(endpoint), [*lines, *_models(endpoint, tried)])


def _key_of(variable: str) -> str:
    """The key that a variable holds.

    Raises:
        InvalidValueError: It is not set, or empty.
    """
    key = key_in(variable)
    if key is None:
        raise InvalidValueError(
            tr("The environment variable {name} is not set, or is empty.", name=variable),
            action=tr("Set it to the key, and add the endpoint again."),
        )
    return key


def _read_key() -> str:
    if sys.stdin.isatty():
        return getpass.getpass(tr("Key: "))
    return sys.stdin.readline().strip()


def _models(endpoint: Endpoint, tried: TriedEndpoint) -> list[str]:
    """What it offers, as it is written to ask it."""
    lines: list[str] = [trn("{n} model:", "{n} models:", len(tried.models))]
    for model in tried.models:
        reads = (
            tr("reads {tokens} tokens", tokens=model.context_length) if model.context_length else ""
        )
        lines.append(f"  {endpoint.id}/{model.id}  {reads}".rstrip())
    return lines


def _list(options: argparse.Namespace, setup: Setup) -> int:
    endpoints = _service(setup).all()
    lines: list[str] = []
    for one in endpoints:
        lines.append(f"{one.id}  {one.name}  {one.address}")
        lines += [f"  {one.id}/{model}" for model in one.models]
    nothing = paragraph(tr("There is no endpoint."), tr("Add one with phial endpoints add."))
    return print_result(options, [_row(one) for one in endpoints], lines or [nothing])


def _test(options: argparse.Namespace, setup: Setup) -> int:
    service = _service(setup)
    endpoint = service.find(options.name)
    try:
        with stop_on_interrupt() as stop:
            tried = service.try_again(endpoint, stop)
    except LoadCancelledError:
        return EXIT_INTERRUPTED
    lines = [tr("{name} answers.", name=endpoint.name), *_models(endpoint, tried)]
    row = {**_row(endpoint), "models": [model.id for model in tried.models]}
    return print_result(options, {**row, "kind": tried.kind.value}, lines)


def _remove(options: argparse.Namespace, setup: Setup) -> int:
    service = _service(setup)
    endpoint = service.find(options.name)
    service.remove(endpoint)
    told = tr("Removed {name}. Chats stay as they are.", name=endpoint.name)
    print_result(options, {"id": endpoint.id, "removed": True}, [told])
    return EXIT_DONE


def _service(setup: Setup) -> EndpointService:
    return build_reach(setup).endpoints


def _row(endpoint: Endpoint) -> dict[str, object]:
    return {**dataclasses.asdict(endpoint), "models": list(endpoint.models)}
