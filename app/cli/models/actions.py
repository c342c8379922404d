"""``phial models``: list, search, show, download, verify, add, remove, recommend."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, progress
from app.cli.commands import actions_of
from app.cli.interrupt import stop_on_interrupt
from app.cli.models import get
from app.cli.models.room import room_of
from app.cli.streams import agreed, print_result, tell
from app.cli.values import path as path_given
from app.compose import ModelServices
from app.domain.errors import NotFoundError
from app.domain.model import ModelFile
from app.hub.download.control import DownloadControl
from app.language import paragraph, tr, trc
from app.services.core.formatting import model_name, size
from app.services.models.advice import CatalogOffer, offer_order
from app.setup import Setup

_LISTED = tr("of a model in the list")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("models", help=tr("model files: list, find, download, remove"))
    action = actions_of(parser)

    action("list", _list, tr("the models on this computer"))
    action("recommend", _recommend, tr("what to take on this computer, and why"))
    get.add_actions(action)
    sub = action("verify", _verify, tr("hash a model again"))
    sub.add_argument("path", type=path_given, metavar="PATH", help=_LISTED)
    sub = action("add", _add, tr("list a GGUF file where it is; a .sha256 beside it is honoured"))
    sub.add_argument(
        "path", type=path_given, metavar="PATH", help=tr("the file, or its first part")
    )
    sub.add_argument("--copy", action="store_true", help=tr("copy it into Phial's folder"))
    sub = action("remove", _remove, tr("take a model off the list; asks before deleting"))
    sub.add_argument("path", type=path_given, metavar="PATH", help=_LISTED)
    sub.add_argument("--yes", action="store_true", help=tr("do not ask"))


def _list(options: argparse.Namespace, setup: Setup) -> int:
    with closing(room_of(setup)) as room:
        models = room.models.installed()
    rows = [_model_row(model) for model in models]
    lines = [
        f"{model_name(model):32} {size(model.size):>9}  {model.path}{_whose(model)}"
        for model in models
    ]
    return print_result(options, rows, lines)


def _whose(model: ModelFile) -> str:
    if model.demo:
        return tr("  (comes with Phial)")
    if model.problem:
        return tr("  (cannot be used)")
    return "" if model.owned else tr("  (yours)")


def _recommend(options: argparse.Namespace, setup: Setup) -> int:
    with closing(room_of(setup)) as room:
        room.advice.devices.find().result()
        offers = sorted(room.advice.offers(), key=offer_order)
    best = next((offer for offer in offers if offer.recommended), None)
    lines: list[str] = [tr("Nothing in the catalogue fits this computer as it is now.")]
    if best is not None and best.advice is not None:
        name = f"{best.family.name} {best.file.quantization}"
        lines = [
            paragraph(tr("Take {model}.", model=name), best.advice.sentence),
            f"phial models download {best.family.id} --quant {best.file.quantization}",  # not shown
        ]
    lines.append("")
    for offer in offers:
        verdict = offer.advice.sentence if offer.advice else tr("Its size is not known.")
        lines.append(f"{offer.family.name} {offer.file.quantization}: {verdict}")
    return print_result(options, [_offer_row(offer) for offer in offers], lines)


@contextmanager
def _stoppable(what: str) -> Iterator[tuple[DownloadControl, Callable[[int, int], None]]]:
    """A control that Ctrl+C stops, and what draws a bar for as long as it goes on."""
    control = DownloadControl()
    with stop_on_interrupt() as stop:

        def report(done: int, total: int) -> None:
            if stop.is_set():
                control.pause()
            progress.draw_bar(done, total, what)

        try:
            yield control, report
        finally:
            progress.clear()


def _verify(options: argparse.Namespace, setup: Setup) -> int:
    with closing(room_of(setup)) as room, _stoppable(trc("bar", "verifying")) as (control, report):
        good = room.add_models.verify(_listed(room, options.path), control, report)
    if good is None:
        return EXIT_INTERRUPTED
    words = tr("The file is what it was.") if good else tr("The file has changed or is damaged.")
    print_result(options, {"path": str(options.path), "good": good}, [words])
    return EXIT_DONE if good else EXIT_FAILED


def _add(options: argparse.Namespace, setup: Setup) -> int:
    doing = trc("bar", "copying") if options.copy else tr("comparing its hash")
    with closing(room_of(setup)) as room, _stoppable(doing) as (control, report):
        add = room.add_models.copy if options.copy else room.add_models.use_and_compare
        model = add(options.path, control, report)
        if model is not None:
            room.models.prefer(model)
    if model is None:
        tell(tr("Stopped. Nothing was added."))
        return EXIT_INTERRUPTED
    told = tr("Added {model}, {size}.", model=model.label, size=size(model.size))
    return print_result(options, _model_row(model), [told])


def _remove(options: argparse.Namespace, setup: Setup) -> int:
    with closing(room_of(setup)) as room:
        model = _listed(room, options.path)
        frees = room.add_models.bytes_freed(model)
        question = tr("Remove {model}? This leaves the file where it is.", model=model.label)
        if frees:
            question = tr(
                "Remove {model}? This deletes it and frees {size}.",
                model=model.label,
                size=size(frees),
            )
        if not options.yes and not agreed(question):
            return EXIT_FAILED
        freed = room.models.remove(model)
    told = tr("Removed. {size} were freed.", size=size(freed))
    return print_result(options, {"freed": freed, "removed": True}, [told])


def _listed(room: ModelServices, path: Path) -> ModelFile:
    wanted = path.absolute()
    for model in room.models.installed():
        if model.path == wanted:
            return model
    raise NotFoundError(
        tr("{path} is not in the list of models.", path=str(path)),
        action=tr("See phial models list."),
    )


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
