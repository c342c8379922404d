"""A dictionary in memory: whether it knows a word, and what was meant by one it does not know.

The only module that knows spylls, which is Hunspell in Python. Reading a dictionary takes a second
or two and tens of megabytes, so it happens in a thread, when somebody writes.
"""

from __future__ import annotations

import io
import logging
import time
from pathlib import Path

from spylls.hunspell import Dictionary
from spylls.hunspell.readers import read_aff, read_dic
from spylls.hunspell.readers.file_reader import BaseReader

from app.domain.errors import DictionaryError
from app.language import tr
from app.spelling.dictionaries import SpellingDictionary

_log = logging.getLogger(__name__)
_LATIN = "Windows-1252"  # of a file that names no encoding, as spylls has it
_REMEMBERED = 50_000  # words
_SECONDS = 2.0  # that suggestions are looked for


class _Lines(BaseReader):  # type: ignore[misc]  # it has no types
    """The lines of a file, which is closed at once; spylls' own reader leaves that to chance."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._bytes = path.read_bytes()
        super().__init__(self._open(encoding))

    def reset_encoding(self, encoding: str) -> None:
        """Go on in another encoding: a file names its own in its first lines."""
        self.reset_io(self._open(encoding))

    def _open(self, encoding: str) -> io.TextIOWrapper:
        # Suffix flags of some dictionaries are single bytes that are not valid in their encoding.
        return io.TextIOWrapper(io.BytesIO(self._bytes), encoding, "surrogateescape")


class SpellChecker:
    """Reads a dictionary. Of one thread.

    Args:
        dictionary: Where it is.

    Raises:
        DictionaryError: Its files cannot be read, or are none.
    """

    def __init__(self, dictionary: SpellingDictionary) -> None:
        try:
            affixes, context = read_aff(_Lines(dictionary.path.with_suffix(".aff"), _LATIN))
            stems = _Lines(dictionary.path.with_suffix(".dic"), context.encoding)
            self._dictionary = Dictionary(affixes, read_dic(stems, aff=affixes, context=context))
        except (OSError, ValueError, LookupError) as error:
            _log.warning("A dictionary cannot be read: %s: %r", dictionary.path, error)
            raise DictionaryError(
                tr("The spelling dictionary {name} cannot be read.", name=dictionary.code)
            ) from error
        self._known: dict[str, bool] = {}

    def knows(self, word: str) -> bool:
        """Whether a word is spelt as the dictionary has it."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            plain = word.replace("’", "'")
            known = self._known[word] = bool(self._dictionary.lookup(plain))
        return known

    def suggestions(self, word: str, most: int) -> tuple[str, ...]:
        """What may have been meant, the likeliest first."""
        late, found = time.monotonic() + _SECONDS, list[str]()
        for one in self._dictionary.suggest(word.replace("’", "'")):
            if one not in found:
                found.append(one)
            if len(found) == most or time.monotonic() > late:
                break
        return tuple(found)
