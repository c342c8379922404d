"""The languages Phial speaks: catalogue, signs and dates of each, and which is in force."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.language.pseudo import Pseudo

VARIABLE = "PHIAL_LANGUAGE"
CATALOGUES = Path(__file__).parent / "catalogues"


@dataclass(frozen=True, slots=True)
class Signs:
    """How a language writes numbers.

    Attributes:
        decimal: Between whole and fraction.
        group: Between groups of three digits; may be empty.
        zero: Its digit 0; nine more follow it in Unicode.
    """

    decimal: str = "."
    group: str = ","
    zero: str = "0"


class Catalogue(Protocol):
    """Texts by the English ones they stand for."""

    def text(self, message: str, plural: str, n: int | None, context: str, /) -> str:
        """The text for ``message``, or for ``plural`` where ``n`` asks for it."""


class English:
    """The texts as they stand in the source."""

    def text(self, message: str, plural: str, n: int | None, _context: str) -> str:
        """The English text."""
        return message if n is None or n == 1 else plural


class Compiled:
    """The texts of a compiled catalogue; English where it lacks one.

    Args:
        path: A ``.mo`` file.

    Raises:
        OSError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        from gettext import GNUTranslations  # nothing an English start needs

        with path.open("rb") as file:
            self._found = GNUTranslations(file)

    def text(self, message: str, plural: str, n: int | None, context: str) -> str:
        """The translation."""
        found = self._found
        if n is None:
            return found.pgettext(context, message) if context else found.gettext(message)
        if context:
            return found.npgettext(context, message, plural, n)
        return found.ngettext(message, plural, n)


@dataclass(frozen=True, slots=True)
class Language:
    """A language with what it needs to speak.

    Attributes:
        code: "de", as ``PHIAL_LANGUAGE`` and the setting say it.
        own_name: What it calls itself.
        catalogue: Its texts.
        signs: Of its numbers.
        months: Their names.
        day: A date, of ``day``, ``month`` (its name) and ``year``.
        right_to_left: The direction it is written in.
    """

    code: str
    own_name: str
    catalogue: Catalogue
    signs: Signs
    months: tuple[str, ...]
    day: str
    right_to_left: bool = False


_ENGLISH_MONTHS = (  # not shown: by day and month of formats.py
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_GERMAN_MONTHS = (  # not shown
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli",
    "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
LANGUAGES = ("en", "de")
"""Those people can choose; the pseudo-languages beside them are for tests."""
PSEUDO = ("pseudo", "pseudo-rtl")


def language(code: str) -> Language:
    """A language by its code; English for one that Phial does not speak."""
    day = "{day} {month} {year}"
    match code:
        case "de":
            path = CATALOGUES / "de.mo"
            # A copy without its catalogues speaks English; the self-test says what is missing.
            texts: Catalogue = Compiled(path) if path.is_file() else English()
            return Language(  # not shown: its own name
                "de", "Deutsch", texts, Signs(",", "."), _GERMAN_MONTHS, "{day}. {month} {year}"
            )
        case "pseudo" | "pseudo-rtl":
            turned = code == "pseudo-rtl"
            words = Pseudo(turned)
            months = tuple(words.text(one, "", None, "") for one in _ENGLISH_MONTHS)
            return Language(code, code, words, Signs(), months, day, turned)
    return Language("en", "English", English(), Signs(), _ENGLISH_MONTHS, day)  # not shown


def in_force(environment: Mapping[str, str]) -> Language:
    """The language that an environment asks for."""
    return language(environment.get(VARIABLE, ""))


IN_FORCE = in_force(os.environ)
"""What every sentence of this process is made in; ``choose_language`` decides before the first."""
