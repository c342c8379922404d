"""Reading documents and finding the right page: milliseconds a page, memory, queries, finding.

Run with ``python tests/benchmarks/bench_documents.py [--manuals FOLDER] [--passages N]
[--embedding FILE]``. FILE is an embedding model (``minilm_gguf.py`` makes one). The manuals are
Debian's, of which FOLDER is searched for PDF files:

    apt-get download developers-reference debian-reference-en
    for file in *.deb; do dpkg-deb -x "$file" manuals; done

Without them what they are needed for is left out. Prints one table.
"""

from __future__ import annotations

import argparse
import base64
import os
import platform
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil

from app.documents.process.client import DocumentReader
from app.documents.process.frames import OpenedReply
from app.domain.documents import DocumentFacts, DocumentKind, DocumentPage, PageUnit, Passage
from app.domain.embedding import QuestionVector, packed
from app.engine.embedding.client import EmbeddingClient
from app.services.documents.document_service import DocumentService
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.document_rows import DocumentSource, PassageDraft
from app.store.documents.opening import open_documents
from tests.benchmarks.bench_store import Writing
from tests.support.document_files import lines, pdf

QUESTIONS = 116  # of each manual: 232, as many as the figures in the facts were measured with
_SENTENCE = re.compile(r"[A-Z][^.!?]{60,400}[.!?]")
_WORD = re.compile(r"[a-z]{4,}")


def row(name: str, value: str, wanted: str = "") -> None:
    print(f"{name:58} {value:>16}  {wanted}", flush=True)


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def reading(paths: list[Path]) -> None:
    """What reading costs, and the process that reads."""
    reader = DocumentReader()
    for path in paths:
        reader.draw(path, 1, 100)  # the process is there
        before = _processor(reader.pid)
        pages, began, spent = 0, time.perf_counter(), time.process_time()
        for found in reader.read(path, threading.Event()):
            pages += isinstance(found, DocumentPage)
            peak = 0 if isinstance(found, OpenedReply) else _rss(reader.pid)
        wall, own = time.perf_counter() - began, time.process_time() - spent
        reader_took = _processor(reader.pid)
        row(f"{path.name}: ms a page by the clock", f"{wall / pages * 1000:.2f}", "5")
        busy = (own + reader_took - before) / pages * 1000
        row(f"{path.name}: ms a page of the processor", f"{busy:.2f}", "5")
        row(f"{path.name}: of them this process", f"{own / pages * 1000:.2f}")
        row(f"{path.name}: MB of the process that reads", f"{peak / 1e6:.0f}")
        reader_took, spent = _processor(reader.pid), time.process_time()
        drawn = [milliseconds(partial(_draw, reader, path, n)) for n in range(10, 20)]
        busy = _processor(reader.pid) - reader_took + time.process_time() - spent
        row(f"{path.name}: ms of the processor to draw a page", f"{busy * 100:.0f}", "50")
        row(f"{path.name}: ms to draw a page 900 px wide", f"{statistics.median(drawn):.0f}", "50")
    reader.close()


