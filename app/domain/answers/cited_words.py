"""What checking a citation found, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from app.domain.parts import CitationPart
from app.language import formats, tr

VERDICT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quoted": tr("word for word"),
        "supported": tr("found"),
        "reordered": tr("in each other's place"),
        "misplaced": tr("for something else"),
        "differs": tr("differs"),
        "not_found": tr("not found"),
        "no_passage": tr("no such passage"),
    }
)
"""In a word or two, by the verdict."""
KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quotation": tr("quotation"),
        "number": tr("numbers"),
        "date": tr("dates"),
        "name": tr("names"),
    }
)
"""What was looked for, by the kind of claim; a negation is none of them."""
NEGATION = "negation"
_LONGEST = 80  # characters of something that is missing, as it is told


def kinds_told(kinds: Iterable[str]) -> str:
    """Kinds of claims in words, each once: "quotation, numbers and names"."""
    present = set(kinds)
    return formats.listed([words for kind, words in KIND_WORDS.items() if kind in present])


def claim_told(words: str) -> str:
    """Something that a sentence says, in quotation marks, and not longer than a line."""
    cut = words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()}\u2026"
    return formats.quoted(cut)


def found_words(part: CitationPart) -> str:
    """What checking found of a citation, and what was looked for; empty where nobody checked."""
    found = _found(part)
    if part.elsewhere is None:
        return found
    return tr("{found}; all of it stands on p. {page}", found=found, page=str(part.elsewhere))


def _found(part: CitationPart) -> str:
    found = VERDICT_WORDS.get(part.verdict, part.verdict)
    what = kinds_told(part.checked.split())
    missing = [line.partition(" ")[::2] for line in part.missing.splitlines()]
    match part.verdict:
        case "supported" if what:
            return tr("found: {what}", what=what)
        case "reordered" if what:
            return tr("in each other's place: {what}", what=what)
        case "misplaced" if missing:
            told = formats.listed([claim_told(words) for _, words in missing])
            return tr("stands there for something else: {what}", what=told)
        case "differs" if missing:
            told = formats.listed(
                [claim_told(words) for kind, words in missing if kind != NEGATION]
            )
            negated = next((words for kind, words in missing if kind == NEGATION), "")
            if told:
                return tr("differs, not there: {what}", what=told)
            return tr("differs: only one of the two says {word}", word=claim_told(negated))
        case _:
            return found
