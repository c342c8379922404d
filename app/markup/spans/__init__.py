"""The inline parser: the spans of a text, its formulas, links, tags and definitions."""
