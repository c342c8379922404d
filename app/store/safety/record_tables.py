"""Which table a record without a schema belongs to: by its width and by what its columns hold.

The widths come from the migrations. SQLite does not rewrite the rows of a table that gets another
column, so a database of the newest schema holds records of every width its tables ever had.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.conversation import MessageStatus
from app.domain.generation import Role, StopReason
from app.store.database.migrations import layouts
from app.store.safety.page_scanner import CarvedRow, Value

_ROLES, _STATUSES = set(map(str, Role)), set(map(str, MessageStatus))
_STOP_REASONS = {None, *map(str, StopReason)}

Columns = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a known table.

    Attributes:
        table: Its name.
        values: By column, as many as the record holds and the newest schema has.
    """

    table: str
    values: dict[str, Value]


class KnownTables:
    """The tables that hold what the user would miss, with every layout they ever had."""

    def __init__(self) -> None:
        self._layouts = {table: layouts(table) for table in SHAPES}

    def recognise(self, row: CarvedRow) -> FoundRow | None:
        """The table and the columns of a record; None where it belongs to none of them.

        A record wider than the newest layout was written by a newer Phial: the columns that are
        known come first.
        """
        if not row.values or row.values[0] is not None:
            return None  # the first column of each is its rowid, which a record does not repeat
        return self._fitting(row, wider=False) or self._fitting(row, wider=True)

    def _fitting(self, row: CarvedRow, *, wider: bool) -> FoundRow | None:
        """The first table that fits, by exact width or as a newer one of its newest layout."""
        for table, fits in SHAPES.items():
            newest = self._layouts[table][0]
            for layout in (newest,) if wider else self._layouts[table]:
                more = len(row.values) - len(layout)
                if more < 1 if wider else more != 0:
                    continue
                values = dict(zip(layout, (row.rowid, *row.values[1:]), strict=False))
                if fits(values):
                    return FoundRow(table, {k: v for k, v in values.items() if k in newest})
        return None


def _is_message(row: Columns) -> bool:
    numbers = ("parent", "chosen", "deleted_at", "model", "sampling", "seed")
    return (
        isinstance(row["id"], str)
        and isinstance(row["conversation"], int)
        and isinstance(row["created_at"], int)
        and all(row[name] is None or isinstance(row[name], int) for name in numbers)
        and row["role"] in _ROLES
        and row["status"] in _STATUSES
        and row["stop_reason"] in _STOP_REASONS
        and all(row[name] is None or _is_json(row[name]) for name in ("timings", "left_out"))
        and (row["error"] is None or _is_text(row["error"]))
        and _is_text(row["content"])
    )


def _is_conversation(row: Columns) -> bool:
    numbers = (
        "title_by_user", "created_at", "updated_at", "activity", "pinned", "archived",
        "scroll_offset",
    )  # fmt: skip
    return (
        isinstance(row["id"], str)
        and all(isinstance(row[name], int) for name in numbers)
        and all(
            row[name] is None or isinstance(row[name], int)
            for name in ("root", "head", "deleted_at")
        )
        and all(
            row[name] is None or isinstance(row[name], str)
            for name in ("head_id", "scroll_message_id")
        )
        and all(_is_text(row[name]) for name in ("title", "system_prompt", "draft", "folder"))
        and isinstance(row.get("options", ""), str)
        and isinstance(row.get("scroll_y", 0), int)
    )


def _is_model(row: Columns) -> bool:
    return (
        _is_text(row["name"]) and _is_text(row["quantization"]) and isinstance(row["sha256"], str)
    )


def _is_sampling(row: Columns) -> bool:
    return _is_json(row["value"], dict)


def _is_summary(row: Columns) -> bool:
    return _is_text(row["content"]) and row["by_user"] in {0, 1}


def _is_journal(row: Columns) -> bool:
    return (
        isinstance(row["message"], int) and _is_text(row["content"]) and _is_head(row.get("part"))
    )


def _is_head(value: Value) -> bool:
    """What the journal says of a part: its number, place, kind and values."""
    if value is None:
        return True
    if not _is_json(value, list):
        return False
    head = json.loads(str(value))
    kinds = (int, int, str, str)
    return len(head) == len(kinds) and all(map(isinstance, head, kinds)) and _is_json(head[3], dict)


def _is_part(row: Columns) -> bool:
    numbers = ("message", "ordinal", "at")
    return (
        all(isinstance(row[name], int) for name in numbers)
        and isinstance(row["kind"], str)
        and _is_json(row["value"], dict)
        and _is_text(row["content"])
    )


def _is_edit(row: Columns) -> bool:
    return isinstance(row["message"], int) and _is_text(row["content"]) and row["open"] in {0, 1}


SHAPES: dict[str, Callable[[Columns], bool]] = {
    "messages": _is_message,
    "conversations": _is_conversation,
    "models": _is_model,
    "samplings": _is_sampling,
    "parts": _is_part,
    "edits": _is_edit,  # as wide as the journal, which has no number at the end
    "journal": _is_journal,
    "summaries": _is_summary,
}


def _is_text(value: Value) -> bool:
    if not isinstance(value, bytes):
        return False
    try:
        value.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _is_json(value: Value, kind: type = object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return isinstance(json.loads(value), kind)
    except (ValueError, RecursionError):
        return False
