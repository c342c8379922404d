"""What the built-in demo answers from documents: the right line, its page, or that none says it.

Run with ``python -m tests.benchmarks.bench_demo_documents [--documents N] [--engine N]``. Documents
are made up anew: no name or fact of them stands anywhere in what the model was trained with, which
is looked at first. The first ``--engine`` questions are answered by llama.cpp, as in the window; of
the others it is looked at which line would be offered, since that is all that can be answered.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.generation import GenerationRequest, TextDelta
from app.engine.base import EngineOptions
from app.engine.llama.engine import LlamaEngine
from app.services.documents.checked_answer import check_answer
from app.services.documents.document_service import DocumentService
from app.services.documents.quoting import QuotingPlan, quoted_events, quoting_plan
from app.services.documents.reading_plan import ReadingChoice, ReadingMode, plan_reading
from app.store.documents.opening import open_private_documents
from app.system.bundled import bundled
from tests.support.document_files import lines, pdf
from tests.support.engines import load, never, turns

ROOT = Path(__file__).parents[2]
CONTEXT = 2_048
_BEGIN = "Bra Dor Fel Gul Hes Jor Kal Lum Mir Nol Osk Pel Quor Ris Sol Tul Ulv Ver Wex Yst Zam"
_MIDDLE = "va lo mi ne tu sa ri ko da pe"
_END = "rn st ld nk sk mt rd lm nd rk"
_THINGS = "bridge tower mill harbour school well gate library theatre canal"
_ROLES = "keeper architect owner painter founder"
_VERBS = "built opened repaired sold painted"
_PARTS = "steps rooms windows arches bells"
_GOODS = "ticket loaf lamp rope barrel"
_COINS = "crowns thalers marks shillings"
_FILLING = (
    "Visitors come in summer, when the days are long.",
    "Nobody remembers who planted the trees.",
    "The path is steep and stony in places.",
    "In winter the snow lies deep, and few come.",
)
_WHERE = "hill island market cape meadow"


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, a question that it answers, and what kind it is of."""

    kind: str
    text: str
    question: str


def name(rng: random.Random) -> str:
    """One that nobody has."""
    syllables = rng.choice(_BEGIN.split()), *rng.choices(_MIDDLE.split(), k=2)
    return "".join((*syllables, rng.choice(_END.split())))


def facts(rng: random.Random) -> list[Fact]:
    """What a document says: five kinds, of the same few things, so that lines are alike."""
    found: dict[str, Fact] = {}
    places = [name(rng) for _ in range(4)]
    while len(found) < 15:
        thing, place = rng.choice(_THINGS.split()), rng.choice(places)
        role, verb, part = (rng.choice(one.split()) for one in (_ROLES, _VERBS, _PARTS))
        goods, coin, where = (rng.choice(one.split()) for one in (_GOODS, _COINS, _WHERE))
        of = f"the {thing} of {place}"
        made = rng.choice((
            Fact("who", f"The {role} of {of} was {name(rng)} {name(rng)}.",
                 f"Who was the {role} of {of}?"),
            Fact("when", f"{of.capitalize().replace(place.lower(), place)} was {verb} in "
                         f"{rng.randint(1310, 1989)}.", f"When was {of} {verb}?"),
            Fact("price", f"A {goods} at {of} costs {rng.randint(3, 96)} {coin}.",
                 f"What does a {goods} cost at {of}?"),
            Fact("number", f"{of.capitalize().replace(place.lower(), place)} has "
                           f"{rng.randint(13, 980)} {part}.", f"How many {part} has {of}?"),
            Fact("where", f"{of.capitalize().replace(place.lower(), place)} stands on a {where} "
                          f"near {name(rng)}.", f"Where does {of} stand?"),
        ))  # fmt: skip
        found.setdefault(made.question, made)
    return list(found.values())


def pages(rng: random.Random, said: list[Fact]) -> list[list[str]]:
    """Three pages of sentences, some of which say nothing."""
    sheets: list[list[str]] = [[], [], []]
    for number, one in enumerate(said):
        sheets[number % 3] += [one.text, *([rng.choice(_FILLING)] if rng.random() < 0.4 else [])]
    return sheets


def known() -> str:
    """Whatever the model was trained with, in lower case."""
    folder = ROOT / "models" / "demo"
    files = [*folder.rglob("*.py"), *folder.rglob("*.json")]
    return "\n".join(path.read_text("utf-8").lower() for path in files)


def offered(service: DocumentService, path: Path, question: str) -> QuotingPlan:
    """What the model is given, as in the window."""
    document = service.add(path)
    choice = ReadingChoice(ReadingMode.PASSAGES)
    return quoting_plan(plan_reading(service, [document], question, CONTEXT, choice), question)


def answer(engine: LlamaEngine, quotes: QuotingPlan, question: str) -> str:
    """What the model says."""
    request = GenerationRequest(
        "", turns(quotes.plan.question(question)), private=True, grammar=quotes.grammar
    )
    told = quoted_events(engine.generate(request, never()), quotes)
    return "".join(one.text for one in told if isinstance(one, TextDelta))


def asked(rng: random.Random, count: int, folder: Path) -> Iterator[tuple[Path, Fact, bool]]:
    """Questions, each with its document and whether that says it."""
    for number in range(count):
        said = facts(rng)
        path = folder / f"{number}.pdf"
        path.write_bytes(pdf([lines(*sheet) for sheet in pages(rng, said)]))
        for one in rng.sample(said, 5):
            yield path, one, True
        elsewhere = facts(rng)[0]  # of places that this document does not know
        yield path, Fact("not there", elsewhere.text, elsewhere.question), False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--engine", type=int, default=24)
    parser.add_argument("--seed", type=int, default=19)
    options = parser.parse_args()
    rng, trained = random.Random(options.seed), known()
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    service = DocumentService(open_private_documents())
    engine = LlamaEngine(EngineOptions())
    load(engine, bundled("models", "demo.gguf"), context_size=CONTEXT)
    with tempfile.TemporaryDirectory(prefix="phial-demo-") as at:
        for number, (path, fact, there) in enumerate(asked(rng, options.documents, Path(at))):
            names = [one.strip(".?") for one in fact.text.split() if one[0].isupper()][1:]
            assert not any(one.lower() in trained for one in names), names
            quotes = offered(service, path, fact.question)
            count[fact.kind] += 1
            if not there:
                right[fact.kind] += not quotes.lines
                continue
            (line,) = quotes.lines.values()
            good = line.text == fact.text
            if number < options.engine:
                said = answer(engine, quotes, fact.question)
                checked = check_answer(quotes.plan, fact.question, said)
                count["answered by llama.cpp: the line, quoted, with [n]"] += 1
                good = said == line.quotation and [one.checked.verdict for one in checked] == [
                    "quoted"
                ]
                right["answered by llama.cpp: the line, quoted, with [n]"] += good
                good = good and line.text == fact.text
            right[fact.kind] += good
    engine.close()
    service.close()
    cores, load_now = os.cpu_count(), os.getloadavg()[0]
    print(f"seed {options.seed}, {platform.machine()}, {cores} cores, load {load_now:.1f}")
    for kind, of in sorted(count.items()):
        print(f"{kind:52} {right[kind]:>4} of {of:>4}  {right[kind] / of:.1%}")


if __name__ == "__main__":
    main()
