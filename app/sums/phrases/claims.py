"""Whether a statement is claimed: not asked, denied, supposed, called wrong or said of others.

A word that takes a statement back counts for its own sentence and the two beside it, never for a
whole paragraph; and a word that only makes another reading possible ("rest", "binary", "clock")
counts only where that reading would make the statement true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNCLAIMED = re.compile(  # what is supposed, or what others say
    r"\b(?:if|while|until|unless|whenever|wenn|when|falls|solange|si|tant que|mientras|se|finché"
    r"|quando|enquanto|supponiamo|supponga|suponha|suponhamos|suppose|assume|say|imagine|angenommen|supposons|supongamos"
    r"|(?<!\bI )(?:think|believe|claim|wrote|said|glauben|denken|meinen|pensent|croient|creen)"
    r"|first glance|auf den ersten blick|you(?:r answer|r result)?|deine antwort)"
    r"(?:\s+(?:that|dass|que))?[\s,:(`$]*(?:\\\()?\s*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|instead|rather than|nicht|kein\w*|pas|no(?![,:!—–]|\s[—–])|non(?![-,:!—–])|não"
    r"|nunca)\b|n['’]t\b",
    re.IGNORECASE,
)
_WRONG = re.compile(  # not shown
    r"\b(?:wrong|incorrect\w*|false|untrue|slogans?|myths?|a lie|lüge|nonsense"
    r"|absurd\w*|propaganda|orwell\w*|mistake\w*|mistaken|error|errors|erroneous\w*|fallacy"
    r"|(?:not|\w+n['’]t) (?:true|right|correct|equal|so|hold)"
    r"|falsch\w*|fehler\w*|faux|fausse\w*|erreurs?|incorrect[oa]s?|fals[oa]s?|error(?:es)?)\b"
    r"|\b(?:sbagliat[oaie]|errat[oaie]|errori?|errad[oa]s?|erros?|incorret[oa]s?)\b"
    r"|≠|\\ne(?:q|\b)|≡|\\equiv|\\pmod|!="
    r"|خطأ|خاطئ|गलत|ग़लत",
    re.IGNORECASE,
)
_MARKED = re.compile("[✗✘❌❎]")
_OTHER_NUMBERS = re.compile(  # not shown: numbers of another kind
    r"\b(?:hex(?:adecimal)?|octal|oktal|hexadezimal|in base|base[- ]?\d+|zur basis|basis \d+"
    r"|modul[oar]\w*|xor|u?int\d+\w*|overflow\w*|wraps?|wrapped|wrapping|saturat\w+|roman"
    r"|as (?:a )?strings?|concatenat\w*|módulo|na base \d+)\b|(?<!log)[₂₈]",
    re.IGNORECASE,
)
_TWO = re.compile(r"[^2-9]*")
_TWO_DIGITS = re.compile(
    r"\b(?:binary|binär\w*|binaire\w*|bin[aá]ri[oa]s?|boole\w*)\b", re.IGNORECASE
)
_HOURS = re.compile(r"\b(?:clock|o['’]clock|uhr|horloge|reloj|orologio|relógio)\b", re.IGNORECASE)
_REST = re.compile(r"\b(?:remainder|remaining|rest|reste|resto|rem|r)\b|باق|शेष", re.IGNORECASE)
_OPENING, _CLOSING = "\"'“„«‘‚「", "\"'”“»’‘」"
_CODE_BEFORE = re.compile(  # what is worked out there, and nobody claims
    r"\b(?:assert\w*|print\w*|expr|echo)\b\s*[:([\"'`\0]*\s*$|\bwhether\b[^.?!\n]*$",
    re.IGNORECASE,
)
_DIVIDES = re.compile(
    r"[/÷∕⁄]|(?<=\s):(?=\s)|\\(?:d?frac|div)|\b(?:by|durch|par|entre|mod|diviso|dividido|per|por)\b|على|भाग"
)
_FAR = 600  # characters to where a denial is looked for
_SENTENCE = re.compile(r"[.!?؟।][\s\0*]+")
_CONGRUENT = re.compile(r"[^,;.\n]*(?:\\[bp]?|(?<![a-z]))mod\b")
_ASKED = re.compile(r"(?:[^.?!;\n؟।]|[.!](?=\d)){0,600}[?؟]")


@dataclass(frozen=True, slots=True)
class StatementPlace:
    """Where a statement stands.

    Attributes:
        line: Offset of the first character of its line or formula.
        start: Of the statement.
        relation_end: Behind its sign.
        end: Behind the statement.
    """

    line: int
    start: int
    relation_end: int
    end: int

    @staticmethod
    def at(text: str, start: int, relation_end: int, end: int) -> StatementPlace:
        """The place of a statement in a text; of a long line, its last characters count."""
        least = max(0, start - _FAR)
        line = text.rfind("\n", least, start) + 1 or least
        return StatementPlace(line, start, relation_end, end)


def sentence_before(text: str, place: StatementPlace) -> int:
    """Where the sentence before that of a statement begins, or its line does."""
    return _begins(text, place)[0]


def sentence_end(text: str, place: StatementPlace) -> int:
    """Where the sentence of a statement ends, or its line does."""
    line_end = text.find("\n", place.end, place.end + _FAR)
    line_end = min(place.end + _FAR, len(text)) if line_end < 0 else line_end
    found = _SENTENCE.search(text, place.end, line_end)
    return found.start() if found is not None else line_end


def _begins(text: str, place: StatementPlace) -> tuple[int, int]:
    """Where the sentence before begins, and where the statement's own does."""
    first = place.line
    ends = [found.end() for found in _SENTENCE.finditer(text, first, place.start)]
    return [first, first, *ends][-2], [first, *ends][-1]