def _processor(pid: int | None) -> float:
    """Seconds of the processor that a process used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _draw(reader: DocumentReader, path: Path, page: int) -> bytes:
    """A page as the window unpacks it."""
    return zlib.decompress(base64.b64decode(reader.draw(path, page, 900).pixels))


def _rss(pid: int | None) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def thousand_pages(folder: Path) -> None:
    """From a file of 1,000 pages to answers from it."""
    writing = Writing(3)
    text = [lines(*_wrapped(writing.text(320))) for _ in range(1000)]
    path = folder / "thousand.pdf"
    path.write_bytes(pdf(text))
    before = _rss(os.getpid())
    service = DocumentService(open_documents(folder / "library").repository)
    gaps: list[float] = []
    stop = threading.Event()
    ticker = threading.Thread(target=_tick, args=(gaps, stop))
    ticker.start()
    began = time.perf_counter()
    service.add(path)
    seconds = time.perf_counter() - began
    stop.set()
    ticker.join()
    row("1,000 pages: seconds until they can be searched", f"{seconds:.1f}", "10")
    gaps.sort()
    row("meanwhile: ms between two turns of another thread, p99", f"{gaps[-len(gaps) // 100]:.1f}")
    row("MB that this process grew", f"{(_rss(os.getpid()) - before) / 1e6:.0f}", "30")
    service.close()


def _tick(gaps: list[float], stop: threading.Event) -> None:
    while not stop.is_set():
        before = time.perf_counter()
        time.sleep(0.001)
        gaps.append((time.perf_counter() - before) * 1000)


def _wrapped(text: str) -> list[str]:
    ascii_text = text.encode("ascii", "replace").decode().replace("\n", " ")
    return [ascii_text[i : i + 90] for i in range(0, min(len(ascii_text), 4_000), 90)]


def queries(folder: Path, count: int) -> None:
    """Questions over many passages of many documents."""
    repository = open_documents(folder / "many").repository
    writing = Writing(5)
    began = time.perf_counter()
    _fill(repository, writing, count)
    row(f"{count:,} passages: seconds to store", f"{time.perf_counter() - began:.0f}")
    rng = random.Random(1)
    for words in (2, 4, 12):
        times = [
            milliseconds(partial(repository.search, " ".join(rng.choices(writing.pool, k=words))))
            for _ in range(60)
        ]
        times.sort()
        told = f"{statistics.median(times):.1f} / {times[-3]:.1f}"
        row(f"{count:,} passages: ms, {words} words, median / p95", told, "30")
    size = (folder / "many" / "documents.db").stat().st_size
    row(f"{count:,} passages: bytes a passage on the disk", f"{size / count:.0f}")
    by_meaning(repository, rng, writing, count, folder)
    repository.close()


WIDTH, SHA = 384, "ab" * 32


def by_meaning(
    repository: DocumentRepository, rng: random.Random, writing: Writing, count: int, folder: Path
) -> None:
    """The same questions with vectors: random ones, since how long it takes is all that counts."""
    store = repository.embeddings
    began = time.perf_counter()
    shape = [packed([rng.gauss(0, 1) for _ in range(WIDTH)]) for _ in range(2_000)]
    last = 0
    while missing := store.missing(SHA, 5_000, last):
        last = missing[-1].seq
        store.keep(SHA, [(one.seq, rng.choice(shape)) for one in missing]).result()
    row(f"{count:,} vectors: seconds to store", f"{time.perf_counter() - began:.0f}")
    size = (folder / "many" / "documents.db").stat().st_size
    row(f"{count:,} passages with vectors: bytes each on the disk", f"{size / count:.0f}")

    def ask() -> None:
        question = " ".join(rng.choices(writing.pool, k=12))
        repository.search(question, asked=QuestionVector(SHA, rng.choice(shape)))

    row(f"{count:,} passages: ms, the first question by meaning", f"{milliseconds(ask):.0f}")
    times = sorted(milliseconds(ask) for _ in range(40))
    told = f"{statistics.median(times):.1f} / {times[-3]:.1f}"
    row(f"{count:,} passages: ms, 12 words and meaning, median / p95", told, "100")


def one_text(model: Path) -> None:
    """What a question's vector costs, and a passage's."""
    client = EmbeddingClient()
    row(
        "ms until the first vector: process and model",
        f"{milliseconds(partial(client.embed, model, ['a'])):.0f}",
    )
    asked = "How do I tell the package manager which version of a package to keep?"
    times = sorted(milliseconds(partial(client.embed, model, [asked])) for _ in range(20))
    row("ms, the vector of a question, median / longest", f"{times[10]:.1f} / {times[-1]:.1f}")
    text = Writing(3).text(100)
    each = milliseconds(partial(client.embed, model, [text] * 16)) / 16
    row("ms, the vector of a passage of 100 words", f"{each:.1f}")
    row("MB of the process that makes vectors", f"{_rss(client.pid) / 1e6:.0f}")
    client.close()


def _fill(repository: DocumentRepository, writing: Writing, count: int) -> None:
    each = 10
    for number in range(count // each):
        name = f"{number}.txt"
        texts = [writing.text(100).replace("\n", " ") for _ in range(each)]
        pages = [DocumentPage(n, text, 0, len(text)) for n, text in enumerate(texts, 1)]
        drafts = [PassageDraft(page.number, 0, page.text, "") for page in pages]
        facts = DocumentFacts(DocumentKind.TEXT, PageUnit.SECTION, 0, name, each, 0)
        source = DocumentSource(name, name, name, name, "", 0, 0)
        repository.add(source, facts, pages, drafts).result()  # one after another, as files are


def finding(folder: Path, paths: list[Path], model: Path | None) -> None:
    """How often the right page is among the first that are found."""
    repository = open_documents(folder / "manuals").repository
    service = DocumentService(repository)
    documents = [service.add(path) for path in paths]
    client = EmbeddingClient()
    if model is not None:
        began = time.perf_counter()
        while missing := repository.embeddings.missing(SHA, 16):
            vectors = client.embed(model, [one.text for one in missing])
            kept = [(one.seq, vector) for one, vector in zip(missing, vectors, strict=True)]
            repository.embeddings.keep(SHA, kept).result()
        seconds, count = time.perf_counter() - began, repository.embeddings.count(SHA).done
        row(f"{count} passages: seconds until they are found by meaning", f"{seconds:.0f}")
    rng = random.Random(11)
    asked: dict[str, list[tuple[str, str, int]]] = {"sentence questions": [], "headings": []}
    for document in documents:
        for question, number in _sentence_questions(rng, service.pages(document.id)):
            asked["sentence questions"].append((question, document.id, number))
        asked["headings"] += [(one.text, document.id, one.page) for one in document.facts.headings]
    ways: dict[str, Callable[[str], list[Passage]]] = {
        "words": lambda text: repository.search(text, limit=20)
    }
    if model is not None:

        def vector(text: str) -> QuestionVector:
            return QuestionVector(SHA, client.embed(model, [text])[0])

        ways["meaning"] = lambda text: repository.passages(
            repository.embeddings.nearest(vector(text))[:20]
        )
        ways["both"] = lambda text: repository.search(text, limit=20, asked=vector(text))
    for name, questions in asked.items():
        for way, find in ways.items():
            places = [_place(find(text), document, page) for text, document, page in questions]
            shares = [
                sum(0 < place <= most for place in places) / len(places) for most in (1, 3, 5)
            ]
            wanted = "94 % of three" if (name, way) == ("sentence questions", "words") else ""
            told = " / ".join(f"{share:.1%}" for share in shares)
            row(f"{len(places)} {name} by {way}: page first / three / five", told, wanted)
    client.close()
    service.close()


def _place(passages: list[Passage], document: str, number: int) -> int:
    """The place of the right page among those that are found; 0 where it is none of them."""
    found: list[tuple[str, int]] = []
    for passage in passages:
        if (passage.document_id, passage.page) not in found:
            found.append((passage.document_id, passage.page))
    return found.index((document, number)) + 1 if (document, number) in found else 0


def _sentence_questions(rng: random.Random, pages: list[DocumentPage]) -> Iterator[tuple[str, int]]:
    """Four words of a sentence, two of them inflected in another way than there."""
    choices = [
        (match[0], page.number)
        for page in pages
        for match in _SENTENCE.finditer(" ".join(page.body.split()))
    ]
    done = 0
    rng.shuffle(choices)
    for sentence, number in choices:
        words = sorted(set(_WORD.findall(sentence)) - _SMALL)
        if len(words) >= 6 and done < QUESTIONS:
            asked = rng.sample(words, 4)
            asked[:2] = [_inflected(word) for word in asked[:2]]
            done += 1
            yield " ".join(asked), number


_SMALL_WORDS = (
    "this that with from have been will your they their them there these those which when what "
    "where should would could must such some more most other than then also into only very"
)
_SMALL = frozenset(_SMALL_WORDS.split())


def _inflected(word: str) -> str:
    if word.endswith("ing") and len(word) > 6:
        return word[:-3]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return f"{word[:-1]}ing" if word.endswith("e") else f"{word}s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manuals", type=Path, help="a folder with Debian's manuals")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--embedding", type=Path, help="a model that makes vectors, as GGUF")
    steps_told = ("reading", "thousand", "queries", "vectors", "finding")
    parser.add_argument("--only", choices=steps_told)
    options = parser.parse_args()
    paths = sorted(options.manuals.rglob("*.pdf")) if options.manuals else []
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}; last column: wanted")
    with tempfile.TemporaryDirectory(prefix="phial-documents-") as name:
        folder = Path(name)
        steps: dict[str, Callable[[], None]] = {
            "reading": lambda: reading(paths),
            "thousand": lambda: thousand_pages(folder),
            "queries": lambda: queries(folder, options.passages),
            "vectors": lambda: one_text(options.embedding) if options.embedding else None,
            "finding": lambda: finding(folder, paths, options.embedding) if paths else None,
        }
        for step, work in steps.items():
            if options.only in {None, step}:
                work()


if __name__ == "__main__":
    main()
