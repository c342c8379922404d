"""``phial documents summarise``: the parts as they are written, then the whole."""

from __future__ import annotations

import argparse
from functools import partial

from app.cli import EXIT_DONE, EXIT_INTERRUPTED, progress
from app.cli.interrupt import stop_on_interrupt
from app.cli.presets import presets_of
from app.cli.streams import complain, json_text, redraw, say, tell
from app.compose import build_reach, named_models
from app.domain.documents import StoredDocument
from app.domain.errors import LoadCancelledError
from app.domain.model import ModelFile
from app.domain.presets.preset import ChatOptions
from app.hub.api.catalog import load_catalog
from app.language import tr
from app.services.core.formatting import whose_computer
from app.services.documents.document_service import DocumentService
from app.services.documents.summarising import (
    SummaryPart,
    SummaryStoppedError,
    engine_ask,
    part_heading,
    part_text,
    summary_parts,
)
from app.services.models.model_files import advised_sampling
from app.services.models.model_fit import request_of
from app.services.presets.answer_options import AnswerOptions
from app.setup import Setup
from app.system.bundled import bundled


def print_summary(
    library: DocumentService, document: StoredDocument, options: argparse.Namespace, setup: Setup
) -> int:
    """Summarise a document; what was written before is not written again.

    Raises:
        KnownError: The reason it could not be done.
    """
    presets = presets_of(setup)
    reach = build_reach(setup)
    model = named_models(setup, reach).asked(options.model, None, setup.settings.current)
    if not options.model and (where := whose_computer(model)):  # who named it knows
        tell(where)
    catalog = load_catalog(bundled("models", "catalog.json"))
    answering = AnswerOptions(setup.settings, presets, partial(advised_sampling, catalog))
    load = request_of(answering.in_force(ChatOptions(), model).settings, model.source)
    name = model.sha256 if isinstance(model, ModelFile) else str(model.source)
    parts: list[SummaryPart] = []
    try:
        with stop_on_interrupt() as stop:
            loaded = reach.engine.load(load, lambda _fraction: None, stop)
            ask = engine_ask(reach.engine, stop)
            redraw(tr("Reading the first section…"))
            for part in summary_parts(library, document, ask, loaded.context_size, name):
                parts.append(part)
                progress.clear()
                if not options.json:
                    say(f"{part_heading(part)}\n\n{part_text(part)}\n\n")
                if not part.together:
                    redraw(
                        tr("{done} of {total} parts are written.", done=part.done, total=part.total)
                    )
    except (LoadCancelledError, SummaryStoppedError):
        progress.clear()
        complain(tr("Stopped. What is written is kept; the same command goes on."))
        return EXIT_INTERRUPTED
    finally:
        progress.clear()
        reach.engine.close()
    if options.json:
        say(json_text([_row(one) for one in parts]) + "\n")
    return EXIT_DONE


def _row(part: SummaryPart) -> dict[str, object]:
    return {
        "title": part.title,
        "first_page": part.first,
        "last_page": part.last,
        "text": part.text,
        "together": part.together,
        "doubts": list(part.doubts),
    }
