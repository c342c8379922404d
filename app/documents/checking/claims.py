"""What a sentence says that can be checked: quotations, numbers, dates and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from zlib import crc32

from app.documents.checking.word_lists import (
    BEFORE_NAMES,
    NUMBER_WORDS,
    ORDINALS,
    STARTERS,
    UNITS,
)


class ClaimKind(StrEnum):
    """What is checked of a sentence."""

    QUOTATION = "quotation"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a sentence says.

    Attributes:
        kind: What it is.
        text: As the sentence has it.
        start: Where it begins in the sentence.
        weak: A capital letter at the beginning of a sentence may be a name or may not.
    """

    kind: ClaimKind
    text: str
    start: int
    weak: bool = False


_QUOTED = re.compile(
    '"([^"\n]{2,2000})"|\u201c([^\u201d\n]{2,2000})\u201d|\u201e([^\u201c\u201d\n]{2,2000})[\u201c\u201d]'
    "|\u00ab\\s?([^\u00bb\n]{2,2000})\u00bb|\u00bb([^\u00ab\n]{2,2000})\u00ab|\u300c([^\u300d\n]{2,2000})\u300d"
    "|\u2018([^\u2019\n]{12,2000})\u2019(?!\\w)"
)
_MONTH_NAMES = (  # not shown
    "january jan januar jänner janvier enero, february feb februar février febrero, "
    "march mar märz mars marzo, april apr avril abril, may mai mayo, june jun juni juin junio, "
    "july jul juli juillet julio, august aug août agosto, "
    "september sep sept septembre septiembre, october oct oktober okt octobre octubre, "
    "november nov novembre noviembre, december dec dezember dez décembre diciembre"
)
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split(","), 1)
    for name in names.split()
}
_MONTH = f"({'|'.join(sorted(_MONTHS, key=len, reverse=True))})\\b\\.?"
_DATES = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}}\b)|(?P<points>\b\d{{1,2}}\.\s?\d{{1,2}}\.\s?\d{{4}}\b)"
    rf"|(?P<slashes>\b\d{{1,2}}/\d{{1,2}}/\d{{4}}\b)"
    rf"|(?P<day>\b\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:of\s+|de\s+)?(?P<dm>{_MONTH})"
    rf"(?:,?\s+(?:de\s+)?(?P<dy>\d{{4}}))?"
    rf"|\b(?P<md>{_MONTH})\s+(?P<mday>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<my>\d{{4}}))?"
    rf"|\b(?P<mm>{_MONTH}),?\s+(?:de\s+)?(?P<mmy>\d{{4}})\b",
    re.IGNORECASE,
)
Date = tuple[int, int, int]
"""Year, month and day; 0 for what is not said."""

_NUMBER = re.compile(  # behind a letter it is a name's, but not behind one of Han, kana or Hangul
    "(?<![^\\W\u3040-\u9fff\uac00-\ud7ff])(?<![.,])[-+\u2212]?"
    "(?:\\d{1,3}(?:[\u202f\u00a0 ]\\d{3})+|\\d+(?:[.,'\u2019]\\d{3})*)(?:[.,:]\\d+)*(?![\\d])"
)
_SHARED = 12  # characters at most between numbers that share what they are thousands of
_BLANKS = re.compile("[\u202f\u00a0 ]")
_SCALES = {
    "thousand": 1e3, "tausend": 1e3, "million": 1e6, "millions": 1e6, "mio": 1e6, "millionen": 1e6,
    "billion": 1e9, "billions": 1e9, "milliarde": 1e9, "milliarden": 1e9, "mrd": 1e9, "bn": 1e9,
    "trillion": 1e12, "dozen": 12, "dutzend": 12, "hundred": 100, "hundert": 100,
}  # fmt: skip
_AFTER = re.compile(r"\s*[-\u2013]?\s*([^\W\d_]+)")
# Endings that hardly any name has, of words that begin sentences without an article.
_ORDINARY = re.compile(
    r"(?:tions?|sions?|ments?|ings?|ed|ly|ity|ities|ness|ances?|ences?|ers|ors|ists|ships?|hood|"
    r"ive|ible|able|ful|less|isms?|ages?|ures?)$"
)
_ORDINAL_END = re.compile(r"(?:st|nd|rd|th|er|e)\b|\.(?=\s+\w)", re.IGNORECASE)
_NO_CLAIM = {"one", "eins", "zero", "null"}  # words that mostly count nothing
_NUMBER_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_SPELLED = re.compile(rf"\b({_NUMBER_WORD})(?:-({'|'.join(UNITS[1:10])}))?\b", re.IGNORECASE)


