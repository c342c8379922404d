"""Answers and progress on a terminal: Markdown, colours, wrapping at words."""
