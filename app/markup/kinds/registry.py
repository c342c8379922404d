"""How each kind of block begins: by which characters, and who looks closer.

A line is offered to the rules of its first character in this order until one opens a block.
"""

from __future__ import annotations

from app.markup.kinds import (
    alert,
    code,
    footnote,
    formula,
    heading,
    lists,
    quote,
    rule,
    table,
)
from app.markup.markdown.block_parser import INDENTED, BlockParser, Openings

OPENINGS: Openings = (
    (INDENTED, code.start_indented),
    (">", alert.start),
    (">", quote.start),
    ("#", heading.start_atx),
    ("`~", code.start_fenced),
    ("=-", heading.start_setext),
    ("|-:", table.start),
    ("*-_", rule.start),
    ("*+-0123456789", lists.start),
    ("[", footnote.start),
    ("$\\", formula.start),
)


def block_parser() -> BlockParser:
    """A parser that knows every kind."""
    return BlockParser(OPENINGS)
