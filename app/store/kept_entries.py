"""Lists of small JSON files in which entries that cannot be read, and what is unknown, stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
Entry = dict[str, object]


def kept_entries(
    stored: object,
    wanted: Sequence[Entry],
    fields: Iterable[str],
    key: Callable[[object], str | None],
) -> list[object]:
    """What a list shall hold when it is written again.

    Args:
        stored: As it stands in the file.
        wanted: The entries that are known, as they shall be.
        fields: Names that this Phial gives an entry; what else an entry has stays in it.
        key: What tells an entry from the others; None for one that cannot be read, which stays at
            the end.
    """
    listed = stored if isinstance(stored, list) else []
    known = {name: one for one in listed if (name := key(one)) is not None}
    ours = frozenset(fields)
    made: list[object] = []
    for one in wanted:
        before = known.get(key(one) or "")
        more = before.items() if isinstance(before, dict) else ()
        made.append({name: value for name, value in more if name not in ours} | one)
    return made + [one for one in listed if key(one) is None]
