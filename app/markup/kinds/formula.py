"""The display formula that stands in running text (see `MathBlock`): how its paragraph begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.markdown.nodes import ParagraphNode
from app.markup.spans.math_delimiters import delimiter_kind_at, find_formula, is_escaped_link

if TYPE_CHECKING:
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import Node
    from app.markup.markdown.tree import Tree


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A paragraph that begins with a display delimiter, also right below another."""
    if container.keeps_lines:
        return None
    kind = delimiter_kind_at(cursor.text, cursor.nonspace)
    if kind is None:
        return None
    ends = find_formula(cursor.text, cursor.nonspace, len(cursor.text)) is not None
    if not ends and kind == "\\[" and is_escaped_link(cursor.text, cursor.nonspace):
        return None
    if not ends and not tree.open_formulas.allowed(kind, tree.line_number):
        return None
    if isinstance(container, ParagraphNode) and not container.text:
        return None
    return tree.add_paragraph(container, cursor)