def quotations(text: str) -> list[Claim]:
    """What a sentence puts between quotation marks."""
    found = []
    for match in _QUOTED.finditer(text):
        inner = next(group for group in match.groups() if group is not None)
        found.append(Claim(ClaimKind.QUOTATION, inner.strip(), match.start() + 1))
    return found


def dates(text: str) -> Iterator[tuple[Claim, tuple[Date, ...]]]:
    """Dates, and as what each may be read: 3/4/2024 is of March or of April."""
    for match in _DATES.finditer(text):
        read = _read(match)
        if all(1 <= month <= 12 and 0 <= day <= 31 for _, month, day in read):
            yield Claim(ClaimKind.DATE, match[0], match.start()), read


def _read(match: re.Match[str]) -> tuple[Date, ...]:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return ((year, month, day),)
    if match["points"]:
        day, month, year = map(int, match["points"].split("."))
        return ((year, month, day),)
    if match["slashes"]:
        one, other, year = map(int, match["slashes"].split("/"))
        choices = ((year, one, other), (year, other, one))
        return tuple(choice for choice in choices if choice[1] <= 12) or choices
    if match["day"]:
        return ((int(match["dy"] or 0), _month(match["dm"]), int(match["day"])),)
    if match["md"]:
        return ((int(match["my"] or 0), _month(match["md"]), int(match["mday"])),)
    return ((int(match["mmy"]), _month(match["mm"]), 0),)


def _month(text: str) -> int:
    return _MONTHS[text.casefold().rstrip(".")]


def numbers(text: str) -> Iterator[tuple[Claim, frozenset[float]]]:
    """Numbers outside of dates, and as what each may be read: 1.200 is 1200 or 1.2."""
    taken = [match.span() for match in _DATES.finditer(text)]
    scale, at = 0.0, len(text)  # of the number behind: "from 3.1 to 3.4 million"
    for match in reversed([*_NUMBER.finditer(text)]):
        if any(start <= match.start() < end for start, end in taken):
            continue
        values = _values(match[0])
        after = _AFTER.match(text, match.end())
        own = _SCALES.get(after[1].casefold(), 0) if after else 0
        if own:
            found = {value * own for value in values}
        elif scale and at - match.end() <= _SHARED and "." not in text[match.end() : at]:
            found = {*values, *(value * scale for value in values)}
        else:
            found, scale = {*values}, 0.0
        scale, at = own or scale, match.start()
        yield Claim(ClaimKind.NUMBER, match[0], match.start()), frozenset(found)
    for match in _SPELLED.finditer(text):
        value = NUMBER_WORDS[match[1].casefold()]
        value += NUMBER_WORDS[match[2].casefold()] if match[2] else 0
        after = _AFTER.match(text, match.end())
        scale = _SCALES.get(after[1].casefold(), 0) if after else 0
        weak = match[0].casefold() in _NO_CLAIM
        claim = Claim(ClaimKind.NUMBER, match[0], match.start(), weak)
        yield claim, frozenset({value * scale if scale else value})


def parts(text: str) -> list[frozenset[float]]:
    """The numbers that blanks part in what may be one: "1962 450 12"; none without blanks."""
    pieces = _BLANKS.split(text)
    return [_values(one) for one in pieces] if len(pieces) > 1 else []


def ordinals(text: str) -> Iterator[tuple[float, str]]:
    """The numbers of words such as "third", and what each counts: the word behind it."""
    words = [match[0].casefold() for match in _CAPITAL.finditer(text)]
    for word, counted in pairwise([*words, ""]):
        if word in ORDINALS:
            yield ORDINALS[word], counted


def is_ordinal(text: str, claim: Claim) -> bool:
    """Whether a number is one of a row: "3rd", "the 3. month"."""
    return _ORDINAL_END.match(text, claim.start + len(claim.text)) is not None


