"""``phial models search``, ``show`` and ``download``: what connects to the hub."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import os
import sys
from contextlib import closing
from queue import Empty, SimpleQueue

from app.cli import EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.interrupt import stop_on_interrupt
from app.cli.models.room import Action, room_of
from app.cli.progress import DownloadLine, asking, clear
from app.cli.streams import complain, print_result, tell
from app.cli.values import WrongUsageError, words
from app.compose import ModelServices
from app.domain.download import DownloadItem, DownloadState, RemoteModel
from app.hub.api.file_names import shown
from app.language import paragraph, tr, trc, trn
from app.markup.card import readable
from app.services.core.events import DownloadChanged, Event
from app.services.core.formatting import size
from app.setup import Setup

POLL_SECONDS = 0.1  # how soon Ctrl+C is noticed
_TOKEN = "HF_TOKEN"  # noqa: S105 - the variable's name


def add_actions(action: Action) -> None:
    """Declare the actions and their options."""
    sub = action("search", _search, tr("find repositories on the hub (connects)"))
    sub.add_argument("text", type=words, metavar="TEXT", help=tr("a part of the repository's name"))
    _add_token(sub)
    sub = action("show", _show, tr("a repository's files and its card (connects)"))
    sub.add_argument("repository", type=words, metavar="REPOSITORY", help=tr("owner/name"))
    _add_token(sub)
    sub = action("download", _download, tr("fetch a model (connects); Ctrl+C pauses"))
    sub.add_argument(
        "name",
        type=words,
        metavar="NAME",
        help=tr("a repository, or a name of the catalogue such as phi-4"),
    )
    sub.add_argument(
        "file",
        nargs="?",
        type=words,
        metavar="FILE",
        help=tr("a model of the repository, as 'phial models show' names it"),
    )
    sub.add_argument("--quant", type=words, metavar="Q", help=tr("a quantization: Q4_K_M"))
    _add_token(sub)


def _add_token(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--token",
        action="store_true",
        help=tr(
            "send an access token to the hub, and to nobody else: the one in {variable}, or one "
            "that is asked for; it is kept nowhere",
            variable=_TOKEN,
        ),
    )


def _lend_token(options: argparse.Namespace, room: ModelServices) -> None:
    """Hold the token that was given, if one was, and say where it goes."""
    if not options.token:
        return
    token, host = os.environ.get(_TOKEN, ""), room.downloads.host
    told = tr(
        "The access token in {variable} is sent to {host} and to nobody else.",
        variable=_TOKEN,
        host=host,
    )
    if not token:
        told = tr(
            "The access token that was typed is sent to {host} and to nobody else.", host=host
        )
        ask = tr("Access token for {host} (it is not shown): ", host=host)
        token = getpass.getpass(ask) if sys.stdin.isatty() else sys.stdin.readline()
    room.downloads.lend_token(token)
    tell(told)


def _search(options: argparse.Namespace, setup: Setup) -> int:
    with closing(room_of(setup)) as room:
        _lend_token(options, room)
        downloads = room.downloads
        hits = asking(downloads.host, lambda: downloads.client.search(options.text))
    lines: list[str] = [
        f"{hit.name:56} {trn('{n} download', '{n} downloads', hit.downloads):>20}" for hit in hits
    ]
    rows = [dataclasses.asdict(hit) for hit in hits]
    return print_result(options, rows, lines or [tr("Nothing was found.")])


def _show(options: argparse.Namespace, setup: Setup) -> int:
    with closing(room_of(setup)) as room:
        _lend_token(options, room)
        host, client = room.downloads.host, room.downloads.client
        repository = asking(host, lambda: client.repository(options.repository))
        card = asking(host, lambda: client.card(options.repository))
        room.advice.devices.find().result()
        here, fits = room.advice.here(repository), room.advice.on_remote(repository)
    models = [
        {
            **dataclasses.asdict(model),
            "path": model.path,
            "here": model.path in here,
            "fit": fits.get(model.path, ""),
        }
        for model in repository.models
    ]
    row = {**dataclasses.asdict(repository), "models": models, "card": card.text}
    licence = tr("licence: {licence}", licence=repository.licence or tr("not stated"))
    access = tr("  its owner decides who may download") if repository.gated else ""
    lines: list[str] = [f"{repository.name}  {licence}{access}", ""]
    for model in repository.models:
        lines.append(_model_line(model, model.path in here))
        lines += [f"    {fits[model.path]}"] if model.path in fits else []
    if not repository.models:
        lines.append(tr("There is no GGUF file in it."))
    for name in repository.refused:
        lines.append(tr("{name}  not offered: the name is unfit for a disk", name=shown(name)))
    return print_result(options, row, [*lines, "", readable(card.text)])


def _model_line(model: RemoteModel, here: bool) -> str:
    told = size(model.size) if model.size else "?"
    notes = [
        tr("{count} parts as one", count=len(model.parts)) if len(model.parts) > 1 else "",
        "" if model.complete else tr("parts are missing on the hub"),
        "" if model.text else tr("goes with a model, and is none"),
        trc("model file", "here") if here else "",
    ]
    rest = ", ".join(note for note in notes if note)
    return f"{shown_path(model.path):56} {told:>9}  {model.quantization:8} {rest}".rstrip()


def shown_path(path: str) -> str:
    """A path as it can be given back; unlike a name in a sentence it is never shortened."""
    return "".join(char if char.isprintable() else "�" for char in path)


def _download(options: argparse.Namespace, setup: Setup) -> int:
    events: SimpleQueue[DownloadItem] = SimpleQueue()

    def listen(event: Event) -> None:
        if isinstance(event, DownloadChanged):
            events.put(event.item)

    setup.bus.subscribe(listen)
    with closing(room_of(setup)) as room:
        _lend_token(options, room)
        wanted = _find(options, room)
        line = DownloadLine(room.downloads.host)
        with stop_on_interrupt() as stop:
            item = _start(options, room, wanted)
            while not item.state.over:
                if stop.is_set():
                    room.downloads.pause(item.id)
                try:
                    item = events.get(timeout=POLL_SECONDS)
                except Empty:
                    item = next(one for one in room.downloads.items() if one.id == item.id)
                line.show(item)
        clear()
    if item.state is DownloadState.FAILED:
        complain(str(item.error))
        return EXIT_FAILED
    if item.state is not DownloadState.DONE:
        paused = tr("Paused. The same command goes on from here.")
        tell(paragraph(item.error, paused))
        return EXIT_INTERRUPTED
    row = {"path": str(item.files[0]), "sha256": list(item.sha256), "bytes": item.total}
    return print_result(options, row, [str(item.files[0])])


def _find(options: argparse.Namespace, room: ModelServices) -> RemoteModel | None:
    """The model of a repository; None for one of the catalogue."""
    if options.quant and options.file:
        raise WrongUsageError(
            tr("A file and --quant name two things."),
            data=tr("Nothing was fetched."),
            action=tr("Give one or the other."),
        )
    downloads = room.downloads
    family = downloads.catalog.family(options.name)
    if "/" in options.name or options.file:
        return asking(
            downloads.host,
            lambda: downloads.find(options.name, options.file or "", options.quant or ""),
        )
    if not options.quant and family is not None:
        names = ", ".join(one.quantization for one in family.files)
        raise WrongUsageError(
            tr("Which {model} is not said.", model=family.name),
            data=tr("Nothing was fetched."),
            action=tr(
                "Add --quant and one of: {names}. 'phial models recommend' says what fits.",
                names=names,
            ),
        )
    return None


def _start(
    options: argparse.Namespace, room: ModelServices, wanted: RemoteModel | None
) -> DownloadItem:
    if wanted is None:
        return room.downloads.start_named(options.name, options.quant or "")
    return room.downloads.start(wanted.repository, tuple(part.path for part in wanted.parts))
