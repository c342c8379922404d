"""What a line in the search field means: words, phrases and filters; pure, without a database."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from app.store.database.text_normalization import camel_parts, spaceless, tokens

_ITEM = re.compile(
    r'(?:(?P<key>model|before|after|in):)?(?:"(?P<quoted>[^"]*)(?P<end>"?)|(?P<word>[^\s"]+))'
)
_LONGEST = 500  # characters that are looked at; whoever pastes a page searches for its beginning
_SHORTEST = 3  # letters that are looked for in the middle of words; of digits, two
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that must stand next to each other.

    Attributes:
        tokens: Folded, at least one.
        prefix: Whether the last one may go on.
        parts: The same as parts of a camelCase word, or as a version ("v3.11"); empty for others.
        within: Whole words that hold it in their middle, which may stand in its place.
    """

    tokens: tuple[str, ...]
    prefix: bool = False
    parts: tuple[str, ...] = ()
    within: tuple[str, ...] = ()

    @property
    def middle(self) -> str:
        """What may stand in the middle of a word; empty where that would be half of all words."""
        if len(self.tokens) != 1 or spaceless(self.tokens[0]):
            return ""
        (token,) = self.tokens
        return token if len(token) >= _SHORTEST - token.isdigit() else ""

    @property
    def is_costly(self) -> bool:
        """Whether it ends in a single letter that may go on to any word."""
        last = self.tokens[-1]
        return self.prefix and len(last) == 1 and not spaceless(last)

    def match(self) -> str:
        """The term in FTS5's query language. Tokens hold no quotes, so nothing is to escape."""
        star = " *" if self.prefix else ""
        wanted = f'"{" ".join(self.tokens)}"{star}'
        choices = [wanted, *(f'"{word}"' for word in self.within)]
        if self.parts:
            choices.append(f'"{" ".join(self.parts)}"{star}')
        return choices[0] if len(choices) == 1 else f"({' OR '.join(choices)})"


@dataclass(frozen=True, slots=True)
class Query:
    """A search.

    Attributes:
        terms: All must be found in one message, or in one title.
        models: Words of the model's name or quantization; an answer's model has them all.
        before: Only messages older than this.
        after: Only messages of this time or newer.
        titles_only: ``in:title`` was given.
    """

    terms: tuple[Term, ...] = ()
    models: tuple[str, ...] = ()
    before: datetime | None = None
    after: datetime | None = None
    titles_only: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.terms or self.models or self.before or self.after)

    def match(self) -> str:
        """All terms in FTS5's query language."""
        return " AND ".join(term.match() for term in self.terms)

    def cheap(self) -> Query:
        """The same without looking for every word that begins with one letter.

        Most messages have such a word, so it tells nothing, and finding them all costs more than
        a key press may. A letter that is all there is stands for itself, as a word, and so does a
        digit: "v3.11.7" is no other version.
        """
        if not self.terms or not self.terms[-1].is_costly:
            return self
        *others, last = self.terms
        if last.tokens[-1].isdigit():
            others.append(replace(last, prefix=False))
        elif len(last.tokens) > 1:
            others.append(Term(last.tokens[:-1]))
        elif not others:
            others.append(Term(last.tokens))
        return replace(self, terms=tuple(others))


def parse_query(text: str) -> Query:
    """Read a search as it is being typed.

    The last word may be unfinished, and so matches as a prefix; a space or a closing quote ends
    it. A filter that is not yet complete (``before:20``) filters nothing. Dates are the user's
    local ones: ``before:2026-03-01`` ends before that day, ``after:`` begins with it.
    """
    text = text[:_LONGEST]
    terms: list[Term] = []
    models: list[str] = []
    before = after = None
    titles_only = False
    for item in _ITEM.finditer(text):
        word, quoted = item["word"], item["quoted"]
        value = word if word is not None else quoted
        open_end = item.end() == len(text) and (word is not None or not item["end"])
        match item["key"]:
            case "model":
                models.extend(tokens(value))
            case "before":
                before = _date(value) or before
            case "after":
                after = _date(value) or after
            case "in" if value == "title":
                titles_only = True
            case "in" if "title".startswith(value):
                pass  # still being typed
            case _:
                terms.extend(_term(item[0] if quoted is None else quoted, open_end=open_end))
    return Query(tuple(terms), tuple(models), before, after, titles_only)


def _term(text: str, *, open_end: bool) -> list[Term]:
    found = tokens(text)
    if not found:
        return []
    ends_in_token = bool(tokens(text[-1]))
    prefix = open_end and ends_in_token
    parts = tuple(camel_parts(text))
    if prefix and parts and len(parts[-1]) == 1:
        parts = ()  # getU: as a word it is found; its last part could be any word
    if len(found) > 1 and found[0].isdigit():
        parts = (f"v{found[0]}", *found[1:])
    return [Term(tuple(found), prefix, parts)]


def _date(text: str) -> datetime | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return datetime(year, month, day).astimezone()  # the user's own midnight
    except (ValueError, OverflowError):
        return None