def _values(text: str) -> frozenset[float]:
    plain = re.sub("['\u2019\u202f\u00a0 ]", "", text.replace("\u2212", "-").lstrip("+"))
    found: set[float] = set()
    for grouped, decimal in ((",", "."), (".", ",")):
        reading = plain
        if grouped in reading:
            parts = reading.split(grouped)
            if any(len(part.split(decimal)[0]) != 3 for part in parts[1:]):
                continue
            reading = "".join(parts)
        if reading.count(decimal) <= 1 and ":" not in reading:
            found.add(round(abs(float(reading.replace(decimal, "."))), 9))
    if not found:  # a version, a time, a section: a name made of digits
        found.add(crc32(plain.encode()) + 0.5)
    return frozenset(found)


_CAPITAL = re.compile("[^\\W\\d_][^\\W_]*(?:['\u2019-][^\\W\\d_][^\\W_]*)*")
_GERMAN_SIGNS = re.compile(
    r"\b(?:der|die|das|dem|den|des|und|nicht|wird|ist|eine|einer|einen|einem|ein|mit|von|im|am|zum|"
    r"zur|auf|für|sich|auch|aus|nach|war|waren|sind|hat|hatte|wurde|wurden|werden|als|oder|um|bis|"
    r"seit|beim|vom|dass|bei|laut|es|sie|er|ab)\b",
    re.IGNORECASE,
)
_ENGLISH_SIGNS = re.compile(
    r"\b(?:the|and|of|is|was|were|are|to|in|for|with|a|an|has|had|by|on|at|from|it|its|that|this|be|"
    r"been|which|or|not|than|must|can|may|will|who|their|there)\b",
    re.IGNORECASE,
)

_ROMANCE_SIGNS = re.compile(
    r"\b(?:le|la|les|du|un|une|est|et|en|dans|par|pour|sur|que|qui|ne|pas|il|elle|ont|avec|au|aux|de|"
    r"del|los|las|el|y|por|con|para|una|lo|gli|di|che|non|della)\b",
    re.IGNORECASE,
)


def is_german(text: str) -> bool:
    """Whether nouns have capital letters in a text, as German ones do."""
    return len(_GERMAN_SIGNS.findall(text)) > len(_ENGLISH_SIGNS.findall(text))


def is_english(text: str) -> bool:
    """Whether a text has small words of English, and more of them than of its neighbours."""
    others = max(len(one.findall(text)) for one in (_GERMAN_SIGNS, _ROMANCE_SIGNS))
    return len(_ENGLISH_SIGNS.findall(text)) > others


def names(text: str, common: frozenset[str], *, german: bool = False) -> Iterator[Claim]:
    """Words that are written as names are.

    Args:
        text: The sentence.
        common: Words, in small letters, that are no names.
        german: Nouns have capitals too: then only neighbours with capitals, and words with capitals
            inside, are names.
    """
    found = list(_CAPITAL.finditer(text))
    for index, match in enumerate(found):
        word = match[0]
        folded = word.casefold().removesuffix("'s").removesuffix("\u2019s")
        if not word[0].isupper() or folded in common or folded in _MONTHS or len(word) < 2:
            continue
        if folded in NUMBER_WORDS or folded in _SCALES or (german and folded in BEFORE_NAMES):
            continue
        first = _begins_sentence(text, match.start())
        inner = any(letter.isupper() or letter.isdigit() for letter in word[1:])
        near = _has_neighbour(text, found, index, common)
        if german and not (inner or near):
            continue
        yield Claim(ClaimKind.NAME, word, match.start(), weak=first and not (inner or near))


def is_name_at_start(word: str, text: str, small: Iterable[frozenset[str]]) -> bool:
    """Whether a word at the beginning of a sentence is a name, rather than any other.

    Args:
        word: With its capital.
        text: What it is part of; where it is not English no such word is taken for a name.
        small: Words that somewhere stand without a capital.
    """
    folded = word.casefold()
    return is_english(text) and not (
        folded in STARTERS or _ORDINARY.search(folded) or any(folded in words for words in small)
    )


def _begins_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip("\"'(*_ \u201c\u201e\u00ab\u2018")
    return not before or before[-1] in ".!?:;\u2022|"


def _has_neighbour(
    text: str, found: list[re.Match[str]], index: int, common: frozenset[str]
) -> bool:
    """Whether another word with a capital stands directly beside it, as in names of two words."""
    for other in (index - 1, index + 1):
        if 0 <= other < len(found):
            a, b = sorted((index, other))
            between = text[found[a].end() : found[b].start()]
            word = found[other][0]
            if between == " " and word[0].isupper() and word.casefold() not in common:
                return True
    return False
