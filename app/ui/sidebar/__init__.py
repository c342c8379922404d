"""The list of chats, its search and its menu."""
