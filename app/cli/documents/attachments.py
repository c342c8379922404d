"""What ``phial ask --attach`` gives a question, and what it prints of the citations."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cli.documents.actions import FILES
from app.cli.streams import complain, say, tell
from app.cli.values import WrongUsageError, words
from app.cli.values import path as path_given
from app.domain.errors import DocumentReadCancelledError, NotFoundError
from app.language import tr, trn
from app.services.documents.reading_plan import (
    ReadingChoice,
    ReadingMode,
    ReadingPlan,
    plan_reading,
)

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.documents import StoredDocument
    from app.services.documents.checked_answer import CheckedCitation
    from app.services.documents.document_service import DocumentService
    from app.services.documents.quoting import QuotingPlan
    from app.setup import Setup


def add_attach_options(parser: argparse.ArgumentParser) -> None:
    """Declare what gives a question documents."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--attach", type=path_given, action="append", default=[], metavar="FILE", help=FILES
    )
    source.add_argument(
        "--in", dest="collection", type=words, metavar="NAME",
        help=tr("the documents kept under this name; 'phial documents list' shows them"),
    )  # fmt: skip
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--whole",
        dest="reading",
        action="store_const",
        const=ReadingMode.WHOLE,
        help=tr("with --attach: the model reads all of it"),
    )
    either.add_argument(
        "--passages",
        dest="reading",
        action="store_const",
        const=ReadingMode.PASSAGES,
        help=tr("with --attach: it reads the passages that suit the question"),
    )
    parser.add_argument(
        "--only-quote",
        action="store_true",
        help=tr("with --attach: the answer is lines of the documents and nothing else"),
    )


@dataclass(frozen=True, slots=True)
class Attached:
    """What a question was given.

    Attributes:
        plan: What the model reads.
        rows: The documents, as plain data.
        question: As it was asked.
        quotes: The lines that may be quoted, where the answer does nothing else.
    """

    plan: ReadingPlan
    rows: tuple[dict[str, object], ...]
    question: str
    quotes: QuotingPlan | None = None

    def citations(self, answer: str) -> tuple[CheckedCitation, ...]:
        """The cited sentences of an answer, checked."""
        from app.services.documents.checked_answer import check_answer

        return check_answer(self.plan, self.question, answer)


def attach(
    options: argparse.Namespace, question: str, context_size: int, setup: Setup, *, demo: bool
) -> Attached | None:
    """Read the files of a question, or take what is kept under a name; None where it has none.

    Nothing of the files is kept. The built-in demo has not learned to answer from documents: unless
    it is said how it reads them, it quotes what is found.

    Raises:
        KnownError: One cannot be read, or nothing is kept under that name.
        DocumentReadCancelledError: Ctrl+C stopped it.
    """
    from app.cli.documents.actions import document_row, page_remarks
    from app.compose import open_document_library, private_document_library

    kept = options.collection is not None
    if not options.attach and not kept:
        if options.only_quote:
            raise WrongUsageError(
                tr("There is nothing to quote."), data="", action=tr("Name a file with --attach.")
            )
        return None
    library = open_document_library(setup)[0] if kept else private_document_library(setup)
    try:
        read = _kept(library, options.collection) if kept else _read(library, options.attach)
        for one in read:
            for line in page_remarks(library, one):
                complain(f"{one.name}: {line.strip()}")  # not shown: a name and a sentence
        demo = demo and options.reading is None
        choice = ReadingChoice(ReadingMode.PASSAGES if demo else options.reading)
        plan = plan_reading(library, read, question, context_size, choice)
    finally:
        library.close()
    from app.services.documents.quoting import quoting_plan

    only = demo or options.only_quote
    quotes = quoting_plan(plan, question if demo else "") if only else None
    plan = quotes.plan if quotes is not None else plan
    if demo:
        tell(tr("The built-in demo answers with the line that suits best, and its page."))
    _tell_price(plan)
    return Attached(plan, tuple(document_row(one) for one in read), question, quotes)


def _read(library: DocumentService, files: Sequence[Path]) -> list[StoredDocument]:
    from app.cli.documents.actions import read_files

    read, failed, stopped = read_files(library, files, "")
    if stopped:
        raise DocumentReadCancelledError(tr("Reading was stopped."))
    if failed:
        raise failed[0]
    return read


def _kept(library: DocumentService, collection: str) -> list[StoredDocument]:
    found = library.documents(collection)
    if found:
        return found
    from app.language.formats import listed, quoted

    names = [quoted(name) for name in library.collections() if name]
    raise NotFoundError(
        tr("No document is kept under “{name}”.", name=collection),
        action=tr("There is: {names}.", names=listed(names) or tr("none")),
    )


def _tell_price(plan: ReadingPlan) -> None:
    tokens = plan.tokens
    if plan.mode is ReadingMode.WHOLE:
        tell(trn("Reads about {n} token.", "Reads about {n} tokens.", tokens))
    else:
        passages = trn("{n} passage", "{n} passages", len(plan.sources))
        tell(
            trn(
                "Reads {passages}, about {n} token.",
                "Reads {passages}, about {n} tokens.",
                tokens,
                passages=passages,
            )
        )
    for one in plan.sources:
        if one.is_suspicious:
            told = tr(
                "Page {page} of {name} has text that seems to be meant for the model. It is read "
                "as what the document says, not as what you say.",
                page=str(one.page),
                name=one.document.name,
            )
            complain(told)


def print_citations(citations: Sequence[CheckedCitation]) -> None:
    """What was found of each cited sentence of an answer from documents, below it."""
    if not citations:
        tell(tr("No sentence of the answer cites a page, so nothing of it was checked."))
    for one in citations:
        marks = "".join(f"[{mark}]" for mark in one.checked.marks)
        source = one.source
        name = f" {source.document.name}:" if source is not None else ""
        sign = "!" if one.checked.verdict.is_doubtful else " "
        say(f"{sign} {marks}{name} {one.told}\n")


def citation_rows(citations: Sequence[CheckedCitation]) -> list[dict[str, object]]:
    """The cited sentences as plain data."""
    return [_citation_row(one) for one in citations]


def _citation_row(citation: CheckedCitation) -> dict[str, object]:
    checked, source = citation.checked, citation.source
    return {
        "start": checked.start,
        "end": checked.end,
        "marks": list(checked.marks),
        "verdict": checked.verdict.value,
        "told": citation.told,
        "checked": [{"kind": one.kind.value, "text": one.text} for one in checked.checked],
        "missing": [{"kind": one.kind.value, "text": one.text} for one in checked.missing],
        "document": source.document.name if source else None,
        "page": source.page if source else None,
        "quotation": citation.passage,
        "elsewhere": citation.elsewhere.page if citation.elsewhere else None,
        "range": list(citation.page_range) if citation.page_range else None,
    }


def source_rows(plan: ReadingPlan) -> list[dict[str, object]]:
    """What the question was given, as plain data."""
    return [
        {
            "mark": one.mark,
            "document": one.document.name,
            "page": one.page,
            "text": one.text,
            "suspicious": one.is_suspicious,
        }
        for one in plan.sources
    ]
