"""Owns formulas of the kinds that answers to school, university and chemistry questions hold."""

from __future__ import annotations

from pathlib import Path

_FILE = Path(__file__).parents[2] / "data" / "formulas.txt"
FORMULAS = tuple(_FILE.read_text(encoding="utf-8").splitlines())
