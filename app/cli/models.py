"""``phial models``: list, search, show, download, verify, add, remove, recommend."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import agreed, redraw, say
from app.cli.values import WrongUsageError, words
from app.cli.values import path as path_given
from app.compose import ModelServices, Setup, build_models, make_engine
from app.domain.download import DownloadItem, DownloadState
from app.domain.errors import NotFoundError
from app.domain.model import ModelFile
from app.hub.download.control import DownloadControl
from app.services.core.events import DownloadChanged, Event
from app.services.core.formatting import percent, size, time_left
from app.services.models.advice import CatalogOffer, offer_order

POLL_SECONDS = 0.1  # how soon Ctrl+C is noticed
BAR = 32  # characters
_LISTED = "of a model in the list"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("models", help="model files: list, find, download, remove")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text)
        sub.add_argument("--json", action="store_true", help="plain data instead of text")
        sub.set_defaults(run=run)
        return sub

    action("list", _list, "the models on this computer")
    action("recommend", _recommend, "what to take on this computer, and why")
    sub = action("search", _search, "find repositories on the hub (connects)")
    sub.add_argument("text", type=words, metavar="TEXT", help="a part of the repository's name")
    sub = action("show", _show, "a repository's files and its card (connects)")
    sub.add_argument("repository", type=words, metavar="REPOSITORY", help="owner/name")
    sub = action("download", _download, "fetch a file (connects); Ctrl+C pauses")
    sub.add_argument(
        "name",
        type=words,
        metavar="NAME",
        help="a repository, or a name of the catalogue such as phi-4",
    )
    sub.add_argument("file", nargs="?", type=words, metavar="FILE", help="a file of the repository")
    sub.add_argument(
        "--quant", type=words, metavar="Q", help="a quantization of the catalogue: Q4_K_M"
    )
    sub = action("verify", _verify, "hash a model again")
    sub.add_argument("path", type=path_given, metavar="PATH", help=_LISTED)
    sub = action("add", _add, "list a GGUF file where it is; a .sha256 beside it is honoured")
    sub.add_argument("path", type=path_given, metavar="PATH", help="the file, or its first part")
    sub.add_argument("--copy", action="store_true", help="copy it into Phial's folder")
    sub = action("remove", _remove, "take a model off the list; asks before deleting")
    sub.add_argument("path", type=path_given, metavar="PATH", help=_LISTED)
    sub.add_argument("--yes", action="store_true", help="do not ask")


@contextmanager
def _open_models(setup: Setup) -> Iterator[ModelServices]:
    engine = make_engine(setup)  # its process starts only when something is asked of it
    room = build_models(setup, engine, queue="downloads-terminal.json")
    try:
        yield room
    finally:
        room.close()
        engine.close()


def _list(options: argparse.Namespace, setup: Setup) -> int:
    with _open_models(setup) as room:
        models = room.models.installed()
    rows = [_model_row(model) for model in models]
    lines = [
        f"{model.label:32} {size(model.size):>9}  {model.path}{'' if model.owned else '  (yours)'}"
        for model in models
    ]
    return _print_result(options, rows, lines)


def _recommend(options: argparse.Namespace, setup: Setup) -> int:
    with _open_models(setup) as room:
        room.models.find_devices().result()
        offers = sorted(room.advice.offers(), key=offer_order)
    best = next((offer for offer in offers if offer.recommended), None)
    lines = ["Nothing in the catalogue fits this computer as it is now."]
    if best is not None and best.advice is not None:
        lines = [
            f"Take {best.family.name} {best.file.quantization}. {best.advice.sentence}",
            f"phial models download {best.family.id} --quant {best.file.quantization}",
        ]
    lines.append("")
    for offer in offers:
        verdict = offer.advice.sentence if offer.advice else "Its size is not known."
        lines.append(f"{offer.family.name} {offer.file.quantization}: {verdict}")
    return _print_result(options, [_offer_row(offer) for offer in offers], lines)


def _search(options: argparse.Namespace, setup: Setup) -> int:
    with _open_models(setup) as room:
        hits = room.downloads.client.search(options.text)
    lines = [f"{hit.name:56} {hit.downloads:>10,} downloads" for hit in hits]
    rows = [dataclasses.asdict(hit) for hit in hits]
    return _print_result(options, rows, lines or ["Nothing was found."])


def _show(options: argparse.Namespace, setup: Setup) -> int:
    with _open_models(setup) as room:
        repository = room.downloads.client.repository(options.repository)
        card = room.downloads.client.card(options.repository)
    row = {**dataclasses.asdict(repository), "card": card.text}
    lines = [f"{repository.name}  licence: {repository.licence or 'not stated'}", ""]
    for model in repository.models:
        parts = f"{len(model.parts)} parts" if len(model.parts) > 1 else ""
        lines.append(f"{model.name:56} {size(model.size):>9}  {model.quantization:8} {parts}")
    return _print_result(options, row, [*lines, "", card.text])


def _download(options: argparse.Namespace, setup: Setup) -> int:
    events: SimpleQueue[DownloadItem] = SimpleQueue()

    def listen(event: Event) -> None:
        if isinstance(event, DownloadChanged):
            events.put(event.item)

    setup.bus.subscribe(listen)
    with _open_models(setup) as room, stop_on_interrupt() as stop:
        item = _ask_for(options, room)
        while not item.state.over:
            if stop.is_set():
                room.downloads.pause(item.id)
            try:
                item = events.get(timeout=POLL_SECONDS)
            except Empty:
                item = next(one for one in room.downloads.items() if one.id == item.id)
            _progress(item)
        if sys.stderr.isatty():
            sys.stderr.write("\n")
    if item.state is DownloadState.FAILED:
        sys.stderr.write(f"phial: {item.error}\n")
        return EXIT_FAILED
    if item.state is not DownloadState.DONE:
        sys.stderr.write("Paused. The same command goes on from here.\n")
        return EXIT_INTERRUPTED
    row = {"path": str(item.files[0]), "sha256": list(item.sha256), "bytes": item.total}
    return _print_result(options, row, [str(item.files[0])])


def _ask_for(options: argparse.Namespace, room: ModelServices) -> DownloadItem:
    if options.quant and options.file:
        raise WrongUsageError(
            "A file and --quant name two things.",
            data="Nothing was fetched.",
            action="Give one or the other.",
        )
    if options.quant:
        return room.downloads.start_named(options.name, options.quant)
    if not options.file:
        raise WrongUsageError(
            "Which file is not said.",
            data="Nothing was fetched.",
            action="Add --quant Q4_K_M, or a file of the repository.",
        )
    return room.downloads.start(options.name, (options.file,))


def _progress(item: DownloadItem) -> None:
    rate = f"{size(int(item.speed))}/s {time_left(item.seconds_left)}" if item.speed else ""
    _draw_bar(item.done, item.total, rate or item.state.value)


def _draw_bar(done: int, total: int, rest: str) -> None:
    """One line that is drawn over again, where a person looks at it."""
    fraction = done / total if total else 0.0
    filled = int(fraction * BAR)
    bar = "█" * filled + "░" * (BAR - filled)
    redraw(f"{bar} {percent(fraction)} of {size(total)}  {rest}")


@contextmanager
def _stoppable(what: str) -> Iterator[tuple[DownloadControl, Callable[[int, int], None]]]:
    """A control that Ctrl+C stops, and what draws a bar for as long as it goes on."""
    control = DownloadControl()
    with stop_on_interrupt() as stop:

        def report(done: int, total: int) -> None:
            if stop.is_set():
                control.pause()
            _draw_bar(done, total, what)

        try:
            yield control, report
        finally:
            redraw("")


def _verify(options: argparse.Namespace, setup: Setup) -> int:
    with _open_models(setup) as room, _stoppable("verifying") as (control, report):
        good = room.models.verify(_listed(room, options.path), control, report)
    if good is None:
        return EXIT_INTERRUPTED
    words = "The file is what it was." if good else "The file has changed or is damaged."
    _print_result(options, {"path": str(options.path), "good": good}, [words])
    return EXIT_DONE if good else EXIT_FAILED


def _add(options: argparse.Namespace, setup: Setup) -> int:
    doing = "copying" if options.copy else "comparing its hash"
    with _open_models(setup) as room, _stoppable(doing) as (control, report):
        add = room.add_models.copy if options.copy else room.add_models.use_and_compare
        model = add(options.path, control, report)
    if model is None:
        sys.stderr.write("Stopped. Nothing was added.\n")
        return EXIT_INTERRUPTED
    return _print_result(options, _model_row(model), [f"Added {model.label}, {size(model.size)}."])


def _remove(options: argparse.Namespace, setup: Setup) -> int:
    with _open_models(setup) as room:
        model = _listed(room, options.path)
        frees = room.models.bytes_freed(model)
        what = f"deletes it and frees {size(frees)}" if frees else "leaves the file where it is"
        if not options.yes and not agreed(f"Remove {model.label}? This {what}. [y/N] "):
            return EXIT_FAILED
        freed = room.models.remove(model)
    return _print_result(
        options, {"freed": freed, "removed": True}, [f"Removed. {size(freed)} were freed."]
    )


def _listed(room: ModelServices, path: Path) -> ModelFile:
    wanted = path.absolute()
    for model in room.models.installed():
        if model.path == wanted:
            return model
    raise NotFoundError(f"{path} is not in the list of models.", action="See phial models list.")


def _model_row(model: ModelFile) -> dict[str, object]:
    return {**dataclasses.asdict(model), "path": str(model.path)}


def _offer_row(offer: CatalogOffer) -> dict[str, object]:
    advice = offer.advice
    return {
        "family": offer.family.id,
        "repository": offer.file.repository,
        "files": list(offer.file.files),
        "quantization": offer.file.quantization,
        "size": offer.file.size,
        "recommended": offer.recommended,
        "installed": offer.installed,
        "fit": advice.fit.value if advice else None,
        "context": advice.context if advice else None,
        "tokens_per_second": advice.tokens_per_second if advice else None,
        "sentence": advice.sentence if advice else None,
    }


def _print_result(options: argparse.Namespace, data: object, lines: list[str]) -> int:
    text = json.dumps(data, indent=2, default=str) if options.json else "\n".join(lines)
    say(text + "\n")
    return EXIT_DONE
