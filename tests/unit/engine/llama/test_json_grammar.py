"""llama.cpp takes the grammars of schemas, and what it draws by them is what the schema allows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from app.domain.endpoints.source import FileSource
from app.domain.generation import (
    Finished,
    GenerationRequest,
    Role,
    Sampling,
    StopReason,
    TextDelta,
    Turn,
)
from app.domain.grammar.json_schema import grammar_for
from app.domain.model import LoadRequest
from app.system.bundled import bundled

pytestmark = pytest.mark.llama


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    from app.engine.llama.engine import LlamaEngine

    made = LlamaEngine()
    made.load(
        LoadRequest(FileSource(bundled("models", "demo.gguf"))),
        lambda _fraction: None,
        threading.Event(),
    )
    yield made
    made.close()


def drawn(engine: Any, schema: object, seed: int) -> tuple[str, StopReason]:
    request = GenerationRequest(
        "",
        (Turn(Role.USER, "Give me an example."),),
        Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=seed, max_tokens=400),
        private=True,
        grammar=grammar_for(schema),
    )
    events = list(engine.generate(request, threading.Event()))
    assert isinstance(events[-1], Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), events[-1].reason


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "schema",
    [
        {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 12},
                "kind": {"enum": ["a\n\"b", None, 5]},
                "when": {"type": "string", "format": "date-time"},
                "parts": {"type": "array", "items": {"type": "boolean"}, "maxItems": 3},
            },
            "required": ["kind"],
            "additionalProperties": False,
        },
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 4},
        {
            "anyOf": [
                {"type": ["null", "number"]},
                {"const": "a"}, {"enum": ["ab", "abc"]},
                {"type": "array", "items": {"$ref": "#"}, "maxItems": 2},
            ]
        },
        {
            "type": "object",
            "properties": {
                "code": {"type": "string", "pattern": r"^[A-Z]{2}-\d{2,4}(/[^a-z\s]+)?$"},
                "has": {"type": "string", "pattern": "(a|b)+c", "maxLength": 40},
                "share": {"type": "number", "minimum": 0.25, "exclusiveMaximum": 1},
            },
            "required": ["code", "has", "share"],
            "additionalProperties": False,
        },
        {"const": {"é": "\u200b\U0001f600"}},
    ],
)  # fmt: skip
def test_what_is_drawn_fits_the_schema(engine: Any, schema: dict[str, Any], seed: int) -> None:
    text, reason = drawn(engine, schema, seed)
    assert reason is StopReason.END_OF_TURN, text
    jsonschema.validate(json.loads(text), schema)