def is_claimed(text: str, place: StatementPlace, *, names_kind: bool = False) -> bool:
    """Whether a statement is made: not asked, denied, supposed or called wrong.

    Args:
        text: The whole.
        place: Where it stands.
        names_kind: It says itself which rest stays, or what the clock says.
    """
    begins, ends = place.start, place.end
    if _ASKED.match(text, ends) or _CONGRUENT.match(text, place.relation_end, ends + len(" (mod")):
        return False
    if _is_quoted(text, begins, ends):
        return False
    first, (since, sentence) = place.line, _begins(text, place)
    line_end = text.find("\n", ends, ends + _FAR)
    line_end = min(ends + _FAR, len(text)) if line_end < 0 else line_end
    after = [found.start() for found in _SENTENCE.finditer(text, ends, line_end)]
    until = after[1] if len(after) > 1 else line_end
    if _DENIED.search(text, sentence, until) or _MARKED.search(text, first, line_end):
        return False
    since = since if since < sentence else _title(text, sentence)
    if _WRONG.search(text, since, until) or _CODE_BEFORE.search(text[sentence:begins]):
        return False
    if _is_of_another_kind(text, place, since, until, names_kind):
        return False
    return not _UNCLAIMED.search(text, max(first, begins - 60), begins)


def _is_quoted(text: str, begins: int, ends: int) -> bool:
    """Whether a statement and nothing else stands between quotation marks: others say it."""
    before = text[max(0, begins - 2) : begins].strip(" \0\u00a0\u202f")
    after = text[ends : ends + 3].lstrip(" .,!\0\u00a0\u202f")
    return before[-1:] in _OPENING and after[:1] in _CLOSING and bool(before and after)


def _title(text: str, sentence: int) -> int:
    """Where the line before begins, where that ends with a colon and says what follows."""
    before = text[max(0, sentence - _FAR) : sentence].rstrip("-*•>#0123456789.) \t\n\0")
    if not before.endswith(":"):
        return sentence
    end = max(0, sentence - _FAR) + len(before)
    return max(text.rfind("\n", 0, end) + 1, end - _FAR)


def _is_of_another_kind(
    text: str, place: StatementPlace, since: int, until: int, names_kind: bool
) -> bool:
    """Whether words say that the numbers are of another base, of a clock, or that a rest stays."""
    if _OTHER_NUMBERS.search(text, since, until):
        return True
    said = text[place.start : place.end]
    sides = said[: place.relation_end - place.start], said[place.relation_end - place.start :]
    if any(_TWO.fullmatch(one) for one in sides) and _TWO_DIGITS.search(text, since, until):
        return True
    if not names_kind and _REST.search(text, since, until) and _DIVIDES.search(said):
        return True
    small = all(int(number) <= 60 for number in re.findall(r"\d{1,9}", said))
    return not names_kind and small and _HOURS.search(text, since, until) is not None
