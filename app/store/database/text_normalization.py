"""How text is folded into search tokens: case, accents, identifiers, scripts without spaces.

The same folding serves the index, the query and the highlighting, so what is found is what is
shown. ``FOLD_VERSION`` is stored with the index; an index of another version is rebuilt.

- Compatibility forms, case and accents are folded away: ``Café`` is ``cafe``.
- ``snake_case``, ``a.b.c`` and ``kebab-case`` fall into their parts, next to each other, so that
  the whole name is found as a phrase and each part by itself.
- ``camelCase`` stays one word, and its parts are indexed beside it (``index_parts``).
- A character of a script that is written without spaces (and of Hangul, whose endings cling to the
  word) is a token of its own; words of it are found as phrases. Single characters keep the index
  smaller than the text, which pairs of characters do not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

FOLD_VERSION = 1

# Thai, Lao, Tibetan, Myanmar, Hangul Jamo, Khmer, kana and CJK, Hangul, compatibility, planes 2-3.
_SPACELESS = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(r"[^\W_]+")
LONGEST_IDENTIFIER = 200  # characters; a longer word is data, not a name
_CAMEL_BREAK = re.compile(r"(?<=[a-zà-öø-ÿ0-9])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
# Where one of these is found is a break; begins with what is rare, which is 12 times as fast.
_CAMEL = re.compile("[A-ZÀ-ÖØ-Þ](?:(?<=[a-zà-öø-ÿ0-9][A-ZÀ-ÖØ-Þ])|(?<=[A-Z][A-Z])[a-z])")
_BREAK = "\ue000"  # private use: no phrase runs across it


def fold(text: str) -> str:
    """Fold case, accents and compatibility forms; the result may be longer or shorter."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # Every mark, not only the combining ones: Indic vowel signs would else cut words in pieces.
    bare = "".join(c for c in decomposed if unicodedata.category(c)[0] != "M")
    # Hangul must come back as syllables: its decomposed letters would be tokens of their own.
    return unicodedata.normalize("NFC", bare).casefold()


@cache  # with the first text: so many letters take five milliseconds to compile
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a token is, and what a letter of a script without spaces is."""
    token = re.compile(f"[{_SPACELESS}]|[^\\W_{_SPACELESS}]+")
    return token, re.compile(f"[{_SPACELESS}]")


def tokens(text: str) -> list[str]:
    """The search tokens of ``text``, in order."""
    return _patterns()[0].findall(fold(text))


def spaceless(token: str) -> bool:
    """Whether the token is a character of a script written without spaces."""
    return len(token) == 1 and _patterns()[1].match(token) is not None


def camel_parts(word: str) -> list[str]:
    """The folded parts of a camelCase word; empty where it has only one."""
    if len(word) > LONGEST_IDENTIFIER or word.islower():
        return []
    parts = [fold(part) for part in _CAMEL_BREAK.split(word) if part]
    return parts if len(parts) > 1 else []


def index_body(value: object) -> str:
    """SQL function: what the index holds of a stored text."""
    return " ".join(tokens(_readable(value)))


def index_parts(value: object) -> str:
    """SQL function: the parts of the camelCase words of a stored text, each word once."""
    text = _readable(value)
    if _CAMEL.search(text) is None:  # as in most prose, which is read once only that way
        return ""
    words = dict.fromkeys(_WORD.findall(text))
    found = (" ".join(camel_parts(word)) for word in words)
    return f" {_BREAK} ".join(part for part in found if part)


def _readable(value: object) -> str:
    # A lone surrogate cannot be handed to SQLite, and is nothing one searches for.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


_LIGATURE = re.compile("[\ufb00-\ufb06]")
# From the beginning of a word: from each of its letters, one of a page of letters takes hours.
_DIVIDED = re.compile("(?<![^\\W\\d_])([^\\W\\d_]++)[-\u2010]\n\\s*([^\\W\\d_]+)")


def index_words(text: str) -> str:
    """A passage as its words are looked for: ligatures are letters, divided words are whole.

    A word that a line's end divides stands there in both ways: it may have a hyphen of its own.
    """
    text = text.replace("\u00ad", "")
    text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _DIVIDED.sub(r"\1-\2 \1\2", text)
