"""Themes, style sheet, icons and the shared widgets."""
