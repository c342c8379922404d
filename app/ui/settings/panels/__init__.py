"""Panels of settings pages: what is more than a value in a row."""
