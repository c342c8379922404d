"""What of a question is looked for in documents: its words, as FTS5 wants them. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

from app.store.database.text_normalization import spaceless, tokens

MOST_WORDS = 40  # of a question that are looked for; whoever pastes a page means its beginning
_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"(?<=[\w,;:] )[A-Z\u00c0-\u00de][^\W\d_]+")
_LATIN = re.compile("[a-z0-9\u00c0-\u024f\u1e00-\u1eff]", re.IGNORECASE)
_OTHER = re.compile("[^\\W\\d_a-zA-Z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]")
# Words that are in every passage and say nothing of what is asked.
_ENGLISH = (  # not shown
    "a about above after again all also am an and any are as at be because been before being "
    "below between both but by can could did do does doing down during each few for from "
    "further had has have having he her here hers him his how i if in into is it its itself "
    "just me more most my no nor not now of off on once only or other our out over own said "
    "same she should so some such tell than that the their them then there these they this "
    "those through to too under until up us very was we were what when where which while who "
    "whom whose why will with would you your "
)
_GERMAN = (  # not shown
    "aber als am an auch auf aus bei bis das dass dem den der des die du durch ein eine einem "
    "einen einer eines er es für hat ich ihr im in ist mit nach nicht noch nur oder sich sie "
    "sind so und von vor war was wenn wer wie wird wo zu zum zur über "
)
_FRENCH = (  # not shown
    "au aux avec ce ces dans de des du elle en est et il ils je la le les leur ne pas par "
    "pour qu que qui sa se ses son sont sur un une "
)
_SPANISH = (  # not shown
    "al con como cual del el ella en es esta este la las lo los más no o para pero por que se "
    "si sin su sus un una y "
)
_GERMAN_ALONE = frozenset(_GERMAN.split()) - frozenset(_ENGLISH.split())
_STOP = frozenset(f"{_ENGLISH}{_GERMAN}{_FRENCH}{_SPANISH}".split())


def names_in(question: str) -> list[str]:
    """The names in a question: words with a capital that does not begin a sentence.

    None in German, where every noun has one.
    """
    words = {word.lower() for word in _WORD.findall(question)}
    return [] if words & _GERMAN_ALONE else _NAME.findall(question)


def has_other_letters(text: str) -> bool:
    """Whether a text has letters that are not Latin."""
    return _OTHER.search(text) is not None


def stem_terms(question: str) -> list[str]:
    """The words in Latin letters, as FTS5 wants them."""
    words = [word for word in _WORD.findall(question) if _LATIN.search(word)]
    chosen = dict.fromkeys(word.lower() for word in words if word.lower() not in _STOP)
    asked = list(chosen or dict.fromkeys(word.lower() for word in words))[:MOST_WORDS]
    return [f'"{word}"' for word in asked]


def plain_terms(question: str) -> list[str]:
    """The words with other letters, as FTS5 wants them.

    Of a script without spaces, where a character is a token, neighbours are looked for together.
    """
    if not has_other_letters(question):
        return []
    found: dict[str, None] = {}
    for run in _WORD.findall(question):
        cut = tokens(run)
        pairs = [f"{a} {b}" for a, b in pairwise(cut) if spaceless(a)]
        for term in pairs or cut:
            if has_other_letters(term):
                found[term] = None
    return [f'"{term}"' for term in list(found)[:MOST_WORDS]]
