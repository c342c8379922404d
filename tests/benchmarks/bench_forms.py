"""Whether answers in a form always keep to it, and what holding to it costs.

    python tests/benchmarks/bench_forms.py [--schemas 1000] [--first 0] [--model FILE …]
                                           [--threads N] [--cost FILE]

Schemas are written from a seed. Each is asked of each model at a high temperature (a model with
random weights and the demo, unless others are named), and each answer that its model ended itself
is validated twice: by `jsonschema`, and by the program's own check. One that met the token limit
is asked for again with a limit that every one of these bounded schemas ends within; what meets that
one too counts as cut, which is not valid. An abort ends this program, so a last line means none.
`--first` is the seed to begin with, so that several processes can share the work. Of `--threads`
one is best on a busy machine: two wait for each other, as long as ten seconds a token.

``--cost`` takes a model of a large vocabulary that says the alphabet over and over, as
``make_phi4_shaped.py --layers 1 --script`` writes it, and compares tokens without a grammar, with
one that it obeys, and with one that refuses each of its tokens: in turns, two minutes in all on two
quiet cores.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import jsonschema

from app.domain.endpoints.source import FileSource
from app.domain.generation import (
    GREEDY,
    Finished,
    GenerationRequest,
    Role,
    Sampling,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.grammar.form import Form, FormKind
from app.domain.grammar.form_check import keeps_to
from app.domain.grammar.form_grammar import form_grammar
from app.domain.model import LoadRequest
from app.engine.llama.engine import LlamaEngine
from app.system.bundled import bundled
from tests.support.gguf_factory import ModelSpec, write_model

LIMIT = 400  # tokens of an answer
LONGER = 8_000  # of one that met the first limit
TOLD = 50  # schemas between two lines of progress
CONTEXT = 8_192  # what the small models were made for
ROUNDS = 7  # of the cost
MOST_COST = 1.15  # of a token that keeps to a grammar by itself, free ones being 1
PATTERNS = (r"^[A-Z]{2}-\d{2,4}$", "(ab|c)+", r"^\w+@\w+\.(org|net)$", r"^[^\s]{1,12}$", r"\d$")


def schema(draw: random.Random, depth: int = 0) -> dict[str, Any]:
    """A schema that can be held to."""
    kinds = ["string", "integer", "number", "boolean", "null", "enum", "date", "either",
             "pattern"]  # fmt: skip
    kind = draw.choice(kinds if depth > 2 else [*kinds, "object", "object", "array"])
    match kind:
        case "object":
            names = draw.sample(["a", "b b", "ü", '"', "name", "born", "\\"], draw.randint(1, 4))
            required = [name for name in names if draw.random() < 0.6]
            properties = {name: schema(draw, depth + 1) for name in names}
            return {"type": kind, "properties": properties, "required": required,
                    "additionalProperties": False}  # fmt: skip
        case "array":
            low = draw.randint(0, 2)
            return {"type": kind, "items": schema(draw, depth + 1), "minItems": low,
                    "maxItems": low + draw.randint(0, 3)}  # fmt: skip
        case "string":
            low = draw.randint(0, 3)
            return {"type": kind, "minLength": low, "maxLength": low + draw.randint(0, 20)}
        case "pattern":
            return {"type": "string", "pattern": draw.choice(PATTERNS)}
        case "number" if draw.random() < 0.5:
            low = round(draw.uniform(-30, 30), draw.randint(0, 3))
            return {
                "type": kind,
                "minimum": low,
                "exclusiveMaximum": round(low + draw.choice([0.5, 40]), 3),
            }
        case "integer" if draw.random() < 0.5:
            low = draw.randint(-2000, 2000)
            return {"type": kind, "minimum": low, "maximum": low + draw.randint(0, 3000)}
        case "enum":
            return {"enum": draw.sample(["red", "é\n", 1, 2.5, None, True, 'a"b'], 3)}
        case "date":
            return {"type": "string", "format": draw.choice(["date", "time", "date-time"])}
        case "either":
            return {"anyOf": [schema(draw, depth + 1), {"type": "null"}]}
    return {"type": kind}


def answer(engine: LlamaEngine, grammar: str, sampling: Sampling) -> tuple[str, StopReason, float]:
    """Text, why it ended, and seconds a token."""
    turns = (Turn(Role.USER, "Give me an example."),)
    asked = GenerationRequest("", turns, sampling, private=True, grammar=grammar)
    events = list(engine.generate(asked, threading.Event()))
    end = events[-1]
    assert isinstance(end, Finished)
    text = "".join(one.text for one in events if isinstance(one, TextDelta))
    spent = end.timings.completion_seconds / max(1, end.timings.completion_tokens)
    return text, end.reason, spent


def loaded(path: Path, threads: int | None = None) -> LlamaEngine:
    """An engine with a model, with small buffers: some processors cannot use the others."""
    engine = LlamaEngine()
    request = LoadRequest(FileSource(path), context_size=CONTEXT, threads=threads)
    engine.load(request, lambda _fraction: None, threading.Event())
    return engine


def validity(path: Path, first: int, count: int, threads: int | None) -> bool:
    """Ask for every schema; print the counts."""
    engine, found = loaded(path, threads), Counter[str]()
    for seed in range(first, first + count):
        if seed > first and (seed - first) % TOLD == 0:
            print(f"  {path.name}, seeds {first} to {seed - 1}: {dict(found)}", flush=True)
        wanted = schema(random.Random(seed))
        form = Form(FormKind.JSON, schema=json.dumps(wanted))
        grammar = form_grammar(form, bare=True)
        for limit in (LIMIT, LONGER):
            hot = Sampling(1.5, 0, 1.0, 0.0, seed=seed, max_tokens=limit)
            text, reason, _ = answer(engine, grammar, hot)
            if reason is StopReason.END_OF_TURN:
                break
            found["asked again"] += 1
        if reason is not StopReason.END_OF_TURN:
            found["cut"] += 1
            print(f"seed {seed}: cut at {len(text)} characters, {reason}")
            continue
        checker = jsonschema.Draft202012Validator(wanted)
        valid = checker.is_valid(json.loads(text)) and keeps_to(form, text)
        found["valid" if valid else "NOT VALID"] += 1
        if not valid:
            print(f"seed {seed}: {text!r} for {wanted}")
    engine.close()
    print(f"{path.name}: {dict(found)}", flush=True)
    return not found["NOT VALID"] and not found["cut"]


def cost(path: Path) -> bool:
    """Print milliseconds a token for each way, taken in turns, and whether obeying is in bounds."""
    engine = loaded(path)
    ways = {
        "free": ("", 100),
        "obeyed": ("root ::= [a-z]+", 100),
        "refused": ("root ::= [A-Z]+", 20),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    answer(engine, "", GREEDY.with_limit(20))  # what is paid once
    for _ in range(ROUNDS):
        for name, (grammar, tokens) in ways.items():
            spent[name].append(answer(engine, grammar, GREEDY.with_limit(tokens))[2])
    engine.close()
    for name, each in spent.items():
        told = f"least {1000 * min(each):.2f}, median {1000 * median(each):.2f} ms a token"
        print(f"{name}: {told}", flush=True)
    ratios = [one / free for one, free in zip(spent["obeyed"], spent["free"], strict=True)]
    least = min(spent["obeyed"]) / min(spent["free"])
    pairs = " ".join(f"{one:.3f}" for one in ratios)
    print(f"obeyed / free: least {least:.3f}, median {median(ratios):.3f}, pairs {pairs}")
    print(f"at most {MOST_COST}: {'kept' if median(ratios) <= MOST_COST else 'NOT KEPT'}")
    return median(ratios) <= MOST_COST


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schemas", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--model", type=Path, action="append", default=[])
    parser.add_argument("--threads", type=int)
    parser.add_argument("--cost", type=Path)
    options = parser.parse_args()
    if options.cost is not None:
        return 0 if cost(options.cost) else 1
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        spec = ModelSpec(depends_on_history=True)
        own = [write_model(Path(folder) / "random-weights.gguf", spec),
               bundled("models", "demo.gguf")]  # fmt: skip
        asked = options.first, options.schemas, options.threads
        right = [validity(path, *asked) for path in options.model or own]
    print(f"{time.monotonic() - begun:.0f} s, no abort")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
