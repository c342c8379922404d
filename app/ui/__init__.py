"""The window: everything that uses PySide6."""
