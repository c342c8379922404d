"""Spelling for who writes: which words no dictionary knows, what was meant, words of one's own.

Everything runs on a thread of its own, which begins with the first word that is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.services.core.serial_executor import SerialExecutor
from app.spelling.dictionaries import SpellingDictionary, find_dictionaries, suiting
from app.spelling.words import is_written_in
from app.store.own_words import OwnWords

if TYPE_CHECKING:  # imported on its thread
    from app.spelling.speller import SpellChecker

_MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a dictionary says of some words.

    Attributes:
        language: Of the dictionary, such as ``en_GB``; empty where none suits the text.
        right: Words that it knows.
        wrong: Words that it does not know.
    """

    language: str = ""
    right: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()


class SpellingService:
    """Looks words up.

    Args:
        own: Words that the user added.
        reader: The language of the reader, such as ``de``.
    """

    def __init__(self, own: OwnWords, reader: str) -> None:
        self._own, self._reader = own, reader
        self._thread = SerialExecutor("spelling")
        self._spellers: dict[str, SpellChecker] = {}
        self._broken: set[str] = set()
        self._newest = 0
        self._closed = False

    @cached_property
    def dictionaries(self) -> tuple[SpellingDictionary, ...]:
        """Those on this computer, as they were when somebody asked first."""
        return find_dictionaries()

    @cached_property
    def _added(self) -> set[str]:
        return set(self._own.load())

    def check(
        self,
        words: Sequence[str],
        text: str,
        done: Callable[[Spelling], object],
        failed: Callable[[KnownError], object],
    ) -> None:
        """Look words up; only the newest question is answered.

        Args:
            words: They.
            text: In which they stand; its language chooses the dictionary.
            done: Told what the dictionary says, on the thread.
            failed: Told, once, why a dictionary cannot be used.
        """
        if self._closed:  # a pause in typing that ends after the program has
            return
        self._newest += 1
        number = self._newest

        def look() -> None:
            known = [one for one in self.dictionaries if one.code not in self._broken]
            dictionary = suiting(known, text, self._reader)
            if dictionary is None:
                done(Spelling(right=frozenset(words)))
                return
            try:
                speller = self._speller(dictionary)
            except KnownError as error:
                self._broken.add(dictionary.code)
                failed(error)
                return
            right = set[str]()
            for word in words:
                if number != self._newest:
                    return  # more was typed: it is asked anew
                known_word = word in self._added or not is_written_in(word, dictionary.language)
                if known_word or speller.knows(word):
                    right.add(word)
            done(Spelling(dictionary.code, frozenset(right), frozenset(words) - right))

        self._thread.submit(look)

    def suggest(self, word: str, language: str, done: Callable[[tuple[str, ...]], object]) -> None:
        """Look for what was meant by a word that the dictionary of ``language`` does not know."""

        def look() -> None:
            speller = self._spellers.get(language)
            done(speller.suggestions(word, _MOST_SUGGESTIONS) if speller is not None else ())

        self._thread.submit(look)

    def add(self, word: str, failed: Callable[[KnownError], object]) -> None:
        """Add a word of the user's own; it is right from now on."""

        def store() -> None:
            self._added.add(word)
            try:
                self._own.add(word)
            except KnownError as error:
                failed(error)

        self._thread.submit(store)

    def _speller(self, dictionary: SpellingDictionary) -> SpellChecker:
        from app.spelling.speller import SpellChecker

        speller = self._spellers.get(dictionary.code)
        if speller is None:
            speller = self._spellers[dictionary.code] = SpellChecker(dictionary)
        return speller

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._newest += 1
        self._thread.close()
