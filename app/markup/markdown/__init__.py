"""The streaming Markdown parser: blocks, inline markers, tables, mathematics delimiters."""
