"""Typesetting of formulas: MathML, lines, spacing, styles, and SVG pictures."""
