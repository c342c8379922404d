"""Every byte the user would miss: conversations, settings, backups, search."""
