"""Dialogs about the library: trash, backups, updates, help."""
