"""Which spelling dictionaries are on this computer, and which of them suits a text.

They are pairs of files, ``en_US.aff`` and ``en_US.dic``, as Hunspell reads them, in the folders
where systems keep them (hunspell(1), FILES); ``DICPATH`` names others, which come first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_FOLDERS = (
    "~/.local/share/hunspell",
    "/usr/share/hunspell",
    "/usr/local/share/hunspell",
    "/usr/share/myspell",
    "/usr/share/myspell/dicts",
    "/usr/share/myspell/infobase",
    "/run/host/usr/share/hunspell",  # of the computer, from inside a Flatpak
    "~/Library/Spelling",
    "/Library/Spelling",
)
_NAME = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z0-9]+)*")
_COMMON = {  # not shown: each has them sooner or later, and its neighbours most of them not
    "en": "the and of is are was to in that it for with you not this have what how does"
    " a i do my can an if write",
    "de": "der die das und ist sind nicht ein eine mit auf für wie was ich wir sie zu den von",
    "fr": "le la les et est sont des une un pas pour avec dans que qui je nous vous ce du",
    "es": "el los las y es son una un no para con en que qué yo del por cómo lo se",
    "it": "il gli e è sono una un non per con che di nel della come cosa lo si questo",
    "pt": "o os as e é são uma um não para com em que do da como eu você isso",
    "nl": "de het en is zijn een niet met op voor wat ik wij van te dat deze hoe",
    "pl": "i w nie na się jest to z co jak dla są czy po ale tak ten przez a do o za",
    "sv": "och att det är en ett som på för med inte vad hur jag vi av den till",
    "da": "og at det er en et som på for med ikke hvad hvordan jeg vi af den til",
    "cs": "a v ne na se je to s co jak pro jsou že ale tak ten nebo když i do o za",
    "ru": "и в не на что это как я мы с по для он она но или где",
    "uk": "і в не на що це як я ми з по для він вона але або де",
    "el": "και το η ο να είναι για με τα των του της πως τι δεν",
}
_ENOUGH = 2
_WORDS = re.compile(r"(?<!['’])[^\W\d_]+|[^\W\d_]{2,}")  # without the "s" of "it's"
_LOOKED_AT = 4_000  # characters at the end of a text, where it is written


@dataclass(frozen=True, slots=True)
class SpellingDictionary:
    """A dictionary on this computer.

    Attributes:
        code: Its language, such as ``en_GB``.
        path: Its files without their endings.
    """

    code: str
    path: Path

    @property
    def language(self) -> str:
        """Its language without the country, such as ``en``."""
        return re.split("[_-]", self.code)[0]


def find_dictionaries() -> tuple[SpellingDictionary, ...]:
    """Those on this computer, by language; of two for one language the one found first."""
    named = [part for part in os.environ.get("DICPATH", "").split(os.pathsep) if part]
    found: dict[str, SpellingDictionary] = {}
    for folder in (Path(name).expanduser() for name in (*named, *_FOLDERS)):
        try:
            files = sorted(folder.glob("*.aff"))
        except OSError:  # a folder that only others may read
            continue
        for file in files:
            if _NAME.fullmatch(file.stem) and file.with_suffix(".dic").is_file():
                one = SpellingDictionary(file.stem.replace("-", "_"), file.with_suffix(""))
                found.setdefault(one.code, one)
    return tuple(found[code] for code in sorted(found))


def suiting(
    known: Sequence[SpellingDictionary], text: str, reader: str
) -> SpellingDictionary | None:
    """The dictionary for a text: of its own language, else of its reader's.

    Args:
        known: To choose from.
        text: As far as it is written.
        reader: The language of the reader, such as ``de`` or ``en_GB``.

    Returns:
        None where there is none for the language.
    """
    words = {word.lower() for word in _WORDS.findall(text[-_LOOKED_AT:])}
    own = re.split("[_-]", reader)[0]
    languages = {one.language for one in known} & _COMMON.keys()
    hits = {name: _hits(words, _COMMON[name]) for name in _COMMON}
    best = max(hits, key=lambda name: (hits[name], name == own, name in languages))
    wanted = best if hits[best] >= _ENOUGH else own
    fitting = [one for one in known if one.language == wanted]
    exact = [one for one in fitting if one.code == reader.replace("-", "_")]
    usual = [one for one in fitting if one.code == _USUAL.get(wanted, f"{wanted}_{wanted.upper()}")]
    return next(iter((*exact, *usual, *fitting)), None)


_USUAL = {"en": "en_US", "sv": "sv_SE", "da": "da_DK", "cs": "cs_CZ", "uk": "uk_UA", "el": "el_GR"}
"""Of languages that several countries speak, the dictionary that is taken where nobody says."""


def _hits(words: set[str], common: str) -> int:
    return len(words.intersection(common.split()))
