"""The use cases of the library: chats, search, trash, backups."""
