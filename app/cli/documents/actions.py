"""``phial documents``: add, list, search, embed, remove."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, progress
from app.cli.commands import actions_of
from app.cli.interrupt import stop_on_interrupt
from app.cli.streams import agreed, complain, print_result, redraw
from app.cli.values import MODEL_HELP, count, model
from app.cli.values import path as path_given
from app.cli.values import words as words_given
from app.compose import open_document_library, snapshot_folder
from app.domain.documents import DocumentState, Passage, StoredDocument
from app.domain.errors import (
    DocumentReadCancelledError,
    InvalidValueError,
    KnownError,
    NotFoundError,
)
from app.language import formats, tr, trn
from app.setup import Setup
from app.system.bundled import bundled

if TYPE_CHECKING:
    from app.services.documents.document_service import DocumentService
    from app.store.documents.embedding_store import EmbeddedCount

FILES = tr(
    "PDF, Word, OpenDocument, epub, slides, tables, web pages, texts, source code; folders too"
)
_DOCUMENTS = tr("their numbers in the list, ids or their beginnings, or names")
_DOCUMENT = tr("its number in the list, its id or the beginning of that, or its name")
_COLLECTION = tr("the name they are kept under")
_MOST_FOUND = 10
_ID_SHOWN = 8

_STATES = {
    DocumentState.CHANGED: tr("the file was changed since"),
    DocumentState.GONE: tr("the file is gone"),
}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser("documents", help=tr("documents: add, list, search, remove"))
    action = actions_of(parser)

    sub = action("add", _add, tr("read documents and keep what is in them; Ctrl+C stops"))
    sub.add_argument("files", nargs="+", type=path_given, metavar="FILE", help=FILES)
    sub.add_argument("--in", dest="collection", default="", metavar="NAME", help=_COLLECTION)
    sub.add_argument("--copy", action="store_true", help=tr("keep a copy in Phial's folder"))
    sub = action("list", _list, tr("the documents that were read"))
    sub.add_argument("--in", dest="collection", metavar="NAME", help=_COLLECTION)
    sub = action("search", _search, tr("the passages that answer a question best"))
    sub.add_argument("query", nargs="+", type=words_given, metavar="QUERY", help=tr("the question"))
    sub.add_argument("--in", dest="collection", metavar="NAME", help=_COLLECTION)
    sub.add_argument(
        "--most", type=count, default=_MOST_FOUND, metavar="N", help=tr("passages at most")
    )
    action("embed", _embed, tr("have passages found by meaning too; Ctrl+C stops"))
    sub = action("remove", _remove, tr("remove all that was read of documents; asks before"))
    sub.add_argument("documents", nargs="*", type=words_given, metavar="DOCUMENT", help=_DOCUMENTS)
    sub.add_argument("--in", dest="collection", metavar="NAME", help=tr("all of this name"))
    sub.add_argument("--yes", action="store_true", help=tr("do not ask"))
    sub = action("summarise", _summarise, tr("summarise a document part by part; Ctrl+C stops"))
    sub.add_argument("document", type=words_given, metavar="DOCUMENT", help=_DOCUMENT)
    sub.add_argument("--model", type=model, metavar="MODEL", help=MODEL_HELP)


@contextmanager
def _opened(setup: Setup) -> Iterator[DocumentService]:
    library, told = open_document_library(setup)
    if told:
        complain(told)
    try:
        yield library
    finally:
        library.close()


def read_files(
    library: DocumentService, files: Sequence[Path], collection: str, *, copy: bool = False
) -> tuple[list[StoredDocument], list[KnownError], bool]:
    """Read files with a bar on the terminal.

    Returns:
        What was read, what could not be, and whether Ctrl+C stopped it.
    """
    from app.services.documents.document_service import files_in

    read: list[StoredDocument] = []
    failed: list[KnownError] = []

    def report(name: str, done: int, total: int | None) -> None:
        if total:
            told = tr("{name}: page {done} of {total}", name=name, done=done, total=total)
        else:
            told = tr("{name}: page {done}", name=name, done=done)
        redraw(told)

    with stop_on_interrupt() as stop:
        try:
            for path in files_in(files):
                try:
                    read.append(
                        library.add(path, collection, copy=copy, cancel=stop, progress=report)
                    )
                except DocumentReadCancelledError:
                    return read, failed, True
                except KnownError as error:
                    failed.append(error)
        finally:
            progress.clear()
    return read, failed, False


def _add(options: argparse.Namespace, setup: Setup) -> int:
    with _opened(setup) as library:
        read, failed, stopped = read_files(
            library,
            options.files,
            options.collection,
            copy=options.copy or setup.settings.current.copy_documents,
        )
        rows = [document_row(one) for one in read]
        lines = [line for one in read for line in (_line(one), *page_remarks(library, one))]
    for error in failed:
        complain(str(error))
    if not (read or failed or stopped):
        complain(tr("There is no document in it that can be read."))
        return EXIT_FAILED
    code = print_result(options, rows, lines) if rows or options.json else EXIT_DONE
    if stopped:
        return EXIT_INTERRUPTED
    return EXIT_FAILED if failed else code


def _list(options: argparse.Namespace, setup: Setup) -> int:
    with _opened(setup) as library:
        found = library.documents(options.collection)
        states = [library.state(one) for one in found]
        rows = [
            {**document_row(one), "state": state.value}
            for one, state in zip(found, states, strict=True)
        ]
        lines = [
            f"{number:>3}  {_line(one)}{_state(state)}"
            for number, (one, state) in enumerate(zip(found, states, strict=True), 1)
        ]
    return print_result(options, rows, lines or [tr("No documents yet.")])


def _search(options: argparse.Namespace, setup: Setup) -> int:
    with _opened(setup) as library:
        kept = None if options.collection is None else library.documents(options.collection)
        found = library.search(" ".join(options.query), kept, options.most)
    rows = [_passage_row(one) for one in found]
    lines = [
        line
        for one in found
        for line in (_where(one), *(f"    {text}" for text in one.text.split("\n")), "")
    ]
    return print_result(options, rows, lines or [tr("Nothing was found.")])


def _embed(options: argparse.Namespace, setup: Setup) -> int:
    def report(counted: EmbeddedCount) -> None:
        redraw(tr("passage {done} of {total}", done=counted.done, total=counted.total))

    with _opened(setup) as library, stop_on_interrupt() as stop:
        meaning = library.meaning
        model = meaning.look().model if meaning is not None else ""
        if meaning is None or not model:
            raise NotFoundError(
                tr("There is no model on this computer that finds passages by meaning."),
                action=tr("'phial models download {name}' gets one.", name=_offered()),
            )
        try:
            counted = meaning.fill(stop, report)
        finally:
            progress.clear()
        stopped = stop.is_set()
    told = trn(
        "{done} of {n} passage can be found by meaning.",
        "{done} of {n} passages can be found by meaning.",
        counted.total,
        done=counted.done,
    )
    row = {"model": model, "done": counted.done, "total": counted.total}
    code = print_result(options, row, [told])
    return EXIT_INTERRUPTED if stopped else code


def _offered() -> str:
    from app.hub.api.catalog import load_catalog

    found = load_catalog(bundled("models", "catalog.json")).embeddings
    return found[0].id if found else "NAME"  # not shown: what is typed


def _remove(options: argparse.Namespace, setup: Setup) -> int:
    with _opened(setup) as library:
        chosen = _chosen(library, options)
        question = trn(
            "Remove what was read of {n} document? The file itself stays.",
            "Remove what was read of {n} documents? The files themselves stay.",
            len(chosen),
        )
        if not (options.yes or agreed(question)):
            return EXIT_FAILED
        gone = library.remove(chosen)
    _forget_state(gone, setup)
    rows = [document_row(one) for one in chosen]
    return print_result(options, rows, [tr("Removed: {name}", name=one.name) for one in chosen])


def _forget_state(documents: Sequence[str], setup: Setup) -> None:
    """What the model remembers of chats that had documents goes with them."""
    from app.cli.chats.room import open_chats
    from app.services.documents.attached import references
    from app.services.models.snapshots import has_snapshots

    if has_snapshots(snapshot_folder(setup.folders)):
        with open_chats(setup) as room:
            room.library.trash.documents_removed(references(documents))


def _summarise(options: argparse.Namespace, setup: Setup) -> int:
    from app.cli.documents.summary import print_summary

    with _opened(setup) as library:
        listed = library.documents()
        document = _named(options.document, listed, listed)
        return print_summary(library, document, options, setup)


def _chosen(library: DocumentService, options: argparse.Namespace) -> list[StoredDocument]:
    if not options.documents and options.collection is None:
        raise InvalidValueError(tr("No document was named."), action="")
    listed = library.documents(options.collection)
    if not options.documents:
        return listed
    numbered = library.documents()
    return [_named(text, listed, numbered) for text in options.documents]


def _named(
    text: str, listed: Sequence[StoredDocument], numbered: Sequence[StoredDocument]
) -> StoredDocument:
    if text.isdecimal() and 1 <= int(text) <= len(numbered):
        return numbered[int(text) - 1]
    found = [one for one in listed if one.name == text]
    found = found or [one for one in listed if len(text) >= 4 and one.id.startswith(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidValueError(
            tr("Several documents are named “{name}”.", name=text),
            action=tr("Give the number or the id that 'phial documents list' shows."),
        )
    raise NotFoundError(tr("There is no document “{name}”.", name=text))


def document_row(document: StoredDocument) -> dict[str, object]:
    """A document as plain data."""
    facts = document.facts
    return {
        "id": document.id,
        "name": document.name,
        "path": document.path,
        "origin": document.origin,
        "collection": document.collection,
        "kind": facts.kind.value,
        "unit": facts.unit.value,
        "pages": facts.pages,
        "characters": facts.characters,
        "size": facts.size,
        "sha256": facts.sha256,
        "title": facts.title,
        "passages": document.passages,
        "read_at": document.read_at / 1_000_000,
        "remarks": [remark.value for remark in facts.remarks],
        "headings": [
            {"level": one.level, "text": one.text, "page": one.page} for one in facts.headings
        ],
    }


def page_remarks(library: DocumentService, document: StoredDocument) -> list[str]:
    """What is the matter with a document and its pages, a line for each kind."""
    from app.services.documents.remarks import remarks_told

    told = remarks_told(document, library.pages(document.id))
    return [f"     {one}" for one in told]  # not shown: below its name


def _line(document: StoredDocument) -> str:
    pages = trn("{n} page", "{n} pages", document.facts.pages)
    size = formats.size(document.facts.size)
    kept = f"  [{document.collection}]" if document.collection else ""
    return f"{document.id[:_ID_SHOWN]}  {document.name}  {pages}, {size}{kept}"


def _state(state: DocumentState) -> str:
    return f"  ({_STATES[state]})" if state in _STATES else ""


def _where(passage: Passage) -> str:
    if passage.heading:
        return tr(
            "{name}, p. {page}: {heading}",
            name=passage.document,
            page=str(passage.page),
            heading=passage.heading,
        )
    return tr("{name}, p. {page}", name=passage.document, page=str(passage.page))


def _passage_row(passage: Passage) -> dict[str, object]:
    return {
        "document": passage.document,
        "id": passage.document_id,
        "page": passage.page,
        "start": passage.start,
        "heading": passage.heading,
        "text": passage.text,
    }
