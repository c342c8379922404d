"""No row of any table is without a scenario."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

import pytest

from tests.scenarios.registry import SCENARIOS, Row
from tests.scenarios.tables import rows


def all_rows() -> list[Row]:
    return [Row(table, name) for table, names in rows().items() for name in names]


@cache
def done() -> set[Row]:
    """Also where this file is run alone, and no other one was collected."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"tests.scenarios.{path.stem}")
    return set(SCENARIOS)


@pytest.mark.parametrize("table", sorted(rows()))
def test_every_row_of_a_table_has_a_scenario(table: str) -> None:
    lacking = sorted(row.name for row in set(all_rows()) - done() if row.table == table)
    assert not lacking, f"{len(lacking)} rows of {table} without a scenario: {', '.join(lacking)}"


def test_every_scenario_stands_for_a_row() -> None:
    assert done() <= set(all_rows()), sorted(done() - set(all_rows()))
