"""Brings the catalogues to what the source says, compiles them, and lists what is in none.

    python -m tests.tools.catalogue           update, compile; what is missing is listed
    python -m tests.tools.catalogue fill F    takes German from a file of JSON besides:
                                              {"English": "German", "{n} day": ["{n} Tag", …]},
                                              with "context|||English" for trc
    python -m tests.tools.catalogue check     the same without writing: fails where it would

Every room of `app` has a file of its own in `app/language/catalogues/de`, so that rooms can be
translated at the same time. A text that several rooms say is in each of their files and translated
once: the others take it over. All of them are compiled into one `de.mo`, which the program reads.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.tools.sentences import APP, Message, all_uncaught, messages

FOLDER = APP / "language" / "catalogues"
LANGUAGE = "de"
_Key = tuple[str, str]  # context, English
_Known = dict[_Key, "tuple[str, ...] | str"]


class _SteadyCatalog(Catalog):
    """A catalogue whose head holds nothing that changes from day to day."""

    mime_headers = [  # noqa: RUF012  # a property of its base
        ("Language", LANGUAGE),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]


class DifferingError(Exception):
    """One text is translated in two ways; trc tells apart what means two things."""


def update(more: _Known | None = None) -> dict[Path, bytes]:
    """What each file should hold: catalogues by room, and the compiled one.

    Args:
        more: Translations to add, which count more than those that are there.
    """
    rooms = messages()
    known = _translations(read_all()) | (more or {})
    made: dict[Path, bytes] = {}
    whole = _empty()
    for room, said in sorted(rooms.items()):
        catalog = _empty()
        for message, paths in said.items():
            _add(catalog, message, sorted(paths), known)
            if (message.context, message.message) in known:
                _add(whole, message, (), known)
        made[FOLDER / LANGUAGE / f"{room}.po"] = _written(catalog)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    made[FOLDER / f"{LANGUAGE}.mo"] = compiled.getvalue()
    return made


def read_all() -> dict[str, Catalog]:
    """The catalogues as they are, by room."""
    found = {}
    for path in sorted((FOLDER / LANGUAGE).glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale=LANGUAGE)
    return found


def entries() -> dict[str, list[Entry]]:
    """Every message of every room's file, without the heads."""
    return {room: [entry for entry in catalog if entry.id] for room, catalog in read_all().items()}


def missing() -> dict[str, list[str]]:
    """By room, the English of what is not translated."""
    return {
        room: texts
        for room, found in entries().items()
        if (texts := [_english(entry) for entry in found if not is_translated(entry)])
    }


def is_translated(entry: Entry) -> bool:
    """Whether every form of it is there."""
    forms = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    return all(forms)


def stale(made: dict[Path, bytes]) -> list[Path]:
    """Files that are not as they should be."""
    gone = [path for path in (FOLDER / LANGUAGE).glob("*.po") if path not in made]
    return gone + [
        path for path, data in made.items() if not path.exists() or path.read_bytes() != data
    ]


def _translations(old: dict[str, Catalog]) -> _Known:
    known: _Known = {}
    for room, catalog in old.items():
        for entry in (one for one in catalog if one.id and is_translated(one)):
            key = (entry.context or "", _english(entry))
            if known.setdefault(key, entry.string) != entry.string:
                raise DifferingError(
                    f"{room}.po: {key[1]!r} is {entry.string!r}, not {known[key]!r}"
                )
    return known


def _english(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def _empty() -> Catalog:
    return _SteadyCatalog(LANGUAGE, fuzzy=False, header_comment="# German sentences of Phial.")


def _add(catalog: Catalog, message: Message, paths: Sequence[str], known: _Known) -> None:
    string = known.get((message.context, message.message), "")
    if message.plural:
        string = string if isinstance(string, tuple | list) else ("", "")
    elif not isinstance(string, str):
        string = ""
    name = (message.message, message.plural) if message.plural else message.message
    places = [(f"app/{path}", None) for path in paths]
    catalog.add(name, string, places, context=message.context or None)


def _written(catalog: Catalog) -> bytes:
    made = io.BytesIO()
    write_po(
        made, catalog, width=100, sort_output=True, include_lineno=False, include_previous=False
    )
    return made.getvalue()


def _read_fill(path: Path) -> _Known:
    """German by English: a text, or a list of the forms for 1 and for others."""
    found = json.loads(path.read_text("utf-8"))
    known: _Known = {}
    for english, german in found.items():
        context, _, message = english.rpartition("|||")
        known[context, message] = tuple(german) if isinstance(german, list) else german
    return known


def main() -> int:
    """Write or check; the exit code."""
    more = _read_fill(Path(sys.argv[2])) if sys.argv[1:2] == ["fill"] else {}
    made = update(more)
    wrong = stale(made)
    if sys.argv[1:] == ["check"]:
        print(
            "\n".join(f"not as the source says: {path.relative_to(APP.parent)}" for path in wrong)
        )
        return 1 if wrong else 0
    for path in wrong:
        if path in made:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(made[path])
            print(f"written: {path.relative_to(APP.parent)}")
        else:
            path.unlink()
            print(f"removed, since nothing is said there: {path.relative_to(APP.parent)}")
    for room, texts in missing().items():
        print(f"{room}.po: {len(texts)} without German, such as {texts[0]!r}")
    for texts in all_uncaught().values():
        for one in texts:
            print(f"in no catalogue: app/{one.path}:{one.line} {one.text!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
