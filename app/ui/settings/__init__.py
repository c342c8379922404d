"""The settings dialog, its fields and panels."""
